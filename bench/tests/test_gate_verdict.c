/* What a gate says of a cell, from blocks made up so that each rule decides once. */
#include "test_stats_support.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "../gate/verdict.h"

enum { MOST = 24 };

static const struct gate_rules rules = {.threshold = 0.05, .alpha = 0.05, .seed = 1};

/* The blocks of one phase and where they stand. */
struct phase {
    double base[MOST], head[MOST], again[MOST];
    size_t count;
};

/* How far the arms are from each other, as ratios, and how much noise there is, in logs. */
struct made_up {
    double head, again; /* 0 stands for 1 */
    double noise;
};

/* Noise of a known pattern, one for each arm: 6 of 12 up, 6 down, and no two arms alike. */
static double noise_of(size_t block, size_t arm)
{
    static const double pattern[3][12] = {
        {1, -1, .5, -.5, .2, -.2, .8, -.8, -.3, .3, .6, -.6},
        {-.4, .9, -.9, .4, .7, .1, -.7, -.1, .5, -.5, -1, 1},
        {.3, .6, -.3, -1, -.6, 1, .2, .7, -.2, -.9, .9, -.7},
    };
    return pattern[arm][block % 12];
}

static void make_up(struct phase *phase, size_t count, struct made_up made_up)
{
    phase->count = count;
    for (size_t i = 0; i < count; i++) {
        double block = 2 + (double)(i % 5); /* what the whole block shares cancels */
        phase->base[i] = block * exp(made_up.noise * noise_of(i, 0));
        phase->head[i] = block * (made_up.head ? made_up.head : 1) * exp(made_up.noise * noise_of(i, 1));
        phase->again[i] = block * (made_up.again ? made_up.again : 1) * exp(made_up.noise * noise_of(i, 2));
    }
}

static struct gate_blocks blocks_of(const struct phase *phase)
{
    return (struct gate_blocks){phase->base, phase->head, phase->again, phase->count};
}

static struct gate_decision decide_cell(const struct gate_cell *cell)
{
    struct gate_decision decision;
    assert_int_equal(gate_decide(&decision, cell, 1, &rules), 0);
    return decision;
}

static struct gate_decision decide_phases(const struct phase *first, const struct phase *confirmation)
{
    struct gate_cell cell = {.first = blocks_of(first)};
    if (confirmation)
        cell.confirmation = blocks_of(confirmation);
    return decide_cell(&cell);
}

static void assert_verdict(const struct gate_decision *decision, enum gate_verdict wanted, const char *in_reason)
{
    if (decision->verdict != wanted || !strstr(decision->reason, in_reason))
        fail_msg("%s (%s), wanted %s (%s)", gate_verdict_name(decision->verdict), decision->reason,
                 gate_verdict_name(wanted), in_reason);
}

static void equal_arms_are_the_same(void **state)
{
    (void)state;
    struct phase phase;
    make_up(&phase, 12, (struct made_up){0});
    struct gate_decision decision = decide_phases(&phase, NULL);
    assert_verdict(&decision, GATE_SAME, "within 5 %");
    assert_false(decision.wants_confirmation);
    assert_near(decision.ratio, 1);
    assert_near(decision.p, 1);
    assert_near(decision.aa_spread, 0);
    assert_near(decision.limit, log(1.05));
    assert_true(isnan(decision.confirmed_ratio));
    assert_int_equal(decision.blocks, 12);

    make_up(&phase, 12, (struct made_up){.head = 1.02, .noise = 0.02});
    decision = decide_phases(&phase, NULL);
    assert_verdict(&decision, GATE_SAME, "within 5 %");
}

