/* What a reader must know before believing the figures. */
#include <string.h>
#include "tables_parts.h"

struct warning_list {
    struct report_tables *tables;
    struct table_maker *maker;
    size_t room;
};

static void add_warning(struct warning_list *list, const char *text)
{
    if (text[0] && list->tables->warning_count < list->room)
        list->tables->warnings[list->tables->warning_count++] = text;
}

static void add_stored(struct warning_list *list, const json_t *line)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(line, "warnings"), i, item)
    {
        if (json_is_string(item) && !table_is_left_out(json_string_value(item)))
            add_warning(list, pool_clean(list->maker->pool, json_string_value(item)));
    }
}

static void add_unfinished(struct warning_list *list)
{
    const struct run_data *run = list->maker->run;
    if (!run->partial)
        return;
    json_int_t planned = json_integer_value(json_object_get(run->run, "planned_trials"));
    add_warning(list, pool_printf(list->maker->pool, "Stopped early: %zu of %lld planned runs were made.",
                                  run->trial_count, (long long)planned));
}

int table_collect_warnings(struct report_tables *tables, struct table_maker *maker)
{
    enum { OURS = 3 + TABLE_FLAGS };
    const struct run_data *run = maker->run;
    struct warning_list list = {.tables = tables, .maker = maker};
    list.room = json_array_size(json_object_get(run->env, "warnings")) +
                json_array_size(json_object_get(run->end, "warnings")) + OURS;
    tables->warnings = pool_array(maker->pool, list.room, sizeof(*tables->warnings));
    if (!tables->warnings)
        return -1;
    for (size_t i = 0; i < run->lane_count; i++)
        tables->has_figures = tables->has_figures || run->lanes[i].trials > 0;
    add_warning(&list, table_failures(maker));
    tables->failure_count = tables->warning_count;
    add_unfinished(&list);
    if (!tables->has_figures)
        return 0;
    add_stored(&list, run->env);
    add_stored(&list, run->end);
    for (size_t i = 0; i < TABLE_FLAGS; i++)
        add_warning(&list, table_flagged(maker, i));
    add_warning(&list, table_harness_warning(maker));
    return 0;
}
