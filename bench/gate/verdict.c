#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include "../stats/stats.h"
#include "verdict.h"
#include "verdict_reason.h"

/* No interval below. */
#define LEAST_BLOCKS 6

/* With fewer, one block in four that was disturbed leaves too little, and a single cell's p too little to spare. */
#define LEAST_BLOCKS_OF_A_GATE 12

/* What blocks_to_settle may ask for: the most that a run can have. */
#define MOST_BLOCKS 1000

/* Of the threshold: where base differs from itself by so much, the machine makes what the gate looks for. A p alone
 * would call one good cell in twenty dirty. */
#define DIRTY_PART 0.75

/* All of it from ranks: a trial that was held up counts as one, however long it was. `ranks` is room for n. */
static void measure_contrast(struct gate_contrast *ret_contrast, const double *logs, size_t n, double *ranks,
                             uint64_t seed)
{
    struct stats_interval interval = stats_signed_rank_interval(logs, n);
    *ret_contrast = (struct gate_contrast){
        .estimate = stats_hodges_lehmann(logs, n),
        .lo = interval.lo,
        .hi = interval.hi,
        .p = stats_signed_ranks(ranks, logs, n) < 0 ? NAN : stats_sign_flip_p(ranks, n, seed),
    };
}

static bool is_number(double value)
{
    return isfinite(value) && value > 0;
}

/* What is equal on paper is equal, and ties with it: the logs of equal ratios differ in their last digits. */
static double settled(double log_ratio)
{
    return round(log_ratio * 1e12) / 1e12;
}

/* Appends the contrasts of the blocks that count. Returns how many there are now. */
static size_t append_contrasts(double *head, double *again, size_t n, const struct gate_blocks *given)
{
    for (size_t i = 0; i < given->count; i++) {
        if (!is_number(given->base[i]) || !is_number(given->head[i]) || !is_number(given->again[i]))
            continue;
        double first = log(given->base[i]), second = log(given->again[i]);
        head[n] = settled(log(given->head[i]) - (first + second) / 2);
        again[n++] = settled(second - first);
    }
    return n;
}

/* Of one phase, or of both together. Too few blocks leave everything NAN. Returns 0 or -ENOMEM. */
static int measure(struct gate_sample *ret_sample, const struct gate_blocks *const phases[2], uint64_t seed)
{
    const struct gate_contrast unknown = {NAN, NAN, NAN, NAN, NAN};
    size_t given = phases[0]->count + (phases[1] ? phases[1]->count : 0);
    *ret_sample = (struct gate_sample){.given = given, .head = unknown, .again = unknown, .aa_spread = NAN};
    double *head = malloc((3 * given + 1) * sizeof(*head));
    if (!head)
        return -ENOMEM;
    double *again = head + given, *ranks = again + given;
    size_t n = 0;
    for (int i = 0; i < 2 && phases[i]; i++)
        n = append_contrasts(head, again, n, phases[i]);
    ret_sample->blocks = n;
    int error = 0;
    if (n >= LEAST_BLOCKS) {
        measure_contrast(&ret_sample->head, head, n, ranks, seed);
        measure_contrast(&ret_sample->again, again, n, ranks, seed);
        struct stats_interval middle = stats_median_interval(head, n);
        ret_sample->most = (middle.lo > 0) - (middle.hi < 0);
        for (size_t i = 0; i < n; i++)
            ret_sample->above += head[i] > 0;
        ret_sample->aa_spread = stats_spread(again, n);
        /* With six finite values only memory can be lacking. */
        if (isnan(ret_sample->head.hi + ret_sample->head.p + ret_sample->head.estimate) ||
            isnan(ret_sample->again.hi + ret_sample->again.p + ret_sample->again.estimate) ||
            isnan(ret_sample->aa_spread))
            error = -ENOMEM;
    }
    free(head);
    return error;
}

static int measure_cell(struct gate_evidence *ret_evidence, const struct gate_cell *cell, uint64_t seed)
{
    const struct gate_blocks *first = &cell->first, *second = &cell->confirmation;
    int error = measure(&ret_evidence->first, (const struct gate_blocks *[]){first, NULL}, seed);
    if (!error)
        error = measure(&ret_evidence->confirmation, (const struct gate_blocks *[]){second, NULL}, seed);
    if (!error && ret_evidence->first.blocks >= LEAST_BLOCKS && second->count > 0)
        error = measure(&ret_evidence->all, (const struct gate_blocks *[]){first, second}, seed);
    else
        ret_evidence->all = ret_evidence->first;
    return error;
}

static bool is_dirty(const struct gate_contrast *again, const struct gate_rules *rules)
{
    return again->p_holm < rules->alpha && fabs(again->estimate) > DIRTY_PART * log1p(rules->threshold);
}

/* Fewer than three quarters gave a number. */
static bool is_lost(const struct gate_sample *sample)
{
    return sample->blocks * 4 < sample->given * 3;
}

static double limit_of(const struct gate_sample *sample, const struct gate_rules *rules)
{
    return fmax(log1p(rules->threshold), sample->aa_spread);
}

