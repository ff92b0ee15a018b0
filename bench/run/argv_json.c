#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "argv_json.h"
#include "../record/record.h"

/* Of one word of the command line: Linux lets none be longer. */
enum { ARG_BYTES = 131072 };

/* Returns where the value of `--header=VALUE` begins, an empty text for `--header` (the value is the next argument), or
 * NULL. getopt takes what is short for it, too. */
static const char *header_value(const char *arg, bool head_is_short)
{
    static const char option[] = "--header";
    size_t size = strcspn(arg, "="), least = strlen(head_is_short ? "--hea" : "--heade");
    if (size < least || size > strlen(option) || strncmp(arg, option, size) != 0)
        return NULL;
    return arg[size] ? arg + size + 1 : "";
}

static json_t *arg_json(char **argv, int i, bool head_is_short)
{
    const char *value = header_value(argv[i], head_is_short);
    const char *before = i > 0 ? header_value(argv[i - 1], head_is_short) : NULL;
    if (before && !*before)
        value = argv[i];
    if (!value || !*value)
        return record_json_text(argv[i], ARG_BYTES);
    char *text;
    int shown = (int)(value - argv[i]) + (int)strcspn(value, ":");
    if (asprintf(&text, "%.*s: (not recorded)", shown, argv[i]) < 0)
        return json_null();
    json_t *json = record_json_text(text, ARG_BYTES);
    free(text);
    return json;
}

json_t *argv_json(int argc, char **argv, bool head_is_short)
{
    json_t *array = json_array();
    for (int i = 0; i < argc; i++)
        json_array_append_new(array, arg_json(argv, i, head_is_short));
    return array;
}
