/* What a computation does to the other tasks of its loop, called as it is, and on a thread: executor [NUMBER]
 * Beside it a task wakes every 10 ms, and notes how late the latest wake-up was. */
#include <iort/iort.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICK_NS = 10 * RT_NS_PER_MS };

static int64_t ticks, latest_ns;

static int tick(void *arg)
{
    for (int64_t due_ns = rt_deadline_ns(TICK_NS); rt_sleep_until(due_ns) == 0; due_ns = rt_deadline_ns(TICK_NS)) {
        int64_t late_ns = rt_now_ns() - due_ns;
        latest_ns = late_ns > latest_ns ? late_ns : latest_ns;
        ticks++;
    }
    return 0; /* -ECANCELED: it is over */
}

static int count_primes(void *arg)
{
    int primes = 0;
    for (int n = 2; n < *(int *)arg; n++) {
        int divisor = 2;
        while (divisor * divisor <= n && n % divisor != 0)
            divisor++;
        primes += divisor * divisor > n;
    }
    return primes;
}

static int compare(void *arg)
{
    for (int on_thread = 0; on_thread <= 1; on_thread++) {
        struct rt_task *ticker;
        int primes;
        ticks = latest_ns = 0;
        if (rt_task_spawn(&ticker, tick, NULL) < 0 || rt_yield() < 0) /* it begins to wait */
            return 1;
        if (!on_thread)
            primes = count_primes(arg); /* holds the loop: nothing else runs */
        else if (rt_executor_call(NULL, count_primes, arg, &primes) < 0)
            return 1;
        rt_sleep_ns(2 * TICK_NS); /* for a tick that is due */
        rt_task_cancel(ticker);
        rt_task_join(ticker, NULL);
        printf("%s: %d primes, %lld ticks, the latest %lld ms late\n", on_thread ? "on a thread" : "in the task",
               primes, (long long)ticks, (long long)(latest_ns / RT_NS_PER_MS));
    }
    return 0;
}

int main(int argc, char **argv)
{
    int below = argc > 1 ? atoi(argv[1]) : 3000000;
    return rt_run(compare, &below, NULL);
}
