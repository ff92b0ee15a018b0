#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "said.h"

struct said *said_of_key(struct said_table *table, const struct setting_key *key)
{
    return &table->slots[key - setting_keys];
}

struct said *said_of(struct said_table *table, const char *name)
{
    const struct setting_key *key = setting_find(name);
    assert(key);
    return said_of_key(table, key);
}

const char *said_where(const struct said_table *table, const struct setting_key *key, char buffer[WHERE_SIZE])
{
    const struct said *said = &table->slots[key - setting_keys];
    bool quick = said->place == SAID_RUN_QUICK || said->place == SAID_CELL_QUICK;
    if (said->place == SAID_OPTION || !said->place)
        snprintf(buffer, WHERE_SIZE, "--%s", key->name);
    else
        snprintf(buffer, WHERE_SIZE, "%.400s:%d: %s%s", table->source->scenario->path, said->line,
                 quick ? "quick-" : "", key->name);
    return buffer;
}

static void take_section(struct said_table *table, const struct scenario_section *section, bool quick,
                         enum said_place place)
{
    for (size_t i = 0; i < section->entry_count; i++) {
        const struct scenario_entry *entry = &section->entries[i];
        if (entry->key->scope == SETTING_CELL && entry->quick == quick)
            *said_of_key(table, entry->key) = (struct said){place, entry->value, entry->line};
    }
}

static void take_options(struct said_table *table)
{
    const struct cell_source *source = table->source;
    for (size_t i = 0; i < source->override_count; i++)
        if (source->overrides[i].key->scope == SETTING_CELL)
            *said_of_key(table, source->overrides[i].key) = (struct said){SAID_OPTION, source->overrides[i].value, 0};
}

/* Of two that exclude each other the earlier falls; said in one place, they are a mistake. */
static int exclude(struct said_table *table, const char *one, const char *other, struct failure *ret_failure)
{
    struct said *a = said_of(table, one), *b = said_of(table, other);
    if (!a->place || !b->place)
        return 0;
    if (a->place == b->place) {
        char where[WHERE_SIZE];
        return failure_set(ret_failure, EXIT_USAGE, "%s: excludes %s; one of them is accepted",
                           said_where(table, setting_find(one), where), other);
    }
    *(a->place < b->place ? a : b) = (struct said){0};
    return 0;
}

static bool is_delay_list(const char *text)
{
    struct delay_totals totals;
    return delay_list_measure(&totals, text, "", NULL) == 0 && totals.is_list;
}

/* A list of delays or URLs that is said after a number of jobs sets the jobs anew. */
static void drop_older_jobs(struct said_table *table)
{
    enum said_place last = 0;
    const struct said *delays = said_of(table, "delay-ms"), *file = said_of(table, "url-file");
    if (delays->place && is_delay_list(delays->value))
        last = delays->place;
    if (file->place > last)
        last = file->place;
    struct said *counts[] = {said_of(table, "jobs"), said_of(table, "jobs-per-worker"), said_of(table, "duration-s")};
    for (size_t i = 0; i < 3; i++)
        if (counts[i]->place < last)
            *counts[i] = (struct said){0};
}

void said_collect(struct said_table *ret_table, const struct cell_source *source)
{
    assert(setting_count() <= SAID_SLOTS);
    struct said_table table = {.source = source};
    if (source->scenario) {
        take_section(&table, &source->scenario->run, false, SAID_RUN);
        if (source->quick)
            take_section(&table, &source->scenario->run, true, SAID_RUN_QUICK);
        take_section(&table, source->section, false, SAID_CELL);
        if (source->quick)
            take_section(&table, source->section, true, SAID_CELL_QUICK);
    }
    take_options(&table);
    *ret_table = table;
}

/* [run] and options speak to all cells, and not each thing they say concerns each; a cell's section speaks to itself.
 */
static int drop(struct said_table *table, const struct setting_key *key, const char *because,
                struct failure *ret_failure)
{
    struct said *said = said_of_key(table, key);
    char where[WHERE_SIZE];
    if (said->place == SAID_CELL || said->place == SAID_CELL_QUICK)
        return failure_set(ret_failure, EXIT_USAGE, "%s: means nothing here, since this cell%s; leave it out",
                           said_where(table, key, where), because);
    *said = (struct said){0};
    return 0;
}

static int drop_foreign_to_workload(struct said_table *table, bool idle, struct failure *ret_failure)
{
    for (const struct setting_key *key = setting_keys; key->name; key++)
        if (key->transfers_only && drop(table, key, "'s workload makes no requests (download does)", ret_failure))
            return -1;
    for (const struct setting_key *key = setting_keys; idle && key->name; key++)
        if (key->busy_only && drop(table, key, "'s workload does nothing at all", ret_failure))
            return -1;
    return 0;
}

/* A closed loop has no arrivals; a search sets how many jobs its steps have. */
static int drop_foreign_to_loop(struct said_table *table, struct failure *ret_failure)
{
    const struct said *rate = said_of(table, "rate");
    for (const struct setting_key *key = setting_keys; !rate->place && key->name; key++)
        if (key->open_loop_only && drop(table, key, " has no rate", ret_failure))
            return -1;
    if (!rate->place || strcmp(rate->value, "find") != 0)
        return 0;
    static const char because[] = " is a search, whose steps take as long as duration-s says";
    return drop(table, setting_find("jobs"), because, ret_failure) ||
                   drop(table, setting_find("jobs-per-worker"), because, ret_failure)
               ? -1
               : 0;
}

/* How long it waits and how much it sends is asked of the test server; nobody else's would understand. */
static int drop_asked_of_test_server(struct said_table *table, struct failure *ret_failure)
{
    static const char *const asked[] = {"delay-ms", "body-bytes"};
    const struct said *url = said_of(table, "url"), *file = said_of(table, "url-file");
    enum said_place aimed = url->place > file->place ? url->place : file->place;
    for (size_t i = 0; aimed && i < 2; i++) {
        struct said *said = said_of(table, asked[i]);
        char where[WHERE_SIZE];
        if (said->place >= aimed)
            return failure_set(ret_failure, EXIT_USAGE,
                               "%s: only the test server can be asked for it, and %s aims elsewhere; leave one out",
                               said_where(table, setting_find(asked[i]), where), url->place ? "url" : "url-file");
        *said = (struct said){0};
    }
    return 0;
}

int said_settle(struct said_table *table, bool transfers, bool idle, struct failure *ret_failure)
{
    int result = exclude(table, "url", "url-file", ret_failure);
    if (result == 0)
        result = transfers ? drop_asked_of_test_server(table, ret_failure)
                           : drop_foreign_to_workload(table, idle, ret_failure);
    if (result == 0)
        result = drop_foreign_to_loop(table, ret_failure);
    if (result == 0)
        result = exclude(table, "jobs", "jobs-per-worker", ret_failure);
    if (result == 0)
        result = exclude(table, "duration-s", "jobs", ret_failure);
    if (result == 0)
        result = exclude(table, "duration-s", "jobs-per-worker", ret_failure);
    if (result == 0)
        drop_older_jobs(table);
    return result;
}
