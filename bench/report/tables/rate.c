/* A cell or sweep whose jobs arrive at a rate (open loop): one row a runner and rate, times from when a job was due. */
#include <math.h>
#include <string.h>
#include "../../stats/stats.h"
#include "../knee_found.h"
#include "../rate_words.h"
#include "../report.h"
#include "parts.h"
#include "../../output/units.h"

enum column {
    OFFERED,
    DONE,
    RESPONSE_HALF,
    RESPONSE_MOST,
    SERVICE_MOST,
    QUEUE_MOST,
    KEEPS_UP,
    CPU,
    MEMORY,
    COLUMNS,
};

static const struct table_column columns[COLUMNS] = {
    [OFFERED] = {.title = "offered/s"},
    [DONE] = {.title = "done/s", .keep = 6},
    [RESPONSE_HALF] = {.title = "response 50 %", .keep = 4},
    [RESPONSE_MOST] = {.title = "response 99 %"},
    [SERVICE_MOST] = {.title = "service 99 %", .keep = 7},
    [QUEUE_MOST] = {.title = "queue 99 %", .keep = 3},
    [KEEPS_UP] = {.title = "keeps up", .left = true, .keep = 8},
    [CPU] = {.title = "CPU per job", .keep = 2},
    [MEMORY] = {.title = "peak memory", .keep = 1},
};

/* Part of a response that is worth a word when it is the client's own doing. */
#define PACING_SHARE 0.2
#define BUSY_SHARE   0.01

/* Of too few jobs one is not known: said once below, since three columns of it would make the table wider than a page. */
static const char *percentile(struct table_maker *maker, double ms)
{
    return units_duration(maker->pool, ms / 1e3);
}

static bool has_too_few(const struct summary_record *const *lanes, size_t count, double p)
{
    for (size_t i = 0; i < count; i++)
        if (lanes[i]->jobs >= 0 && (uint64_t)lanes[i]->jobs < stats_quantile_min_n(p))
            return true;
    return false;
}

static void remark_few_jobs(struct table_maker *maker, const struct summary_record *const *lanes, size_t count)
{
    bool most = has_too_few(lanes, count, 0.99), half = has_too_few(lanes, count, 0.5);
    if (most)
        table_remark(
            maker,
            pool_printf(maker->pool, UNITS_UNKNOWN " of 99 %%: needs %zu jobs%s", stats_quantile_min_n(0.99),
                        half ? pool_printf(maker->pool, "; of 50 %%: needs %zu jobs", stats_quantile_min_n(0.5)) : ""));
}

static const char *keeps_up(struct table_maker *maker, const struct lane_group *group,
                            const struct summary_record *lane)
{
    if (lane->saturated < 0)
        return UNITS_UNKNOWN;
    /* Never flagged, and so no "yes". */
    if (!lane_tells_saturation(lane))
        return "too few jobs to tell";
    double limit_ms = knee_limit_of(group, &maker->index, lane);
    if (lane_is_late(lane, limit_ms)) {
        table_say_limit(maker, group, lane, limit_ms);
        return "too late";
    }
    if (lane->saturated == 0)
        return "yes";
    if (lane->saturated == lane->trials)
        return "saturated";
    return pool_printf(maker->pool, "saturated in %lld of %lld", (long long)lane->saturated, (long long)lane->trials);
}

static void fill_figures(struct table_cell *cells, struct table_maker *maker, const struct lane_group *group,
                         const struct summary_record *lane)
{
    struct text_pool *pool = maker->pool;
    cells[OFFERED].text = isfinite(lane->offered_per_s) ? units_count(pool, lane->offered_per_s) : UNITS_UNKNOWN;
    cells[DONE].text = units_rate(pool, lane->jobs_per_s_median);
    cells[RESPONSE_HALF].text = percentile(maker, lane->response_p50_ms);
    cells[RESPONSE_MOST].text = percentile(maker, lane->response_p99_ms);
    cells[SERVICE_MOST].text = percentile(maker, lane->service_p99_ms);
    cells[QUEUE_MOST].text = percentile(maker, lane->queue_p99_ms);
    cells[KEEPS_UP].text = keeps_up(maker, group, lane);
    cells[CPU].text = units_duration(pool, lane->cpu_us_per_job_median / 1e6);
    cells[MEMORY].text = units_memory(pool, lane->rss_peak_kib_median);
}

/* --- the rows, and their order --- */

static size_t first_of_runner(const struct lane_group *group, const struct summary_record *lane)
{
    size_t i = 0;
    while (strcmp(group->lanes[i]->runner, lane->runner) != 0)
        i++;
    return i;
}

static bool goes_before(const struct lane_group *group, const struct summary_record *a, const struct summary_record *b)
{
    size_t of_a = first_of_runner(group, a), of_b = first_of_runner(group, b);
    if (of_a != of_b)
        return of_a < of_b;
    if (a->offered_per_s != b->offered_per_s)
        return a->offered_per_s < b->offered_per_s;
    return a->concurrency < b->concurrency;
}

