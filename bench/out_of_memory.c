#include <stdatomic.h>
#include <stdlib.h>
#include <jansson.h>
#include "out_of_memory.h"

static atomic_bool noted;

void out_of_memory_watch(void)
{
    json_set_alloc_funcs(malloc, free);
}

void out_of_memory_note(void)
{
    atomic_store_explicit(&noted, true, memory_order_relaxed);
}

bool out_of_memory(void)
{
    return atomic_load_explicit(&noted, memory_order_relaxed);
}
