/* Wall time by runner: one panel a workload, one bar a runner, the speed-up against serial and the median on each. */
#include "bars.h"
#include "../report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool has_median(const struct summary_record *lane)
{
    return isfinite(lane->wall_s_median) && lane->wall_s_median >= 0;
}

/* "2 of 7 runs failed": of a lane that has figures all the same. */
static const char *note_failures(const struct chart_list *list, const struct summary_record *lane)
{
    struct trial_span span = trial_index_find(&list->trials, lane->cell, lane->runner);
    size_t failed = 0;
    for (size_t i = 0; i < span.count; i++)
        failed += strcmp(list->run->trials[span.order[i]].state, "ok") != 0;
    if (failed == 0)
        return "";
    return pool_printf(list->words, "%zu of %zu run%s failed", failed, span.count, span.count == 1 ? "" : "s");
}

static struct bar bar_of(const struct chart_list *list, const struct summary_record *lane)
{
    if (!has_median(lane))
        return bar_of_nothing(list->words, lane);
    bool interval = isfinite(lane->wall_s_ci_lo) && isfinite(lane->wall_s_ci_hi);
    struct bar bar = {.value = lane->wall_s_median,
                      .lo = interval ? lane->wall_s_ci_lo : NAN,
                      .hi = interval ? lane->wall_s_ci_hi : NAN,
                      .least = lane->wall_s_min,
                      .bold = "",
                      .figure = units_duration(list->words, lane->wall_s_median),
                      .note = note_failures(list, lane),
                      .alarm = true};
    /* The null runner does no job: it is no faster than anything. */
    if (strcmp(lane->runner, "serial") == 0)
        bar.bold = "1\u00d7";
    else if (strcmp(lane->runner, "null") != 0 && isfinite(lane->speedup_median) && lane->speedup_median > 0)
        bar.bold = units_times(list->words, lane->speedup_median, NAN, NAN).value;
    return bar;
}

/* Returns 0 or -1 (memory). */
static int fill_panel(struct bar_panel *panel, const struct chart_list *list, const struct lane_group *group)
{
    *panel = (struct bar_panel){
        .group = group, .heading = group->name, .bars = pool_array(list->words, group->count, sizeof(*panel->bars))};
    if (!panel->bars)
        return -1;
    for (size_t i = 0; i < group->count; i++)
        panel->bars[i] = bar_of(list, group->lanes[i]);
    panel->axis_name = pool_printf(list->words, "wall time (%s)", text_time_unit(bars_longest(panel), &panel->scale));
    return 0;
}

/* Which of how many pictures this is, since a page holds only a few panels. */
struct page {
    size_t number, pages, left_out;
};

static int draw(struct chart_list *list, struct bar_panel *panels, size_t count, struct page page,
                struct failure *ret_failure)
{
    struct text_pool *words = list->words;
    struct run_count runs = {0};
    char number[64];
    bool speedups = false;
    for (size_t i = 0; i < count; i++)
        for (size_t l = 0; l < panels[i].group->count; l++) {
            const struct summary_record *lane = panels[i].group->lanes[l];
            if (has_median(lane))
                run_count_add(&runs, lane->trials, isfinite(lane->wall_s_ci_lo));
            speedups = speedups || panels[i].bars[l].bold[0];
        }
    run_count_text(runs, number, sizeof(number));
    const char *of = page.pages > 1 ? pool_printf(words, "%zu of %zu", page.number, page.pages) : NULL;
    const struct bar_picture picture = {
        .name = "wall",
        .number = (int)page.number,
        .title = "Wall time by runner",
        .of = of,
        .subtitle =
            pool_printf(words, "shorter is better%s%s%s%s%s",
                        speedups ? "; bold: how many times faster than serial, one job after another" : "",
                        of ? " (" : "", of ? of : "", of ? ")" : "",
                        page.left_out ? pool_printf(words, "; %zu more workloads are not drawn", page.left_out) : ""),
        .meaning = pool_printf(words,
                               runs.intervals
                                   ? "Bar: median of %s. Line with end caps: exact 95 %% interval of the median%s.%s"
                                   : "Bar: median of %s%s. No interval: that takes 6 runs.%s",
                               number, runs.intervals && runs.min < 6 ? " (none below 6 runs)" : "",
                               speedups ? " Speed-up: against serial, block by block." : ""),
        .columns = "median s\tinterval from s\tto s\tleast s",
        .panels = panels,
        .count = count,
    };
    return bars_draw(list, &picture, ret_failure);
}

int charts_wall(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure)
{
    struct bar_panel *panels = pool_array(list->words, CHART_MOST_PANELS, sizeof(*panels));
    size_t used = 0, left_out = 0;
    bool any = false;
    if (!panels)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    for (size_t i = 0; i < count; i++) {
        if (!bars_want(groups, count, i))
            continue;
        if (used == CHART_MOST_PANELS) {
            left_out++;
            continue;
        }
        if (fill_panel(&panels[used], list, &groups[i]) < 0)
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        any = any || bars_longest(&panels[used]) > 0;
        used++;
    }
    /* Pages about equally full: five panels are three and two. */
    size_t pages = any ? (used + BARS_PAGE_MOST - 1) / BARS_PAGE_MOST : 0;
    for (size_t p = 0; p < pages; p++) {
        size_t from = p * used / pages, to = (p + 1) * used / pages;
        if (draw(list, &panels[from], to - from, (struct page){p + 1, pages, left_out}, ret_failure) < 0)
            return -1;
    }
    return 0;
}
