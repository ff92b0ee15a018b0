/* From a gate's figures to its verdicts, and from those to how it ended. */
#ifndef BENCH_GATE_JUDGE_H
#define BENCH_GATE_JUDGE_H

#include "gate.h"

/** Note what a block has shown of a lane: from the first one with a failure on it is not gated any more. */
void judge_block(struct gate_lane *lane, int phase);

/** Decide every lane that is gated (verdict.h) from the blocks there are. Returns 0 or -1 (memory). */
int judge_lanes(struct gate_plan *plan, const struct gate_rules *rules, struct failure *ret_failure);

/** Returns whether a lane's regression stands: it is one, and was not accepted. */
bool lane_is_red(const struct gate_lane *lane);

/** Returns whether it is a regression that was accepted, and still is. */
bool lane_is_accepted(const struct gate_lane *lane);

/** Returns a lane's verdict for people and files: "same", "regression", "accepted", "improved", "inconclusive", "no
 * data", "new", "gone", "not supported", "failed". */
const char *lane_verdict(const struct gate_lane *lane);

/** Returns how a gate has ended, interruption apart. @param local_limit  some jobs failed for a limit of this machine
 */
enum gate_outcome judge_outcome(const struct gate_plan *plan, bool local_limit);

/**
 * Collect the finite figures of one arm's trials, in both phases.
 *
 * @param ret_figures  always written; the caller's; NULL without memory
 * Returns how many there are.
 */
size_t lane_figures(double **ret_figures, const struct gate_lane *lane, enum gate_arm arm);

/** Returns their median, or NAN where there are none. */
double lane_median(const struct gate_lane *lane, enum gate_arm arm);

/** Returns what a gate that could not go on has ended as. @param status  of the failure */
enum gate_outcome outcome_of_failure(enum exit_status status);

/** Returns what the program shall exit with after a gate that ran to its end. */
enum exit_status gate_exit_status(enum gate_outcome outcome, bool strict);

/** Write in a sentence or two how the gate has ended, for a table's end and a page's head. */
void outcome_sentence(char *buffer, size_t size, const struct gate_plan *plan, const struct gate_result *result);

/** Returns a word for an outcome: "regression", "passed", "head_failed" ... */
const char *outcome_word(enum gate_outcome outcome);

#endif
