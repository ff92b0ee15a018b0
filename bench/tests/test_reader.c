/* run.ndjson as it may be found: whole, cut anywhere, foreign, hostile, large. Nothing may crash; causes are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../report/report.h"
#include "fixtures/made_up_run.h"
#include "version.h"

#define FIXTURE IORACE_SOURCE_DIR "/bench/tests/fixtures/run"

#define RUN_HEAD_OF(blocks)                                                                                            \
    "{\"type\":\"run\",\"schema\":\"iorace.run/"                                                                       \
    "1\",\"id\":\"i\",\"scenario\":\"s\",\"title\":null,\"argv\":[\"iorace\"],"                                        \
    "\"seed\":1,\"blocks\":" blocks ",\"started\":\"2026-01-31T12:00:00Z\",\"planned_trials\":7,\"lanes\":"
#define RUN_HEAD RUN_HEAD_OF("7")
#define LANE                                                                                                           \
    "{\"cell\":\"c\",\"workload\":\"sleep\",\"params\":\"\",\"runner\":\"serial\",\"concurrency\":1,\"connections\":"  \
    "null,"                                                                                                            \
    "\"cpus\":null,\"jobs\":1,\"sweep\":null}"
#define RUN RUN_HEAD "[" LANE "]}\n"

/* A trial line of that lane: all that is not said here is null. */
static char *trial_text(const char *cell, int block, const char *more)
{
    struct trial_record trial;
    record_init(trial_fields, &trial);
    trial.run = strdup("i");
    trial.cell = strdup(cell);
    trial.block = block;
    trial.position = block;
    trial.workload = strdup("sleep");
    trial.params = strdup("");
    trial.runner = strdup("serial");
    trial.concurrency = 1;
    trial.jobs = trial.ok = 1;
    trial.failed = 0;
    trial.wall_s = 0.5;
    trial.state = strdup("ok");
    trial.flags = strdup("");
    json_t *line = record_to_json(trial_fields, &trial);
    record_finish(trial_fields, &trial);
    json_object_set_new(line, "type", json_string("trial"));
    if (more) {
        json_t *changes = json_loads(more, 0, NULL);
        assert_non_null(changes);
        json_object_update(line, changes);
        json_decref(changes);
    }
    char *text = json_dumps(line, RECORD_DUMP_FLAGS);
    json_decref(line);
    return text;
}

/* Of all small files; a directory for each of thousands would take longer than reading them. */
static char *shared_dir;

static int make_shared_dir(void **state)
{
    (void)state;
    shared_dir = made_up_directory();
    return 0;
}

static int remove_shared_dir(void **state)
{
    (void)state;
    made_up_remove(shared_dir);
    free(shared_dir);
    return 0;
}

struct outcome {
    int result;
    struct failure failure;
    size_t trials;
    bool partial, ended;
};

static struct outcome read_bytes(const char *text, size_t size)
{
    struct outcome outcome = {0};
    struct run_data run;
    made_up_write(shared_dir, "run.ndjson", text, size);
    outcome.result = run_data_read(&run, shared_dir, &outcome.failure);
    if (outcome.result == 0) {
        outcome.trials = run.trial_count;
        outcome.partial = run.partial;
        outcome.ended = run.end != NULL;
        run_data_finish(&run);
    }
    return outcome;
}

static void assert_refused(const char *text, const char *cause)
{
    struct outcome outcome = read_bytes(text, strlen(text));
    assert_int_equal(outcome.result, -1);
    assert_int_equal(outcome.failure.status, EXIT_NO_DATA);
    if (!strstr(outcome.failure.text, cause))
        fail_msg("'%s' does not say '%s'", outcome.failure.text, cause);
}

