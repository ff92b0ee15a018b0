/* cmocka, and TASK_TEST: a test whose body is the main task of a loop of its own. */
#ifndef RT_TEST_H
#define RT_TEST_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <iort/iort.h>
#ifdef RT_VALGRIND
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* For a process that is about to end by a signal or _exit: what it has run counts as covered, too. */
#ifdef RT_COVERAGE
void __gcov_dump(void);
#endif
static inline void leave_coverage(void)
{
#ifdef RT_COVERAGE
    __gcov_dump();
#endif
}

/* A failed assertion longjmps to the runner: from the task's stack that must not happen, so it aborts the program,
 * which is a failed test too and leaves a core with the stack that failed. (cmocka reads CMOCKA_TEST_ABORT.) */
#define TASK_TEST_WITH(name, options)                                                                                  \
    static void name##_body(void);                                                                                     \
    static int name##_main(void *arg)                                                                                  \
    {                                                                                                                  \
        (void)arg;                                                                                                     \
        name##_body();                                                                                                 \
        return 0;                                                                                                      \
    }                                                                                                                  \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        setenv("CMOCKA_TEST_ABORT", "1", 1);                                                                           \
        assert_int_equal(rt_run(name##_main, NULL, options), 0);                                                       \
        unsetenv("CMOCKA_TEST_ABORT");                                                                                 \
    }                                                                                                                  \
    static void name##_body(void)

#define TASK_TEST(name) TASK_TEST_WITH(name, NULL)

/* Long enough for any machine, short enough that a hang is a failure and not a timeout of the whole program. */
#define SOON rt_deadline_ns(20 * RT_NS_PER_S)

static inline struct rt_task *spawn(rt_task_fn fn, void *arg)
{
    struct rt_task *task;
    assert_int_equal(rt_task_spawn(&task, fn, arg), 0);
    return task;
}

static inline int join(struct rt_task *task)
{
    int result;
    assert_int_equal(rt_task_join(task, &result), 0);
    return result;
}

/* More than run between two looks at the kernel: whoever is woken after these were spawned is ready for a turn or two
 * without having run. They end by themselves. */
static inline int yield_twice(void *arg)
{
    (void)arg;
    rt_yield();
    return rt_yield();
}

static inline void spawn_a_crowd(void)
{
    for (int i = 0; i < 700; i++)
        assert_int_equal(rt_task_spawn(NULL, yield_twice, NULL), 0);
}

/* A few turns: enough for every task that can move without time passing to come to its next wait. */
static inline void let_others_run(void)
{
    for (int i = 0; i < 4; i++)
        assert_int_equal(rt_yield(), 0);
}

#endif
