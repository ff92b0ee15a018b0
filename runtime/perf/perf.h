/* What the programs here and the C programs of scripts/peers share: two clocks, the peak of memory, and the line on
 * stdout. */
#ifndef PERF_H
#define PERF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline int64_t perf_clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* CPU time of this process, ns: for what never waits, so that what else the machine does is not counted. */
static inline int64_t cpu_now_ns(void)
{
    return perf_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static inline int64_t wall_now_ns(void)
{
    return perf_clock_ns(CLOCK_MONOTONIC);
}

/* VmHWM: unlike ru_maxrss it does not remember the process that called exec. 0 where /proc is not there. */
static inline long rss_peak_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof(line), status))
        if (sscanf(line, "VmHWM: %ld", &kib) == 1)
            break;
    if (status)
        fclose(status);
    return kib;
}

struct perf_span {
    int64_t wall_ns, cpu_ns;
};

static inline struct perf_span perf_begin(void)
{
    return (struct perf_span){.wall_ns = wall_now_ns(), .cpu_ns = cpu_now_ns()};
}

static inline struct perf_span perf_end(struct perf_span begin)
{
    return (struct perf_span){.wall_ns = wall_now_ns() - begin.wall_ns, .cpu_ns = cpu_now_ns() - begin.cpu_ns};
}

/*
 * One line of JSON. ns_per_op is CPU time. The peak of memory is read here, so before anything is freed.
 *
 * @param more  what else there is to say, as JSON members each with a comma before it; "" for nothing
 */
static inline void perf_report(const char *program, const char *more, double ops, struct perf_span span)
{
    printf(
        "{\"program\":\"%s\"%s,\"ops\":%.0f,\"wall_s\":%.6f,\"cpu_s\":%.6f,\"ns_per_op\":%.2f,\"rss_peak_kib\":%ld}\n",
        program, more, ops, (double)span.wall_ns / 1e9, (double)span.cpu_ns / 1e9, (double)span.cpu_ns / ops,
        rss_peak_kib());
    fflush(stdout);
}

/* The number in argv[index], or the default where there are not so many. Ends the program where it is none. */
static inline long perf_argument(int argc, char **argv, int index, long otherwise)
{
    if (index >= argc)
        return otherwise;
    char *end;
    long value = strtol(argv[index], &end, 10);
    if (*end || end == argv[index] || value < 1) {
        fprintf(stderr, "%s: \"%s\" is not a number above 0\n", argv[0], argv[index]);
        exit(2);
    }
    return value;
}

/* Whether argv[index] asks for this case, or there are not so many arguments and all are run. */
static inline bool perf_case(int argc, char **argv, int index, const char *name)
{
    return index >= argc || strcmp(argv[index], name) == 0;
}

#endif
