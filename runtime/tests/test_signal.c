/* Signals as something to wait for, and the mask before and after. */
#include <pthread.h>
#include <signal.h>
#include "rt_test.h"

static sigset_t set_of(int first, int second)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, first);
    sigaddset(&set, second);
    return set;
}

static bool is_blocked(int number)
{
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    return sigismember(&mask, number);
}

static int wait_for_signal(void *arg)
{
    int number = 0;
    int error = rt_signal_wait(arg, RT_FOREVER, &number);
    return error < 0 ? error : number;
}

TASK_TEST(signals_are_waited_for_one_after_the_other)
{
    struct rt_signal *signals;
    sigset_t set = set_of(SIGUSR1, SIGTERM);
    assert_int_equal(rt_signal_open(&signals, &set), 0);
    struct rt_task *task = spawn(wait_for_signal, signals);
    let_others_run();
    int number = -1;
    assert_int_equal(rt_signal_wait(signals, SOON, &number), -EBUSY);
    kill(getpid(), SIGTERM);
    assert_int_equal(join(task), SIGTERM);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR1); /* twice before it is waited for counts once */
    assert_int_equal(rt_signal_wait(signals, SOON, &number), 0);
    assert_int_equal(number, SIGUSR1);
    int64_t start = rt_now_ns();
    assert_int_equal(rt_signal_wait(signals, start + 2 * RT_NS_PER_MS, &number), -ETIMEDOUT);
    assert_true(rt_now_ns() - start >= 2 * RT_NS_PER_MS);
    rt_signal_close(signals);
}

TASK_TEST(closing_restores_the_mask_wakes_the_waiter_and_drops_what_came)
{
    struct rt_signal *signals;
    sigset_t set = set_of(SIGUSR1, SIGUSR2), one = set_of(SIGUSR2, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &one, NULL);
    assert_int_equal(rt_signal_open(&signals, &set), 0);
    assert_true(is_blocked(SIGUSR1));
    struct rt_task *task = spawn(wait_for_signal, signals);
    let_others_run();
    rt_task_cancel(task);
    assert_int_equal(join(task), -ECANCELED);
    task = spawn(wait_for_signal, signals);
    let_others_run();
    kill(getpid(), SIGUSR1); /* would end the program */
    rt_signal_close(signals);
    assert_int_equal(join(task), -EBADF);
    assert_false(is_blocked(SIGUSR1));
    assert_true(is_blocked(SIGUSR2)); /* was so before */
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    rt_signal_close(NULL);
}

static void *send_to_process(void *arg)
{
    (void)arg;
    kill(getpid(), SIGUSR1);
    return NULL;
}

TASK_TEST(a_thread_started_after_opening_leaves_the_signals_to_the_loop)
{
    struct rt_signal *signals;
    sigset_t set = set_of(SIGUSR1, SIGUSR2);
    assert_int_equal(rt_signal_open(&signals, &set), 0);
    struct rt_task *task = spawn(wait_for_signal, signals);
    let_others_run();
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, send_to_process, NULL), 0);
    assert_int_equal(join(task), SIGUSR1);
    pthread_join(thread, NULL);
    rt_signal_close(signals);
}

static void a_signal_that_was_pending_is_collected_by_the_loop_that_comes(void **state)
{
    (void)state;
    struct rt_signal *signals;
    sigset_t set = set_of(SIGUSR1, SIGUSR2);
    int number;
    assert_int_equal(rt_signal_open(&signals, &set), 0);
    kill(getpid(), SIGUSR2);
    assert_int_equal(rt_run(wait_for_signal, signals, NULL), SIGUSR2);
    assert_int_equal(rt_signal_wait(signals, SOON, &number), -EINVAL);
    rt_signal_close(signals);
    assert_false(is_blocked(SIGUSR2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_are_waited_for_one_after_the_other),
        cmocka_unit_test(closing_restores_the_mask_wakes_the_waiter_and_drops_what_came),
        cmocka_unit_test(a_thread_started_after_opening_leaves_the_signals_to_the_loop),
        cmocka_unit_test(a_signal_that_was_pending_is_collected_by_the_loop_that_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
