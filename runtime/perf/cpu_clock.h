/* CPU time of this process, ns: for programs that never wait, and so that what else the machine does is not counted. */
#ifndef PERF_CPU_CLOCK_H
#define PERF_CPU_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t cpu_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif
