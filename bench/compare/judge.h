/*
 * A lane's verdict in a comparison of two stored runs. Pure functions.
 *
 * Runs made at different times share no blocks, so nothing pairs them: the ratio is the two-sample Hodges-Lehmann shift
 * of the logarithms with the exact rank-sum interval and p. There is no A/A control either, so the verdict is about the
 * two runs; whether it was the program that changed is for `iorace gate` to tell.
 */
#ifndef BENCH_COMPARE_JUDGE_H
#define BENCH_COMPARE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

enum compare_verdict {
    COMPARE_SAME,
    COMPARE_REGRESSION,
    COMPARE_IMPROVED,
    COMPARE_INCONCLUSIVE,
    COMPARE_NO_DATA,
    COMPARE_NEW,  /**< a lane that only head has */
    COMPARE_GONE, /**< only base */
    COMPARE_VERDICTS,
};

/** "same", "regression", "improved", "inconclusive", "no data", "new", "gone" */
extern const char *const compare_verdict_words[COMPARE_VERDICTS + 1];

/** Fewer values of either run give no interval (measuring: below 6 blocks none is printed). */
enum { COMPARE_LEAST_TRIALS = 6 };

/** head over base; NAN where it is not known. */
struct compare_figures {
    size_t base_count, head_count; /**< values that each is made of */
    double base_median, head_median;
    double ratio, lo, hi; /**< ratio: from 2 of each on; lo and hi (95 %): from COMPARE_LEAST_TRIALS of each on */
    double p;             /**< two-sided, exact */
    double p_holm;        /**< p adjusted over the lanes; set by compare_adjust */
};

/** Work the figures out; the values are positive and finite. p_holm is NAN. Returns 0, or -1 (memory): then nothing is
 * written. */
int compare_figures_make(struct compare_figures *ret_figures, const double *base, size_t base_count, const double *head,
                         size_t head_count);

/** Set p_holm of each, Holm's way over those that have a p. Returns how many those are, or -1 (memory). */
long compare_adjust(struct compare_figures *const *figures, size_t count);

struct compare_rules {
    double threshold; /**< 0.05: changes of up to 5 % do not matter */
    double alpha;     /**< 0.05 */
};

/**
 * Decide: a regression where the whole interval lies beyond the threshold on the bad side and p_holm is below alpha; an
 * improvement likewise on the other side; the same where the whole interval lies within the threshold; no data where
 * either has none or one value; else inconclusive.
 */
enum compare_verdict compare_judge(const struct compare_figures *figures, bool larger_is_better,
                                   const struct compare_rules *rules);

/** Returns the least number of trials in each of two equal runs for which p can come below alpha over so many lanes. */
size_t compare_trials_needed(size_t lanes, double alpha);

#endif
