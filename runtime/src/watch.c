#include "watch.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

static void note_end(struct rt__watched *watched)
{
    struct rt__watch *watch = watched->watch;
    if (watch->done_last)
        watch->done_last->next = watched;
    else
        watch->done_first = watched;
    watch->done_last = watched;
    watch->pending--;
    if (!watch->error && watch->is_error && watch->is_error(watched->task->result))
        watch->error = watched;
}

static bool is_met(const struct rt__watch *watch, size_t wake_at)
{
    return watch->pending <= wake_at || watch->error;
}

/* Within the end of the task, on whatever stack that is. */
static void task_ended(void *arg)
{
    struct rt__watched *watched = arg;
    struct rt__watch *watch = watched->watch;
    note_end(watched);
    if (watch->waiter && is_met(watch, watch->wake_at))
        rt__wake(watch->waiter, 0);
}

int rt__watch_create(struct rt__watch **ret_watch, struct rt_task *const *tasks, size_t count,
                     bool (*is_error)(int result))
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    for (size_t i = 0; i < count; i++) {
        if (tasks[i]->loop != self->loop)
            return -EINVAL;
        if (tasks[i] == self)
            return -EDEADLK;
    }
    struct rt__watch *watch;
    if (count > (SIZE_MAX - sizeof(*watch)) / sizeof(watch->tasks[0]))
        return -ENOMEM;
    watch = malloc(sizeof(*watch) + count * sizeof(watch->tasks[0]));
    if (!watch)
        return -ENOMEM;
    *watch = (struct rt__watch){.loop = self->loop, .pending = count, .is_error = is_error, .count = count};
    for (size_t i = 0; i < count; i++) {
        struct rt__watched *watched = &watch->tasks[i];
        watched->watch = watch;
        watched->task = rt_task_retain(tasks[i]);
        watched->next = NULL;
        rt_call_init(&watched->call, task_ended, watched);
        if (rt__is_done(tasks[i])) {
            note_end(watched);
        } else {
            watched->call.at_once = true;
            watched->call.loop = self->loop;
            rt__call_push(&tasks[i]->on_done, &watched->call);
        }
    }
    *ret_watch = watch;
    return 0;
}

void rt__watch_destroy(struct rt__watch *watch)
{
    assert(!watch->waiter);
    for (size_t i = 0; i < watch->count; i++) {
        rt_call_cancel(&watch->tasks[i].call);
        rt__task_unref(watch->tasks[i].task);
    }
    free(watch);
}

int rt__watch_wait(struct rt__watch *watch, size_t wake_at, int64_t deadline_ns, const char *waits_for)
{
    struct rt_task *self = rt__self();
    int error = rt__wait_begin(self);
    if (error < 0 || is_met(watch, wake_at))
        return error;
    watch->wake_at = wake_at;
    watch->waiter = self;
    error = rt__wait(self, deadline_ns, waits_for);
    watch->waiter = NULL;
    return error;
}

int rt__watch_cancel(struct rt__watch *watch, const char *waits_for)
{
    struct rt_task *self = rt__self();
    int error = 0;
    for (size_t i = 0; i < watch->count; i++)
        rt_task_cancel(watch->tasks[i].task);
    watch->is_error = NULL; /* from here on all must have ended */
    watch->error = NULL;
    watch->wake_at = 0;
    watch->waiter = self;
    while (watch->pending > 0 && error == 0) {
        /* It must not be told that it cannot be put aside once it has begun to wait. */
        if (self->parkable && (error = rt__stage_prepare(self->loop)) < 0)
            break;
        rt__wait_held(self, waits_for);
        error = self->wait_status;
    }
    watch->waiter = NULL;
    return watch->pending > 0 ? error : 0;
}
