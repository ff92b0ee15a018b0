/* What does gathering cost? 100 tasks that yield once: spawned, gathered, released; and joined one by one instead. Then
 * 100 that are done already, where gathering is all there is. */
#include "cpu_clock.h"
#include <iort/iort.h>
#include <stdio.h>

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

static double per_task(int64_t start)
{
    return (double)(cpu_now_ns() - start) / ((double)TASKS * ROUNDS);
}

static int run(void *arg)
{
    (void)arg;
    int64_t start = cpu_now_ns();
    for (int round = 0; round < ROUNDS; round++) {
        spawn_all();
        if (rt_gather(tasks, TASKS, results, RT_GATHER_STOP_ON_ERROR) < 0)
            return -1;
        release_all();
    }
    double gathered = per_task(start);
    start = cpu_now_ns();
    for (int round = 0; round < ROUNDS; round++) {
        spawn_all();
        for (int i = 0; i < TASKS; i++)
            rt_task_join(tasks[i], &results[i]);
    }
    double joined = per_task(start);
    spawn_all();
    rt_gather(tasks, TASKS, results, RT_GATHER_STOP_ON_ERROR);
    start = cpu_now_ns();
    for (int round = 0; round < ROUNDS; round++)
        rt_gather(tasks, TASKS, results, RT_GATHER_STOP_ON_ERROR);
    double finished = per_task(start);
    release_all();
    printf("{\"program\":\"gather\",\"tasks\":%d,\"ns_per_task\":%.2f,\"joined_ns_per_task\":%.2f,"
           "\"finished_ns_per_task\":%.2f}\n",
           TASKS, gathered, joined, finished);
    return 0;
}

int main(void)
{
    return rt_run(run, NULL, NULL) < 0;
}
