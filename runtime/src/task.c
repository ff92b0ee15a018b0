/* Tasks: creating, switching, waiting, waking, ending. */
#include "internal.h"
#include <assert.h>
#include <errno.h>

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

enum { HAND_OVERS_MOST = 64 };

const char rt__waits_task[] = "task";

struct rt_task *rt_task_self(void)
{
    return rt__self();
}

static inline void ready_push(struct rt_loop *loop, struct rt_task *task)
{
    task->next = NULL;
    task->ready_prev = loop->ready_last;
    if (loop->ready_last)
        loop->ready_last->next = task;
    else
        loop->ready_first = task;
    loop->ready_last = task;
    loop->ready_count++;
}

/* To the head of the queue it is in. */
static void ready_advance(struct rt_loop *loop, struct rt_task *task)
{
    if (task == loop->ready_first)
        return;
    task->ready_prev->next = task->next;
    if (task->next)
        task->next->ready_prev = task->ready_prev;
    else
        loop->ready_last = task->ready_prev;
    task->next = loop->ready_first;
    loop->ready_first->ready_prev = task;
    loop->ready_first = task;
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

static inline void task_unref(struct rt_task *task)
{
    if (--task->references == 0)
        rt__task_pool_put(task);
}

void rt__task_unref(struct rt_task *task)
{
    task_unref(task);
}

int rt__task_create(struct rt_loop *loop, struct rt_task **ret_task, rt_task_fn fn, void *arg)
{
    if (UNLIKELY(!loop->tasks.spare) && rt__task_pool_grow(loop) < 0)
        return -ENOMEM;
    struct rt_task *task = loop->tasks.spare;
    rt__unpoison(task, sizeof(*task));
    loop->tasks.spare = task->next;
    /* Of one that was used before, task_end has left everything else as calloc does. */
    task->fn = fn;
    task->arg = arg;
    task->stack = NULL;
    task->references = ret_task ? 2 : 1;
    task->state = RT_TASK_PENDING;
    task->uncommon = 0;
    task->fresh = true;
    task->cancel_on_its_way = false;
    loop->stats.tasks_spawned++;
    if (++loop->stats.tasks_now > loop->stats.tasks_peak)
        loop->stats.tasks_peak = loop->stats.tasks_now;
    ready_push(loop, task);
    if (ret_task)
        *ret_task = task;
    return 0;
}

/* --- running --- */

/* The usual end: one task awaits this one. Returns it, and it goes on without a detour over the queue; or NULL if it is
 * not so. */
static inline struct rt_task *wake_only_joiner(struct rt_loop *loop, struct rt_task *task)
{
    struct rt_task *joiner = task->joiners.first;
    if (!joiner || joiner->waiters_next || joiner->timer.place || loop->budget == 0 || UNLIKELY(loop->watched) ||
        (loop->ready_first && ++loop->handed_over > HAND_OVERS_MOST))
        return NULL;
    task->joiners.first = task->joiners.last = NULL;
    joiner->waiters = NULL;
    joiner->waiting = false;
    joiner->wait_status = 0;
    loop->budget--;
    return joiner;
}

/* Everything that an end means but for the stack, which may still be the one in use. */
static inline void task_end(struct rt_task *task, enum rt_task_state state, int result)
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
    if (UNLIKELY(task->scopes)) { /* left by code that did not end them */
        task->scopes = NULL;
        task->limit_ns = RT_FOREVER;
        task->shields = 0;
    }
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
    task_unref(task);
}

/* For a task that never ran: it was cancelled, or there is no memory for its stack. */
static void end_unstarted(struct rt_task *task, enum rt_task_state state, int result)
{
    task_end(task, state, result);
    task_unref(task);
}

/* Returns what shall run next: the first ready task, or NULL when there is none or it is time to look for events. */
static inline struct rt_task *next_task(struct rt_loop *loop)
{
    while (loop->ready_first && loop->budget > 0) {
        struct rt_task *task = UNLIKELY(loop->watched && loop->schedule_state) ? rt__debug_pick(loop) : ready_pop(loop);
        if (UNLIKELY(task->fresh && task->cancel_requested)) {
            end_unstarted(task, RT_TASK_CANCELLED, -ECANCELED);
            continue;
        }
        loop->budget--;
        return task;
    }
    return NULL;
}

