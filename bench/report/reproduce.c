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

static bool is_seed(const char *word)
{
    return strcmp(word, "--seed") == 0 || strncmp(word, "--seed=", 7) == 0;
}

static void write_command(FILE *out, const struct run_data *run)
{
    const json_t *argument;
    bool seeded = false;
    size_t i;
    json_array_foreach(json_object_get(run->run, "argv"), i, argument)
    {
        const char *word = json_string_value(argument);
        const char *slash = i == 0 ? strrchr(word, '/') : NULL; /* where the program was is no part of the command */
        fputs(i ? " " : "", out);
        write_shell_word(out, slash ? slash + 1 : word);
        seeded = seeded || is_seed(word);
    }
    if (!seeded)
        fprintf(out, " --seed %" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(run->run, "seed")));
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
