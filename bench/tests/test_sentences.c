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
    SAYS(
        7,
        "Sleeps (10 jobs, 10 at once): coroutines and a thread pool finished 9.78 times sooner than one after another.",
        {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.10225, .noise = 0.2},
        {.runner = "coroutines", .wall_s = 0.10225});
}

/* Their own comparison decides where that of each with another leaves it open, or says it wrongly. */
static void the_two_are_compared_where_it_is_open(void **state)
{
    (void)state;
#define SLEEPS "Sleeps (10 jobs, 10 at once): "
    /* Noise of a serial that both share is not theirs. */
    SAYS(8,
         SLEEPS "coroutines finished 15 times sooner than one after another, a thread pool 15 times; coroutines "
                "finished 1.06 times sooner than the thread pool.",
         {.runner = "serial", .wall_s = 17.8, .noise = 0.5}, {.runner = "threads", .wall_s = 1.06},
         {.runner = "coroutines", .wall_s = 1});
    SAYS(7,
         SLEEPS "coroutines that make blocking calls were no faster than one after another; coroutines finished 2 "
                "times sooner than the thread pool.",
         {.runner = "serial", .wall_s = 1}, {.runner = "blocking-coroutines", .wall_s = 1},
         {.runner = "threads", .wall_s = 1.4, .noise = 0.8}, {.runner = "coroutines", .wall_s = 0.7, .noise = 0.8});
    SAYS(7,
         SLEEPS "coroutines finished 10 times sooner than one after another; the thread pool could not be told from "
                "one after another.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.7, .noise = 0.9},
         {.runner = "coroutines", .wall_s = 0.1});
    SAYS(7,
         SLEEPS "a thread pool took 2.02 times as long as one after another, coroutines 2 times; coroutines were as "
                "fast as the thread pool.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 2.02},
         {.runner = "coroutines", .wall_s = 2});
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

/* One number that is true of neither is said of none, however near the two are as parts of it. */
static void two_numbers_stay_two(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines finished 100,503 times sooner than one after another, a thread pool "
         "100,000 times; coroutines were as fast as the thread pool.",
         {.runner = "serial", .wall_s = 2000}, {.runner = "threads", .wall_s = 0.02},
         {.runner = "coroutines", .wall_s = 0.0199});
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
        cmocka_unit_test(two_cells_alike_are_told_apart_by_name),
        cmocka_unit_test(a_number_lies_in_its_interval),
        cmocka_unit_test(two_are_joined_only_where_one_number_is_true_of_both),
        cmocka_unit_test(the_two_are_compared_where_it_is_open),
        cmocka_unit_test(what_is_compared_with_is_named),
        cmocka_unit_test(without_serial_all_are_compared_with_the_slowest),
        cmocka_unit_test(no_more_at_once_than_there_are_jobs),
        cmocka_unit_test(a_share_that_nobody_can_picture),
        cmocka_unit_test(cells_of_one_workload_are_named),
        cmocka_unit_test(two_numbers_stay_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
