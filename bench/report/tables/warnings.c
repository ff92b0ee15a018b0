/* What a reader must know before believing the figures. */
#include <string.h>
#include "parts.h"

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

/*
 * How many lanes of the first line are a search's first. None is said to be one, but a search has no blocks: it is
 * planned with a single trial, and all others are planned in every block. Of one block that tells nothing; then, and
 * where the figures fit nothing, only lanes that came later do, whose lines have a type.
 */
static json_int_t count_searches(const struct run_data *run)
{
    json_int_t planned = json_integer_value(json_object_get(run->run, "planned_trials"));
    json_int_t blocks = json_integer_value(json_object_get(run->run, "blocks"));
    json_int_t lanes = 0;
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(run->run, "lanes"), i, item) lanes += !json_object_get(item, "type");
    if (blocks > 1 && lanes <= planned && (planned - lanes) % (blocks - 1) == 0)
        return lanes - (planned - lanes) / (blocks - 1);
    return run->lane_count > (size_t)lanes;
}

static void add_unfinished(struct warning_list *list)
{
    const struct run_data *run = list->maker->run;
    struct text_pool *pool = list->maker->pool;
    if (!run->partial)
        return;
    json_int_t planned = json_integer_value(json_object_get(run->run, "planned_trials"));
    json_int_t searches = count_searches(run), made = (json_int_t)run->trial_count;
    const char *text;
    /* Searches come last, and nobody knows beforehand how many runs they take. */
    if (searches <= 0)
        text = pool_printf(pool, "Stopped early: %lld of %lld planned runs were made.", (long long)made,
                           (long long)planned);
    else if (made < planned - searches)
        text = pool_printf(pool, "Stopped early, before the search: %lld of %lld planned runs were made.",
                           (long long)made, (long long)(planned - searches));
    else
        text = pool_printf(pool, "Stopped early, in the middle of the search; %lld run%s made.", (long long)made,
                           made == 1 ? " was" : "s were");
    add_warning(list, text);
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
