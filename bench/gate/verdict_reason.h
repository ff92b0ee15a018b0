/* Inside the verdict: what decided a cell, and the sentence that says so. */
#ifndef BENCH_GATE_VERDICT_REASON_H
#define BENCH_GATE_VERDICT_REASON_H

#include "verdict.h"

/** One contrast over some blocks, in logs. */
struct gate_contrast {
    double estimate, lo, hi, p, p_holm;
};

/** What some blocks show. */
struct gate_sample {
    size_t given, blocks; /**< blocks run, and those that count */
    struct gate_contrast head, again;
    double aa_spread;
    int most;     /**< 1 or -1 where most blocks, beyond chance, have more or less than base; else 0 */
    size_t above; /**< blocks in which head has more than base */
};

/** What a cell's blocks show: those of each phase, and all there are. */
struct gate_evidence {
    struct gate_sample first, confirmation, all;
};

enum gate_grounds {
    GROUNDS_TOO_FEW,     /**< no interval */
    GROUNDS_LOST,        /**< good, but of too few of the blocks */
    GROUNDS_DIRTY,       /**< base differs from itself */
    GROUNDS_WITHIN,      /**< inside the threshold */
    GROUNDS_UNDECIDED,   /**< neither inside the threshold nor past the limit */
    GROUNDS_UNCONFIRMED, /**< its estimate is past the limit, once */
    GROUNDS_CONFIRMATION_TOO_FEW,
    GROUNDS_CONFIRMATION_DIRTY,
    GROUNDS_NOT_REPRODUCED,
    GROUNDS_DIVIDED,   /**< some blocks say more, some less */
    GROUNDS_CONFIRMED, /**< found twice, and past the limit */
};

/** Writes decision->reason. The decision's blocks_to_settle is what it advises. */
void gate_write_reason(struct gate_decision *decision, enum gate_grounds grounds, const struct gate_evidence *evidence,
                       const struct gate_rules *rules);

#endif
