/* A cell as a table: one row a runner, with all that is measured of it. */
#include <math.h>
#include <string.h>
#include "../../stats/stats.h"
#include "../report.h"
#include "parts.h"
#include "../../output/units.h"

enum column {
    TIME,
    TIME_INTERVAL,
    SPEEDUP,
    SPEEDUP_INTERVAL,
    RATE,
    HALF_WITHIN,
    MOST_WITHIN,
    CPU,
    MEMORY,
    COLUMNS,
};

/* What goes first where there is no room is what the fewest need. */
static const struct table_column columns[COLUMNS] = {
    [TIME] = {.title = "time"},
    [TIME_INTERVAL] = {.title = "95 % interval", .left = true, .continues = true, .keep = 6},
    [SPEEDUP] = {.title = "speed-up"},
    [SPEEDUP_INTERVAL] = {.title = "95 % interval", .left = true, .continues = true, .keep = 3},
    [RATE] = {.title = "jobs/s", .keep = 4},
    [HALF_WITHIN] = {.title = "half within", .keep = 2},
    [MOST_WITHIN] = {.title = "99 % within", .keep = 1},
    [CPU] = {.title = "CPU per job", .keep = 5},
    [MEMORY] = {.title = "peak memory", .keep = 7},
};

/* A percentile that so many jobs cannot tell is not empty but says what it would take. */
static const char *percentile(struct table_maker *maker, const struct summary_record *lane, double latency_ms, double p)
{
    if (isfinite(latency_ms))
        return units_duration(maker->pool, latency_ms / 1e3);
    size_t needed = stats_quantile_min_n(p);
    if (lane->jobs >= 0 && (uint64_t)lane->jobs < needed)
        return pool_printf(maker->pool, "needs %zu jobs", needed);
    return UNITS_UNKNOWN;
}

static void fill_figures(struct table_cell *cells, struct table_maker *maker, const struct summary_record *lane)
{
    struct text_pool *pool = maker->pool;
    struct units_estimate time = units_time(pool, lane->wall_s_median, lane->wall_s_ci_lo, lane->wall_s_ci_hi);
    struct units_estimate speedup = units_times(pool, lane->speedup_median, lane->speedup_ci_lo, lane->speedup_ci_hi);
    bool is_serial = strcmp(lane->runner, "serial") == 0;
    cells[TIME].text = time.value;
    cells[TIME_INTERVAL].text = time.interval;
    cells[SPEEDUP].text = is_serial && isfinite(lane->speedup_median) ? "1" : speedup.value;
    cells[SPEEDUP_INTERVAL].text = speedup.interval;
    cells[RATE].text = units_rate(pool, lane->jobs_per_s_median);
    cells[HALF_WITHIN].text = percentile(maker, lane, lane->latency_p50_ms, 0.5);
    cells[MOST_WITHIN].text = percentile(maker, lane, lane->latency_p99_ms, 0.99);
    cells[CPU].text = units_duration(pool, lane->cpu_us_per_job_median / 1e6);
    cells[MEMORY].text = units_memory(pool, lane->rss_peak_kib_median);
}

/* Marks the shortest time, and those that cannot be told from it, where there are at least two to choose from
 * and blocks enough to tell. */
static void mark_best(struct report_table *table, struct table_maker *maker, const struct lane_group *group)
{
    const struct summary_record *best = NULL;
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        if (!isfinite(lane->wall_s_median) || strcmp(lane->runner, "null") == 0)
            continue;
        if (!best || lane->wall_s_median < best->wall_s_median)
            best = lane;
        count++;
    }
    for (size_t i = 0; maker->intervals && count >= 2 && i < group->count; i++)
        if (table->rows[i].cells && strcmp(group->lanes[i]->runner, "null") != 0)
            table->rows[i].cells[TIME].best = table_rivals_best(maker, group->lanes[i], best);
}

static bool has_speedup(const struct lane_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->lanes[i]->runner, "serial") != 0 && isfinite(group->lanes[i]->speedup_median))
            return true;
    return false;
}

/* Columns that would be empty are left out. Rows are cut with the columns. */
static void drop_empty(struct report_table *table, bool speedup, bool intervals)
{
    size_t kept = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        bool of_speedup = c == SPEEDUP || c == SPEEDUP_INTERVAL,
             is_interval = c == TIME_INTERVAL || c == SPEEDUP_INTERVAL;
        if ((of_speedup && !speedup) || (is_interval && !intervals))
            continue;
        table->columns[kept] = table->columns[c];
        for (size_t r = 0; r < table->row_count; r++)
            if (table->rows[r].cells)
                table->rows[r].cells[kept] = table->rows[r].cells[c];
        kept++;
    }
    table->column_count = kept;
}

int table_fill_cell(struct report_table *table, struct table_maker *maker, const struct lane_group *group)
{
    table->columns = pool_array(maker->pool, COLUMNS, sizeof(*table->columns));
    table->rows = pool_array(maker->pool, group->count, sizeof(*table->rows));
    if (!table->columns || !table->rows)
        return -1;
    memcpy(table->columns, columns, sizeof(columns));
    table->column_count = COLUMNS;

    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        struct table_row *row = &table->rows[table->row_count++];
        const char *trouble = table_trouble(maker, lane);
        row->label = pool_clean(maker->pool, report_runner_label(lane->runner));
        if (lane->trials == 0) {
            row->instead = trouble ? trouble : "no result";
            continue;
        }
        row->cells = pool_array(maker->pool, COLUMNS, sizeof(*row->cells));
        if (!row->cells)
            return -1;
        fill_figures(row->cells, maker, lane);
        if (trouble)
            table_note(maker, row->label, NULL, trouble, &row->label);
        table_note_parked(maker, lane, row);
    }
    mark_best(table, maker, group);
    drop_empty(table, has_speedup(group), maker->intervals);
    return 0;
}
