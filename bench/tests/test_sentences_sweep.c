/* What is said of sweeps: where each runner did best, where two of them part, what could not be measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_sentences_support.h"

/* Serial stands in the section once; 1 at once is no faster than it, and so is no one's best. */
static void a_sweep_says_where_each_did_best(void **state)
{
    (void)state;
    SAYS(7,
         "Downloads (100 pages, 1 to 100 at once): coroutines did best at 100 at once, 50 times sooner than one after "
         "another; a thread pool at 10 at once, 9.09 times; coroutines finished sooner than the thread pool at each of "
         "the 2 points (of 3) at which both were measured, 10 times sooner at 100 at once.",
         {.cell = "sweep", .sweep = "sweep", .runner = "serial", .workload = "download", .jobs = 100, .wall_s = 1},
         {.cell = "sweep/concurrency=1",
          .sweep = "sweep",
          .runner = "threads",
          .workload = "download",
          .jobs = 100,
          .concurrency = 1,
          .wall_s = 1},
         {.cell = "sweep/concurrency=10",
          .sweep = "sweep",
          .runner = "threads",
          .workload = "download",
          .jobs = 100,
          .concurrency = 10,
          .wall_s = 0.11},
         {.cell = "sweep/concurrency=100",
          .sweep = "sweep",
          .runner = "threads",
          .workload = "download",
          .jobs = 100,
          .concurrency = 100,
          .wall_s = 0.2},
         {.cell = "sweep/concurrency=10",
          .sweep = "sweep",
          .runner = "coroutines",
          .workload = "download",
          .jobs = 100,
          .concurrency = 10,
          .wall_s = 0.1},
         {.cell = "sweep/concurrency=100",
          .sweep = "sweep",
          .runner = "coroutines",
          .workload = "download",
          .jobs = 100,
          .concurrency = 100,
          .wall_s = 0.02});
}

#define POINT(n, who, seconds, ...)                                                                                    \
    {                                                                                                                  \
        .cell = "sweep/concurrency=" #n, .sweep = "sweep", .runner = who, .workload = "download", .jobs = 1000,        \
        .concurrency = n, .wall_s = seconds, __VA_ARGS__                                                               \
    }
#define POINTS(n, of_threads, of_coroutines) POINT(n, "threads", of_threads), POINT(n, "coroutines", of_coroutines)

static void a_sweep_says_where_the_two_part(void **state)
{
    (void)state;
    SAYS(7,
         "Downloads (1,000 pages, 1 to 500 at once): up to 10 at once coroutines were as fast as the thread pool; from "
         "100 at once on, wherever both were measured, coroutines finished sooner than the thread pool, 1.6 times "
         "sooner at "
         "500 at once; at 500 at once coroutines used 25 % of the thread pool's memory and 60 % of its CPU time; "
         "coroutines were not measured at 200 at once.",
         POINTS(1, 1, 1), POINT(500, "threads", 0.16, .rss_kib = 32768, .cpu_us = 50),
         POINT(500, "coroutines", 0.1, .cpu_us = 30), POINTS(10, 0.1, 0.102), POINT(50, "threads", 0.1, .noise = 0.3),
         POINT(50, "coroutines", 0.1), POINTS(100, 0.2, 0.1),
         /* a point that only one has says nothing of the two */
         POINT(200, "threads", 0.2), POINT(200, "coroutines", 0.1, .state = "unsupported"),
         POINT(500, "processes", 0.01));
}

/* Its table shows no such figure, so the interval is said with it. */
static void what_no_table_of_a_sweep_shows_has_its_interval(void **state)
{
    (void)state;
#define AT(of_runner, n, of_wall_s, of_noise, of_cpu)                                                                  \
    {.cell = "s/concurrency=" #n,                                                                                      \
     .sweep = "s",                                                                                                     \
     .runner = of_runner,                                                                                              \
     .concurrency = n,                                                                                                 \
     .jobs = 1000,                                                                                                     \
     .wall_s = of_wall_s,                                                                                              \
     .noise = of_noise,                                                                                                \
     .cpu_us = of_cpu}
    SAYS(7,
         "Sleeps (1,000 jobs, 1 to 64 at once): coroutines finished sooner than the thread pool at each of the 2 "
         "points, 3 times (95 %: 2.91 to 3.09) sooner at 64 at once; at 64 at once coroutines used 45 % of the thread "
         "pool's CPU time.",
         AT("coroutines", 1, 1, 0, 9), AT("coroutines", 64, 1, 0, 9), AT("threads", 1, 3, 0.03, 20),
         AT("threads", 64, 3, 0.03, 20));
}

