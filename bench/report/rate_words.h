/* What a heading says of jobs that arrive at a rate, beside the settings (lane_group_describe). */
#ifndef BENCH_REPORT_RATE_WORDS_H
#define BENCH_REPORT_RATE_WORDS_H

#include "charts/charts.h"

/** Returns ", 10,000 bytes a job": said where the settings do not and all runs agree; else "". */
const char *rate_body_size(struct text_pool *pool, const struct run_data *run, const struct trial_index *index,
                           const struct lane_group *group);

/** Returns ", fixed arrivals", which as the default the settings leave out; "" where they say how jobs arrive. */
const char *rate_arrivals(const struct lane_group *group);

#endif
