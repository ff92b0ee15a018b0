/* What a trial is told: the same after the way through JSON, and nothing else is taken for it. */
#include "test_plan_support.h"
#include "../plan/plan.h"

static struct trial_spec example(void)
{
    struct trial_spec spec = {
        .run = strdup("20260131T120000Z-default"),
        .cell = strdup("sweep/concurrency=30"),
        .runner = strdup("coroutines"),
        .params = strdup("delay-ms=5 body-bytes=1000"),
        .sweep = strdup("sweep"),
        .block = 3,
        .position = 17,
        .seed = INT64_MAX,
        .client_cpus = strdup("0"),
        .server_url = strdup("http://127.0.0.1:34567"),
        .server_pid = 4242,
        .resolve = strdup("a:80:127.0.0.1\nb:80:127.0.0.1"),
        .all_samples = true,
        .progress_fd = 5,
    };
    struct failure failure;
    settings_init(&spec.settings);
    assert_int_equal(setting_parse(&spec.settings, setting_find("workload"), "download", "w", &failure), 0);
    assert_int_equal(setting_parse(&spec.settings, setting_find("jobs"), "600", "w", &failure), 0);
    assert_int_equal(setting_parse(&spec.settings, setting_find("delay-ms"), "0.5", "w", &failure), 0);
    return spec;
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct trial_spec spec = example(), back;
    struct failure failure = {0};
    json_t *object = trial_spec_to_json(&spec);
    assert_non_null(object);
    assert_string_equal(json_string_value(json_object_get(object, "protocol")), TRIAL_PROTOCOL);
    /* As it travels: one line. */
    char *line = json_dumps(object, JSON_COMPACT);
    assert_null(strchr(line, '\n'));
    json_t *received = json_loads(line, 0, NULL);
    if (trial_spec_from_json(&back, received, &failure))
        fail_msg("%s", failure.text);
    assert_string_equal(back.run, spec.run);
    assert_string_equal(back.cell, spec.cell);
    assert_string_equal(back.runner, "coroutines");
    assert_string_equal(back.resolve, spec.resolve);
    assert_null(back.save_dir);
    assert_null(back.expect);
    assert_int_equal(back.seed, INT64_MAX);
    assert_int_equal(back.position, 17);
    assert_int_equal(back.server_pid, 4242);
    assert_int_equal(back.progress_fd, 5);
    assert_true(back.all_samples);
    assert_int_equal(back.settings.jobs, 600);
    assert_int_equal(back.settings.timeout_ms, 60000);
    assert_string_equal(back.settings.delay_ms, "0.5");
    json_t *again = trial_spec_to_json(&back);
    assert_true(json_equal(object, again));
    json_decref(again);
    json_decref(received);
    json_decref(object);
    free(line);
    trial_spec_finish(&spec);
    trial_spec_finish(&back);
}

static void test_least(void **state)
{
    (void)state;
    struct trial_spec spec;
    struct failure failure = {0};
    json_t *object =
        json_loads("{\"protocol\":\"iorace.trial/1\",\"run\":\"r\",\"cell\":\"c\",\"runner\":\"serial\","
                   "\"block\":1,\"position\":1,\"seed\":0,\"settings\":{\"workload\":\"sleep\",\"jobs\":1}}",
                   0, NULL);
    if (trial_spec_from_json(&spec, object, &failure))
        fail_msg("%s", failure.text);
    assert_int_equal(spec.progress_fd, -1);
    assert_int_equal(spec.server_pid, 0);
    assert_int_equal(spec.settings.concurrency, 20);
    assert_null(spec.sweep);
    trial_spec_finish(&spec);
    json_decref(object);
}

/* One field of the example replaced (NULL: removed), and what is said about it. */
static void test_bad_fields(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *said;
        int status;
    } cases[] = {
        {"protocol", NULL, "line 1: protocol: \"iorace.trial/1\" is accepted", EXIT_USAGE},
        {"protocol", "1", "line 1: protocol: ", EXIT_USAGE},
        {"protocol", "\"iorace.trial/2\"", "not 'iorace.trial/2'", EXIT_NO_DATA},
        {"run", NULL, "line 1: run: a text is accepted", EXIT_USAGE},
        {"cell", "\"\"", "line 1: cell: a text", EXIT_USAGE},
        {"runner", "7", "line 1: runner: a text", EXIT_USAGE},
        {"runner", "null", "line 1: runner: a text", EXIT_USAGE},
        {"params", "7", "line 1: params: a text or null", EXIT_USAGE},
        {"server_url", "\"a\\u0000b\"", "line 1: server_url: a text or null", EXIT_USAGE},
        {"block", "0", "line 1: block: a whole number from 1", EXIT_USAGE},
        {"block", "1.5", "line 1: block: a whole number", EXIT_USAGE},
        {"position", "\"1\"", "line 1: position: a whole number", EXIT_USAGE},
        {"seed", "-1", "line 1: seed: a whole number from 0", EXIT_USAGE},
        {"progress_fd", "-2", "line 1: progress_fd: a whole number from -1", EXIT_USAGE},
        {"progress_fd", "99999999999", "line 1: progress_fd", EXIT_USAGE},
        {"all_samples", "1", "line 1: all_samples: true or false", EXIT_USAGE},
        {"settings", NULL, "line 1: settings: an object", EXIT_USAGE},
        {"settings", "[]", "line 1: settings: an object", EXIT_USAGE},
        {"settings", "{\"jobs\":\"x\"}", "line 1: settings: jobs: a whole number", EXIT_USAGE},
        {"settings", "{\"jobs\":5}", "line 1: settings: workload and jobs are needed", EXIT_USAGE},
        {"settings", "{\"workload\":\"sleep\"}", "line 1: settings: workload and jobs are needed", EXIT_USAGE},
        {"settings", "{\"workload\":\"x\",\"jobs\":5}", "line 1: settings: workload: 'x' is unknown", EXIT_USAGE},
        {"surprise", "1", "line 1: unknown key 'surprise'", EXIT_USAGE},
    };
    struct trial_spec spec = example();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct trial_spec back;
        struct failure failure = {0};
        json_t *object = trial_spec_to_json(&spec);
        if (cases[i].value)
            json_object_set_new(object, cases[i].name,
                                json_loads(cases[i].value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));
        else
            json_object_del(object, cases[i].name);
        if (trial_spec_from_json(&back, object, &failure) != -1)
            fail_msg("accepted: %s = %s", cases[i].name, cases[i].value ? cases[i].value : "nothing");
        assert_int_equal(failure.status, cases[i].status);
        assert_holds(failure.text, cases[i].said);
        json_decref(object);
    }
    json_t *array = json_array();
    struct trial_spec back;
    struct failure failure = {0};
    assert_int_equal(trial_spec_from_json(&back, array, &failure), -1);
    assert_holds(failure.text, "line 1: a trial is described by one JSON object");
    assert_int_equal(trial_spec_from_json(&back, NULL, &failure), -1);
    json_decref(array);
    trial_spec_finish(&spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_least),
        cmocka_unit_test(test_bad_fields),
    };
    return cmocka_run_group_tests_name("spec", tests, NULL, NULL);
}
