/* What a queue holds, apart from who waits for it: a ring, a stack or a heap of pointers that grows if it may. */
#ifndef RT_QUEUE_STORE_H
#define RT_QUEUE_STORE_H

#include <iort/queue.h>
#include <stddef.h>
#include <stdint.h>

enum rt__queue_order { RT__QUEUE_FIFO, RT__QUEUE_LIFO, RT__QUEUE_PRIORITY };

struct rt__queue_store {
    enum rt__queue_order order;
    rt_queue_compare_fn compare;
    size_t first, count, room; /* `first` is of the ring only */
    uint64_t sequence;         /* of the next item: what tells equal ones apart */
    union {
        void **items;
        struct rt__queue_entry {
            void *item;
            uint64_t sequence;
        } * heap;
        void *memory;
    };
};

/* Have room for so many items. Returns 0, or -ENOMEM and everything is as it was. */
int rt__queue_store_grow(struct rt__queue_store *store, size_t room);

void rt__queue_heap_put(struct rt__queue_store *store, void *item);
void *rt__queue_heap_get(struct rt__queue_store *store);

/* There must be room. */
static inline void rt__queue_store_put(struct rt__queue_store *store, void *item)
{
    if (store->order == RT__QUEUE_PRIORITY) {
        rt__queue_heap_put(store, item);
        return;
    }
    size_t place = store->first + store->count++;
    store->items[place < store->room ? place : place - store->room] = item;
}

/* There must be an item. */
static inline void *rt__queue_store_get(struct rt__queue_store *store)
{
    if (store->order == RT__QUEUE_PRIORITY)
        return rt__queue_heap_get(store);
    if (store->order == RT__QUEUE_LIFO)
        return store->items[--store->count];
    void *item = store->items[store->first];
    if (++store->first == store->room)
        store->first = 0;
    store->count--;
    return item;
}

#endif
