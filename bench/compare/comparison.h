/* Two stored runs against each other, lane by lane. */
#ifndef BENCH_COMPARE_COMPARISON_H
#define BENCH_COMPARE_COMPARISON_H

#include "differences.h"
#include "judge.h"
#include "metric.h"

struct comparison_request {
    const struct run_data *base, *head; /**< borrowed: must outlive the comparison */
    const struct compare_metric *metrics[COMPARE_METRICS_MOST];
    size_t metric_count; /**< the first decides (NULL: what fits the lane), the others are shown beside it */
    struct compare_rules rules;
    bool force; /**< compare what must not be compared, too */
};

struct lane_comparison {
    const struct summary_record *base, *head; /**< NULL: that run has no such lane */
    const struct compare_metric *metric;      /**< by which it is judged */
    struct compare_figures *figures;          /**< one a metric, in their order; of new and gone lanes without p */
    enum compare_verdict verdict;             /**< by the first metric */
    const char *reason;                       /**< of inconclusive and no data, for people; "" otherwise */
    bool lost;                                /**< no data, though one of the runs has some */
};

struct comparison {
    struct comparison_request request;
    struct run_differences differences;
    struct lane_comparison *lanes; /**< in head's order, then what is gone */
    size_t lane_count;
    size_t counts[COMPARE_VERDICTS];
    size_t judged;         /**< lanes that have a p: what Holm's adjustment is over */
    const char *caveat;    /**< what such a comparison cannot know, for people */
    const char **warnings; /**< sentences that a reader of the figures needs */
    size_t warning_count;
    const char *words; /**< by what is judged: "wall time" or "wall time, and 99th percentile of the response" */
    struct text_pool *pool;
};

/**
 * Compare two runs.
 *
 * Returns 0 (comparison_finish is then due), or -1: EXIT_NO_DATA (they must not be compared: both values are named; or
 * no lane is in both), EXIT_LOCAL_LIMIT (memory).
 */
int comparison_make(struct comparison *ret_comparison, const struct comparison_request *request,
                    struct failure *ret_failure);
void comparison_finish(struct comparison *comparison);

/** Returns what the program is to exit with: done, regression, inconclusive (only if strict), no data. */
enum exit_status comparison_status(const struct comparison *comparison, bool strict);

/** Returns the m-th metric of a lane: for the first what it is judged by. */
const struct compare_metric *lane_comparison_metric(const struct comparison *comparison,
                                                    const struct lane_comparison *lane, size_t m);

/** Returns the lane's cell or runner, whichever run has it. */
const char *lane_comparison_cell(const struct lane_comparison *lane);
const char *lane_comparison_runner(const struct lane_comparison *lane);

#endif
