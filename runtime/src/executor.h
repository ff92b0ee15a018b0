/* Calls on the executor's threads, for the library's own files. */
#ifndef RT_EXECUTOR_H
#define RT_EXECUTOR_H

#include <iort/executor.h>
#include "internal.h"

enum rt__job_state {
    RT__JOB_QUEUED, /* no thread has taken it */
    RT__JOB_RUNNING,
    RT__JOB_LEFT, /* running, and whoever waited has gone: the thread gives up the memory */
    RT__JOB_DONE,
};

/* One call. On the stack of the task that awaits it, or in the heap if that one may leave. */
struct rt__job {
    struct rt__job *next;
    rt_executor_fn fn;
    void *arg;
    int result;
    uint8_t state; /* under the executor's mutex */
    bool dropped;  /* the executor ended before a thread took it */
    struct rt_loop *loop;
    struct rt__remote remote;
    void (*abandon)(struct rt__job *job); /* on the thread, after fn: frees the job. NULL: the waiter must stay */
};

/*
 * Run job->fn(job->arg) on a thread (executor NULL: the loop's own) and await it. The job is the caller's again on
 * return, but for one case: it has an abandon function, and the wait was cut short while it ran. Then *ret_left is true
 * and the thread has it. Errors as rt_executor_call, and -ETIMEDOUT.
 */
int rt__executor_run(struct rt_executor *executor, struct rt__job *job, int64_t deadline_ns, const char *waits_for,
                     bool *ret_left);

#endif
