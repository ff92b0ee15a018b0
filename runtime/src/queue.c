/* A queue: what it holds, and the lists of those who wait, of which either the getters' or the putters' is empty. */
#include "internal.h"
#include "queue_store.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

struct rt_queue {
    struct rt_waiters getters, putters, joiners;
    size_t capacity;   /* 0: none */
    size_t unfinished; /* put in, and not yet dealt with */
    bool closed;
    struct rt__queue_store store;
};

enum { ROOM_AT_FIRST = 16 };

static int create(struct rt_queue **ret_queue, size_t capacity, enum rt__queue_order order, rt_queue_compare_fn compare)
{
    struct rt_queue *queue = calloc(1, sizeof(*queue));
    if (!queue)
        return -ENOMEM;
    queue->capacity = capacity;
    queue->store.order = order;
    queue->store.compare = compare;
    /* All of it now: one with a capacity does not run out of memory later. */
    if (capacity > 0 && rt__queue_store_grow(&queue->store, capacity) < 0) {
        free(queue);
        return -ENOMEM;
    }
    *ret_queue = queue;
    return 0;
}

int rt_queue_create(struct rt_queue **ret_queue, size_t capacity)
{
    return create(ret_queue, capacity, RT__QUEUE_FIFO, NULL);
}

int rt_queue_create_lifo(struct rt_queue **ret_queue, size_t capacity)
{
    return create(ret_queue, capacity, RT__QUEUE_LIFO, NULL);
}

int rt_queue_create_priority(struct rt_queue **ret_queue, size_t capacity, rt_queue_compare_fn compare)
{
    return compare ? create(ret_queue, capacity, RT__QUEUE_PRIORITY, compare) : -EINVAL;
}

void rt_queue_destroy(struct rt_queue *queue)
{
    if (!queue)
        return;
    assert(!queue->getters.first && !queue->putters.first && !queue->joiners.first);
    free(queue->store.memory);
    free(queue);
}

static inline bool is_full(const struct rt_queue *queue)
{
    return queue->capacity > 0 && queue->store.count >= queue->capacity;
}

/* Not the public function by itself: in a shared library that would be a call, and this is most of a put. */
static inline int put_now(struct rt_queue *queue, void *item)
{
    if (queue->closed)
        return -EPIPE;
    struct rt_task *getter = queue->getters.first;
    if (getter) {
        getter->wait_item = item;
        rt__wake(getter, 0);
    } else {
        if (is_full(queue))
            return -EAGAIN;
        struct rt__queue_store *store = &queue->store;
        if (store->count == store->room) {
            int error = rt__queue_store_grow(store, store->room ? store->room * 2 : ROOM_AT_FIRST);
            if (error < 0)
                return error;
        }
        rt__queue_store_put(store, item);
    }
    queue->unfinished++;
    return 0;
}

int rt_queue_put_nowait(struct rt_queue *queue, void *item)
{
    return put_now(queue, item);
}

int rt_queue_put(struct rt_queue *queue, void *item, int64_t deadline_ns)
{
    struct rt_task *self;
    int error = rt__wait_enter(&self);
    if (error < 0)
        return error;
    error = put_now(queue, item);
    if (error != -EAGAIN)
        return error;
    /* Whoever makes room takes the item from here. */
    self->wait_item = item;
    rt__waiters_push(&queue->putters, self);
    return rt__wait(self, deadline_ns, "room in a queue");
}

static inline int get_now(struct rt_queue *queue, void **ret_item)
{
    if (queue->store.count == 0)
        return queue->closed ? -EPIPE : -EAGAIN;
    *ret_item = rt__queue_store_get(&queue->store);
    struct rt_task *putter = queue->putters.first;
    if (putter) {
        rt__queue_store_put(&queue->store, putter->wait_item);
        queue->unfinished++;
        rt__wake(putter, 0);
    }
    return 0;
}

int rt_queue_get_nowait(struct rt_queue *queue, void **ret_item)
{
    return get_now(queue, ret_item);
}

int rt_queue_get(struct rt_queue *queue, void **ret_item, int64_t deadline_ns)
{
    struct rt_task *self;
    int error = rt__wait_enter(&self);
    if (error < 0)
        return error;
    error = get_now(queue, ret_item);
    if (error != -EAGAIN)
        return error;
    rt__waiters_push(&queue->getters, self);
    error = rt__wait(self, deadline_ns, "an item of a queue");
    if (error == 0)
        *ret_item = self->wait_item;
    return error;
}

static void wake_all(struct rt_waiters *waiters, int status)
{
    while (waiters->first)
        rt__wake(waiters->first, status);
}

int rt_queue_task_done(struct rt_queue *queue)
{
    if (queue->unfinished == 0)
        return -EINVAL;
    if (--queue->unfinished == 0)
        wake_all(&queue->joiners, 0);
    return 0;
}

int rt_queue_join(struct rt_queue *queue, int64_t deadline_ns)
{
    struct rt_task *self;
    int error = rt__wait_enter(&self);
    if (error < 0 || queue->unfinished == 0)
        return error;
    rt__waiters_push(&queue->joiners, self);
    return rt__wait(self, deadline_ns, "a queue's items to be dealt with");
}

void rt_queue_close(struct rt_queue *queue)
{
    queue->closed = true;
    wake_all(&queue->getters, -EPIPE);
    wake_all(&queue->putters, -EPIPE);
}

size_t rt_queue_count(const struct rt_queue *queue)
{
    return queue->store.count;
}

size_t rt_queue_capacity(const struct rt_queue *queue)
{
    return queue->capacity;
}

bool rt_queue_is_empty(const struct rt_queue *queue)
{
    return queue->store.count == 0;
}

bool rt_queue_is_full(const struct rt_queue *queue)
{
    return is_full(queue);
}