static inline void give_turn(struct rt_loop *loop, struct rt_task *task)
{
    if (UNLIKELY(loop->watched))
        rt__debug_switch(loop, task);
    loop->current = task;
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
        task->fresh = false;
        int result = task->fn(task->arg);

        struct rt__stack *stack = task->parkable ? loop->stage.stack : task->stack;
        rt__stack_check(stack, task);
        struct rt_task *next = wake_only_joiner(loop, task);
        task_end(task, RT_TASK_DONE, result);
        if (!next) {
            loop->handed_over = 0;
            next = next_task(loop);
        }
        if (next && next->fresh && next->parkable == task->parkable) {
            /* One that begins, as this one ends: it has the stack as it is, without a switch. */
            if (next->parkable)
                loop->stage.occupant = next;
            else
                next->stack = stack;
            rt__context_inherit(&next->context, &task->context);
            give_turn(loop, next);
            task_unref(task);
            task = next;
            continue;
        }
        if (task->parkable)
            loop->stage.occupant = NULL;
        loop->finished = task;
        if (next && (next->fresh || (next->parkable && loop->stage.occupant != next))) {
            loop->resume = next; /* more than a switch: the loop does it */
            next = NULL;
        }
        give_turn(loop, next);
        return next ? &next->context : &loop->context;
    }
}

/* Give a task that begins, or that was put aside, what it stands on. Returns false if it ended for lack of memory. */
static inline bool give_stack(struct rt_loop *loop, struct rt_task *task)
{
    if (task->parkable ? rt__stage_prepare(loop) == 0 : (task->stack = rt__stack_acquire(&loop->stacks)) != NULL)
        return true;
    end_unstarted(task, RT_TASK_DONE, -ENOMEM);
    return false;
}

static inline void enter(struct rt_loop *loop, struct rt__context *from, struct rt_task *to, struct rt__stack *stack)
{
    give_turn(loop, to);
    rt__context_enter(from, &to->context, stack->low, (size_t)(stack->top - stack->low), stack->fiber, task_entry, to);
}

/* As `leave`, for whatever is more than a switch. `next` is out of the queue already; NULL: nobody is ready. */
static __attribute__((noinline)) void leave_slowly(struct rt_loop *loop, struct rt_task *self, struct rt_task *next)
{
    struct rt__context *from = self ? &self->context : &loop->context;
    for (; next && (next->parkable || next->fresh) && next != self; next = next_task(loop)) {
        if (next->parkable && self && self->parkable) {
            loop->resume = next; /* nobody can change the scene while standing on the stage */
            next = NULL;
            break;
        }
        if (!next->fresh || give_stack(loop, next)) {
            if (next->parkable && loop->stage.occupant != next)
                rt__stage_enter(loop, next);
            break;
        }
    }
    if (next == self)
        return;
    if (!next) {
        give_turn(loop, NULL);
        rt__context_switch(from, &loop->context);
    } else if (next->fresh) {
        enter(loop, from, next, next->parkable ? loop->stage.stack : next->stack);
    } else {
        give_turn(loop, next);
        rt__context_switch(from, &next->context);
    }
    reap_finished(loop);
}

/* Leave for whoever comes next; returns when it is `self`'s turn again. Switching from task to task without the loop in
 * between halves the switches. */
static inline void leave(struct rt_loop *loop, struct rt_task *self)
{
    struct rt_task *next = next_task(loop);
    if (UNLIKELY(!next || next->parkable || next == self)) {
        leave_slowly(loop, self, next);
        return;
    }
    if (LIKELY(!next->fresh)) {
        give_turn(loop, next);
        rt__context_switch(&self->context, &next->context);
    } else if (LIKELY(loop->stacks.free)) {
        next->stack = rt__stack_acquire(&loop->stacks);
        enter(loop, &self->context, next, next->stack);
    } else {
        leave_slowly(loop, self, next);
        return;
    }
    reap_finished(loop);
}

