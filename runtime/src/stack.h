/* Stacks: mapped in slabs, guarded, coloured, and kept for the next task. */
#ifndef RT_STACK_H
#define RT_STACK_H

#include <stddef.h>
#include <stdint.h>
#include <iort/loop.h>

struct rt__stack {
    struct rt__stack *next_free;
    char *low; /* lowest usable byte; the guard is below */
    char *top; /* one past the highest */
    void *fiber;
    unsigned valgrind_id;
    enum rt_guard guard;
};

struct rt__slab;
struct rt_task;

struct rt__stack_pool {
    size_t stack_bytes; /* a multiple of the page; usable, but for the colouring */
    struct rt__stack *free;
    struct rt__slab *slabs;
    uint64_t mapped;     /* stacks in all slabs */
    enum rt_guard guard; /* the weakest that was needed */
};

void rt__stack_pool_init(struct rt__stack_pool *pool, size_t stack_bytes);
void rt__stack_pool_finish(struct rt__stack_pool *pool);

/* Marks the low end of a stack without a guard page. */
#define RT__CANARY UINT64_C(0x5afe57ac4b0770ed)

/* Map more stacks. Returns 0 or -ENOMEM. */
int rt__stack_map(struct rt__stack_pool *pool);

/* Returns a stack, or NULL where no more can be mapped. */
static inline struct rt__stack *rt__stack_acquire(struct rt__stack_pool *pool)
{
    if (__builtin_expect(!pool->free, 0) && rt__stack_map(pool) < 0)
        return NULL;
    struct rt__stack *stack = pool->free;
    pool->free = stack->next_free;
    if (__builtin_expect(stack->guard == RT_GUARD_NONE, 0))
        *(uint64_t *)stack->low = RT__CANARY;
    return stack;
}

static inline void rt__stack_release(struct rt__stack_pool *pool, struct rt__stack *stack)
{
    stack->next_free = pool->free;
    pool->free = stack;
}

/* Says on stderr that the stack of a task overflowed, and aborts: for where memory beyond it was overwritten. */
void rt__stack_overflowed(const struct rt_task *task) __attribute__((noreturn));

/* Aborts, naming the task, if something ran over the low end of a stack that has no guard page. */
static inline void rt__stack_check(const struct rt__stack *stack, const struct rt_task *task)
{
    if (__builtin_expect(stack->guard == RT_GUARD_NONE, 0) && *(const uint64_t *)stack->low != RT__CANARY)
        rt__stack_overflowed(task);
}

#endif
