/* What a person reads of a run, wherever it is printed. */
#include "test_table_support.h"
#include <ctype.h>
#include <locale.h>

static void a_cell_is_a_table(void **state)
{
    (void)state;
    char *text = print(plain, COUNT(plain), 7);
    /* Odd blocks, four of seven, are 1 % shorter: medians are .99 s and .1089 s; 1/.11 = 9.09 in every block. */
    assert_string_equal(
        text,
        "Sleeps (10 jobs, 10 at once): coroutines finished 10 times sooner than one after another, a thread pool 9.09\n"
        "times; coroutines used 40 % of the thread pool's memory.\n"
        "\n"
        "sleep\n"
        "  10 jobs, concurrency 10, delay 100 ms, 1 CPU\n"
        "  runner                          time  95 % interval    speed-up  95 % interval   jobs/s   half within"
        "      99 % within   CPU per job   peak memory\n"
        "  one after another (serial)   0.990 s  [0.990, 1.01]           1                    10.1       5.00 ms"
        "   needs 368 jobs       20.0 us      8.00 MiB\n"
        "  thread pool                  0.109 s  [0.109, 0.111]      9.09x  [9.09, 9.09]      91.8       5.00 ms"
        "   needs 368 jobs       20.0 us      20.0 MiB\n"
        "  coroutines                   0.100 s  [0.100, 0.100]      10.0x  [9.90, 10.1]       100       5.00 ms"
        "   needs 368 jobs       20.0 us      8.00 MiB\n"
        "  coroutines that block        unsupported: no room for 10 of them\n"
        "\n"
        "Figures are medians of 7 runs of each; brackets hold the 95 % interval. Speed-up: how many times sooner than\n"
        "one after another, compared within each block. As fast as: within 5 %.\n");
    free(text);
}

static void no_jargon_and_no_blanks_at_the_end_of_a_line(void **state)
{
    (void)state;
    char *text = print(plain, COUNT(plain), 7);
    assert_lacks(text, "lane");
    assert_lacks(text, "cell");
    assert_lacks(text, "trial");
    assert_lacks(text, " \n");
    free(text);
}

static void below_six_blocks_it_says_so(void **state)
{
    (void)state;
    char *text = print(plain, COUNT(plain), 3);
    assert_has(text, "Fewer than 6 blocks: no interval, so nothing is concluded.\n");
    assert_lacks(text, "can be told");
    assert_lacks(text, "bold");
    assert_has(text, "no interval: fewer than 6 blocks");
    assert_lacks(text, "95 %");
    assert_lacks(text, "[");
    free(text);
}

static void a_failed_run_is_not_hidden(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {{.runner = "serial", .wall_s = 1},
                                         {.runner = "coroutines",
                                          .wall_s = 0.1,
                                          .state = "failed",
                                          .reason = "2 of 10 jobs failed: timeout",
                                          .bad_blocks = 1},
                                         {.runner = "threads", .state = "failed", .reason = "killed by signal 9"}};
    char *text = print(lanes, COUNT(lanes), 7);
    assert_has(text, "  * coroutines: 1 of 7 runs failed: 2 of 10 jobs failed: timeout\n");
    assert_has(text, "  coroutines*  ");
    const char *top = strstr(text, "Warning: 8 of 21 runs failed: thread pool in sleep (7 of 7 runs), coroutines in ");
    assert_has(text, "The first\n         reason: 2 of 10 jobs failed: timeout\n\nSome runners differ");
    assert_true(top == text); /* above what was found */
    assert_non_null(top);
    assert_true(top < strstr(text, "\nsleep\n"));
    assert_null(strstr(top + 1, "Warning"));
    assert_has(text, "thread pool                  7 of 7 runs failed: killed by signal 9\n");
    free(text);
}

