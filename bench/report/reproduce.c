#include <stdlib.h>
#include <string.h>
#include "../clean_text.h"
#include "../text_stream.h"
#include "reproduce.h"

/* A word as a shell reads it back: in single quotes unless it is plain. */
static void write_shell_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+@%";
    if (word[0] && strspn(word, plain) == strlen(word)) {
        fputs(word, out);
        return;
    }
    putc('\'', out);
    for (const char *p = word; *p; p++) {
        if (*p == '\'')
            fputs("'\\''", out);
        else
            putc(*p, out);
    }
    putc('\'', out);
}

static bool is_option(const char *word, const char *name)
{
    size_t length = strlen(name);
    return strncmp(word, name, length) == 0 && (word[length] == '\0' || word[length] == '=');
}

/* Without --out: that directory holds this run already, and a run refuses to write there. */
static void write_command(FILE *out, const struct run_data *run)
{
    const json_t *argument;
    bool seeded = false, skip = false;
    size_t i;
    json_array_foreach(json_object_get(run->run, "argv"), i, argument)
    {
        const char *word = json_string_value(argument);
        const char *slash = i == 0 ? strrchr(word, '/') : NULL; /* where the program was is no part of the command */
        bool skipped = skip || is_option(word, "--out");
        skip = !skip && strcmp(word, "--out") == 0;
        if (skipped)
            continue;
        fputs(i ? " " : "", out);
        write_shell_word(out, slash ? slash + 1 : word);
        seeded = seeded || is_option(word, "--seed");
    }
    if (!seeded)
        fprintf(out, " --seed %" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(run->run, "seed")));
}

/* Whether a word of the command is a file of that scenario's name, and not one of ours. */
static bool is_own_file(const char *word, const char *scenario)
{
    static const char ours[] = "scenarios/";
    const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;
    size_t length = strlen(scenario), before = (size_t)(name - word);
    if (word[0] == '-' || strncmp(name, scenario, length) != 0 || strcmp(name + length, ".ini") != 0)
        return false;
    return before < strlen(ours) || strncmp(name - strlen(ours), ours, strlen(ours)) != 0;
}

const char *report_own_scenario(const struct run_data *run)
{
    const char *scenario = json_string_value(json_object_get(run->run, "scenario"));
    const json_t *argument;
    size_t i;
    json_array_foreach(json_object_get(run->run, "argv"), i, argument)
    {
        if (i > 0 && scenario && is_own_file(json_string_value(argument), scenario))
            return json_string_value(argument);
    }
    return NULL;
}

bool report_is_quick(const struct run_data *run)
{
    const json_t *argument;
    size_t i;
    json_array_foreach(json_object_get(run->run, "argv"), i, argument)
    {
        if (strcmp(json_string_value(argument), "--quick") == 0)
            return true;
    }
    return false;
}

char *report_command_line(const struct run_data *run)
{
    char *text = NULL, *clean = NULL;
    size_t size;
    FILE *out = text_stream_open(&text, &size);
    if (!out)
        return NULL;
    write_command(out, run);
    if (fclose(out) == 0)
        clean = clean_text(text, SIZE_MAX);
    free(text);
    return clean;
}
