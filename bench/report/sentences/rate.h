/* What is said of jobs that arrived at a rate. */
#ifndef BENCH_REPORT_SENTENCES_RATE_H
#define BENCH_REPORT_SENTENCES_RATE_H

#include "../charts/charts.h"

/**
 * How far each runner kept up, where rates were swept; where jobs piled up, in all runs or in some; and that a closed loop would have hidden what the open one
 * shows, where that is so: by the times since jobs were begun, by a closed loop of the same run, or by counting.
 *
 * Returns the clauses with "; " between, "" if there is nothing to say, malloc'ed; or NULL (memory).
 */
char *sentences_of_rate(const struct run_data *run, const struct lane_group *group, const struct trial_index *index);

#endif
