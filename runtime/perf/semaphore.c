/* What does a permit cost: one that is free, and one that many wait for and is handed from task to task? */
#include "perf.h"
#include <iort/iort.h>

struct holding {
    struct rt_semaphore semaphore;
    long tasks, rounds;
};

static int hold_often(void *arg)
{
    struct holding *holding = arg;
    for (long i = 0; i < holding->rounds; i++) {
        if (rt_semaphore_acquire(&holding->semaphore, RT_FOREVER) < 0)
            return -1;
        if (holding->tasks > 1)
            rt_yield(); /* while it is held the others come to want it */
        rt_semaphore_release(&holding->semaphore);
    }
    return 0;
}

static int run(void *arg)
{
    struct holding *holding = arg;
    struct rt_task **tasks = calloc((size_t)holding->tasks, sizeof(*tasks));
    if (!tasks)
        return -1;
    rt_semaphore_init(&holding->semaphore, 1);
    for (long i = 0; i < holding->tasks; i++)
        if (rt_task_spawn(&tasks[i], hold_often, holding) < 0)
            return -1;
    struct perf_span begin = perf_begin();
    for (long i = 0; i < holding->tasks; i++)
        rt_task_join(tasks[i], NULL);
    struct perf_span span = perf_end(begin);
    rt_semaphore_finish(&holding->semaphore);
    char more[64];
    snprintf(more, sizeof(more), ",\"tasks\":%ld", holding->tasks);
    perf_report("semaphore", more, (double)holding->tasks * (double)holding->rounds, span);
    free(tasks);
    return 0;
}

/* perf_semaphore [TASKS [PERMITS OF ALL]]: one task is never made to wait. */
int main(int argc, char **argv)
{
    static const long all[] = {1, 2, 100, 10000};
    long one = perf_argument(argc, argv, 1, 1), permits = perf_argument(argc, argv, 2, 5000000);
    for (int i = 0; i < (argc > 1 ? 1 : 4); i++) {
        struct holding holding = {.tasks = argc > 1 ? one : all[i]};
        holding.rounds = holding.tasks < permits ? permits / holding.tasks : 1;
        if (rt_run(run, &holding, NULL) < 0)
            return 1;
    }
    return 0;
}
