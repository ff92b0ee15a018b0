/* What does gathering cost? 100 tasks that yield once: spawned, gathered, released; and joined one by one instead. Then
 * 100 that are done already, where gathering is all there is. */
#include "perf.h"
#include <iort/iort.h>

enum { TASKS = 100, ROUNDS = 20000 };

static struct rt_task *tasks[TASKS];
static int results[TASKS];

static int yield_once(void *arg)
{
    (void)arg;
    return rt_yield();
}

static void spawn_all(void)
{
    for (int i = 0; i < TASKS; i++)
        if (rt_task_spawn(&tasks[i], yield_once, NULL) < 0)
            __builtin_trap();
}

static void release_all(void)
{
    for (int i = 0; i < TASKS; i++)
        rt_task_release(tasks[i]);
}

static void report(const char *how, struct perf_span begin)
{
    char more[64];
    snprintf(more, sizeof(more), ",\"how\":\"%s\",\"tasks\":%d", how, TASKS);
    perf_report("gather", more, (double)TASKS * ROUNDS, perf_end(begin));
}

static int run(void *arg)
{
    (void)arg;
    struct perf_span begin = perf_begin();
    for (int round = 0; round < ROUNDS; round++) {
        spawn_all();
        if (rt_gather(tasks, TASKS, results, RT_GATHER_STOP_ON_ERROR) < 0)
            return -1;
        release_all();
    }
    report("gathered", begin);
    begin = perf_begin();
    for (int round = 0; round < ROUNDS; round++) {
        spawn_all();
        for (int i = 0; i < TASKS; i++)
            rt_task_join(tasks[i], &results[i]);
    }
    report("joined", begin);
    spawn_all();
    rt_gather(tasks, TASKS, results, RT_GATHER_STOP_ON_ERROR);
    begin = perf_begin();
    for (int round = 0; round < ROUNDS; round++)
        rt_gather(tasks, TASKS, results, RT_GATHER_STOP_ON_ERROR);
    report("finished before", begin);
    release_all();
    return 0;
}

int main(void)
{
    return rt_run(run, NULL, NULL) < 0;
}
