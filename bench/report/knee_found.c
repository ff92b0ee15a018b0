#include "knee_found.h"

#include <math.h>
#include <string.h>
#include "../plan/knee.h"
#include "../trial/open_loop.h"

bool lane_is_saturated(const struct summary_record *lane)
{
    return lane->trials == 0 || 2 * lane->saturated > lane->trials;
}

bool lane_is_late(const struct summary_record *lane, double limit_ms)
{
    return !lane_is_saturated(lane) && isfinite(limit_ms) && lane->response_p99_ms > limit_ms;
}

bool lane_tells_saturation(const struct summary_record *lane)
{
    return lane->jobs >= OPEN_LOOP_LEAST_JOBS;
}

bool lane_went_well(const struct trial_index *index, const struct summary_record *lane)
{
    return strcmp(lane->state, "ok") == 0 && strcmp(lane->runner, "null") != 0 &&
           !trial_index_flagged(index, lane->cell, lane->runner, "origin_saturated");
}

/* Half of the trials one way and half the other decide nothing. */
static bool is_decided(const struct trial_index *index, const struct summary_record *lane)
{
    return lane_went_well(index, lane) && lane_tells_saturation(lane) && 2 * lane->saturated != lane->trials;
}

/* Returns the runner's lane with the lowest rate above this one, or NULL. */
static const struct summary_record *next_lane(const struct lane_group *group, const char *runner, double above_per_s)
{
    const struct summary_record *next = NULL;
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        if (strcmp(lane->runner, runner) == 0 && lane->offered_per_s > above_per_s &&
            (!next || lane->offered_per_s < next->offered_per_s))
            next = lane;
    }
    return next;
}

static void note_kept_up(struct knee_found *found, const struct summary_record *lane,
                         const struct summary_record *not_measured)
{
    found->kept_up = lane;
    found->failed = NULL;
    found->untold = not_measured;
    found->unknown_below = found->unknown_below || found->unknown_above;
    found->unknown_above = false;
}

struct knee_found knee_find(const struct lane_group *group, const struct trial_index *index, const char *runner)
{
    struct knee_found found = {.limit_ms = NAN};
    const struct summary_record *not_measured = NULL;
    for (const struct summary_record *lane = next_lane(group, runner, 0); lane;
         lane = next_lane(group, runner, lane->offered_per_s)) {
        bool decided = is_decided(index, lane);
        bool kept_up = decided && !lane_is_saturated(lane) && !lane_is_late(lane, found.limit_ms);
        if (kept_up && isnan(found.limit_ms))
            found.limit_ms = knee_limit_ms(lane->response_p99_ms);
        if (found.too_much) {
            found.rallied = kept_up ? lane : found.rallied;
        } else if (kept_up) {
            note_kept_up(&found, lane, not_measured);
        } else if (decided) {
            found.too_much = lane;
        } else {
            found.unknown_above = true;
            if (!found.failed && strcmp(lane->state, "failed") == 0)
                found.failed = lane;
            if (!not_measured && !lane_went_well(index, lane))
                not_measured = lane;
        }
    }
    if (!found.kept_up)
        found.unknown_below = found.unknown_above;
    return found;
}

double knee_limit_of(const struct lane_group *group, const struct trial_index *index, const struct summary_record *lane)
{
    if (!group->swept || strcmp(group->swept, "rate") != 0)
        return NAN;
    return knee_find(group, index, lane->runner).limit_ms;
}
