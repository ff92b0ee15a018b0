#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "judge.h"
#include "../stats/stats.h"

void judge_block(struct gate_lane *lane, int phase)
{
    bool base_lacks = lane->unknown[SIDE_BASE] || lane->unsupported[SIDE_BASE];
    bool head_lacks = lane->unknown[SIDE_HEAD] || lane->unsupported[SIDE_HEAD];
    if (lane->failed[SIDE_BASE] + lane->failed[SIDE_HEAD] > 0 || (lane->unknown[SIDE_BASE] && lane->unknown[SIDE_HEAD]))
        lane->state = LANE_FAILED;
    else if (base_lacks && head_lacks)
        lane->state = LANE_UNSUPPORTED;
    else if (base_lacks)
        lane->state = LANE_NEW;
    else if (head_lacks)
        lane->state = LANE_GONE;
    else
        lane->blocks[phase]++;
}

static struct gate_blocks blocks_of(const struct gate_lane *lane, int phase)
{
    return (struct gate_blocks){.base = lane->values[phase][ARM_BASE],
                                .head = lane->values[phase][ARM_HEAD],
                                .again = lane->values[phase][ARM_AGAIN],
                                .count = lane->blocks[phase]};
}

int judge_lanes(struct gate_plan *plan, const struct gate_rules *rules, struct failure *ret_failure)
{
    struct gate_cell *cells = calloc(plan->lane_count + 1, sizeof(*cells));
    struct gate_decision *decisions = calloc(plan->lane_count + 1, sizeof(*decisions));
    size_t count = 0;
    int error = cells && decisions ? 0 : -1;
    for (size_t i = 0; !error && i < plan->lane_count; i++)
        if (plan->lanes[i].state == LANE_GATED)
            cells[count++] = (struct gate_cell){.first = blocks_of(&plan->lanes[i], PHASE_FIRST),
                                                .confirmation = blocks_of(&plan->lanes[i], PHASE_CONFIRMATION),
                                                .larger_is_better = plan->lanes[i].metric->larger_is_better};
    if (!error && gate_decide(decisions, cells, count, rules) < 0)
        error = -1;
    count = 0;
    for (size_t i = 0; !error && i < plan->lane_count; i++)
        if (plan->lanes[i].state == LANE_GATED)
            plan->lanes[i].decision = decisions[count++];
    free(cells);
    free(decisions);
    return error ? failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the verdicts") : 0;
}

static bool regresses(const struct gate_lane *lane)
{
    return lane->state == LANE_GATED && lane->decision.verdict == GATE_REGRESSION;
}

bool lane_is_accepted(const struct gate_lane *lane)
{
    return regresses(lane) && lane->allowed && !lane->allowed->expired;
}

bool lane_is_red(const struct gate_lane *lane)
{
    return regresses(lane) && !lane_is_accepted(lane);
}

const char *lane_verdict(const struct gate_lane *lane)
{
    static const char *const words[] = {
        [LANE_NEW] = "new", [LANE_GONE] = "gone", [LANE_UNSUPPORTED] = "not supported", [LANE_FAILED] = "failed"};
    if (lane->state != LANE_GATED)
        return words[lane->state];
    return lane_is_accepted(lane) ? "accepted" : gate_verdict_name(lane->decision.verdict);
}

size_t lane_figures(double **ret_figures, const struct gate_lane *lane, enum gate_arm arm)
{
    size_t most = lane->blocks[PHASE_FIRST] + lane->blocks[PHASE_CONFIRMATION], n = 0;
    double *figures = malloc((most + 1) * sizeof(*figures));
    for (int phase = 0; figures && phase < PHASES; phase++)
        for (size_t i = 0; i < lane->blocks[phase]; i++)
            if (isfinite(lane->values[phase][arm][i]))
                figures[n++] = lane->values[phase][arm][i];
    *ret_figures = figures;
    return n;
}

double lane_median(const struct gate_lane *lane, enum gate_arm arm)
{
    double *figures;
    size_t n = lane_figures(&figures, lane, arm);
    double median = stats_median(figures, n);
    free(figures);
    return median;
}

/* --- the whole --- */

struct tally {
    size_t gated, red, accepted, same, improved, inconclusive, no_data, failed, head_failed, listed;
};

static struct tally count_lanes(const struct gate_plan *plan)
{
    struct tally tally = {0};
    for (size_t i = 0; i < plan->lane_count; i++) {
        const struct gate_lane *lane = &plan->lanes[i];
        if (lane->state == LANE_FAILED) {
            tally.failed++;
            tally.head_failed +=
                lane->failed[SIDE_HEAD] > 0 && lane->failed[SIDE_BASE] == 0 && !lane->unknown[SIDE_BASE];
        }
        if (lane->state != LANE_GATED) {
            tally.listed += lane->state != LANE_FAILED;
            continue;
        }
        tally.gated++;
        tally.red += lane_is_red(lane);
        tally.accepted += lane_is_accepted(lane);
        tally.same += lane->decision.verdict == GATE_SAME;
        tally.improved += lane->decision.verdict == GATE_IMPROVED;
        tally.inconclusive += lane->decision.verdict == GATE_INCONCLUSIVE;
        tally.no_data += lane->decision.verdict == GATE_NO_DATA;
    }
    return tally;
}

