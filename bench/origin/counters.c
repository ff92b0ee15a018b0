#include <inttypes.h>
#include <stdio.h>
#include "counters.h"

static uint64_t take(_Atomic uint64_t *counter, bool reset)
{
    return reset ? atomic_exchange_explicit(counter, 0, memory_order_relaxed)
                 : atomic_load_explicit(counter, memory_order_relaxed);
}

size_t counters_json(const struct counters_set *set, bool reset, char *buffer, size_t size)
{
    struct lateness_sum late = {.count = 0};
    uint64_t requests = 0, warmup_requests = 0, refused = 0, connections = 0;
    for (unsigned i = 0; i < set->loop_count; i++) {
        struct counters *loop = &set->loops[i];
        requests += take(&loop->requests, reset);
        warmup_requests += take(&loop->warmup_requests, reset);
        refused += take(&loop->refused, reset);
        connections += take(&loop->connections, reset);
        lateness_collect(&loop->lateness, reset, &late);
    }
    int length = snprintf(buffer, size,
                          "{\"requests\":%" PRIu64 ",\"warmup_requests\":%" PRIu64 ",\"delayed\":%" PRIu64
                          ",\"late_p50_ns\":%" PRId64 ",\"late_p99_ns\":%" PRId64 ",\"late_max_ns\":%" PRId64
                          ",\"connections\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"loops\":%u}\n",
                          requests, warmup_requests, late.count, lateness_quantile_ns(&late, 0.5),
                          lateness_quantile_ns(&late, 0.99), late.count > 0 ? late.max_ns : -1, connections, refused,
                          set->loop_count);
    return (size_t)length < size ? (size_t)length : size - 1;
}
