#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include "params.h"

static void write_value(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == ' ')
            fputs("%20", out);
        else
            putc(*text, out);
}

static void write_headers(FILE *out, const char *lines)
{
    for (const char *line = lines; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        fprintf(out, "%s%.*s", line == lines ? "" : ",", (int)strcspn(line, ":"), line);
    }
    fprintf(out, ":%08x", (unsigned)(XXH3_64bits(lines, strlen(lines)) & 0xffffffffu));
}

static void write_setting(FILE *out, const struct settings *settings, const struct setting_key *key)
{
    const void *field = setting_field_const(settings, key);
    fprintf(out, "%s=", key->name);
    if (setting_is_number(key))
        fprintf(out, "%lld", (long long)*(const int64_t *)field);
    else if (key->kind == SETTING_FLAG)
        fputs("yes", out); /* no is the default */
    else if (key->kind == SETTING_HEADERS)
        write_headers(out, *(char *const *)field);
    else
        write_value(out, *(char *const *)field);
}

char *params_text(const struct settings *settings)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    bool first = true;
    for (const struct setting_key *key = setting_keys; key->name; key++) {
        if (!key->in_params || setting_is_default(settings, key))
            continue;
        if (!first)
            putc(' ', out);
        first = false;
        write_setting(out, settings, key);
    }
    bool failed = ferror(out);
    if (fclose(out) || failed) {
        free(text);
        return NULL;
    }
    return text;
}
