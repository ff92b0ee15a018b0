/* What a reader of a comparison has to be warned of: how the runs differ, what is not known of them, and what each of
 * them warned of itself. */
#include <string.h>
#include "comparison_warnings.h"

static void add(struct comparison *comparison, const char *text)
{
    comparison->warnings[comparison->warning_count++] = text;
}

/* What the run itself warned of, and whether it was finished. */
static size_t count_own(const struct run_data *run)
{
    return json_array_size(json_object_get(run->env, "warnings")) +
           json_array_size(json_object_get(run->end, "warnings")) + 1;
}

static void add_own(struct comparison *comparison, const char *arm, const struct run_data *run)
{
    const json_t *lines[] = {run->env, run->end}, *item;
    struct text_pool *pool = comparison->pool;
    if (run->partial)
        add(comparison, pool_printf(pool, "%s was stopped early.", arm));
    for (size_t l = 0; l < 2; l++) {
        size_t i;
        json_array_foreach(json_object_get(lines[l], "warnings"), i, item)
        {
            if (json_is_string(item))
                add(comparison, pool_printf(pool, "%s: %s", arm, pool_clean(pool, json_string_value(item))));
        }
    }
}

static void add_differences(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->differences.count; i++) {
        const struct run_difference *difference = &comparison->differences.items[i];
        add(comparison,
            pool_printf(comparison->pool, "%s: %s in base, %s in head%s.", difference->what, difference->base,
                        difference->head, difference->parts ? "; such runs must not be compared (--force)" : ""));
    }
}

/* What neither knows is no difference, and yet may be one. */
static void add_unknown(struct comparison *comparison)
{
    const struct comparison_request *request = &comparison->request;
    struct text_pool *pool = comparison->pool;
    for (const struct run_fact *fact = run_facts; fact->parts; fact++)
        if (!run_fact_text(pool, request->base, fact)[0] && !run_fact_text(pool, request->head, fact)[0])
            add(comparison, pool_printf(pool, "%s: known of neither run, so they may be of different %s.", fact->words,
                                        fact->parts));
}

static bool are_the_same(const struct run_data *base, const struct run_data *head)
{
    static const char *const keys[] = {"id", "started"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *one = json_string_value(json_object_get(base->run, keys[i]));
        const char *other = json_string_value(json_object_get(head->run, keys[i]));
        if (!one || !other || strcmp(one, other) != 0)
            return false;
    }
    return true;
}

int comparison_warnings_find(struct comparison *comparison)
{
    const struct comparison_request *request = &comparison->request;
    size_t most =
        comparison->differences.count + count_own(request->base) + count_own(request->head) + RUN_FACTS_PARTING + 1;
    comparison->warnings = pool_array(comparison->pool, most, sizeof(*comparison->warnings));
    if (!comparison->warnings)
        return -1;
    add_differences(comparison);
    add_own(comparison, "base", request->base);
    add_own(comparison, "head", request->head);
    add_unknown(comparison);
    if (are_the_same(request->base, request->head))
        add(comparison, "base and head are the same run.");
    return 0;
}
