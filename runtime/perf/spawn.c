/* What does it cost to create a task, run it and take its result? One after another, and many at once. */
#include "perf.h"
#include <iort/iort.h>

struct spawning {
    long at_once, spawns;
};

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int spawn_all(struct rt_task **tasks, long at_once, long spawns)
{
    for (long done = 0; done < spawns; done += at_once) {
        for (long i = 0; i < at_once; i++)
            if (rt_task_spawn(&tasks[i], do_nothing, NULL) < 0)
                return -1;
        for (long i = 0; i < at_once; i++)
            rt_task_join(tasks[i], NULL);
    }
    return 0;
}

static int run(void *arg)
{
    struct spawning *spawning = arg;
    long at_once = spawning->at_once, spawns = spawning->spawns / at_once * at_once;
    struct rt_task **tasks = calloc((size_t)at_once, sizeof(*tasks));
    if (!tasks || spawn_all(tasks, at_once, at_once * 2) < 0)
        return -1;
    struct perf_span begin = perf_begin();
    if (spawn_all(tasks, at_once, spawns) < 0)
        return -1;
    struct perf_span span = perf_end(begin);
    char more[64];
    snprintf(more, sizeof(more), ",\"at_once\":%ld", at_once);
    perf_report("spawn", more, (double)spawns, span);
    free(tasks);
    return 0;
}

/* perf_spawn [AT_ONCE [SPAWNS]] */
int main(int argc, char **argv)
{
    static const long all[] = {1, 100, 10000};
    long one = perf_argument(argc, argv, 1, 1), spawns = perf_argument(argc, argv, 2, 2000000);
    const long *counts = argc > 1 ? &one : all;
    for (int i = 0; i < (argc > 1 ? 1 : 3); i++) {
        struct spawning spawning = {counts[i], spawns < counts[i] ? counts[i] : spawns};
        if (rt_run(run, &spawning, NULL) < 0)
            return 1;
    }
    return 0;
}
