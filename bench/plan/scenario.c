#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "ini_lines.h"
#include "nearest.h"
#include "scenario.h"
#include "../clean_text.h"

enum { NAME_LONGEST = 40, MOST_CELLS = 1000 };

static const char quick_prefix[] = "quick-";

struct reading {
    struct scenario scenario;
    struct scenario_section *section; /* NULL: before the first */
    struct ini_lines lines;
    char *dir;     /* of the file, with its slash; "" */
    bool why_over; /* something other than a comment was read */
};

static int refuse(struct reading *reading, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int refuse(struct reading *reading, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return failure_set(reading->lines.failure, EXIT_USAGE, "%s:%d: %s", reading->lines.path, reading->lines.line, text);
}

static int no_memory(struct reading *reading)
{
    return failure_set(reading->lines.failure, EXIT_LOCAL_LIMIT, "%s: out of memory", reading->lines.path);
}

static bool is_name(const char *text)
{
    size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return size > 0 && size <= NAME_LONGEST && !text[size];
}

static int open_run(struct reading *reading)
{
    if (reading->scenario.run.line)
        return refuse(reading, "[run] stands in line %d already; one is accepted", reading->scenario.run.line);
    reading->section = &reading->scenario.run;
    reading->section->line = reading->lines.line;
    return 0;
}

static int open_cell(struct reading *reading, const char *name)
{
    struct scenario *scenario = &reading->scenario;
    if (!is_name(name))
        return refuse(reading, "[cell %.60s]: a cell's name has 1 to %d of a-z, 0-9 and -", name, NAME_LONGEST);
    for (size_t i = 0; i < scenario->cell_count; i++)
        if (strcmp(scenario->cells[i].name, name) == 0)
            return refuse(reading, "[cell %s] stands in line %d already; each name once is accepted", name,
                          scenario->cells[i].line);
    if (scenario->cell_count == MOST_CELLS)
        return refuse(reading, "more than %d cells", MOST_CELLS);
    struct scenario_section *grown = reallocarray(scenario->cells, scenario->cell_count + 1, sizeof(*grown));
    if (!grown)
        return no_memory(reading);
    scenario->cells = grown;
    struct scenario_section *section = &grown[scenario->cell_count];
    *section = (struct scenario_section){.line = reading->lines.line, .name = strdup(name)};
    if (!section->name)
        return no_memory(reading);
    scenario->cell_count++;
    reading->section = section;
    return 0;
}

static int on_section(void *context, char *name)
{
    struct reading *reading = context;
    reading->why_over = true;
    if (strcmp(name, "run") == 0)
        return open_run(reading);
    if (strncmp(name, "cell", 4) == 0 && (name[4] == ' ' || name[4] == '\t'))
        return open_cell(reading, name + 4 + strspn(name + 4, " \t"));
    return refuse(reading, "[%.60s] is unknown; [run] or [cell NAME] is accepted", name);
}

/* The first line of the first comment; a file from elsewhere must not steer the terminal that shows it. */
static void on_comment(void *context, const char *words)
{
    struct reading *reading = context;
    if (reading->scenario.why || reading->why_over || !*words)
        return;
    char *why = strdup(words);
    for (char *p = why; p && *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    reading->scenario.why = why;
}

static int unknown_key(struct reading *reading, const char *name)
{
    struct nearest nearest = {0};
    char quick[64], hint[80], quick_names[64][40];
    size_t count = 0;
    nearest_consider(&nearest, name, "title");
    for (const struct setting_key *key = setting_keys; key->name; key++) {
        nearest_consider(&nearest, name, key->name);
        if (key->scope != SETTING_CELL || count == sizeof(quick_names) / sizeof(quick_names[0]))
            continue;
        snprintf(quick_names[count], sizeof(quick_names[count]), "%s%s", quick_prefix, key->name);
        nearest_consider(&nearest, name, quick_names[count++]);
    }
    nearest_hint(&nearest, hint, sizeof(hint));
    snprintf(quick, sizeof(quick), "%s", hint[0] ? "" : "; `iorace run --help` lists the keys");
    return refuse(reading, "%.60s: unknown key%s%s", name, hint, quick);
}

static int take_title(struct reading *reading, const char *value)
{
    if (reading->section != &reading->scenario.run)
        return refuse(reading, "title: belongs in [run]");
    if (reading->scenario.title)
        return refuse(reading, "title: is there twice in [run]; once is accepted");
    bool printable = *value && utf8_is_valid(value); /* it will be written as JSON */
    for (const char *p = value; *p; p++)
        printable = printable && (unsigned char)*p >= 0x20 && *p != 0x7f;
    if (!printable)
        return refuse(reading, "title: '%.80s' is empty, not UTF-8, or holds control characters; a text is accepted",
                      value);
    reading->scenario.title = strdup(value);
    return reading->scenario.title ? 0 : no_memory(reading);
}

static struct scenario_entry *find_entry(struct scenario_section *section, const struct setting_key *key, bool quick)
{
    for (size_t i = 0; i < section->entry_count; i++)
        if (section->entries[i].key == key && section->entries[i].quick == quick)
            return &section->entries[i];
    return NULL;
}

/* Returns what is to be kept of a value: a relative file is meant beside the scenario. */
static char *kept_value(const struct reading *reading, const struct setting_key *key, const char *value)
{
    char *kept = NULL;
    bool relative = key->kind == SETTING_FILE && value[0] && value[0] != '/';
    if (asprintf(&kept, "%s%s", relative ? reading->dir : "", value) < 0)
        return NULL;
    return kept;
}

static int add_entry(struct reading *reading, const struct setting_key *key, bool quick, const char *value)
{
    struct scenario_section *section = reading->section;
    struct scenario_entry *said = find_entry(section, key, quick);
    if (said && key->kind != SETTING_HEADERS)
        return refuse(reading, "%s%s: is there twice, in line %d too; once is accepted", quick ? quick_prefix : "",
                      key->name, said->line);
    char *kept = kept_value(reading, key, value);
    if (!kept)
        return no_memory(reading);
    if (said) {
        char *joined = NULL;
        int size = asprintf(&joined, "%s\n%s", said->value, kept);
        free(kept);
        if (size < 0)
            return no_memory(reading);
        free(said->value);
        said->value = joined;
        return 0;
    }
    struct scenario_entry *grown = reallocarray(section->entries, section->entry_count + 1, sizeof(*grown));
    if (!grown) {
        free(kept);
        return no_memory(reading);
    }
    section->entries = grown;
    grown[section->entry_count++] =
        (struct scenario_entry){.key = key, .quick = quick, .value = kept, .line = reading->lines.line};
    return 0;
}

static int on_key(void *context, const char *name, const char *value)
{
    struct reading *reading = context;
    reading->why_over = true;
    if (!reading->section)
        return refuse(reading, "%.60s: stands before any section; put it below [run] or [cell NAME]", name);
    if (strcmp(name, "title") == 0)
        return take_title(reading, value);
    const struct setting_key *key = setting_find(name);
    bool quick = false;
    if (!key && strncmp(name, quick_prefix, strlen(quick_prefix)) == 0) {
        key = setting_find(name + strlen(quick_prefix));
        quick = true;
        if (key && key->scope == SETTING_RUN)
            key = NULL;
    }
    if (!key)
        return unknown_key(reading, name);
    if (key->scope == SETTING_RUN && reading->section != &reading->scenario.run)
        return refuse(reading, "%s: holds for the whole run; it is accepted in [run]", name);
    char where[512];
    snprintf(where, sizeof(where), "%.400s:%d: %s", reading->lines.path, reading->lines.line, name);
    struct setting_values values;
    if (setting_values(&values, key, value, where, reading->lines.failure))
        return -1;
    setting_values_finish(&values);
    return add_entry(reading, key, quick, value);
}

static int parse(struct reading *reading)
{
    if (ini_lines_read(&reading->lines, "`key = value`, a [section] or a # comment") < 0)
        return -1;
    if (reading->scenario.cell_count == 0)
        return refuse(reading, "the file ends without a [cell NAME] section; at least one is needed");
    return 0;
}

/* The directory with its slash, and the name without .ini. */
static int split_path(struct reading *reading, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t size = strlen(name);
    if (size > 4 && strcmp(name + size - 4, ".ini") == 0)
        size -= 4;
    reading->dir = strndup(path, (size_t)(name - path));
    reading->scenario.path = strdup(path);
    reading->scenario.name = strndup(name, size);
    return reading->dir && reading->scenario.path && reading->scenario.name ? 0 : no_memory(reading);
}

int scenario_read(struct scenario *ret_scenario, const char *path, struct failure *ret_failure)
{
    struct reading reading = {.lines = {.path = path, .failure = ret_failure}};
    reading.lines.on_section = on_section;
    reading.lines.on_key = on_key;
    reading.lines.on_comment = on_comment;
    reading.lines.context = &reading;
    if (ini_lines_open(&reading.lines) < 0)
        return -1;
    int result = split_path(&reading, path) || parse(&reading) ? -1 : 0;
    fclose(reading.lines.file);
    free(reading.dir);
    if (result) {
        scenario_finish(&reading.scenario);
        return -1;
    }
    *ret_scenario = reading.scenario;
    return 0;
}

static void section_finish(struct scenario_section *section)
{
    for (size_t i = 0; i < section->entry_count; i++)
        free(section->entries[i].value);
    free(section->entries);
    free(section->name);
}

void scenario_finish(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->cell_count; i++)
        section_finish(&scenario->cells[i]);
    free(scenario->cells);
    section_finish(&scenario->run);
    free(scenario->path);
    free(scenario->name);
    free(scenario->why);
    free(scenario->title);
    *scenario = (struct scenario){0};
}
