#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <iort/clock.h>
#include "clock_probe.h"

enum { SLEEPS = 50, ROUNDS = 10, READINGS = 200 };

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int sleep_until(int64_t deadline_ns)
{
    struct timespec deadline = {.tv_sec = deadline_ns / RT_NS_PER_S, .tv_nsec = deadline_ns % RT_NS_PER_S};
    int error;
    do
        error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    while (error == EINTR);
    return -error;
}

int clock_probe_lateness(struct clock_lateness *ret_lateness)
{
    int64_t late_ns[SLEEPS];
    int slack_ns = prctl(PR_GET_TIMERSLACK);
    prctl(PR_SET_TIMERSLACK, 1UL);
    int rc = 0;
    for (int i = 0; rc == 0 && i < SLEEPS; i++) {
        int64_t deadline_ns = rt_deadline_ns(RT_NS_PER_MS);
        rc = sleep_until(deadline_ns);
        late_ns[i] = rt_now_ns() - deadline_ns;
    }
    if (slack_ns > 0)
        prctl(PR_SET_TIMERSLACK, (unsigned long)slack_ns);
    if (rc < 0)
        return rc;
    qsort(late_ns, SLEEPS, sizeof(late_ns[0]), by_value);
    *ret_lateness = (struct clock_lateness){
        .median_ns = (late_ns[SLEEPS / 2 - 1] + late_ns[SLEEPS / 2]) / 2,
        .worst_ns = late_ns[SLEEPS - 1],
    };
    return 0;
}

double clock_probe_reading_ns(void)
{
    int64_t least_ns = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start_ns = rt_now_ns(), end_ns = start_ns;
        for (int i = 0; i < READINGS; i++)
            end_ns = rt_now_ns();
        if (end_ns - start_ns < least_ns)
            least_ns = end_ns - start_ns;
    }
    return (double)least_ns / READINGS;
}
