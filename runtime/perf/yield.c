/* What does it cost a task to let the next one run? */
#include "perf.h"
#include <iort/iort.h>

struct yielding {
    long tasks, yields; /* yields of each */
};

static int yield_often(void *arg)
{
    for (long i = 0; i < *(long *)arg; i++)
        rt_yield();
    return 0;
}

static int yield_all(struct yielding yielding, struct perf_span *ret_span)
{
    struct rt_task **tasks = calloc((size_t)yielding.tasks, sizeof(*tasks));
    if (!tasks)
        return -1;
    for (long i = 0; i < yielding.tasks; i++)
        if (rt_task_spawn(&tasks[i], yield_often, &yielding.yields) < 0)
            return -1;
    struct perf_span begin = perf_begin();
    for (long i = 0; i < yielding.tasks; i++)
        rt_task_join(tasks[i], NULL);
    *ret_span = perf_end(begin);
    free(tasks);
    return 0;
}

static int run(void *arg)
{
    struct yielding yielding = *(struct yielding *)arg;
    struct perf_span span;
    /* The first time is for the stacks. */
    if (yield_all((struct yielding){yielding.tasks, 10}, &span) < 0 || yield_all(yielding, &span) < 0)
        return -1;
    char more[64];
    snprintf(more, sizeof(more), ",\"tasks\":%ld", yielding.tasks);
    perf_report("yield", more, (double)yielding.tasks * (double)yielding.yields, span);
    return 0;
}

/* perf_yield [TASKS [YIELDS OF ALL]] */
int main(int argc, char **argv)
{
    static const long all[] = {1, 2, 100, 10000};
    long one = perf_argument(argc, argv, 1, 1), yields = perf_argument(argc, argv, 2, 10000000);
    const long *counts = argc > 1 ? &one : all;
    for (int i = 0; i < (argc > 1 ? 1 : 4); i++) {
        struct yielding yielding = {counts[i], yields / counts[i]};
        if (rt_run(run, &yielding, NULL) < 0)
            return 1;
    }
    return 0;
}
