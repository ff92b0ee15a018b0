/* Where tasks live: in slabs, from which those of a loop can also be counted and shown, so that no list of them need be
 * kept. */
#ifndef RT_TASK_POOL_H
#define RT_TASK_POOL_H

#include <stdbool.h>

struct rt_loop;
struct rt_task;
struct rt__task_slab;

struct rt__task_pool {
    struct rt_task *spare; /* free slots; their contents are as calloc left them, or task_end */
    struct rt__task_slab *slabs;
};

/* Make more spare slots. Returns 0 or -ENOMEM. */
int rt__task_pool_grow(struct rt_loop *loop);

/* Free all slots but those whose handle somebody still holds: these go with their last reference. */
void rt__task_pool_finish(struct rt_loop *loop);

/* The slot of a task that has no reference any more becomes spare, or is freed if the loop is gone. */
void rt__task_pool_put(struct rt_task *task);

/* Visit every task that is not done, until `visit` returns false. It must not spawn or end any. */
void rt__task_pool_each(struct rt_loop *loop, bool (*visit)(struct rt_task *task, void *user), void *user);

#endif
