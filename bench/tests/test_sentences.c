/* What is said of a run: only what its intervals support. Each case is a small made-up run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "../report/report.h"
#include "test_sentences_support.h"

/* 4.1 s against 0.1 s and 0.125 s: 41 and 32.8 times. 72 MiB against 8. */
static void coroutines_and_threads_differ(void **state)
{
    (void)state;
    SAYS(
        7,
        "Downloads (200 pages, 200 at once): coroutines finished 41 times sooner than one after another, a thread pool "
        "33 times; coroutines used 1/9 of the thread pool's memory.",
        {.runner = "serial", .workload = "download", .jobs = 200, .wall_s = 4.1, .noise = 0.01},
        {.runner = "threads",
         .workload = "download",
         .jobs = 200,
         .concurrency = 200,
         .wall_s = 0.125,
         .rss_kib = 73728},
        {.runner = "coroutines", .workload = "download", .jobs = 200, .concurrency = 200, .wall_s = 0.1});
}

static void threads_win(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): a thread pool finished 10 times sooner than one after another, coroutines 5 "
         "times; the thread pool used 50 % of the coroutines' memory.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.1},
         {.runner = "coroutines", .wall_s = 0.2, .rss_kib = 16384});
}

/* 2 % apart in every block: a difference, but none that matters; the number of one is not the other's. */
static void as_fast(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines finished 10 times sooner than one after another, a thread pool 9.8 "
         "times; coroutines were as fast as the thread pool.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.102},
         {.runner = "coroutines", .wall_s = 0.1});
}

/* The thread pool is 20 % faster in one block and slower in the next: both beat serial, and no more can be said. */
static void undecided_between_the_two(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines and a thread pool finished about 10 times sooner than one after "
         "another.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.1, .noise = 0.2},
         {.runner = "coroutines", .wall_s = 0.1});
}

static void below_six_blocks_nothing_is_said(void **state)
{
    (void)state;
    SAYS(5, "", {.runner = "serial", .wall_s = 1}, {.runner = "coroutines", .wall_s = 0.1});
}

static void six_blocks_are_enough(void **state)
{
    (void)state;
    SAYS(6, "Sleeps (1 job, 1 at once): coroutines finished 1.3 times sooner than one after another.",
         {.runner = "serial", .wall_s = 1.3, .jobs = 1},
         {.runner = "coroutines", .wall_s = 1, .jobs = 1, .concurrency = 1});
}

/* Nobody to measure both against; but they can be compared with each other. */
static void without_serial_the_two_are_compared(void **state)
{
    (void)state;
    SAYS(
        7,
        "Sleeps (10 jobs, 10 at once): coroutines finished 10 times sooner than a thread pool; coroutines used 1/12 of "
        "the thread pool's memory.",
        {.runner = "threads", .wall_s = 1, .rss_kib = 98304}, {.runner = "coroutines", .wall_s = 0.1});
    SAYS(7, "Sleeps (10 jobs, 10 at once): a thread pool finished 2.5 times sooner than coroutines.",
         {.runner = "threads", .wall_s = 0.1}, {.runner = "coroutines", .wall_s = 0.25});
    SAYS(7, "Sleeps (10 jobs, 10 at once): coroutines were as fast as a thread pool.",
         {.runner = "threads", .wall_s = 0.1}, {.runner = "coroutines", .wall_s = 0.1});
    SAYS(7, "", {.runner = "threads", .wall_s = 0.1, .noise = 0.2}, {.runner = "coroutines", .wall_s = 0.1});
    SAYS(7, "", {.runner = "coroutines", .wall_s = 0.1});
}

/* Faster by 3 % is not worth a word, and by a wide interval not either: then nothing is claimed of it. */
static void small_or_noisy_gains_are_not_claimed(void **state)
{
    (void)state;
    SAYS(7, "", {.runner = "serial", .wall_s = 1, .noise = 0.3}, {.runner = "coroutines", .wall_s = 0.9});
    SAYS(7, "Sleeps (10 jobs, 10 at once): coroutines were no faster than one after another.",
         {.runner = "serial", .wall_s = 1}, {.runner = "coroutines", .wall_s = 1.01});
}

static void the_unsupported_and_the_failed_are_passed_over(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines finished 10 times sooner than one after another; coroutines that "
         "make blocking calls are not compared: 1 of their 7 runs failed.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .state = "unsupported", .reason = "too many"},
         {.runner = "blocking-coroutines", .wall_s = 0.1, .state = "failed", .bad_blocks = 1},
         {.runner = "coroutines", .wall_s = 0.1}, {.runner = "null", .wall_s = 0.1, .state = "failed"});
}

