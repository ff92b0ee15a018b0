/* Waiting for a child's end, and making sure of it. */
#include "child.h"
#include <errno.h>
#include <iort/io.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "executor.h"

/* Nobody else waits for this number, so it stays this child's until it is collected here. */
static bool collect(struct rt__child *child, int options)
{
    pid_t pid;
    int status = 0;
    do
        pid = waitpid(child->pid, &status, options);
    while (pid < 0 && errno == EINTR);
    if (pid == 0)
        return false;
    child->ended = true;
    child->error = pid < 0 ? -errno : 0;
    child->status = status;
    return true;
}

int rt__child_init(struct rt__child *child, pid_t pid)
{
    *child = (struct rt__child){.pid = pid, .pidfd = pidfd_open(pid, 0)};
    if (child->pidfd >= 0 || errno == ENOSYS || errno == EPERM)
        return 0;
    int error = -errno;
    if (error == -ESRCH) /* SIGCHLD is ignored, and it has ended: the wait will tell */
        return 0;
    rt__child_finish(child);
    return error;
}

/* --- without a pidfd --- */

struct watch {
    struct rt__job job; /* first */
    pid_t pid;
};

/* Only sees the end, and leaves the collecting to the task, which may have left. */
static int watch_child(void *arg)
{
    const struct watch *watch = arg;
    siginfo_t info;
    while (waitid(P_PID, (id_t)watch->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    return 0;
}

static void abandon_watch(struct rt__job *job)
{
    free(job);
}

static int wait_by_thread(struct rt__child *child, int64_t deadline_ns)
{
    struct watch *watch = malloc(sizeof(*watch));
    if (!watch)
        return -ENOMEM;
    *watch = (struct watch){.job = {.fn = watch_child, .arg = watch, .abandon = abandon_watch}, .pid = child->pid};
    bool left = false;
    int error = rt__executor_run(NULL, &watch->job, deadline_ns, "process", &left);
    if (!left)
        free(watch);
    return error;
}

/* --- with or without --- */

int rt__child_wait(struct rt__child *child, int64_t deadline_ns)
{
    while (!child->ended && !collect(child, WNOHANG)) {
        int error =
            child->pidfd >= 0 ? rt_io_wait(child->pidfd, RT_READ, deadline_ns) : wait_by_thread(child, deadline_ns);
        if (error < 0)
            return error;
    }
    return 0;
}

int rt__child_kill(struct rt__child *child, int number)
{
    if (child->ended)
        return -ESRCH;
    int result = child->pidfd >= 0 ? pidfd_send_signal(child->pidfd, number, NULL, 0) : kill(child->pid, number);
    return result < 0 ? -errno : 0;
}

void rt__child_finish(struct rt__child *child)
{
    if (!child->ended) {
        rt__child_kill(child, SIGKILL);
        collect(child, 0);
    }
    if (child->pidfd >= 0)
        rt_close(child->pidfd);
    child->pidfd = -1;
}
