/* What the library's files share: the task, the loop, and the one way to wait and to be woken. */
#ifndef RT_INTERNAL_H
#define RT_INTERNAL_H

#include <errno.h>
#include <ev.h>
#include <iort/call.h>
#include <iort/clock.h>
#include <iort/loop.h>
#include <iort/sync.h>
#include <iort/task.h>
#include <iort/timeout.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "context/context.h"
#include "park.h"
#include "stack.h"
#include "task_pool.h"
#include "timers.h"
#ifdef RT_ASAN
#include <sanitizer/asan_interface.h>
#endif

struct rt_task {
    struct rt__context context;
    struct rt_loop *loop;
    struct rt_task *next; /* in the ready queue, or among the spare ones */
    rt_task_fn fn;
    void *arg;
    union {
        struct rt__stack *stack;   /* NULL until it starts */
        struct rt__parked *parked; /* of a parkable one: what its stack held, while another stands there */
    };
    int64_t limit_ns; /* the earliest deadline of the timeout scopes it is in */
    struct rt_timeout *scopes;
    int result;
    uint32_t references; /* the handle's holders, and the loop's own until it is done */
    /* All that makes a yield more than a switch, so that one look tells that none of it does. */
    union {
        struct {
            bool cancel_requested;
            bool parkable;
            bool limited; /* limit_ns is not RT_FOREVER */
            bool fresh;   /* it has not begun: there is no stack to switch to */
        };
        uint32_t uncommon;
    };
    uint8_t state;
    bool waiting;           /* parked, and nobody has woken it */
    bool cancellable;       /* of the wait it is in */
    bool cancel_on_its_way; /* woken by a cancel, not yet running again */
    uint8_t slot;           /* its place in the slab */
    uint8_t successes;      /* of calls that did not have to wait, in a row */
    uint8_t shields;        /* scopes that keep a cancel outside */
    int wait_status;        /* what the wait returns */

    /* One wait at a time, so its nodes live here and not on the stack. */
    struct rt_timer timer;
    struct rt_waiters *waiters; /* the list it stands in, or NULL */
    union {
        struct rt_task *waiters_prev;
        struct rt_task *ready_prev; /* of no meaning in the first of the queue */
    };
    struct rt_task *waiters_next;
    const char *waits_for; /* what people are told: "lock", "semaphore" */
    void *wait_item;       /* what a queue hands over; of rt__waits_task, the task; of a descriptor, its number */

    struct rt_waiters joiners;
    struct rt_call *on_done; /* circular, oldest first */
    struct rt__multi *multi; /* the multi handle whose connections are its own */
    char *name;              /* on the heap; NULL: none */
};

struct rt__fd;
struct rt__curl;
struct rt__remote;

struct rt_loop {
    struct ev_loop *ev;
    struct rt__context context; /* the thread's own stack: libev and libcurl run on it */
    struct rt_task *ready_first;
    unsigned ready_count;
    unsigned handed_over; /* turns in a row that went from one who awaits to the awaited and back, past the queue */
    unsigned budget;      /* switches left before the kernel is asked for events again */
    struct rt_task *ready_last;
    bool watched; /* one of the things that debugging adds to a switch is on */
    bool running;
    bool stopping;
    struct rt_task *current;
    struct rt_task *finished; /* it has left its stack for the last time; whoever runs next reaps it */
    unsigned budget_unused;   /* of a turn that was cut short */
    unsigned turn_budget;     /* what it is at the beginning of a turn */
    bool used_up;             /* the last turn ended because of it */
    struct rt_task *resume;   /* to be put on the parking stage, which the task that left for the loop stood on */
    struct rt_task *main_task;

    struct rt__task_pool tasks;
    struct rt__stack_pool stacks;
    struct rt__stage stage;
    struct rt__timers timers;
    int timer_fd;
    ev_io timer_io;
    int64_t timer_armed_ns; /* RT_FOREVER: not armed */
    bool timer_expired;     /* readable until it is set again */

    struct rt__fd **fd_pages;
    size_t fd_page_count;
    uint64_t outside; /* waits that something outside the loop will end: descriptors, transfers, executor calls */

    struct rt_call *calls; /* asked for by rt_call_soon, circular, oldest first */
    struct rt_call calls_end;
    struct rt__curl *curl;
    struct rt_executor *executor;

    /* Wake-ups from other threads. */
    int remote_fd;
    ev_io remote_io;
    pthread_mutex_t remote_mutex;
    struct rt__remote *remote_first;

    struct rt_loop_options options;
    struct rt_loop_stats stats;
    uint64_t schedule_state; /* of the random schedule; 0: in order */
    void *signal_stack;      /* see overflow.h */
    int64_t slice_begun_ns;  /* when the current task was given the stack, if slow ones are reported */
};

/* The loop that this thread runs. Read often, so without the call that a shared library's own storage would cost. */
extern __thread struct rt_loop *rt__loop __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Returns the task that calls, NULL outside of one. */
static inline struct rt_task *rt__self(void)
{
    return rt__loop ? rt__loop->current : NULL;
}

