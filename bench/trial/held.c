#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "held.h"
#include "memory_counters.h"
#include "../cpus.h"

static int arena_max;

int held_apply(const char *client_cpus, struct failure *ret_failure)
{
    cpu_set_t set;
    memory_counters_settle(); /* of the CPU that the program was loaded on, which may not be among them */
    if (client_cpus) {
        if (cpus_parse(client_cpus, &set, ret_failure) < 0)
            return -1;
        if (sched_setaffinity(0, sizeof(set), &set) < 0)
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot run on CPUs %s: %s", client_cpus,
                               strerror(errno));
    } else {
        sched_getaffinity(0, sizeof(set), &set);
    }

    /* One arena for each CPU, and one more: glibc's default of eight each would make a pool's memory look worse than it need be. */
    arena_max = CPU_COUNT(&set) + 1;
    mallopt(M_ARENA_MAX, arena_max);

    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    /* nanosleep may be 50 us late by default, a timerfd is not: without slack both are as exact as the kernel can be. */
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    /* A huge page under one runner's stacks or heap and not under another's would decide the memory column. */
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    return 0;
}

json_t *held_json(void)
{
    cpu_set_t set;
    char cpus[256] = "";
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        cpus_format(&set, cpus, sizeof(cpus));
    struct rlimit files = {0};
    getrlimit(RLIMIT_NOFILE, &files);
    return json_pack("{s:i, s:I, s:i, s:b, s:I, s:s}", "timer_slack_ns", prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0),
                     "thread_stack_kib", (json_int_t)(WORKER_STACK_BYTES / 1024), "malloc_arena_max", arena_max,
                     "thp_disabled", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1, "nofile", (json_int_t)files.rlim_cur,
                     "client_cpus", cpus);
}
