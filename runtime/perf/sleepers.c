/* What do very many tasks cost that are all asleep at once? Time beyond the sleep, CPU, and the peak of memory. */
#include "perf.h"
#include <iort/iort.h>

struct sleepers {
    long count, delay_ms;
    bool own_stacks;
    struct rt_event all_done;
    long asleep, asleep_peak, left;
};

static int sleep_once(void *arg)
{
    struct sleepers *all = arg;
    if (++all->asleep > all->asleep_peak)
        all->asleep_peak = all->asleep;
    rt_sleep_ns(all->delay_ms * RT_NS_PER_MS);
    all->asleep--;
    if (--all->left == 0)
        rt_event_set(&all->all_done);
    return 0;
}

/* The one line that says whose stacks are put aside while they wait. */
static int spawn_sleeper(struct sleepers *all)
{
    return rt_task_spawn_with(NULL, sleep_once, all, &(struct rt_task_options){.parkable = !all->own_stacks});
}

static int run(void *arg)
{
    struct sleepers *all = arg;
    rt_event_init(&all->all_done);
    struct perf_span begin = perf_begin();
    for (long i = 0; i < all->count; i++)
        if (spawn_sleeper(all) < 0)
            return -1;
    if (rt_event_wait(&all->all_done, RT_FOREVER) < 0)
        return -1;
    struct perf_span span = perf_end(begin);
    rt_event_finish(&all->all_done);
    char more[160];
    snprintf(more, sizeof(more), ",\"stacks\":\"%s\",\"delay_ms\":%ld,\"beyond_s\":%.6f,\"asleep_peak\":%ld",
             all->own_stacks ? "own" : "parked", all->delay_ms,
             (double)span.wall_ns / 1e9 - (double)all->delay_ms / 1e3, all->asleep_peak);
    perf_report("sleepers", more, (double)all->count, span);
    return 0;
}

/* perf_sleepers [COUNT [DELAY_MS [--stack]]] */
int main(int argc, char **argv)
{
    struct sleepers *all = calloc(1, sizeof(*all)); /* not on a stack: its address is handed to every task */
    if (!all)
        return 1;
    all->own_stacks = argc > 1 && strcmp(argv[argc - 1], "--stack") == 0;
    argc -= all->own_stacks;
    all->count = all->left = perf_argument(argc, argv, 1, 10000);
    all->delay_ms = perf_argument(argc, argv, 2, 1000);
    int result = rt_run(run, all, NULL);
    if (result < 0)
        fprintf(stderr, "%s: %s\n", argv[0], strerror(-result));
    free(all);
    return result < 0;
}
