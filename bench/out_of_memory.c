#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include <ev.h>
#include <jansson.h>
#include "failure.h"
#include "out_of_memory.h"

static atomic_bool noted;

/* For those who cannot do without: given back to the system for them. Enough to come to an end. */
static _Atomic(void *) reserve;
enum { RESERVE_BYTES = 1 << 18 };

static void *allocate_or_end(void *old, size_t size)
{
    void *memory = realloc(old, size);
    if (!memory) {
        out_of_memory_note();
        free(atomic_exchange(&reserve, NULL));
        memory = realloc(old, size);
    }
    if (!memory) {
        static const char said[] = "iorace: out of memory\n";
        ssize_t written = write(STDERR_FILENO, said, sizeof(said) - 1);
        (void)written;
        _exit(EXIT_LOCAL_LIMIT);
    }
    return memory;
}

static void *allocate_for_json(size_t size)
{
    return allocate_or_end(NULL, size ? size : 1);
}

static void *allocate_for_loop(void *old, long size)
{
    if (size > 0)
        return allocate_or_end(old, (size_t)size);
    free(old);
    return NULL;
}

void out_of_memory_watch(void)
{
    reserve = malloc(RESERVE_BYTES);
    ev_set_allocator(allocate_for_loop);
    json_set_alloc_funcs(allocate_for_json, free);
}

void out_of_memory_note(void)
{
    atomic_store_explicit(&noted, true, memory_order_relaxed);
}

void out_of_memory_forget(void)
{
    atomic_store_explicit(&noted, false, memory_order_relaxed);
}

bool out_of_memory(void)
{
    return atomic_load_explicit(&noted, memory_order_relaxed);
}
