/* Tasks: creating, switching, waiting, waking, ending. */
#include "internal.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

const char rt__waits_task[] = "task";

struct rt_task *rt_task_self(void)
{
    return rt__self();
}

static inline void ready_push(struct rt_loop *loop, struct rt_task *task)
{
    task->next = NULL;
    if (loop->ready_last)
        loop->ready_last->next = task;
    else
        loop->ready_first = task;
    loop->ready_last = task;
    loop->ready_count++;
}

static inline struct rt_task *ready_pop(struct rt_loop *loop)
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

static void timer_fired(struct rt_timer *timer)
{
    struct rt_task *task = (struct rt_task *)((char *)timer - offsetof(struct rt_task, timer));
    rt__wake(task, -ETIMEDOUT);
}

void rt__task_unref(struct rt_task *task)
{
    if (--task->references > 0)
        return;
#ifndef RT_ASAN /* there it is freed for good, so that a use after it is seen */
    struct rt_loop *loop = rt__loop;
    if (loop && loop == task->loop) {
        task->next = loop->spare;
        loop->spare = task;
        return;
    }
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
    if (LIKELY(task))
        loop->spare = task->next;
    else if (!(task = malloc(sizeof(*task))))
        return -ENOMEM;
    /* Field by field: clearing it as a whole would cost more than the rest of a spawn. `next`, `waiters_*` and
     * `wait_item` are written before they are read. */
    memset(&task->context, 0, sizeof(task->context));
    task->loop = loop;
    task->fn = fn;
    task->arg = arg;
    task->stack = NULL;
    task->limit_ns = RT_FOREVER;
    task->scopes = NULL;
    task->result = 0;
    task->references = ret_task ? 2 : 1;
    task->state = RT_TASK_PENDING;
    task->parkable = false;
    task->waiting = false;
    task->cancellable = false;
    task->cancel_requested = false;
    task->cancel_on_its_way = false;
    task->shields = 0;
    task->wait_status = 0;
    task->timer.place = 0;
    task->timer.fire = timer_fired;
    task->waiters = NULL;
    task->waits_for = NULL;
    task->joiners.first = task->joiners.last = NULL;
    task->on_done = NULL;
    task->multi = NULL;
    task->name[0] = '\0';
    task->all_prev = NULL;
    task->all_next = loop->all;
    if (loop->all)
        loop->all->all_prev = task;
    loop->all = task;
    loop->stats.tasks_spawned++;
    if (++loop->stats.tasks_now > loop->stats.tasks_peak)
        loop->stats.tasks_peak = loop->stats.tasks_now;
    ready_push(loop, task);
    if (ret_task)
        *ret_task = task;
    return 0;
}

/* --- running --- */

/* Everything that an end means but for the stack, which may still be the one in use. */
static void task_end(struct rt_task *task, enum rt_task_state state, int result)
{
    struct rt_loop *loop = task->loop;
    task->state = (uint8_t)state;
    task->result = result;
    if (UNLIKELY(task->multi))
        rt__curl_forget_task(task);
    while (task->joiners.first)
        rt__wake(task->joiners.first, 0);
    if (UNLIKELY(task->on_done))
        rt__call_done(&task->on_done);
    if (task->all_prev)
        task->all_prev->all_next = task->all_next;
    else
        loop->all = task->all_next;
    if (task->all_next)
        task->all_next->all_prev = task->all_prev;
    loop->stats.tasks_now--;
}

/* A task cannot give back the stack it stands on: whoever runs next does. */
static inline void reap_finished(struct rt_loop *loop)
{
    struct rt_task *task = loop->finished;
    if (LIKELY(!task))
        return;
    loop->finished = NULL;
    if (!task->parkable) /* the stage stays */
        rt__stack_release(&loop->stacks, task->stack);
    rt__task_unref(task);
}

/* For a task that never ran: it was cancelled, or there is no memory for its stack. */
static void end_unstarted(struct rt_task *task, enum rt_task_state state, int result)
{
    task_end(task, state, result);
    rt__task_unref(task);
}

/* Returns what shall run next: the first ready task, or NULL when there is none or it is time to look for events. */
static inline struct rt_task *next_task(struct rt_loop *loop)
{
    while (loop->ready_first && loop->budget > 0) {
        struct rt_task *task = UNLIKELY(loop->schedule_state) ? rt__debug_pick(loop) : ready_pop(loop);
        loop->budget--;
        if (UNLIKELY(task->state == RT_TASK_PENDING && task->cancel_requested)) {
            end_unstarted(task, RT_TASK_CANCELLED, -ECANCELED);
            continue;
        }
        return task;
    }
    return NULL;
}

static inline void give_turn(struct rt_loop *loop, struct rt_task *task)
{
    if (UNLIKELY(loop->watched))
        rt__debug_switch(loop, task);
    loop->current = task;
    loop->stats.switches += task != NULL;
}

