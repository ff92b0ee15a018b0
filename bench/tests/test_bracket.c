/* The bracket's account of CPU time, with threads that go on running while it is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <iort/clock.h>
#include "../process_cpu.h"
#include "../trial/bracket.h"

static atomic_bool stop;

/* Without a system call, for one would bring the account up to date. */
static void *work(void *arg)
{
    (void)arg;
    while (!atomic_load_explicit(&stop, memory_order_relaxed))
        ;
    return NULL;
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec time;
    assert_int_equal(clock_gettime(clock, &time), 0);
    return (int64_t)time.tv_sec * RT_NS_PER_S + time.tv_nsec;
}

static int64_t cpu_ns(const struct bracket_point *open, const struct bracket_point *close)
{
    /* A negative figure would be out of range, and the whole trial lost. */
    assert_true(close->cpu_user_us >= open->cpu_user_us && close->cpu_sys_us >= open->cpu_sys_us);
    return (close->cpu_user_us - open->cpu_user_us + close->cpu_sys_us - open->cpu_sys_us) * RT_NS_PER_US;
}

/* The thread's own clock is exact. What it says a moment after the close, less that moment, was there at the close. */
static void threads_that_still_run_are_counted_to_the_last(void **state)
{
    (void)state;
    enum { ROUNDS = 200 }; /* beside others, the thread is often not running: then there is nothing to miss */
    static const int64_t slack_ns = 100 * RT_NS_PER_US;
    pthread_t thread;
    clockid_t its_clock;
    atomic_store(&stop, false);
    assert_int_equal(pthread_create(&thread, NULL, work, NULL), 0);
    assert_int_equal(pthread_getcpuclockid(thread, &its_clock), 0);
    srand(5);
    for (int i = 0; i < ROUNDS; i++) {
        struct bracket_point open, close;
        int64_t begin_ns = clock_ns(its_clock);
        bracket_open(&open, 0);
        nanosleep(&(struct timespec){.tv_nsec = 1000000 + rand() % 3000000}, NULL);
        bracket_close(&close, &open, 0, false);
        int64_t its_ns = clock_ns(its_clock) - begin_ns, moment_ns = rt_now_ns() - close.wall_ns;
        if (cpu_ns(&open, &close) + slack_ns < its_ns - moment_ns)
            fail_msg("counted %lld us, and the thread alone had %lld", (long long)cpu_ns(&open, &close) / 1000,
                     (long long)(its_ns - moment_ns) / 1000);
    }
    atomic_store(&stop, true);
    pthread_join(thread, NULL);
}

static pthread_rwlock_t door = PTHREAD_RWLOCK_INITIALIZER;

static void *wait_at_door(void *arg)
{
    pthread_rwlock_rdlock(&door);
    pthread_rwlock_unlock(&door);
    return arg;
}

/* Looking at many threads takes time, which is nobody's work. */
static void what_the_look_costs_is_not_counted(void **state)
{
    (void)state;
    enum { THREADS = 400 };
    pthread_t threads[THREADS];
    pthread_rwlock_wrlock(&door);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wait_at_door, NULL), 0);
    for (int i = 0; i < 100; i++)
        sched_yield();
    int64_t took_ns = INT64_MAX, least_ns = INT64_MAX;
    for (int i = 0; i < 20; i++) {
        struct bracket_point open, close;
        int64_t once_ns = process_cpu_settle();
        took_ns = once_ns < took_ns ? once_ns : took_ns;
        bracket_open(&open, 0);
        bracket_close(&close, &open, 0, false);
        if (cpu_ns(&open, &close) < least_ns)
            least_ns = cpu_ns(&open, &close);
    }
    cpu_set_t cpus;
    sched_getaffinity(0, sizeof(cpus), &cpus);
    if (CPU_COUNT(&cpus) > 1) {
        assert_true(took_ns > THREADS * 50);
        assert_true(least_ns <= took_ns / 2);
    }
    pthread_rwlock_unlock(&door);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void the_order_of_time(void **state)
{
    (void)state;
    struct bracket_point open, close;
    bracket_open(&open, 0);
    int64_t end_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) + 2 * RT_NS_PER_MS;
    while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end_ns)
        ;
    bracket_close(&close, &open, 0, true);
    assert_true(close.wall_ns - open.wall_ns >= 2 * RT_NS_PER_MS);
    assert_true(cpu_ns(&open, &close) >= 2 * RT_NS_PER_MS - 2 * RT_NS_PER_US);
    assert_true(close.cpu_user_us >= open.cpu_user_us && close.cpu_sys_us >= open.cpu_sys_us);
    assert_true(close.ctx_voluntary >= open.ctx_voluntary && close.ctx_involuntary >= open.ctx_involuntary);
    assert_int_equal(open.server_cpu_ns, -1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_still_run_are_counted_to_the_last),
        cmocka_unit_test(what_the_look_costs_is_not_counted),
        cmocka_unit_test(the_order_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
