/*
 * What a gate says of each cell, from the numbers of its trials alone: pure functions, no clock, no file, no random
 * number that the seed does not give. The rule is in one place, so that thousands of gates can be simulated with it.
 *
 * Each block of a cell has three trials: base, head, and base again. Two contrasts of their logs, which share no noise:
 *     A/B  log head - (log base + log again) / 2    what changed; the second base makes it steadier
 *     A/A  log again - log base                     what differs though nothing changed
 * A second phase, run with the order of the arms reversed, is for the cells of which the first says that there may be
 * something: whose estimate of A/B lies past the limit, which is the threshold, or the spread of A/A where that is more.
 * A cell is a regression if, and only if, all of this holds; an improvement likewise, on the other side:
 *   - both phases find it: their estimates lie past the limit, their whole intervals where these do not even touch;
 *   - the 95 % interval of A/B over the blocks of both lies past the limit;
 *   - the sign-flip p of their signed ranks, adjusted over all cells of the gate (Holm), is below alpha;
 *   - most blocks agree: the interval of their median is clear of "no change", too;
 *   - A/A is clean, of each phase and of both: not both significant (Holm over the cells) and beyond three quarters of the
 *     threshold.
 * It is the same if the whole interval of the first phase lies within the threshold, and inconclusive in all other
 * cases. Everything counts ranks or draws in the outermost of ten: a trial that the machine held up for ten times its
 * time is one trial, and neither makes a regression nor hides one. test_gate_simulation.c shows what that finds and how
 * often it errs.
 */
#ifndef BENCH_GATE_VERDICT_H
#define BENCH_GATE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What was not decided has no data. */
enum gate_verdict { GATE_NO_DATA, GATE_SAME, GATE_REGRESSION, GATE_IMPROVED, GATE_INCONCLUSIVE };

/** The trials of one phase, by block. A number counts if it is finite and above 0; NAN where a trial gave none. A block
 * counts if all three do. */
struct gate_blocks {
    const double *base, *head, *again;
    size_t count; /**< 0: not run; then the arrays may be NULL */
};

struct gate_cell {
    struct gate_blocks first, confirmation;
    bool larger_is_better; /**< jobs_per_s */
};

struct gate_rules {
    double threshold; /**< above 0: 0.05 */
    double alpha;     /**< above 0, below 1: 0.05 */
    uint64_t seed;    /**< of the sign flips beyond 24 blocks */
};

/** Ratios are of the metric as it is measured, 1.1 for 10 % more; NAN where not known. Intervals are of 95 %; that of a
 * cell that was confirmed holds the truth less often, since one whose first phase said little would not have been. */
struct gate_decision {
    enum gate_verdict verdict;
    bool wants_confirmation; /**< run the second phase for this cell, and decide again with it */

    double ratio, lo, hi, p, p_holm; /**< A/B over all blocks, of both phases */
    double aa_ratio, aa_lo, aa_hi, aa_p_holm;
    double aa_spread; /**< of A/A's log ratio over these blocks: stats_spread, about their standard deviation */
    double limit;     /**< in logs: what the interval must be past */

    double confirmed_ratio, confirmed_lo, confirmed_hi; /**< A/B of the second phase alone */

    size_t blocks, confirmation_blocks; /**< that count, of either phase */
    size_t blocks_to_settle; /**< inconclusive: in about 8 of 10 tries so many a phase would tell; 0 if none would */
    char reason[384];        /**< for people: what decided it, and what would settle it */
};

/**
 * Decide all cells of a gate: after the first phase, and again once the cells that want it have their confirmation.
 *
 * @param ret_decisions  one for each cell
 * @param count          of cells; Holm's adjustment is over those that have data
 *
 * Returns 0 or -ENOMEM. A cell with fewer than 6 blocks that count is `no data`; with fewer than three quarters of
 * those given it is never `same` or improved, since what failed may be what is slow. A cell past its limit is
 * inconclusive until it is confirmed.
 */
int gate_decide(struct gate_decision *ret_decisions, const struct gate_cell *cells, size_t count,
                const struct gate_rules *rules);

/** Returns "same", "regression", "improved", "inconclusive" or "no data". */
const char *gate_verdict_name(enum gate_verdict verdict);

/** Returns the fewest blocks a gate of so many cells may have: what Holm needs, and never fewer than 12. */
size_t gate_blocks_needed(size_t cells, double alpha);

/**
 * Returns the smallest change that a gate finds nearly always, as a share of base (0.09 for 9 % more), from the spread
 * of A/A that is to be expected: simulated with normal noise and 1 to 20 cells, in 97 of 100 gates up to 5 %, in 92 of
 * 100 at 8 %, where base differs from itself more often. NAN for fewer than 6 blocks.
 */
double gate_smallest_change(size_t blocks, double aa_spread, double threshold);

#endif
