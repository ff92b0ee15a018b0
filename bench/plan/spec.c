/* What a trial's process is told: JSON in both directions. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "plan.h"

enum spec_kind { SPEC_TEXT, SPEC_COUNT, SPEC_FLAG };

struct spec_field {
    const char *name;
    enum spec_kind kind;
    size_t offset;
    bool required;
    int64_t min, max; /* of counts */
};

#define FIELD(member) #member, .offset = offsetof(struct trial_spec, member)

/* clang-format off */
static const struct spec_field fields[] = {
    {FIELD(run),         .kind = SPEC_TEXT, .required = true},
    {FIELD(cell),        .kind = SPEC_TEXT, .required = true},
    {FIELD(runner),      .kind = SPEC_TEXT, .required = true},
    {FIELD(params),      .kind = SPEC_TEXT},
    {FIELD(sweep),       .kind = SPEC_TEXT},
    {FIELD(block),       .kind = SPEC_COUNT, .required = true, .min = 1, .max = 1000000},
    {FIELD(position),    .kind = SPEC_COUNT, .required = true, .min = 1, .max = 1000000000},
    {FIELD(seed),        .kind = SPEC_COUNT, .required = true, .min = 0, .max = INT64_MAX},
    {FIELD(client_cpus), .kind = SPEC_TEXT},
    {FIELD(server_url),  .kind = SPEC_TEXT},
    {FIELD(server_pid),  .kind = SPEC_COUNT, .min = -INT_MAX, .max = INT_MAX},
    {FIELD(expect),      .kind = SPEC_TEXT},
    {FIELD(resolve),     .kind = SPEC_TEXT},
    {FIELD(save_dir),    .kind = SPEC_TEXT},
    {FIELD(all_samples), .kind = SPEC_FLAG},
    {FIELD(progress_fd), .kind = SPEC_COUNT, .min = -1, .max = INT_MAX},
};
/* clang-format on */

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

static void *field_of(struct trial_spec *spec, const struct spec_field *field)
{
    return (char *)spec + field->offset;
}

static json_t *value_of(const struct trial_spec *spec, const struct spec_field *field)
{
    const void *at = (const char *)spec + field->offset;
    if (field->kind == SPEC_COUNT)
        return json_integer(*(const int64_t *)at);
    if (field->kind == SPEC_FLAG)
        return json_boolean(*(const bool *)at);
    const char *text = *(char *const *)at;
    return text ? json_string(text) : json_null();
}

json_t *trial_spec_to_json(const struct trial_spec *spec)
{
    json_t *object = json_object();
    int failed = !object || json_object_set_new(object, "protocol", json_string(TRIAL_PROTOCOL));
    for (size_t i = 0; !failed && i < FIELD_COUNT; i++)
        failed = json_object_set_new(object, fields[i].name, value_of(spec, &fields[i]));
    if (failed || json_object_set_new(object, "settings", settings_to_json(&spec->settings))) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int bad_field(const struct spec_field *field, struct failure *ret_failure)
{
    switch (field->kind) {
    case SPEC_COUNT:
        return failure_set(ret_failure, EXIT_USAGE, "line 1: %s: a whole number from %lld to %lld is accepted",
                           field->name, (long long)field->min, (long long)field->max);
    case SPEC_FLAG:
        return failure_set(ret_failure, EXIT_USAGE, "line 1: %s: true or false is accepted", field->name);
    case SPEC_TEXT:
        break;
    }
    return failure_set(ret_failure, EXIT_USAGE, "line 1: %s: a text%s is accepted", field->name,
                       field->required ? "" : " or null");
}

static int read_field(struct trial_spec *spec, const struct spec_field *field, const json_t *value,
                      struct failure *ret_failure)
{
    if (!value || json_is_null(value))
        return field->required ? bad_field(field, ret_failure) : 0;
    if (field->kind == SPEC_COUNT) {
        int64_t number = json_integer_value(value);
        if (!json_is_integer(value) || number < field->min || number > field->max)
            return bad_field(field, ret_failure);
        *(int64_t *)field_of(spec, field) = number;
        return 0;
    }
    if (field->kind == SPEC_FLAG) {
        if (!json_is_boolean(value))
            return bad_field(field, ret_failure);
        *(bool *)field_of(spec, field) = json_is_true(value);
        return 0;
    }
    const char *text = json_string_value(value);
    if (!text || strlen(text) != json_string_length(value) || (field->required && !*text))
        return bad_field(field, ret_failure);
    char *copy = strdup(text);
    if (!copy)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "line 1: out of memory");
    *(char **)field_of(spec, field) = copy;
    return 0;
}

static int check_protocol(const json_t *object, struct failure *ret_failure)
{
    if (!json_is_object(object))
        return failure_set(ret_failure, EXIT_USAGE, "line 1: a trial is described by one JSON object");
    const json_t *protocol = json_object_get(object, "protocol");
    if (!json_is_string(protocol))
        return failure_set(ret_failure, EXIT_USAGE, "line 1: protocol: \"" TRIAL_PROTOCOL "\" is accepted");
    if (strcmp(json_string_value(protocol), TRIAL_PROTOCOL) != 0)
        return failure_set(ret_failure, EXIT_NO_DATA,
                           "line 1: protocol: this program speaks " TRIAL_PROTOCOL
                           ", not '%.40s'; both sides must be of "
                           "one version",
                           json_string_value(protocol));
    return 0;
}

static int check_known(const json_t *object, struct failure *ret_failure)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        bool known = strcmp(name, "protocol") == 0 || strcmp(name, "settings") == 0;
        for (size_t i = 0; !known && i < FIELD_COUNT; i++)
            known = strcmp(name, fields[i].name) == 0;
        if (!known)
            return failure_set(ret_failure, EXIT_USAGE, "line 1: unknown key '%.40s'", name);
    }
    return 0;
}

static int read_spec(struct trial_spec *spec, const json_t *object, struct failure *ret_failure)
{
    if (check_protocol(object, ret_failure) || check_known(object, ret_failure))
        return -1;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (read_field(spec, &fields[i], json_object_get(object, fields[i].name), ret_failure))
            return -1;
    struct failure cause;
    if (settings_from_json(&spec->settings, json_object_get(object, "settings"), &cause))
        return failure_set(ret_failure, cause.status, "line 1: %s", cause.text);
    if (!spec->settings.workload || spec->settings.jobs == 0)
        return failure_set(ret_failure, EXIT_USAGE, "line 1: settings: workload and jobs are needed");
    return 0;
}

int trial_spec_from_json(struct trial_spec *ret_spec, const json_t *object, struct failure *ret_failure)
{
    struct trial_spec spec = {.progress_fd = -1};
    if (settings_init(&spec.settings))
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "line 1: out of memory");
    if (read_spec(&spec, object, ret_failure)) {
        trial_spec_finish(&spec);
        return -1;
    }
    *ret_spec = spec;
    return 0;
}

void trial_spec_finish(struct trial_spec *spec)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (fields[i].kind == SPEC_TEXT)
            free(*(char **)field_of(spec, &fields[i]));
    settings_finish(&spec->settings);
    *spec = (struct trial_spec){.progress_fd = -1};
}
