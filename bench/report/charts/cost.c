/* What the jobs of a cell cost beside time: CPU per job and the peak of memory, two panels a workload. */
#include "bars.h"
#include "../report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_A_PAGE (BARS_PAGE_MOST / 2)

static double cpu_s_per_job(const struct trial_record *trial)
{
    return trial->cpu_us_per_job / 1e6;
}

static const char *print_memory(struct text_pool *pool, double kib)
{
    return units_memory(pool, kib);
}

static struct bar bar_of(const struct chart_list *list, const struct summary_record *lane, trial_figure_fn figure,
                         const char *(*print)(struct text_pool *pool, double figure), struct run_count *runs)
{
    struct lane_estimate estimate;
    if (lane_estimate_make(&estimate, list, lane, figure) < 0 || estimate.n == 0)
        return bar_of_nothing(list->words, lane);
    run_count_add(runs, (long)estimate.n, isfinite(estimate.lo));
    return (struct bar){.value = estimate.median,
                        .lo = estimate.lo,
                        .hi = estimate.hi,
                        .least = estimate.least,
                        .bold = "",
                        .figure = print(list->words, estimate.median),
                        .note = ""};
}

/* The two panels of a cell. Returns 0 or -1 (memory). */
static int fill_panels(struct bar_panel panels[2], const struct chart_list *list, const struct lane_group *group,
                       struct run_count *runs)
{
    for (size_t p = 0; p < 2; p++) {
        panels[p] = (struct bar_panel){
            .group = group, .bars = pool_array(list->words, group->count, sizeof(struct bar)), .scale = 1};
        if (!panels[p].bars)
            return -1;
        for (size_t i = 0; i < group->count; i++)
            panels[p].bars[i] = p == 0 ? bar_of(list, group->lanes[i], cpu_s_per_job, units_duration, runs)
                                       : bar_of(list, group->lanes[i], trial_rss_peak_kib, print_memory, runs);
    }
    const char *unit = text_time_unit(bars_longest(&panels[0]), &panels[0].scale);
    panels[0].axis_name = pool_printf(list->words, "CPU time per job (%s)", unit);
    panels[0].heading = pool_printf(list->words, "CPU: %s", group->name);
    panels[1].scale = 1.0 / 1024;
    panels[1].axis_name = "peak memory of the whole process (MiB)";
    panels[1].heading = pool_printf(list->words, "Memory: %s", group->name);
    return 0;
}

static int draw(struct chart_list *list, struct bar_panel *panels, size_t count, struct run_count runs, size_t page,
                size_t pages, struct failure *ret_failure)
{
    struct text_pool *words = list->words;
    char number[64];
    run_count_text(runs, number, sizeof(number));
    const char *of = pages > 1 ? pool_printf(words, "%zu of %zu", page, pages) : NULL;
    const struct bar_picture picture = {
        .name = "cost",
        .number = (int)page,
        .title = "What it costs: CPU and memory",
        .of = of,
        .subtitle = pool_printf(words, "shorter is better%s%s%s", of ? " (" : "", of ? of : "", of ? ")" : ""),
        .meaning = pool_printf(
            words,
            "Bar: median of %s. %s%s CPU: user and system time while the jobs ran. Memory: the peak of the whole "
            "process; "
            "of a pool of processes, the sum.",
            number,
            runs.intervals ? "Line with end caps: exact 95 % interval of the median" : "No interval: that takes 6 runs",
            runs.intervals && runs.min < 6 ? " (none below 6 runs)." : "."),
        .columns = "median (s; KiB)\tinterval from\tto\tleast",
        .panels = panels,
        .count = count,
        .pairs = true,
    };
    return bars_draw(list, &picture, ret_failure);
}

int charts_cost(struct chart_list *list, const struct lane_group *groups, size_t count, struct failure *ret_failure)
{
    struct bar_panel *panels = pool_array(list->words, 2 * CHART_MOST_PANELS, sizeof(*panels));
    struct run_count runs = {0};
    size_t cells = 0;
    if (!panels)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    for (size_t i = 0; i < count && cells < CHART_MOST_PANELS; i++) {
        if (!bars_want(groups, count, i))
            continue;
        if (fill_panels(&panels[2 * cells], list, &groups[i], &runs) < 0)
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        cells++;
    }
    size_t pages = runs.max > 0 ? (cells + CELLS_A_PAGE - 1) / CELLS_A_PAGE : 0;
    for (size_t p = 0; p < pages; p++) {
        size_t from = p * cells / pages, to = (p + 1) * cells / pages;
        if (draw(list, &panels[2 * from], 2 * (to - from), runs, p + 1, pages, ret_failure) < 0)
            return -1;
    }
    return 0;
}