static void the_fixture_is_read(void **state)
{
    (void)state;
    struct run_data run;
    struct failure failure = {0};
    if (run_data_read(&run, FIXTURE, &failure) != 0)
        fail_msg("%s", failure.text);
    assert_int_equal(run.lane_count, 32);
    assert_int_equal(run.trial_count, 224);
    assert_int_equal(run.sample_set_count, 9);
    assert_false(run.partial);
    assert_true(json_is_object(run.env));
    const struct sample_set *set = &run.sample_sets[0];
    assert_string_equal(set->cell, "sleep");
    assert_int_equal(set->sample_count, 100);
    assert_true(set->samples[1].end_ns > set->samples[1].start_ns && set->samples[1].ok);
    const struct summary_record *lane = run_data_lane(&run, "sweep/concurrency=30", "coroutines");
    assert_non_null(lane);
    assert_string_equal(run_data_sweep(&run, lane), "sweep");
    assert_null(run_data_sweep(&run, &run.lanes[0]));
    assert_null(run_data_lane(&run, "sweep", "unheard-of"));
    run_data_finish(&run);
}

static void directories_and_files_that_are_not_there(void **state)
{
    (void)state;
    struct run_data run;
    struct failure failure = {0};
    assert_int_equal(run_data_read(&run, "/nonexistent/run", &failure), -1);
    assert_int_equal(failure.status, EXIT_USAGE);
    assert_non_null(strstr(failure.text, "/nonexistent/run: No such file or directory"));

    char *dir = made_up_directory(), path[4096];
    assert_int_equal(run_data_read(&run, dir, &failure), -1);
    assert_int_equal(failure.status, EXIT_USAGE);
    assert_non_null(strstr(failure.text, "run.ndjson: No such file"));
    snprintf(path, sizeof(path), "%s/run.ndjson", dir);
    assert_int_equal(run_data_read(&run, "/dev/null", &failure), -1);
    assert_non_null(strstr(failure.text, "Not a directory"));
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(run_data_read(&run, dir, &failure), -1);
    assert_non_null(strstr(failure.text, "not a regular file"));
    rmdir(path);
    assert_int_equal(mkfifo(path, 0600), 0); /* must not wait for a writer */
    assert_int_equal(run_data_read(&run, dir, &failure), -1);
    assert_non_null(strstr(failure.text, "not a regular file"));
    made_up_remove(dir);
    free(dir);
}

/* The third attempt of a search at a rate, in a run of one block. */
static void attempts_of_a_search_are_no_blocks(void **state)
{
    (void)state;
    static const char lane[] = "[{\"cell\":\"c\",\"workload\":\"sleep\",\"params\":\"rate=7\",\"runner\":\"serial\","
                               "\"concurrency\":1,\"connections\":null,\"cpus\":null,\"jobs\":1,\"sweep\":null}]}";
    for (int block = 3; block <= 4; block++) {
        char *trial = trial_text("c", block, "{\"params\":\"rate=7\",\"offered_per_s\":7}"), *text;
        assert_true(asprintf(&text, RUN_HEAD_OF("1") "%s\n%s\n", lane, trial) > 0);
        if (block == 4) {
            assert_refused(text, "run.ndjson:2: 'c' under 'serial': block 4 of 1");
        } else {
            struct run_data run;
            struct failure failure = {0};
            made_up_write(shared_dir, "run.ndjson", text, strlen(text));
            if (run_data_read(&run, shared_dir, &failure) != 0)
                fail_msg("%s", failure.text);
            run_data_finish(&run);
        }
        free(text);
        free(trial);
    }
}

#define SAMPLE                                                                                                         \
    "{\"type\":\"sample\",\"cell\":\"c\",\"runner\":\"serial\",\"block\":1,\"jobs\":2,\"samples\":[[5,9,0,1],[7,8,0,"  \
    "1]]"

