/* What is done with a task by whoever holds it, seldom enough to be kept apart from the switching (task.c). */
#include "internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES_MOST = 31 };

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
    char *copy = *name ? strndup(name, NAME_BYTES_MOST) : NULL;
    free(task->name);
    task->name = copy;
}

const char *rt_task_name(const struct rt_task *task)
{
    return task->name ? task->name : "";
}
