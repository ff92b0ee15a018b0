#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "../stats/stats.h"
#include "verdict.h"
#include "verdict_reason.h"

/* No interval below. */
#define LEAST_BLOCKS 6

/* A gate of fewer finds a change of 10 % too seldom where the spread is 3 %: 97.5 in 100 with 10 blocks. */
#define LEAST_BLOCKS_OF_A_GATE 12

/* What blocks_to_settle may ask for: the most that a run can have. */
#define MOST_BLOCKS 1000

/* Of the threshold: where base differs from itself by so much, the machine makes what the gate looks for. A p alone
 * would call one good cell in twenty dirty. */
#define DIRTY_PART 0.75

static void measure_contrast(struct gate_contrast *ret_contrast, const double *logs, size_t n, uint64_t seed)
{
    struct stats_interval interval = stats_signed_rank_interval(logs, n);
    *ret_contrast = (struct gate_contrast){
        .estimate = stats_hodges_lehmann(logs, n),
        .lo = interval.lo,
        .hi = interval.hi,
        .p = stats_sign_flip_p(logs, n, seed),
    };
}

static double spread_of(const double *values, size_t n)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        mean += values[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / ((double)n - 1));
}

static bool is_number(double value)
{
    return isfinite(value) && value > 0;
}

/* Too few blocks leave everything NAN. Returns 0 or -ENOMEM. */
static int measure_phase(struct gate_phase *ret_phase, const struct gate_blocks *given, uint64_t seed)
{
    const struct gate_contrast unknown = {NAN, NAN, NAN, NAN, NAN};
    *ret_phase = (struct gate_phase){.given = given->count, .head = unknown, .again = unknown, .aa_spread = NAN};
    double *head = malloc((2 * given->count + 1) * sizeof(*head));
    if (!head)
        return -ENOMEM;
    double *again = head + given->count;
    size_t n = 0;
    for (size_t i = 0; i < given->count; i++) {
        if (!is_number(given->base[i]) || !is_number(given->head[i]) || !is_number(given->again[i]))
            continue;
        double first = log(given->base[i]), second = log(given->again[i]);
        head[n] = log(given->head[i]) - (first + second) / 2;
        again[n++] = second - first;
    }
    ret_phase->blocks = n;
    int error = 0;
    if (n >= LEAST_BLOCKS) {
        measure_contrast(&ret_phase->head, head, n, seed);
        measure_contrast(&ret_phase->again, again, n, seed);
        ret_phase->aa_spread = spread_of(again, n);
        /* With six finite values only memory can be lacking. */
        if (isnan(ret_phase->head.hi + ret_phase->head.p + ret_phase->head.estimate) ||
            isnan(ret_phase->again.hi + ret_phase->again.p + ret_phase->again.estimate))
            error = -ENOMEM;
    }
    free(head);
    return error;
}

static bool is_dirty(const struct gate_contrast *again, const struct gate_rules *rules)
{
    return again->p_holm < rules->alpha && fabs(again->estimate) > DIRTY_PART * log1p(rules->threshold);
}

/* Returns 1 or -1 where the whole interval lies past the limit, more or less than base; else 0. */
static int side_past(const struct gate_contrast *head, double limit)
{
    return (head->lo > limit) - (head->hi < -limit);
}

/* The estimate alone: the limit is never less than A/A's spread, and of 12 blocks the estimate varies by a quarter of
 * that, so without a change it goes so far in less than 1 of 1000; but one block in three that was disturbed takes the
 * interval down to nothing, and with it a tenth of the regressions on a machine that is quiet most of the time. */
static bool is_reproduced(const struct gate_phase *confirmation, int side, double limit)
{
    return side * confirmation->head.estimate > limit;
}

/* How many blocks would put the interval on one side of the threshold, or past the limit, if the estimate is right. */
static size_t blocks_to_settle(const struct gate_phase *phase, double limit, size_t cells,
                               const struct gate_rules *rules)
{
    double away = fabs(phase->head.estimate), threshold = log1p(rules->threshold);
    double half_width = fmax(phase->head.hi - phase->head.estimate, phase->head.estimate - phase->head.lo);
    size_t blocks = 0;
    if (away < threshold) {
        blocks = stats_blocks_for_half_width(phase->blocks, half_width, threshold - away);
    } else if (away > limit) {
        blocks = stats_blocks_for_half_width(phase->blocks, half_width, away - limit);
        size_t for_holm = stats_blocks_for_holm(cells, rules->alpha);
        blocks = blocks < for_holm ? for_holm : blocks;
    }
    if (blocks <= phase->blocks && blocks > 0)
        blocks = phase->blocks * 2; /* it was not the width: p was too weak, or blocks were lost */
    return blocks <= MOST_BLOCKS ? blocks : 0;
}