/* When a job was due stands beside its times, in files that know of it. */
static void samples_of_an_open_loop(void **state)
{
    (void)state;
    static const struct {
        const char *end, *cause;
        int64_t due_ns;
    } rows[] = {
        {"}\n", NULL, -1},
        {",\"intended\":null}\n", NULL, -1},
        {",\"intended\":[4,7]}\n", NULL, 7},
        {",\"intended\":[4]}\n", "as many as there are samples", 0},
        {",\"intended\":[4,8]}\n", "intended[1]: wanted ns, not after the sample's start", 0},
        {",\"intended\":[4,-1]}\n", "intended[1]", 0},
        {",\"intended\":[4,1.5]}\n", "intended[1]", 0},
        {",\"intended\":true}\n", "as many as there are samples, or null", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[1000];
        snprintf(text, sizeof(text), "%s%s%s", RUN, SAMPLE, rows[i].end);
        if (rows[i].cause) {
            assert_refused(text, rows[i].cause);
            continue;
        }
        struct run_data run;
        struct failure failure = {0};
        made_up_write(shared_dir, "run.ndjson", text, strlen(text));
        assert_int_equal(run_data_read(&run, shared_dir, &failure), 0);
        assert_int_equal(run.sample_sets[0].samples[1].intended_ns, rows[i].due_ns);
        run_data_finish(&run);
    }
}

#define ADDED_LANE(cell)                                                                                               \
    "{\"type\":\"lane\",\"cell\":\"" cell                                                                              \
    "\",\"workload\":\"sleep\",\"params\":\"\",\"runner\":\"serial\",\"concurrency\":1,"                               \
    "\"connections\":null,\"cpus\":null,\"jobs\":1,\"sweep\":\"c\"}\n"

/* A search finds out as it goes which lanes it wants. */
static void lanes_may_be_added(void **state)
{
    (void)state;
    char *trial = trial_text("c/rate=7", 1, NULL), text[4000];
    snprintf(text, sizeof(text), "%s%s%s\n", RUN, ADDED_LANE("c/rate=7"), trial);
    struct run_data run;
    struct failure failure = {0};
    made_up_write(shared_dir, "run.ndjson", text, strlen(text));
    if (run_data_read(&run, shared_dir, &failure) != 0)
        fail_msg("%s", failure.text);
    assert_int_equal(run.lane_count, 2);
    assert_string_equal(run.lanes[1].cell, "c/rate=7");
    assert_int_equal(run.lanes[1].trials, 1);
    assert_string_equal(run_data_sweep(&run, &run.lanes[1]), "c");
    run_data_finish(&run);
    free(trial);
    assert_refused(RUN ADDED_LANE("c"), ":2: 'c' under 'serial' is there twice");
    assert_refused(RUN ADDED_LANE("d") ADDED_LANE("d"), ":3: 'd' under 'serial' is there twice");
    assert_refused(RUN "{\"type\":\"lane\",\"cell\":\"d\"}\n", ":2: workload is missing");
}

static void foreign_files_are_refused(void **state)
{
    (void)state;
    assert_refused("", "no whole line");
    assert_refused("no newline", "no whole line");
    assert_refused("\n", "run.ndjson:1: not JSON");
    assert_refused("hello\n", "run.ndjson:1: not JSON");
    assert_refused("[]\n", "run.ndjson:1: not a JSON object");
    assert_refused("{}\n", "run.ndjson:1: not a run of iorace");
    assert_refused("{\"type\":\"env\"}\n", "run.ndjson:1: not a run of iorace");
    assert_refused("{\"type\":\"run\",\"schema\":\"iorace.run/2\"}\n", "schema 'iorace.run/2' is not one");
    assert_refused("\x89PNG\r\n\x1a\n", "run.ndjson:1: not JSON");
    assert_refused("\xff\xfe{\n", "run.ndjson:1: not JSON");
    assert_refused("{\"type\":\"run\",\"type\":\"run\"}\n", "duplicate");
}

static void bad_lines_are_named(void **state)
{
    (void)state;
    assert_refused(RUN_HEAD "[]}\n", "run.ndjson:1: lanes: 0 of them");
    assert_refused(RUN_HEAD "{}}\n", "run.ndjson:1: lanes: wanted an array");
    assert_refused(RUN_HEAD "[1]}\n", "lanes[0]: is not an object");
    assert_refused(RUN_HEAD "[" LANE "," LANE "]}\n", "lanes: 'c' under 'serial' is there twice");
    assert_refused(RUN_HEAD "[{\"cell\":7}]}\n", "lanes[0]: cell: wanted a text, found an integer");
    assert_refused(RUN "\n", "run.ndjson:2: not JSON");
    assert_refused(RUN "{}\n", "run.ndjson:2: type is missing");
    assert_refused(RUN "{\"type\":\"poem\\u001b[2J\"}\n", "type 'poem\\x1b[2J' is not one of");
    assert_refused(RUN "{\"type\":\"trial\"}\n", "run.ndjson:2: run is missing");
    assert_refused(RUN RUN, "run.ndjson:2: type 'run' is not one of");
    assert_refused(RUN "{\"type\":\"env\"}\n{\"type\":\"env\"}\n", "run.ndjson:3: a second line of type env");
    assert_refused(RUN "{\"type\":\"summary\",\"partial\":0}\n", "run.ndjson:2: partial: wanted true or false");
    assert_refused(RUN "{\"type\":\"summary\",\"partial\":false}\n{\"type\":\"env\"}\n",
                   "run.ndjson:3: a line after the summary");
    assert_refused(
        RUN
        "{\"type\":\"sample\",\"cell\":\"c\",\"runner\":\"serial\",\"block\":1,\"jobs\":1,\"samples\":[[5,4,0,1]]}\n",
        "run.ndjson:2: samples[0]: wanted");
    assert_refused(
        RUN "{\"type\":\"sample\",\"cell\":\"c\",\"runner\":\"serial\",\"block\":1,\"jobs\":1,\"samples\":[[0,1,0]]}\n",
        "samples[0]");
    assert_refused(RUN "{\"type\":\"sample\",\"cell\":\"c\"}\n", "wanted cell, runner, block, jobs and samples");
    assert_refused(RUN "{\"type\":\"env\",\"x\":1e999}\n", "run.ndjson:2: not JSON");
    assert_refused(RUN "{\"type\":\"env\",\"x\":99999999999999999999}\n", "run.ndjson:2: not JSON");
    assert_refused(RUN "{\"type\":\"env\",\"x\":NaN}\n", "run.ndjson:2: not JSON");
}

static void bad_trials_are_named(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"wall_s\":-1}", "run.ndjson:2: wall_s: -1 is not within 1e-09 to 100000000"},
        {"{\"wall_s\":0}", "run.ndjson:2: wall_s: 0 is not within"},
        {"{\"wall_s\":\"1\"}", "run.ndjson:2: wall_s: wanted a number or null, found a text"},
        {"{\"block\":0}", "run.ndjson:2: block: 0 is not within 1 to"},
        {"{\"state\":\"fine\"}", "run.ndjson:2: state: unknown word 'fine'"},
        {"{\"cell\":\"d\"}", "run.ndjson:2: 'd' under 'serial' is not in the plan"},
        {"{\"cell\":[]}", "run.ndjson:2: cell: wanted a text, found an array"},
        /* against its own numbers */
        {"{\"ok\":2}", "run.ndjson:2: ok 2 and failed 0 are more than jobs, 1"},
        {"{\"failed\":1}", "run.ndjson:2: ok 1 and failed 1 are more than jobs, 1"},
        {"{\"state\":\"failed\",\"ok\":null,\"failed\":2}", "run.ndjson:2: ok 0 and failed 2 are more than jobs, 1"},
        {"{\"ok\":0}", "run.ndjson:2: state is ok, so wanted ok equal to jobs, above 0, and failed 0"},
        {"{\"ok\":null}", "run.ndjson:2: state is ok, so wanted"},
        {"{\"jobs\":0,\"ok\":0}", "run.ndjson:2: state is ok, so wanted"},
        {"{\"failed\":null}", "run.ndjson:2: state is ok, so wanted"},
        {"{\"jobs_per_s\":1.9}", "run.ndjson:2: jobs_per_s: 1.9 is not ok / wall_s, 2"},
        {"{\"jobs_per_s\":2.1}", "run.ndjson:2: jobs_per_s: 2.1 is not ok / wall_s, 2"},
        {"{\"jobs_per_s\":0}", "run.ndjson:2: jobs_per_s: 0 is not ok / wall_s, 2"},
        {"{\"latency_p50_ms\":3,\"latency_p99_ms\":2}", "run.ndjson:2: latency_p50_ms is above latency_p99_ms"},
        {"{\"latency_p50_ms\":3,\"latency_p90_ms\":2}", "run.ndjson:2: latency_p50_ms is above latency_p90_ms"},
        {"{\"latency_p90_ms\":3,\"latency_p99_ms\":2}", "run.ndjson:2: latency_p90_ms is above latency_p99_ms"},
        {"{\"response_p50_ms\":3,\"response_p99_ms\":2}", "run.ndjson:2: response_p50_ms is above response_p99_ms"},
        {"{\"queue_p50_ms\":3,\"queue_p99_ms\":2}", "run.ndjson:2: queue_p50_ms is above queue_p99_ms"},
        {"{\"service_p50_ms\":3,\"service_p99_ms\":2}", "run.ndjson:2: service_p50_ms is above service_p99_ms"},
        /* against its lane */
        {"{\"workload\":\"null\"}", "run.ndjson:2: workload: not that of its lane, 'c' under 'serial', in the plan"},
        {"{\"params\":\"delay-ms=1\"}", "run.ndjson:2: params: not that of its lane"},
        {"{\"concurrency\":2}", "run.ndjson:2: concurrency: not that of its lane"},
        {"{\"connections\":\"warm\"}", "run.ndjson:2: connections: not that of its lane"},
        {"{\"cpus\":\"0\"}", "run.ndjson:2: cpus: not that of its lane"},
        {"{\"jobs\":2,\"ok\":2}", "run.ndjson:2: jobs: not that of its lane"},
        {"{\"state\":\"failed\",\"jobs\":null}", "run.ndjson:2: jobs: not that of its lane"},
        {"{\"block\":8}", "run.ndjson:2: 'c' under 'serial': block 8 of 7"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *trial = trial_text("c", 1, rows[i][0]), *text;
        assert_true(asprintf(&text, "%s%s\n", RUN, trial) > 0);
        assert_refused(text, rows[i][1]);
        free(text);
        free(trial);
    }
    char *one = trial_text("c", 1, NULL), *two = trial_text("c", 2, NULL), *text;
    assert_true(asprintf(&text, "%s%s\n%s\n%s\n", RUN, one, two, one) > 0);
    assert_refused(text, "run.ndjson:4: 'c' under 'serial' in block 1 is there twice");
    free(text);
    free(one);
    free(two);
}

