#include <iort/clock.h>
#include <time.h>

int64_t rt_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * RT_NS_PER_S + now.tv_nsec;
}

int64_t rt_deadline_ns(int64_t duration_ns)
{
    int64_t now = rt_now_ns();
    if (duration_ns <= 0)
        return now;
    return duration_ns > RT_FOREVER - now ? RT_FOREVER : now + duration_ns;
}
