#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../stats/stats.h"
#include "history_series.h"
#include "judge.h"

static struct history_series *find_series(struct history_series_list *list, const struct history_run *run,
                                          const char *cell, const char *runner, const char *const *facts,
                                          const struct compare_metric *metric)
{
    for (size_t s = 0; s < list->count; s++) {
        struct history_series *series = &list->series[s];
        bool same = series->kind == run->kind && series->metric == metric &&
                    strcmp(series->scenario, run->scenario) == 0 && strcmp(series->cell, cell) == 0 &&
                    strcmp(series->runner, runner) == 0;
        for (size_t f = 0; f < LANE_FACTS && same; f++)
            same = strcmp(series->facts[f], facts[f]) == 0;
        if (same)
            return series;
    }
    struct history_series *series = reallocarray(list->series, list->count + 1, sizeof(*series));
    if (!series)
        return NULL;
    list->series = series;
    series = &list->series[list->count++];
    *series = (struct history_series){
        .kind = run->kind, .scenario = run->scenario, .cell = cell, .runner = runner, .metric = metric};
    memcpy(series->facts, facts, sizeof(series->facts));
    return series;
}

static int add_point(struct history_series *series, struct text_pool *pool, const struct history_run *taken,
                     const double *values, size_t count)
{
    struct history_point *points = reallocarray(series->points, series->point_count + 1, sizeof(*points));
    if (!points)
        return -1;
    series->points = points;
    double *kept = pool_array(pool, count, sizeof(*kept));
    if (!kept)
        return -1;
    memcpy(kept, values, count * sizeof(*kept));
    struct stats_interval interval = stats_median_interval(kept, count);
    points[series->point_count++] = (struct history_point){.run = taken,
                                                           .values = kept,
                                                           .value_count = count,
                                                           .median = stats_median(kept, count),
                                                           .lo = interval.lo,
                                                           .hi = interval.hi,
                                                           .change = NAN,
                                                           .change_lo = NAN,
                                                           .change_hi = NAN,
                                                           .step = NAN};
    return 0;
}

static int add_lane(struct history_series_list *list, struct text_pool *pool, const struct summary_record *lane,
                    const struct history_run *taken, const struct compare_metric *metric, const double *values,
                    size_t count)
{
    const char *facts[LANE_FACTS];
    lane_fact_texts(pool, lane, facts);
    struct history_series *series =
        find_series(list, taken, pool_clean(pool, lane->cell), pool_clean(pool, lane->runner), facts, metric);
    return series ? add_point(series, pool, taken, values, count) : -1;
}

int history_series_add(struct history_series_list *list, struct text_pool *pool, const struct run_data *run,
                       const struct history_run *taken, const struct compare_metric *asked)
{
    struct trial_index index;
    if (trial_index_make(&index, run->trials, run->trial_count) != 0)
        return -1;
    double *values = malloc((run->trial_count + 1) * sizeof(*values));
    int added = 0, result = values ? 0 : -1;
    for (size_t i = 0; i < run->lane_count && result == 0; i++) {
        const struct summary_record *lane = &run->lanes[i];
        const struct compare_metric *metric = compare_metric_of(asked, lane);
        size_t count =
            compare_metric_values(metric, &index, trial_index_find(&index, lane->cell, lane->runner), values);
        if (count == 0)
            continue;
        result = add_lane(list, pool, lane, taken, metric, values, count);
        added++;
    }
    free(values);
    trial_index_finish(&index);
    return result == 0 ? added : -1;
}

/* Each point over the one before, as compare has it. */
static int set_changes(struct history_series *series)
{
    for (size_t i = 1; i < series->point_count; i++) {
        const struct history_point *before = &series->points[i - 1];
        struct history_point *point = &series->points[i];
        struct compare_figures figures;
        if (compare_figures_make(&figures, before->values, before->value_count, point->values, point->value_count))
            return -1;
        point->change = figures.ratio;
        point->change_lo = figures.lo;
        point->change_hi = figures.hi;
    }
    return 0;
}

/* Levels are searched in the logarithms of the medians: a change is a ratio. */
static int set_steps(struct history_series *series, double threshold)
{
    size_t n = series->point_count;
    double *logs = calloc(n + 1, sizeof(*logs));
    struct stats_interval *intervals = calloc(n + 1, sizeof(*intervals));
    struct stats_change *changes = calloc(n / 2 + 1, sizeof(*changes));
    int found = -1;
    if (logs && intervals && changes) {
        for (size_t i = 0; i < n; i++) {
            logs[i] = log(series->points[i].median);
            intervals[i] = (struct stats_interval){log(series->points[i].lo), log(series->points[i].hi)};
        }
        /* The seed is fixed: the same runs have the same history. */
        struct stats_change_rules rules = {.alpha = 0.05, .least = log1p(threshold), .seed = 1};
        found = stats_change_points(changes, logs, intervals, n, &rules);
    }
    for (int c = 0; c < found; c++)
        series->points[changes[c].at].step = exp(changes[c].after - changes[c].before);
    series->change_count = found > 0 ? (size_t)found : 0;
    free(logs);
    free(intervals);
    free(changes);
    return found < 0 ? -1 : 0;
}

static void mark_alike(struct history_series *series, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (series[i].kind == series[j].kind && strcmp(series[i].cell, series[j].cell) == 0 &&
                strcmp(series[i].runner, series[j].runner) == 0)
                series[i].alike = series[j].alike = true;
}

/* Stable: within a kind the order is that in which the lanes were met. */
static void sort_by_kind(struct history_series *series, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct history_series moved = series[i];
        size_t j = i;
        for (; j > 0 && series[j - 1].kind > moved.kind; j--)
            series[j] = series[j - 1];
        series[j] = moved;
    }
}

int history_series_finish_points(struct history_series *series, size_t count, double threshold)
{
    sort_by_kind(series, count);
    mark_alike(series, count);
    for (size_t i = 0; i < count; i++) {
        if (set_changes(&series[i]) != 0 || set_steps(&series[i], threshold) != 0)
            return -1;
    }
    return 0;
}

const char *history_series_describe(struct text_pool *pool, const struct history_series *series)
{
    static const struct {
        const char *before, *after, *after_one;
    } words[LANE_FACTS] = {{"", "", ""},
                           {" ", "", ""},
                           {", concurrency ", "", ""},
                           {", ", " connections", " connections"},
                           {", ", " jobs", " job"},
                           {", ", " CPUs", " CPU"}};
    const char *text = "";
    for (size_t f = 0; f < LANE_FACTS; f++) {
        const char *fact = series->facts[f];
        if (fact[0])
            text = pool_printf(pool, "%s%s%s%s", text, words[f].before, fact,
                               strcmp(fact, "1") == 0 ? words[f].after_one : words[f].after);
    }
    if (series->alike && series->scenario[0])
        text = pool_printf(pool, "%s, scenario %s", text, series->scenario);
    return text;
}