/* What trials that did not go well, or whose process did not tell, leave behind. */
static void trials_of_all_states_are_read(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{\"jobs_per_s\":2,\"latency_p50_ms\":2,\"latency_p99_ms\":2}",
        "{\"jobs_per_s\":2.00000001}",
        "{\"state\":\"failed\"}", /* the test server died after the last job */
        "{\"state\":\"failed\",\"ok\":0,\"failed\":1,\"jobs_per_s\":0}",
        "{\"state\":\"failed\",\"ok\":0,\"failed\":0,\"wall_s\":null}",
        "{\"state\":\"unsupported\",\"ok\":null,\"failed\":null,\"wall_s\":null}",
        "{\"state\":\"partial\",\"ok\":0,\"failed\":0}",
        "{\"state\":\"no_data\",\"ok\":null,\"failed\":null}",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *trial = trial_text("c", 1, rows[i]), *text;
        assert_true(asprintf(&text, "%s%s\n", RUN, trial) > 0);
        struct outcome outcome = read_bytes(text, strlen(text));
        if (outcome.result != 0)
            fail_msg("%s: %s", rows[i], outcome.failure.text);
        free(text);
        free(trial);
    }
}

/* Read one trial of so many jobs. */
static void read_trial(struct run_data *ret_run, int jobs, const char *more)
{
    char *trial = trial_text("c", 1, more), *text;
    json_t *line = json_loads(trial, 0, NULL);
    json_object_set_new(line, "jobs", json_integer(jobs));
    json_object_set_new(line, "ok", json_integer(jobs));
    free(trial);
    trial = json_dumps(line, RECORD_DUMP_FLAGS);
    json_decref(line);
    assert_true(asprintf(&text,
                         RUN_HEAD
                         "[{\"cell\":\"c\",\"workload\":\"sleep\",\"params\":\"\",\"runner\":\"serial\","
                         "\"concurrency\":1,\"connections\":null,\"cpus\":null,\"jobs\":%d,\"sweep\":null}]}\n%s\n",
                         jobs, trial) > 0);
    made_up_write(shared_dir, "run.ndjson", text, strlen(text));
    struct failure failure = {0};
    if (run_data_read(ret_run, shared_dir, &failure) != 0)
        fail_msg("%s", failure.text);
    free(text);
    free(trial);
}