static void a_sweep_is_one_table(void **state)
{
    (void)state;
    char *text = print(sweep, COUNT(sweep), 7);
    assert_has(text, "\ns\n  jobs per second at each concurrency; 10 jobs, 1 CPU\n"
                     "  runner                          1       2      10\n"
                     "  one after another (serial)   10.0\n"
                     "  thread pool                          20.0      -*\n"
                     "  coroutines                           25.0     100\n"
                     "  thread pool: speed-up               2.00x\n"
                     "  coroutines: speed-up                2.50x   10.0x\n"
                     "  * thread pool at 10: unsupported: too many\n");
    free(text);
}

static void like_troubles_are_said_once(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.cell = "s/concurrency=2", .sweep = "s", .runner = "coroutines", .concurrency = 2, .wall_s = 0.4},
        {.cell = "s/concurrency=5",
         .sweep = "s",
         .runner = "threads",
         .concurrency = 5,
         .state = "unsupported",
         .reason = "too many"},
        {.cell = "s/concurrency=9",
         .sweep = "s",
         .runner = "threads",
         .concurrency = 9,
         .state = "unsupported",
         .reason = "too many"},
        {.cell = "s/concurrency=9",
         .sweep = "s",
         .runner = "blocking-coroutines",
         .concurrency = 9,
         .state = "unsupported",
         .reason = "too many"}};
    char *text = print(lanes, COUNT(lanes), 7);
    assert_has(text, "\n  * thread pool at 5, 9; coroutines that block at 9: unsupported: too many\n\n");
    assert_null(strstr(strstr(text, "thread pool at") + 1, "thread pool at"));
    assert_lacks(text, "failed"); /* what cannot be had has not failed */
    free(text);
}

static void unicode_where_the_locale_has_it(void **state)
{
    (void)state;
    if (!setlocale(LC_CTYPE, "C.UTF-8")) {
        print_message("skipped: no locale C.UTF-8\n");
        skip();
    }
    char *text = print(plain, COUNT(plain), 7);
    assert_has(text, "\u00d7");
    assert_has(text, "20.0 \u00b5s");
    free(text);
    setlocale(LC_CTYPE, "C");
    text = print(plain, COUNT(plain), 7);
    for (const char *p = text; *p; p++)
        assert_true(isascii(*p));
    free(text);
}

/* Nothing is a point like any other. */
static void a_sweep_may_begin_at_zero(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.cell = "s/spin-us=0", .sweep = "s", .runner = "coroutines", .wall_s = 0.1},
        {.cell = "s/spin-us=50", .sweep = "s", .runner = "coroutines", .wall_s = 0.5, .params = "spin-us=50"},
    };
    char *text = print(lanes, COUNT(lanes), 7);
    assert_has(text, "  runner         0     50\n  coroutines   100   20.0\n");
    free(text);
}

/* What a scenario, a server or a file says cannot drive the terminal. */
static void control_characters_are_shown_not_obeyed(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {{.runner = "serial", .wall_s = 1},
                                         {.runner = "red\\u001b[31m", .wall_s = 0.1}};
    struct run_data run, hostile;
    struct failure failure = {0};
    made_up_read(&run, lanes, COUNT(lanes), 7);
    /* The maker of runs writes clean texts; this file is somebody else's. */
    char *stored = made_up_slurp(run.dir, "run.ndjson"), *p;
    while ((p = strstr(stored, "red\\\\u001b")))
        memmove(p + 3, p + 4, strlen(p + 4) + 1);
    made_up_write(run.dir, "run.ndjson", stored, strlen(stored));
    free(stored);
    if (run_data_read(&hostile, run.dir, &failure) != 0)
        fail_msg("%s", failure.text);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    report_print(&hostile, out);
    fclose(out);
    assert_has(text, "red\\x1b[31m");
    assert_null(strchr(text, '\033'));
    free(text);
    run_data_finish(&hostile);
    made_up_finish(&run);
}

/* Sentences as they are, wherever there was room for the end of a line: any white space is one blank. */
static char *print_flat(const struct made_up_lane *lanes, size_t count, int blocks)
{
    char *text = print(lanes, count, blocks), *to = text;
    for (const char *p = text; *p; p++) {
        bool white = *p == ' ' || *p == '\n';
        if (!white || to == text || to[-1] != ' ')
            *to++ = white ? ' ' : *p;
    }
    *to = '\0';
    return text;
}