static void a_sweep_where_the_pool_wins_in_the_end(void **state)
{
    (void)state;
    SAYS(7,
         "Downloads (1,000 pages, 1 to 100 at once): at 1 at once coroutines finished 1.2 times sooner than the thread "
         "pool; at 100 at once the thread pool finished 2 times sooner than coroutines.",
         POINTS(1, 1.2, 1), POINTS(10, 0.1, 0.1), POINTS(100, 0.1, 0.2));
    SAYS(7,
         "Downloads (1,000 pages, 1 to 100 at once): the thread pool finished sooner than coroutines at each of the 3 "
         "points, 1.5 times sooner at 100 at once.",
         POINTS(1, 1, 1.2), POINTS(10, 0.1, 0.2), POINTS(100, 0.1, 0.15));
}

static void a_sweep_without_a_difference(void **state)
{
    (void)state;
    SAYS(7,
         "Downloads (1,000 pages, 1 to 100 at once): coroutines were as fast as the thread pool at each of the 2 "
         "points.",
         POINTS(1, 1, 1), POINTS(100, 0.1, 0.101));
    /* Alike at the first point alone, and then undecided: one point makes no range. */
    SAYS(7, "", POINTS(1, 1, 1), POINT(10, "threads", 0.1, .noise = 0.3), POINT(10, "coroutines", 0.1));
    SAYS(5, "", POINTS(1, 1, 1), POINTS(10, 0.2, 0.1));
}

/* The fastest point was the test server's limit: which one is best is not known, and what stands alike is less. */
static void a_sweep_into_the_limit_of_the_test_server(void **state)
{
    (void)state;
    SAYS(7,
         "Downloads (1,000 pages, 1 to 100 at once): a thread pool did best at 100 at once, 5 times sooner than one "
         "after "
         "another; coroutines were as fast as the thread pool at each of the 2 points (of 3) at which both were "
         "measured; "
         "the test server was the limit of coroutines at 100 at once.",
         {.cell = "sweep", .sweep = "sweep", .runner = "serial", .workload = "download", .jobs = 1000, .wall_s = 1},
         POINTS(1, 1, 1), POINTS(10, 0.4, 0.4), POINT(100, "threads", 0.2),
         POINT(100, "coroutines", 0.1, .flags = "origin_saturated"));
}

#define SERIAL_POINT                                                                                                   \
    {                                                                                                                  \
        .cell = "sweep", .sweep = "sweep", .runner = "serial", .workload = "download", .jobs = 1000, .wall_s = 10      \
    }

/* The best point has to be better than its neighbours by more than matters. */
static void a_best_point_that_is_none(void **state)
{
    (void)state;
    SAYS(7,
         "Downloads (1,000 pages, 1 to 100 at once): coroutines gained no more beyond 10 at once, where they finished "
         "10 times sooner than one after another.",
         SERIAL_POINT, POINT(1, "coroutines", 10), POINT(10, "coroutines", 1), POINT(50, "coroutines", 1.01),
         POINT(100, "coroutines", 0.99));
    SAYS(7,
         "Downloads (1,000 pages, 1 to 100 at once): a thread pool did best at 10 to 50 at once, up to 10 times sooner "
         "than one after another.",
         SERIAL_POINT, POINT(1, "threads", 10), POINT(10, "threads", 1), POINT(50, "threads", 1.01),
         POINT(100, "threads", 2));
    /* Too unsteady to be told from its neighbour. */
    SAYS(7, "", SERIAL_POINT, POINT(1, "threads", 10), POINT(10, "threads", 1, .noise = 0.3),
         POINT(50, "threads", 1.01));
    /* More at once than there are jobs is no point. */
    SAYS(7,
         "Downloads (1,000 pages, 1 to 1,000 at once): coroutines did best at 1,000 at once, 100 times sooner than one "
         "after another.",
         SERIAL_POINT, POINT(1, "coroutines", 10), POINT(1000, "coroutines", 0.1), POINT(2000, "coroutines", 0.05));
    /* Two that are as good, and a worse one between them: neither is the best. */
    SAYS(7, "", SERIAL_POINT, POINT(10, "coroutines", 0.1), POINT(50, "coroutines", 0.5),
         POINT(100, "coroutines", 0.1));
}