static void percentiles_of_too_few_jobs_are_empty(void **state)
{
    (void)state;
    static const int jobs[] = {1, 5, 6, 35, 36, 367, 368};
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        struct run_data run;
        read_trial(&run, jobs[i],
                   "{\"latency_p50_ms\":1,\"latency_p90_ms\":1,\"latency_p99_ms\":1,\"response_p50_ms\":1,"
                   "\"response_p99_ms\":1,\"queue_p50_ms\":1,\"queue_p99_ms\":1,\"service_p50_ms\":1,"
                   "\"service_p99_ms\":1,\"pacing_p99_ms\":1}");
        const struct trial_record *trial = &run.trials[0];
        const double of_six[] = {trial->latency_p50_ms, trial->response_p50_ms, trial->queue_p50_ms,
                                 trial->service_p50_ms, run.lanes[0].latency_p50_ms};
        const double of_many[] = {trial->latency_p99_ms, trial->response_p99_ms, trial->queue_p99_ms,
                                  trial->service_p99_ms, trial->pacing_p99_ms,   run.lanes[0].latency_p99_ms};
        for (size_t k = 0; k < sizeof(of_six) / sizeof(of_six[0]); k++)
            assert_true(jobs[i] < 6 ? isnan(of_six[k]) : of_six[k] == 1);
        assert_true(jobs[i] < 36 ? isnan(trial->latency_p90_ms) : trial->latency_p90_ms == 1);
        for (size_t k = 0; k < sizeof(of_many) / sizeof(of_many[0]); k++)
            assert_true(jobs[i] < 368 ? isnan(of_many[k]) : of_many[k] == 1);
        run_data_finish(&run);
    }
}

