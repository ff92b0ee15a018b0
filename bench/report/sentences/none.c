/* What stands in place of sentences where there are none: why, so that silence is not taken for equality. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../report.h"
#include "parts.h"

enum { BLOCKS_TO_TELL = 6 };

/* How far a run got, the best of its groups. */
enum silence { NO_RESULT, ONE_RUNNER, SERVER_LIMIT, FEW_BLOCKS, FEW_IN_COMMON, NONE_TOLD, SOME_TOLD };

static bool has_result(const struct summary_record *lane)
{
    return lane->trials > 0 && strcmp(lane->runner, "null") != 0;
}

/* Two lanes of a group that do the same: of a cell, or at one point of a sweep, of which serial has none. */
static bool are_rivals(const struct lane_group *group, size_t i, size_t j)
{
    return has_result(group->lanes[i]) && has_result(group->lanes[j]) &&
           strcmp(group->lanes[i]->runner, group->lanes[j]->runner) != 0 &&
           (!group->swept || group->x[i] == group->x[j] || isnan(group->x[i]) || isnan(group->x[j]));
}

/* However they ended. */
static size_t trials_of(struct speaker *speaker, const struct summary_record *lane)
{
    return trial_index_find(&speaker->index, lane->cell, lane->runner).count;
}

static enum silence silence_of_pair(struct speaker *speaker, const struct summary_record *a,
                                    const struct summary_record *b)
{
    if (trial_index_flagged(&speaker->index, a->cell, a->runner, "origin_saturated") ||
        trial_index_flagged(&speaker->index, b->cell, b->runner, "origin_saturated"))
        return SERVER_LIMIT;
    struct comparison time = lanes_compare(speaker, a, b, trial_seconds_per_job);
    if (time.blocks < BLOCKS_TO_TELL)
        return trials_of(speaker, a) < BLOCKS_TO_TELL || trials_of(speaker, b) < BLOCKS_TO_TELL ? FEW_BLOCKS
                                                                                                : FEW_IN_COMMON;
    return time.relation == FIRST_LESS || time.relation == SECOND_LESS ? SOME_TOLD : NONE_TOLD;
}

static enum silence silence_of_group(struct speaker *speaker, const struct lane_group *group)
{
    enum silence most = NO_RESULT;
    for (size_t i = 0; i < group->count; i++) {
        if (most == NO_RESULT && group->lanes[i]->trials > 0)
            most = ONE_RUNNER;
        for (size_t j = 0; j < i && most < SOME_TOLD; j++) {
            enum silence pair =
                are_rivals(group, i, j) ? silence_of_pair(speaker, group->lanes[i], group->lanes[j]) : NO_RESULT;
            most = pair > most ? pair : most;
        }
    }
    return most;
}

/* Whether all that has a result is under one runner. */
static bool is_one_runner(const struct run_data *run, bool with_result)
{
    const char *runner = NULL;
    for (size_t i = 0; i < run->lane_count; i++) {
        const struct summary_record *lane = &run->lanes[i];
        if ((with_result && !has_result(lane)) || strcmp(lane->runner, "null") == 0)
            continue;
        if (runner && strcmp(runner, lane->runner) != 0)
            return false;
        runner = lane->runner;
    }
    return true;
}

static const char *words_of(const struct run_data *run, enum silence silence, bool open)
{
    switch (silence) {
    case NO_RESULT:
        return "No run has a result.";
    case ONE_RUNNER:
        if (is_one_runner(run, false))
            return "Only one runner ran, so nothing is compared.";
        return is_one_runner(run, true) ? "Only one runner has a result, so nothing is compared."
                                        : "No two runners have a result of the same jobs, so nothing is compared.";
    case SERVER_LIMIT:
        return "The test server was the limit, so it was measured and not the runners: nothing is concluded.";
    case FEW_BLOCKS:
        return "Fewer than 6 blocks: no interval, so nothing is concluded.";
    case FEW_IN_COMMON:
        return "Fewer than 6 blocks in which two runners ended well: no interval, so nothing is concluded.";
    case NONE_TOLD:
    case SOME_TOLD:
        break;
    }
    if (open) /* how long it takes is told to them, so it says nothing of them */
        return "Jobs came at a given rate; how soon each runner had them done stands in the table.";
    return silence == SOME_TOLD ? "Some runners differ; the figures stand in the tables."
                                : "No runner can be told from another by these figures.";
}

const char *report_why_silent(const struct run_data *run)
{
    struct speaker speaker = {.run = run};
    struct lane_group *groups = NULL;
    size_t count = 0;
    enum silence most = NO_RESULT;
    bool open = true;
    if (trial_index_make(&speaker.index, run->trials, run->trial_count) == 0 &&
        lane_groups_make(&groups, &count, run, NULL) == 0) {
        for (size_t i = 0; i < count; i++) {
            enum silence silence = silence_of_group(&speaker, &groups[i]);
            open = open && lane_group_is_open(&groups[i]);
            most = silence > most ? silence : most;
        }
        lane_groups_free(groups, count);
    }
    trial_index_finish(&speaker.index);
    return words_of(run, most, open);
}
