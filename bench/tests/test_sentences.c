/* What is said of a run: only what its intervals support. Each case is a small made-up run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "../report/report.h"
#include "fixtures/made_up_run.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_says(const struct made_up_lane *lanes, size_t count, int blocks, const char *wanted)
{
    struct run_data run;
    made_up_read(&run, lanes, count, blocks);
    char *sentences = report_sentences(&run);
    assert_non_null(sentences);
    assert_string_equal(sentences, wanted);
    free(sentences);
    made_up_finish(&run);
}

#define SAYS(blocks, wanted, ...)                                                                                      \
    do {                                                                                                               \
        const struct made_up_lane lanes[] = {__VA_ARGS__};                                                             \
        assert_says(lanes, COUNT(lanes), blocks, wanted);                                                              \
    } while (0)

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
         "times; "
         "the thread pool used 1/2 of the coroutines' memory.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .wall_s = 0.1},
         {.runner = "coroutines", .wall_s = 0.2, .rss_kib = 16384});
}

/* 2 % apart in every block: a difference, but none that matters. */
static void as_fast(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once): coroutines and a thread pool finished 9.9 times sooner than one after another; "
         "coroutines were as fast as the thread pool.",
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

static void without_serial_nothing_is_said(void **state)
{
    (void)state;
    SAYS(7, "", {.runner = "threads", .wall_s = 1, .rss_kib = 99999}, {.runner = "coroutines", .wall_s = 0.1});
}

/* Faster by 3 % is not worth a word, and by a wide interval not either: then nothing is claimed of it. */
static void small_or_noisy_gains_are_not_claimed(void **state)
{
    (void)state;
    SAYS(7, "", {.runner = "serial", .wall_s = 1, .noise = 0.3}, {.runner = "coroutines", .wall_s = 0.9});
    SAYS(7, "Sleeps (10 jobs, 10 at once): coroutines were no faster than one after another.",
         {.runner = "serial", .wall_s = 1}, {.runner = "coroutines", .wall_s = 0.97});
}

static void the_unsupported_and_the_failed_are_passed_over(void **state)
{
    (void)state;
    SAYS(7, "Sleeps (10 jobs, 10 at once): coroutines finished 10 times sooner than one after another.",
         {.runner = "serial", .wall_s = 1}, {.runner = "threads", .state = "unsupported", .reason = "too many"},
         {.runner = "blocking-coroutines", .wall_s = 0.1, .state = "failed", .bad_blocks = 1},
         {.runner = "coroutines", .wall_s = 0.1});
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
         "make "
         "blocking calls were no faster; a thread pool took 1.5 times as long.",
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
         "another; a thread pool at 10 at once, 9.1 times.",
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

static void two_cells_alike_are_told_apart_by_name(void **state)
{
    (void)state;
    SAYS(7,
         "Sleeps (10 jobs, 10 at once; one): coroutines finished 10 times sooner than one after another.\n"
         "Sleeps (10 jobs, 10 at once; two): coroutines finished 5 times sooner than one after another.",
         {.cell = "one", .runner = "serial", .wall_s = 1}, {.cell = "one", .runner = "coroutines", .wall_s = 0.1},
         {.cell = "two", .runner = "serial", .wall_s = 1}, {.cell = "two", .runner = "coroutines", .wall_s = 0.2});
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
        cmocka_unit_test(without_serial_nothing_is_said),
        cmocka_unit_test(small_or_noisy_gains_are_not_claimed),
        cmocka_unit_test(the_unsupported_and_the_failed_are_passed_over),
        cmocka_unit_test(a_failed_serial_measures_nobody),
        cmocka_unit_test(the_mistake_and_the_slow_are_named),
        cmocka_unit_test(a_sweep_says_where_each_did_best),
        cmocka_unit_test(two_cells_alike_are_told_apart_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
