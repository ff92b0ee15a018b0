/* A stack that overflows ends the process, under each kind of guard, and not in silence. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "internal.h"
#include "rt_test.h"

/* Linked in place of libc's, so that a kernel without guard pages, or without any more mappings, can be played. */
static bool refuse_guard_install, refuse_mprotect;

enum { GUARD_INSTALL = 102 };

int __real_madvise(void *address, size_t size, int advice);
int __wrap_madvise(void *address, size_t size, int advice);
int __wrap_madvise(void *address, size_t size, int advice)
{
    if (refuse_guard_install && advice == GUARD_INSTALL) {
        errno = EINVAL;
        return -1;
    }
    return __real_madvise(address, size, advice);
}

int __real_mprotect(void *address, size_t size, int protection);
int __wrap_mprotect(void *address, size_t size, int protection);
int __wrap_mprotect(void *address, size_t size, int protection)
{
    if (refuse_mprotect) {
        errno = ENOMEM;
        return -1;
    }
    return __real_mprotect(address, size, protection);
}

/* Goes down until `left` bytes are above the stack's end, or below it where that is negative. */
__attribute__((noinline)) static int descend(const char *stack_low, long left)
{
    volatile char frame[128];
    memset((char *)frame, 0, sizeof(frame));
    if ((intptr_t)__builtin_frame_address(0) - (intptr_t)stack_low > left)
        return descend(stack_low, left) + frame[1];
    return frame[0];
}

static int overflow(void *arg)
{
    rt_task_set_name(rt_task_self(), "the deep one");
    return descend(rt_task_self()->stack->low, *(long *)arg);
}

static int get_guard(void *arg)
{
    struct rt_loop_stats stats;
    rt_loop_stats(rt_loop_current(), &stats);
    *(enum rt_guard *)arg = stats.guard;
    return 0;
}

/* The instruction is tried again, and then the signal ends the process. */
static void leave_coverage_and_die(int signal_number)
{
    leave_coverage();
    signal(signal_number, SIG_DFL);
}

static void take_signal(int signal_number)
{
#ifdef RT_COVERAGE
    struct sigaction action = {.sa_handler = leave_coverage_and_die, .sa_flags = SA_ONSTACK};
    sigaction(signal_number, &action, NULL);
#else
    (void)leave_coverage_and_die;
    signal(signal_number, SIG_DFL); /* a sanitizer's handler would make it an exit status */
#endif
}

/* Runs overflow() in a process of its own. Returns its wait status, and the start of what it wrote to stderr. */
static int run_in_child(long left, char *text, size_t size)
{
    int ends[2], status;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        take_signal(SIGSEGV);
        take_signal(SIGABRT);
        dup2(ends[1], STDERR_FILENO);
        rt_run(overflow, &left, NULL);
        _exit(0);
    }
    close(ends[1]);
    size_t have = 0;
    ssize_t n;
    while (have < size - 1 && (n = read(ends[0], text + have, size - 1 - have)) > 0)
        have += (size_t)n;
    text[have] = 0;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void check_guard_page(void)
{
    char text[4096];
    int status = run_in_child(-512, text, sizeof(text));
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
#if !defined(RT_ASAN) && !defined(RT_TSAN)
    assert_non_null(strstr(text, "iort: stack overflow in task \"the deep one\", which has 64 KiB"));
#endif
    /* And only then: there is room for what was asked for. */
    status = run_in_child(8192, text, sizeof(text));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void an_overflow_meets_the_guard_page(void **state)
{
    (void)state;
    enum rt_guard guard = RT_GUARD_NONE;
    assert_int_equal(rt_run(get_guard, &guard, NULL), 0);
    assert_int_not_equal(guard, RT_GUARD_NONE);
    check_guard_page();
}

static void an_overflow_meets_an_mprotected_page_where_the_kernel_is_older(void **state)
{
    (void)state;
    enum rt_guard guard = RT_GUARD_NONE;
    refuse_guard_install = true;
    assert_int_equal(rt_run(get_guard, &guard, NULL), 0);
    assert_int_equal(guard, RT_GUARD_MPROTECT);
    check_guard_page();
    refuse_guard_install = false;
}

static void without_guard_pages_the_canary_names_the_task(void **state)
{
    (void)state;
    enum rt_guard guard = RT_GUARD_MADVISE;
    char text[4096];
    refuse_guard_install = refuse_mprotect = true;
    assert_int_equal(rt_run(get_guard, &guard, NULL), 0);
    assert_int_equal(guard, RT_GUARD_NONE);
    int status = run_in_child(-512, text, sizeof(text));
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(text, "stack overflow in task \"the deep one\""));
    status = run_in_child(8192, text, sizeof(text));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    refuse_guard_install = refuse_mprotect = false;
}

static int sleep_for_5_ms(void *arg)
{
    (void)arg;
    return rt_sleep_ns(5 * RT_NS_PER_MS);
}

static int spawn_many(void *arg)
{
    enum { COUNT = 2000 };
    static struct rt_task *tasks[COUNT];
    for (int i = 0; i < COUNT; i++)
        if (rt_task_spawn(&tasks[i], sleep_for_5_ms, NULL) < 0)
            return -1;
    for (int i = 0; i < COUNT; i++)
        rt_task_join(tasks[i], NULL);
    return get_guard(arg);
}

static void many_stacks_are_all_guarded(void **state)
{
    (void)state;
    enum rt_guard guard = RT_GUARD_NONE;
    for (int i = 0; i < 3; i++) {
        refuse_guard_install = i == 1;
        assert_int_equal(rt_run(spawn_many, &guard, NULL), 0);
        assert_int_not_equal(guard, RT_GUARD_NONE);
    }
    refuse_guard_install = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_overflow_meets_the_guard_page),
        cmocka_unit_test(an_overflow_meets_an_mprotected_page_where_the_kernel_is_older),
        cmocka_unit_test(without_guard_pages_the_canary_names_the_task),
        cmocka_unit_test(many_stacks_are_all_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
