#include "stack.h"
#include "context/context.h"
#include "overflow.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef RT_VALGRIND
#include <valgrind/valgrind.h>
#endif

/* Linux 6.13; the C library's headers may be older than the kernel. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum { SLAB_STACKS_FIRST = 16, SLAB_STACKS_MOST = 256 };

/* Each mprotect'ed guard splits a mapping in two, and vm.max_map_count is 65530 by default: beyond this many in the
 * process, canaries. */
enum { MPROTECT_STACKS_MOST = 30000 };
static atomic_long mprotect_stacks;

/*
 * Colouring: equal parts of all stacks would have equal addresses within a page, and so share the same few lines of the
 * first-level cache, and each load from one stack would seem to depend on the store to another just before. So their
 * tops differ; by so little that what a task holds as it waits is still within one page. Small stacks cannot spare it.
 */
enum { COLOURS = 7, COLOUR_BYTES = 320, COLOURED_BYTES_LEAST = 16384 };

struct rt__slab {
    struct rt__slab *next;
    char *base;
    size_t bytes;
    size_t count;
    size_t mprotected;
    struct rt__stack stacks[];
};

void rt__stack_pool_init(struct rt__stack_pool *pool, size_t stack_bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *pool = (struct rt__stack_pool){
        .stack_bytes = (stack_bytes + page - 1) / page * page,
        .guard = RT_GUARD_MADVISE,
    };
}

static enum rt_guard guard_page(char *page_address, size_t page, enum rt_guard best)
{
    if (best == RT_GUARD_MADVISE && madvise(page_address, page, MADV_GUARD_INSTALL) == 0)
        return RT_GUARD_MADVISE;
    if (best != RT_GUARD_NONE && atomic_load(&mprotect_stacks) < MPROTECT_STACKS_MOST &&
        mprotect(page_address, page, PROT_NONE) == 0) {
        atomic_fetch_add(&mprotect_stacks, 1);
        return RT_GUARD_MPROTECT;
    }
    return RT_GUARD_NONE;
}

int rt__stack_map(struct rt__stack_pool *pool)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t stride = pool->stack_bytes + page;
    size_t count = pool->mapped < SLAB_STACKS_FIRST ? SLAB_STACKS_FIRST : pool->mapped;
    if (count > SLAB_STACKS_MOST)
        count = SLAB_STACKS_MOST;

    struct rt__slab *slab = calloc(1, sizeof(*slab) + count * sizeof(slab->stacks[0]));
    if (!slab)
        return -ENOMEM;
    /* Where address space is short there may be room for some of them. */
    for (;; count /= 2) {
        if (count == 0) {
            free(slab);
            return -ENOMEM;
        }
        slab->bytes = count * stride;
        slab->base = mmap(NULL, slab->bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        if (slab->base != MAP_FAILED)
            break;
    }
    slab->count = count;
    /* One huge page would make every small stack cost 2 MB. */
    madvise(slab->base, slab->bytes, MADV_NOHUGEPAGE);

    for (size_t i = count; i-- > 0;) {
        struct rt__stack *stack = &slab->stacks[i];
        char *guard = slab->base + i * stride;
        stack->low = guard + page;
        stack->top = stack->low + pool->stack_bytes;
        if (pool->stack_bytes >= COLOURED_BYTES_LEAST)
            stack->top -= i % COLOURS * COLOUR_BYTES;
        stack->guard = guard_page(guard, page, pool->guard);
        if (stack->guard == RT_GUARD_MPROTECT)
            slab->mprotected++;
        if (stack->guard < pool->guard)
            pool->guard = stack->guard;
        stack->fiber = rt__context_fiber_create();
#ifdef RT_VALGRIND
        stack->valgrind_id = VALGRIND_STACK_REGISTER(stack->low, stack->low + pool->stack_bytes);
#endif
        stack->next_free = pool->free;
        pool->free = stack;
    }
    slab->next = pool->slabs;
    pool->slabs = slab;
    pool->mapped += count;
    return 0;
}

void rt__stack_overflowed(const struct rt_task *task)
{
    /* Memory beyond the stack was overwritten: nothing can be trusted any more. */
    rt__overflow_say(task);
    abort();
}

void rt__stack_pool_finish(struct rt__stack_pool *pool)
{
    while (pool->slabs) {
        struct rt__slab *slab = pool->slabs;
        pool->slabs = slab->next;
        for (size_t i = 0; i < slab->count; i++) {
            rt__context_fiber_destroy(slab->stacks[i].fiber);
#ifdef RT_VALGRIND
            VALGRIND_STACK_DEREGISTER(slab->stacks[i].valgrind_id);
#endif
        }
        atomic_fetch_sub(&mprotect_stacks, (long)slab->mprotected);
        munmap(slab->base, slab->bytes);
        free(slab);
    }
    pool->free = NULL;
    pool->mapped = 0;
}
