#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <iort/clock.h>
#include "process_cpu.h"

static int64_t clock_ns(clockid_t clock)
{
    struct timespec time;
    return clock_gettime(clock, &time) < 0 ? -1 : (int64_t)time.tv_sec * RT_NS_PER_S + time.tv_nsec;
}

int64_t process_cpu_ns(pid_t pid)
{
    clockid_t clock;
    return pid > 0 && clock_getcpuclockid(pid, &clock) == 0 ? clock_ns(clock) : -1;
}

/* The clock of a thread of this process by its number; libc makes one from a pthread_t only, which we do not have.
 * Source: MAKE_THREAD_CPUCLOCK(tid, CPUCLOCK_SCHED) of linux/posix-timers.h, part of what programs may rely on. */
static clockid_t thread_clock(int tid)
{
    return (clockid_t)(~(unsigned)tid << 3 | 4 | 2);
}

static void ask_all_threads(int tasks_fd)
{
    /* No opendir: its buffer would be in the peak of memory. */
    char entries[1024];
    ssize_t size;
    while ((size = getdents64(tasks_fd, entries, sizeof(entries))) > 0) {
        for (ssize_t at = 0; at < size;) {
            const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
            int tid = atoi(entry->d_name);
            if (tid > 0)
                clock_ns(thread_clock(tid));
            at += entry->d_reclen;
        }
    }
}

int64_t process_cpu_settle(void)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0 && CPU_COUNT(&cpus) == 1)
        return 0;
    int64_t begin_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ask_all_threads(fd);
    close(fd);
    return clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin_ns;
}