/* Else who is faster than all others, but for one run, would be taken for beaten. */
static void the_failed_are_not_compared_and_it_is_said(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines finished 4.9 times sooner than one after another; the thread pool "
         "is not compared: 1 of its 7 runs failed.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.2, .state = "failed", .bad_blocks = 1},
         {.runner = "coroutines", .wall_s = 0.204});
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines finished 4.9 times sooner than one after another; the thread pool "
         "is not compared: its runs failed.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .state = "failed"},
         {.runner = "coroutines", .wall_s = 0.204});
}

static void memory_and_cpu_time_are_said_together(void **state)
{
    (void)state;
    SAYS(
        7,
        "Downloads (200 pages, 200 at once): coroutines finished 41 times sooner than one after another, a thread pool "
        "33 times; coroutines used 1/9 of the thread pool's memory and 60 % of its CPU time.",
        {.runner = "serial", .workload = "download", .jobs = 200, .wall_s = 4.1, .noise = 0.01},
        {.runner = "threads",
         .workload = "download",
         .jobs = 200,
         .concurrency = 200,
         .wall_s = 0.125,
         .rss_kib = 73728,
         .cpu_us = 100},
        {.runner = "coroutines", .workload = "download", .jobs = 200, .concurrency = 200, .wall_s = 0.1, .cpu_us = 60});
}

/* One has the memory for it, the other the CPU time. */
static void savings_of_both_sides(void **state)
{
    (void)state;
    SAYS(
        7,
        "Sleeps (10 jobs, 10 at once): coroutines and a thread pool finished 10 times sooner than one after another; "
        "coroutines were as fast as the thread pool; coroutines used 50 % of the thread pool's memory; the thread pool "
        "used 80 % of the coroutines' CPU time.",
        {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.1, .rss_kib = 16384},
        {.runner = "coroutines", .wall_s = 0.1, .cpu_us = 25});
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines and a thread pool finished 10 times sooner than one after another; "
         "coroutines were as fast as the thread pool; the thread pool used 50 % of the coroutines' memory and 33.3 % "
         "of their CPU time.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.1},
         {.runner = "coroutines", .wall_s = 0.1, .rss_kib = 16384, .cpu_us = 60});
}

/* What put the stacks aside is said with what it saved. */
static void parked_stacks_are_named_with_the_memory(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines and a thread pool finished 10 times sooner than one after another; "
         "coroutines were as fast as the thread pool; coroutines, their stacks put aside while they waited, used 25 "
         "% of the thread pool's memory.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.1, .rss_kib = 32768},
         {.runner = "coroutines", .wall_s = 0.1, .flags = "stacks_parked"});
}

/* Then it was the test server that was measured; the other lane may still be spoken of. */
static void where_the_test_server_was_the_limit_nothing_is_said_of_the_lane(void **state)
{
    (void)state;
    SAYS(7, "Downloads (10 pages, 10 at once): coroutines finished 10 times sooner than one after another.",
         {.runner = "serial", .workload = "download", .wall_s = 1},
         {.runner = "threads",
          .workload = "download",
          .wall_s = 0.2,
          .rss_kib = 99999,
          .flags = "origin_late origin_saturated"},
         {.runner = "coroutines", .workload = "download", .wall_s = 0.1, .flags = "origin_late"});
    SAYS(7, "", {.runner = "serial", .workload = "download", .wall_s = 1, .flags = "origin_saturated"},
         {.runner = "coroutines", .workload = "download", .wall_s = 0.1});
}

/* Arrivals that were planned take their time under every runner: none is as fast as another for that. */
static void jobs_at_a_rate_are_no_race(void **state)
{
    (void)state;
    SAYS(7, "", {.runner = "serial", .wall_s = 2, .params = "delay-ms=5 rate=100"},
         {.runner = "threads", .wall_s = 1, .params = "delay-ms=5 rate=100"},
         {.runner = "coroutines", .wall_s = 1, .params = "rate=100"});
}

static void one_block_says_nothing(void **state)
{
    (void)state;
    SAYS(1, "", {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.5, .rss_kib = 99999},
         {.runner = "coroutines", .wall_s = 0.1});
}

static void a_lane_without_a_single_result(void **state)
{
    (void)state;
    SAYS(7, "", {.runner = "serial", .wall_s = 1, .state = "no_data"},
         {.runner = "threads", .wall_s = 1, .state = "failed", .reason = "x"},
         {.runner = "coroutines", .wall_s = 1, .state = "partial"});
}

