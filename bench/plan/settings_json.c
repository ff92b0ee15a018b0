/* Settings as JSON: the table walked once in each direction. */
#include <stdio.h>
#include <string.h>
#include "nearest.h"
#include "settings.h"

/* NULL with *ret_absent: there is nothing to write. */
static json_t *field_to_json(const struct settings *settings, const struct setting_key *key, bool *ret_absent)
{
    const void *field = setting_field_const(settings, key);
    *ret_absent = false;
    if (key->kind == SETTING_FLAG)
        return json_boolean(*(const bool *)field);
    if (setting_is_number(key)) {
        int64_t number = *(const int64_t *)field;
        *ret_absent = number < key->min; /* 0: not given */
        return *ret_absent ? NULL : json_integer(number);
    }
    const char *text = *(char *const *)field;
    *ret_absent = !text;
    return text ? json_string(text) : NULL;
}

json_t *settings_to_json(const struct settings *settings)
{
    json_t *object = json_object();
    for (const struct setting_key *key = setting_keys; object && key->name; key++) {
        bool absent;
        if (key->gate_only || (key->later && setting_is_default(settings, key)))
            continue;
        json_t *value = field_to_json(settings, key, &absent);
        if (absent)
            continue;
        if (json_object_set_new(object, key->name, value)) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

static int unknown_key(const char *name, struct failure *ret_failure)
{
    struct nearest nearest = {0};
    for (const struct setting_key *key = setting_keys; key->name; key++)
        nearest_consider(&nearest, name, key->name);
    char hint[80];
    return failure_set(ret_failure, EXIT_USAGE, "settings: unknown key '%.80s'%s", name,
                       nearest_hint(&nearest, hint, sizeof(hint)));
}

static int field_from_json(struct settings *settings, const struct setting_key *key, const json_t *value,
                           struct failure *ret_failure)
{
    char where[64], number[24];
    snprintf(where, sizeof(where), "settings: %s", key->name);
    if (key->kind == SETTING_FLAG) {
        if (!json_is_boolean(value))
            return failure_set(ret_failure, EXIT_USAGE, "%s: true or false is accepted", where);
        return setting_parse(settings, key, json_is_true(value) ? "yes" : "no", where, ret_failure);
    }
    if (setting_is_number(key)) {
        if (!json_is_integer(value))
            return failure_set(ret_failure, EXIT_USAGE, "%s: a whole number from %lld to %lld is accepted", where,
                               (long long)key->min, (long long)key->max);
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
        return setting_parse(settings, key, number, where, ret_failure);
    }
    if (!json_is_string(value))
        return failure_set(ret_failure, EXIT_USAGE, "%s: a text is accepted", where);
    if (strlen(json_string_value(value)) != json_string_length(value))
        return failure_set(ret_failure, EXIT_USAGE, "%s: holds a NUL character", where);
    return setting_parse(settings, key, json_string_value(value), where, ret_failure);
}

int settings_from_json(struct settings *settings, const json_t *object, struct failure *ret_failure)
{
    if (!json_is_object(object))
        return failure_set(ret_failure, EXIT_USAGE, "settings: an object is accepted");
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        const struct setting_key *key = setting_find(name);
        if (!key)
            return unknown_key(name, ret_failure);
        if (field_from_json(settings, key, value, ret_failure))
            return -1;
    }
    return 0;
}
