#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "record.h"

static char **text_at(const struct record_field *field, void *record)
{
    return (char **)((char *)record + field->offset);
}

static const char *text_of(const struct record_field *field, const void *record)
{
    return *(char *const *)((const char *)record + field->offset);
}

static double real_of(const struct record_field *field, const void *record)
{
    return *(const double *)((const char *)record + field->offset);
}

static int64_t count_of(const struct record_field *field, const void *record)
{
    return *(const int64_t *)((const char *)record + field->offset);
}

static void set_null(const struct record_field *field, void *record)
{
    char *at = (char *)record + field->offset;
    switch (field->kind) {
    case RECORD_TEXT:
        *(char **)at = NULL;
        break;
    case RECORD_REAL:
        *(double *)at = NAN;
        break;
    case RECORD_COUNT:
        *(int64_t *)at = -1;
        break;
    }
}

void record_init(const struct record_field *fields, void *record)
{
    for (const struct record_field *field = fields; field->name; field++)
        set_null(field, record);
}

void record_finish(const struct record_field *fields, void *record)
{
    for (const struct record_field *field = fields; field->name; field++) {
        if (field->kind == RECORD_TEXT)
            free(*text_at(field, record));
        set_null(field, record);
    }
}

char *record_format_real(char text[RECORD_REAL_SIZE], double value)
{
    text[0] = '\0';
    if (isnan(value))
        return text;
    if (value == 0)
        value = 0; /* no "-0" */
    snprintf(text, RECORD_REAL_SIZE, "%.9g", value);

    /* A library that is asked to obey LC_NUMERIC writes "0,5"; a point of several bytes is handled as well. */
    const char *point = localeconv()->decimal_point;
    char *found = strcmp(point, ".") != 0 ? strstr(text, point) : NULL;
    if (found) {
        *found = '.';
        memmove(found + 1, found + strlen(point), strlen(found + strlen(point)) + 1);
    }
    return text;
}

static json_t *text_to_json(const struct record_field *field, const char *text)
{
    char *clean = clean_text(text, (size_t)field->max);
    json_t *value = clean ? json_string(clean) : NULL;
    free(clean);
    return value;
}

static json_t *field_to_json(const struct record_field *field, const void *record)
{
    switch (field->kind) {
    case RECORD_TEXT: {
        const char *text = text_of(field, record);
        return text ? text_to_json(field, text) : json_null();
    }
    case RECORD_REAL: {
        double real = real_of(field, record);
        return isfinite(real) ? json_real(real) : json_null();
    }
    case RECORD_COUNT: {
        int64_t count = count_of(field, record);
        return count == -1 ? json_null() : json_integer(count);
    }
    }
    return NULL;
}

json_t *record_to_json(const struct record_field *fields, const void *record)
{
    json_t *object = json_object();
    for (const struct record_field *field = fields; object && field->name; field++) {
        /* A value that could not be made is NULL, and setting it fails too. */
        if (json_object_set_new(object, field->name, field_to_json(field, record)) != 0) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

static const char *json_kind(const json_t *value)
{
    static const char *const kinds[] = {"an object", "an array", "a text", "an integer",
                                        "a number",  "true",     "false",  "null"};
    return kinds[json_typeof(value)];
}

static int wrong_kind(const struct record_field *field, const json_t *value, struct failure *ret_failure)
{
    static const char *const wanted[] = {
        [RECORD_TEXT] = "a text", [RECORD_REAL] = "a number", [RECORD_COUNT] = "an integer"};
    return failure_set(ret_failure, EXIT_NO_DATA, "%s: wanted %s%s, found %s", field->name, wanted[field->kind],
                       field->nullable ? " or null" : "", json_kind(value));
}

static int check_range(const struct record_field *field, double value, struct failure *ret_failure)
{
    if (value >= field->min && value <= field->max)
        return 0;
    char text[3][RECORD_REAL_SIZE];
    return failure_set(ret_failure, EXIT_NO_DATA, "%s: %s is not within %s to %s", field->name,
                       record_format_real(text[0], value), record_format_real(text[1], field->min),
                       record_format_real(text[2], field->max));
}

static int text_from_json(const struct record_field *field, void *record, const json_t *value,
                          struct failure *ret_failure)
{
    if (!json_is_string(value))
        return wrong_kind(field, value, ret_failure);
    const char *text = json_string_value(value);
    bool known = !field->words;
    for (const char *const *word = field->words; !known && *word; word++)
        known = strcmp(*word, text) == 0;
    if (!known)
        return failure_set(ret_failure, EXIT_NO_DATA, "%s: unknown word '%.60s'", field->name, text);
    *text_at(field, record) = strdup(text);
    if (!*text_at(field, record))
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    return 0;
}

static int field_from_json(const struct record_field *field, void *record, const json_t *value,
                           struct failure *ret_failure)
{
    if (!value && field->added)
        return 0;
    if (!value)
        return failure_set(ret_failure, EXIT_NO_DATA, "%s is missing", field->name);
    if (json_is_null(value) && field->nullable)
        return 0;
    char *at = (char *)record + field->offset;
    switch (field->kind) {
    case RECORD_TEXT:
        return text_from_json(field, record, value, ret_failure);
    case RECORD_REAL:
        if (!json_is_number(value))
            return wrong_kind(field, value, ret_failure);
        if (check_range(field, json_number_value(value), ret_failure) != 0)
            return -1;
        *(double *)at = json_number_value(value);
        return 0;
    case RECORD_COUNT:
        if (!json_is_integer(value))
            return wrong_kind(field, value, ret_failure);
        if (check_range(field, (double)json_integer_value(value), ret_failure) != 0)
            return -1;
        *(int64_t *)at = json_integer_value(value);
        return 0;
    }
    return -1;
}

int record_from_json(const struct record_field *fields, void *record, const json_t *object, struct failure *ret_failure)
{
    for (const struct record_field *field = fields; field->name; field++)
        if (field_from_json(field, record, json_object_get(object, field->name), ret_failure) != 0)
            return -1;
    return 0;
}

json_t *record_json_text(const char *text, size_t max_bytes)
{
    char *clean = text ? clean_text(text, max_bytes) : NULL;
    json_t *value = clean ? json_string(clean) : NULL;
    free(clean);
    return value ? value : json_null();
}
