/* A sweep as one table: one row a runner, one column a point, jobs per second. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../report.h"
#include "../sentences/parts.h"
#include "parts.h"
#include "../../output/units.h"

/* One job after another is a concurrency of 1, whatever the sweep asks of the others. */
static double point_of(const struct lane_group *group, size_t i)
{
    if (isnan(group->x[i]) && strcmp(group->swept, "concurrency") == 0)
        return 1;
    return group->x[i];
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Returns the points, ascending, each once; lanes without one have no place in the table. */
static double *collect_points(struct table_maker *maker, const struct lane_group *group, size_t *ret_count)
{
    double *points = pool_array(maker->pool, group->count, sizeof(*points));
    size_t count = 0, unique = 0;
    if (!points)
        return NULL;
    for (size_t i = 0; i < group->count; i++)
        if (isfinite(point_of(group, i)))
            points[count++] = point_of(group, i);
    qsort(points, count, sizeof(*points), compare_doubles);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || points[i] != points[unique - 1])
            points[unique++] = points[i];
    *ret_count = unique;
    return points;
}

static struct table_row *find_row(struct report_table *table, const char *label)
{
    for (size_t i = 0; i < table->row_count; i++)
        if (strcmp(table->rows[i].label, label) == 0)
            return &table->rows[i];
    return NULL;
}

static struct table_row *add_row(struct report_table *table, struct table_maker *maker, const char *label)
{
    struct table_row *row = &table->rows[table->row_count];
    row->label = label;
    row->cells = pool_array(maker->pool, table->column_count, sizeof(*row->cells));
    if (!row->cells)
        return NULL;
    for (size_t c = 0; c < table->column_count; c++)
        row->cells[c].text = "";
    table->row_count++;
    return row;
}

/* The runner that does no jobs is no rival of those that do. */
static bool competes(const struct summary_record *lane)
{
    return lane && isfinite(lane->jobs_per_s_median) && strcmp(lane->runner, "null") != 0;
}

/* Marks in each column the most jobs per second, and those that cannot be told from it. `lanes` is row by row. */
static void mark_best(struct report_table *table, struct table_maker *maker, const struct summary_record *const *lanes)
{
    for (size_t c = 0; c < table->column_count; c++) {
        const struct summary_record *best = NULL;
        size_t count = 0;
        for (size_t r = 0; r < table->row_count; r++) {
            const struct summary_record *lane = lanes[r * table->column_count + c];
            if (!competes(lane))
                continue;
            if (!best || lane->jobs_per_s_median > best->jobs_per_s_median)
                best = lane;
            count++;
        }
        for (size_t r = 0; maker->intervals && count >= 2 && r < table->row_count; r++) {
            const struct summary_record *lane = lanes[r * table->column_count + c];
            table->rows[r].cells[c].best = competes(lane) && table_rivals_best(maker, lane, best);
        }
    }
}

/*
 * What the sentences say of a sweep is paired within blocks, and no quotient of two figures of this table: it stands
 * there, a row for each runner that is compared with one after another. `lanes` is row by row.
 */
static int add_speedups(struct report_table *table, struct table_maker *maker,
                        const struct summary_record *const *lanes)
{
    size_t columns = table->column_count, runners = table->row_count;
    for (size_t r = 0; r < runners; r++) {
        struct table_row *row = NULL;
        for (size_t c = 0; c < columns; c++) {
            const struct summary_record *lane = lanes[r * columns + c];
            if (!lane || !runner_races(lane->runner) || !isfinite(lane->speedup_median))
                continue;
            if (!row && !(row = add_row(table, maker,
                                        pool_printf(maker->pool, "%s: speed-up",
                                                    pool_clean(maker->pool, report_runner_label(lane->runner))))))
                return -1;
            row->cells[c].text = units_times(maker->pool, lane->speedup_median, NAN, NAN).value;
        }
    }
    return 0;
}

static int fill_lane(struct report_table *table, struct table_maker *maker, const struct summary_record *lane,
                     double point, const double *points, const struct summary_record **lanes)
{
    const char *label = pool_clean(maker->pool, report_runner_label(lane->runner));
    struct table_row *row = find_row(table, label);
    if (!row && !(row = add_row(table, maker, label)))
        return -1;
    const char *trouble = table_trouble(maker, lane);
    if (!isfinite(point)) {
        if (trouble)
            table_note(maker, label, NULL, trouble, &row->label);
        return 0;
    }
    const double *at = bsearch(&point, points, table->column_count, sizeof(point), compare_doubles);
    size_t c = (size_t)(at - points);
    lanes[(size_t)(row - table->rows) * table->column_count + c] = lane;
    row->cells[c].text = units_rate(maker->pool, lane->jobs_per_s_median);
    if (trouble)
        table_note(maker, label, units_count(maker->pool, point), trouble, &row->cells[c].text);
    return 0;
}

static int fill_rows(struct report_table *table, struct table_maker *maker, const struct lane_group *group,
                     const double *points, const struct summary_record **lanes)
{
    for (size_t i = 0; i < group->count; i++)
        if (fill_lane(table, maker, group->lanes[i], point_of(group, i), points, lanes) != 0)
            return -1;
    return 0;
}

int table_fill_sweep(struct report_table *table, struct table_maker *maker, const struct lane_group *group)
{
    const double *points = collect_points(maker, group, &table->column_count);
    table->columns = pool_array(maker->pool, table->column_count, sizeof(*table->columns));
    table->rows = pool_array(maker->pool, 2 * group->count, sizeof(*table->rows));
    const struct summary_record **lanes =
        pool_array(maker->pool, group->count * table->column_count, sizeof(const struct summary_record *));
    if (!points || !table->columns || !table->rows || !lanes)
        return -1;
    for (size_t c = 0; c < table->column_count; c++)
        table->columns[c].title = units_count(maker->pool, points[c]);
    table->subtitle = pool_printf(maker->pool, "jobs per second at each %s; %s", pool_clean(maker->pool, group->swept),
                                  table->subtitle);
    if (fill_rows(table, maker, group, points, lanes) != 0)
        return -1;
    mark_best(table, maker, lanes);
    return add_speedups(table, maker, lanes);
}
