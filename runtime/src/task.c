/* Tasks: creating, switching, waiting, waking, ending. */
#include "internal.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct rt_task *rt__self(void)
{
    struct rt_loop *loop = rt_loop_current();
    return loop ? loop->current : NULL;
}

struct rt_task *rt_task_self(void)
{
    return rt__self();
}

static void ready_push(struct rt_loop *loop, struct rt_task *task)
{
    task->next = NULL;
    if (loop->ready_last)
        loop->ready_last->next = task;
    else
        loop->ready_first = task;
    loop->ready_last = task;
    loop->ready_count++;
}

static struct rt_task *ready_pop(struct rt_loop *loop)
{
    struct rt_task *task = loop->ready_first;
    loop->ready_first = task->next;
    if (!loop->ready_first)
        loop->ready_last = NULL;
    loop->ready_count--;
    return task;
}

/* --- lists of waiting tasks --- */

void rt__waiters_push(struct rt_waiters *waiters, struct rt_task *task)
{
    task->waiters = waiters;
    task->waiters_next = NULL;
    task->waiters_prev = waiters->last;
    if (waiters->last)
        waiters->last->waiters_next = task;
    else
        waiters->first = task;
    waiters->last = task;
}

void rt__waiters_remove(struct rt_task *task)
{
    struct rt_waiters *waiters = task->waiters;
    if (!waiters)
        return;
    if (task->waiters_prev)
        task->waiters_prev->waiters_next = task->waiters_next;
    else
        waiters->first = task->waiters_next;
    if (task->waiters_next)
        task->waiters_next->waiters_prev = task->waiters_prev;
    else
        waiters->last = task->waiters_prev;
    task->waiters = NULL;
}

/* --- memory --- */

static void timer_fired(struct rt__timer *timer)
{
    struct rt_task *task = (struct rt_task *)((char *)timer - offsetof(struct rt_task, timer));
    rt__wake(task, -ETIMEDOUT);
}

static void task_unref(struct rt_task *task)
{
    if (--task->references > 0)
        return;
    struct rt_loop *loop = rt_loop_current();
#ifndef RT_ASAN
    if (loop && loop == task->loop) {
        task->next = loop->spare;
        loop->spare = task;
        return;
    }
#else
    (void)loop; /* freed for good, so that a use after it is seen */
#endif
    free(task);
}

void rt__task_free_spare(struct rt_loop *loop)
{
    while (loop->spare) {
        struct rt_task *task = loop->spare;
        loop->spare = task->next;
        free(task);
    }
}

int rt__task_create(struct rt_loop *loop, struct rt_task **ret_task, rt_task_fn fn, void *arg)
{
    struct rt_task *task = loop->spare;
    if (task)
        loop->spare = task->next;
    else if (!(task = malloc(sizeof(*task))))
        return -ENOMEM;
    memset(task, 0, sizeof(*task));
    task->loop = loop;
    task->fn = fn;
    task->arg = arg;
    task->timer.fire = timer_fired;
    task->references = 1;
    if (ret_task) {
        task->references = 2;
        *ret_task = task;
    }
    task->all_next = loop->all;
    if (loop->all)
        loop->all->all_prev = task;
    loop->all = task;
    loop->stats.tasks_spawned++;
    if (++loop->stats.tasks_now > loop->stats.tasks_peak)
        loop->stats.tasks_peak = loop->stats.tasks_now;
    ready_push(loop, task);
    return 0;
}

/* --- running --- */

/* Everything that an end means but for the stack, which may still be the one in use. */
static void task_end(struct rt_task *task, enum rt_task_state state, int result)
{
    struct rt_loop *loop = task->loop;
    task->state = state;
    task->result = result;
    if (task->multi)
        rt__curl_forget_task(task);
    while (task->joiners.first)
        rt__wake(task->joiners.first, 0);
    if (task->all_prev)
        task->all_prev->all_next = task->all_next;
    else
        loop->all = task->all_next;
    if (task->all_next)
        task->all_next->all_prev = task->all_prev;
    loop->stats.tasks_now--;
}

/* A task cannot give back the stack it stands on: whoever runs next does. */
static void reap_finished(struct rt_loop *loop)
{
    struct rt_task *task = loop->finished;
    if (!task)
        return;
    loop->finished = NULL;
    rt__stack_release(&loop->stacks, task->stack);
    task->stack = NULL;
    task_unref(task);
}

static struct rt__context *next_context(struct rt_loop *loop);

/* The thread sanitizer would note its entry for every task of a stack, and never its exit. */
RT_NO_TSAN static void task_entry(void *arg)
{
    struct rt_task *task = arg;
    struct rt_loop *loop = task->loop;
    rt__context_entered(&task->context);
    reap_finished(loop);

    int result = task->fn(task->arg);

    rt__stack_check(task->stack, task->name);
    task_end(task, RT_TASK_DONE, result);
    loop->finished = task;
    rt__context_switch(&task->context, next_context(loop), 1);
    abort(); /* nobody switches back to a finished task */
}

