/* From a run to its tables: a cell is one, a sweep is one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../../runners.h"
#include "../labels.h"
#include "../report.h"
#include "../sentences/parts.h"
#include "parts.h"
#include "../../output/units.h"

const char *table_trouble(struct table_maker *maker, const struct summary_record *lane)
{
    static const char *const words[][2] = {{"unsupported", "unsupported"},
                                           {"failed", "failed"},
                                           {"partial", "were interrupted"},
                                           {"no_data", "gave no result"}};
    if (!lane->state || strcmp(lane->state, "ok") == 0)
        return NULL;
    const char *word = lane->state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(lane->state, words[i][0]) == 0)
            word = words[i][1];

    struct trial_span span = trial_index_find(&maker->index, lane->cell, lane->runner);
    size_t like_it = 0;
    for (size_t i = 0; i < span.count; i++)
        like_it += strcmp(maker->index.trials[span.order[i]].state, lane->state) == 0;
    const char *reason = table_reason(maker, lane->reason);
    const char *colon = reason[0] ? ": " : "";
    if (span.count == 0)
        return reason;
    if (strcmp(lane->state, "unsupported") == 0 && like_it == span.count)
        return pool_printf(maker->pool, "unsupported%s%s", colon, reason);
    return pool_printf(maker->pool, "%zu of %zu runs %s%s%s", like_it, span.count, word, colon, reason);
}

const char *table_reason(struct table_maker *maker, const char *raw)
{
    char *reason = raw ? label_reason(raw) : NULL;
    const char *clean = pool_clean(maker->pool, reason);
    maker->out_of_memory = maker->out_of_memory || (raw && !reason);
    free(reason);
    return clean;
}

bool table_rivals_best(struct table_maker *maker, const struct summary_record *lane, const struct summary_record *best)
{
    struct speaker speaker = {.run = maker->run, .index = maker->index};
    struct paired_ratio ratio = {.lo = NAN};
    if (lane == best)
        return isfinite(best->wall_s_ci_lo);
    bool whole = paired_compare(&ratio, &maker->index, trial_index_find(&maker->index, lane->cell, lane->runner),
                                trial_index_find(&maker->index, best->cell, best->runner), trial_seconds_per_job) == 0;
    bool rivals = isfinite(ratio.lo) && /* few blocks in which both went well tell nothing, not that they are alike */
                  lanes_compare(&speaker, best, lane, trial_seconds_per_job).relation != FIRST_LESS;
    maker->out_of_memory = maker->out_of_memory || speaker.out_of_memory || !whole;
    return rivals;
}

void table_note_parked(struct table_maker *maker, const struct summary_record *lane, struct table_row *row)
{
    struct trial_span span = trial_index_find(&maker->index, lane->cell, lane->runner);
    /* In older runs also those have the flag that stand aside before the first job only. */
    const struct runner *runner = runner_find(lane->runner);
    if (span.count == 0 || lane->trials == 0 || (runner && !runner->wait->suspends) ||
        !trial_has_flag(maker->index.trials[span.order[0]].flags, "stacks_parked"))
        return;
    table_note(maker, pool_clean(maker->pool, report_runner_label(lane->runner)), NULL,
               "their memory here is less than that of tasks that do more than wait: their stacks were put aside "
               "while they waited, which these jobs allow and most do not",
               &row->label);
}

static int fill_figures(struct report_table *table, struct table_maker *maker, const struct lane_group *group)
{
    if (lane_group_is_open(group))
        return table_fill_rate(table, maker, group);
    return table->sweep ? table_fill_sweep(table, maker, group) : table_fill_cell(table, maker, group);
}

static int fill_table(struct report_table *table, struct table_maker *maker, const struct lane_group *group)
{
    char description[600];
    lane_group_describe(group, description, sizeof(description));
    table->title = pool_clean(maker->pool, group->name);
    table->subtitle = pool_clean(maker->pool, description);
    table->sweep = group->swept != NULL;
    if (table_notes_begin(maker, 4 * group->count + 1) != 0 || fill_figures(table, maker, group) < 0)
        return -1;
    return table_notes_end(table, maker);
}

static int make_all(struct report_tables *tables, struct table_maker *maker, const struct lane_group *groups,
                    size_t count)
{
    tables->tables = pool_array(maker->pool, count, sizeof(*tables->tables));
    if (!tables->tables)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (fill_table(&tables->tables[tables->count++], maker, &groups[i]) != 0)
            return -1;
    tables->legend = table_legend(tables, maker, true);
    tables->plain_legend = table_legend(tables, maker, false);
    return table_collect_warnings(tables, maker);
}

int report_tables_make(struct report_tables *ret_tables, const struct run_data *run, struct failure *ret_failure)
{
    struct report_tables tables = {.pool = text_pool_create(), .legend = "", .plain_legend = ""};
    struct table_maker maker = {.run = run, .pool = tables.pool};
    struct lane_group *groups = NULL;
    size_t group_count = 0;
    for (size_t i = 0; i < run->lane_count; i++)
        maker.intervals = maker.intervals || isfinite(run->lanes[i].wall_s_ci_lo);

    int result = maker.pool && trial_index_make(&maker.index, run->trials, run->trial_count) == 0 &&
                         lane_groups_make(&groups, &group_count, run, NULL) == 0
                     ? make_all(&tables, &maker, groups, group_count)
                     : -1;
    if (result == 0 && (pool_failed(maker.pool) || maker.out_of_memory))
        result = -1;
    if (groups)
        lane_groups_free(groups, group_count);
    trial_index_finish(&maker.index);
    if (result != 0) {
        report_tables_finish(&tables);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    }
    *ret_tables = tables;
    return 0;
}

void report_tables_finish(struct report_tables *tables)
{
    text_pool_destroy(tables->pool);
    *tables = (struct report_tables){0};
}

size_t table_columns_of(const struct report_table *table, size_t c)
{
    return c + 1 < table->column_count && table->columns[c + 1].continues ? 2 : 1;
}
