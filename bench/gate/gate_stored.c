#include "gate_stored.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../record/field_table.h"
#include "../stored/ndjson.h"

/* What --threshold accepts. */
#define LEAST_THRESHOLD 0.001
#define MOST_THRESHOLD  1

bool gate_is_stored(const char *dir)
{
    char *path;
    if (asprintf(&path, "%s/" GATE_FILE, dir) < 0)
        return false;
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

/* --- what a cell's verdict says --- */

#define MOST_RATIO  MOST_SPEEDUP /* of two wall times; other metrics that a machine gives stay within it, too */
#define LEAST_RATIO LEAST_SPEEDUP
#define MOST_SPREAD 100 /* e to the power of it is beyond any ratio */

struct stored_cell {
    char *label, *metric, *verdict, *reason;
    double base_median, head_median, again_median;
    double ratio, ratio_lo, ratio_hi, p, p_holm;
    double aa_ratio, aa_lo, aa_hi, aa_p_holm, aa_spread;
    double limit;
    double confirmed_ratio, confirmed_lo, confirmed_hi;
    int64_t blocks, confirmation_blocks, blocks_to_settle;
};

/* As lane_verdict has them; the first five are decided by figures. */
static const char *const verdict_words[] = {"same",          "regression", "accepted", "improved",
                                            "inconclusive",  "no data",    "new",      "gone",
                                            "not supported", "failed",     NULL};

enum { VERDICTS_BY_FIGURES = 5 };

#define TEXT(...)   FIELD_TEXT(stored_cell, __VA_ARGS__)
#define REAL(...)   FIELD_REAL(stored_cell, __VA_ARGS__)
#define NUMBER(...) FIELD_COUNT(stored_cell, __VA_ARGS__)
#define RATIO(name) REAL(name, ADDED, LEAST_RATIO, MOST_RATIO)

/* A cell that is not gated has no figures at all, not even null. */
static const struct record_field cell_fields[] = {
    TEXT(label, ALWAYS, 1, MOST_TEXT, NULL),
    TEXT(metric, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(verdict, ALWAYS, 1, MOST_NAME, verdict_words),
    TEXT(reason, ADDED, 1, MOST_TEXT, NULL),
    REAL(base_median, ADDED, 0, MOST_RATIO),
    REAL(head_median, ADDED, 0, MOST_RATIO),
    REAL(again_median, ADDED, 0, MOST_RATIO),
    RATIO(ratio),
    RATIO(ratio_lo),
    RATIO(ratio_hi),
    REAL(p, ADDED, 0, 1),
    REAL(p_holm, ADDED, 0, 1),
    RATIO(aa_ratio),
    RATIO(aa_lo),
    RATIO(aa_hi),
    REAL(aa_p_holm, ADDED, 0, 1),
    REAL(aa_spread, ADDED, 0, MOST_SPREAD),
    REAL(limit, ADDED, 0, MOST_RATIO),
    RATIO(confirmed_ratio),
    RATIO(confirmed_lo),
    RATIO(confirmed_hi),
    NUMBER(blocks, ADDED, 0, MOST_BLOCKS),
    NUMBER(confirmation_blocks, ADDED, 0, MOST_BLOCKS),
    NUMBER(blocks_to_settle, ADDED, 1, MOST_BLOCKS),
    {0},
};

/* An estimate comes with its interval, and lies in it. */
static int check_estimate(const char *name, double estimate, double lo, double hi, struct failure *ret_failure)
{
    if (isnan(estimate) && isnan(lo) && isnan(hi))
        return 0;
    if (lo <= estimate && estimate <= hi)
        return 0;
    char text[3][RECORD_REAL_SIZE];
    return failure_set(ret_failure, EXIT_NO_DATA, "%s: '%s' with an interval from '%s' to '%s'", name,
                       record_format_real(text[0], estimate), record_format_real(text[1], lo),
                       record_format_real(text[2], hi));
}

static bool by_figures(const char *verdict)
{
    bool found = false;
    for (int i = 0; i < VERDICTS_BY_FIGURES && !found; i++)
        found = strcmp(verdict_words[i], verdict) == 0;
    return found;
}

static int check_cell(const json_t *object, struct failure *ret_failure)
{
    if (!json_is_object(object))
        return failure_set(ret_failure, EXIT_NO_DATA, "is not an object");
    struct stored_cell cell;
    record_init(cell_fields, &cell);
    int result = record_from_json(cell_fields, &cell, object, ret_failure);
    if (result == 0)
        result = check_estimate("ratio", cell.ratio, cell.ratio_lo, cell.ratio_hi, ret_failure);
    if (result == 0)
        result = check_estimate("aa_ratio", cell.aa_ratio, cell.aa_lo, cell.aa_hi, ret_failure);
    if (result == 0)
        result =
            check_estimate("confirmed_ratio", cell.confirmed_ratio, cell.confirmed_lo, cell.confirmed_hi, ret_failure);
    bool figures = isfinite(cell.ratio) && isfinite(cell.aa_ratio) && isfinite(cell.limit) && cell.blocks > 0;
    if (result == 0 && by_figures(cell.verdict) && !figures)
        result = failure_set(ret_failure, EXIT_NO_DATA, "verdict: '%s' without ratio, aa_ratio, limit or blocks",
                             cell.verdict);
    if (result == 0 && !by_figures(cell.verdict) && isfinite(cell.ratio))
        result = failure_set(ret_failure, EXIT_NO_DATA, "verdict: '%s' with a ratio", cell.verdict);
    record_finish(cell_fields, &cell);
    return result;
}

/* --- what the gate says --- */

struct stored_rules {
    double threshold, alpha;
};

static const struct record_field rules_fields[] = {
    FIELD_REAL(stored_rules, threshold, ALWAYS, LEAST_THRESHOLD, MOST_THRESHOLD),
    FIELD_REAL(stored_rules, alpha, ALWAYS, 0, 1),
    {0},
};

static int check_verdicts(const json_t *line, struct failure *ret_failure)
{
    const json_t *rules_object = json_object_get(line, "rules"), *cells = json_object_get(line, "cells"), *cell;
    if (!json_is_boolean(json_object_get(line, "partial")))
        return failure_set(ret_failure, EXIT_NO_DATA, "partial: wanted true or false");
    if (!json_is_object(rules_object))
        return failure_set(ret_failure, EXIT_NO_DATA, "rules: wanted an object");
    if (!json_is_array(cells) || json_array_size(cells) == 0)
        return failure_set(ret_failure, EXIT_NO_DATA, "cells: wanted an array of some");

    struct stored_rules rules;
    struct failure cause = {0};
    record_init(rules_fields, &rules);
    if (record_from_json(rules_fields, &rules, rules_object, &cause) != 0)
        return failure_set(ret_failure, cause.status, "rules: %s", cause.text);
    size_t i;
    json_array_foreach(cells, i, cell)
    {
        if (check_cell(cell, &cause) != 0)
            return failure_set(ret_failure, cause.status, "cells[%zu]: %s", i, cause.text);
    }
    return 0;
}

static int take_first(struct gate_stored *stored, json_t *object, struct failure *ret_failure)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    const char *schema = json_string_value(json_object_get(object, "schema"));
    if (!type || strcmp(type, "gate") != 0 || !schema || strcmp(schema, GATE_SCHEMA) != 0)
        return failure_set(ret_failure, EXIT_NO_DATA, "not the first line of a gate of schema " GATE_SCHEMA);
    stored->gate = json_incref(object);
    return 0;
}

static int take(void *context, size_t line, json_t *object, struct failure *ret_failure)
{
    struct gate_stored *stored = context;
    if (line == 1)
        return take_first(stored, object, ret_failure);
    if (stored->verdicts)
        return failure_set(ret_failure, EXIT_NO_DATA, "a line after the verdicts, which are the last");
    const char *type = json_string_value(json_object_get(object, "type"));
    if (type && strcmp(type, "env") == 0) {
        if (json_is_object(stored->env))
            return failure_set(ret_failure, EXIT_NO_DATA, "a second line of type env");
        json_decref(stored->env);
        stored->env = json_incref(object);
    } else if (type && strcmp(type, "verdicts") == 0) {
        if (check_verdicts(object, ret_failure) != 0)
            return -1;
        stored->verdicts = json_incref(object);
    }
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
