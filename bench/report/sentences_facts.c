/* What may be said of a lane, and of two: nothing that their intervals do not support. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "report.h"
#include "sentences_parts.h"

bool lane_is_under(const struct summary_record *lane, const char *runner)
{
    return strcmp(lane->runner, runner) == 0;
}

const struct summary_record *group_lane(const struct lane_group *group, const char *runner)
{
    for (size_t i = 0; i < group->count; i++)
        if (lane_is_under(group->lanes[i], runner))
            return group->lanes[i];
    return NULL;
}

/* Jobs that come at their own rate take as long as they are told to, whoever runs them. */
static bool is_paced(const struct summary_record *lane)
{
    const char *params = lane->params ? lane->params : "";
    return strncmp(params, "rate=", 5) == 0 || strstr(params, " rate=");
}

bool lane_is_measured(struct speaker *speaker, const struct summary_record *lane)
{
    if (!lane || strcmp(lane->state, "ok") != 0 || lane_is_under(lane, "null") || is_paced(lane))
        return false;
    struct trial_span span = trial_index_find(&speaker->index, lane->cell, lane->runner);
    for (size_t i = 0; i < span.count; i++)
        if (trial_has_flag(speaker->index.trials[span.order[i]].flags, "origin_saturated"))
            return false;
    return true;
}

/* Measured, with an interval against a serial lane that is measured too. */
static bool is_sound(struct speaker *speaker, const struct summary_record *lane)
{
    return !lane_is_under(lane, "serial") && isfinite(lane->speedup_median) && isfinite(lane->speedup_ci_lo) &&
           isfinite(lane->speedup_ci_hi) && lane_is_measured(speaker, lane) &&
           lane_is_measured(speaker, summary_serial_of(speaker->run, lane));
}

bool lane_is_faster(struct speaker *speaker, const struct summary_record *lane)
{
    return lane->speedup_ci_lo > MATTERS && is_sound(speaker, lane);
}

bool lane_is_slower(struct speaker *speaker, const struct summary_record *lane)
{
    return lane->speedup_ci_hi < 1 / MATTERS && is_sound(speaker, lane);
}

bool lane_is_no_faster(struct speaker *speaker, const struct summary_record *lane)
{
    return lane->speedup_ci_lo >= 1 / MATTERS && lane->speedup_ci_hi <= MATTERS && is_sound(speaker, lane);
}

struct comparison lanes_compare(struct speaker *speaker, const struct summary_record *first,
                                const struct summary_record *second, trial_figure_fn figure)
{
    struct paired_ratio ratio;
    if (paired_compare(&ratio, &speaker->index, trial_index_find(&speaker->index, second->cell, second->runner),
                       trial_index_find(&speaker->index, first->cell, first->runner), figure) != 0) {
        speaker->out_of_memory = true;
        return (struct comparison){UNDECIDED, NAN};
    }
    if (ratio.lo > 1 && ratio.ratio > MATTERS)
        return (struct comparison){FIRST_LESS, ratio.ratio};
    if (ratio.hi < 1 && ratio.ratio < 1 / MATTERS)
        return (struct comparison){SECOND_LESS, 1 / ratio.ratio};
    return (struct comparison){ratio.lo >= 1 / MATTERS && ratio.hi <= MATTERS ? ALIKE : UNDECIDED, NAN};
}

static int compare_claims(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    return (a->speedup < b->speedup) - (a->speedup > b->speedup);
}

struct claim *claims_make(struct speaker *speaker, const struct lane_group *group)
{
    struct claim *claims = calloc(group->count, sizeof(*claims));
    speaker->out_of_memory = speaker->out_of_memory || !claims;
    return claims;
}

void claims_sort(struct claim *claims, size_t count)
{
    if (claims)
        qsort(claims, count, sizeof(*claims), compare_claims);
}
