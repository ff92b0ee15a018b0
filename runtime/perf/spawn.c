/* What does it cost to create a task, run it and take its result? One after another, and many at once. */
#include "cpu_clock.h"
#include <iort/iort.h>
#include <stdio.h>
#include <stdlib.h>

enum { SPAWNS = 2000000 };

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int run(void *arg)
{
    int at_once = *(int *)arg;
    struct rt_task **tasks = calloc((size_t)at_once, sizeof(*tasks));
    if (!tasks)
        return -1;
    int64_t start = cpu_now_ns();
    for (int done = 0; done < SPAWNS; done += at_once) {
        for (int i = 0; i < at_once; i++)
            if (rt_task_spawn(&tasks[i], do_nothing, NULL) < 0)
                return -1;
        for (int i = 0; i < at_once; i++)
            rt_task_join(tasks[i], NULL);
    }
    printf("{\"program\":\"spawn\",\"at_once\":%d,\"ns_per_op\":%.2f}\n", at_once,
           (double)(cpu_now_ns() - start) / SPAWNS);
    free(tasks);
    return 0;
}

int main(void)
{
    static const int counts[] = {1, 100, 10000};
    for (int i = 0; i < 3; i++)
        if (rt_run(run, (void *)&counts[i], NULL) < 0)
            return 1;
    return 0;
}
