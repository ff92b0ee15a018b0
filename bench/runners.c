#include <string.h>
#include "runners.h"

/* clang-format off */
const struct runner runners[] = {
    { .name = "serial", .wait = &wait_blocking, .sched = &sched_inline,
      .label = "one after another (serial)", .subject = "one after another",
      .summary = "one thread, one job after another" },
    { .name = "threads", .wait = &wait_blocking, .sched = &sched_pthread, .concurrent = true,
      .label = "thread pool", .subject = "a thread pool",
      .summary = "a pool of N threads, each waiting in the kernel" },
    { .name = "coroutines", .wait = &wait_awaiting, .sched = &sched_task, .concurrent = true,
      .label = "coroutines", .subject = "coroutines", .plural = true,
      .summary = "N coroutines on one event loop (epoll) in one thread" },
    { .name = "blocking-coroutines", .wait = &wait_blocking, .sched = &sched_task, .concurrent = true,
      .label = "coroutines that block", .subject = "coroutines that make blocking calls", .plural = true,
      .summary = "the beginner's mistake on purpose: blocking calls inside coroutines" },
    { .name = "null", .wait = &wait_blocking, .sched = &sched_inline, .skips_jobs = true,
      .label = "empty jobs (the harness alone)", .subject = "the harness without jobs",
      .summary = "does no job at all: what the harness itself costs" },
    { .name = NULL },
};
/* clang-format on */

const struct runner *runner_find(const char *name)
{
    for (const struct runner *runner = runners; runner->name; runner++)
        if (strcmp(runner->name, name) == 0)
            return runner;
    return NULL;
}

const char *const *runner_names(void)
{
    static const char *names[sizeof(runners) / sizeof(runners[0])];
    for (size_t i = 0; runners[i].name; i++)
        names[i] = runners[i].name;
    return names;
}
