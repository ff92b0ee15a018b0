/* Callbacks on the loop's own stack: in its next turn, at a deadline, when something is done, from another thread. */
#include "internal.h"
#include <errno.h>
#include <stdlib.h>

/* --- circular lists: the head is the oldest, its `prev` the newest --- */

void rt__call_push(struct rt_call **list, struct rt_call *call)
{
    struct rt_call *head = *list;
    call->list = list;
    if (!head) {
        call->prev = call->next = *list = call;
        return;
    }
    call->prev = head->prev;
    call->next = head;
    head->prev->next = call;
    head->prev = call;
}

static void call_unlink(struct rt_call *call)
{
    struct rt_call **list = call->list;
    call->list = NULL;
    if (call->next == call) {
        *list = NULL;
        return;
    }
    call->prev->next = call->next;
    call->next->prev = call->prev;
    if (*list == call)
        *list = call->next;
}

void rt__call_run_all(struct rt_call **list, struct rt_call *end)
{
    rt__call_push(list, end);
    for (struct rt_call *call; (call = *list) != end;) {
        call_unlink(call);
        call->fn(call->arg); /* may free the call, ask for it again, cancel others */
    }
    call_unlink(end);
}

void rt__call_done(struct rt_call **list)
{
    while (*list) {
        struct rt_call *call = *list;
        call_unlink(call);
        if (call->at_once)
            call->fn(call->arg);
        else
            rt__call_push(&call->loop->calls, call);
    }
}

/* --- the public calls --- */

void rt_call_init(struct rt_call *call, rt_call_fn fn, void *arg)
{
    *call = (struct rt_call){.fn = fn, .arg = arg};
}

static void call_fired(struct rt_timer *timer)
{
    struct rt_call *call = (struct rt_call *)((char *)timer - offsetof(struct rt_call, timer));
    call->fn(call->arg);
}

/* Whether it can be asked for here and now. */
static int call_begin(struct rt_call *call)
{
    struct rt_loop *loop = rt__loop;
    if (!loop)
        return -EINVAL;
    if (call->list || call->timer.place)
        return -EBUSY;
    if (rt__stage_holds(loop, call))
        return -ENOTSUP;
    call->loop = loop;
    return 0;
}

int rt_call_soon(struct rt_call *call)
{
    int error = call_begin(call);
    if (error < 0)
        return error;
    rt__call_push(&rt__loop->calls, call);
    return 0;
}

int rt__call_when_done(struct rt_call *call, struct rt_loop *loop, bool is_done, struct rt_call **list)
{
    if (rt__loop != loop)
        return -EINVAL;
    int error = call_begin(call);
    if (error < 0)
        return error;
    rt__call_push(is_done ? &loop->calls : list, call);
    return 0;
}

int rt_call_at(struct rt_call *call, int64_t deadline_ns)
{
    int error = call_begin(call);
    if (error < 0)
        return error;
    call->timer.fire = call_fired;
    return rt__timers_set(&rt__loop->timers, &call->timer, deadline_ns);
}

int rt_call_later(struct rt_call *call, int64_t duration_ns)
{
    return rt_call_at(call, rt_deadline_ns(duration_ns));
}

int rt_call_cancel(struct rt_call *call)
{
    if (call->list) {
        call_unlink(call);
        return 0;
    }
    if (call->timer.place) {
        rt__timers_clear(&call->loop->timers, &call->timer);
        return 0;
    }
    return -EALREADY;
}

/* --- from other threads --- */

struct foreign_call {
    struct rt__remote remote;
    rt_call_fn fn;
    void *arg;
};

static void foreign_arrived(struct rt__remote *remote)
{
    struct foreign_call call = *(struct foreign_call *)remote;
    free(remote);
    call.fn(call.arg);
}

int rt_call_soon_threadsafe(struct rt_loop *loop, rt_call_fn fn, void *arg)
{
    struct foreign_call *call = malloc(sizeof(*call));
    if (!call)
        return -ENOMEM;
    *call = (struct foreign_call){.remote.arrive = foreign_arrived, .fn = fn, .arg = arg};
    rt__remote_send(loop, &call->remote);
    return 0;
}