/* Jobs take time, and CPU time; a queue may be empty. */
static void nothing_at_all_is_no_data(void **state)
{
    (void)state;
    struct run_data run;
    read_trial(
        &run, 368,
        "{\"latency_p50_ms\":0,\"service_p99_ms\":0,\"queue_p50_ms\":0,\"pacing_p99_ms\":0,\"cpu_us_per_job\":0}");
    const struct trial_record *trial = &run.trials[0];
    assert_true(isnan(trial->latency_p50_ms) && isnan(trial->service_p99_ms) && isnan(trial->cpu_us_per_job));
    assert_true(trial->queue_p50_ms == 0 && trial->pacing_p99_ms == 0);
    assert_true(isnan(run.lanes[0].latency_p50_ms) && isnan(run.lanes[0].cpu_us_per_job_median));
    run_data_finish(&run);
}

/* Nothing can be made of jobs that took an unknown time: no rate, and no speed-up of 1 for want of another. */
static void trials_without_a_time_are_no_data(void **state)
{
    (void)state;
    struct run_data run;
    read_trial(&run, 10, "{\"wall_s\":null,\"jobs_per_s\":20,\"cpu_us_per_job\":5}");
    assert_string_equal(run.trials[0].state, "no_data");
    assert_string_equal(run.trials[0].reason, "wall_s, the time it took, is not known");
    assert_true(isnan(run.trials[0].jobs_per_s));
    const struct summary_record *lane = &run.lanes[0];
    assert_string_equal(lane->state, "no_data");
    assert_non_null(lane->reason);
    assert_int_equal(lane->trials, 0);
    assert_true(isnan(lane->speedup_median) && isnan(lane->jobs_per_s_median) && isnan(lane->cpu_us_per_job_median));
    run_data_finish(&run);
}