/* Without noise each block says log 1.1 - 0: p is 2 of 4096 patterns, all figures are as made up. */
static void a_regression_wants_to_be_confirmed(void **state)
{
    (void)state;
    struct phase first, confirmation;
    make_up(&first, 12, (struct made_up){.head = 1.1});
    make_up(&confirmation, 12, (struct made_up){.head = 1.09});
    struct gate_decision decision = decide_phases(&first, NULL);
    assert_verdict(&decision, GATE_INCONCLUSIVE, "wants to be confirmed");
    assert_true(decision.wants_confirmation);
    assert_near(decision.ratio, 1.1);
    assert_near(decision.lo, 1.1);
    assert_near(decision.hi, 1.1);
    assert_near(decision.p, 2 / 4096.0);
    assert_near(decision.p_holm, 2 / 4096.0);
    assert_near(decision.aa_ratio, 1);

    decision = decide_phases(&first, &confirmation);
    assert_verdict(&decision, GATE_REGRESSION, "the confirmation finds +9.0 %");
    assert_false(decision.wants_confirmation);
    assert_near(decision.confirmed_ratio, 1.09);
    assert_near(decision.confirmed_lo, 1.09);

    /* Both bases count: 2 % between them shifts A/B by one. */
    make_up(&first, 12, (struct made_up){.head = 1.1, .again = 1.02});
    decision = decide_phases(&first, NULL);
    assert_near(decision.ratio, 1.1 / sqrt(1.02));
    assert_near(decision.aa_ratio, 1.02);
    assert_near(decision.aa_p_holm, 2 / 4096.0);
}

static void better_is_what_the_metric_says(void **state)
{
    (void)state;
    static const struct {
        double head;
        bool larger_is_better;
        enum gate_verdict wanted;
    } rows[] = {{1.12, false, GATE_REGRESSION},
                {1.12, true, GATE_IMPROVED},
                {0.88, false, GATE_IMPROVED},
                {0.88, true, GATE_REGRESSION}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct phase phase;
        make_up(&phase, 12, (struct made_up){.head = rows[i].head, .noise = 0.01});
        struct gate_cell cell = {.first = blocks_of(&phase), .larger_is_better = rows[i].larger_is_better};
        struct gate_decision decision = decide_cell(&cell);
        assert_true(decision.wants_confirmation);
        cell.confirmation = blocks_of(&phase);
        decision = decide_cell(&cell);
        assert_verdict(&decision, rows[i].wanted, "past 5 %");
        assert_true((decision.ratio > 1) == (rows[i].head > 1));
    }
}

