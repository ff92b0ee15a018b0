#include <time.h>
#include <iort/clock.h>
#include "process_cpu.h"

int64_t process_cpu_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec time;
    if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) < 0)
        return -1;
    return (int64_t)time.tv_sec * RT_NS_PER_S + time.tv_nsec;
}