static void warnings_come_last(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {{.runner = "serial", .wall_s = 1, .flags = "origin_late origin_saturated"}};
    char *text = print_flat(lanes, COUNT(lanes), 7);
    const char *first = strstr(text, "Warning: ");
    assert_non_null(first);
    assert_string_equal(first,
                        "Warning: In 7 of 7 runs the test server had hardly any time left, so it was measured and "
                        "not the runner: one after another (serial) in sleep (7 of 7 runs). "
                        "Warning: In 7 of 7 runs the test server answered later than asked, so these times are "
                        "partly its own: one after another (serial) in sleep (7 of 7 runs). ");
    free(text);
}

static void flagged_runs_are_named_with_how_far_it_went(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.runner = "serial", .wall_s = 1},
        {.runner = "threads", .wall_s = 0.1, .flags = "disturbed", .flagged_blocks = 2, .other_cpu_share = 0.12},
        {.runner = "coroutines", .wall_s = 0.1, .flags = "disturbed x", .flagged_blocks = 3, .other_cpu_share = 0.43},
        {.cell = "later",
         .runner = "threads",
         .wall_s = 0.1,
         .flags = "origin_late",
         .flagged_blocks = 1,
         .server_late_p99_ms = 3.2},
        /* Not the flag, though it ends like it. */
        {.cell = "last", .runner = "threads", .wall_s = 0.1, .flags = "un_disturbed"},
    };
    char *text = print_flat(lanes, COUNT(lanes), 7);
    assert_has(text,
               "In 5 of 35 runs other programs, or the host of a virtual machine, had a part of the CPUs, up to 43 %, "
               "so these runs may have taken longer than they need: coroutines in sleep (3 of 7 runs), thread pool in "
               "sleep (2 of 7 runs).");
    assert_has(text,
               "In 1 of 35 runs the test server answered later than asked, one answer in a hundred by up to 3.20 ms, "
               "so these times are partly its own: thread pool in later (1 of 7 runs).");
    free(text);
}

static void of_many_flagged_runs_the_worst_are_named(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.cell = "a", .runner = "serial", .wall_s = 1, .flags = "disturbed", .flagged_blocks = 1},
        {.cell = "b", .runner = "serial", .wall_s = 1, .flags = "disturbed", .flagged_blocks = 2},
        {.cell = "c", .runner = "serial", .wall_s = 1, .flags = "disturbed", .flagged_blocks = 3},
        {.cell = "d", .runner = "serial", .wall_s = 1, .flags = "disturbed", .flagged_blocks = 2},
        {.cell = "e", .runner = "serial", .wall_s = 1, .flags = "disturbed", .flagged_blocks = 1},
    };
    char *text = print_flat(lanes, COUNT(lanes), 7);
    assert_has(text,
               "In 9 of 35 runs other programs, or the host of a virtual machine, had a part of the CPUs, so these "
               "runs may have taken longer than they need: one after another (serial) in c (3 of 7 runs), one after "
               "another (serial) in b (2 of 7 runs), one after another (serial) in d (2 of 7 runs), and 2 more runs.");
    free(text);
}