static void a_failed_serial_measures_nobody(void **state)
{
    (void)state;
    SAYS(7, "", {.runner = "serial", .wall_s = 1, .state = "failed", .bad_blocks = 1},
         {.runner = "coroutines", .wall_s = 0.1});
}

static void the_mistake_and_the_slow_are_named(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines finished 10 times sooner than one after another; coroutines that "
         "make blocking calls were no faster than one after another; a thread pool took 1.5 times as long as one after "
         "another.",
         {.runner = "serial", .wall_s = 1}, {.runner = "coroutines", .wall_s = 0.1},
         {.runner = "blocking-coroutines", .wall_s = 1.01}, {.runner = "threads", .wall_s = 1.5},
         {.runner = "null", .wall_s = 0.0001});
    SAYS(7, "Downloads (10 pages, 10 at once): coroutines took 2 times as long as one after another.",
         {.runner = "serial", .workload = "download", .wall_s = 1},
         {.runner = "coroutines", .workload = "download", .wall_s = 2});
}

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
         "Downloads (1,000 pages, 1 to 100 at once): at 100 at once the thread pool finished 2 times sooner than "
         "coroutines.",
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

static void two_cells_alike_are_told_apart_by_name(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once; one): coroutines finished 10 times sooner than one after another.\n"
         "Sleeps (10 jobs, 10 at once; two): coroutines finished 5 times sooner than one after another.",
         {.cell = "one", .runner = "serial", .wall_s = 1}, {.cell = "one", .runner = "coroutines", .wall_s = 0.1},
         {.cell = "two", .runner = "serial", .wall_s = 1}, {.cell = "two", .runner = "coroutines", .wall_s = 0.2});
}

/* Once the intervals are narrow, a number of two digits may lie beside its own. */
static void a_number_lies_in_its_interval(void **state)
{
    (void)state;
    SAYS(7, "Sleeps (10 jobs, 10 at once): coroutines finished 1.06 times sooner than one after another.",
         {.runner = "serial", .wall_s = 1.06}, {.runner = "coroutines", .wall_s = 1});
    SAYS(7, "Sleeps (10 jobs, 10 at once): coroutines finished 12.6 times sooner than one after another.",
         {.runner = "serial", .wall_s = 12.6}, {.runner = "coroutines", .wall_s = 1});
    /* Sooner, and surely so, by less than matters: "no faster" would be as wrong as "faster". */
    SAYS(7, "Sleeps (10 jobs, 10 at once): coroutines finished hardly sooner than one after another (1.03 times).",
         {.runner = "serial", .wall_s = 1}, {.runner = "coroutines", .wall_s = 0.97});
}

/* 56 and 20 times, of which one is too unsteady to be told from the other: 33 is true of neither. */
static void two_are_joined_only_where_one_number_is_true_of_both(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines finished 63 times sooner than one after another, a thread pool 50 "
         "times; coroutines and the thread pool could not be told apart.",
         {.runner = "serial", .wall_s = 100}, {.runner = "threads", .wall_s = 2},
         {.runner = "coroutines", .wall_s = 2, .noise = 0.6});
}

/* Each clause says with whom it compares: the one before speaks of the thread pool. */
static void what_is_compared_with_is_named(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines and a thread pool finished 10 times sooner than one after another; "
         "coroutines were as fast as the thread pool; coroutines that make blocking calls took 1.5 times as long as "
         "one after another.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.1},
         {.runner = "coroutines", .wall_s = 0.1}, {.runner = "blocking-coroutines", .wall_s = 1.5});
    SAYS(7, "Sleeps (10 jobs, 10 at once): a thread pool and coroutines were no faster than one after another.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 1}, {.runner = "coroutines", .wall_s = 1});
}

static void without_serial_all_are_compared_with_the_slowest(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): a thread pool finished 50 times sooner than coroutines that make blocking "
         "calls.",
         {.runner = "threads", .wall_s = 2}, {.runner = "blocking-coroutines", .wall_s = 100});
    /* A serial that may not be spoken of is no measure, and nobody's rival. */
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines finished 50 times sooner than coroutines that make blocking calls, "
         "a thread pool 20 times; one after another is not compared: 1 of its 7 runs failed.",
         {.runner = "serial", .wall_s = 1, .state = "failed", .bad_blocks = 1}, {.runner = "threads", .wall_s = 5},
         {.runner = "coroutines", .wall_s = 2}, {.runner = "blocking-coroutines", .wall_s = 100});
    /* The slowest too unsteady: the next. */
    SAYS(7, "Sleeps (10 jobs, 10 at once): coroutines finished 2 times sooner than a thread pool.",
         {.runner = "threads", .wall_s = 2}, {.runner = "coroutines", .wall_s = 1},
         {.runner = "blocking-coroutines", .wall_s = 2.2, .noise = 0.7});
}

