/* The parts of a gate that need no trial: whose turn it is, words, accepted regressions, command lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <iort/clock.h>
#include "../gate/allow.h"
#include "../gate/arms.h"
#include "../gate/schedule.h"
#include "../gate/server_command.h"
#include "../session.h"

/* --- whose turn it is --- */

static int order_number(const enum gate_arm order[ARM_COUNT])
{
    return order[0] * 9 + order[1] * 3 + order[2];
}

static void test_orders_are_balanced(void **state)
{
    (void)state;
    for (int64_t seed = 0; seed < 20; seed++)
        for (size_t cell = 0; cell < 3; cell++) {
            int count[27] = {0}, first[ARM_COUNT] = {0};
            for (int64_t block = 1; block <= 12; block++) {
                enum gate_arm order[ARM_COUNT], reversed[ARM_COUNT];
                schedule_arms(order, seed, cell, block, false);
                schedule_arms(reversed, seed, cell, block, true);
                count[order_number(order)]++;
                first[order[0]]++;
                for (int i = 0; i < ARM_COUNT; i++)
                    assert_int_equal(order[i], reversed[ARM_COUNT - 1 - i]);
            }
            int different = 0;
            for (int i = 0; i < 27; i++) {
                assert_true(count[i] == 0 || count[i] == 2);
                different += count[i] > 0;
            }
            assert_int_equal(different, 6);
            for (int arm = 0; arm < ARM_COUNT; arm++)
                assert_int_equal(first[arm], 4);
        }
}

static void test_orders_follow_the_seed(void **state)
{
    (void)state;
    int same = 0, other_seed = 0, other_cell = 0, six_later = 0;
    for (int64_t block = 1; block <= 60; block++) {
        enum gate_arm a[ARM_COUNT], b[ARM_COUNT], c[ARM_COUNT], d[ARM_COUNT], e[ARM_COUNT];
        schedule_arms(a, 1, 0, block, false);
        schedule_arms(b, 1, 0, block, false);
        schedule_arms(c, 2, 0, block, false);
        schedule_arms(d, 1, 1, block, false);
        schedule_arms(e, 1, 0, block + 6, false);
        same += order_number(a) == order_number(b);
        other_seed += order_number(a) == order_number(c);
        other_cell += order_number(a) == order_number(d);
        six_later += order_number(a) == order_number(e);
    }
    assert_int_equal(same, 60);
    assert_true(other_seed < 30 && other_cell < 30 && six_later < 30); /* 10 by chance */
}

static void test_cells_take_turns(void **state)
{
    (void)state;
    int first[4] = {0};
    for (int64_t block = 1; block <= 400; block++) {
        size_t order[4];
        bool seen[4] = {false};
        schedule_cells(order, 4, 7, 0, block);
        for (int i = 0; i < 4; i++) {
            assert_true(order[i] < 4 && !seen[order[i]]);
            seen[order[i]] = true;
        }
        first[order[0]]++;
    }
    for (int i = 0; i < 4; i++)
        assert_in_range(first[i], 60, 140);
}

/* --- words --- */

static void test_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words[6];
    } cases[] = {
        {"", {NULL}},
        {"  ", {NULL}},
        {"--jobs 3", {"--jobs", "3"}},
        {" a\tb\n c ", {"a", "b", "c"}},
        {"'a b' \"c d\"", {"a b", "c d"}},
        {"a'b c'd", {"ab cd"}},
        {"'' \"\" x", {"", "", "x"}},
        {"a\\ b \\'c\\'", {"a b", "'c'"}},
        {"\"a\\\"b\\\\c\\d\" 'e\\'", {"a\"b\\c\\d", "e\\"}},
        {"$HOME *.c `x`", {"$HOME", "*.c", "`x`"}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *text = strdup(cases[i].text), **argv;
        int count = words_split(text, &argv), wanted = 0;
        while (cases[i].words[wanted])
            wanted++;
        assert_int_equal(count, wanted + 1);
        for (int k = 0; k < wanted; k++)
            assert_string_equal(argv[k + 1], cases[i].words[k]);
        assert_null(argv[count]);
        free(argv);
        free(text);
    }
    char open[] = "a 'b";
    char **argv;
    assert_int_equal(words_split(open, &argv), -1);
}

/* --- accepted regressions --- */

static const char entry[] = "[allow]\ncell = a\nmetric = wall_s\nuntil = 2026-06-30\nreason = why; not\n";

static int read_allowed(struct allow_list *list, const char *text, const char *today, struct failure *failure)
{
    char path[] = "/tmp/iorace-allow-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    *failure = (struct failure){0};
    int result = allow_read(list, path, today, failure);
    unlink(path);
    return result;
}

