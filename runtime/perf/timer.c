/* What does a deadline cost: one that is set and met by something else first, and one that passes? */
#include "perf.h"
#include <iort/iort.h>

struct timers {
    long waiting, rounds;
    struct rt_event never, go;
    long parked, done;
};

/* Far deadlines, so that those that are set and cancelled meet a heap of this many. */
static int wait_far(void *arg)
{
    struct timers *timers = arg;
    timers->parked++;
    rt_event_wait(&timers->never, rt_deadline_ns(3600 * RT_NS_PER_S + timers->parked * RT_NS_PER_US));
    return 0;
}

static int wake(void *arg)
{
    for (;;) {
        rt_event_set(arg);
        if (rt_yield() < 0)
            return 0;
    }
}

static int set_and_cancel(void *arg)
{
    struct timers *timers = arg;
    struct rt_task *waker;
    rt_event_init(&timers->never);
    rt_event_init(&timers->go);
    for (long i = 0; i < timers->waiting; i++)
        if (rt_task_spawn(NULL, wait_far, timers) < 0)
            return -1;
    while (timers->parked < timers->waiting)
        rt_yield();
    if (rt_task_spawn(&waker, wake, &timers->go) < 0)
        return -1;
    struct perf_span begin = perf_begin();
    for (long i = 0; i < timers->rounds; i++) {
        rt_event_clear(&timers->go);
        if (rt_event_wait(&timers->go, rt_deadline_ns(60 * RT_NS_PER_S)) < 0)
            return -1;
    }
    struct perf_span span = perf_end(begin);
    char more[96];
    snprintf(more, sizeof(more), ",\"case\":\"set, woken, cancelled\",\"others\":%ld", timers->waiting);
    perf_report("timer", more, (double)timers->rounds, span);
    rt_event_set(&timers->never);
    rt_task_cancel(waker);
    rt_task_join(waker, NULL);
    return 0;
}

static int sleep_often(void *arg)
{
    struct timers *timers = arg;
    for (long i = 0; i < timers->rounds; i++)
        rt_sleep_ns(1);
    timers->done++;
    return 0;
}

/* Each is past when it is looked at: nothing waits for the clock, so all of it is work. */
static int fire(void *arg)
{
    struct timers *timers = arg;
    for (long i = 0; i < timers->waiting; i++)
        if (rt_task_spawn(NULL, sleep_often, timers) < 0)
            return -1;
    struct perf_span begin = perf_begin();
    while (timers->done < timers->waiting)
        rt_sleep_ns(1);
    struct perf_span span = perf_end(begin);
    char more[96];
    snprintf(more, sizeof(more), ",\"case\":\"set, passed, fired\",\"others\":%ld", timers->waiting);
    perf_report("timer", more, (double)timers->waiting * (double)timers->rounds, span);
    return 0;
}

/* perf_timer [DEADLINES THERE ARE MEANWHILE [ROUNDS [cancelled|fired]]]: rounds of all together; one case, or both */
int main(int argc, char **argv)
{
    static const long all[] = {1, 1000, 10000};
    long one = perf_argument(argc, argv, 1, 1), rounds = perf_argument(argc, argv, 2, 1000000);
    for (int i = 0; i < (argc > 1 ? 1 : 3); i++) {
        long waiting = argc > 1 ? one : all[i];
        struct timers cancelled = {.waiting = waiting, .rounds = rounds};
        struct timers fired = {.waiting = waiting, .rounds = waiting < rounds ? rounds / waiting : 1};
        if (perf_case(argc, argv, 3, "cancelled") && rt_run(set_and_cancel, &cancelled, NULL) < 0)
            return 1;
        if (perf_case(argc, argv, 3, "fired") && rt_run(fire, &fired, NULL) < 0)
            return 1;
    }
    return 0;
}
