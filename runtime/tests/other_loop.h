/* A loop in another thread, that runs until it is stopped. */
#ifndef OTHER_LOOP_H
#define OTHER_LOOP_H

#include <pthread.h>
#include "rt_test.h"

struct other_loop {
    struct rt_loop *loop;
    pthread_t thread;
    int result;
};

static inline void *other_loop_run(void *arg)
{
    struct other_loop *other = arg;
    other->result = rt_loop_run(other->loop, NULL, NULL);
    rt_loop_destroy(other->loop);
    return NULL;
}

static inline void other_loop_start(struct other_loop *other)
{
    assert_int_equal(rt_loop_create(&other->loop, NULL), 0);
    rt_loop_hold(other->loop);
    assert_int_equal(pthread_create(&other->thread, NULL, other_loop_run, other), 0);
}

/* Stop it and wait for its thread. */
static inline void other_loop_end(struct other_loop *other)
{
    assert_int_equal(rt_loop_stop(other->loop), 0);
    pthread_join(other->thread, NULL);
    assert_int_equal(other->result, 0);
}

#endif
