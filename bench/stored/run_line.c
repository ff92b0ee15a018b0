#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../record/field_table.h"
#include "run_line.h"

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

static const struct record_field *find_field(const char *name)
{
    const struct record_field *field = summary_fields;
    while (field->name && strcmp(field->name, name) != 0)
        field++;
    return field;
}

/* A planned lane has the first columns of summary.csv, so their rows of that table say how to read it. */
static int read_lane(struct summary_record *lane, const json_t *object, struct failure *ret_failure)
{
    static const char *const names[] = {"cell",        "workload",    "params", "runner",
                                        "concurrency", "connections", "cpus",   "jobs"};
    if (!json_is_object(object))
        return failure_set(ret_failure, EXIT_NO_DATA, "is not an object");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct record_field fields[2] = {*find_field(names[i])};
        if (record_from_json(fields, lane, object, ret_failure) != 0)
            return -1;
    }
    const json_t *sweep = json_object_get(object, "sweep");
    if (!json_is_null(sweep) && !json_is_string(sweep))
        return failure_set(ret_failure, EXIT_NO_DATA, "sweep: wanted a text or null");
    lane->trials = 0;
    return 0;
}

static int compare_lanes(const void *left, const void *right)
{
    const struct summary_record *a = *(const struct summary_record *const *)left;
    const struct summary_record *b = *(const struct summary_record *const *)right;
    int order = strcmp(a->cell, b->cell);
    return order ? order : strcmp(a->runner, b->runner);
}

/* A cell is under a runner once, or its trials could not be told apart. */
static int check_unique(const struct run_data *run, struct failure *ret_failure)
{
    const struct summary_record **sorted = calloc(run->lane_count + 1, sizeof(const struct summary_record *));
    if (!sorted)
        return no_memory(ret_failure);
    for (size_t i = 0; i < run->lane_count; i++)
        sorted[i] = &run->lanes[i];
    qsort(sorted, run->lane_count, sizeof(const struct summary_record *), compare_lanes);
    int result = 0;
    for (size_t i = 1; i < run->lane_count && result == 0; i++)
        if (compare_lanes(&sorted[i - 1], &sorted[i]) == 0)
            result = failure_set(ret_failure, EXIT_NO_DATA, "lanes: '%.200s' under '%.100s' is there twice",
                                 sorted[i]->cell, sorted[i]->runner);
    free(sorted);
    return result;
}

static int check_schema(const json_t *line, struct failure *ret_failure)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    const char *schema = json_string_value(json_object_get(line, "schema"));
    if (!type || strcmp(type, "run") != 0 || !schema)
        return failure_set(ret_failure, EXIT_NO_DATA, "not a run of iorace (the first line must be of type \"run\")");
    if (strcmp(schema, RUN_SCHEMA) != 0)
        return failure_set(ret_failure, EXIT_NO_DATA, "schema '%.60s' is not one this version reads (%s)", schema,
                           RUN_SCHEMA);
    return 0;
}

