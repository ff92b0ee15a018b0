/* A hundred thousand ordinary tasks asleep at once: a stack and a guard each, in little more than a page of memory. */
#include <stdio.h>
#include "context/context.h"
#include "rt_test.h"

#if defined(RT_ASAN) || defined(RT_TSAN)
enum { TASKS = 2000 };
#else
enum { TASKS = 100000 };
#endif

static long resident_kib(void)
{
    char line[256];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof(line), status))
        if (sscanf(line, "VmRSS: %ld", &kib) == 1)
            break;
    if (status)
        fclose(status);
    return kib;
}

static int sleep_until_told(void *arg)
{
    (void)arg;
    return rt_sleep_ns(3600 * RT_NS_PER_S);
}

TASK_TEST(a_hundred_thousand_tasks_have_a_stack_and_a_guard_each)
{
    int count = RUNNING_ON_VALGRIND ? 2000 : TASKS;
    struct rt_task **tasks = calloc((size_t)count, sizeof(*tasks));
    assert_non_null(tasks);
    for (int i = 0; i < count; i++)
        tasks[i] = spawn(sleep_until_told, NULL);
    assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);

    struct rt_loop_stats stats;
    rt_loop_stats(rt_loop_current(), &stats);
    assert_int_equal(stats.tasks_now, count + 1);
    assert_true(stats.stacks_now > (uint64_t)count);
    assert_int_equal(stats.tasks_parked, 0);
    long kib = resident_kib();
    print_message("# %d tasks: %ld KiB resident, guard %d\n", count, kib, (int)stats.guard);
#if !defined(RT_ASAN) && !defined(RT_TSAN)
    if (!RUNNING_ON_VALGRIND)
        assert_true(kib > 0 && kib <= 480 * 1024);
#endif
    /* Beyond the kernel's limit of mappings only MADV_GUARD_INSTALL (Linux 6.13) has a guard for each. */
    if (stats.guard != RT_GUARD_MADVISE)
        print_message("# this kernel has no MADV_GUARD_INSTALL: the weakest guard is %d\n", (int)stats.guard);

    for (int i = 0; i < count; i++)
        rt_task_cancel(tasks[i]);
    for (int i = 0; i < count; i++)
        assert_int_equal(join(tasks[i]), -ECANCELED);
    free(tasks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_thousand_tasks_have_a_stack_and_a_guard_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
