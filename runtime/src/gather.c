/* Waiting for several tasks: for all, for some, for one after another. */
#include <assert.h>
#include <errno.h>
#include <iort/gather.h>
#include <stdlib.h>
#include "watch.h"

static const char waits_for[] = "tasks";

static bool is_negative(int result)
{
    return result < 0;
}

static bool is_failure(int result)
{
    return result < 0 && result != -ECANCELED;
}

int rt_gather(struct rt_task *const *tasks, size_t count, int *results, enum rt_gather_mode mode)
{
    struct rt__watch *watch;
    int error = rt__watch_create(&watch, tasks, count, mode == RT_GATHER_RETURN_ERRORS ? NULL : is_negative);
    if (error < 0)
        return error;
    error = rt__watch_wait(watch, 0, RT_FOREVER, waits_for);
    if (error == -ENOMEM)
        goto destroy;
    if (error == 0 && watch->error)
        error = watch->error->task->result;
    if (watch->pending > 0) {
        int left = rt__watch_cancel(watch, waits_for);
        if (left < 0) {
            error = left;
            goto destroy;
        }
    }
    for (size_t i = 0; results && i < count; i++)
        results[i] = watch->tasks[i].task->result;
destroy:
    rt__watch_destroy(watch);
    return error;
}

int rt_wait(struct rt_task **tasks, size_t count, enum rt_wait_until until, int64_t deadline_ns, size_t *ret_done)
{
    struct rt__watch *watch;
    int error = rt__watch_create(&watch, tasks, count, until == RT_FIRST_ERROR ? is_failure : NULL);
    if (error < 0)
        return error;
    size_t wake_at = until == RT_FIRST_COMPLETED && count > 0 ? count - 1 : 0;
    error = rt__watch_wait(watch, wake_at, deadline_ns, waits_for);
    if (error != -ENOMEM) {
        size_t done = 0;
        for (struct rt__watched *watched = watch->done_first; watched; watched = watched->next)
            tasks[done++] = watched->task;
        if (ret_done)
            *ret_done = done;
        for (size_t i = 0; i < count; i++)
            if (!rt__is_done(watch->tasks[i].task))
                tasks[done++] = watch->tasks[i].task;
    }
    rt__watch_destroy(watch);
    return error;
}

/* --- one after another --- */

int rt_as_completed_init(struct rt_as_completed *iterator, struct rt_task *const *tasks, size_t count,
                         int64_t deadline_ns)
{
    struct rt__watch *watch;
    int error = rt__watch_create(&watch, tasks, count, NULL);
    if (error < 0)
        return error;
    *iterator = (struct rt_as_completed){watch, deadline_ns};
    return 0;
}

int rt_as_completed_next(struct rt_as_completed *iterator, struct rt_task **ret_task)
{
    struct rt__watch *watch = iterator->watch;
    struct rt_task *self = rt__self();
    if (!self || self->loop != watch->loop)
        return -EINVAL;
    if (watch->waiter)
        return -EBUSY;
    struct rt__watched *next = watch->done_first;
    if (!next && watch->pending == 0)
        return 0;
    int error = rt__watch_wait(watch, next ? SIZE_MAX : watch->pending - 1, iterator->deadline_ns, waits_for);
    if (error < 0)
        return error;
    next = watch->done_first;
    watch->done_first = next->next;
    if (!next->next)
        watch->done_last = NULL;
    *ret_task = next->task;
    return 1;
}

void rt_as_completed_finish(struct rt_as_completed *iterator)
{
    rt__watch_destroy(iterator->watch);
    iterator->watch = NULL;
}

/* --- an array of items --- */

struct each {
    rt_task_fn fn;
    char *items;
    size_t item_bytes, count;
    size_t next; /* the first that has not been begun */
    int *results;
    bool stop_on_error;
    struct rt_task *workers[];
};

static int work(void *arg)
{
    struct each *each = arg;
    while (each->next < each->count) {
        size_t i = each->next++;
        int result = each->fn(each->items + i * each->item_bytes);
        if (each->results)
            each->results[i] = result;
        if (result < 0 && each->stop_on_error) {
            each->next = each->count;
            return result;
        }
    }
    return 0;
}

static void release_workers(struct each *each, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rt_task_release(each->workers[i]);
}

/* Wait for the workers, who have not begun yet. Returns as rt_gather_each; *ret_left is true if some have not ended. */
static int oversee(struct each *each, size_t workers, bool *ret_left)
{
    struct rt__watch *watch;
    int error = rt__watch_create(&watch, each->workers, workers, is_negative);
    if (error < 0) {
        for (size_t i = 0; i < workers; i++)
            rt_task_cancel(each->workers[i]); /* so they never will */
        return error;
    }
    error = rt__watch_wait(watch, 0, RT_FOREVER, waits_for);
    if (error == 0 && watch->error)
        error = watch->error->task->result;
    if (error < 0)
        each->next = each->count;
    int left = watch->pending > 0 ? rt__watch_cancel(watch, waits_for) : 0;
    *ret_left = left < 0;
    rt__watch_destroy(watch);
    return left < 0 ? left : error;
}

int rt_gather_each(rt_task_fn fn, void *items, size_t item_bytes, size_t count, size_t at_most, int *results,
                   enum rt_gather_mode mode)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    if (self->parkable)
        return -ENOTSUP;
    size_t workers = at_most && at_most < count ? at_most : count, spawned;
    struct each *each;
    if (workers > (SIZE_MAX - sizeof(*each)) / sizeof(each->workers[0]))
        return -ENOMEM;
    each = malloc(sizeof(*each) + workers * sizeof(each->workers[0]));
    if (!each)
        return -ENOMEM;
    *each = (struct each){
        .fn = fn,
        .items = items,
        .item_bytes = item_bytes,
        .count = count,
        .results = results,
        .stop_on_error = mode == RT_GATHER_STOP_ON_ERROR,
    };
    int error = 0;
    bool left = false;
    for (spawned = 0; spawned < workers; spawned++) {
        error = rt_task_spawn(&each->workers[spawned], work, each);
        if (error < 0) {
            for (size_t i = 0; i < spawned; i++)
                rt_task_cancel(each->workers[i]);
            goto release;
        }
    }
    for (size_t i = 0; results && i < count; i++)
        results[i] = -ECANCELED;
    error = oversee(each, workers, &left);
release:
    release_workers(each, spawned);
    if (!left) /* otherwise they still look at it */
        free(each);
    return error;
}