/* Returns 1 or -1 where a number lies past the limit, more or less than base; else 0. */
static int side_of(double log_ratio, double limit)
{
    return (log_ratio > limit) - (log_ratio < -limit);
}

/* The same where the whole interval does. */
static int side_past(const struct gate_contrast *head, double limit)
{
    return (head->lo > limit) - (head->hi < -limit);
}

/* Whether the intervals of the two phases do not even touch: one of them was disturbed as a whole. */
static bool are_apart(const struct gate_contrast *first, const struct gate_contrast *confirmation)
{
    return first->hi < confirmation->lo || confirmation->hi < first->lo;
}

/* Whether both phases lie past a limit: each by its estimate, or, where they are apart, by its whole interval, since what
 * both together say then lies between them, and is true of neither. */
static bool are_past(const struct gate_evidence *evidence, int side, double limit)
{
    const struct gate_contrast *first = &evidence->first.head, *confirmation = &evidence->confirmation.head;
    if (are_apart(first, confirmation))
        return side_past(first, limit) == side && side_past(confirmation, limit) == side;
    return side_of(first->estimate, limit) == side && side_of(confirmation->estimate, limit) == side;
}

/* How many blocks a phase would put the interval on one side of the threshold, or past the limit, if the estimate is
 * right. */
static size_t blocks_to_settle(const struct gate_evidence *evidence, double limit, size_t cells,
                               const struct gate_rules *rules)
{
    const struct gate_sample *all = &evidence->all;
    size_t phases = evidence->confirmation.given > 0 ? 2 : 1, first = evidence->first.blocks, blocks = 0;
    double away = fabs(all->head.estimate), threshold = log1p(rules->threshold);
    double half_width = fmax(all->head.hi - all->head.estimate, all->head.estimate - all->head.lo);
    if (away < threshold) {
        blocks = stats_blocks_for_half_width(all->blocks, half_width, threshold - away);
    } else if (away > limit) {
        blocks = stats_blocks_for_half_width(all->blocks, half_width, away - limit);
        size_t for_holm = stats_blocks_for_holm(cells, rules->alpha);
        blocks = blocks < for_holm ? for_holm : blocks;
    }
    blocks = (blocks + phases - 1) / phases;
    if (blocks <= first && blocks > 0)
        blocks = first * 2; /* it was not the width: p was too weak, or blocks were lost */
    return blocks <= MOST_BLOCKS ? blocks : 0;
}

/*
 * The first phase asks whether there is anything to look for, the second whether it is there again, and both together
 * whether it is past doubt. An estimate past the limit is enough to ask: an interval of 12 blocks past the limit would be
 * too much, since two that were disturbed take it down.
 */
static enum gate_verdict judge(enum gate_grounds *ret_grounds, const struct gate_evidence *evidence,
                               bool larger_is_better, const struct gate_rules *rules)
{
    const struct gate_sample *first = &evidence->first, *confirmation = &evidence->confirmation, *all = &evidence->all;
    double threshold = log1p(rules->threshold), limit = limit_of(all, rules);
    int side = side_of(first->head.estimate, limit_of(first, rules));
    bool worse = side == (larger_is_better ? -1 : 1);
    bool is_same = first->head.lo >= -threshold && first->head.hi <= threshold;
    enum gate_grounds grounds;
    enum gate_verdict verdict = GATE_INCONCLUSIVE;

    if (first->blocks < LEAST_BLOCKS) {
        grounds = GROUNDS_TOO_FEW;
        verdict = GATE_NO_DATA;
    } else if (is_dirty(&first->again, rules)) {
        grounds = GROUNDS_DIRTY;
    } else if ((is_same || (side && !worse)) && (is_lost(first) || is_lost(confirmation))) {
        grounds = GROUNDS_LOST;
    } else if (is_same) {
        grounds = GROUNDS_WITHIN;
        verdict = GATE_SAME;
    } else if (!side) {
        grounds = GROUNDS_UNDECIDED;
    } else if (confirmation->given == 0) {
        grounds = GROUNDS_UNCONFIRMED;
    } else if (confirmation->blocks < LEAST_BLOCKS) {
        grounds = GROUNDS_CONFIRMATION_TOO_FEW;
    } else if (is_dirty(&confirmation->again, rules)) {
        grounds = GROUNDS_CONFIRMATION_DIRTY;
    } else if (is_dirty(&all->again, rules)) {
        grounds = GROUNDS_DIRTY;
    } else if (!are_past(evidence, side, threshold)) {
        grounds = GROUNDS_NOT_REPRODUCED;
    } else if (all->most != side) {
        grounds = GROUNDS_DIVIDED;
    } else if (!are_past(evidence, side, limit) || side_past(&all->head, limit) != side ||
               !(all->head.p_holm < rules->alpha)) {
        grounds = GROUNDS_UNDECIDED;
    } else {
        grounds = GROUNDS_CONFIRMED;
        verdict = worse ? GATE_REGRESSION : GATE_IMPROVED;
    }
    *ret_grounds = grounds;
    return verdict;
}

