/* Timers of bare libev: a callback each, no code of a job's own. The watchers lie in one array, as libev suggests. */
#include "sleepers.h"
#include <ev.h>

static long asleep, asleep_peak;

static void fired(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)timer;
    (void)events;
    if (--asleep == 0)
        ev_break(loop, EVBREAK_ALL);
}

int main(int argc, char **argv)
{
    long count = perf_argument(argc, argv, 1, 10000), delay_ms = perf_argument(argc, argv, 2, 1000);
    struct perf_span begin = perf_begin();
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer *timers = malloc((size_t)count * sizeof(*timers));
    if (!loop || !timers)
        return 1;
    for (long i = 0; i < count; i++) {
        ev_timer_init(&timers[i], fired, (double)delay_ms / 1e3, 0.);
        ev_now_update(loop); /* each sleeps from its own now */
        ev_timer_start(loop, &timers[i]);
        asleep_peak = ++asleep;
    }
    ev_run(loop, 0);
    sleepers_report("ev_sleepers", count, delay_ms, asleep_peak, perf_end(begin));
    free(timers);
    return 0;
}
