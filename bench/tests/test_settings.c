/* The table of settings: what is accepted, what is refused and how, JSON in both directions, lists of delays. */
#include "test_plan_support.h"
#include "../plan/nearest.h"
#include "../plan/settings.h"
#include "../clean_text.h"

static int64_t count_of(const struct settings *settings, const char *name)
{
    return *(const int64_t *)setting_field_const(settings, setting_find(name));
}

static const char *text_of(const struct settings *settings, const char *name)
{
    return *(char *const *)setting_field_const(settings, setting_find(name));
}

static void test_defaults(void **state)
{
    (void)state;
    struct settings settings;
    assert_int_equal(settings_init(&settings), 0);
    assert_int_equal(settings.blocks, 7);
    assert_int_equal(settings.seed, 1);
    assert_int_equal(settings.per_host, 32);
    assert_int_equal(settings.concurrency, 20);
    assert_int_equal(settings.body_bytes, 10000);
    assert_int_equal(settings.timeout_ms, 60000);
    assert_int_equal(settings.jobs, 0);
    assert_string_equal(settings.runner, "serial,threads,coroutines");
    assert_string_equal(settings.verify, "body");
    assert_string_equal(settings.connections, "warm");
    assert_string_equal(settings.method, "GET");
    assert_null(settings.workload);
    assert_null(settings.delay_ms);
    for (const struct setting_key *key = setting_keys; key->name; key++)
        assert_true(setting_is_default(&settings, key));
    settings_finish(&settings);
}

/* What every key needs for --help, messages and sweeps to make sense. */
static void test_table_is_whole(void **state)
{
    (void)state;
    assert_int_equal(setting_count(), 29);
    for (const struct setting_key *key = setting_keys; key->name; key++) {
        assert_ptr_equal(setting_find(key->name), key);
        assert_true(key->help && key->help[0]);
        assert_true(key->kind == SETTING_FLAG || key->unit);
        assert_true(key->kind != SETTING_COUNT || key->max > key->min);
        assert_true(!key->sweeps || setting_is_number(key));
        assert_true(!(key->transfers_only && key->open_loop_only));
        bool of_words = key->kind == SETTING_WORD || key->kind == SETTING_WORD_LIST;
        assert_int_equal(of_words, key->words != NULL);
        char accepted[256];
        setting_accepts(key, accepted, sizeof(accepted));
        assert_true(accepted[0]);
    }
    assert_null(setting_find("job"));
    assert_null(setting_find(""));
}

