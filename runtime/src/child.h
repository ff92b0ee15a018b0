/* A child process as something to wait for: by its pidfd, or by a thread where the kernel has none. */
#ifndef RT_CHILD_H
#define RT_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct rt__child {
    pid_t pid;
    int pidfd; /* -1: the kernel has none */
    bool ended;
    int error; /* of its collection: -ECHILD if somebody else was first */
    int status;
};

/* Take charge of a child that was just started. Returns 0 or -errno; then it has been killed and collected. */
int rt__child_init(struct rt__child *child, pid_t pid);

/* Wait for its end, and collect it. One task at a time. Returns 0 (child->ended), or an error of the wait. */
int rt__child_wait(struct rt__child *child, int64_t deadline_ns);

/* Send a signal. Returns 0 or -errno. */
int rt__child_kill(struct rt__child *child, int number);

/* Kill it if it has not ended, collect it, close the pidfd: blocks for as long as that takes. */
void rt__child_finish(struct rt__child *child);

#endif
