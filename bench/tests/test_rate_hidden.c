/* What is said of what a closed loop hides (coordinated omission). */
#include "test_rate_support.h"
#include <string.h>

static void what_a_closed_loop_hides_is_said(void **state)
{
    (void)state;
#define HIDDEN_BY(what_it_does)                                                                                        \
    "at 100 a second coroutines finished 99 % of the jobs within 0.920 s of when they were due, though within 11.0 "   \
    "ms of when they were begun. A closed loop would have shown only the latter: it " what_it_does                     \
    " would have come meanwhile (coordinated omission)."
#define HIDDEN       HIDDEN_BY("lets the next job come only when a worker is free for it, instead of counting those that")
#define SERIAL_PILED "one after another did not keep up with 100 a second: jobs piled up; "
    SAYS(1, JOBS HIDDEN, AT_100("coroutines", 920, 11));
    SAYS(1,
         "Downloads (1,000 pages, at most 10 at once): " HIDDEN_BY(
             "waits with a slow server instead of counting those who"),
         AT_100("coroutines", 920, 11, .workload = "download", .connections = "warm"));
    /* One that keeps up before one that does not, the most of those. */
    SAYS(1, JOBS SERIAL_PILED HIDDEN, AT_100("threads", 90, 9), AT_100("serial", 9000, 9, PILED),
         AT_100("coroutines", 920, 11));
    /* Of those that do not, the one that is the nearest to it. */
    SAYS(1, JOBS SERIAL_PILED "coroutines did not keep up with 100 a second: jobs piled up; " HIDDEN,
         AT_100("serial", 9000, 9, PILED), AT_100("coroutines", 920, 11, PILED));
    /* That the client's own timer was late is none of the server's. */
    SAYS(1, JOBS HIDDEN, AT_100("coroutines", 920, 11, .queue_p99_ms = 900, .pacing_p99_ms = 9));
    SAYS(1, "", AT_100("coroutines", 920, 11, .queue_p99_ms = 900, .pacing_p99_ms = 800));
    SAYS(1, "",
         {.runner = "coroutines",
          .workload = "null",
          .jobs = 1000,
          .wall_s = 10,
          .offered_per_s = 100,
          .response_p99_ms = 920,
          .service_p99_ms = 11});
    /* Where runs failed, nothing. */
    SAYS(2, "", AT_100("coroutines", 920, 11, .state = "failed", .bad_blocks = 1));
    /* Less than twice, less than a millisecond, or not known: nothing. */
    SAYS(1, "", AT_100("coroutines", 19, 10));
    SAYS(1, "", AT_100("coroutines", 1.2, 0.3));
    SAYS(1, "", {.runner = "coroutines", .jobs = 100, .wall_s = 10, .offered_per_s = 100});
}