static void test_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *stored; /* of counts in decimal */
    } cases[] = {
        {"jobs", "1", "1"},
        {"jobs", "007", "7"},
        {"jobs", "2k", "2000"},
        {"jobs", "100M", "100000000"},
        {"body-bytes", "0", "0"},
        {"body-bytes", "1G", "1000000000"},
        {"seed", "9223372036854775807", "9223372036854775807"},
        {"runner", "serial", "serial"},
        {"runner", " threads ,\tcoroutines", "threads,coroutines"},
        {"workload", "download", "download"},
        {"delay-ms", "20", "20"},
        {"delay-ms", "0.5", "0.5"},
        {"delay-ms", "10x500, 10x200", "10x500,10x200"},
        {"delay-ms", "3600000", "3600000"},
        {"url", "http://localhost:8080/a?b=c;d#e", "http://localhost:8080/a?b=c;d#e"},
        {"url", "HTTPS://[::1]/", "HTTPS://[::1]/"},
        {"header", "Accept: text/html; q=0.9", "Accept: text/html; q=0.9"},
        {"header", "A: 1\nX-Empty:", "A: 1\nX-Empty:"},
        {"method", "HEAD", "HEAD"},
        {"cpus", "one", "one"},
        {"cpus", "all", "all"},
        {"cpus", "0-2,4", "0-2,4"},
        {"save", "a b/\xc3\xa9", "a b/\xc3\xa9"},
        {"rate", "10k", "10000"},
        {"rate", "find", "-1"},
        {"arrivals", "poisson", "poisson"},
        {"duration-s", "86400", "86400"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct settings settings;
        struct failure failure = {0};
        settings_init(&settings);
        const struct setting_key *key = setting_find(cases[i].key);
        if (setting_parse(&settings, key, cases[i].value, "--x", &failure))
            fail_msg("%s: %s", cases[i].key, failure.text);
        char number[24];
        snprintf(number, sizeof(number), "%lld", (long long)count_of(&settings, "jobs"));
        if (setting_is_number(key))
            snprintf(number, sizeof(number), "%lld", (long long)count_of(&settings, cases[i].key));
        assert_string_equal(setting_is_number(key) ? number : text_of(&settings, cases[i].key), cases[i].stored);
        settings_finish(&settings);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *said;
    } cases[] = {
        {"jobs", "", "--x: '' is not a whole number; 1 to 100000000 is accepted"},
        {"jobs", "0", "'0' is out of range; 1 to 100000000"},
        {"jobs", "10x", "'10x' is not a whole number; 1 to 100000000"},
        {"jobs", "-1", "'-1' is negative"},
        {"jobs", "+1", "not a whole number"},
        {"jobs", " 1", "not a whole number"},
        {"jobs", "1 ", "not a whole number"},
        {"jobs", "1.5", "not a whole number"},
        {"jobs", "1e3", "not a whole number"},
        {"jobs", "0x10", "not a whole number"},
        {"jobs", "1K", "not a whole number"},
        {"jobs", "1kk", "not a whole number"},
        {"jobs", "k", "not a whole number"},
        {"jobs", "1,2", "not a whole number"},
        {"jobs", "100000001", "out of range"},
        {"jobs", "1G", "out of range"},
        {"jobs", "9223372036854775808", "out of range"},
        {"jobs", "99999999999999999999999999999999", "out of range"},
        {"jobs", "18446744073709551620", "out of range"}, /* 2^64 + 4: would wrap to 4 */
        {"seed", "9223372036854775807k", "out of range"},
        {"seed", "9223372036854775808", "out of range"},
        {"concurrency", "0", "out of range"},
        {"blocks", "1001", "1 to 1000"},
        {"allow-remote", "true", "yes or no"},
        {"workload", "dwonload", "did you mean 'download'?"},
        {"workload", "", "nothing is given; sleep, download"},
        {"runner", "serial,thread", "'thread' is unknown"},
        {"runner", "serial,thread", "did you mean 'threads'?"},
        {"runner", "serial,", "'' is unknown"},
        {"runner", "serial,threads,serial", "'serial' is there twice"},
        {"delay-ms", "", "nothing is given"},
        {"delay-ms", "-1", "'-1' is not a delay"},
        {"delay-ms", "3600001", "0 to 3600000"},
        {"delay-ms", "3600000.1", "is not a delay"},
        {"delay-ms", "0,5,", "is not a delay"},
        {"delay-ms", ".5", "is not a delay"},
        {"delay-ms", "5.", "is not a delay"},
        {"delay-ms", "0.0000001", "is not a delay"},
        {"delay-ms", "1e3", "is not a delay"},
        {"delay-ms", "nan", "is not a delay"},
        {"delay-ms", "0x5", "is not a delay"},
        {"delay-ms", "10x", "is not a delay"},
        {"delay-ms", "x10", "is not a delay"},
        {"delay-ms", "10x5x5", "is not a delay"},
        {"delay-ms", "100000001x1", "is not a delay"},
        {"delay-ms", "100000000x1,1", "more than 100000000 jobs"},
        {"delay-ms", "9223372036854775808x1", "is not a delay"},
        {"url", "", "nothing is given"},
        {"url", "localhost/", "does not begin with http://"},
        {"url", "file:///etc/passwd", "does not begin with http://"},
        {"url", "http://", "is not a URL"},
        {"url", "http://a b/", "holds a space"},
        {"url", "http://a/\r\nX: y", "control character"},
        {"url", "http://a:99999/", "is not a URL"},
        {"header", "no colon", "is not a header"},
        {"header", ": empty", "is not a header"},
        {"header", "A: 1\n", "is not a header"},
        {"header", "A B: 1", "is not a header"},
        {"header", "A: 1\r", "control character"},
        {"method", "get", "GET, HEAD"},
        {"verify", "hash", "body, length or status"},
        {"connections", "hot", "warm or cold"},
        {"cpus", "two", "one, all, or numbers"},
        {"cpus", "0-", "one, all, or numbers"},
        {"cpus", ",1", "one, all, or numbers"},
        {"cpus", "1 2", "one, all, or numbers"},
        {"rate", "0", "'0' is out of range; 1 to 10000000, or find is accepted"},
        {"rate", "-1", "'-1' is negative; 1 to 10000000, or find"},
        {"rate", "fnid", "'fnid' is not a whole number; 1 to 10000000, or find"},
        {"rate", "99.5", "not a whole number"},
        {"arrivals", "uniform", "fixed or poisson"},
        {"duration-s", "0", "1 to 86400"},
        {"save", "", "nothing is given"},
        {"save", "a\x1b[31m", "control character"},
        {"save", "\xff", "not valid UTF-8"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct settings settings;
        struct failure failure = {0};
        settings_init(&settings);
        int result = setting_parse(&settings, setting_find(cases[i].key), cases[i].value, "--x", &failure);
        if (result != -1)
            fail_msg("%s: '%s' was accepted", cases[i].key, cases[i].value);
        assert_int_equal(failure.status, EXIT_USAGE);
        assert_int_equal(strncmp(failure.text, "--x: ", 5), 0);
        assert_holds(failure.text, cases[i].said);
        /* What was refused has changed nothing. */
        assert_true(setting_is_default(&settings, setting_find(cases[i].key)));
        settings_finish(&settings);
    }
}

/* Row 12 of the faults: a URL of 100,000 bytes. */
static void test_long_url(void **state)
{
    (void)state;
    static char url[100001];
    memset(url, 'a', sizeof(url) - 1);
    memcpy(url, "http://localhost/", 17);
    struct settings settings;
    struct failure failure = {0};
    settings_init(&settings);
    assert_int_equal(setting_parse(&settings, setting_find("url"), url, "--url", &failure), -1);
    assert_holds(failure.text, "longer than 8192 bytes");
    url[8192] = '\0';
    assert_int_equal(setting_parse(&settings, setting_find("url"), url, "--url", &failure), 0);
    settings_finish(&settings);
}

static void test_values_of_a_sweep(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct setting_values values;
    assert_int_equal(setting_values(&values, setting_find("concurrency"), "1, 3,1k", "w", &failure), 0);
    assert_int_equal(values.count, 3);
    assert_string_equal(values.texts[0], "1");
    assert_string_equal(values.texts[1], "3");
    assert_string_equal(values.texts[2], "1000");
    setting_values_finish(&values);

    assert_int_equal(setting_values(&values, setting_find("rate"), "100,1k", "w", &failure), 0);
    assert_int_equal(values.count, 2);
    assert_string_equal(values.texts[1], "1000");
    setting_values_finish(&values);
    assert_int_equal(setting_values(&values, setting_find("rate"), "find", "w", &failure), 0);
    assert_int_equal(values.count, 1);
    setting_values_finish(&values);
    assert_int_equal(setting_values(&values, setting_find("rate"), "100,find", "w", &failure), -1);
    assert_holds(failure.text, "w: find in a list");

    /* Neither runners nor delays expand. */
    assert_int_equal(setting_values(&values, setting_find("runner"), "serial,threads", "w", &failure), 0);
    assert_int_equal(values.count, 1);
    setting_values_finish(&values);
    assert_int_equal(setting_values(&values, setting_find("delay-ms"), "10,20", "w", &failure), 0);
    assert_int_equal(values.count, 1);
    setting_values_finish(&values);

    static const char *const bad[] = {"1,", ",1", "", "1,,2", "1,2,1", "1000,1k", "1;2", "1,x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(setting_values(&values, setting_find("concurrency"), bad[i], "w", &failure), -1);
    assert_int_equal(setting_values(&values, setting_find("blocks"), "6,7", "w", &failure), -1);
}

static void test_delay_lists(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct delay_list list;
    assert_int_equal(delay_list_parse(&list, "2x500,0.25, 20.000001", "w", &failure), 0);
    assert_int_equal(list.count, 4);
    assert_int_equal(list.delays_ns[0], 500000000);
    assert_int_equal(list.delays_ns[1], 500000000);
    assert_int_equal(list.delays_ns[2], 250000);
    assert_int_equal(list.delays_ns[3], 20000001);
    delay_list_finish(&list);
    assert_int_equal(list.count, 0);

    assert_int_equal(delay_list_parse(&list, NULL, "w", &failure), 0);
    assert_int_equal(list.count, 0);
    delay_list_finish(&list);

    struct delay_totals totals;
    assert_int_equal(delay_list_measure(&totals, "10x500,10x200", "w", &failure), 0);
    assert_int_equal(totals.count, 20);
    assert_true(totals.is_list);
    assert_true(totals.sum_ms == 7000 && totals.max_ms == 500);
    assert_int_equal(delay_list_measure(&totals, "20", "w", &failure), 0);
    assert_int_equal(totals.count, 1);
    assert_false(totals.is_list);
    assert_int_equal(delay_list_measure(&totals, "1x20", "w", &failure), 0);
    assert_true(totals.is_list);
    assert_int_equal(delay_list_measure(&totals, "100000000x1", "w", &failure), 0);
    assert_int_equal(totals.count, 100000000);
    assert_int_equal(delay_list_measure(&totals, NULL, "w", &failure), 0);
    assert_int_equal(totals.count, 0);
}

static void test_copy_and_json(void **state)
{
    (void)state;
    struct settings settings, copy, back;
    struct failure failure = {0};
    settings_init(&settings);
    static const char *const said[][2] = {
        {"workload", "download"},     {"jobs", "200"},
        {"delay-ms", "0.5"},          {"header", "A: \"1\"\nB: \xc3\xa9"},
        {"allow-remote", "yes"},      {"seed", "9223372036854775807"},
        {"url", "http://127.0.0.1/"}, {"cpus", "one"},
        {"timeout-ms", "1"},
    };
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
        assert_int_equal(setting_parse(&settings, setting_find(said[i][0]), said[i][1], "w", &failure), 0);
    assert_int_equal(settings_copy(&copy, &settings, &failure), 0);
    assert_ptr_not_equal(copy.header, settings.header);

    json_t *object = settings_to_json(&copy);
    assert_non_null(object);
    assert_null(json_object_get(object, "jobs-per-worker")); /* not given */
    assert_null(json_object_get(object, "url-file"));
    assert_int_equal(json_integer_value(json_object_get(object, "seed")), INT64_MAX);
    assert_true(json_is_true(json_object_get(object, "allow-remote")));
    settings_init(&back);
    assert_int_equal(settings_from_json(&back, object, &failure), 0);
    json_t *again = settings_to_json(&back);
    assert_true(json_equal(object, again));

    json_decref(object);
    json_decref(again);
    settings_finish(&settings);
    settings_finish(&copy);
    settings_finish(&back);
}

static void test_bad_json(void **state)
{
    (void)state;
    static const struct {
        const char *json, *said;
    } cases[] = {
        {"[]", "an object is accepted"},
        {"{\"jbos\": 1}", "unknown key 'jbos'; did you mean 'jobs'?"},
        {"{\"jobs\": \"1\"}", "jobs: a whole number from 1 to 100000000"},
        {"{\"jobs\": 1.0}", "jobs: a whole number"},
        {"{\"jobs\": 0}", "jobs: '0' is out of range"},
        {"{\"jobs\": -5}", "jobs: '-5' is negative"},
        {"{\"jobs\": null}", "jobs: a whole number"},
        {"{\"allow-remote\": 1}", "allow-remote: true or false"},
        {"{\"workload\": 1}", "workload: a text"},
        {"{\"workload\": \"x\"}", "workload: 'x' is unknown"},
        {"{\"save\": \"a\\u0000b\"}", "save: holds a NUL"},
        {"{\"delay-ms\": 20}", "delay-ms: a text"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct settings settings;
        struct failure failure = {0};
        settings_init(&settings);
        json_t *object = json_loads(cases[i].json, JSON_ALLOW_NUL, NULL);
        assert_non_null(object);
        assert_int_equal(settings_from_json(&settings, object, &failure), -1);
        assert_int_equal(failure.status, EXIT_USAGE);
        assert_holds(failure.text, cases[i].said);
        json_decref(object);
        settings_finish(&settings);
    }
}

/* jansson is the judge: what it takes is valid, and nothing else. */
static void test_utf8(void **state)
{
    (void)state;
    static const unsigned char edges[] = {0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
                                          0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff, 0x00};
    size_t count = sizeof(edges), valid = 0;
    for (size_t i = 0; i < count * count * count * count; i++) {
        char text[5] = {(char)edges[i % count], (char)edges[i / count % count], (char)edges[i / count / count % count],
                        (char)edges[i / count / count / count], 0};
        json_t *judged = json_string(text);
        assert_int_equal(utf8_is_valid(text), judged != NULL);
        valid += judged != NULL;
        json_decref(judged);
    }
    assert_true(valid > 0);
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const words[] = {"jobs", "jobs-per-worker", "concurrency", "url", "cpus"};
    static const struct {
        const char *typed, *meant;
    } cases[] = {
        {"job", "jobs"},
        {"jbos", "jobs"},
        {"concurency", "concurrency"},
        {"cncurrenyc", "concurrency"},
        {"jobs-per-wroker", "jobs-per-worker"},
        {"ulr", "url"},
        {"cpu", "cpus"},
        {"zzz", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct nearest nearest = {0};
        for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++)
            nearest_consider(&nearest, cases[i].typed, words[j]);
        if (cases[i].meant)
            assert_string_equal(nearest.word, cases[i].meant);
        else
            assert_null(nearest.word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),    cmocka_unit_test(test_table_is_whole),
        cmocka_unit_test(test_accepted),    cmocka_unit_test(test_refused),
        cmocka_unit_test(test_long_url),    cmocka_unit_test(test_values_of_a_sweep),
        cmocka_unit_test(test_delay_lists), cmocka_unit_test(test_copy_and_json),
        cmocka_unit_test(test_bad_json),    cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
