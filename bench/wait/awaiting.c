/* Waiting as a task does: the task is parked, its thread goes on with another. */
#include <iort/curl.h>
#include <iort/iort.h>
#include "wait.h"

struct save_call {
    int dir_fd;
    const char *name;
    const void *bytes;
    size_t size;
};

static int run_save(void *arg)
{
    struct save_call *call = arg;
    return wait_save_file(call->dir_fd, call->name, call->bytes, call->size);
}

/* Writing a file blocks, whatever epoll may say of it, and would hold up every other task: a thread of the loop's executor does it. */
static int awaiting_save(int dir_fd, const char *name, const void *bytes, size_t size)
{
    struct save_call call = {dir_fd, name, bytes, size};
    int result;
    int error = rt_executor_call(NULL, run_save, &call, &result);
    return error < 0 ? error : result;
}

const struct wait wait_awaiting = {
    .name = "awaiting",
    .suspends = true,
    .sleep_until = rt_sleep_until,
    .fetch = rt_curl_perform,
    .save = awaiting_save,
};
