/* Putting the record together: the fields, the reasons for what is missing, the warnings. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../record/record.h"
#include "environment.h"
#include "fields.h"
#include "sysfile.h"

enum { MOST_TEXT_BYTES = 1000 };

json_t *field_unknown(struct field_reason *why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof(why->text), format, args);
    va_end(args);
    return NULL;
}

json_t *field_unreadable(struct field_reason *why, const char *path, int error)
{
    if (error == -ENOENT)
        return field_unknown(why, "no %s", path);
    if (error == -EINVAL)
        return field_unknown(why, "%s: not as expected", path);
    return field_unknown(why, "%s: %s", path, strerror(-error));
}

json_t *field_text(const char *text)
{
    char *clean = clean_text(text, MOST_TEXT_BYTES);
    json_t *value = clean ? json_string(clean) : NULL;
    free(clean);
    return value;
}

json_t *field_line_of(const char *root, const char *path, struct field_reason *why)
{
    char line[256];
    int rc = sysfile_line(root, path, line, sizeof(line));
    return rc < 0 ? field_unreadable(why, path, rc) : field_text(line);
}

json_t *field_number_of(const char *root, const char *path, struct field_reason *why)
{
    int64_t number;
    int rc = sysfile_number(root, path, &number);
    return rc < 0 ? field_unreadable(why, path, rc) : json_integer(number);
}

/* Returns 0, or -1 (out of memory). */
static int add_fields(json_t *environment, json_t *unknown, const char *root, const struct field *fields)
{
    for (const struct field *field = fields; field->name; field++) {
        struct field_reason why = {""};
        json_t *value = field->read(root, &why);
        if (!value) {
            value = json_null();
            json_t *reason = field_text(why.text[0] ? why.text : "out of memory");
            if (json_object_set_new(unknown, field->name, reason) < 0)
                return -1;
        }
        if (json_object_set_new(environment, field->name, value) < 0)
            return -1;
    }
    return 0;
}

json_t *environment_collect_at(const char *root)
{
    json_t *environment = json_object();
    json_t *unknown = json_object();
    json_t *warnings = json_array();
    bool added = environment && unknown && warnings && add_fields(environment, unknown, root, fields_of_machine) == 0 &&
                 add_fields(environment, unknown, root, fields_of_limits) == 0 &&
                 add_fields(environment, unknown, root, fields_of_build) == 0;
    if (added)
        environment_warnings(warnings, environment, NULL, NULL);
    if (!added || json_object_set(environment, "unknown", unknown) < 0 ||
        json_object_set(environment, "warnings", warnings) < 0) {
        json_decref(environment);
        environment = NULL;
    }
    json_decref(unknown);
    json_decref(warnings);
    return environment;
}

json_t *environment_collect(void)
{
    return environment_collect_at("");
}