/* kill -9 at any byte: what was written whole is read, and nothing else. */
static void cut_anywhere_it_is_read_to_its_last_whole_line(void **state)
{
    (void)state;
    char *one = trial_text("c", 1, NULL), *two = trial_text("c", 2, NULL), *text;
    int size = asprintf(&text, "%s%s\n%s\n{\"type\":\"summary\",\"partial\":false}\n", RUN, one, two);
    for (int cut = 0; cut <= size; cut++) {
        size_t lines = 0;
        for (int i = 0; i < cut; i++)
            lines += text[i] == '\n';
        struct outcome outcome = read_bytes(text, (size_t)cut);
        if (lines == 0) {
            assert_int_equal(outcome.result, -1);
            assert_int_equal(outcome.failure.status, EXIT_NO_DATA);
            continue;
        }
        assert_int_equal(outcome.result, 0);
        assert_int_equal(outcome.trials, lines > 3 ? 2 : lines - 1);
        assert_int_equal(outcome.ended, lines == 4);
        assert_int_equal(outcome.partial, lines < 4);
    }
    free(text);
    free(one);
    free(two);
}

/* One bit flipped, a byte of zero, a byte taken away: read or refused, and the sanitizers have nothing to say. */
static void damaged_anywhere_it_is_read_or_refused(void **state)
{
    (void)state;
    char *one = trial_text("c", 1, NULL), *text;
    int size = asprintf(&text,
                        "%s{\"type\":\"sample\",\"cell\":\"c\",\"runner\":\"serial\",\"block\":1,\"jobs\":1,"
                        "\"samples\":[[0,5,0,1]]}\n%s\n",
                        RUN, one);
    for (int at = 0; at < size; at++) {
        char original = text[at];
        text[at] = (char)(original ^ (1 << at % 8));
        read_bytes(text, (size_t)size);
        text[at] = '\0'; /* in place of the last line's end it only cuts that line off */
        assert_int_equal(read_bytes(text, (size_t)size).result, at < size - 1 ? -1 : 0);
        text[at] = original;
    }
    free(text);
    free(one);
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    enum { DEPTH = 200000 };
    char *text = malloc(sizeof(RUN) + 40 + DEPTH);
    char *end = stpcpy(text, RUN "{\"type\":\"env\",\"x\":");
    memset(end, '[', DEPTH);
    strcpy(end + DEPTH, "\n");
    assert_refused(text, "run.ndjson:2: not JSON");
    free(text);
}

