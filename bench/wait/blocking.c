/* Waiting as every C program does: the thread sleeps in the kernel. */
#include <errno.h>
#include <time.h>
#include <iort/clock.h>
#include "wait.h"

static int blocking_sleep_until(int64_t deadline_ns)
{
    struct timespec deadline = {.tv_sec = deadline_ns / RT_NS_PER_S, .tv_nsec = deadline_ns % RT_NS_PER_S};
    int error;
    do
        error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    while (error == EINTR);
    return -error;
}

static int blocking_fetch(CURL *easy, CURLcode *ret_code)
{
    *ret_code = curl_easy_perform(easy);
    return 0;
}

const struct wait wait_blocking = {
    .name = "blocking",
    .sleep_until = blocking_sleep_until,
    .fetch = blocking_fetch,
    .save = wait_save_file,
};
