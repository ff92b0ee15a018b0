/*
 * Generators: a function that yields values one after another, and may wait in between. Its body is a task of its own
 * (so a lock that it takes is the body's, not the consumer's) and runs only from the moment when a value is asked for
 * to its next yield.
 *
 *     static int count(struct rt_generator *generator, void *arg)
 *     {
 *         int error = 0;
 *         for (intptr_t i = 0; i < 3 && error == 0; i++)
 *             error = rt_generator_yield(generator, (void *)i);
 *         return error;
 *     }
 */
#ifndef IORT_GENERATOR_H
#define IORT_GENERATOR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_generator;

/** The body. It ends the sequence by returning 0 or more; -errno goes to the consumer. */
typedef int (*rt_generator_fn)(struct rt_generator *generator, void *arg);

/**
 * Create a generator; rt_generator_destroy frees it. Nothing of the body runs before the first value is asked for.
 *
 * @param ret_generator  written on success only
 * @param arg            handed to fn; must live until the body is over, which it is once rt_generator_destroy has
 *                       returned 0
 * Returns 0, -EINVAL (no fn), -ENOTSUP (the caller is parkable and arg lies on its stack) or -ENOMEM.
 * Context: any thread; then only the tasks of one loop. Source: an asynchronous generator of Python (PEP 525).
 */
int rt_generator_create(struct rt_generator **ret_generator, rt_generator_fn fn, void *arg);

/**
 * Close a generator and free it: a body that is not over is cancelled (its yield, this one and all further ones,
 * returns -ECANCELED) and awaited; what it returns is of no interest any more. NULL is allowed.
 *
 * Returns 0, or, and then the generator is still there,
 *   -EBUSY    a task waits for its next value, or destroys it, or it was the body that called
 *   -EINVAL   called outside a task of the loop while the body is not over
 *   -EDEADLK  the body never ends, and nothing else could ever happen
 *   -ENOMEM   no room to put a parkable caller aside
 * Context: a task; suspends while the body is not over. Not cancellable, and no timeout scope ends it: a cancel meets
 * the next wait. Source: aclose().
 */
int rt_generator_destroy(struct rt_generator *generator);

/**
 * Ask for the next value.
 *
 * If it is cut short, the body is not (asyncio would cancel it): it goes on to its next yield and stops there, and the
 * next call gets that value.
 *
 * @param ret_value  written on 1 only; what it points to belongs to whom body and consumer agree on
 * Returns 1, 0 (the body is over), the body's own -errno (once; then 0), or
 *   -EBUSY  another task waits for the next value or destroys the generator, or the body asked itself
 *   -ETIMEDOUT, -ECANCELED, -EDEADLK, -ENOMEM, or -EINVAL (called outside a task of the loop that the body runs on)
 * An error of the body's and one of the call's own may be the same number; after the body's the generator is over
 * (rt_generator_is_over). Context: a task; suspends. Source: anext().
 */
int rt_generator_next(struct rt_generator *generator, void **ret_value, int64_t deadline_ns);

/**
 * rt_generator_next, and something for the body, which finds it with rt_generator_sent once its yield has returned.
 *
 * Returns as rt_generator_next, or -EALREADY: an earlier call was cut short, so the body is not waiting for this; get
 * its value with rt_generator_next first. Source: asend(); unlike there the first call may send something, too.
 */
int rt_generator_send(struct rt_generator *generator, void *sent, void **ret_value, int64_t deadline_ns);

/** Returns whether the body has come to its end, and was heard of: rt_generator_next would return 0. */
bool rt_generator_is_over(const struct rt_generator *generator);

/**
 * From the body: hand a value to the consumer and wait until the next one is asked for.
 *
 * Returns 0, -ECANCELED (the generator is being destroyed, or the body was cancelled), -ETIMEDOUT (a timeout scope of
 * the body's own), -EDEADLK, -ENOMEM, or -EINVAL (called by another task than the body). After an error,
 * rt_generator_taken says whether the value had reached the consumer; if not, it never will. Context: the body;
 * suspends. Source: yield.
 */
int rt_generator_yield(struct rt_generator *generator, void *value);

/** Returns whether the consumer got the value of the latest yield; for a body whose values must be freed by somebody.
 */
bool rt_generator_taken(const struct rt_generator *generator);

/** Returns what was sent with the latest request, NULL if it was rt_generator_next. */
void *rt_generator_sent(const struct rt_generator *generator);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
