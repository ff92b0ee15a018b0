/* A thread each, with as small a stack as threads may have. */
#include "sleepers.h"
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

static long delay_ms;
static atomic_long asleep, asleep_peak;

static void *sleep_once(void *arg)
{
    (void)arg;
    struct timespec delay = {.tv_sec = delay_ms / 1000, .tv_nsec = delay_ms % 1000 * 1000000};
    long now = atomic_fetch_add(&asleep, 1) + 1, peak = atomic_load(&asleep_peak);
    while (now > peak && !atomic_compare_exchange_weak(&asleep_peak, &peak, now))
        ;
    clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, NULL);
    atomic_fetch_sub(&asleep, 1);
    return NULL;
}

int main(int argc, char **argv)
{
    long count = perf_argument(argc, argv, 1, 10000);
    delay_ms = perf_argument(argc, argv, 2, 1000);
    struct perf_span begin = perf_begin();
    pthread_t *threads = malloc((size_t)count * sizeof(*threads));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN);
    for (long i = 0; i < count; i++) {
        int error = threads ? pthread_create(&threads[i], &attributes, sleep_once, NULL) : -1;
        if (error) {
            fprintf(stderr, "no more than %ld threads: %s\n", i, strerror(error));
            return 1;
        }
    }
    for (long i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    sleepers_report("pthread_sleepers", count, delay_ms, asleep_peak, perf_end(begin));
    pthread_attr_destroy(&attributes);
    free(threads);
    return 0;
}
