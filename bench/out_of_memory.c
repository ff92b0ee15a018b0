#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include <ev.h>
#include <jansson.h>
#include "failure.h"
#include "out_of_memory.h"

static atomic_bool noted;

static void *allocate_for_loop(void *old, long size)
{
    if (size == 0) {
        free(old);
        return NULL;
    }
    void *memory = realloc(old, (size_t)size);
    if (!memory) { /* libev's next step is abort; nothing of a signal's kind is to be looked for */
        static const char said[] = "iorace: out of memory for the event loop\n";
        ssize_t written = write(STDERR_FILENO, said, sizeof(said) - 1);
        (void)written;
        _exit(EXIT_LOCAL_LIMIT);
    }
    return memory;
}

void out_of_memory_watch(void)
{
    ev_set_allocator(allocate_for_loop);
    json_set_alloc_funcs(malloc, free);
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
