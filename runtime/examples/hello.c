/* The first program: two tasks wait side by side, and the whole takes as long as the longer wait. */
#include <iort/iort.h>
#include <stdio.h>

static int greet(void *arg)
{
    const char *name = arg;
    printf("%s: one\n", name);
    rt_sleep_ns(20 * RT_NS_PER_MS); /* this task waits, its thread does not */
    printf("%s: two\n", name);
    return 0;
}

static int hello_main(void *arg)
{
    (void)arg;
    struct rt_task *first, *second;
    if (rt_task_spawn(&first, greet, "first") < 0 || rt_task_spawn(&second, greet, "second") < 0)
        return 1;
    rt_task_join(first, NULL);
    rt_task_join(second, NULL);
    return 0;
}

int main(void)
{
    return rt_run(hello_main, NULL, NULL);
}