static void test_allowed_until_the_end_of_its_day(void **state)
{
    (void)state;
    struct allow_list list;
    struct failure failure;
    assert_int_equal(read_allowed(&list, entry, "2026-06-30", &failure), 0);
    assert_int_equal(list.count, 1);
    assert_false(list.items[0].expired);
    assert_false(list.items[0].used);
    assert_null(allow_find(&list, "b", "threads", "wall_s"));
    assert_null(allow_find(&list, "a", "threads", "cpu_us_per_job"));
    assert_ptr_equal(allow_find(&list, "a", "threads", "wall_s"), &list.items[0]);
    assert_true(list.items[0].used);
    allow_finish(&list);
    assert_int_equal(read_allowed(&list, entry, "2026-07-01", &failure), 0);
    assert_true(list.items[0].expired);
    allow_finish(&list);
    assert_int_equal(read_allowed(&list, "# nothing\n", "2026-07-01", &failure), 0);
    assert_int_equal(list.count, 0);
    allow_finish(&list);
}

/* What counts is the calendar's order of two days: neither yesterday's nor a longer text's. */
static void test_allowed_by_the_calendar(void **state)
{
    (void)state;
    static const struct {
        const char *until, *today;
        bool expired;
    } cases[] = {
        {"2026-06-30", "2026-06-29", false}, /* tomorrow */
        {"2026-06-30", "2026-06-30", false}, /* today */
        {"2026-06-30", "2026-07-01", true},  /* yesterday */
        {"2026-06-29", "2026-06-30", true},  {"2026-06-09", "2026-06-10", true},  {"2026-09-30", "2026-10-01", true},
        {"2026-10-01", "2026-09-30", false}, {"2026-12-31", "2027-01-01", true},  {"2027-01-01", "2026-12-31", false},
        {"2026-12-31", "2026-12-31", false}, {"2028-02-29", "2028-02-28", false}, {"2028-02-29", "2028-02-29", false},
        {"2028-02-29", "2028-03-01", true},  {"2000-02-29", "2000-02-29", false}, {"2027-02-28", "2027-03-01", true},
        {"2025-12-31", "2026-01-02", true},  {"9999-12-31", "2026-01-02", false}, {"0001-01-01", "2026-01-02", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[200];
        struct allow_list list;
        struct failure failure;
        snprintf(text, sizeof(text), "[allow]\ncell = a\nmetric = wall_s\nuntil = %s\nreason = why\n", cases[i].until);
        if (read_allowed(&list, text, cases[i].today, &failure) != 0)
            fail_msg("%s: %s", cases[i].until, failure.text);
        if (list.items[0].expired != cases[i].expired)
            fail_msg("until %s, on %s: %s", cases[i].until, cases[i].today, cases[i].expired ? "counts" : "expired");
        allow_finish(&list);
    }
}

static void test_days_that_are_none(void **state)
{
    (void)state;
    static const char *const days[] = {
        "2026-02-29",  "2100-02-29",          "2026-02-30",   "2028-02-30", "2026-04-31",
        "2026-06-31",  "2026-13-01",          "2026-00-10",   "2026-01-00", "2026-01-32",
        "2026-1-01",   "2026-01-1",           "26-01-01",     "2026/01/01", "01-01-2026",
        "20260101",    "2026-01-01T00:00:00", "2026-01-01 x", "-026-01-01", "2026--1-01",
        "2026-01--1",  "+026-01-01",          "today",        "never",      "2026-01-011",
        "x2026-01-01", "2026-0x-01",
    };
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        char text[200];
        struct allow_list list;
        struct failure failure;
        snprintf(text, sizeof(text), "[allow]\ncell = a\nmetric = wall_s\nuntil = %s\nreason = why\n", days[i]);
        if (read_allowed(&list, text, "2026-01-01", &failure) == 0)
            fail_msg("%s: is taken for a day", days[i]);
        assert_int_equal(failure.status, EXIT_USAGE);
        assert_non_null(strstr(failure.text, ":4: until: "));
        assert_non_null(strstr(failure.text, days[i]));
    }
}

/* One that counts is preferred to one that does not, in whichever order they stand. */
static void test_allowed_twice(void **state)
{
    (void)state;
    static const char old[] =
        "[allow]\ncell = a\nmetric = wall_s\nuntil = 2026-01-01\nreason = why\nrunner = threads\n";
    for (int order = 0; order < 2; order++) {
        char text[600];
        struct allow_list list;
        struct failure failure;
        snprintf(text, sizeof(text), "%s%s", order ? entry : old, order ? old : entry);
        assert_int_equal(read_allowed(&list, text, "2026-06-30", &failure), 0);
        assert_false(allow_find(&list, "a", "threads", "wall_s")->expired);
        assert_true(list.items[0].used && list.items[1].used);
        allow_finish(&list);
    }
}

