/* What a reader must know before believing the figures. */
#include <string.h>
#include "tables_parts.h"
#include "units.h"

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
        if (json_is_string(item))
            add_warning(list, pool_clean(list->maker->pool, json_string_value(item)));
    }
}

static bool is_said(const struct warning_list *list, const char *word)
{
    for (size_t i = 0; i < list->tables->warning_count; i++)
        if (strstr(list->tables->warnings[i], word))
            return true;
    return false;
}

/* Unless the run's own warnings say so already: a run that was killed wrote none. */
static void add_flagged(struct warning_list *list)
{
    static const char *const flags[][2] = {
        {"origin_saturated", "the test server had no CPU left, so it was measured and not the runner"},
        {"origin_late", "the test server answered later than asked"},
    };
    const struct run_data *run = list->maker->run;
    for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++) {
        size_t count = 0;
        for (size_t i = 0; i < run->trial_count; i++)
            count += trial_has_flag(run->trials[i].flags, flags[f][0]);
        if (count > 0 && !is_said(list, flags[f][0]))
            add_warning(list, pool_printf(list->maker->pool, "In %zu of %zu runs %s (%s).", count, run->trial_count,
                                          flags[f][1], flags[f][0]));
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
    enum { OURS = 3 };
    const struct run_data *run = maker->run;
    struct warning_list list = {.tables = tables, .maker = maker};
    list.room = json_array_size(json_object_get(run->env, "warnings")) +
                json_array_size(json_object_get(run->end, "warnings")) + OURS;
    tables->warnings = pool_array(maker->pool, list.room, sizeof(*tables->warnings));
    if (!tables->warnings)
        return -1;
    add_unfinished(&list);
    add_stored(&list, run->env);
    add_stored(&list, run->end);
    add_flagged(&list);
    return 0;
}