static void the_harness_says_what_it_costs(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.runner = "threads", .wall_s = 0.1, .cpu_us = 0.34},           /* 4.9 times .07 */
        {.runner = "coroutines", .wall_s = 0.1, .cpu_us = 0.31},        /* 5.2 times .06 */
        {.runner = "blocking-coroutines", .wall_s = 1, .cpu_us = 0.34}, /* no such cell: the dearest counts */
        {.runner = "null", .wall_s = 0.001, .cpu_us = 0.05},            /* does none of them */
        {.cell = "harness", .workload = "null", .runner = "null", .wall_s = 0.001, .cpu_us = 0.05},
        {.cell = "harness", .workload = "null", .runner = "threads", .wall_s = 0.001, .cpu_us = 0.07},
        {.cell = "harness", .workload = "null", .runner = "coroutines", .wall_s = 0.001, .cpu_us = 0.06},
        {.cell = "other", .workload = "null", .runner = "serial", .wall_s = 1, .params = "something=1", .cpu_us = 100},
    };
    char *text = print_flat(lanes, COUNT(lanes), 7);
    assert_has(
        text,
        "The harness itself, which takes and times the jobs, costs this much CPU a job (of empty ones): empty jobs "
        "(the harness alone) 50.0 ns, thread pool 70.0 ns, coroutines 60.0 ns.");
    assert_has(
        text, "Warning: Some jobs cost less than 5 times what the harness itself does, so their CPU per job is largely "
              "its own: thread pool in sleep (340 ns), coroutines that block in sleep (340 ns). ");
    free(text);
    text = print_flat(lanes, 3, 7); /* without such a cell nothing is known of it */
    assert_lacks(text, "harness");
    free(text);
}

#define STARTS(blocks, wanted, ...)                                                                                    \
    do {                                                                                                               \
        const struct made_up_lane lanes_[] = {__VA_ARGS__};                                                            \
        char *text_ = print(lanes_, COUNT(lanes_), blocks);                                                            \
        if (strncmp(text_, wanted, strlen(wanted)) != 0)                                                               \
            fail_msg("wanted '%s':\n%s", wanted, text_);                                                               \
        free(text_);                                                                                                   \
    } while (0)

/* Where there is no sentence, silence is not taken for equality. */
static void it_says_why_nothing_is_said(void **state)
{
    (void)state;
    STARTS(7, "Only one runner ran, so nothing is compared.\n\nsleep\n", {.runner = "coroutines", .wall_s = 1});
    STARTS(7, "Only one runner ran, so nothing is compared.\n", {.runner = "null", .wall_s = 0.1},
           {.runner = "coroutines", .wall_s = 1});
    STARTS(7,
           "Warning: 7 of 14 runs failed: thread pool in sleep (7 of 7 runs).\n\nOnly one runner has a result, so "
           "nothing is compared.\n",
           {.runner = "coroutines", .wall_s = 1}, {.runner = "threads", .state = "failed"});
    STARTS(7, "No two runners have a result of the same jobs, so nothing is compared.\n",
           {.cell = "a", .runner = "coroutines", .wall_s = 1}, {.cell = "b", .runner = "threads", .wall_s = 1});
    STARTS(7,
           "Warning: 14 of 14 runs failed: coroutines in sleep (7 of 7 runs), thread pool in sleep (7 of 7 "
           "runs).\n\nNo run has a result.\n",
           {.runner = "coroutines", .state = "failed"}, {.runner = "threads", .state = "failed"});
    STARTS(5, "Fewer than 6 blocks: no interval, so nothing is concluded.\n", {.runner = "serial", .wall_s = 1},
           {.runner = "threads", .wall_s = 0.1});
    STARTS(7, "No runner can be told from another by these figures.\n", {.runner = "serial", .wall_s = 1},
           {.runner = "threads", .wall_s = 0.98, .noise = 0.2});
    STARTS(5, "Fewer than 6 blocks", {.cell = "s", .sweep = "s", .runner = "serial", .wall_s = 1},
           {.cell = "s/concurrency=2", .sweep = "s", .runner = "threads", .concurrency = 2, .wall_s = 0.5});
    STARTS(7,
           "Warning: 2 of 14 runs failed: thread pool in sleep (2 of 7 runs).\n\nFewer than 6 blocks in which two "
           "runners ended well: no interval, so nothing is concluded.\n",
           {.runner = "coroutines", .wall_s = 1},
           {.runner = "threads", .wall_s = 0.1, .state = "failed", .bad_blocks = 2});
    STARTS(7, "The test server was the limit, so it was measured and not the runners: nothing is concluded.\n",
           {.runner = "coroutines", .workload = "download", .wall_s = 1, .flags = "origin_saturated"},
           {.runner = "threads", .workload = "download", .wall_s = 0.1, .flags = "origin_saturated"});
    STARTS(7, "Jobs came at a given rate;", {.runner = "serial", .wall_s = 1, .offered_per_s = 10},
           {.runner = "threads", .wall_s = 0.5, .offered_per_s = 10});
}