/* The thread sanitizer would note its entry for every task of a stack, and never its exit. */
RT_NO_TSAN static struct rt__context *task_entry(void *arg)
{
    struct rt_task *task = arg;
    struct rt_loop *loop = task->loop;
    rt__context_entered(&task->context);
    reap_finished(loop);
    for (;;) {
        task->state = RT_TASK_RUNNING;
        int result = task->fn(task->arg);

        struct rt__stack *stack = task->parkable ? loop->stage.stack : task->stack;
        rt__stack_check(stack, task->name);
        task_end(task, RT_TASK_DONE, result);
        struct rt_task *next = next_task(loop);
        if (next && next->state == RT_TASK_PENDING && next->parkable == task->parkable) {
            /* One that begins, as this one ends: it has the stack as it is, without a switch. */
            if (next->parkable)
                loop->stage.occupant = next;
            else
                next->stack = stack;
            rt__context_inherit(&next->context, &task->context);
            give_turn(loop, next);
            rt__task_unref(task);
            task = next;
            continue;
        }
        if (task->parkable)
            loop->stage.occupant = NULL;
        loop->finished = task;
        if (next && (next->state == RT_TASK_PENDING || (next->parkable && loop->stage.occupant != next))) {
            loop->resume = next; /* more than a switch: the loop does it */
            next = NULL;
        }
        give_turn(loop, next);
        return next ? &next->context : &loop->context;
    }
}

/* Give a task that begins, or that was put aside, what it stands on. Returns false if it ended for lack of memory. */
static bool give_stack(struct rt_loop *loop, struct rt_task *task)
{
    if (task->parkable ? rt__stage_prepare(loop) == 0
                       : (task->stack = rt__stack_acquire(&loop->stacks)) != NULL)
        return true;
    end_unstarted(task, RT_TASK_DONE, -ENOMEM);
    return false;
}

static inline void switch_to(struct rt_loop *loop, struct rt__context *from, struct rt_task *to)
{
    give_turn(loop, to);
    if (LIKELY(to->state != RT_TASK_PENDING)) {
        rt__context_switch(from, &to->context);
    } else {
        struct rt__stack *stack = to->parkable ? loop->stage.stack : to->stack;
        rt__context_enter(from, &to->context, stack->low, loop->stacks.stack_bytes, stack->fiber, task_entry, to);
    }
}

/* Leave for whoever comes next; returns when it is `self`'s turn again (NULL: the loop's). Switching from task to task
 * without the loop in between halves the switches. */
static inline void leave(struct rt_loop *loop, struct rt_task *self)
{
    struct rt_task *next = NULL;
    if (!self) {
        next = loop->resume;
        loop->resume = NULL;
    }
    if (!next)
        next = next_task(loop);
    while (UNLIKELY(next && (next->parkable || next->state == RT_TASK_PENDING)) && next != self) {
        if (next->parkable && self && self->parkable) {
            loop->resume = next; /* nobody can change the scene while standing on the stage */
            next = NULL;
            break;
        }
        if (next->state != RT_TASK_PENDING || give_stack(loop, next)) {
            if (next->parkable && loop->stage.occupant != next)
                rt__stage_enter(loop, next);
            break;
        }
        next = next_task(loop);
    }
    if (next == self)
        return;
    if (next) {
        switch_to(loop, self ? &self->context : &loop->context, next);
    } else {
        give_turn(loop, NULL);
        rt__context_switch(&self->context, &loop->context);
    }
    reap_finished(loop);
}

void rt__task_run_ready(struct rt_loop *loop)
{
    do
        leave(loop, NULL);
    while (loop->resume);
}

/* --- waiting --- */

static inline void park(struct rt_task *self)
{
    leave(self->loop, self);
    self->cancel_on_its_way = false;
}

static inline bool cancel_is_due(struct rt_task *self)
{
    if (LIKELY(!self->cancel_requested) || self->shields)
        return false;
    self->cancel_requested = false;
    return true;
}

int rt__wait_begin(struct rt_task *self)
{
    return cancel_is_due(self) ? -ECANCELED : 0;
}

/* A wait was cut short by a scope: all whose deadline has passed by then have expired. */
static void expire_scopes(struct rt_task *self, int64_t limit_ns)
{
    for (struct rt_timeout *scope = self->scopes; scope && !scope->shield; scope = scope->outer)
        if (scope->deadline_ns <= limit_ns)
            scope->expired = true;
}

/* A parkable task that waits must not find that it cannot be put aside. */
static int make_room(struct rt_task *self)
{
    return UNLIKELY(self->parkable) ? rt__stage_prepare(self->loop) : 0;
}