void rt__task_run_ready(struct rt_loop *loop)
{
    do {
        struct rt_task *next = loop->resume;
        loop->resume = NULL;
        leave_slowly(loop, NULL, next ? next : next_task(loop));
    } while (loop->resume);
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

static void timer_fired(struct rt_timer *timer)
{
    struct rt_task *task = (struct rt_task *)((char *)timer - offsetof(struct rt_task, timer));
    rt__wake(task, -ETIMEDOUT);
}

/* What a wait needs beyond being woken. */
static int wait_prepare(struct rt_task *self, int64_t deadline_ns)
{
    int error = make_room(self);
    self->timer.fire = timer_fired;
    int64_t until_ns = deadline_ns < self->limit_ns ? deadline_ns : self->limit_ns;
    if (error == 0 && until_ns != RT_FOREVER)
        error = rt__timers_set(&self->loop->timers, &self->timer, until_ns);
    if (error < 0)
        rt__waiters_remove(self);
    return error;
}

static inline int wait_inline(struct rt_task *self, int64_t deadline_ns, const char *waits_for)
{
    if (deadline_ns != RT_FOREVER || UNLIKELY(self->uncommon)) {
        int error = wait_prepare(self, deadline_ns);
        if (UNLIKELY(error < 0))
            return error;
    }
    self->waiting = true;
    self->successes = 0;
    self->cancellable = true;
    self->waits_for = waits_for;
    park(self);
    if (UNLIKELY(self->wait_status == -ETIMEDOUT && self->limit_ns < deadline_ns))
        expire_scopes(self, self->limit_ns);
    return self->wait_status;
}

int rt__wait(struct rt_task *self, int64_t deadline_ns, const char *waits_for)
{
    return wait_inline(self, deadline_ns, waits_for);
}

void rt__wait_held(struct rt_task *self, const char *waits_for)
{
    self->waiting = true;
    self->cancellable = false;
    self->waits_for = waits_for;
    park(self);
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

/* From the head of the queue to its tail, which is not empty: as ready_push and ready_pop, without their branches. */
static inline void yield_to(struct rt_loop *loop, struct rt_task *self, struct rt_task *next)
{
    self->next = NULL;
    self->ready_prev = loop->ready_last;
    loop->ready_last->next = self;
    loop->ready_last = self;
    loop->ready_first = next->next;
    loop->budget--;
    loop->current = next;
    rt__context_switch(&self->context, &next->context);
    reap_finished(loop);
}

static int yield_with_care(struct rt_loop *loop, struct rt_task *self)
{
    if (cancel_is_due(self))
        return -ECANCELED;
    int error = make_room(self);
    if (error < 0)
        return error;
    ready_push(loop, self);
    park(self);
    /* A loop that only yields would otherwise never see its scope's end. */
    if (self->limited && rt_now_ns() >= self->limit_ns) {
        expire_scopes(self, self->limit_ns);
        return -ETIMEDOUT;
    }
    return 0;
}

int rt_yield(void)
{
    struct rt_loop *loop = rt__loop;
    struct rt_task *self = loop ? loop->current : NULL;
    if (UNLIKELY(!self))
        return -EINVAL;
    struct rt_task *next = loop->ready_first;
    if (UNLIKELY(self->uncommon || !next || next->uncommon || loop->budget == 0 || loop->watched))
        return yield_with_care(loop, self);
    yield_to(loop, self, next);
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

/* Not for ever: others are ready, too. */
static inline bool loop_hands_over(struct rt_loop *loop)
{
    return ++loop->handed_over <= HAND_OVERS_MOST;
}

static inline int await(struct rt_task *task, int *ret_result)
{
    struct rt_task *self = rt__self();
    if (UNLIKELY(!self || self->loop != task->loop))
        return -EINVAL;
    if (UNLIKELY(self == task))
        return -EDEADLK;
    if (UNLIKELY(cancel_is_due(self)))
        return -ECANCELED;
    int error = 0;
    if (!rt__is_done(task)) {
        /* The turn goes to the one that is awaited, before those who wait for one: a tree of tasks is walked as calls
         * would, branch by branch, and has as many stacks as it is deep and not as it is wide. */
        if (task->fresh && loop_hands_over(self->loop))
            ready_advance(self->loop, task);
        self->wait_item = task;
        rt__waiters_push(&task->joiners, self);
        error = wait_inline(self, RT_FOREVER, rt__waits_task);
    }
    if (error == 0 && ret_result)
        *ret_result = task->result;
    return error;
}

int rt_task_await(struct rt_task *task, int *ret_result)
{
    if (!rt__self() || rt__loop != task->loop)
        return -EINVAL;
    /* Whoever holds the handle may await the task, too, and release it before this one runs again. */
    task->references++;
    int error = await(task, ret_result);
    rt__task_unref(task);
    return error;
}

int rt_task_join(struct rt_task *task, int *ret_result)
{
    int error = await(task, ret_result);
    if (error == 0)
        task_unref(task);
    return error;
}

void rt_task_release(struct rt_task *task)
{
    if (task)
        task_unref(task);
}