static int check_run_fields(const json_t *line, struct failure *ret_failure)
{
    static const struct {
        const char *name;
        json_type type;
        const char *wanted;
    } rows[] = {{"id", JSON_STRING, "a text"},        {"scenario", JSON_STRING, "a text"},
                {"seed", JSON_INTEGER, "an integer"}, {"blocks", JSON_INTEGER, "an integer"},
                {"started", JSON_STRING, "a text"},   {"planned_trials", JSON_INTEGER, "an integer"},
                {"argv", JSON_ARRAY, "an array"},     {"lanes", JSON_ARRAY, "an array"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const json_t *value = json_object_get(line, rows[i].name);
        if (!value || json_typeof(value) != rows[i].type)
            return failure_set(ret_failure, EXIT_NO_DATA, "%s: wanted %s", rows[i].name, rows[i].wanted);
    }
    const json_t *title = json_object_get(line, "title");
    if (!json_is_string(title) && !json_is_null(title))
        return failure_set(ret_failure, EXIT_NO_DATA, "title: wanted a text or null");
    json_int_t blocks = json_integer_value(json_object_get(line, "blocks"));
    if (blocks < 1 || blocks > (json_int_t)MOST_BLOCKS)
        return failure_set(ret_failure, EXIT_NO_DATA, "blocks: %lld is not within 1 to %.0f", (long long)blocks,
                           MOST_BLOCKS);
    size_t i;
    const json_t *argument;
    json_array_foreach(json_object_get(line, "argv"), i, argument)
    {
        if (!json_is_string(argument))
            return failure_set(ret_failure, EXIT_NO_DATA, "argv[%zu]: wanted a text", i);
    }
    return 0;
}

int run_line_read_lanes(struct run_data *run, const json_t *line, struct failure *ret_failure)
{
    if (check_schema(line, ret_failure) != 0 || check_run_fields(line, ret_failure) != 0)
        return -1;
    const json_t *lanes = json_object_get(line, "lanes");
    size_t count = json_array_size(lanes);
    if (count == 0 || count > RUN_MOST_LANES)
        return failure_set(ret_failure, EXIT_NO_DATA, "lanes: %zu of them, wanted 1 to %d", count, RUN_MOST_LANES);

    run->lanes = calloc(count, sizeof(*run->lanes));
    if (!run->lanes)
        return no_memory(ret_failure);
    for (size_t i = 0; i < count; i++) {
        record_init(summary_fields, &run->lanes[i]);
        run->lane_count = i + 1;
        struct failure cause = {0};
        if (read_lane(&run->lanes[i], json_array_get(lanes, i), &cause) != 0)
            return failure_set(ret_failure, cause.status, "lanes[%zu]: %s", i, cause.text);
    }
    return check_unique(run, ret_failure);
}

int run_line_add_lane(struct run_data *run, const json_t *line, struct failure *ret_failure)
{
    if (run->lane_count == RUN_MOST_LANES)
        return failure_set(ret_failure, EXIT_NO_DATA, "more than %d lanes", RUN_MOST_LANES);
    struct summary_record *lanes = reallocarray(run->lanes, run->lane_count + 1, sizeof(*lanes));
    if (!lanes)
        return no_memory(ret_failure);
    run->lanes = lanes;
    struct summary_record *lane = &lanes[run->lane_count];
    record_init(summary_fields, lane);
    int result = read_lane(lane, line, ret_failure);
    if (result == 0 && run_data_lane(run, lane->cell, lane->runner))
        result =
            failure_set(ret_failure, EXIT_NO_DATA, "'%.200s' under '%.100s' is there twice", lane->cell, lane->runner);
    if (result == 0 && json_array_append(json_object_get(run->run, "lanes"), (json_t *)line) != 0)
        result = no_memory(ret_failure);
    if (result == 0)
        run->lane_count++;
    else
        record_finish(summary_fields, lane);
    return result;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

int run_line_check_lane(const struct summary_record *lane, const struct trial_record *trial,
                        struct failure *ret_failure)
{
    const struct {
        const char *name;
        bool same;
    } rows[] = {{"workload", same_text(lane->workload, trial->workload)},
                {"params", same_text(lane->params, trial->params)},
                {"concurrency", lane->concurrency == trial->concurrency},
                {"connections", same_text(lane->connections, trial->connections)},
                {"cpus", same_text(lane->cpus, trial->cpus)},
                {"jobs", lane->jobs == trial->jobs}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!rows[i].same)
            return failure_set(ret_failure, EXIT_NO_DATA,
                               "%s: not that of its lane, '%.200s' under '%.100s', in the plan", rows[i].name,
                               lane->cell, lane->runner);
    return 0;
}

static int read_sample(struct sample *ret_sample, const json_t *item)
{
    json_int_t values[4];
    if (!json_is_array(item) || json_array_size(item) != 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        const json_t *value = json_array_get(item, i);
        if (!json_is_integer(value) || json_integer_value(value) < 0)
            return -1;
        values[i] = json_integer_value(value);
    }
    if (values[1] < values[0] || values[1] > (json_int_t)(MOST_SECONDS * 1e9) ||
        values[2] >= (json_int_t)MOST_WORKERS || values[3] > 1)
        return -1;
    *ret_sample = (struct sample){.start_ns = values[0],
                                  .end_ns = values[1],
                                  .intended_ns = -1,
                                  .worker = (int32_t)values[2],
                                  .ok = values[3] == 1};
    return 0;
}

/* One for each sample, none of which began before it was due; null or missing in a closed loop. */
static int read_intended(struct sample_set *set, const json_t *intended, struct failure *ret_failure)
{
    if (!intended || json_is_null(intended))
        return 0;
    if (!json_is_array(intended) || json_array_size(intended) != set->sample_count)
        return failure_set(ret_failure, EXIT_NO_DATA, "intended: wanted as many as there are samples, or null");
    for (size_t i = 0; i < set->sample_count; i++) {
        const json_t *value = json_array_get(intended, i);
        json_int_t ns = json_integer_value(value);
        if (!json_is_integer(value) || ns < 0 || (ns > set->samples[i].start_ns && set->samples[i].ok))
            return failure_set(ret_failure, EXIT_NO_DATA, "intended[%zu]: wanted ns, not after the sample's start", i);
        set->samples[i].intended_ns = ns;
    }
    return 0;
}

int run_line_read_samples(struct sample_set *ret_set, const json_t *line, struct failure *ret_failure)
{
    const char *cell = json_string_value(json_object_get(line, "cell"));
    const char *runner = json_string_value(json_object_get(line, "runner"));
    const json_t *block = json_object_get(line, "block"), *jobs = json_object_get(line, "jobs");
    const json_t *samples = json_object_get(line, "samples");
    if (!cell || !runner || !json_is_integer(block) || !json_is_integer(jobs) || !json_is_array(samples))
        return failure_set(ret_failure, EXIT_NO_DATA, "wanted cell, runner, block, jobs and samples");
    if (json_integer_value(block) < 1 || json_integer_value(jobs) < 0 ||
        json_integer_value(jobs) > (json_int_t)MOST_JOBS)
        return failure_set(ret_failure, EXIT_NO_DATA, "block or jobs is out of range");

    size_t count = json_array_size(samples);
    struct sample_set set = {.cell = strdup(cell),
                             .runner = strdup(runner),
                             .block = json_integer_value(block),
                             .jobs = json_integer_value(jobs),
                             .samples = calloc(count ? count : 1, sizeof(*set.samples)),
                             .sample_count = count};
    int result = set.cell && set.runner && set.samples ? 0 : no_memory(ret_failure);
    for (size_t i = 0; i < count && result == 0; i++)
        if (read_sample(&set.samples[i], json_array_get(samples, i)) != 0)
            result = failure_set(ret_failure, EXIT_NO_DATA, "samples[%zu]: wanted [start_ns, end_ns, worker, ok]", i);
    if (result == 0)
        result = read_intended(&set, json_object_get(line, "intended"), ret_failure);
    if (result != 0)
        sample_set_finish(&set);
    else
        *ret_set = set;
    return result;
}

void sample_set_finish(struct sample_set *set)
{
    free(set->cell);
    free(set->runner);
    free(set->samples);
    *set = (struct sample_set){0};
}

int run_line_read_end(const json_t *line, bool *ret_partial, struct failure *ret_failure)
{
    const json_t *partial = json_object_get(line, "partial");
    if (!json_is_boolean(partial))
        return failure_set(ret_failure, EXIT_NO_DATA, "partial: wanted true or false");
    *ret_partial = json_is_true(partial);
    return 0;
}
