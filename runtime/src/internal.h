/* What the library's files share: the task, the loop, and the one way to wait and to be woken. */
#ifndef RT_INTERNAL_H
#define RT_INTERNAL_H

#include <ev.h>
#include <iort/clock.h>
#include <iort/loop.h>
#include <iort/sync.h>
#include <iort/task.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "context/context.h"
#include "stack.h"
#include "timers.h"

struct rt_task {
    struct rt__context context;
    struct rt_loop *loop;
    struct rt_task *next; /* in the ready queue, or in curl's list of transfers to add */
    rt_task_fn fn;
    void *arg;
    struct rt__stack *stack; /* NULL until it starts */
    int result;
    uint32_t references; /* the handle's holders, and the loop's own until it is done */
    enum rt_task_state state;
    bool waiting;     /* parked, and nobody has woken it */
    bool cancellable; /* of the wait it is in */
    bool cancel_requested;
    bool cancel_on_its_way; /* woken by a cancel, not yet running again */
    int wait_status;        /* what the wait returns */

    /* One wait at a time, so its nodes live here and not on the stack. */
    struct rt__timer timer;
    struct rt_waiters *waiters; /* the list it stands in, or NULL */
    struct rt_task *waiters_prev, *waiters_next;
    void *wait_item; /* what a queue hands over */

    struct rt_waiters joiners;
    struct rt_task *all_prev, *all_next;
    struct rt__multi *multi; /* the multi handle whose connections are its own */
    char name[32];
};

struct rt__fd;
struct rt__curl;
struct rt__remote;

struct rt_loop {
    struct ev_loop *ev;
    struct rt__context context; /* the thread's own stack: libev and libcurl run on it */
    struct rt_task *current;
    struct rt_task *ready_first, *ready_last;
    unsigned ready_count;
    struct rt_task *finished; /* it has left its stack for the last time; whoever runs next reaps it */
    struct rt_task *main_task;
    struct rt_task *all;   /* every task that is not done */
    struct rt_task *spare; /* freed tasks, kept for the next spawn */
    unsigned budget;       /* switches left before the kernel is asked for events again */
    bool running;

    struct rt__stack_pool stacks;
    struct rt__timers timers;
    int timer_fd;
    ev_io timer_io;
    int64_t timer_armed_ns; /* RT_FOREVER: not armed */
    bool timer_expired;     /* readable until it is set again */

    struct rt__fd **fd_pages;
    size_t fd_page_count;
    uint64_t outside; /* waits that something outside the loop will end: descriptors, transfers, executor calls */

    struct rt__curl *curl;
    struct rt_executor *executor;

    /* Wake-ups from other threads. */
    int remote_fd;
    ev_io remote_io;
    pthread_mutex_t remote_mutex;
    struct rt__remote *remote_first;

    struct rt_loop_options options;
    struct rt_loop_stats stats;
};

/* A wake-up from another thread; the memory is the waiter's, who must not give it up before it has arrived. */
struct rt__remote {
    struct rt__remote *next;
    struct rt_task *task;
    bool arrived; /* the loop's thread only */
};

/* Returns the task that calls, NULL outside of one. */
struct rt_task *rt__self(void);

/*
 * Waiting, in three steps: rt__wait_begin (a cancel that is due already ends the wait before it starts), registering
 * with whatever will wake the task, rt__wait. Whoever wakes it takes it out of the timers and of a waiters' list; other
 * registrations the waiter undoes itself, by the status.
 */
int rt__wait_begin(struct rt_task *self); /* 0 or -ECANCELED */
int rt__wait(struct rt_task *self, int64_t deadline_ns,
             bool cancellable); /* the waker's status, -ETIMEDOUT, -ECANCELED, -EDEADLK, -ENOMEM */

/* End a task's wait. Returns false, and changes nothing, if it was not waiting. */
bool rt__wake(struct rt_task *task, int status);

/* From any thread: mark as arrived and wake the task, in a later turn of its loop. The task may have been woken by
 * something else by then, so it waits until `arrived`. */
void rt__wake_remote(struct rt_loop *loop, struct rt__remote *remote);

void rt__waiters_push(struct rt_waiters *waiters, struct rt_task *task);
void rt__waiters_remove(struct rt_task *task);

/* task.c, for the loop */
int rt__task_create(struct rt_loop *loop, struct rt_task **ret_task, rt_task_fn fn, void *arg);
void rt__task_run_ready(struct rt_loop *loop);
void rt__task_free_spare(struct rt_loop *loop);

/* io.c, for the loop */
void rt__io_finish(struct rt_loop *loop);

/* curl.c, for the loop and for tasks that end */
bool rt__curl_turn(
    struct rt_loop *loop); /* hand over what tasks have asked for; true: libcurl wants another turn at once */
void rt__curl_collect(struct rt_loop *loop); /* wake the tasks whose transfers are complete */
void rt__curl_forget_task(struct rt_task *task);
void rt__curl_finish(struct rt_loop *loop);

#endif
