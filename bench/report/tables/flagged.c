/* Runs that say of themselves that their figures are not to be taken as they stand: which, and how far it went. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../report.h"
#include "parts.h"
#include "../../output/units.h"

enum { MOST_NAMED = 3 };

static double server_share(const struct trial_record *trial)
{
    return trial->server_busy_share;
}

static double lateness_s(const struct trial_record *trial)
{
    return trial->server_late_p99_ms / 1e3;
}

static double others_share(const struct trial_record *trial)
{
    return trial->other_cpu_share;
}

static const char *percent(struct text_pool *pool, double share)
{
    return pool_printf(pool, "%.0f %%", 100 * share);
}

/* What is said: "In 3 of 224 runs WHAT, HOW_FAR 97 %, MEANING: ...". */
static const struct flag_words {
    const char *flag, *what, *how_far, *meaning;
    double (*degree)(const struct trial_record *trial); /* the largest is told */
    const char *(*degree_text)(struct text_pool *pool, double degree);
} flags[TABLE_FLAGS] = {
    {"origin_saturated", "the test server had hardly any time left", "busy for up to",
     "so it was measured and not the runner", server_share, percent},
    {"origin_late", "the test server answered later than asked", "one answer in a hundred by up to",
     "so these times are partly its own", lateness_s, units_duration},
    {"disturbed", "other programs, or the host of a virtual machine, had a part of the CPUs", "up to",
     "so these runs may have taken longer than they need", others_share, percent},
};

struct flagged_lane {
    const struct summary_record *lane;
    size_t flagged, of;
};

/* The most affected first; among equals the order of the tables. */
static int compare_flagged(const void *left, const void *right)
{
    const struct flagged_lane *a = left, *b = right;
    if (a->flagged != b->flagged)
        return a->flagged < b->flagged ? 1 : -1;
    return (a->lane > b->lane) - (a->lane < b->lane);
}

static size_t count_flagged(const struct trial_index *index, struct trial_span span, const char *flag)
{
    size_t count = 0;
    for (size_t k = 0; k < span.count; k++)
        count += trial_has_flag(index->trials[span.order[k]].flags, flag);
    return count;
}

/* A lane that could not be run in any block was not to be had; one that could in some has failed in the others. */
static size_t count_failed(const struct trial_index *index, struct trial_span span)
{
    size_t failed = 0, unsupported = 0;
    for (size_t k = 0; k < span.count; k++) {
        const struct trial_record *trial = &index->trials[span.order[k]];
        failed += trial_has_failed(trial);
        unsupported += strcmp(trial->state, "unsupported") == 0;
    }
    return failed + (unsupported < span.count ? unsupported : 0);
}

/* Returns the lanes that have a trial with such a flag, or without one that failed; NULL: no memory. */
static struct flagged_lane *collect(struct table_maker *maker, const char *flag, size_t *ret_count)
{
    const struct run_data *run = maker->run;
    struct flagged_lane *found = pool_array(maker->pool, run->lane_count + 1, sizeof(*found));
    *ret_count = 0;
    for (size_t i = 0; found && i < run->lane_count; i++) {
        struct trial_span span = trial_index_find(&maker->index, run->lanes[i].cell, run->lanes[i].runner);
        struct flagged_lane lane = {.lane = &run->lanes[i], .of = span.count};
        lane.flagged = flag ? count_flagged(&maker->index, span, flag) : count_failed(&maker->index, span);
        if (lane.flagged)
            found[(*ret_count)++] = lane;
    }
    if (found)
        qsort(found, *ret_count, sizeof(*found), compare_flagged);
    return found;
}

/* "coroutines in sweep/concurrency=500 (3 of 7 runs), thread pool in download (1 of 7 runs), and 5 more runs" */
static const char *name_lanes(struct text_pool *pool, const struct flagged_lane *found, size_t count)
{
    const char *text = "";
    size_t named = count <= MOST_NAMED + 1 ? count : MOST_NAMED, rest = 0;
    for (size_t i = 0; i < named; i++)
        text = pool_printf(pool, "%s%s%s in %s (%zu of %zu run%s)", text, i ? ", " : "",
                           pool_clean(pool, report_runner_label(found[i].lane->runner)),
                           pool_clean(pool, found[i].lane->cell), found[i].flagged, found[i].of,
                           found[i].of == 1 ? "" : "s");
    for (size_t i = named; i < count; i++)
        rest += found[i].flagged;
    return rest ? pool_printf(pool, "%s, and %zu more runs", text, rest) : text; /* two lanes at least, so two runs */
}

static const char *how_far(struct table_maker *maker, const struct flag_words *words)
{
    const struct run_data *run = maker->run;
    double most = NAN;
    for (size_t i = 0; i < run->trial_count; i++)
        if (trial_has_flag(run->trials[i].flags, words->flag))
            most = fmax(most, words->degree(&run->trials[i]));
    if (!isfinite(most))
        return "";
    return pool_printf(maker->pool, ", %s %s", words->how_far, words->degree_text(maker->pool, most));
}

const char *table_flagged(struct table_maker *maker, size_t which)
{
    const struct flag_words *words = &flags[which];
    size_t count, trials = 0;
    struct flagged_lane *found = collect(maker, words->flag, &count);
    if (!found || count == 0)
        return "";
    for (size_t i = 0; i < count; i++)
        trials += found[i].flagged;
    return pool_printf(maker->pool, "In %zu of %zu run%s %s%s, %s: %s.", trials, maker->run->trial_count,
                       maker->run->trial_count == 1 ? "" : "s", words->what, how_far(maker, words), words->meaning,
                       name_lanes(maker->pool, found, count));
}

const char *table_failures(struct table_maker *maker)
{
    const struct run_data *run = maker->run;
    size_t count, failed = 0;
    const char *reason = "";
    struct flagged_lane *found = collect(maker, NULL, &count);
    if (!found || count == 0)
        return "";
    for (size_t i = 0; i < count; i++)
        failed += found[i].flagged;
    for (size_t i = 0; i < run->trial_count && !reason[0]; i++)
        if (trial_has_failed(&run->trials[i]))
            reason = table_reason(maker, run->trials[i].reason);
    return pool_printf(maker->pool, "%zu of %zu run%s failed: %s.%s%s", failed, run->trial_count,
                       run->trial_count == 1 ? "" : "s", name_lanes(maker->pool, found, count),
                       reason[0] ? " The first reason: " : "", reason);
}