static void what_the_confirmation_does_not_find_is_inconclusive(void **state)
{
    (void)state;
    struct phase first, confirmation;
    make_up(&first, 12, (struct made_up){.head = 1.1, .noise = 0.01});
    static const struct {
        struct made_up confirmation;
        size_t count;
        const char *reason;
    } rows[] = {
        {{.head = 1.0}, 12, "one of them was disturbed"},
        {{.head = 1.03, .noise = .01}, 12, "one of them was disturbed"}, /* something, but not past the limit */
        {{.head = 0.9}, 12, "one of them was disturbed"},                /* the other way */
        {{.head = 1.1, .again = 1.045}, 12, "in the confirmation base differs from itself by +4.5 %"},
        {{.head = 1.1, .again = 1 / 1.045}, 12, "in the confirmation base differs from itself by -4.3 %"},
        {{.head = 1.1}, 5, "5 of 5 blocks of the confirmation"},
        {{.head = 1.1, .noise = NAN}, 12, "0 of 12 blocks of the confirmation"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        make_up(&confirmation, rows[i].count, rows[i].confirmation);
        struct gate_decision decision = decide_phases(&first, &confirmation);
        assert_verdict(&decision, GATE_INCONCLUSIVE, rows[i].reason);
        assert_false(decision.wants_confirmation);
    }
    make_up(&confirmation, 12, (struct made_up){.head = 1.06});
    struct gate_decision decision = decide_phases(&first, &confirmation);
    assert_verdict(&decision, GATE_REGRESSION, "the confirmation finds +6.0 %");
}

/* Past the threshold on the whole, but not with the whole interval; and across it. */
static void in_between_is_inconclusive(void **state)
{
    (void)state;
    struct phase phase;
    make_up(&phase, 12, (struct made_up){.head = 1.07, .noise = 0.08});
    struct gate_decision decision = decide_phases(&phase, NULL);
    assert_true(decision.ratio > 1.05 && expm1(decision.limit) > decision.ratio - 1);
    assert_verdict(&decision, GATE_INCONCLUSIVE, "quieter machine");
    assert_false(decision.wants_confirmation);

    make_up(&phase, 12, (struct made_up){.head = 1.03, .noise = 0.04});
    decision = decide_phases(&phase, NULL);
    assert_true(decision.lo > 0.95 && decision.hi > 1.05);
    assert_in_range(decision.blocks_to_settle, 13, 200);
    char advice[64];
    snprintf(advice, sizeof(advice), "about %zu blocks, or a quieter machine", decision.blocks_to_settle);
    assert_verdict(&decision, GATE_INCONCLUSIVE, advice);

    /* On the threshold no number of blocks tells. */
    make_up(&phase, 12, (struct made_up){.head = 1.05, .noise = 0.01});
    decision = decide_phases(&phase, NULL);
    assert_verdict(&decision, GATE_INCONCLUSIVE, "is neither within 5 % nor past 5 %");
    assert_true(decision.blocks_to_settle == 0 || decision.blocks_to_settle > 12);
}

/* A/A swings by 10 % about nothing; 10 % more is no more than that, and more blocks make it no smaller. */
static void the_limit_is_the_spread_of_a_a(void **state)
{
    (void)state;
    struct phase phase;
    make_up(&phase, 12, (struct made_up){.head = 1.1});
    for (size_t i = 0; i < 12; i++) {
        phase.base[i] *= i % 2 ? 1.05 : 1 / 1.05;
        phase.again[i] *= i % 2 ? 1 / 1.05 : 1.05;
    }
    struct gate_decision decision = decide_phases(&phase, NULL);
    /* Log ratios of +-2 log 1.05, 12 of them, one at either end drawn in to its like: the deviation is 2 log 1.05
     * sqrt(12 / 11), over 10 of 12. */
    assert_near(decision.aa_spread, 2 * log(1.05) * sqrt(12 / 11.0) * 12 / 10);
    assert_near(decision.limit, decision.aa_spread);
    assert_near(decision.lo, 1.1);
    assert_verdict(&decision, GATE_INCONCLUSIVE, "no more than base differs from itself (13 % from block to block)");
    assert_int_equal(decision.blocks_to_settle, 0);

    /* Same is within the threshold, never within the wider limit. */
    for (size_t i = 0; i < 12; i++)
        phase.head[i] *= 1.06 / 1.1;
    decision = decide_phases(&phase, NULL);
    assert_verdict(&decision, GATE_INCONCLUSIVE, "no more than base differs from itself");
    for (size_t i = 0; i < 12; i++)
        phase.head[i] *= 1.04 / 1.06;
    decision = decide_phases(&phase, NULL);
    assert_verdict(&decision, GATE_SAME, "within 5 %");
}

/* Three quarters of log 1.05 are 3.73 %. A p alone makes nothing dirty, nor does a difference alone. */
static void a_dirty_a_a_decides_before_all_else(void **state)
{
    (void)state;
    struct phase phase, confirmation;
    make_up(&confirmation, 12, (struct made_up){.head = 1.2});
    static const double heads[] = {1, 1.02, 1.2, 0.8};
    for (size_t i = 0; i < COUNT(heads); i++) {
        make_up(&phase, 12, (struct made_up){.head = heads[i], .again = 1.039});
        struct gate_decision decision = decide_phases(&phase, NULL);
        assert_verdict(&decision, GATE_INCONCLUSIVE, "base differs from itself by +3.9 %: the machine was not steady");
        assert_false(decision.wants_confirmation);
        decision = decide_phases(&phase, &confirmation);
        assert_verdict(&decision, GATE_INCONCLUSIVE, "base differs from itself");
    }
    make_up(&phase, 12, (struct made_up){.again = 1 / 1.039});
    struct gate_decision decision = decide_phases(&phase, NULL);
    assert_verdict(&decision, GATE_INCONCLUSIVE, "base differs from itself by -3.8 %");
    make_up(&phase, 12, (struct made_up){.again = 1.036});
    decision = decide_phases(&phase, NULL);
    assert_verdict(&decision, GATE_SAME, "within 5 %");

    /* Nine up, three down by as much: an estimate past 3.73 %, and p = 2 (1 + 12 + 66 + 220) / 4096. */
    make_up(&phase, 12, (struct made_up){0});
    for (size_t i = 0; i < 12; i++)
        phase.again[i] *= i < 9 ? 1.09 : 1 / 1.09;
    decision = decide_phases(&phase, NULL);
    assert_true(decision.aa_ratio > 1.0373);
    assert_near(decision.aa_p_holm, 598 / 4096.0);
    assert_null(strstr(decision.reason, "not steady"));
}

/* 103 cells with six blocks, and six again: the smallest p of 12 is 2/4096, and 103 times that is above .05. With 102
 * cells it is below. */
static void holm_is_over_the_cells_that_have_data(void **state)
{
    (void)state;
    enum { CELLS = 103 };
    struct phase phase;
    static struct gate_cell cells[CELLS];
    static struct gate_decision decisions[CELLS];
    make_up(&phase, 6, (struct made_up){.head = 1.1});
    for (size_t i = 0; i < CELLS; i++)
        cells[i].first = blocks_of(&phase);
    assert_int_equal(gate_decide(decisions, cells, CELLS, &rules), 0);
    for (size_t i = 0; i < CELLS; i++) {
        assert_near(decisions[i].p, 2 / 64.0);
        assert_near(decisions[i].p_holm, 1);
        assert_true(decisions[i].wants_confirmation);
        cells[i].confirmation = blocks_of(&phase);
    }
    assert_int_equal(gate_decide(decisions, cells, CELLS, &rules), 0);
    for (size_t i = 0; i < CELLS; i++) {
        assert_near(decisions[i].p, 2 / 4096.0);
        assert_near(decisions[i].p_holm, 206 / 4096.0);
        assert_verdict(&decisions[i], GATE_INCONCLUSIVE, "p = 0.05 over all cells is not below 0.05");
        assert_in_range(decisions[i].blocks_to_settle, 7, 12); /* a phase */
    }
    cells[7].first = cells[7].confirmation = (struct gate_blocks){0};
    assert_int_equal(gate_decide(decisions, cells, CELLS, &rules), 0);
    assert_near(decisions[0].p_holm, 204 / 4096.0);
    assert_verdict(&decisions[0], GATE_REGRESSION, "past 5 %");
    assert_verdict(&decisions[7], GATE_NO_DATA, "0 of 0 blocks");
    assert_int_equal(gate_decide(NULL, NULL, 0, &rules), 0);
}

/* The machine held up one trial of each phase, by two and a half times or far more: it is one of 36, whichever. */
static void a_trial_held_up_decides_nothing(void **state)
{
    (void)state;
    static const double heads[] = {1, 1.15}, times[] = {2.5, 10, 1e6};
    for (size_t h = 0; h < COUNT(heads); h++)
        for (size_t t = 0; t < COUNT(times); t++)
            for (size_t trial = 0; trial < 3 * 12; trial++) {
                struct phase first, confirmation;
                make_up(&first, 12, (struct made_up){.head = heads[h], .noise = 0.01});
                make_up(&confirmation, 12, (struct made_up){.head = heads[h], .noise = 0.01});
                double *arms[] = {first.base, first.head, first.again};
                double *arms_again[] = {confirmation.base, confirmation.head, confirmation.again};
                arms[trial % 3][trial / 3] *= times[t];
                arms_again[trial % 3][trial / 3] *= times[t];
                struct gate_decision decision = decide_phases(&first, NULL);
                if (heads[h] == 1) {
                    assert_verdict(&decision, GATE_SAME, "within 5 %");
                    continue;
                }
                assert_true(decision.wants_confirmation);
                decision = decide_phases(&first, &confirmation);
                assert_verdict(&decision, GATE_REGRESSION, "past 5 %");
                assert_true(decision.aa_spread < 0.03 && decision.p < 0.01);
            }
}

/* What the first phase alone leaves open, both together may tell; and what one finds and both do not is left open. */
static void both_phases_decide(void **state)
{
    (void)state;
    struct phase first, confirmation;
    make_up(&first, 12, (struct made_up){.head = 1.08, .noise = 0.04});
    make_up(&confirmation, 12, (struct made_up){.head = 1.08, .noise = 0.005});
    struct gate_decision decision = decide_phases(&first, NULL);
    assert_true(decision.wants_confirmation && decision.lo < 1.05);
    decision = decide_phases(&first, &confirmation);
    assert_true(decision.lo > 1.05 && decision.lo < decision.ratio && decision.ratio < decision.hi);
    assert_verdict(&decision, GATE_REGRESSION, "and the confirmation finds +8.0 %");
    assert_int_equal(decision.blocks, 12);

    make_up(&first, 12, (struct made_up){.head = 1.065, .noise = 0.035});
    decision = decide_phases(&first, &first);
    assert_true(decision.lo < 1.05 && decision.confirmed_ratio > 1.05);
    assert_verdict(&decision, GATE_INCONCLUSIVE, "is neither within 5 % nor past");
    assert_false(decision.wants_confirmation);
}

/* What was held up as a whole in one phase lies apart from the other, and what both say together is true of neither:
 * then each must be past the limit by itself. */
static void apart_phases_are_not_confirmed(void **state)
{
    (void)state;
    struct phase first, confirmation;
    make_up(&first, 12, (struct made_up){.head = 1.04 * 1.35, .noise = 0.01});
    make_up(&confirmation, 12, (struct made_up){.head = 1.055, .noise = 0.01});
    struct gate_decision decision = decide_phases(&first, &confirmation);
    assert_true(decision.lo > 1.05 && decision.confirmed_ratio > 1.05 && decision.confirmed_lo < 1.05);
    assert_verdict(&decision, GATE_INCONCLUSIVE, "one of them was disturbed");

    make_up(&confirmation, 12, (struct made_up){.head = 1.08, .noise = 0.005});
    decision = decide_phases(&first, &confirmation);
    assert_true(decision.confirmed_lo > 1.05);
    assert_verdict(&decision, GATE_REGRESSION, "+40.3 % at first, and the confirmation finds +8.0 %");
}

/* The limit is that of all blocks, for both phases: what was past the first one's own may not be past it. */
static void the_limit_is_of_both_phases(void **state)
{
    (void)state;
    struct phase first, confirmation;
    make_up(&first, 12, (struct made_up){.head = 1.06, .noise = 0.002});
    make_up(&confirmation, 12, (struct made_up){.head = 1.2, .noise = 0.13});
    struct gate_decision decision = decide_phases(&first, &confirmation);
    assert_true(decision.limit > log(1.06) && decision.confirmed_ratio > exp(decision.limit));
    assert_verdict(&decision, GATE_INCONCLUSIVE, "nor past 9.28 %");
}

/* Half of the blocks half as much again, half a fifth less: the middle of that is well known, and true of none. */
static void blocks_that_do_not_agree_are_inconclusive(void **state)
{
    (void)state;
    struct phase phase;
    make_up(&phase, 12, (struct made_up){.noise = 0.001});
    for (size_t i = 0; i < 12; i++)
        phase.head[i] *= i % 2 ? 1.5 : 0.8;
    struct gate_decision decision = decide_phases(&phase, NULL);
    assert_true(decision.wants_confirmation);
    decision = decide_phases(&phase, &phase);
    assert_true(decision.lo > 1.05 && decision.p_holm < 0.05);
    assert_verdict(&decision, GATE_INCONCLUSIVE, "in 12 of 24 blocks: they do not agree");
    assert_int_equal(decision.blocks_to_settle, 0);
}

static void what_is_no_number_is_no_data(void **state)
{
    (void)state;
    static const double bad[] = {NAN, 0, -1, INFINITY, -INFINITY, -0.0};
    for (size_t b = 0; b < COUNT(bad); b++)
        for (size_t arm = 0; arm < 3; arm++) {
            struct phase phase;
            make_up(&phase, 12, (struct made_up){.head = 1.1});
            for (size_t i = 0; i < 7; i++)
                (arm == 0 ? phase.base : arm == 1 ? phase.head : phase.again)[i] = bad[b];
            struct gate_decision decision = decide_phases(&phase, NULL);
            assert_verdict(&decision, GATE_NO_DATA, "5 of 12 blocks gave a number in all three trials; 6 are needed");
            assert_int_equal(decision.blocks, 5);
            assert_true(isnan(decision.ratio) && isnan(decision.lo) && isnan(decision.hi) && isnan(decision.p) &&
                        isnan(decision.p_holm) && isnan(decision.aa_ratio) && isnan(decision.aa_spread));
        }
    for (size_t count = 0; count <= 5; count++) {
        struct phase phase;
        make_up(&phase, count, (struct made_up){.head = 1.1});
        struct gate_decision decision = decide_phases(&phase, NULL);
        assert_verdict(&decision, GATE_NO_DATA, "6 are needed");
    }
}

/* Head may have failed where it was slow: the blocks that are left are no good news. Bad news they may be. */
static void lost_blocks_are_no_good_news(void **state)
{
    (void)state;
    struct phase phase;
    static const double heads[] = {1, 0.8};
    for (size_t i = 0; i < COUNT(heads); i++) {
        make_up(&phase, 12, (struct made_up){.head = heads[i]});
        phase.head[1] = phase.head[4] = phase.again[7] = NAN;
        struct gate_decision decision = decide_phases(&phase, NULL);
        assert_true(decision.verdict == GATE_SAME || decision.wants_confirmation); /* 9 of 12: three quarters */
        phase.base[9] = NAN;
        decision = decide_phases(&phase, NULL);
        assert_verdict(&decision, GATE_INCONCLUSIVE, "4 of 12 blocks gave no number");
        assert_false(decision.wants_confirmation);
    }
    /* Nor are those of the confirmation. */
    struct phase confirmation;
    make_up(&phase, 12, (struct made_up){.head = 0.8});
    make_up(&confirmation, 12, (struct made_up){.head = 0.8});
    for (size_t i = 0; i < 4; i++)
        confirmation.head[i] = NAN;
    struct gate_decision improved = decide_phases(&phase, &confirmation);
    assert_verdict(&improved, GATE_INCONCLUSIVE, "4 of 12 blocks gave no number");
    assert_int_equal(improved.confirmation_blocks, 8);

    make_up(&phase, 12, (struct made_up){.head = 1.2});
    for (size_t i = 0; i < 6; i++)
        phase.head[i] = NAN;
    struct gate_decision decision = decide_phases(&phase, &phase);
    assert_verdict(&decision, GATE_REGRESSION, "past 5 %");
}

static void a_gate_is_planned(void **state)
{
    (void)state;
    assert_int_equal(gate_blocks_needed(0, .05), 12);
    assert_int_equal(gate_blocks_needed(1, .05), 12);
    assert_int_equal(gate_blocks_needed(102, .05), 12); /* 2^-11 = .000488 <= .05/102 = .000490 */
    assert_int_equal(gate_blocks_needed(103, .05), 13);
    /* Without noise the threshold itself; with a wide spread at least the spread. */
    assert_near(gate_smallest_change(12, 0, .05), .05);
    assert_true(gate_smallest_change(12, .03, .05) > .07 && gate_smallest_change(12, .03, .05) < .1);
    assert_true(gate_smallest_change(12, .2, .05) > .2);
    assert_true(gate_smallest_change(48, .03, .05) < gate_smallest_change(12, .03, .05));
    assert_true(isnan(gate_smallest_change(5, .03, .05)));
    assert_true(isnan(gate_smallest_change(12, NAN, .05)));
}

/* Numbers of every kind and size, in gates of every size: what is decided must follow from its own figures. */
static void random_gates_keep_the_rules(void **state)
{
    (void)state;
    enum { GATES = 3000, CELLS = 4 };
    static const double odd[] = {NAN, INFINITY, -INFINITY, 0, -0.0, -3, 5e-324, 1.7e308, 1e-300, 1};
    unsigned short random[3] = {41, 42, 43};
    unsigned seen[5] = {0};
    for (int gate = 0; gate < GATES; gate++) {
        static struct phase phases[2 * CELLS];
        struct gate_cell cells[CELLS];
        struct gate_decision decisions[CELLS];
        double share_odd = erand48(random) < 0.5 ? 0 : erand48(random) * 0.2;
        for (size_t i = 0; i < 2 * CELLS; i++) {
            static const double levels[] = {1, 1, 1.1, 1.3, 0.7};
            double level = levels[(size_t)(erand48(random) * 5)], noise = pow(10, -4 * erand48(random));
            /* Beyond 24 signs, of both phases together, they are drawn, which takes long. */
            size_t most = erand48(random) < 0.003 ? MOST : 12;
            make_up(&phases[i], (size_t)(erand48(random) * (double)(most + 1)), (struct made_up){.head = level});
            double *arms[] = {phases[i].base, phases[i].head, phases[i].again};
            for (size_t k = 0; k < 3 * phases[i].count; k++) {
                double *value = &arms[k % 3][k / 3];
                *value *= exp(noise * draw_normal(random));
                if (erand48(random) < share_odd)
                    *value = odd[(size_t)(erand48(random) * COUNT(odd))];
            }
        }
        for (size_t i = 0; i < CELLS; i++)
            cells[i] = (struct gate_cell){.first = blocks_of(&phases[2 * i]), .larger_is_better = gate % 2};
        assert_int_equal(gate_decide(decisions, cells, CELLS, &rules), 0);
        for (size_t i = 0; i < CELLS; i++)
            if (decisions[i].wants_confirmation && erand48(random) < 0.9)
                cells[i].confirmation = blocks_of(&phases[2 * i + 1]);
        assert_int_equal(gate_decide(decisions, cells, CELLS, &rules), 0);
        for (size_t i = 0; i < CELLS; i++) {
            const struct gate_decision *d = &decisions[i];
            seen[d->verdict]++;
            assert_true(d->reason[0] && strlen(d->reason) < sizeof(d->reason) - 1);
            assert_true((d->verdict == GATE_NO_DATA) == (d->blocks < 6));
            assert_true((d->verdict == GATE_NO_DATA) == isnan(d->ratio));
            if (d->verdict == GATE_SAME)
                assert_true(d->lo >= 1 / 1.05 - 1e-12 && d->hi <= 1.05 + 1e-12);
            if (d->verdict == GATE_REGRESSION || d->verdict == GATE_IMPROVED) {
                bool more = (d->verdict == GATE_REGRESSION) == !cells[i].larger_is_better;
                assert_true(more ? d->lo > 1.05 : d->hi < 1 / 1.05);
                assert_true(more ? d->confirmed_ratio > 1.05 : d->confirmed_ratio < 1 / 1.05);
                assert_true(d->p_holm < 0.05 && d->p <= d->p_holm);
                assert_true(more ? log(d->lo) > d->limit : log(d->hi) < -d->limit);
                assert_true(d->aa_p_holm >= 0.05 || fabs(log(d->aa_ratio)) <= 0.75 * log(1.05));
            }
            if (d->wants_confirmation)
                assert_true(d->verdict == GATE_INCONCLUSIVE && cells[i].confirmation.count == 0);
        }
    }
    for (size_t i = 0; i < COUNT(seen); i++) {
        print_message("# %s: %u\n", gate_verdict_name((enum gate_verdict)i), seen[i]);
        assert_true(seen[i] > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_arms_are_the_same),
        cmocka_unit_test(a_regression_wants_to_be_confirmed),
        cmocka_unit_test(better_is_what_the_metric_says),
        cmocka_unit_test(what_the_confirmation_does_not_find_is_inconclusive),
        cmocka_unit_test(in_between_is_inconclusive),
        cmocka_unit_test(the_limit_is_the_spread_of_a_a),
        cmocka_unit_test(a_dirty_a_a_decides_before_all_else),
        cmocka_unit_test(holm_is_over_the_cells_that_have_data),
        cmocka_unit_test(a_trial_held_up_decides_nothing),
        cmocka_unit_test(both_phases_decide),
        cmocka_unit_test(apart_phases_are_not_confirmed),
        cmocka_unit_test(the_limit_is_of_both_phases),
        cmocka_unit_test(blocks_that_do_not_agree_are_inconclusive),
        cmocka_unit_test(what_is_no_number_is_no_data),
        cmocka_unit_test(lost_blocks_are_no_good_news),
        cmocka_unit_test(a_gate_is_planned),
        cmocka_unit_test(random_gates_keep_the_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
