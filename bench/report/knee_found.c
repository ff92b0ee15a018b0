#include "knee_found.h"

#include <math.h>
#include <string.h>
#include "../plan/knee.h"

bool lane_is_saturated(const struct summary_record *lane)
{
    return lane->trials == 0 || 2 * lane->saturated > lane->trials;
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

struct knee_found knee_find(const struct lane_group *group, const char *runner)
{
    struct knee_found found = {.limit_ms = NAN};
    const struct summary_record *lane = next_lane(group, runner, 0);
    for (; lane && !found.too_much; lane = next_lane(group, runner, lane->offered_per_s)) {
        bool late = isfinite(found.limit_ms) && lane->response_p99_ms > found.limit_ms;
        if (lane_is_saturated(lane) || late) {
            found.too_much = lane;
            break;
        }
        found.kept_up = lane;
        if (isnan(found.limit_ms))
            found.limit_ms = knee_limit_ms(lane->response_p99_ms);
    }
    return found;
}
