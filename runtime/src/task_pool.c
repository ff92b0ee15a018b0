#include "internal.h"
#include <errno.h>
#include <stdlib.h>

enum { SLAB_TASKS = 64 };

struct rt__task_slab {
    struct rt__task_slab *next;
    unsigned orphans; /* handles that outlive the loop */
    struct rt_task tasks[SLAB_TASKS];
};

int rt__task_pool_grow(struct rt_loop *loop)
{
    struct rt__task_slab *slab = calloc(1, sizeof(*slab));
    if (!slab)
        return -ENOMEM;
    slab->next = loop->tasks.slabs;
    loop->tasks.slabs = slab;
    for (unsigned i = SLAB_TASKS; i-- > 0;) {
        struct rt_task *task = &slab->tasks[i];
        task->loop = loop;
        task->slot = (uint8_t)i;
        task->limit_ns = RT_FOREVER;
        rt__task_pool_put(task);
    }
    return 0;
}

static struct rt__task_slab *slab_of(struct rt_task *task)
{
    return (struct rt__task_slab *)((char *)(task - task->slot) - offsetof(struct rt__task_slab, tasks));
}

void rt__task_pool_put(struct rt_task *task)
{
    struct rt_loop *loop = task->loop;
    if (task->name) {
        free(task->name);
        task->name = NULL;
    }
    if (loop) {
        task->next = loop->tasks.spare;
        loop->tasks.spare = task;
        rt__poison(task, sizeof(*task)); /* so that a use of it is seen */
        return;
    }
    struct rt__task_slab *slab = slab_of(task);
    if (--slab->orphans == 0)
        free(slab);
}

void rt__task_pool_finish(struct rt_loop *loop)
{
    while (loop->tasks.slabs) {
        struct rt__task_slab *slab = loop->tasks.slabs;
        loop->tasks.slabs = slab->next;
        rt__unpoison(slab->tasks, sizeof(slab->tasks));
        for (unsigned i = 0; i < SLAB_TASKS; i++) {
            if (slab->tasks[i].references == 0)
                continue;
            slab->tasks[i].loop = NULL;
            slab->orphans++;
        }
        if (slab->orphans == 0)
            free(slab);
    }
    loop->tasks.spare = NULL;
}

/* Spare slots have no references; that they are looked at is no use of them. */
__attribute__((no_sanitize("address"), noinline)) static bool is_live(const struct rt_task *task)
{
    return task->references > 0 && !rt__is_done(task);
}

void rt__task_pool_each(struct rt_loop *loop, bool (*visit)(struct rt_task *task, void *user), void *user)
{
    for (struct rt__task_slab *slab = loop->tasks.slabs; slab; slab = slab->next)
        for (unsigned i = 0; i < SLAB_TASKS; i++)
            if (is_live(&slab->tasks[i]) && !visit(&slab->tasks[i], user))
                return;
}