/* From another thread to a loop; the memory is the sender's, who must not give it up before it has arrived. */
struct rt__remote {
    struct rt__remote *next;
    void (*arrive)(struct rt__remote *remote); /* on the loop's stack; NULL: wake the task */
    struct rt_task *task;
    bool arrived; /* the loop's thread only */
};

/* From any thread: mark as arrived and call `arrive`, or wake the task, in a later turn of the loop. The task may have
 * been woken by something else by then, so it waits until `arrived`. */
void rt__remote_send(struct rt_loop *loop, struct rt__remote *remote);

/*
 * Waiting, in three steps: rt__wait_begin (a cancel that is due already ends the wait before it starts), registering
 * with whatever will wake the task, rt__wait. Whoever wakes it takes it out of the timers and of a waiters' list; other
 * registrations the waiter undoes itself, by the status. What it waits for is a word for people, in static memory.
 */
int rt__wait_begin(struct rt_task *self);                   /* 0 or -ECANCELED */
static inline int rt__wait_enter(struct rt_task **ret_self) /* the same for whoever calls; -EINVAL: no task does */
{
    *ret_self = rt__self();
    return *ret_self ? rt__wait_begin(*ret_self) : -EINVAL;
}
/* The same where others will hold pointers to the stack meanwhile; -ENOTSUP: it may be put aside. */
static inline int rt__wait_enter_with_stack(struct rt_task **ret_self)
{
    *ret_self = rt__self();
    return *ret_self && (*ret_self)->parkable ? -ENOTSUP : rt__wait_enter(ret_self);
}
int rt__wait(struct rt_task *self, int64_t deadline_ns,
             const char *waits_for); /* the waker's status, -ETIMEDOUT (the deadline's or a scope's), -ECANCELED,
                                        -EDEADLK, -ENOMEM */
void rt__wait_held(struct rt_task *self, const char *waits_for); /* neither cancel nor deadline ends it */

extern const char rt__waits_task[];                    /* with the task as wait_item */
extern const char rt__waits_read[], rt__waits_write[]; /* with the descriptor's number as wait_item */

/* End a task's wait. Returns false, and changes nothing, if it was not waiting. */
bool rt__wake(struct rt_task *task, int status);

void rt__waiters_push(struct rt_waiters *waiters, struct rt_task *task);
void rt__waiters_remove(struct rt_task *task);

/* What nobody may touch, for the address sanitizer to tell. */
static inline void rt__poison(void *address, size_t bytes)
{
    (void)address;
    (void)bytes;
#ifdef RT_ASAN
    __asan_poison_memory_region(address, bytes);
#endif
}

static inline void rt__unpoison(void *address, size_t bytes)
{
    (void)address;
    (void)bytes;
#ifdef RT_ASAN
    __asan_unpoison_memory_region(address, bytes);
#endif
}

static inline bool rt__is_done(const struct rt_task *task)
{
    return task->state >= RT_TASK_DONE;
}

/* The kernel is asked for events before the next task runs. */
static inline void rt__turn_cut_short(struct rt_loop *loop)
{
    loop->budget_unused += loop->budget;
    loop->budget = 0;
}

/* call.c: circular lists of callbacks */
void rt__call_push(struct rt_call **list, struct rt_call *call);
/* Those that are in it as it begins, oldest first; `end` marks where they end: the last of them might be cancelled. */
void rt__call_run_all(struct rt_call **list, struct rt_call *end);
void rt__call_done(struct rt_call **list); /* whatever they wait for is done: run or schedule them */
/* Have a call made once something of that loop is done: what the public functions named on_done return. */
int rt__call_when_done(struct rt_call *call, struct rt_loop *loop, bool is_done, struct rt_call **list);

/* task.c, for the loop */
int rt__task_create(struct rt_loop *loop, struct rt_task **ret_task, rt_task_fn fn, void *arg);
void rt__task_run_ready(struct rt_loop *loop);
void rt__task_unref(struct rt_task *task);

/* debug.c */
void rt__debug_switch(struct rt_loop *loop, struct rt_task *to); /* the stack changes hands; NULL: to the loop */
void rt__debug_slow(struct rt_loop *loop, const struct rt_task *task, int64_t held_ns); /* NULL: callbacks */
void rt__debug_loop_begins(void);                                                       /* in this thread */
void rt__debug_loop_ends(void);
void rt__debug_deadlock(struct rt_loop *loop);        /* say who waits for what */
struct rt_task *rt__debug_pick(struct rt_loop *loop); /* a ready task at random, out of the queue */

/* io.c, for the loop */
void rt__io_finish(struct rt_loop *loop);

/* curl.c, for the loop and for tasks that end */
bool rt__curl_turn(
    struct rt_loop *loop); /* hand over what tasks have asked for; true: libcurl wants another turn at once */
/* Whether there are sockets for which something happened that libcurl has not been told of. */
bool rt__curl_has_fired(const struct rt_loop *loop);
/* Tell it of some of them, and wake the tasks whose transfers are complete. */
void rt__curl_collect(struct rt_loop *loop);
void rt__curl_forget_task(struct rt_task *task);
void rt__curl_finish(struct rt_loop *loop);

#endif
