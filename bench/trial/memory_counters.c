#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>
#include "memory_counters.h"

/* 32 pages on the way and 32 to be past the threshold with what leaves, at the page size of most machines. */
enum { SETTLING_BYTES = 256 * 1024 };

static void come_and_leave(int protection, int flags, int fd)
{
    void *pages = mmap(NULL, SETTLING_BYTES, protection, flags | MAP_POPULATE, fd, 0);
    if (pages != MAP_FAILED)
        munmap(pages, SETTLING_BYTES);
}

void memory_counters_settle(void)
{
    int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (program >= 0) {
        come_and_leave(PROT_READ, MAP_PRIVATE, program);
        close(program);
    }
    come_and_leave(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
    come_and_leave(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

void memory_counters_settle_all(void)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
        return;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (CPU_ISSET(cpu, &allowed) && sched_setaffinity(0, sizeof(one), &one) == 0)
            memory_counters_settle();
    }
    sched_setaffinity(0, sizeof(allowed), &allowed);
}
