/* What may be said of a lane, and of two: nothing that their intervals do not support. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../knee_found.h"
#include "../labels.h"
#include "../report.h"
#include "parts.h"
#include "../../stored/summary.h"

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

bool group_is_first_of_runner(const struct lane_group *group, size_t i)
{
    return group_lane(group, group->lanes[i]->runner) == group->lanes[i];
}

bool lane_is_measured(struct speaker *speaker, const struct summary_record *lane)
{
    return lane && !summary_is_paced(lane) && lane_went_well(&speaker->index, lane);
}

bool lane_meets_serial(struct speaker *speaker, const struct summary_record *lane)
{
    return lane_is_measured(speaker, lane) && lane_is_measured(speaker, summary_serial_of(speaker->run, lane));
}

/* Measured, with an interval against a serial lane that is measured too. */
static bool is_sound(struct speaker *speaker, const struct summary_record *lane)
{
    return !lane_is_under(lane, "serial") && isfinite(lane->speedup_median) && isfinite(lane->speedup_ci_lo) &&
           isfinite(lane->speedup_ci_hi) && lane_meets_serial(speaker, lane);
}

/* Other than one, and by more than matters; or surely by no more than that. */
static enum relation relation_of(double ratio, double lo, double hi)
{
    return lo > 1 && ratio > MATTERS            ? FIRST_LESS
           : hi < 1 && ratio < 1 / MATTERS      ? SECOND_LESS
           : lo >= 1 / MATTERS && hi <= MATTERS ? ALIKE
                                                : UNDECIDED;
}

static struct comparison make_comparison(enum relation relation, double ratio, double lo, double hi, size_t blocks)
{
    if (relation == SECOND_LESS)
        return (struct comparison){relation, 1 / ratio, 1 / hi, 1 / lo, blocks};
    return (struct comparison){relation, ratio, lo, hi, blocks};
}

struct comparison lane_against_serial(struct speaker *speaker, const struct summary_record *lane)
{
    double lo = lane->speedup_ci_lo, hi = lane->speedup_ci_hi;
    enum relation relation = is_sound(speaker, lane) ? relation_of(lane->speedup_median, lo, hi) : UNDECIDED;
    return make_comparison(relation, lane->speedup_median, lo, hi, 0);
}

struct comparison lanes_compare(struct speaker *speaker, const struct summary_record *first,
                                const struct summary_record *second, trial_figure_fn figure)
{
    struct paired_ratio ratio;
    if (paired_compare(&ratio, &speaker->index, trial_index_find(&speaker->index, second->cell, second->runner),
                       trial_index_find(&speaker->index, first->cell, first->runner), figure) != 0) {
        speaker->out_of_memory = true;
        return (struct comparison){UNDECIDED, NAN, NAN, NAN, 0};
    }
    return make_comparison(relation_of(ratio.ratio, ratio.lo, ratio.hi), ratio.ratio, ratio.lo, ratio.hi, ratio.blocks);
}

bool runner_races(const char *runner)
{
    return strcmp(runner, "serial") != 0 && strcmp(runner, "null") != 0;
}

const char *subject_definite(const char *runner)
{
    return strcmp(runner, "threads") == 0 ? "the thread pool" : label_subject(runner);
}

static int compare_claims(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    return (a->ratio < b->ratio) - (a->ratio > b->ratio);
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
