/* The command line of `iorace run`. */
#include "test_plan_support.h"
#include "../commands/options.h"
#include "../commands/options_help.h"

enum { MOST_ARGUMENTS = 16 };

static int parse(struct run_options *options, struct failure *failure, const char *const *words)
{
    static char *argv[MOST_ARGUMENTS + 2];
    int argc = 0;
    argv[argc++] = "iorace run";
    for (; *words; words++)
        argv[argc++] = (char *)*words;
    argv[argc] = NULL;
    *failure = (struct failure){0};
    return run_options_parse(options, argc, argv, failure);
}

#define PARSE(options, failure, ...) parse(options, failure, (const char *const[]){__VA_ARGS__, NULL})

static void test_defaults_to_the_default_scenario(void **state)
{
    (void)state;
    struct run_options options;
    struct failure failure;
    assert_int_equal(parse(&options, &failure, (const char *const[]){NULL}), 0);
    assert_string_equal(options.scenario, "default");
    assert_int_equal(options.override_count, 0);
    assert_false(options.quick || options.dry_run || options.samples || options.no_charts || options.no_progress ||
                 options.json);
    assert_null(options.out);
    run_options_finish(&options);

    assert_int_equal(PARSE(&options, &failure, "--blocks", "3", "--quick"), 0);
    assert_string_equal(options.scenario, "default"); /* how often is not what */
    run_options_finish(&options);
    assert_int_equal(PARSE(&options, &failure, "--jobs=3"), 0);
    assert_null(options.scenario);
    run_options_finish(&options);
}

static void test_everything(void **state)
{
    (void)state;
    struct run_options options;
    struct failure failure;
    assert_int_equal(PARSE(&options, &failure, "--jobs", "3", "x.ini", "--dry-run", "--samples", "--no-charts",
                           "--no-progress", "--json", "--out=d", "--allow-remote", "--concurrency=1,2", "--jobs=4"),
                     0);
    assert_string_equal(options.scenario, "x.ini");
    assert_true(options.dry_run && options.samples && options.no_charts && options.no_progress && options.json);
    assert_string_equal(options.out, "d");
    assert_int_equal(options.override_count, 4);
    assert_string_equal(options.overrides[0].key->name, "jobs");
    assert_string_equal(options.overrides[1].key->name, "allow-remote");
    assert_string_equal(options.overrides[1].value, "yes");
    assert_string_equal(options.overrides[3].value, "4"); /* the last wins: plan_make takes them in order */
    run_options_finish(&options);

    assert_int_equal(PARSE(&options, &failure, "--quick", "--", "--jobs"), 0);
    assert_string_equal(options.scenario, "--jobs");
    run_options_finish(&options);
    assert_int_equal(PARSE(&options, &failure, "--conc", "5"), 0); /* unambiguous, so enough */
    assert_string_equal(options.overrides[0].key->name, "concurrency");
    run_options_finish(&options);
}

static void test_headers_accumulate(void **state)
{
    (void)state;
    struct run_options options;
    struct failure failure;
    assert_int_equal(PARSE(&options, &failure, "--header", "A: 1", "--jobs=2", "--header=B: 2", "--header", "C: 3"), 0);
    assert_int_equal(options.override_count, 2);
    assert_string_equal(options.overrides[0].key->name, "header");
    assert_string_equal(options.overrides[0].value, "A: 1\nB: 2\nC: 3");
    run_options_finish(&options);
    assert_int_equal(PARSE(&options, &failure, "--header", "A: 1\nB: 2"), -1);
    assert_holds(failure.text, "--header: 'A: 1\\x0aB: 2' holds a control character");
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *words[4];
        const char *said;
    } cases[] = {
        {{"--jbos", "3"}, "unknown option '--jbos'; did you mean '--jobs'?"},
        {{"--jbos=3"}, "unknown option '--jbos=3'; did you mean '--jobs'?"},
        {{"x.ini", "--xyzzy"}, "unknown option '--xyzzy'; `iorace run --help` lists the options"},
        {{"--xyzzy", "x.ini"}, "unknown option '--xyzzy'"},
        {{"-j", "3"}, "unknown option '-j'; `iorace run --help` lists the options"},
        {{"--j", "3"}, "option '--j' is short for several"},
        {{"--jobs"}, "option '--jobs' needs a value"},
        {{"--quick", "--out"}, "option '--out' needs a value"},
        {{"--quick=6"}, "option '--quick' takes no value"},
        {{"--allow-remote=yes"}, "option '--allow-remote' takes no value"},
        {{"--out="}, "--out: nothing is given"},
        {{"a", "b"}, "'a' and 'b': one scenario is accepted"},
        {{"--bad\x1b[2J"}, "unknown option '--bad\\x1b[2J'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct run_options options;
        struct failure failure;
        if (parse(&options, &failure, cases[i].words) != -1)
            fail_msg("accepted: %s", cases[i].words[0]);
        assert_int_equal(failure.status, EXIT_USAGE);
        assert_holds(failure.text, cases[i].said);
        assert_null(strchr(failure.text, '\n'));
    }
}

/* Every option is in the help, which fits a terminal of 80 columns. */
static void test_help(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    help_print(&run_help, out);
    fclose(out);
    for (const struct setting_key *key = setting_keys; key->name; key++) {
        char option[64];
        snprintf(option, sizeof(option), "\n  --%s%s", key->name, key->unit ? "=" : " ");
        if (key->gate_only)
            assert_null(strstr(text, option));
        else
            assert_holds(text, option);
    }
    for (size_t i = 0; i < run_own_option_count; i++) {
        char option[64];
        snprintf(option, sizeof(option), "\n  --%s%s", run_own_options[i].name, run_own_options[i].unit ? "=" : " ");
        assert_holds(text, option);
    }
    assert_holds(text, "1 to 100000000");
    assert_holds(text, "default 7");
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 80)
            fail_msg("%.*s", (int)strcspn(line, "\n"), line);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_to_the_default_scenario),
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_headers_accumulate),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_help),
    };
    return cmocka_run_group_tests_name("plan_options", tests, NULL, NULL);
}