/* A search's points come as they were tried; a table has them by runner and rate. */
static const struct summary_record **sort_lanes(struct table_maker *maker, const struct lane_group *group)
{
    const struct summary_record **sorted = pool_array(maker->pool, group->count, sizeof(const struct summary_record *));
    for (size_t i = 0; sorted && i < group->count; i++) {
        size_t at = i;
        for (; at > 0 && goes_before(group, group->lanes[i], sorted[at - 1]); at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = group->lanes[i];
    }
    return sorted;
}

static const char *label_of(struct table_maker *maker, const struct lane_group *group,
                            const struct summary_record *lane)
{
    const char *label = pool_clean(maker->pool, report_runner_label(lane->runner));
    if (!group->swept || strcmp(group->swept, "concurrency") != 0)
        return label;
    return pool_printf(maker->pool, "%s, %lld at once", label, (long long)lane->concurrency);
}

/* --- what the figures alone do not say --- */

/* That jobs found no worker free: then part of the response is of the client's making. The runner's lanes are the
 * `count` first of `lanes`, by rate. */
static void note_busy(struct table_row *rows, struct table_maker *maker, const struct summary_record *const *lanes,
                      size_t count)
{
    const struct summary_record *worst = NULL;
    struct table_row *row = NULL;
    double most = BUSY_SHARE;
    for (size_t i = 0; i < count; i++) {
        double share = lanes[i]->jobs > 0 ? lanes[i]->queued_median / (double)lanes[i]->jobs : 0;
        if (!(share > most))
            continue;
        worst = lanes[i];
        row = &rows[i];
        most = share;
    }
    if (!worst || strcmp(worst->workload, "null") == 0)
        return;
    bool one = worst->concurrency == 1;
    const char *workers =
        one ? "its one worker was" : pool_printf(maker->pool, "all %lld workers were", (long long)worst->concurrency);
    table_note(maker, pool_clean(maker->pool, report_runner_label(worst->runner)),
               pool_printf(maker->pool, "%s/s (%s%.0f %% of the jobs)", units_count(maker->pool, worst->offered_per_s),
                           count > 1 ? "up to " : "", 100 * most),
               pool_printf(maker->pool, "%s busy when jobs were due, which waited: that is the queue%s", workers,
                           one ? "" : "; with more at once (--concurrency) it would be the server's"),
               &row->label);
}

/* That a ready worker began late: its timer, or the CPU. It is not the same under every runner. */
static void note_pacing(struct table_row *rows, struct table_maker *maker, const struct summary_record *const *lanes,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct summary_record *lane = lanes[i];
        if (!(lane->pacing_p99_ms > PACING_SHARE * lane->response_p99_ms) || strcmp(lane->workload, "null") == 0 ||
            strcmp(lane->runner, "null") == 0)
            continue;
        table_note(maker, pool_clean(maker->pool, report_runner_label(lane->runner)),
                   pool_printf(maker->pool, "%s/s (99 %% at most %s)", units_count(maker->pool, lane->offered_per_s),
                               units_duration(maker->pool, lane->pacing_p99_ms / 1e3)),
                   "jobs were begun late although a worker was free for them: that is the client's timer or its CPU, "
                   "and not the server",
                   &rows[i].label);
        return;
    }
}

static void note_runners(struct report_table *table, struct table_maker *maker,
                         const struct summary_record *const *lanes, size_t count)
{
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && strcmp(lanes[to]->runner, lanes[from]->runner) == 0;)
            to++;
        note_busy(table->rows + from, maker, lanes + from, to - from);
        note_pacing(table->rows + from, maker, lanes + from, to - from);
    }
}

int table_fill_rate(struct report_table *table, struct table_maker *maker, const struct lane_group *group)
{
    const struct summary_record **lanes = sort_lanes(maker, group);
    table->subtitle = pool_printf(maker->pool, "%s%s%s", table->subtitle,
                                  rate_body_size(maker->pool, maker->run, &maker->index, group), rate_arrivals(group));
    table->sweep = false; /* every column is wanted of every row */
    table->columns = pool_array(maker->pool, COLUMNS, sizeof(*table->columns));
    table->rows = pool_array(maker->pool, group->count, sizeof(*table->rows));
    if (!lanes || !table->columns || !table->rows)
        return -1;
    memcpy(table->columns, columns, sizeof(columns));
    table->column_count = COLUMNS;
    for (size_t i = 0; i < group->count; i++) {
        struct table_row *row = &table->rows[table->row_count++];
        const char *trouble = table_trouble(maker, lanes[i]);
        row->label = label_of(maker, group, lanes[i]);
        if (lanes[i]->trials == 0 && !isfinite(lanes[i]->offered_per_s)) {
            row->instead = trouble ? trouble : "no result";
            continue;
        }
        row->cells = pool_array(maker->pool, COLUMNS, sizeof(*row->cells));
        if (!row->cells)
            return -1;
        fill_figures(row->cells, maker, group, lanes[i]);
        if (lanes[i]->trials == 0)
            row->cells[KEEPS_UP].text = lanes[i]->state;
        if (trouble)
            table_note(maker, row->label,
                       isfinite(lanes[i]->offered_per_s) ? pool_printf(maker->pool, "%s/s", row->cells[OFFERED].text)
                                                         : NULL,
                       trouble, &row->label);
    }
    note_runners(table, maker, lanes, group->count);
    for (size_t i = 0; i < group->count; i++)
        if (table->rows[i].cells)
            table_note_parked(maker, lanes[i], &table->rows[i]);
    remark_few_jobs(maker, lanes, group->count);
    return 0;
}
