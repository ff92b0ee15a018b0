/* run.ndjson into memory: read line by line, checked, then summarised. */
#include <stdlib.h>
#include <string.h>
#include "ndjson.h"
#include "summary.h"
#include "run_data.h"
#include "run_line.h"
#include "trial_index.h"
#include "../plan/knee.h"

static const char file_name[] = "run.ndjson";

struct reader {
    struct run_data *run;
    size_t *trial_lines; /* where each trial stood */
    size_t trial_room, set_room;
};

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

/* Make room for one more element. Returns the array, which may have moved, or NULL. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    size_t more = *room ? *room * 2 : 64;
    void *grown = reallocarray(array, more, size);
    if (grown)
        *room = more;
    return grown;
}

static int add_trial(struct reader *reader, size_t line, const json_t *object, struct failure *ret_failure)
{
    struct run_data *run = reader->run;
    size_t room = reader->trial_room;
    struct trial_record *trials = grow(run->trials, run->trial_count, &room, sizeof(*trials));
    if (trials)
        run->trials = trials;
    room = reader->trial_room;
    size_t *lines = grow(reader->trial_lines, run->trial_count, &room, sizeof(*lines));
    if (lines)
        reader->trial_lines = lines;
    if (!trials || !lines)
        return no_memory(ret_failure);
    reader->trial_room = room;

    struct trial_record *trial = &run->trials[run->trial_count];
    record_init(trial_fields, trial);
    if (record_from_json(trial_fields, trial, object, ret_failure) != 0 ||
        trial_record_check(trial, ret_failure) != 0) {
        record_finish(trial_fields, trial);
        return -1;
    }
    reader->trial_lines[run->trial_count++] = line;
    return 0;
}

static int add_samples(struct reader *reader, const json_t *object, struct failure *ret_failure)
{
    struct run_data *run = reader->run;
    struct sample_set *sets = grow(run->sample_sets, run->sample_set_count, &reader->set_room, sizeof(*sets));
    if (!sets)
        return no_memory(ret_failure);
    run->sample_sets = sets;
    if (run_line_read_samples(&sets[run->sample_set_count], object, ret_failure) != 0)
        return -1;
    run->sample_set_count++;
    return 0;
}

static int add_object(void *context, size_t line, json_t *object, struct failure *ret_failure)
{
    struct reader *reader = context;
    struct run_data *run = reader->run;
    if (!run->run) {
        if (run_line_read_lanes(run, object, ret_failure) != 0)
            return -1;
        run->run = json_incref(object);
        return 0;
    }
    if (run->end)
        return failure_set(ret_failure, EXIT_NO_DATA, "a line after the summary, which is the last");
    const char *type = json_string_value(json_object_get(object, "type"));
    if (!type)
        return failure_set(ret_failure, EXIT_NO_DATA, "type is missing");
    if (strcmp(type, "trial") == 0)
        return add_trial(reader, line, object, ret_failure);
    if (strcmp(type, "lane") == 0)
        return run_line_add_lane(run, object, ret_failure);
    if (strcmp(type, "sample") == 0)
        return add_samples(reader, object, ret_failure);
    if (strcmp(type, "env") == 0) {
        if (json_is_object(run->env))
            return failure_set(ret_failure, EXIT_NO_DATA, "a second line of type env");
        json_decref(run->env);
        run->env = json_incref(object);
        return 0;
    }
    if (strcmp(type, "summary") == 0) {
        if (run_line_read_end(object, &run->partial, ret_failure) != 0)
            return -1;
        run->end = json_incref(object);
        return 0;
    }
    return failure_set(ret_failure, EXIT_NO_DATA, "type '%.60s' is not one of run, env, lane, trial, sample, summary",
                       type);
}

static int at_trial(const struct reader *reader, size_t trial, const struct failure *cause, struct failure *ret_failure)
{
    return ndjson_at_line(reader->run->dir, file_name, reader->trial_lines[trial], cause, ret_failure);
}

static int check_unique(const struct reader *reader, const struct trial_index *index, struct failure *ret_failure)
{
    size_t twice = trial_index_duplicate(index);
    if (twice == index->count)
        return 0;
    const struct trial_record *trial = &index->trials[twice];
    struct failure cause = {0};
    failure_set(&cause, EXIT_NO_DATA, "'%.200s' under '%.100s' in block %lld is there twice", trial->cell,
                trial->runner, (long long)trial->block);
    return at_trial(reader, twice, &cause, ret_failure);
}

/* A search for the knee numbers its attempts at a rate, however many blocks there are. */
static int check_block(const struct reader *reader, const struct summary_record *lane, const struct trial_record *trial,
                       struct failure *ret_failure)
{
    int64_t blocks = json_integer_value(json_object_get(reader->run->run, "blocks"));
    if (trial->block <= blocks || (summary_is_paced(lane) && trial->block <= KNEE_MOST_ATTEMPTS))
        return 0;
    return failure_set(ret_failure, EXIT_NO_DATA, "'%.200s' under '%.100s': block %lld of %lld", trial->cell,
                       trial->runner, (long long)trial->block, (long long)blocks);
}

