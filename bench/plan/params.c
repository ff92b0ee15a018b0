#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>
#include "params.h"
#include "../text_stream.h"

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

/* Two files of one name are not the same settings. What is no regular file, or cannot be read, is told elsewhere. */
static void write_file(FILE *out, const char *path)
{
    struct stat status;
    char buffer[65536];
    size_t size;
    write_value(out, path);
    XXH3_state_t *state = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? XXH3_createState() : NULL;
    FILE *file = state ? fopen(path, "re") : NULL;
    if (file && XXH3_64bits_reset(state) == XXH_OK) {
        while ((size = fread(buffer, 1, sizeof(buffer), file)) > 0)
            XXH3_64bits_update(state, buffer, size);
        fprintf(out, ":%08x", (unsigned)(XXH3_64bits_digest(state) & 0xffffffffu));
    }
    if (file)
        fclose(file);
    XXH3_freeState(state);
}

static void write_setting(FILE *out, const struct settings *settings, const struct setting_key *key)
{
    const void *field = setting_field_const(settings, key);
    fprintf(out, "%s=", key->name);
    if (setting_is_number(key))
        fprintf(out, "%lld", (long long)*(const int64_t *)field);
    else if (key->kind == SETTING_FLAG || key->whether)
        fputs("yes", out); /* no is the default */
    else if (key->kind == SETTING_FILE)
        write_file(out, *(char *const *)field);
    else if (key->kind == SETTING_HEADERS)
        write_headers(out, *(char *const *)field);
    else
        write_value(out, *(char *const *)field);
}

char *params_text(const struct settings *settings)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = text_stream_open(&text, &size);
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
