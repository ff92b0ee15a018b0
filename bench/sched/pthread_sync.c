/* A bounded queue and a mutex for threads, whose waits a cancel can interrupt. */
#include <errno.h>
#include <stdlib.h>
#include "pthread_internal.h"

struct item_queue {
    pthread_mutex_t mutex;
    pthread_cond_t not_empty, not_full;
    size_t capacity, first, count;
    bool closed;
    void *items[];
};

int pthread_queue_create(struct item_queue **ret_queue, size_t capacity)
{
    struct item_queue *queue = calloc(1, sizeof(*queue) + capacity * sizeof(queue->items[0]));
    if (!queue)
        return -ENOMEM;
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->not_empty, NULL);
    pthread_cond_init(&queue->not_full, NULL);
    queue->capacity = capacity;
    *ret_queue = queue;
    return 0;
}

void pthread_queue_destroy(struct item_queue *queue)
{
    if (!queue)
        return;
    pthread_cond_destroy(&queue->not_empty);
    pthread_cond_destroy(&queue->not_full);
    pthread_mutex_destroy(&queue->mutex);
    free(queue);
}

int pthread_queue_put(struct item_queue *queue, void *item)
{
    int error = 0;
    pthread_mutex_lock(&queue->mutex);
    while (!error && queue->count == queue->capacity && !queue->closed)
        error = pthread_child_wait(&queue->not_full, &queue->mutex);
    if (!error && queue->closed)
        error = -EPIPE;
    if (!error) {
        queue->items[(queue->first + queue->count++) % queue->capacity] = item;
        pthread_cond_signal(&queue->not_empty);
    } else if (error == -ECANCELED) {
        pthread_cond_signal(&queue->not_full); /* the wake-up may have been meant for this one: pass it on */
    }
    pthread_mutex_unlock(&queue->mutex);
    return error;
}

int pthread_queue_get(struct item_queue *queue, void **ret_item)
{
    int error = 0;
    pthread_mutex_lock(&queue->mutex);
    while (!error && queue->count == 0 && !queue->closed)
        error = pthread_child_wait(&queue->not_empty, &queue->mutex);
    if (!error && queue->count == 0)
        error = -EPIPE;
    if (!error) {
        *ret_item = queue->items[queue->first];
        queue->first = (queue->first + 1) % queue->capacity;
        queue->count--;
        pthread_cond_signal(&queue->not_full);
    } else if (error == -ECANCELED) {
        pthread_cond_signal(&queue->not_empty);
    }
    pthread_mutex_unlock(&queue->mutex);
    return error;
}

void pthread_queue_close(struct item_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    pthread_cond_broadcast(&queue->not_empty);
    pthread_cond_broadcast(&queue->not_full);
    pthread_mutex_unlock(&queue->mutex);
}

struct mutex {
    pthread_mutex_t mutex;
    pthread_cond_t given;
    bool held;
    pthread_t owner;
};

int pthread_mutex_make(struct mutex **ret_mutex)
{
    struct mutex *mutex = calloc(1, sizeof(*mutex));
    if (!mutex)
        return -ENOMEM;
    pthread_mutex_init(&mutex->mutex, NULL);
    pthread_cond_init(&mutex->given, NULL);
    *ret_mutex = mutex;
    return 0;
}

void pthread_mutex_free(struct mutex *mutex)
{
    if (!mutex)
        return;
    pthread_cond_destroy(&mutex->given);
    pthread_mutex_destroy(&mutex->mutex);
    free(mutex);
}

int pthread_mutex_take(struct mutex *mutex)
{
    int error = 0;
    pthread_mutex_lock(&mutex->mutex);
    if (mutex->held && pthread_equal(mutex->owner, pthread_self()))
        error = -EDEADLK;
    while (!error && mutex->held)
        error = pthread_child_wait(&mutex->given, &mutex->mutex);
    if (!error) {
        mutex->held = true;
        mutex->owner = pthread_self();
    } else if (error == -ECANCELED) {
        pthread_cond_signal(&mutex->given);
    }
    pthread_mutex_unlock(&mutex->mutex);
    return error;
}

int pthread_mutex_give(struct mutex *mutex)
{
    int error = 0;
    pthread_mutex_lock(&mutex->mutex);
    if (mutex->held && pthread_equal(mutex->owner, pthread_self())) {
        mutex->held = false;
        pthread_cond_signal(&mutex->given);
    } else {
        error = -EPERM;
    }
    pthread_mutex_unlock(&mutex->mutex);
    return error;
}