/* 100,000 trials in one lane, and then the summary of 50,000 pairs. */
static void a_large_run_is_read(void **state)
{
    (void)state;
    enum { BLOCKS = 50000 };
    char *dir = made_up_directory(), path[4096];
    snprintf(path, sizeof(path), "%s/run.ndjson", dir);
    FILE *file = fopen(path, "w");
    fprintf(file,
            RUN_HEAD_OF("50000") "[" LANE
                                 ",{\"cell\":\"c\",\"workload\":\"sleep\",\"params\":\"\",\"runner\":\"coroutines\","
                                 "\"concurrency\":1,\"connections\":null,\"cpus\":null,\"jobs\":1,\"sweep\":null}]}\n");
    char *trial = trial_text("c", 1, NULL);
    json_t *line = json_loads(trial, 0, NULL);
    for (int i = 0; i < 2 * BLOCKS; i++) {
        json_object_set_new(line, "block", json_integer(i / 2 + 1));
        json_object_set_new(line, "runner", json_string(i % 2 ? "serial" : "coroutines"));
        json_object_set_new(line, "wall_s", json_real(i % 2 ? 1 : 0.25));
        json_dumpf(line, file, RECORD_DUMP_FLAGS);
        putc('\n', file);
    }
    assert_int_equal(fclose(file), 0);
    json_decref(line);
    free(trial);

    struct run_data run;
    struct failure failure = {0};
    if (run_data_read(&run, dir, &failure) != 0)
        fail_msg("%s", failure.text);
    assert_int_equal(run.trial_count, 2 * BLOCKS);
    assert_true(run.lanes[1].speedup_median > 3.999 && run.lanes[1].speedup_median < 4.001);
    assert_int_equal(run.lanes[1].trials, BLOCKS);
    run_data_finish(&run);
    made_up_remove(dir);
    free(dir);
}

/* All samples of a trial of 300,000 jobs: one line of 12 MB. */
static void a_long_line_is_read(void **state)
{
    (void)state;
    enum { JOBS = 300000 };
    char *dir = made_up_directory(), path[4096];
    snprintf(path, sizeof(path), "%s/run.ndjson", dir);
    FILE *file = fopen(path, "w");
    fprintf(file, RUN "{\"type\":\"sample\",\"cell\":\"c\",\"runner\":\"serial\",\"block\":1,\"jobs\":%d,\"samples\":[",
            JOBS);
    for (int i = 0; i < JOBS; i++)
        fprintf(file, "%s[%d0000000000,%d0000000001,%d,1]", i ? "," : "", i % 1000 + 1, i % 1000 + 1, i % 100000);
    fputs("]}\n", file);
    assert_int_equal(fclose(file), 0);
    struct run_data run;
    struct failure failure = {0};
    if (run_data_read(&run, dir, &failure) != 0)
        fail_msg("%s", failure.text);
    assert_int_equal(run.sample_sets[0].sample_count, JOBS);
    assert_int_equal(run.sample_sets[0].samples[JOBS - 1].worker, 99999);
    run_data_finish(&run);
    made_up_remove(dir);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fixture_is_read),
        cmocka_unit_test(directories_and_files_that_are_not_there),
        cmocka_unit_test(samples_of_an_open_loop),
        cmocka_unit_test(lanes_may_be_added),
        cmocka_unit_test(attempts_of_a_search_are_no_blocks),
        cmocka_unit_test(foreign_files_are_refused),
        cmocka_unit_test(bad_lines_are_named),
        cmocka_unit_test(bad_trials_are_named),
        cmocka_unit_test(trials_of_all_states_are_read),
        cmocka_unit_test(percentiles_of_too_few_jobs_are_empty),
        cmocka_unit_test(nothing_at_all_is_no_data),
        cmocka_unit_test(trials_without_a_time_are_no_data),
        cmocka_unit_test(cut_anywhere_it_is_read_to_its_last_whole_line),
        cmocka_unit_test(damaged_anywhere_it_is_read_or_refused),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(a_large_run_is_read),
        cmocka_unit_test(a_long_line_is_read),
    };
    return cmocka_run_group_tests(tests, make_shared_dir, remove_shared_dir);
}
