#include <math.h>
#include <stdlib.h>
#include "../stats/stats.h"
#include "judge.h"

const char *const compare_verdict_words[COMPARE_VERDICTS + 1] = {
    [COMPARE_SAME] = "same",
    [COMPARE_REGRESSION] = "regression",
    [COMPARE_IMPROVED] = "improved",
    [COMPARE_NO_DATA] = "no data",
    [COMPARE_NEW] = "new",
    [COMPARE_GONE] = "gone",
    [COMPARE_INCONCLUSIVE] = "inconclusive",
};

static double *logs_of(const double *values, size_t count)
{
    double *logs = malloc((count + 1) * sizeof(*logs));
    for (size_t i = 0; logs && i < count; i++)
        logs[i] = log(values[i]);
    return logs;
}

int compare_figures_make(struct compare_figures *ret_figures, const double *base, size_t base_count, const double *head,
                         size_t head_count)
{
    struct compare_figures figures = {.base_count = base_count,
                                      .head_count = head_count,
                                      .base_median = stats_median(base, base_count),
                                      .head_median = stats_median(head, head_count),
                                      .ratio = NAN,
                                      .lo = NAN,
                                      .hi = NAN,
                                      .p = NAN,
                                      .p_holm = NAN};
    double *base_logs = logs_of(base, base_count), *head_logs = logs_of(head, head_count);
    /* A figure of finite values is not known for one reason only: want of memory. */
    bool whole = base_logs && head_logs && (base_count == 0 || isfinite(figures.base_median)) &&
                 (head_count == 0 || isfinite(figures.head_median));
    if (whole && base_count >= 2 && head_count >= 2) {
        figures.ratio = exp(stats_shift(base_logs, base_count, head_logs, head_count));
        if (base_count >= COMPARE_LEAST_TRIALS && head_count >= COMPARE_LEAST_TRIALS) {
            struct stats_interval interval = stats_rank_sum_interval(base_logs, base_count, head_logs, head_count);
            figures.lo = exp(interval.lo);
            figures.hi = exp(interval.hi);
            figures.p = stats_rank_sum_p(base_logs, base_count, head_logs, head_count);
            whole = isfinite(figures.lo) && isfinite(figures.hi) && isfinite(figures.p);
        }
        whole = whole && isfinite(figures.ratio);
    }
    free(base_logs);
    free(head_logs);
    if (whole)
        *ret_figures = figures;
    return whole ? 0 : -1;
}

long compare_adjust(struct compare_figures *const *figures, size_t count)
{
    double *p = calloc(count + 1, sizeof(*p));
    if (!p)
        return -1;
    long tests = 0;
    for (size_t i = 0; i < count; i++) {
        p[i] = figures[i]->p;
        tests += isfinite(p[i]);
    }
    int result = stats_holm(p, p, count);
    for (size_t i = 0; i < count && result == 0; i++)
        figures[i]->p_holm = p[i];
    free(p);
    return result == 0 ? tests : -1;
}

enum compare_verdict compare_judge(const struct compare_figures *figures, bool larger_is_better,
                                   const struct compare_rules *rules)
{
    if (!isfinite(figures->ratio))
        return COMPARE_NO_DATA;
    if (!isfinite(figures->lo) || !isfinite(figures->hi))
        return COMPARE_INCONCLUSIVE;
    double lo = log(figures->lo), hi = log(figures->hi), limit = log1p(rules->threshold);
    double worse_lo = larger_is_better ? -hi : lo, worse_hi = larger_is_better ? -lo : hi;
    bool told_apart = figures->p_holm < rules->alpha;
    if (worse_lo > limit && told_apart)
        return COMPARE_REGRESSION;
    if (worse_hi < -limit && told_apart)
        return COMPARE_IMPROVED;
    if (worse_lo >= -limit && worse_hi <= limit)
        return COMPARE_SAME;
    return COMPARE_INCONCLUSIVE;
}

/* Two separate samples of n are one of the (2n choose n) orders, and the one the other way round is as rare. */
size_t compare_trials_needed(size_t lanes, double alpha)
{
    size_t n = COMPARE_LEAST_TRIALS;
    for (; n < 1000; n++) {
        int sign;
        double log_orders = lgamma_r(2.0 * (double)n + 1, &sign) - 2 * lgamma_r((double)n + 1, &sign);
        if (log(2) - log_orders < log(alpha / (double)(lanes ? lanes : 1)))
            break;
    }
    return n;
}
