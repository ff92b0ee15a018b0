/* What does it cost a task to let the next one run? */
#include "cpu_clock.h"
#include <iort/iort.h>
#include <stdio.h>
#include <stdlib.h>

enum { YIELDS = 10000000 };

struct yielding {
    int tasks, yields;
};

static int yield_often(void *arg)
{
    for (int i = 0; i < *(int *)arg; i++)
        rt_yield();
    return 0;
}

static int run(void *arg)
{
    struct yielding *yielding = arg;
    struct rt_task **tasks = calloc((size_t)yielding->tasks, sizeof(*tasks));
    if (!tasks)
        return -1;
    for (int i = 0; i < yielding->tasks; i++)
        if (rt_task_spawn(&tasks[i], yield_often, &yielding->yields) < 0)
            return -1;
    int64_t start = cpu_now_ns();
    for (int i = 0; i < yielding->tasks; i++)
        rt_task_join(tasks[i], NULL);
    printf("{\"program\":\"yield\",\"tasks\":%d,\"ns_per_op\":%.2f}\n", yielding->tasks,
           (double)(cpu_now_ns() - start) / ((double)yielding->tasks * yielding->yields));
    free(tasks);
    return 0;
}

int main(void)
{
    static const int counts[] = {1, 2, 100, 10000};
    for (int i = 0; i < 4; i++) {
        struct yielding yielding = {counts[i], YIELDS / counts[i]};
        if (rt_run(run, &yielding, NULL) < 0)
            return 1;
    }
    return 0;
}