/* Each lane's trials are looked up, as there may be many of either: those of no lane are then what was not counted. */
static int check_lanes(const struct reader *reader, const struct trial_index *index, struct failure *ret_failure)
{
    const struct run_data *run = reader->run;
    size_t known = 0;
    for (size_t i = 0; i < run->lane_count; i++) {
        struct trial_span span = trial_index_find(index, run->lanes[i].cell, run->lanes[i].runner);
        known += span.count;
        for (size_t k = 0; k < span.count; k++) {
            struct failure cause = {0};
            const struct trial_record *trial = &run->trials[span.order[k]];
            if (check_block(reader, &run->lanes[i], trial, &cause) != 0 ||
                run_line_check_lane(&run->lanes[i], trial, &cause) != 0)
                return at_trial(reader, span.order[k], &cause, ret_failure);
        }
    }
    for (size_t i = 0; known < run->trial_count && i < run->trial_count; i++) {
        const struct trial_record *trial = &run->trials[i];
        struct failure cause = {0};
        if (run_data_lane(run, trial->cell, trial->runner))
            continue;
        failure_set(&cause, EXIT_NO_DATA, "'%.200s' under '%.100s' is not in the plan of line 1", trial->cell,
                    trial->runner);
        return at_trial(reader, i, &cause, ret_failure);
    }
    return 0;
}

/* Every trial is one of a planned lane, once in a block: what follows would silently leave out or mix the others. */
static int check_trials(const struct reader *reader, struct failure *ret_failure)
{
    struct trial_index index;
    if (trial_index_make(&index, reader->run->trials, reader->run->trial_count) != 0)
        return no_memory(ret_failure);
    int result = check_unique(reader, &index, ret_failure);
    if (result == 0)
        result = check_lanes(reader, &index, ret_failure);
    trial_index_finish(&index);
    return result;
}

int run_data_read(struct run_data *ret_run, const char *dir, struct failure *ret_failure)
{
    struct run_data run = {.dir = strdup(dir), .env = json_null(), .partial = true};
    struct reader reader = {.run = &run};
    int result = run.dir ? ndjson_read(dir, file_name, add_object, &reader, ret_failure) : no_memory(ret_failure);
    if (result == 0)
        result = check_trials(&reader, ret_failure);
    if (result == 0)
        result = summary_compute(&run, ret_failure);
    free(reader.trial_lines);
    if (result != 0)
        run_data_finish(&run);
    else
        *ret_run = run;
    return result;
}

void run_data_finish(struct run_data *run)
{
    for (size_t i = 0; i < run->trial_count; i++)
        record_finish(trial_fields, &run->trials[i]);
    for (size_t i = 0; i < run->sample_set_count; i++)
        sample_set_finish(&run->sample_sets[i]);
    for (size_t i = 0; i < run->lane_count; i++)
        record_finish(summary_fields, &run->lanes[i]);
    free(run->trials);
    free(run->sample_sets);
    free(run->lanes);
    json_decref(run->run);
    json_decref(run->env);
    json_decref(run->end);
    free(run->dir);
    *run = (struct run_data){0};
}

const struct summary_record *run_data_lane(const struct run_data *run, const char *cell, const char *runner)
{
    for (size_t i = 0; i < run->lane_count; i++)
        if (strcmp(run->lanes[i].cell, cell) == 0 && strcmp(run->lanes[i].runner, runner) == 0)
            return &run->lanes[i];
    return NULL;
}

const char *run_data_sweep(const struct run_data *run, const struct summary_record *lane)
{
    const json_t *lanes = json_object_get(run->run, "lanes");
    return json_string_value(json_object_get(json_array_get(lanes, (size_t)(lane - run->lanes)), "sweep"));
}
