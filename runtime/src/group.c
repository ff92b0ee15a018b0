/* Task groups: a node for each child, which leaves the group as the child ends. */
#include <assert.h>
#include <errno.h>
#include <iort/group.h>
#include <stdlib.h>
#include "internal.h"

static const char waits_for[] = "task group";

struct rt__child {
    struct rt_call ended;
    struct rt_group *group; /* NULL: the group let it go */
    struct rt_task *task;   /* no reference: the node does not outlive it */
    struct rt__child *prev, *next;
};

int rt_group_init(struct rt_group *group)
{
    struct rt_loop *loop = rt__loop;
    if (!loop)
        return -EINVAL;
    if (loop->current && loop->current->parkable && rt__stage_holds(loop, group))
        return -ENOTSUP;
    *group = (struct rt_group){.loop = loop};
    return 0;
}

static void link_child(struct rt_group *group, struct rt__child *child)
{
    struct rt__child *head = group->children;
    group->count++;
    if (!head) {
        child->prev = child->next = group->children = child;
        return;
    }
    child->prev = head->prev;
    child->next = head;
    head->prev->next = child;
    head->prev = child;
}

static void unlink_child(struct rt_group *group, struct rt__child *child)
{
    group->count--;
    if (child->next == child) {
        group->children = NULL;
        return;
    }
    child->prev->next = child->next;
    child->next->prev = child->prev;
    if (group->children == child)
        group->children = child->next;
}

void rt_group_cancel(struct rt_group *group)
{
    if (rt__loop != group->loop || group->stopping)
        return;
    group->stopping = true;
    struct rt__child *child = group->children;
    for (size_t i = 0; i < group->count; i++, child = child->next)
        rt_task_cancel(child->task);
}

/* Within the end of the task, on whatever stack that is. */
static void child_ended(void *arg)
{
    struct rt__child *child = arg;
    struct rt_group *group = child->group;
    int result = child->task->result;
    if (group) {
        unlink_child(group, child);
        if (result < 0 && result != -ECANCELED) {
            if (group->error == 0)
                group->error = result;
            rt_group_cancel(group);
        }
        while (group->count == 0 && group->waiters.first)
            rt__wake(group->waiters.first, 0);
    }
    free(child);
}

int rt_group_spawn(struct rt_group *group, struct rt_task **ret_task, rt_task_fn fn, void *arg)
{
    if (rt__loop != group->loop)
        return -EINVAL;
    if (group->stopping)
        return -ECANCELED;
    struct rt__child *child = malloc(sizeof(*child));
    if (!child)
        return -ENOMEM;
    struct rt_task *task;
    int error = rt_task_spawn(&task, fn, arg);
    if (error < 0) {
        free(child);
        return error;
    }
    child->group = group;
    child->task = task;
    rt_call_init(&child->ended, child_ended, child);
    child->ended.at_once = true;
    child->ended.loop = group->loop;
    rt__call_push(&task->on_done, &child->ended);
    link_child(group, child);
    if (ret_task)
        *ret_task = task;
    else
        rt__task_unref(task); /* the loop has its own until it is done */
    return 0;
}

static bool is_child(const struct rt_group *group, const struct rt_task *task)
{
    const struct rt__child *child = group->children;
    for (size_t i = 0; i < group->count; i++, child = child->next)
        if (child->task == task)
            return true;
    return false;
}

/* Cancel the children and wait for them; neither cancel nor deadline cuts it short. Returns 0, -EDEADLK or -ENOMEM. */
static int end_children(struct rt_group *group, struct rt_task *self)
{
    rt_group_cancel(group);
    while (group->count > 0) {
        /* It must not be told that it cannot be put aside once it has begun to wait. */
        if (self->parkable && rt__stage_prepare(self->loop) < 0)
            return -ENOMEM;
        rt__waiters_push(&group->waiters, self);
        rt__wait_held(self, waits_for);
        if (group->count > 0 && self->wait_status < 0)
            return self->wait_status;
    }
    return 0;
}

int rt_group_wait(struct rt_group *group)
{
    struct rt_task *self = rt__self();
    if (!self || self->loop != group->loop)
        return -EINVAL;
    if (is_child(group, self))
        return -EDEADLK;
    int error = rt__wait_begin(self);
    while (error == 0 && group->count > 0) { /* someone may spawn another before this task runs again */
        rt__waiters_push(&group->waiters, self);
        error = rt__wait(self, RT_FOREVER, waits_for);
        if (error == -ENOMEM)
            return error;
    }
    if (error < 0) {
        int left = end_children(group, self);
        return left < 0 ? left : error;
    }
    return group->error;
}

void rt_group_finish(struct rt_group *group)
{
    assert(!group->waiters.first);
    if (group->count == 0)
        return;
    struct rt_task *self = rt__self();
    assert(self && self->loop == group->loop && !is_child(group, self));
    if (end_children(group, self) == 0)
        return;
    while (group->children) {
        struct rt__child *child = group->children;
        unlink_child(group, child);
        child->group = NULL;
    }
}
