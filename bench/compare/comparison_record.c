#include "../record/field_table.h"
#include "comparison_record.h"
#include "judge.h"

#define TEXT(...)   FIELD_TEXT(comparison_record, __VA_ARGS__)
#define REAL(...)   FIELD_REAL(comparison_record, __VA_ARGS__)
#define NUMBER(...) FIELD_COUNT(comparison_record, __VA_ARGS__)

/* No metric is larger than what of all can be the largest. */
#define MOST_FIGURE 1e15

const struct record_field comparison_fields[] = {
    TEXT(cell, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(runner, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(metric, ALWAYS, 1, MOST_NAME, NULL),
    NUMBER(base_trials, OR_NULL, 0, MOST_BLOCKS),
    NUMBER(head_trials, OR_NULL, 0, MOST_BLOCKS),
    REAL(base_median, OR_NULL, 0, MOST_FIGURE),
    REAL(head_median, OR_NULL, 0, MOST_FIGURE),
    REAL(ratio, OR_NULL, LEAST_SPEEDUP, MOST_SPEEDUP),
    REAL(ratio_ci_lo, OR_NULL, LEAST_SPEEDUP, MOST_SPEEDUP),
    REAL(ratio_ci_hi, OR_NULL, LEAST_SPEEDUP, MOST_SPEEDUP),
    REAL(p, OR_NULL, 0, 1),
    REAL(p_holm, OR_NULL, 0, 1),
    TEXT(verdict, OR_NULL, 1, MOST_NAME, compare_verdict_words),
    TEXT(reason, OR_NULL, 1, MOST_TEXT, NULL),
    {0},
};
