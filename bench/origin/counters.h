/* What a loop of the server counts, and the sum over all loops that /stats shows. */
#ifndef BENCH_ORIGIN_COUNTERS_H
#define BENCH_ORIGIN_COUNTERS_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "lateness.h"

/** Written by one loop, read by any. All zeros is the start. On cache lines of its own, or loops would slow each other.
 */
struct counters {
    alignas(64) _Atomic uint64_t requests; /**< answered; without warm-up and without /stats itself */
    _Atomic uint64_t warmup_requests;
    _Atomic uint64_t refused;     /**< malformed, too large or too slow: answered with an error and closed */
    _Atomic uint64_t connections; /**< accepted */
    struct lateness lateness;     /**< of answers that were to be late */
    _Atomic clockid_t cpu_clock;  /**< of the loop's thread, once it runs; until then 0 */
    _Atomic int64_t cpu_taken_ns; /**< what that clock said when the counters were last reset */
};

/** Those of all loops. */
struct counters_set {
    struct counters *loops;
    unsigned loop_count;
};

static inline void counters_add(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/** Say that the calling thread is the loop whose counters these are: its CPU time is theirs. */
void counters_begin(struct counters *counters);

/**
 * Write the sums as a JSON object and a newline.
 *
 * @param reset   count from zero afterwards; what happens meanwhile is counted before or after, never lost
 * @param buffer  COUNTERS_JSON_BYTES are enough
 *
 * Returns the length without the terminator. Context: any thread.
 */
size_t counters_json(const struct counters_set *set, bool reset, char *buffer, size_t size);

#define COUNTERS_JSON_BYTES 512

#endif
