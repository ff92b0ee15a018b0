#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "allow.h"
#include "../clean_text.h"
#include "../plan/ini_lines.h"
#include "../plan/metrics.h"
#include "../plan/nearest.h"

enum { MOST_ENTRIES = 10000 };

struct reading {
    struct allow_list list;
    struct ini_lines lines;
    const char *today;
};

/* The keys; all but runner are needed. */
static const struct key {
    const char *name;
    size_t offset;
    bool needed;
} keys[] = {
    {"cell", offsetof(struct allowed, cell), true},      {"metric", offsetof(struct allowed, metric), true},
    {"until", offsetof(struct allowed, until), true},    {"reason", offsetof(struct allowed, reason), true},
    {"runner", offsetof(struct allowed, runner), false},
};

enum { KEY_COUNT = sizeof(keys) / sizeof(keys[0]) };

static char **field_of(struct allowed *item, const struct key *key)
{
    return (char **)((char *)item + key->offset);
}

static int refuse(struct reading *reading, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int refuse(struct reading *reading, int line, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return failure_set(reading->lines.failure, EXIT_USAGE, "%s:%d: %s", reading->lines.path, line, text);
}

static int no_memory(struct reading *reading)
{
    return failure_set(reading->lines.failure, EXIT_LOCAL_LIMIT, "%s: out of memory", reading->lines.path);
}

/* The entry read last must be whole before another begins. */
static int check_last(struct reading *reading)
{
    struct allow_list *list = &reading->list;
    if (list->count == 0)
        return 0;
    struct allowed *last = &list->items[list->count - 1];
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (keys[i].needed && !*field_of(last, &keys[i]))
            return refuse(reading, last->line, "[allow]: %s is missing; cell, metric, until and reason are needed",
                          keys[i].name);
    last->expired = strcmp(last->until, reading->today) < 0;
    for (size_t i = 0; i + 1 < list->count; i++) {
        const struct allowed *other = &list->items[i];
        if (strcmp(other->cell, last->cell) == 0 && strcmp(other->metric, last->metric) == 0 &&
            strcmp(other->runner ? other->runner : "", last->runner ? last->runner : "") == 0)
            return refuse(reading, last->line, "[allow]: %s of %s stands in line %d already; once is accepted",
                          last->metric, last->cell, other->line);
    }
    return 0;
}

static int on_section(void *context, char *name)
{
    struct reading *reading = context;
    struct allow_list *list = &reading->list;
    if (strcmp(name, "allow") != 0)
        return refuse(reading, reading->lines.line, "[%.60s] is unknown; [allow] is accepted", name);
    if (check_last(reading))
        return -1;
    if (list->count == MOST_ENTRIES)
        return refuse(reading, reading->lines.line, "more than %d entries", MOST_ENTRIES);
    struct allowed *grown = reallocarray(list->items, list->count + 1, sizeof(*grown));
    if (!grown)
        return no_memory(reading);
    list->items = grown;
    grown[list->count++] = (struct allowed){.line = reading->lines.line};
    return 0;
}

static void on_comment(void *context, const char *words)
{
    (void)context;
    (void)words;
}

/* A day that there is: mktime would take the 31st of June for the 1st of July. */
static bool is_day(const char *text)
{
    int year, month, day;
    for (int i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9')
            return false;
    if (text[10] || sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return false;
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    timegm(&tm);
    return tm.tm_mon == month - 1;
}

static int unknown_key(struct reading *reading, const char *name)
{
    struct nearest nearest = {0};
    char hint[80];
    for (size_t i = 0; i < KEY_COUNT; i++)
        nearest_consider(&nearest, name, keys[i].name);
    return refuse(reading, reading->lines.line,
                  "%.60s: unknown key%s (cell, metric, until, reason and runner are accepted)", name,
                  nearest_hint(&nearest, hint, sizeof(hint)));
}

static int on_key(void *context, const char *name, const char *value)
{
    struct reading *reading = context;
    int line = reading->lines.line;
    const struct key *key = NULL;
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (strcmp(keys[i].name, name) == 0)
            key = &keys[i];
    if (reading->list.count == 0)
        return refuse(reading, line, "%.60s: stands before any section; put it below [allow]", name);
    if (!key)
        return unknown_key(reading, name);
    char **field = field_of(&reading->list.items[reading->list.count - 1], key);
    if (*field)
        return refuse(reading, line, "%s: is there twice; once is accepted", name);
    if (!*value || !utf8_is_valid(value))
        return refuse(reading, line, "%s: is empty or not UTF-8; a text is accepted", name);
    if (strcmp(name, "metric") == 0 && !metric_find(value)) {
        char accepted[256] = "";
        for (const char *const *known = metric_names(); *known; known++)
            snprintf(accepted + strlen(accepted), sizeof(accepted) - strlen(accepted), "%s%s",
                     !accepted[0] ? ""
                     : known[1]   ? ", "
                                  : " or ",
                     *known);
        return refuse(reading, line, "metric: '%.40s' is none; %s is accepted", value, accepted);
    }
    if (strcmp(name, "until") == 0 && !is_day(value))
        return refuse(reading, line, "until: '%.40s' is no day; a date such as 2026-12-31 is accepted", value);
    *field = clean_text(value, 1000);
    return *field ? 0 : no_memory(reading);
}

static int parse(struct reading *reading)
{
    return ini_lines_read(&reading->lines, "`key = value`, [allow] or a # comment") < 0 ? -1 : check_last(reading);
}

int allow_read(struct allow_list *ret_list, const char *path, const char *today, struct failure *ret_failure)
{
    struct reading reading = {.today = today, .lines = {.path = path, .failure = ret_failure}};
    reading.lines.on_section = on_section;
    reading.lines.on_key = on_key;
    reading.lines.on_comment = on_comment;
    reading.lines.context = &reading;
    if (ini_lines_open(&reading.lines) < 0)
        return -1;
    reading.list.path = strdup(path);
    int result = reading.list.path ? parse(&reading) : no_memory(&reading);
    fclose(reading.lines.file);
    if (result)
        allow_finish(&reading.list);
    else
        *ret_list = reading.list;
    return result ? -1 : 0;
}

void allow_finish(struct allow_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < KEY_COUNT; k++)
            free(*field_of(&list->items[i], &keys[k]));
    free(list->items);
    free(list->path);
    *list = (struct allow_list){0};
}

struct allowed *allow_find(const struct allow_list *list, const char *cell, const char *runner, const char *metric)
{
    struct allowed *found = NULL;
    for (size_t i = 0; i < list->count; i++) {
        struct allowed *item = &list->items[i];
        if (strcmp(item->cell, cell) != 0 || strcmp(item->metric, metric) != 0 ||
            (item->runner && strcmp(item->runner, runner) != 0))
            continue;
        item->used = true;
        if (!found || found->expired)
            found = item;
    }
    return found;
}

void allow_today(char ret_day[ALLOW_DAY_SIZE])
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(ret_day, ALLOW_DAY_SIZE, "%Y-%m-%d", &utc);
}
