/* Timers of libuv: a callback each, no code of a job's own. */
#include "sleepers.h"
#include <uv.h>

static long asleep, asleep_peak;

static void fired(uv_timer_t *timer)
{
    asleep--;
    uv_close((uv_handle_t *)timer, NULL);
}

int main(int argc, char **argv)
{
    long count = perf_argument(argc, argv, 1, 10000), delay_ms = perf_argument(argc, argv, 2, 1000);
    struct perf_span begin = perf_begin();
    uv_loop_t *loop = uv_default_loop();
    uv_timer_t *timers = malloc((size_t)count * sizeof(*timers));
    if (!loop || !timers)
        return 1;
    for (long i = 0; i < count; i++) {
        uv_timer_init(loop, &timers[i]);
        uv_update_time(loop); /* each sleeps from its own now */
        uv_timer_start(&timers[i], fired, (uint64_t)delay_ms, 0);
        asleep_peak = ++asleep;
    }
    uv_run(loop, UV_RUN_DEFAULT);
    sleepers_report("uv_sleepers", count, delay_ms, asleep_peak, perf_end(begin));
    free(timers);
    return asleep != 0;
}