/* Many workers: what was under way when the server stopped is one in a hundred, so service is as long as response. */
static void a_closed_loop_of_the_same_run_is_held_against_it(void **state)
{
    (void)state;
    static const char hidden[] =
        "Downloads (1,000 pages, at most 10 at once; open): at 100 a second coroutines finished 99 % of the jobs "
        "within 0.900 "
        "s of "
        "when they were due, though in the closed loop (closed) 99 % took at most 9.00 ms. That one waits with a slow "
        "server instead of counting those who would have come meanwhile (coordinated omission).";
#define OPEN_TAKING(of_runner, response, service, ...)                                                                 \
    AT_100(of_runner, response, service, .cell = "open", .workload = "download", .connections = "warm",                \
           .response_p50_ms = 0.7, ##__VA_ARGS__)
#define OPEN(...) OPEN_TAKING("coroutines", 900, 890, ##__VA_ARGS__)
#define CLOSED(...)                                                                                                    \
    {.cell = "closed",                                                                                                 \
     .workload = "download",                                                                                           \
     .runner = "coroutines",                                                                                           \
     .jobs = 1000,                                                                                                     \
     .wall_s = 1,                                                                                                      \
     .connections = "warm",                                                                                            \
     ##__VA_ARGS__}
    SAYS(1, hidden, OPEN(.params = "rate=100 arrivals=poisson url=http://h/"), CLOSED(.params = "url=http://h/"));
    /* Sleeps have no server that could be slow. */
    SAYS(1,
         "Sleeps (1,000 jobs, at most 10 at once; open): at 100 a second coroutines finished 99 % of the jobs within "
         "0.900 s of when they were due, though in the closed loop (closed) 99 % took at most 9.00 ms. That one lets "
         "the next job come only when a worker is free for it, instead of counting those that would have come "
         "meanwhile (coordinated omission).",
         AT_100("coroutines", 900, 890, .cell = "open"),
         {.cell = "closed", .runner = "coroutines", .jobs = 1000, .wall_s = 1});
    /* Other jobs, a closed loop that failed, one that saw the same: then it is counted. */
    static const char counted[] =
        "Downloads (1,000 pages, at most 10 at once; open): at 100 a second coroutines finished half "
        "of the jobs within 700 µs of "
        "when they were due, but 99 % only within 0.900 s: jobs went on arriving while the "
        "server was slow. A closed loop "
        "of 10 workers would have asked for nothing meanwhile, and counted at most 10 slow "
        "jobs each time, however long it "
        "took (coordinated omission).";
    SAYS(1, counted, OPEN(.params = "rate=100 url=http://h/"), CLOSED(.params = "url=http://other/"));
    SAYS(1, counted, OPEN(.params = "rate=100"), CLOSED(.state = "failed"));
    SAYS(1, "", OPEN(.params = "rate=100", .pacing_p99_ms = 600), CLOSED(.state = "failed"));
}

/* Fewer workers keep a server less busy, so theirs may be the shorter time for that alone: unless it stood still. */
static void a_closed_loop_of_fewer_is_held_against_a_stall(void **state)
{
    (void)state;
#define TOLD(response, at_once)                                                                                        \
    "Downloads (1,000 pages, at most 10 at once; open): at 100 a second coroutines finished 99 % of the jobs "         \
    "within " response " of when they were due, though in the closed loop (closed" at_once                             \
    ") 99 % took at most 9.00 ms. That one waits with a slow server instead of counting those who would have come "    \
    "meanwhile (coordinated omission)."
#define HALF_IN(half, most)                                                                                            \
    AT_100("coroutines", most, most, .cell = "open", .workload = "download", .connections = "warm",                    \
           .response_p50_ms = half)
    SAYS(1, "", HALF_IN(20, 50), CLOSED(.concurrency = 9));
    SAYS(1, TOLD("50.0 ms", ""), HALF_IN(20, 50), CLOSED());
    SAYS(1, TOLD("50.0 ms", ", 11 at once"), HALF_IN(20, 50), CLOSED(.concurrency = 11));
    SAYS(1, TOLD("50.0 ms", ", 9 at once"), HALF_IN(17, 50), CLOSED(.concurrency = 9));
    SAYS(1, TOLD("0.200 s", ", 9 at once"), HALF_IN(20, 200), CLOSED(.concurrency = 9));
}

/* Jobs that are long whenever they come are no sign that the server stood still. */
static void long_jobs_are_no_stall(void **state)
{
    (void)state;
#define MIXED "delay-ms=98x1,2x300"
    SAYS(1, "", OPEN(.params = "rate=100 delay-ms=1x1,1x890"));
    SAYS(1, "", OPEN_TAKING("coroutines", 599, 590, .params = "rate=100 " MIXED));
    /* A closed loop of them has seen 9 ms. */
    SAYS(1, "", OPEN_TAKING("coroutines", 17, 16, .params = "rate=100"), CLOSED(.params = ""));
    /* A server that stood still made them longer than any was to be. */
    struct run_data run;
    const struct made_up_lane lanes[] = {OPEN(.params = "rate=100 body-bytes=9 " MIXED),
                                         OPEN(.params = "rate=100 delay-ms=?")};
    for (size_t i = 0; i < COUNT(lanes); i++) {
        made_up_read(&run, &lanes[i], 1, 1);
        char *sentences = report_sentences(&run);
        assert_non_null(sentences);
        assert_non_null(strstr(sentences, "jobs went on arriving while the server was slow"));
        free(sentences);
        made_up_finish(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_closed_loop_hides_is_said),
        cmocka_unit_test(a_closed_loop_of_the_same_run_is_held_against_it),
        cmocka_unit_test(a_closed_loop_of_fewer_is_held_against_a_stall),
        cmocka_unit_test(long_jobs_are_no_stall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
