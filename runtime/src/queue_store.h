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

/* There must be room. */
void rt__queue_store_put(struct rt__queue_store *store, void *item);

/* There must be an item. */
void *rt__queue_store_get(struct rt__queue_store *store);

#endif
