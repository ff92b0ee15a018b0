/* A lane and a metric of a comparison: an element of `lanes` of `iorace compare --json`. */
#ifndef BENCH_COMPARE_COMPARISON_RECORD_H
#define BENCH_COMPARE_COMPARISON_RECORD_H

#include <stdint.h>
#include "../record/record.h"

struct comparison_record {
    char *cell;
    char *runner;
    char *metric;
    int64_t base_trials, head_trials; /**< that have the figure */
    double base_median, head_median;
    double ratio, ratio_ci_lo, ratio_ci_hi; /**< head / base; null below 6 trials of either */
    double p, p_holm;
    char *verdict; /**< null for metrics that do not decide */
    char *reason;
};

extern const struct record_field comparison_fields[];

#endif
