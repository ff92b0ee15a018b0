/* What does gathering cost? 100 tasks that yield once: spawned, gathered, released; and joined one by one instead. Then
 * 100 that are done already, where gathering is all there is. */
#include "perf.h"
#include <iort/iort.h>

enum { TASKS = 100 };

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

struct asked {
    int argc;
    char **argv;
    long rounds;
};

static void report(const char *how, const struct asked *asked, struct perf_span begin)
{
    char more[64];
    snprintf(more, sizeof(more), ",\"how\":\"%s\",\"tasks\":%d", how, TASKS);
    perf_report("gather", more, (double)TASKS * (double)asked->rounds, perf_end(begin));
}

static int gather_all(void)
{
    return rt_gather(tasks, TASKS, results, RT_GATHER_STOP_ON_ERROR);
}

static int run(void *arg)
{
    const struct asked *asked = arg;
    struct perf_span begin = perf_begin();
    if (perf_case(asked->argc, asked->argv, 2, "gathered")) {
        for (long round = 0; round < asked->rounds; round++) {
            spawn_all();
            if (gather_all() < 0)
                return -1;
            release_all();
        }
        report("gathered", asked, begin);
    }
    if (perf_case(asked->argc, asked->argv, 2, "joined")) {
        begin = perf_begin();
        for (long round = 0; round < asked->rounds; round++) {
            spawn_all();
            for (int i = 0; i < TASKS; i++)
                rt_task_join(tasks[i], &results[i]);
        }
        report("joined", asked, begin);
    }
    if (perf_case(asked->argc, asked->argv, 2, "finished")) {
        spawn_all();
        gather_all();
        begin = perf_begin();
        for (long round = 0; round < asked->rounds; round++)
            gather_all();
        report("finished before", asked, begin);
        release_all();
    }
    return 0;
}

/* perf_gather [ROUNDS [gathered|joined|finished]]: one case, or all */
int main(int argc, char **argv)
{
    struct asked asked = {argc, argv, perf_argument(argc, argv, 1, 20000)};
    return rt_run(run, &asked, NULL) < 0;
}