static void no_more_at_once_than_there_are_jobs(void **state)
{
    (void)state;
    SAYS(7, "Sleeps (3 jobs, 3 at once): coroutines finished 3 times sooner than one after another.",
         {.runner = "serial", .wall_s = 3, .jobs = 3},
         {.runner = "coroutines", .wall_s = 1, .jobs = 3, .concurrency = 20});
}

static void a_share_that_nobody_can_picture(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines were as fast as a thread pool; coroutines used less than 1/1,000 of "
         "the thread pool's CPU time.",
         {.runner = "threads", .wall_s = 1, .cpu_us = 1e6}, {.runner = "coroutines", .wall_s = 1, .cpu_us = 1});
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
         "Downloads (1,000 pages, 1 to 1000 at once): coroutines did best at 1,000 at once, 100 times sooner than one "
         "after another.",
         SERIAL_POINT, POINT(1, "coroutines", 10), POINT(1000, "coroutines", 0.1), POINT(2000, "coroutines", 0.05));
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
         "5 times sooner at body-bytes=1000; coroutines finished sooner than coroutines that make blocking calls at "
         "each of "
         "the 2 points, 5 times sooner at body-bytes=1000.",
         BODY(10, "serial", 1), BODY(10, "coroutines", 0.1), BODY(10, "blocking-coroutines", 1),
         BODY(1000, "serial", 1), BODY(1000, "coroutines", 0.2), BODY(1000, "blocking-coroutines", 1));
}

static void cells_of_one_workload_are_named(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once; one): coroutines finished 10 times sooner than one after another.\n"
         "Sleeps (20 jobs, 10 at once; two): coroutines finished 5 times sooner than one after another.",
         {.cell = "one", .runner = "serial", .wall_s = 1}, {.cell = "one", .runner = "coroutines", .wall_s = 0.1},
         {.cell = "two", .runner = "serial", .wall_s = 1, .jobs = 20},
         {.cell = "two", .runner = "coroutines", .wall_s = 0.2, .jobs = 20});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coroutines_and_threads_differ),
        cmocka_unit_test(threads_win),
        cmocka_unit_test(as_fast),
        cmocka_unit_test(undecided_between_the_two),
        cmocka_unit_test(below_six_blocks_nothing_is_said),
        cmocka_unit_test(six_blocks_are_enough),
        cmocka_unit_test(without_serial_the_two_are_compared),
        cmocka_unit_test(small_or_noisy_gains_are_not_claimed),
        cmocka_unit_test(the_unsupported_and_the_failed_are_passed_over),
        cmocka_unit_test(the_failed_are_not_compared_and_it_is_said),
        cmocka_unit_test(memory_and_cpu_time_are_said_together),
        cmocka_unit_test(savings_of_both_sides),
        cmocka_unit_test(parked_stacks_are_named_with_the_memory),
        cmocka_unit_test(where_the_test_server_was_the_limit_nothing_is_said_of_the_lane),
        cmocka_unit_test(jobs_at_a_rate_are_no_race),
        cmocka_unit_test(one_block_says_nothing),
        cmocka_unit_test(a_lane_without_a_single_result),
        cmocka_unit_test(a_failed_serial_measures_nobody),
        cmocka_unit_test(the_mistake_and_the_slow_are_named),
        cmocka_unit_test(a_sweep_says_where_each_did_best),
        cmocka_unit_test(a_sweep_says_where_the_two_part),
        cmocka_unit_test(what_no_table_of_a_sweep_shows_has_its_interval),
        cmocka_unit_test(a_sweep_where_the_pool_wins_in_the_end),
        cmocka_unit_test(a_sweep_without_a_difference),
        cmocka_unit_test(a_sweep_into_the_limit_of_the_test_server),
        cmocka_unit_test(two_cells_alike_are_told_apart_by_name),
        cmocka_unit_test(a_number_lies_in_its_interval),
        cmocka_unit_test(two_are_joined_only_where_one_number_is_true_of_both),
        cmocka_unit_test(what_is_compared_with_is_named),
        cmocka_unit_test(without_serial_all_are_compared_with_the_slowest),
        cmocka_unit_test(no_more_at_once_than_there_are_jobs),
        cmocka_unit_test(a_share_that_nobody_can_picture),
        cmocka_unit_test(a_best_point_that_is_none),
        cmocka_unit_test(a_sweep_says_what_failed),
        cmocka_unit_test(a_sweep_of_something_else),
        cmocka_unit_test(cells_of_one_workload_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
