/* The parts of the pthread scheduler. */
#ifndef BENCH_PTHREAD_INTERNAL_H
#define BENCH_PTHREAD_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>
#include "sched.h"

/* pthread_children.c */
int pthread_child_spawn(struct child **ret_child, int (*fn)(void *arg), void *arg);
int pthread_child_join(struct child *child, int *ret_result);
void pthread_child_cancel(struct child *child);

/**
 * pthread_cond_wait that a cancel of the calling child interrupts.
 *
 * Returns 0 (woken, perhaps for nothing: look again), or -ECANCELED, once a cancel.
 */
int pthread_child_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);

/* pthread_sync.c */
int pthread_queue_create(struct item_queue **ret_queue, size_t capacity);
void pthread_queue_destroy(struct item_queue *queue);
int pthread_queue_put(struct item_queue *queue, void *item);
int pthread_queue_get(struct item_queue *queue, void **ret_item);
void pthread_queue_close(struct item_queue *queue);
int pthread_mutex_make(struct mutex **ret_mutex);
void pthread_mutex_free(struct mutex *mutex);
int pthread_mutex_take(struct mutex *mutex);
int pthread_mutex_give(struct mutex *mutex);

#endif