int rt__wait(struct rt_task *self, int64_t deadline_ns, const char *waits_for)
{
    int error = make_room(self);
    int64_t limit_ns = self->limit_ns, until_ns = deadline_ns < limit_ns ? deadline_ns : limit_ns;
    if (until_ns != RT_FOREVER && error == 0)
        error = rt__timers_set(&self->loop->timers, &self->timer, until_ns);
    if (UNLIKELY(error < 0)) {
        rt__waiters_remove(self);
        return error;
    }
    self->waiting = true;
    self->cancellable = true;
    self->waits_for = waits_for;
    park(self);
    if (UNLIKELY(self->wait_status == -ETIMEDOUT && limit_ns < deadline_ns))
        expire_scopes(self, limit_ns);
    return self->wait_status;
}

void rt__wait_held(struct rt_task *self, const char *waits_for)
{
    self->waiting = true;
    self->cancellable = false;
    self->waits_for = waits_for;
    park(self);
}

int rt__wait_in(struct rt_waiters *waiters, struct rt_task *self, int64_t deadline_ns, const char *waits_for)
{
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    rt__waiters_push(waiters, self);
    return rt__wait(self, deadline_ns, waits_for);
}

bool rt__wake(struct rt_task *task, int status)
{
    if (!task->waiting)
        return false;
    task->waiting = false;
    task->wait_status = status;
    if (task->timer.place)
        rt__timers_clear(&task->loop->timers, &task->timer);
    rt__waiters_remove(task);
    ready_push(task->loop, task);
    return true;
}

int rt_yield(void)
{
    struct rt_task *self = rt__self();
    if (UNLIKELY(!self))
        return -EINVAL;
    if (UNLIKELY(cancel_is_due(self)))
        return -ECANCELED;
    int error = make_room(self);
    if (UNLIKELY(error < 0))
        return error;
    ready_push(self->loop, self);
    park(self);
    /* A loop that only yields would otherwise never see its scope's end. */
    if (UNLIKELY(self->limit_ns != RT_FOREVER) && rt_now_ns() >= self->limit_ns) {
        expire_scopes(self, self->limit_ns);
        return -ETIMEDOUT;
    }
    return 0;
}

int rt_sleep_until(int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    if (cancel_is_due(self))
        return -ECANCELED;
    int error = rt__wait(self, deadline_ns, "sleep");
    return error == -ETIMEDOUT && deadline_ns <= self->limit_ns ? 0 : error;
}

int rt_sleep_ns(int64_t duration_ns)
{
    return rt_sleep_until(rt_deadline_ns(duration_ns));
}

/* --- the public face of a task --- */

int rt_task_spawn(struct rt_task **ret_task, rt_task_fn fn, void *arg)
{
    struct rt_loop *loop = rt__loop;
    if (UNLIKELY(!loop))
        return -EINVAL;
    if (UNLIKELY(loop->current && loop->current->parkable) && rt__stage_holds(loop, arg))
        return -ENOTSUP;
    return rt__task_create(loop, ret_task, fn, arg);
}

int rt_task_spawn_with(struct rt_task **ret_task, rt_task_fn fn, void *arg, const struct rt_task_options *options)
{
    struct rt_task *task;
    int error = rt_task_spawn(&task, fn, arg);
    if (error < 0)
        return error;
    task->parkable = options->parkable && rt__park_supported();
    if (options->name)
        rt_task_set_name(task, options->name);
    if (ret_task)
        *ret_task = task;
    else
        task->references--;
    return 0;
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
    bool waited = !rt__is_done(task);
    if (waited) {
        /* Whoever holds the handle may await the task too, and release it before this one runs again. */
        task->references++;
        self->wait_item = task;
        rt__waiters_push(&task->joiners, self);
        error = rt__wait(self, RT_FOREVER, rt__waits_task);
    }
    if (error == 0 && ret_result)
        *ret_result = task->result;
    if (waited)
        rt__task_unref(task);
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
        rt__task_unref(task);
}

struct rt_task *rt_task_retain(struct rt_task *task)
{
    task->references++;
    return task;
}

int rt_task_cancel(struct rt_task *task)
{
    struct rt_loop *loop = rt__loop;
    if (!loop || loop != task->loop)
        return -EINVAL;
    if (rt__is_done(task))
        return -EALREADY;
    if (task->waiting && task->cancellable && !task->shields) {
        rt__wake(task, -ECANCELED);
        task->cancel_on_its_way = true;
    } else if (!task->cancel_on_its_way) {
        task->cancel_requested = true;
    }
    return 0;
}

int rt_task_result(const struct rt_task *task, int *ret_result)
{
    if (!rt__is_done(task))
        return -EBUSY;
    *ret_result = task->result;
    return 0;
}

int rt_task_on_done(struct rt_task *task, struct rt_call *call)
{
    return rt__call_when_done(call, task->loop, rt__is_done(task), &task->on_done);
}

enum rt_task_state rt_task_state(const struct rt_task *task)
{
    return task->state;
}

void rt_task_set_name(struct rt_task *task, const char *name)
{
    strncpy(task->name, name, sizeof(task->name) - 1);
    task->name[sizeof(task->name) - 1] = '\0';
}

const char *rt_task_name(const struct rt_task *task)
{
    return task->name;
}
