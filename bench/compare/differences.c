#include <math.h>
#include <string.h>
#include "differences.h"

/* Load averages that differ by less, for each CPU, are not worth a word; the run itself warns above 0.5. */
#define LOAD_APART_PER_CPU 0.25

/* Of the CPUs' time, taken by the hypervisor; the run itself warns above 1. */
#define STEAL_APART_PERCENT 1.0

struct finder {
    struct text_pool *pool;
    const struct run_data *base, *head;
    struct run_differences found;
    size_t room;
};

static const char *or_unknown(const char *text)
{
    return text[0] ? text : "unknown";
}

/* Of a lane all is known; what is not said is not there. */
static const char *or_none(const char *text)
{
    return text[0] ? text : "none";
}

static void add(struct finder *finder, bool parts, const char *what, const char *base, const char *head)
{
    struct run_differences *found = &finder->found;
    if (strcmp(base, head) == 0 || found->count == finder->room)
        return;
    size_t at = parts ? found->parting++ : found->count;
    memmove(&found->items[at + 1], &found->items[at], (found->count - at) * sizeof(found->items[0]));
    found->items[at] = (struct run_difference){what, or_unknown(base), or_unknown(head), parts};
    found->count++;
}

static void add_facts(struct finder *finder)
{
    for (const struct run_fact *fact = run_facts; fact->key; fact++)
        add(finder, fact->parts != NULL, fact->words, run_fact_text(finder->pool, finder->base, fact),
            run_fact_text(finder->pool, finder->head, fact));
}

static void add_lanes(struct finder *finder)
{
    for (size_t i = 0; i < finder->head->lane_count; i++) {
        const struct summary_record *head = &finder->head->lanes[i];
        const struct summary_record *base = run_data_lane(finder->base, head->cell, head->runner);
        const char *base_texts[LANE_FACTS], *head_texts[LANE_FACTS];
        if (!base)
            continue;
        lane_fact_texts(finder->pool, base, base_texts);
        lane_fact_texts(finder->pool, head, head_texts);
        for (size_t f = 0; f < LANE_FACTS; f++)
            if (strcmp(base_texts[f], head_texts[f]) != 0)
                add(finder, true,
                    pool_printf(finder->pool, "%s of %s under %s", lane_fact_words[f],
                                pool_clean(finder->pool, head->cell), pool_clean(finder->pool, head->runner)),
                    or_none(base_texts[f]), or_none(head_texts[f]));
    }
}

static double load_before(const struct run_data *run)
{
    const json_t *load = json_array_get(json_object_get(run->env, "load_before"), 0);
    return json_is_number(load) ? json_number_value(load) : NAN;
}

static double steal_percent(const struct run_data *run)
{
    const json_t *steal = json_object_get(run->end, "steal_percent");
    return json_is_number(steal) ? json_number_value(steal) : NAN;
}

static void add_number(struct finder *finder, const char *what, const char *unit, double base, double head,
                       double apart)
{
    if (fabs(base - head) > apart) /* false where one is not known */
        add(finder, false, what, pool_printf(finder->pool, "%.2f%s", base, unit),
            pool_printf(finder->pool, "%.2f%s", head, unit));
}

static void add_conditions(struct finder *finder)
{
    const struct run_data *base = finder->base, *head = finder->head;
    json_int_t cpus = json_integer_value(json_object_get(head->env, "cpus_online"));
    add_number(finder, "load before the start", "", load_before(base), load_before(head),
               LOAD_APART_PER_CPU * (cpus > 0 ? (double)cpus : 1));
    add_number(finder, "CPU time taken by the hypervisor", " %", steal_percent(base), steal_percent(head),
               STEAL_APART_PERCENT);
    add(finder, false, "seed",
        pool_printf(finder->pool, "%lld", (long long)json_integer_value(json_object_get(base->run, "seed"))),
        pool_printf(finder->pool, "%lld", (long long)json_integer_value(json_object_get(head->run, "seed"))));
    add(finder, true, "scenario", pool_clean(finder->pool, json_string_value(json_object_get(base->run, "scenario"))),
        pool_clean(finder->pool, json_string_value(json_object_get(head->run, "scenario"))));
}

int run_differences_find(struct run_differences *ret_differences, struct text_pool *pool, const struct run_data *base,
                         const struct run_data *head)
{
    enum { CONDITIONS = 4 };
    struct finder finder = {.pool = pool, .base = base, .head = head};
    finder.room = CONDITIONS + head->lane_count * LANE_FACTS;
    for (const struct run_fact *fact = run_facts; fact->key; fact++)
        finder.room++;
    finder.found.items = pool_array(pool, finder.room + 1, sizeof(*finder.found.items));
    if (!finder.found.items)
        return -1;
    add_facts(&finder);
    add_lanes(&finder);
    add_conditions(&finder);
    *ret_differences = finder.found;
    return pool_failed(pool) ? -1 : 0;
}

int run_differences_refuse(const struct run_differences *differences, struct failure *ret_failure)
{
    enum { NAMED = 2, EACH = 380 };
    char named[NAMED * EACH + 1] = "", more[80] = "";
    for (size_t i = 0; i < differences->parting && i < NAMED; i++) {
        const struct run_difference *difference = &differences->items[i];
        size_t used = strlen(named);
        snprintf(named + used, sizeof(named) - used, "%s%.80s: '%.120s' in BASE, '%.120s' in HEAD", used ? "; " : "",
                 difference->what, difference->base, difference->head);
    }
    if (differences->parting > NAMED)
        snprintf(more, sizeof(more), "; and %zu more", differences->parting - NAMED);
    return failure_set(ret_failure, EXIT_NO_DATA,
                       "these runs must not be compared: %s%s (--force does it all the same, and says so)", named,
                       more);
}
