/* Made-up lanes of jobs that arrived at a rate. */
#ifndef BENCH_TESTS_RATE_SUPPORT_H
#define BENCH_TESTS_RATE_SUPPORT_H

#include "test_sentences_support.h"

#define JOBS "Sleeps (1,000 jobs, at most 10 at once): "

/* A point of a sweep: 1000 jobs of 10 workers, done as they came, but for what is said. */
#define POINT(of_runner, rate, response, ...)                                                                          \
    {                                                                                                                  \
        .cell = "s/rate=" #rate, .sweep = "s", .runner = of_runner, .params = "rate=" #rate, .jobs = 1000,             \
        .wall_s = 1000.0 / rate, .offered_per_s = rate, .response_p99_ms = response, ##__VA_ARGS__                     \
    }
/* Of so few jobs that a 99th percentile is not known. */
#define FEW(of_runner, rate, of_jobs)                                                                                  \
    {                                                                                                                  \
        .cell = "s/rate=" #rate, .sweep = "s", .runner = of_runner, .params = "rate=" #rate, .jobs = of_jobs,          \
        .wall_s = of_jobs / (double)rate, .offered_per_s = rate                                                        \
    }
/* A cell of its own: 1000 jobs at 100 a second. */
#define AT_100(of_runner, response, service, ...)                                                                      \
    {                                                                                                                  \
        .runner = of_runner, .jobs = 1000, .wall_s = 10, .offered_per_s = 100, .response_p99_ms = response,            \
        .service_p99_ms = service, ##__VA_ARGS__                                                                       \
    }
#define PILED .flags = "saturated"

#endif
