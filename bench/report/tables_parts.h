/* Between the files that make tables. */
#ifndef BENCH_REPORT_TABLES_PARTS_H
#define BENCH_REPORT_TABLES_PARTS_H

#include "charts.h"
#include "tables.h"
#include "text_pool.h"
#include "trial_index.h"

struct table_maker {
    const struct run_data *run;
    struct trial_index index;
    struct text_pool *pool;
    bool intervals; /**< some lane has one: at least 6 blocks */
};

/** Fill a table with a cell's lanes, one row a runner. Returns 0 or -1 (memory). */
int table_fill_cell(struct report_table *table, struct table_maker *maker, const struct lane_group *group);

/** Fill a table with a sweep: one row a runner, one column a point, jobs per second. Returns 0 or -1 (memory). */
int table_fill_sweep(struct report_table *table, struct table_maker *maker, const struct lane_group *group);

/** Fill a table with lanes whose jobs arrived at a rate: one row a runner and rate. Adds up to three notes a lane, and one.
 *  Returns 0 or -1 (memory). */
int table_fill_rate(struct report_table *table, struct table_maker *maker, const struct lane_group *group);

/** Returns why a lane has no figures, or not all of them: "unsupported: ...", "2 of 7 runs failed: ..."; NULL if all is
 * well. */
const char *table_trouble(struct table_maker *maker, const struct summary_record *lane);

/** Whether a lane is the best of its cell or has an interval of its time that reaches into the best one's. */
bool table_rivals_best(const struct summary_record *lane, const struct summary_record *best);

/** Returns a sentence about the runs with one of the TABLE_FLAGS flags that cast doubt on a figure; "" if there are none. */
enum { TABLE_FLAGS = 3 };
const char *table_flagged(struct table_maker *maker, size_t which);

/** Returns a sentence about what the harness costs a job under each runner; "" where the run has no cell of empty jobs. */
const char *table_harness_cost(struct table_maker *maker);

/** Returns a sentence about the lanes whose jobs cost little more than that; "" if there are none. */
const char *table_harness_warning(struct table_maker *maker);

/** Collect what a reader must know before believing the figures. Returns 0 or -1 (memory). */
int table_collect_warnings(struct report_tables *tables, struct table_maker *maker);

#endif
