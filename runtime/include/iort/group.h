/*
 * Task groups: children that do not outlive a piece of code, and of which one that fails takes the others along.
 *
 *     struct rt_group group;
 *     int error = rt_group_init(&group);
 *     if (error < 0)
 *         return error;
 *     for (int i = 0; i < count && error == 0; i++)
 *         error = rt_group_spawn(&group, NULL, fetch, &pages[i]);
 *     int failed = rt_group_wait(&group);
 *     rt_group_finish(&group);
 *
 * A child fails by a negative result other than -ECANCELED: being cancelled is no failure (as in asyncio). The first
 * failure cancels all other children at once. The group's owner is not cancelled wherever it waits meanwhile, unlike
 * asyncio's: it learns of the failure from rt_group_wait, or from rt_group_spawn, which returns -ECANCELED from then
 * on. An owner that wants to be torn from its own waits does them in a child.
 */
#ifndef IORT_GROUP_H
#define IORT_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <iort/loop.h>
#include <iort/sync.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_task;
struct rt__child;

/** A group, in the caller's memory, for the tasks of one loop; its fields are the library's. */
struct rt_group {
    struct rt_loop *loop;
    struct rt__child *children; /* circular, oldest first */
    struct rt_waiters waiters;
    size_t count;
    int error;
    bool stopping;
};

/**
 * Begin an empty group; rt_group_finish ends it.
 *
 * Returns 0, -EINVAL (this thread runs no loop) or -ENOTSUP (the group lies on a parkable task's own stack).
 * Context: a task or a callback; does not suspend. Source: asyncio.TaskGroup, trio's nursery.
 */
int rt_group_init(struct rt_group *group);

/**
 * Create a task as a child of the group. Children may do so too.
 *
 * @param ret_task  as in rt_task_spawn: the caller's own reference, or NULL; the group needs none
 * @param fn, arg   the body; arg must live until the child is done, so at the latest until rt_group_finish returns
 *
 * Returns 0, -ECANCELED (a child has failed, or the group was cancelled: no more are begun), or as rt_task_spawn.
 * Context: a task or a callback of the group's loop; does not suspend. Source: asyncio.TaskGroup.create_task.
 */
int rt_group_spawn(struct rt_group *group, struct rt_task **ret_task, rt_task_fn fn, void *arg);

/**
 * Cancel all children, and let no more be spawned. Twice is once: children that went on in spite of the first are not
 * cancelled again. Does not wait for them. Does nothing outside of the group's loop. A child may cancel its own group.
 * Context: a task or a callback of the group's loop; does not suspend. Source: trio's cancel_scope.cancel.
 */
void rt_group_cancel(struct rt_group *group);

/**
 * Wait until no child is left. If the caller is cancelled or a timeout scope ends, the children are cancelled and
 * awaited all the same. Several tasks may wait; later calls return what became of the group at once.
 *
 * Returns 0 (also after rt_group_cancel), or
 *   the result of the first child that failed
 *   -ECANCELED  the caller was cancelled
 *   -ETIMEDOUT  the deadline of a timeout scope has passed
 *   -EDEADLK    the caller is a child of the group; or, in the main task: nothing could ever wake the children, which
 *               were cancelled; those that did not end even then are left
 *   -ENOMEM     no room for one more deadline: nothing was waited for, nobody cancelled. In a parkable task also: the
 *               children were cancelled, and not all have ended
 *   -EINVAL     called outside a task of the group's loop
 * Context: a task of the group's loop; suspends unless no child is left. Source: the end of an asyncio.TaskGroup's
 * block.
 */
int rt_group_wait(struct rt_group *group);

/**
 * End a group: if children are left, cancel them and wait until they have ended. Nothing cuts that short; a cancel of
 * the caller meets its next wait. If they cannot end (the main task, when nothing could ever wake them; a parkable one
 * for lack of memory) they are let go, and no longer belong to the group. After rt_group_wait, as a rule, nobody is
 * left, and it does not suspend.
 *
 * Context: a task of the group's loop, not a child, while nobody waits in the group (asserted); with nobody left
 * anywhere.
 */
void rt_group_finish(struct rt_group *group);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