static enum gate_verdict judge(enum gate_grounds *ret_grounds, const struct gate_phase *first,
                               const struct gate_phase *confirmation, double limit, bool larger_is_better,
                               const struct gate_rules *rules)
{
    double threshold = log1p(rules->threshold);
    int side = first->head.p_holm < rules->alpha ? side_past(&first->head, limit) : 0;
    bool worse = side == (larger_is_better ? -1 : 1);
    bool is_same = first->head.lo >= -threshold && first->head.hi <= threshold;
    enum gate_grounds grounds;
    enum gate_verdict verdict = GATE_INCONCLUSIVE;

    if (first->blocks < LEAST_BLOCKS) {
        grounds = GROUNDS_TOO_FEW;
        verdict = GATE_NO_DATA;
    } else if (is_dirty(&first->again, rules)) {
        grounds = GROUNDS_DIRTY;
    } else if ((is_same || (side && !worse)) && first->blocks * 4 < first->given * 3) {
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
    } else if (!is_reproduced(confirmation, side, limit)) {
        grounds = GROUNDS_NOT_REPRODUCED;
    } else {
        grounds = GROUNDS_CONFIRMED;
        verdict = worse ? GATE_REGRESSION : GATE_IMPROVED;
    }
    *ret_grounds = grounds;
    return verdict;
}

static void decide(struct gate_decision *ret_decision, const struct gate_phase *first,
                   const struct gate_phase *confirmation, bool larger_is_better, size_t cells,
                   const struct gate_rules *rules)
{
    double limit = fmax(log1p(rules->threshold), first->aa_spread);
    enum gate_grounds grounds;
    enum gate_verdict verdict = judge(&grounds, first, confirmation, limit, larger_is_better, rules);
    *ret_decision = (struct gate_decision){
        .verdict = verdict,
        .wants_confirmation = grounds == GROUNDS_UNCONFIRMED,
        .ratio = exp(first->head.estimate),
        .lo = exp(first->head.lo),
        .hi = exp(first->head.hi),
        .p = first->head.p,
        .p_holm = first->head.p_holm,
        .aa_ratio = exp(first->again.estimate),
        .aa_lo = exp(first->again.lo),
        .aa_hi = exp(first->again.hi),
        .aa_p_holm = first->again.p_holm,
        .aa_spread = first->aa_spread,
        .limit = limit,
        .confirmed_ratio = exp(confirmation->head.estimate),
        .confirmed_lo = exp(confirmation->head.lo),
        .confirmed_hi = exp(confirmation->head.hi),
        .blocks = first->blocks,
    };
    if (grounds == GROUNDS_UNDECIDED || grounds == GROUNDS_LOST)
        ret_decision->blocks_to_settle = blocks_to_settle(first, limit, cells, rules);
    gate_write_reason(ret_decision, grounds, first, confirmation, rules);
}

/* Holm over the A/B or A/A of all cells, in one phase. */
static int adjust(struct gate_phase *phases, size_t count, double *p, bool of_again)
{
    for (size_t i = 0; i < count; i++)
        p[i] = of_again ? phases[i].again.p : phases[i].head.p;
    int error = stats_holm(p, p, count);
    for (size_t i = 0; i < count; i++)
        *(of_again ? &phases[i].again.p_holm : &phases[i].head.p_holm) = p[i];
    return error;
}

int gate_decide(struct gate_decision *ret_decisions, const struct gate_cell *cells, size_t count,
                const struct gate_rules *rules)
{
    assert(rules->threshold > 0 && rules->alpha > 0 && rules->alpha < 1);
    struct gate_phase *first = calloc(count + 1, sizeof(*first)), *confirmation = calloc(count + 1, sizeof(*first));
    double *p = calloc(count + 1, sizeof(*p));
    int error = first && confirmation && p ? 0 : -ENOMEM;
    for (size_t i = 0; !error && i < count; i++) {
        error = measure_phase(&first[i], &cells[i].first, rules->seed);
        if (!error)
            error = measure_phase(&confirmation[i], &cells[i].confirmation, rules->seed);
    }
    if (!error)
        error = adjust(first, count, p, false);
    if (!error)
        error = adjust(first, count, p, true);
    if (!error)
        error = adjust(confirmation, count, p, true);

    size_t tests = 0;
    for (size_t i = 0; !error && i < count; i++)
        tests += first[i].blocks >= LEAST_BLOCKS;
    for (size_t i = 0; !error && i < count; i++)
        decide(&ret_decisions[i], &first[i], &confirmation[i], cells[i].larger_is_better, tests, rules);
    free(first);
    free(confirmation);
    free(p);
    return error;
}

const char *gate_verdict_name(enum gate_verdict verdict)
{
    static const char *const names[] = {"same", "regression", "improved", "inconclusive", "no data"};
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
    double past_threshold = stats_smallest_shift(blocks, spread, log1p(threshold));
    /* A limit that is itself measured: one standard error more. */
    double error = aa_spread / sqrt(2 * ((double)blocks - 1));
    double past_spread = stats_smallest_shift(blocks, spread, aa_spread + error);
    return isnan(past_threshold) ? NAN : expm1(fmax(past_threshold, past_spread));
}