/* A task that another thread has asked for: begun by one message, its end told by the other. */
struct submission {
    struct rt__remote begin, end, cancel;
    struct rt_loop *there;
    struct rt_loop *here; /* NULL: a thread without a loop, which waits on the condition */
    rt_task_fn fn;
    void *arg;
    int result, error;
    struct rt_task *task; /* the other loop's thread only */
    struct rt_call done;
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    bool is_ended;
};

static void submission_end(struct submission *submission)
{
    if (submission->here) {
        rt__remote_send(submission->here, &submission->end);
        return;
    }
    pthread_mutex_lock(&submission->mutex);
    submission->is_ended = true;
    pthread_cond_signal(&submission->ended);
    pthread_mutex_unlock(&submission->mutex);
}

static void submission_done(void *arg)
{
    struct submission *submission = arg;
    submission->result = submission->task->result;
    rt__task_unref(submission->task);
    submission->task = NULL;
    submission_end(submission);
}

static void submission_begin(struct rt__remote *remote)
{
    struct submission *submission = (struct submission *)((char *)remote - offsetof(struct submission, begin));
    submission->error = rt__task_create(submission->there, &submission->task, submission->fn, submission->arg);
    if (submission->error < 0) {
        submission_end(submission);
        return;
    }
    rt_call_init(&submission->done, submission_done, submission);
    submission->done.at_once = true;
    submission->done.loop = submission->there;
    rt__call_push(&submission->task->on_done, &submission->done);
}

static void submission_cancel(struct rt__remote *remote)
{
    struct submission *submission = (struct submission *)((char *)remote - offsetof(struct submission, cancel));
    if (submission->task)
        rt_task_cancel(submission->task);
    /* Back to where it came from: the last that is heard of it here, so only then may its memory be given up. */
    remote->arrive = NULL;
    rt__remote_send(submission->here, remote);
}

int rt_submit(struct rt_loop *loop, rt_task_fn fn, void *arg, int *ret_result)
{
    static const char waits_for[] = "task of another loop";
    struct rt_task *self = rt__self();
    if (!self || self->loop == loop)
        return -EINVAL;
    if (self->parkable)
        return -ENOTSUP;
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    struct submission submission = {
        .begin.arrive = submission_begin,
        .end.task = self,
        .there = loop,
        .here = self->loop,
        .fn = fn,
        .arg = arg,
    };
    self->loop->outside++;
    rt__remote_send(loop, &submission.begin);
    error = rt__wait(self, RT_FOREVER, waits_for);
    if (submission.end.arrived) {
        if (error == -ECANCELED)
            self->cancel_requested = true; /* it was done before this task could run again: the result stands */
        error = 0;
    } else {
        submission.cancel = (struct rt__remote){.arrive = submission_cancel, .task = self};
        rt__remote_send(loop, &submission.cancel);
        while (!submission.end.arrived || !submission.cancel.arrived)
            rt__wait_held(self, waits_for);
    }
    self->loop->outside--;
    if (submission.error < 0) { /* it never began; a cancel that came meanwhile is not to be lost */
        self->cancel_requested |= error == -ECANCELED;
        return submission.error;
    }
    if (error == 0 && ret_result)
        *ret_result = submission.result;
    return error;
}

int rt_submit_blocking(struct rt_loop *loop, rt_task_fn fn, void *arg, int *ret_result)
{
    if (rt__loop)
        return -EBUSY;
    struct submission submission = {
        .begin.arrive = submission_begin,
        .there = loop,
        .fn = fn,
        .arg = arg,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .ended = PTHREAD_COND_INITIALIZER,
    };
    rt__remote_send(loop, &submission.begin);
    pthread_mutex_lock(&submission.mutex);
    while (!submission.is_ended)
        pthread_cond_wait(&submission.ended, &submission.mutex);
    pthread_mutex_unlock(&submission.mutex);
    pthread_cond_destroy(&submission.ended);
    pthread_mutex_destroy(&submission.mutex);
    if (submission.error == 0 && ret_result)
        *ret_result = submission.result;
    return submission.error;
}
