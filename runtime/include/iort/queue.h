/* A bounded queue of pointers between the tasks of one loop: first in, first out, and fair to those who wait. */
#ifndef IORT_QUEUE_H
#define IORT_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_queue;

/**
 * Create a queue; rt_queue_destroy frees it.
 *
 * @param ret_queue  written on success only
 * @param capacity   items it holds before put waits; at least 1
 * Returns 0, -EINVAL or -ENOMEM. Context: any thread; then only the tasks of one loop.
 */
int rt_queue_create(struct rt_queue **ret_queue, size_t capacity);

/** Free a queue (items still in it are the caller's business); nobody may wait on it (asserted). NULL is allowed. */
void rt_queue_destroy(struct rt_queue *queue);

/**
 * Append an item, waiting for room.
 *
 * Returns 0 and the queue holds the pointer, or -EPIPE (closed), -ETIMEDOUT, -ECANCELED, -EDEADLK, -ENOMEM, -EINVAL
 * (outside a task) and the item stays the caller's. Source: asyncio.Queue.put.
 */
int rt_queue_put(struct rt_queue *queue, void *item, int64_t deadline_ns);

/**
 * Take the oldest item, waiting for one.
 *
 * @param ret_item  written on success only
 * Returns 0, or -EPIPE (closed and empty), -ETIMEDOUT, -ECANCELED, -EDEADLK, -ENOMEM, -EINVAL. Source:
 * asyncio.Queue.get.
 */
int rt_queue_get(struct rt_queue *queue, void **ret_item, int64_t deadline_ns);

/** Let nobody put any more; getters drain what is there and then see -EPIPE. Twice is once. Does not suspend. */
void rt_queue_close(struct rt_queue *queue);

/** Returns the number of items held. */
size_t rt_queue_count(const struct rt_queue *queue);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