/* Give a pending task its stack. Returns false if it ended without one. */
static bool task_start(struct rt_task *task)
{
    struct rt_loop *loop = task->loop;
    int error = -ECANCELED;
    if (!task->cancel_requested) {
        task->stack = rt__stack_acquire(&loop->stacks);
        if (task->stack) {
            task->state = RT_TASK_RUNNING;
            rt__context_init(&task->context, task->stack->low, loop->stacks.stack_bytes, task_entry, task);
#ifdef RT_TSAN
            task->context.fiber = task->stack->fiber;
#endif
            return true;
        }
        error = -ENOMEM;
    }
    task_end(task, error == -ECANCELED ? RT_TASK_CANCELLED : RT_TASK_DONE, error);
    task_unref(task);
    return false;
}

/* Returns what shall run next: the first ready task, or the loop itself when there is none or it is time to look for
 * events. Switching from task to task without the loop in between halves the switches. */
static struct rt__context *next_context(struct rt_loop *loop)
{
    while (loop->ready_first && loop->budget > 0) {
        struct rt_task *task = ready_pop(loop);
        loop->budget--;
        if (task->state == RT_TASK_PENDING && !task_start(task))
            continue;
        loop->current = task;
        loop->stats.switches++;
        return &task->context;
    }
    loop->current = NULL;
    return &loop->context;
}

static void park(struct rt_task *self)
{
    struct rt_loop *loop = self->loop;
    struct rt__context *next = next_context(loop);
    if (next != &self->context) {
        rt__context_switch(&self->context, next, 0);
        reap_finished(loop);
    }
    self->cancel_on_its_way = false;
}

void rt__task_run_ready(struct rt_loop *loop)
{
    struct rt__context *next = next_context(loop);
    if (next != &loop->context) {
        rt__context_switch(&loop->context, next, 0);
        reap_finished(loop);
    }
}

/* --- waiting --- */

int rt__wait_begin(struct rt_task *self)
{
    if (!self->cancel_requested)
        return 0;
    self->cancel_requested = false;
    return -ECANCELED;
}

int rt__wait(struct rt_task *self, int64_t deadline_ns, bool cancellable)
{
    if (deadline_ns != RT_FOREVER) {
        int error = rt__timers_set(&self->loop->timers, &self->timer, deadline_ns);
        if (error < 0) {
            rt__waiters_remove(self);
            return error;
        }
    }
    self->waiting = true;
    self->cancellable = cancellable;
    park(self);
    return self->wait_status;
}

bool rt__wake(struct rt_task *task, int status)
{
    if (!task->waiting)
        return false;
    task->waiting = false;
    task->wait_status = status;
    rt__timers_clear(&task->loop->timers, &task->timer);
    rt__waiters_remove(task);
    ready_push(task->loop, task);
    return true;
}

int rt_yield(void)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    ready_push(self->loop, self);
    park(self);
    return 0;
}

int rt_sleep_until(int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    error = rt__wait(self, deadline_ns, true);
    return error == -ETIMEDOUT ? 0 : error;
}

int rt_sleep_ns(int64_t duration_ns)
{
    return rt_sleep_until(rt_deadline_ns(duration_ns));
}

/* --- the public face of a task --- */

int rt_task_spawn(struct rt_task **ret_task, rt_task_fn fn, void *arg)
{
    struct rt_task *self = rt__self();
    return self ? rt__task_create(self->loop, ret_task, fn, arg) : -EINVAL;
}

static bool is_done(const struct rt_task *task)
{
    return task->state == RT_TASK_DONE || task->state == RT_TASK_CANCELLED;
}

int rt_task_await(struct rt_task *task, int *ret_result)
{
    struct rt_task *self = rt__self();
    if (!self || self->loop != task->loop)
        return -EINVAL;
    if (self == task)
        return -EDEADLK;
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    bool waited = !is_done(task);
    if (waited) {
        /* Whoever holds the handle may await the task too, and release it before this one runs again. */
        task->references++;
        rt__waiters_push(&task->joiners, self);
        error = rt__wait(self, RT_FOREVER, true);
    }
    if (error == 0 && ret_result)
        *ret_result = task->result;
    if (waited)
        task_unref(task);
    return error;
}

int rt_task_join(struct rt_task *task, int *ret_result)
{
    int error = rt_task_await(task, ret_result);
    if (error == 0)
        rt_task_release(task);
    return error;
}

void rt_task_release(struct rt_task *task)
{
    if (task)
        task_unref(task);
}

int rt_task_cancel(struct rt_task *task)
{
    struct rt_loop *loop = rt_loop_current();
    if (!loop || loop != task->loop)
        return -EINVAL;
    if (is_done(task))
        return -EALREADY;
    if (task->waiting && task->cancellable) {
        rt__wake(task, -ECANCELED);
        task->cancel_on_its_way = true;
    } else if (!task->cancel_on_its_way) {
        task->cancel_requested = true;
    }
    return 0;
}

enum rt_task_state rt_task_state(const struct rt_task *task)
{
    return task->state;
}

void rt_task_set_name(struct rt_task *task, const char *name)
{
    strncpy(task->name, name, sizeof(task->name) - 1);
}

const char *rt_task_name(const struct rt_task *task)
{
    return task->name;
}
