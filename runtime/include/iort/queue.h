/*
 * Queues of pointers between the tasks of one loop: first in first out, last in first out, or by priority. Fair to
 * those who wait: an item goes straight to the longest waiting getter, and what a getter leaves free to the longest
 * waiting putter, whose item stands in the queue from then on.
 */
#ifndef IORT_QUEUE_H
#define IORT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_queue;

/** Returns less than 0 if `a` comes out before `b`, more than 0 if after it, 0 if they are equal. */
typedef int (*rt_queue_compare_fn)(const void *a, const void *b);

/**
 * Create a queue whose oldest item comes out first; rt_queue_destroy frees it.
 *
 * @param ret_queue  written on success only
 * @param capacity   items it holds before put waits; 0: any number, and put never waits
 * Returns 0 or -ENOMEM. Context: any thread; then only the tasks of one loop. Source: asyncio.Queue.
 */
int rt_queue_create(struct rt_queue **ret_queue, size_t capacity);

/** rt_queue_create for a queue whose newest item comes out first. Source: asyncio.LifoQueue. */
int rt_queue_create_lifo(struct rt_queue **ret_queue, size_t capacity);

/**
 * rt_queue_create for a queue whose lowest item comes out first; of equal ones the oldest (asyncio promises no order
 * there).
 *
 * @param compare  called with two items by put and get; what it looks at must not change while an item is in the queue
 * Returns 0, -EINVAL (no compare) or -ENOMEM. Source: asyncio.PriorityQueue.
 */
int rt_queue_create_priority(struct rt_queue **ret_queue, size_t capacity, rt_queue_compare_fn compare);

/** Free a queue (items still in it are the caller's business); nobody may wait on it (asserted). NULL is allowed. */
void rt_queue_destroy(struct rt_queue *queue);

/**
 * Put an item in, waiting for room.
 *
 * Returns 0 and the queue holds the pointer, or -EPIPE (closed), -ETIMEDOUT, -ECANCELED, -EDEADLK, -ENOMEM, -EINVAL
 * (outside a task) and the item stays the caller's. Source: asyncio.Queue.put.
 */
int rt_queue_put(struct rt_queue *queue, void *item, int64_t deadline_ns);

/**
 * Put an item in if there is room.
 *
 * Returns 0 and the queue holds the pointer, or -EPIPE (closed), -EAGAIN (full), -ENOMEM (one without a capacity could
 * not grow) and the item stays the caller's. Context: a task or a callback of the loop, or while it does not run; does
 * not suspend, and leaves a cancel to the next wait. Source: asyncio.Queue.put_nowait.
 */
int rt_queue_put_nowait(struct rt_queue *queue, void *item);

/**
 * Take the next item, waiting for one.
 *
 * @param ret_item  written on success only
 * Returns 0, or -EPIPE (closed and empty), -ETIMEDOUT, -ECANCELED, -EDEADLK, -ENOMEM, -EINVAL. Source:
 * asyncio.Queue.get.
 */
int rt_queue_get(struct rt_queue *queue, void **ret_item, int64_t deadline_ns);

/** Take the next item if there is one. Returns 0, -EPIPE (closed and empty) or -EAGAIN; otherwise as
 * rt_queue_put_nowait. */
int rt_queue_get_nowait(struct rt_queue *queue, void **ret_item);

/**
 * Say that an item which was taken out has been dealt with.
 *
 * Returns 0, or -EINVAL (called more often than items were put in). Context: as rt_queue_put_nowait. Source:
 * asyncio.Queue.task_done.
 */
int rt_queue_task_done(struct rt_queue *queue);

/**
 * Wait until every item that was ever put in has been dealt with, by rt_queue_task_done. Closing does not end this
 * wait.
 *
 * Returns 0, -ETIMEDOUT, -ECANCELED, -EDEADLK, -ENOMEM or -EINVAL (outside a task). Source: asyncio.Queue.join.
 */
int rt_queue_join(struct rt_queue *queue, int64_t deadline_ns);

/**
 * Let nobody put any more; getters drain what is there and then see -EPIPE. Twice is once. Does not suspend.
 * Source: asyncio.Queue.shutdown(), of Python 3.13; unlike there, putters that wait are refused, too.
 */
void rt_queue_close(struct rt_queue *queue);

/** Returns the number of items held. */
size_t rt_queue_count(const struct rt_queue *queue);

/** Returns the capacity, 0 for none. */
size_t rt_queue_capacity(const struct rt_queue *queue);

/** Returns whether there is nothing to take. */
bool rt_queue_is_empty(const struct rt_queue *queue);

/** Returns whether there is no room; always false for one without a capacity. */
bool rt_queue_is_full(const struct rt_queue *queue);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