static void the_legend_speaks_of_what_is_there(void **state)
{
    (void)state;
    const struct made_up_lane alone[] = {{.runner = "coroutines", .wall_s = 1}};
    char *text = print(alone, 1, 7);
    assert_lacks(text, "speed-up");
    assert_lacks(text, "bold");
    assert_has(text, "brackets");
    free(text);
    text = print(sweep, COUNT(sweep), 7);
    assert_has(text, "Speed-up: how many times sooner");
    assert_lacks(text, "brackets");
    assert_lacks(text, "Bold"); /* a file has none */
    free(text);
    const struct made_up_lane failed[] = {{.runner = "coroutines", .state = "failed"}};
    text = print(failed, 1, 7);
    assert_lacks(text, "Figures");
    free(text);
}

static void old_runs_said_it_of_those_that_block(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {{.runner = "blocking-coroutines", .wall_s = 1, .flags = "stacks_parked"}};
    char *text = print_flat(lanes, 1, 7);
    assert_lacks(text, "put aside");
    free(text);
}

static void several_notes_have_numbers(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.runner = "serial", .wall_s = 1, .state = "failed", .reason = "one", .bad_blocks = 1},
        {.runner = "threads", .wall_s = 1, .state = "failed", .reason = "two", .bad_blocks = 1},
        {.runner = "coroutines",
         .wall_s = 1,
         .flags = "stacks_parked",
         .state = "failed",
         .reason = "one",
         .bad_blocks = 1},
    };
    char *text = print_flat(lanes, COUNT(lanes), 7);
    assert_has(text, " one after another (serial)*1 ");
    assert_has(text, " thread pool*2 ");
    assert_has(text, " coroutines*1*3 ");
    assert_has(text, " *1 one after another (serial), coroutines: 1 of 7 runs failed: one *2 thread pool: 1 of 7 runs "
                     "failed: two *3 coroutines: their memory here is less than that of tasks that do more than wait:");
    free(text);
}

static void failed_jobs_are_told_in_words(void **state)
{
    (void)state;
    const struct made_up_lane lanes[] = {
        {.runner = "serial",
         .state = "failed",
         .reason = "9 of 10 jobs failed (1 timeout, 6 http_status, 2 refused); job 1: http://x/(1 timeout)"}};
    char *text = print_flat(lanes, 1, 7);
    assert_has(text,
               "7 of 7 runs failed: 9 of 10 jobs failed (1 timed out, 6 answered with an error status, 2 refused); "
               "job 1: http://x/(1 timeout)");
    assert_lacks(text, "http_status");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_is_a_table),
        cmocka_unit_test(no_jargon_and_no_blanks_at_the_end_of_a_line),
        cmocka_unit_test(below_six_blocks_it_says_so),
        cmocka_unit_test(a_failed_run_is_not_hidden),
        cmocka_unit_test(a_sweep_is_one_table),
        cmocka_unit_test(a_sweep_may_begin_at_zero),
        cmocka_unit_test(like_troubles_are_said_once),
        cmocka_unit_test(unicode_where_the_locale_has_it),
        cmocka_unit_test(control_characters_are_shown_not_obeyed),
        cmocka_unit_test(warnings_come_last),
        cmocka_unit_test(flagged_runs_are_named_with_how_far_it_went),
        cmocka_unit_test(of_many_flagged_runs_the_worst_are_named),
        cmocka_unit_test(the_harness_says_what_it_costs),
        cmocka_unit_test(it_says_why_nothing_is_said),
        cmocka_unit_test(the_legend_speaks_of_what_is_there),
        cmocka_unit_test(old_runs_said_it_of_those_that_block),
        cmocka_unit_test(several_notes_have_numbers),
        cmocka_unit_test(failed_jobs_are_told_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
