/* The lines of run.ndjson, checked one by one: what a reader of a stored run may rely on afterwards. Used by
 * run_data.c. */
#ifndef BENCH_REPORT_RUN_LINE_H
#define BENCH_REPORT_RUN_LINE_H

#include <jansson.h>
#include "run_data.h"

/** What a file's first line must name. */
#define RUN_SCHEMA "iorace.run/1"

/** More lanes are no plan that a machine would get through; what is made of lanes is square in their number. */
#define RUN_MOST_LANES 4096

/**
 * Check the `run` line and make an empty summary of each of its lanes: texts and counts that the line gives, figures
 * null.
 *
 * Returns 0 with run->lanes and run->lane_count set, or -1 (text without file and line).
 */
int run_line_read_lanes(struct run_data *run, const json_t *line, struct failure *ret_failure);

/** Take in a `lane` line: a lane that the `run` line does not know, of a search. It is added to run->lanes and to the lanes
 *  of run->run. Returns 0 or -1. */
int run_line_add_lane(struct run_data *run, const json_t *line, struct failure *ret_failure);

/** Hold what a trial says was run against its lane. Returns 0, or -1 naming the field that differs. */
int run_line_check_lane(const struct summary_record *lane, const struct trial_record *trial,
                        struct failure *ret_failure);

/** Fill a sample set. Returns 0 or -1 and then nothing is to be freed; sample_set_finish frees it. */
int run_line_read_samples(struct sample_set *ret_set, const json_t *line, struct failure *ret_failure);
void sample_set_finish(struct sample_set *set);

/** Check what of a `summary` line is used. Returns 0 with *ret_partial set, or -1. */
int run_line_read_end(const json_t *line, bool *ret_partial, struct failure *ret_failure);

#endif