static void test_today(void **state)
{
    (void)state;
    char day[ALLOW_DAY_SIZE], again[ALLOW_DAY_SIZE], text[200];
    struct allow_list list;
    struct failure failure;
    setenv("TZ", "UTC-14", 1); /* fourteen hours ahead: most of the time another day there */
    tzset();
    time_t before = time(NULL);
    allow_today(day);
    time_t after = time(NULL);
    strftime(text, sizeof(text), "%Y-%m-%d", gmtime(&before));
    strftime(again, sizeof(again), "%Y-%m-%d", gmtime(&after));
    assert_true(strcmp(day, text) == 0 || strcmp(day, again) == 0);
    unsetenv("TZ");
    tzset();
    snprintf(text, sizeof(text), "[allow]\ncell = a\nmetric = wall_s\nuntil = %s\nreason = why\n", day);
    assert_int_equal(read_allowed(&list, text, day, &failure), 0);
    assert_false(list.items[0].expired);
    allow_finish(&list);
}

static void test_allowed_of_a_runner(void **state)
{
    (void)state;
    char text[600];
    struct allow_list list;
    struct failure failure;
    snprintf(text, sizeof(text), "%srunner = threads\n%s", entry, entry);
    assert_int_equal(read_allowed(&list, text, "2026-01-01", &failure), 0);
    assert_int_equal(list.count, 2);
    assert_ptr_equal(allow_find(&list, "a", "threads", "wall_s"), &list.items[0]);
    assert_ptr_equal(allow_find(&list, "a", "serial", "wall_s"), &list.items[1]);
    allow_finish(&list);
}

/* --- command lines and sessions --- */

static void test_port_is_put_in(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"serve {port}", "serve 8123"}, {"{port}{port}", "81238123"}, {"none", "none"}, {"{port", "{port"},
        {"{{port}}", "{8123}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *filled = server_command_fill(cases[i][0], 8123);
        assert_string_equal(filled, cases[i][1]);
        free(filled);
    }
}

/* A session of a shell and two that spin: their CPU is seen, and all are ended. (They end by themselves, too.) */
static void test_session(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        execl("/bin/sh", "sh", "-c", "ulimit -t 10; (while :; do :; done) & (while :; do :; done) & wait",
              (char *)NULL);
        _exit(127);
    }
    int64_t before_ns = -1, after_ns = -1;
    size_t most = 0;
    for (int i = 0; i < 1000 && (most < 3 || after_ns < before_ns + 20000000); i++) {
        size_t count = session_count(pid);
        most = count > most ? count : most;
        after_ns = session_cpu_ns(pid);
        if (before_ns < 0)
            before_ns = after_ns;
        usleep(5000);
    }
    int64_t rss_kib = session_rss_peak_kib(pid);
    session_kill(pid, SIGKILL);
    size_t left = 1;
    for (int i = 0; i < 1000 && left > 0; i++) {
        waitpid(pid, NULL, WNOHANG);
        left = session_count(pid);
        usleep(5000);
    }
    kill(-pid, SIGKILL); /* whatever is wrong above, nothing shall stay */
    assert_int_equal(most, 3);
    assert_true(after_ns >= before_ns + 20000000);
    assert_true(rss_kib > 100);
    assert_int_equal(left, 0);
    assert_int_equal(session_rss_peak_kib(pid), -1);
}

/* It does not hear SIGTERM, and has a child besides: both are ended all the same, and its port is free again. */
static void test_server_that_will_not_end(void **state)
{
    (void)state;
    static const char command[] =
        "trap '' TERM; sleep 60 & exec /usr/bin/python3 -IS -c "
        "'import socket, time; s = socket.create_server((\"127.0.0.1\", {port})); time.sleep(60)'";
    struct server_command server;
    struct failure failure = {0};
    if (server_command_start(&server, command, NULL, &failure) < 0)
        fail_msg("%s", failure.text);
    pid_t pid = server.pid;
    int64_t before_ns = rt_now_ns();
    assert_int_equal(session_count(pid), 2);
    assert_false(server_command_stop(&server, RT_NS_PER_S / 2));
    assert_true(rt_now_ns() - before_ns >= RT_NS_PER_S / 2);
    assert_int_equal(session_count(pid), 0);
    assert_int_equal(server.pid, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders_are_balanced),
        cmocka_unit_test(test_orders_follow_the_seed),
        cmocka_unit_test(test_cells_take_turns),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_allowed_until_the_end_of_its_day),
        cmocka_unit_test(test_allowed_by_the_calendar),
        cmocka_unit_test(test_days_that_are_none),
        cmocka_unit_test(test_allowed_twice),
        cmocka_unit_test(test_today),
        cmocka_unit_test(test_allowed_of_a_runner),
        cmocka_unit_test(test_port_is_put_in),
        cmocka_unit_test(test_session),
        cmocka_unit_test(test_server_that_will_not_end),
    };
    return cmocka_run_group_tests_name("gate_parts", tests, NULL, NULL);
}
