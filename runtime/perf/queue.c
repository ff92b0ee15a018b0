/* What does it cost to hand an item from one task to another through a queue? */
#include "perf.h"
#include <iort/iort.h>

struct passing {
    struct rt_queue *queue;
    long capacity, items, got;
};

static int get_all(void *arg)
{
    struct passing *passing = arg;
    void *item;
    while (rt_queue_get(passing->queue, &item, RT_FOREVER) == 0)
        passing->got++;
    return 0;
}

static int put_all(void *arg)
{
    struct passing *passing = arg;
    for (long i = 0; i < passing->items; i++)
        if (rt_queue_put(passing->queue, passing, RT_FOREVER) < 0)
            return -1;
    rt_queue_close(passing->queue);
    return 0;
}

static int run(void *arg)
{
    struct passing passing = *(struct passing *)arg;
    struct rt_task *getter, *putter;
    if (rt_queue_create(&passing.queue, (size_t)passing.capacity) < 0 ||
        rt_task_spawn(&getter, get_all, &passing) < 0 || rt_task_spawn(&putter, put_all, &passing) < 0)
        return -1;
    struct perf_span begin = perf_begin();
    rt_task_join(putter, NULL);
    rt_task_join(getter, NULL);
    struct perf_span span = perf_end(begin);
    rt_queue_destroy(passing.queue);
    if (passing.got != passing.items)
        return -1;
    char more[64];
    snprintf(more, sizeof(more), ",\"capacity\":%ld", passing.capacity);
    perf_report("queue", more, (double)passing.items, span);
    return 0;
}

/* perf_queue [CAPACITY [ITEMS]]: with room for one, every item is a switch. */
int main(int argc, char **argv)
{
    static const long all[] = {1, 16, 1024};
    long one = perf_argument(argc, argv, 1, 1), items = perf_argument(argc, argv, 2, 5000000);
    for (int i = 0; i < (argc > 1 ? 1 : 3); i++) {
        struct passing passing = {.capacity = argc > 1 ? one : all[i], .items = items};
        if (rt_run(run, &passing, NULL) < 0)
            return 1;
    }
    return 0;
}