enum gate_outcome judge_outcome(const struct gate_plan *plan, bool local_limit)
{
    struct tally tally = count_lanes(plan);
    if (local_limit)
        return OUTCOME_LOCAL_LIMIT;
    if (tally.head_failed)
        return OUTCOME_HEAD_FAILED;
    if (tally.failed)
        return OUTCOME_FAILED;
    if (tally.red)
        return OUTCOME_REGRESSION;
    if (tally.no_data || tally.gated == 0)
        return OUTCOME_NO_DATA;
    return tally.inconclusive ? OUTCOME_INCONCLUSIVE : OUTCOME_PASSED;
}

enum gate_outcome outcome_of_failure(enum exit_status status)
{
    if (status == EXIT_INTERRUPTED)
        return OUTCOME_INTERRUPTED;
    if (status == EXIT_LOCAL_LIMIT)
        return OUTCOME_LOCAL_LIMIT;
    return status == EXIT_NO_DATA ? OUTCOME_NO_DATA : OUTCOME_FAILED;
}

enum exit_status gate_exit_status(enum gate_outcome outcome, bool strict)
{
    static const enum exit_status statuses[] = {
        [OUTCOME_INTERRUPTED] = EXIT_INTERRUPTED, [OUTCOME_LOCAL_LIMIT] = EXIT_LOCAL_LIMIT,
        [OUTCOME_HEAD_FAILED] = EXIT_JOBS_FAILED, [OUTCOME_FAILED] = EXIT_JOBS_FAILED,
        [OUTCOME_REGRESSION] = EXIT_REGRESSION,   [OUTCOME_NO_DATA] = EXIT_NO_DATA,
        [OUTCOME_INCONCLUSIVE] = EXIT_DONE,       [OUTCOME_PASSED] = EXIT_DONE,
    };
    return outcome == OUTCOME_INCONCLUSIVE && strict ? EXIT_INCONCLUSIVE : statuses[outcome];
}

const char *outcome_word(enum gate_outcome outcome)
{
    static const char *const words[] = {
        [OUTCOME_INTERRUPTED] = "interrupted",   [OUTCOME_LOCAL_LIMIT] = "local_limit",
        [OUTCOME_HEAD_FAILED] = "head_failed",   [OUTCOME_FAILED] = "failed",
        [OUTCOME_REGRESSION] = "regression",     [OUTCOME_NO_DATA] = "no_data",
        [OUTCOME_INCONCLUSIVE] = "inconclusive", [OUTCOME_PASSED] = "passed",
    };
    return words[outcome];
}

static void add(char *buffer, size_t size, size_t count, const char *words)
{
    size_t used = strlen(buffer);
    if (count > 0)
        snprintf(buffer + used, size - used, "%s%zu %s", used ? ", " : "", count, words);
}

void outcome_sentence(char *buffer, size_t size, const struct gate_plan *plan, const struct gate_result *result)
{
    struct tally tally = count_lanes(plan);
    char counts[200] = "";
    add(counts, sizeof(counts), tally.red, "worse");
    add(counts, sizeof(counts), tally.accepted, "worse and accepted");
    add(counts, sizeof(counts), tally.same, "the same");
    add(counts, sizeof(counts), tally.improved, "improved");
    add(counts, sizeof(counts), tally.inconclusive, "inconclusive");
    add(counts, sizeof(counts), tally.no_data, "without data");
    add(counts, sizeof(counts), tally.failed, "failed");
    add(counts, sizeof(counts), tally.listed, "not gated");
    const char *head = NULL;
    switch (result->outcome) {
    case OUTCOME_INTERRUPTED:
        head = "Interrupted: what was finished is kept, and is no verdict.";
        break;
    case OUTCOME_LOCAL_LIMIT:
        head =
            "No verdict: a limit of this machine made jobs fail (`iorace doctor` names the limits). That is a fault of "
            "where it ran, not of the change.";
        break;
    case OUTCOME_HEAD_FAILED:
        head = "Jobs of the head fail where those of the base do not: that is worse than slow.";
        break;
    case OUTCOME_FAILED:
        head = "No verdict: jobs of the base failed. That is a fault of where or how it ran, not a regression.";
        break;
    case OUTCOME_REGRESSION:
        head = "Regression: the head is worse than the base, twice, and by more than chance or the machine explain.";
        break;
    case OUTCOME_NO_DATA:
        head = "No verdict: there are not enough figures for one.";
        break;
    case OUTCOME_INCONCLUSIVE:
        head = "No regression was found, but not every cell could be settled.";
        break;
    case OUTCOME_PASSED:
        head = "No regression.";
        break;
    }
    snprintf(buffer, size, "%s Of %zu cell%s: %s.%s", head, plan->lane_count, plan->lane_count == 1 ? "" : "s",
             counts[0] ? counts : "none measured",
             result->out_of_time ? " --max-time was up before all blocks were run." : "");
}
