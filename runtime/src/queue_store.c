#include "queue_store.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int rt__queue_store_grow(struct rt__queue_store *store, size_t room)
{
    size_t bytes = store->order == RT__QUEUE_PRIORITY ? sizeof(*store->heap) : sizeof(*store->items);
    char *memory = room <= PTRDIFF_MAX / bytes ? malloc(room * bytes) : NULL;
    if (!memory)
        return -ENOMEM;
    /* Of a ring the part up to its end, then the one from its beginning; of the others the second is empty. */
    size_t tail = store->room - store->first < store->count ? store->room - store->first : store->count;
    if (store->count > 0) {
        memcpy(memory, (char *)store->memory + store->first * bytes, tail * bytes);
        memcpy(memory + tail * bytes, store->memory, (store->count - tail) * bytes);
    }
    free(store->memory);
    store->memory = memory;
    store->first = 0;
    store->room = room;
    return 0;
}

/* --- the heap, a binary one --- */

static bool goes_before(const struct rt__queue_store *store, struct rt__queue_entry a, struct rt__queue_entry b)
{
    int order = store->compare(a.item, b.item);
    return order ? order < 0 : a.sequence < b.sequence;
}

void rt__queue_heap_put(struct rt__queue_store *store, void *item)
{
    struct rt__queue_entry entry = {item, store->sequence++};
    size_t i = store->count++;
    for (; i > 0; i = (i - 1) / 2) {
        if (!goes_before(store, entry, store->heap[(i - 1) / 2]))
            break;
        store->heap[i] = store->heap[(i - 1) / 2];
    }
    store->heap[i] = entry;
}

void *rt__queue_heap_get(struct rt__queue_store *store)
{
    void *item = store->heap[0].item;
    struct rt__queue_entry last = store->heap[--store->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < store->count; i = child) {
        if (child + 1 < store->count && goes_before(store, store->heap[child + 1], store->heap[child]))
            child++;
        if (!goes_before(store, store->heap[child], last))
            break;
        store->heap[i] = store->heap[child];
    }
    store->heap[i] = last;
    return item;
}
