#include "gate_stored.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../report/ndjson.h"

bool gate_is_stored(const char *dir)
{
    char *path;
    if (asprintf(&path, "%s/" GATE_FILE, dir) < 0)
        return false;
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

static void take_over(json_t **field, json_t *object)
{
    json_decref(*field);
    *field = json_incref(object);
}

static int take(void *context, size_t line, json_t *object, struct failure *ret_failure)
{
    struct gate_stored *stored = context;
    const char *type = json_string_value(json_object_get(object, "type"));
    const char *schema = json_string_value(json_object_get(object, "schema"));
    if (line == 1 && (!type || strcmp(type, "gate") != 0 || !schema || strcmp(schema, GATE_SCHEMA) != 0))
        return failure_set(ret_failure, EXIT_NO_DATA, "not the first line of a gate of schema " GATE_SCHEMA);
    if (line == 1)
        take_over(&stored->gate, object);
    else if (type && strcmp(type, "env") == 0)
        take_over(&stored->env, object);
    else if (type && strcmp(type, "verdicts") == 0)
        take_over(&stored->verdicts, object);
    return 0;
}

int gate_stored_read(struct gate_stored *ret_stored, const char *dir, struct failure *ret_failure)
{
    struct gate_stored stored = {.env = json_null()};
    if (ndjson_read(dir, GATE_FILE, take, &stored, ret_failure) != 0) {
        gate_stored_finish(&stored);
        return -1;
    }
    *ret_stored = stored;
    return 0;
}

void gate_stored_finish(struct gate_stored *stored)
{
    json_decref(stored->gate);
    json_decref(stored->env);
    json_decref(stored->verdicts);
    *stored = (struct gate_stored){0};
}
