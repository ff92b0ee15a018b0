/* Tables printed for tests, and the runs they are of. */
#ifndef BENCH_TESTS_TABLE_SUPPORT_H
#define BENCH_TESTS_TABLE_SUPPORT_H

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

/* Not inlined: gcc 12 then takes the stream's buffer for a local of this function, and warns. */
__attribute__((noinline)) static char *print(const struct made_up_lane *lanes, size_t count, int blocks)
{
    struct run_data run;
    char *text = NULL;
    size_t size;
    made_up_read(&run, lanes, count, blocks);
    FILE *out = open_memstream(&text, &size);
    report_print(&run, out);
    assert_int_equal(fclose(out), 0);
    made_up_finish(&run);
    return text;
}

static void assert_has(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        fail_msg("'%s' is not in:\n%s", wanted, text ? text : "");
}

static void assert_lacks(const char *text, const char *unwanted)
{
    if (strcasestr(text, unwanted))
        fail_msg("'%s' is in:\n%s", unwanted, text ? text : "");
}

static const struct made_up_lane plain[] = {
    {.runner = "serial", .wall_s = 1, .noise = 0.01, .params = "delay-ms=100"},
    {.runner = "threads", .wall_s = 0.11, .noise = 0.01, .rss_kib = 20480, .params = "delay-ms=100"},
    {.runner = "coroutines", .wall_s = 0.1, .params = "delay-ms=100"},
    {.runner = "blocking-coroutines",
     .state = "unsupported",
     .reason = "no room for 10 of them",
     .params = "delay-ms=100"},
};

static const struct made_up_lane sweep[] = {
    {.cell = "s", .sweep = "s", .runner = "serial", .wall_s = 1},
    {.cell = "s/concurrency=2", .sweep = "s", .runner = "threads", .concurrency = 2, .wall_s = 0.5},
    {.cell = "s/concurrency=2", .sweep = "s", .runner = "coroutines", .concurrency = 2, .wall_s = 0.4},
    {.cell = "s/concurrency=10",
     .sweep = "s",
     .runner = "threads",
     .concurrency = 10,
     .state = "unsupported",
     .reason = "too many"},
    {.cell = "s/concurrency=10", .sweep = "s", .runner = "coroutines", .concurrency = 10, .wall_s = 0.1},
};

#endif
