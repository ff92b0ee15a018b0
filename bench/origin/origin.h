/*
 * The test server as the bench sees it: run it in this process (`iorace serve`), or as a child beside a run.
 */
#ifndef BENCH_ORIGIN_ORIGIN_H
#define BENCH_ORIGIN_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include "../failure.h"

struct origin_options {
    const char *host; /**< numeric address; NULL: 127.0.0.1 */
    uint16_t port;    /**< 0: any free one */
    const char
        *cpus; /**< CPU list such as "1" or "0-2,4"; NULL: as inherited. One loop (and thread) each CPU allowed */
    bool announce_json; /**< announce on stdout as {"url":...,"pid":...,"loops":N} instead of a sentence */
};

/**
 * Serve until SIGTERM or SIGINT (or, as a child, until the parent has died). Announces its URL on stdout once it listens.
 *
 * Returns 0 after a clean end, or -1 with the reason (port in use, descriptors...). Context: the main thread; blocks.
 */
int origin_serve(const struct origin_options *options, struct failure *ret_failure);

/** A server that runs as a child of this process. */
struct origin {
    pid_t pid;
    char url[64];        /**< "http://127.0.0.1:PORT", no slash at the end */
    unsigned loop_count; /**< threads it serves with */
};

/**
 * Start `iorace serve` (this very executable) as a child and wait until it listens.
 *
 * @param cpus        the CPUs it shall run on, as in origin_options
 * @param ret_origin  written on success only
 *
 * Returns 0 or -1. The child dies with its parent (PR_SET_PDEATHSIG). The caller ends it with origin_stop.
 */
int origin_start(struct origin *ret_origin, const char *cpus, struct failure *ret_failure);

/** Returns whether the child still runs (waitpid without waiting; a dead one is reaped and its pid set to 0). */
bool origin_alive(struct origin *origin);

/** End the child: SIGTERM, and SIGKILL after 2 s; reap it. A pid of 0 is allowed. */
void origin_stop(struct origin *origin);

/** The server's own timings since the counters were last taken; warm-up requests (their User-Agent says so) not counted. */
struct origin_stats {
    uint64_t requests; /**< answered, warm-up excluded */
    uint64_t warmup_requests;
    uint64_t delayed;    /**< requests that asked for a delay: the lateness below is theirs */
    int64_t late_p50_ns; /**< how much later than asked the answer began; -1 where delayed is 0 */
    int64_t late_p99_ns;
    int64_t late_max_ns;
    int64_t cpu_ns;         /**< CPU time of its loops together */
    int64_t busiest_cpu_ns; /**< of the one that had the most: connections fall to the loops by chance */
};

/**
 * Fetch and reset the counters: GET /stats?reset=1 (JSON), within 5 s.
 *
 * Returns 0, or -1 (server gone, garbled answer). Context: any thread; blocks.
 */
int origin_take_stats(const struct origin *origin, struct origin_stats *ret_stats, struct failure *ret_failure);

/** What warm-up requests carry, so that any server's log can tell them. */
#define WARMUP_USER_AGENT "iorace-warmup"

#endif
