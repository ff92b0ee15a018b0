/* Run a program for at most so many milliseconds, then ask it to end, and after half a second more kill it.
 * For example: timeout 300 sh -c 'echo one; sleep 60; echo two' */
#include <errno.h>
#include <iort/iort.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static int await_end(void *arg)
{
    int status, error = rt_process_wait(arg, RT_FOREVER, &status);
    return error < 0 ? error : status;
}

/* Any number of waits, and none knows of a limit: it is the scope's around them. */
static int copy_output(struct rt_process *process)
{
    char bytes[4096];
    ssize_t size;
    while ((size = rt_read(rt_process_fd(process, 1), bytes, sizeof(bytes), RT_FOREVER)) > 0)
        fwrite(bytes, 1, (size_t)size, stdout);
    return (int)size;
}

static int run_limited(void *arg)
{
    char **argv = arg;
    const struct rt_process_options options = {.output = RT_PROCESS_PIPE};
    struct rt_process *process;
    struct rt_task *ending;
    struct rt_timeout timeout;
    int status = 0, error = rt_process_spawn(&process, argv + 2, &options);
    if (error < 0) {
        fprintf(stderr, "%s: %s\n", argv[2], strerror(-error));
        return 1;
    }
    rt_timeout_begin(&timeout, rt_deadline_ns(atoll(argv[1]) * RT_NS_PER_MS));
    copy_output(process);
    if (rt_timeout_end(&timeout) == -ETIMEDOUT) {
        printf("%s ms are over: SIGTERM\n", argv[1]);
        rt_process_kill(process, SIGTERM);
    }
    if ((error = rt_task_spawn(&ending, await_end, process)) == 0) {
        error = rt_wait_for(ending, rt_deadline_ns(RT_NS_PER_S / 2), &status); /* too long: it cancels the task */
        rt_task_release(ending);
    }
    printf("%s\n", error < 0 ? "it did not end: SIGKILL" : WIFSIGNALED(status) ? "a signal ended it" : "it ended");
    rt_process_destroy(process); /* kills what still runs */
    return error < 0 || status != 0;
}

int main(int argc, char **argv)
{
    return argc > 2 ? rt_run(run_limited, argv, NULL) : 2;
}
