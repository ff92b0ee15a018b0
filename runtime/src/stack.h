/* Stacks: mapped in slabs, guarded, and kept for the next task. */
#ifndef RT_STACK_H
#define RT_STACK_H

#include <stddef.h>
#include <stdint.h>
#include <iort/loop.h>

struct rt__stack {
    struct rt__stack *next_free;
    char *low; /* lowest usable byte; the guard is below */
    void *fiber;
    unsigned valgrind_id;
    enum rt_guard guard;
};

struct rt__slab;

struct rt__stack_pool {
    size_t stack_bytes; /* usable, a multiple of the page */
    struct rt__stack *free;
    struct rt__slab *slabs;
    uint64_t mapped;     /* stacks in all slabs */
    enum rt_guard guard; /* the weakest that was needed */
};

void rt__stack_pool_init(struct rt__stack_pool *pool, size_t stack_bytes);
void rt__stack_pool_finish(struct rt__stack_pool *pool);

/* Returns a stack, or NULL where no more can be mapped. */
struct rt__stack *rt__stack_acquire(struct rt__stack_pool *pool);
void rt__stack_release(struct rt__stack_pool *pool, struct rt__stack *stack);

/* Aborts, naming the task, if something ran over the low end of a stack that has no guard page. */
void rt__stack_check(const struct rt__stack *stack, const char *task_name);

#endif