static void decide(struct gate_decision *ret_decision, const struct gate_evidence *evidence, bool larger_is_better,
                   size_t cells, const struct gate_rules *rules)
{
    const struct gate_sample *all = &evidence->all, *confirmation = &evidence->confirmation;
    double limit = limit_of(all, rules);
    enum gate_grounds grounds;
    enum gate_verdict verdict = judge(&grounds, evidence, larger_is_better, rules);
    *ret_decision = (struct gate_decision){
        .verdict = verdict,
        .wants_confirmation = grounds == GROUNDS_UNCONFIRMED,
        .ratio = exp(all->head.estimate),
        .lo = exp(all->head.lo),
        .hi = exp(all->head.hi),
        .p = all->head.p,
        .p_holm = all->head.p_holm,
        .aa_ratio = exp(all->again.estimate),
        .aa_lo = exp(all->again.lo),
        .aa_hi = exp(all->again.hi),
        .aa_p_holm = all->again.p_holm,
        .aa_spread = all->aa_spread,
        .limit = limit,
        .confirmed_ratio = exp(confirmation->head.estimate),
        .confirmed_lo = exp(confirmation->head.lo),
        .confirmed_hi = exp(confirmation->head.hi),
        .blocks = evidence->first.blocks,
        .confirmation_blocks = confirmation->blocks,
    };
    if (grounds == GROUNDS_UNDECIDED)
        ret_decision->blocks_to_settle = blocks_to_settle(evidence, limit, cells, rules);
    gate_write_reason(ret_decision, grounds, evidence, rules);
}

/* Holm over one contrast of all cells, in place. */
static int adjust(struct gate_contrast *const *contrasts, size_t count, double *p)
{
    for (size_t i = 0; i < count; i++)
        p[i] = contrasts[i]->p;
    int error = stats_holm(p, p, count);
    for (size_t i = 0; i < count; i++)
        contrasts[i]->p_holm = p[i];
    return error;
}

/* A/B of all there is; A/A of that and of each phase. */
static int adjust_all(struct gate_evidence *cells, size_t count)
{
    static const size_t places[] = {
        offsetof(struct gate_evidence, all.head),
        offsetof(struct gate_evidence, all.again),
        offsetof(struct gate_evidence, first.again),
        offsetof(struct gate_evidence, confirmation.again),
    };
    double *p = calloc(count + 1, sizeof(*p));
    struct gate_contrast **contrasts = calloc(count + 1, sizeof(*contrasts));
    int error = p && contrasts ? 0 : -ENOMEM;
    for (size_t place = 0; !error && place < sizeof(places) / sizeof(places[0]); place++) {
        for (size_t i = 0; i < count; i++)
            contrasts[i] = (void *)((char *)&cells[i] + places[place]);
        error = adjust(contrasts, count, p);
    }
    free(p);
    free(contrasts);
    return error;
}

int gate_decide(struct gate_decision *ret_decisions, const struct gate_cell *cells, size_t count,
                const struct gate_rules *rules)
{
    assert(rules->threshold > 0 && rules->alpha > 0 && rules->alpha < 1);
    struct gate_evidence *evidence = calloc(count + 1, sizeof(*evidence));
    int error = evidence ? 0 : -ENOMEM;
    for (size_t i = 0; !error && i < count; i++)
        error = measure_cell(&evidence[i], &cells[i], rules->seed);
    if (!error)
        error = adjust_all(evidence, count);

    size_t tests = 0;
    for (size_t i = 0; !error && i < count; i++)
        tests += evidence[i].first.blocks >= LEAST_BLOCKS;
    for (size_t i = 0; !error && i < count; i++)
        decide(&ret_decisions[i], &evidence[i], cells[i].larger_is_better, tests, rules);
    free(evidence);
    return error;
}

const char *gate_verdict_name(enum gate_verdict verdict)
{
    static const char *const names[] = {[GATE_NO_DATA] = "no data",
                                        [GATE_SAME] = "same",
                                        [GATE_REGRESSION] = "regression",
                                        [GATE_IMPROVED] = "improved",
                                        [GATE_INCONCLUSIVE] = "inconclusive"};
    return names[verdict];
}

size_t gate_blocks_needed(size_t cells, double alpha)
{
    size_t for_holm = stats_blocks_for_holm(cells, alpha);
    return for_holm > LEAST_BLOCKS_OF_A_GATE ? for_holm : LEAST_BLOCKS_OF_A_GATE;
}

double gate_smallest_change(size_t blocks, double aa_spread, double threshold)
{
    /* With s the deviation of one trial's log, A/B has s^2 (1 + 1/2) and A/A 2 s^2. */
    double spread = aa_spread * sqrt(0.75);
    size_t both = 2 * blocks; /* of the phases: one that is found has been confirmed */
    double past_threshold = stats_smallest_shift(both, spread, log1p(threshold));
    /* A limit that is itself measured, in the first phase and in both: one and a half standard errors more. */
    double error = aa_spread / sqrt(2 * ((double)both - 1));
    double past_spread = stats_smallest_shift(both, spread, aa_spread + 1.5 * error);
    return blocks < LEAST_BLOCKS || isnan(past_threshold) ? NAN : expm1(fmax(past_threshold, past_spread));
}
