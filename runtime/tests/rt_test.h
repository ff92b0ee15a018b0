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

/* A failed assertion longjmps to the runner: from the task's stack that must not happen, so it aborts the program, which is a failed
 * test too and leaves a core with the stack that failed. (cmocka reads CMOCKA_TEST_ABORT.) */
#define TASK_TEST(name)                                                                                                \
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
        assert_int_equal(rt_run(name##_main, NULL, NULL), 0);                                                          \
        unsetenv("CMOCKA_TEST_ABORT");                                                                                 \
    }                                                                                                                  \
    static void name##_body(void)

#endif