/* The first of those that allow more than there are jobs is a point: all of the jobs at once. */
static void a_sweep_to_more_than_there_are_jobs(void **state)
{
    (void)state;
    SAYS(
        7,
        "Downloads (1,000 pages, 10 to 1,000 at once): coroutines did best at 1,000 at once, 100 times sooner than one "
        "after another.",
        SERIAL_POINT, POINT(10, "coroutines", 1), POINT(3000, "coroutines", 0.1), POINT(5000, "coroutines", 0.05));
    SAYS(7,
         "Downloads (1,000 pages, 10 to 1,000 at once): coroutines gained no more beyond 500 at once, where they "
         "finished 100 times sooner than one after another.",
         SERIAL_POINT, POINT(10, "coroutines", 1), POINT(500, "coroutines", 0.1), POINT(1000, "coroutines", 0.1),
         POINT(2000, "coroutines", 1));
    /* As many jobs as may be at once: each point has its own number. */
#define ALL_AT_ONCE(n, who, seconds)                                                                                   \
    {.cell = "sweep/concurrency=" #n, .sweep = "sweep", .runner = who, .jobs = n, .concurrency = n, .wall_s = seconds}
    SAYS(7,
         "Sleeps (10 to 100 at once): coroutines finished sooner than the thread pool at each of the 2 points, 2 times "
         "sooner at 100 at once.",
         ALL_AT_ONCE(10, "threads", 2), ALL_AT_ONCE(10, "coroutines", 1), ALL_AT_ONCE(100, "threads", 2),
         ALL_AT_ONCE(100, "coroutines", 1));
}

/* What the ends of a sweep say is not all that there is. */
static void a_sweep_in_whose_middle_another_wins(void **state)
{
    (void)state;
#define FROM_1_TO_100 "Downloads (1,000 pages, 1 to 100 at once): "
    SAYS(7,
         FROM_1_TO_100
         "up to 5 at once coroutines finished sooner than the thread pool; at 10 and 20 at once the thread "
         "pool finished sooner than coroutines; from 50 at once on coroutines finished sooner than the "
         "thread pool, 2 times sooner at 100 at once.",
         POINTS(1, 2, 1), POINTS(5, 2, 1), POINTS(10, 1, 5), POINTS(20, 1, 5), POINTS(50, 2, 1), POINTS(100, 2, 1));
    SAYS(7, FROM_1_TO_100 "at 10 at once the thread pool finished 5 times sooner than coroutines.", POINTS(1, 1, 1),
         POINTS(10, 1, 5), POINTS(100, 1, 1));
    SAYS(7, FROM_1_TO_100 "at 5 points from 5 to 40 at once the thread pool finished sooner than coroutines.",
         POINTS(1, 1, 1), POINTS(5, 1, 2), POINTS(10, 1, 2), POINTS(20, 1, 2), POINTS(30, 1, 2), POINTS(40, 1, 2),
         POINTS(100, 1, 1));
}

/* Coroutines that could not be measured do not keep the others from being compared. */
static void a_sweep_without_coroutines(void **state)
{
    (void)state;
    SAYS(7,
         FROM_1_TO_100
         "the thread pool finished sooner than coroutines that make blocking calls at each of the 2 points, "
         "2 times sooner at 100 at once; coroutines were not measured at 1 and 100 at once.",
         POINT(1, "coroutines", 1, .state = "unsupported"), POINT(100, "coroutines", 1, .state = "unsupported"),
         POINT(1, "threads", 1), POINT(100, "threads", 1), POINT(1, "blocking-coroutines", 2),
         POINT(100, "blocking-coroutines", 2));
}

static void a_sweep_says_what_failed(void **state)
{
    (void)state;
    SAYS(7,
         "Downloads (1,000 pages, 1 to 100 at once): coroutines were as fast as the thread pool at each of the 2 "
         "points (of 4) at which both were measured; runs of a thread pool failed at 50 and 100 at once.",
         POINTS(1, 10, 10), POINTS(10, 1, 1), POINT(50, "coroutines", 1), POINT(50, "threads", 1, .state = "failed"),
         POINT(100, "coroutines", 1), POINT(100, "threads", 1, .state = "failed", .bad_blocks = 1));
}

#define BODY(n, who, seconds)                                                                                          \
    {                                                                                                                  \
        .cell = "sweep/body-bytes=" #n, .sweep = "sweep", .runner = who, .workload = "download", .wall_s = seconds     \
    }

/* Of other things than what is at once no point is the best, but runners differ there as well. */
static void a_sweep_of_something_else(void **state)
{
    (void)state;
    SAYS(7,
         "Downloads (10 pages, 10 at once): coroutines finished sooner than one after another at each of the 2 points, "
         "5 times sooner at body-bytes=1000; coroutines that make blocking calls were no faster than one after another "
         "at each of the 2 points; coroutines finished sooner than coroutines that make blocking calls at each of "
         "the 2 points, 5 times sooner at body-bytes=1000.",
         BODY(10, "serial", 1), BODY(10, "coroutines", 0.1), BODY(10, "blocking-coroutines", 1),
         BODY(1000, "serial", 1), BODY(1000, "coroutines", 0.2), BODY(1000, "blocking-coroutines", 1));
    /* A point without serial is none of which it could be said. */
    SAYS(7,
         "Downloads (10 pages, 10 at once): coroutines finished sooner than one after another at the only point (of 2) "
         "at "
         "which both were measured, 5 times sooner at body-bytes=1000; runs of one after another failed at "
         "body-bytes=10.",
         {.cell = "sweep/body-bytes=10",
          .sweep = "sweep",
          .runner = "serial",
          .workload = "download",
          .wall_s = 1,
          .state = "failed"},
         BODY(10, "coroutines", 0.1), BODY(1000, "serial", 1), BODY(1000, "coroutines", 0.2));
}

/* Slower than serial is what a reader must not miss. */
static void what_took_longer_than_serial_is_said(void **state)
{
    (void)state;
    SAYS(7,
         "Downloads (1,000 pages, 10 to 20 at once): a thread pool took longer than one after another at each of the 2 "
         "points, 40 times as long at 20 at once; coroutines took longer than one after another at 1 of the 2 points, "
         "2 times as long at 20 at once; coroutines finished sooner than the thread pool at each of the 2 points, 20 "
         "times sooner at 20 at once.",
         {.cell = "sweep", .sweep = "sweep", .runner = "serial", .workload = "download", .jobs = 1000, .wall_s = 0.2},
         POINTS(10, 4, 0.2), POINTS(20, 8, 0.4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sweep_says_where_each_did_best),
        cmocka_unit_test(what_took_longer_than_serial_is_said),
        cmocka_unit_test(a_sweep_says_where_the_two_part),
        cmocka_unit_test(what_no_table_of_a_sweep_shows_has_its_interval),
        cmocka_unit_test(a_sweep_where_the_pool_wins_in_the_end),
        cmocka_unit_test(a_sweep_without_a_difference),
        cmocka_unit_test(a_sweep_into_the_limit_of_the_test_server),
        cmocka_unit_test(a_best_point_that_is_none),
        cmocka_unit_test(a_sweep_to_more_than_there_are_jobs),
        cmocka_unit_test(a_sweep_in_whose_middle_another_wins),
        cmocka_unit_test(a_sweep_without_coroutines),
        cmocka_unit_test(a_sweep_says_what_failed),
        cmocka_unit_test(a_sweep_of_something_else),
    };
    return cmocka_run_group_tests_name("sentences_sweep", tests, NULL, NULL);
}
