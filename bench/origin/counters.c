#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <iort/clock.h>
#include "counters.h"

static uint64_t take(_Atomic uint64_t *counter, bool reset)
{
    return reset ? atomic_exchange_explicit(counter, 0, memory_order_relaxed)
                 : atomic_load_explicit(counter, memory_order_relaxed);
}

void counters_begin(struct counters *counters)
{
    clockid_t clock;
    if (pthread_getcpuclockid(pthread_self(), &clock) == 0)
        atomic_store(&counters->cpu_clock, clock);
}

/* CPU time since the last reset. Of another thread of the same process it is exact, even while that runs. */
static int64_t take_cpu_ns(struct counters *loop, bool reset)
{
    clockid_t clock = atomic_load(&loop->cpu_clock);
    struct timespec time;
    if (clock == 0 || clock_gettime(clock, &time) < 0)
        return 0;
    int64_t now_ns = (int64_t)time.tv_sec * RT_NS_PER_S + time.tv_nsec;
    return now_ns - (reset ? atomic_exchange(&loop->cpu_taken_ns, now_ns) : atomic_load(&loop->cpu_taken_ns));
}

size_t counters_json(const struct counters_set *set, bool reset, char *buffer, size_t size)
{
    struct lateness_sum late = {.count = 0};
    uint64_t requests = 0, warmup_requests = 0, refused = 0, connections = 0;
    int64_t cpu_ns = 0, busiest_cpu_ns = 0;
    for (unsigned i = 0; i < set->loop_count; i++) {
        struct counters *loop = &set->loops[i];
        requests += take(&loop->requests, reset);
        warmup_requests += take(&loop->warmup_requests, reset);
        refused += take(&loop->refused, reset);
        connections += take(&loop->connections, reset);
        lateness_collect(&loop->lateness, reset, &late);
        int64_t loop_cpu_ns = take_cpu_ns(loop, reset);
        cpu_ns += loop_cpu_ns;
        busiest_cpu_ns = loop_cpu_ns > busiest_cpu_ns ? loop_cpu_ns : busiest_cpu_ns;
    }
    int length = snprintf(
        buffer, size,
        "{\"requests\":%" PRIu64 ",\"warmup_requests\":%" PRIu64 ",\"delayed\":%" PRIu64 ",\"late_p50_ns\":%" PRId64
        ",\"late_p99_ns\":%" PRId64 ",\"late_max_ns\":%" PRId64 ",\"connections\":%" PRIu64 ",\"refused\":%" PRIu64
        ",\"loops\":%u,\"cpu_ns\":%" PRId64 ",\"busiest_cpu_ns\":%" PRId64 "}\n",
        requests, warmup_requests, late.count, lateness_quantile_ns(&late, 0.5), lateness_quantile_ns(&late, 0.99),
        late.count > 0 ? late.max_ns : -1, connections, refused, set->loop_count, cpu_ns, busiest_cpu_ns);
    return (size_t)length < size ? (size_t)length : size - 1;
}
