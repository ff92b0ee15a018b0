/* Between the files that make tables. */
#ifndef BENCH_REPORT_TABLES_PARTS_H
#define BENCH_REPORT_TABLES_PARTS_H

#include "../charts/charts.h"
#include "tables.h"
#include "../../output/text_pool.h"
#include "../../stored/trial_index.h"

struct table_maker {
    const struct run_data *run;
    struct trial_index index;
    struct text_pool *pool;
    bool intervals;                 /**< some lane has one: at least 6 blocks */
    struct table_subject *subjects; /**< of the notes of the table that is being made (notes.c) */
    size_t subject_count, subject_room, note_count, remark_count;
    const char *limits; /**< of the response, for the legend: "7.00 ms for coroutines" (legend.c); NULL: none */
    bool out_of_memory; /**< beside the pool's */
};

/** Begin a table's notes; table_note may be called so often. Returns 0 or -1 (memory). */
int table_notes_begin(struct table_maker *maker, size_t most);

/** Add that `text` is so of a runner, in a sweep at a point (`at`, otherwise NULL). What is so of several is said once.
 *
 * @param marked  gets the note's mark behind it; must stay where it is until table_notes_end
 */
void table_note(struct table_maker *maker, const char *name, const char *at, const char *text, const char **marked);

/** Add a note of the whole table: in the order of the calls, without a mark. */
void table_remark(struct table_maker *maker, const char *text);

/** Write the notes and their marks into the table. Returns 0 or -1 (memory). */
int table_notes_end(struct report_table *table, struct table_maker *maker);

/** Fill a table with a cell's lanes, one row a runner. Returns 0 or -1 (memory). */
int table_fill_cell(struct report_table *table, struct table_maker *maker, const struct lane_group *group);

/** Fill a table with a sweep: one row a runner, one column a point, jobs per second. Returns 0 or -1 (memory). */
int table_fill_sweep(struct report_table *table, struct table_maker *maker, const struct lane_group *group);

/** Fill a table with lanes whose jobs arrived at a rate: one row a runner and rate. Returns 0 or -1 (memory). */
int table_fill_rate(struct report_table *table, struct table_maker *maker, const struct lane_group *group);

/** Returns why a lane has no figures, or not all of them: "unsupported: ...", "2 of 7 runs failed: ..."; NULL if all is
 * well. */
const char *table_trouble(struct table_maker *maker, const struct summary_record *lane);

/** Returns why something failed, in words for people; "" for NULL. */
const char *table_reason(struct table_maker *maker, const char *raw);

/** Note what a reader must know who compares memory, where a lane's stacks were put aside. */
void table_note_parked(struct table_maker *maker, const struct summary_record *lane, struct table_row *row);

/** Returns what the figures mean, of what stands in the tables only, and which cells were left out.
 *
 * @param bold  whether bold type is there to be explained
 */
const char *table_legend(const struct report_tables *tables, struct table_maker *maker, bool bold);

/** Keep for the legend how late a runner's jobs may be done, once a runner and group. */
void table_say_limit(struct table_maker *maker, const struct lane_group *group, const struct summary_record *lane,
                     double limit_ms);

/** Whether a stored warning casts no doubt on a figure but says what is not there. */
bool table_is_left_out(const char *warning);

/** Whether a lane is the best of its cell or not told from it, by the rule of the sentences: pairs within blocks, and
 * differences that matter (sentences/parts.h). False where fewer than 6 blocks tell. */
bool table_rivals_best(struct table_maker *maker, const struct summary_record *lane, const struct summary_record *best);

/** Returns a sentence about the runs that failed, with the first reason; "" if none did. */
const char *table_failures(struct table_maker *maker);

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
