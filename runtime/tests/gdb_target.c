/* What test_gdb.py looks at: one task that runs, and others that wait in functions whose names the test knows. */
#include <iort/iort.h>
#include <stdio.h>

static struct rt_event never;

__attribute__((noinline)) static int wait_deep_down(int depth)
{
    int error = depth > 0 ? wait_deep_down(depth - 1) : rt_event_wait(&never, RT_FOREVER);
    return error < 0 ? error : depth; /* not a tail call */
}

static int sleeper(void *arg)
{
    (void)arg;
    return rt_sleep_ns(3600 * RT_NS_PER_S);
}

static int waiter(void *arg)
{
    return wait_deep_down(*(int *)arg);
}

static int joiner(void *arg)
{
    return rt_task_await(arg, NULL);
}

static int never_begun(void *arg)
{
    (void)arg;
    return 0;
}

__attribute__((noinline)) static void look_here(void)
{
    __asm__ volatile("" ::: "memory");
}

static int spawn(struct rt_task **ret_task, const char *name, rt_task_fn fn, void *arg, bool parkable)
{
    const struct rt_task_options options = {.name = name, .parkable = parkable};
    return rt_task_spawn_with(ret_task, fn, arg, &options);
}

static int gdb_main(void *arg)
{
    struct rt_task *tasks[6];
    int depth = 3;
    (void)arg;
    rt_event_init(&never);
    if (spawn(&tasks[0], "sleeper", sleeper, NULL, false) < 0 ||
        spawn(&tasks[1], "waiter", waiter, &depth, false) < 0 ||
        spawn(&tasks[2], "joiner", joiner, tasks[0], false) < 0 || spawn(&tasks[3], "aside", sleeper, NULL, true) < 0 ||
        spawn(&tasks[4], "staged", sleeper, NULL, true) < 0 || rt_yield() < 0 || rt_sleep_ns(1) < 0 ||
        spawn(&tasks[5], "fresh", never_begun, NULL, false) < 0)
        return 1;
    look_here();
    for (int i = 0; i < 6; i++) {
        rt_task_cancel(tasks[i]);
        rt_task_join(tasks[i], NULL);
    }
    puts("all well");
    return 0;
}

int main(void)
{
    return rt_run(gdb_main, NULL, NULL);
}
