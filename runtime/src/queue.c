/* A bounded queue: a ring of pointers, and two lists of waiters of which at most one is not empty. */
#include "internal.h"
#include <assert.h>
#include <errno.h>
#include <iort/queue.h>
#include <stdlib.h>

struct rt_queue {
    struct rt_waiters getters, putters;
    size_t capacity, first, count;
    bool closed;
    void *items[];
};

int rt_queue_create(struct rt_queue **ret_queue, size_t capacity)
{
    if (capacity == 0)
        return -EINVAL;
    if (capacity > (SIZE_MAX - sizeof(struct rt_queue)) / sizeof(void *))
        return -ENOMEM;
    struct rt_queue *queue = calloc(1, sizeof(*queue) + capacity * sizeof(queue->items[0]));
    if (!queue)
        return -ENOMEM;
    queue->capacity = capacity;
    *ret_queue = queue;
    return 0;
}

void rt_queue_destroy(struct rt_queue *queue)
{
    assert(!queue || (!queue->getters.first && !queue->putters.first));
    free(queue);
}

static void ring_put(struct rt_queue *queue, void *item)
{
    queue->items[(queue->first + queue->count++) % queue->capacity] = item;
}

static void *ring_get(struct rt_queue *queue)
{
    void *item = queue->items[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    return item;
}

int rt_queue_put(struct rt_queue *queue, void *item, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    if (queue->closed)
        return -EPIPE;
    if (queue->getters.first) {
        struct rt_task *getter = queue->getters.first;
        getter->wait_item = item;
        rt__wake(getter, 0);
        return 0;
    }
    if (queue->count < queue->capacity) {
        ring_put(queue, item);
        return 0;
    }
    /* Whoever makes room takes the item from here. */
    self->wait_item = item;
    rt__waiters_push(&queue->putters, self);
    return rt__wait(self, deadline_ns, "room in a queue");
}

int rt_queue_get(struct rt_queue *queue, void **ret_item, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    if (queue->count > 0) {
        *ret_item = ring_get(queue);
        struct rt_task *putter = queue->putters.first;
        if (putter) {
            ring_put(queue, putter->wait_item);
            rt__wake(putter, 0);
        }
        return 0;
    }
    if (queue->closed)
        return -EPIPE;
    rt__waiters_push(&queue->getters, self);
    error = rt__wait(self, deadline_ns, "an item of a queue");
    if (error == 0)
        *ret_item = self->wait_item;
    return error;
}

void rt_queue_close(struct rt_queue *queue)
{
    queue->closed = true;
    while (queue->getters.first)
        rt__wake(queue->getters.first, -EPIPE);
    while (queue->putters.first)
        rt__wake(queue->putters.first, -EPIPE);
}

size_t rt_queue_count(const struct rt_queue *queue)
{
    return queue->count;
}
