/*
 * Waiting for several tasks at once. All of these are for the tasks of the caller's own loop, keep a reference to each
 * task for as long as they need it (its holder may release it meanwhile), and take the same task twice for two that end
 * together. The arrays may lie anywhere unless said otherwise. For children that must not outlive a piece of code see
 * group.h.
 */
#ifndef IORT_GATHER_H
#define IORT_GATHER_H

#include <stddef.h>
#include <stdint.h>
#include <iort/loop.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct rt_task;
struct rt__watch;

/** What a negative result among the others means. */
enum rt_gather_mode {
    RT_GATHER_STOP_ON_ERROR, /**< the first one cancels the others, and is returned once all have ended */
    RT_GATHER_RETURN_ERRORS, /**< nothing: it is a result like any other */
};

/**
 * Wait until all tasks are done, and take their results. Whatever it returns, but for the errors marked *, all have
 * ended: when the first one fails (see enum rt_gather_mode), the caller is cancelled, or a timeout scope ends, all that
 * are not done are cancelled and awaited.
 *
 * @param tasks, count  borrowed; count may be 0
 * @param results       room for count results, in the order of the tasks, or NULL; written whenever all have ended, so
 *                      that one can tell which failed
 *
 * Returns 0, or
 *   the first negative result, with RT_GATHER_STOP_ON_ERROR; of tasks that had failed before, the first in order
 *   -ECANCELED  the caller was cancelled (with RT_GATHER_STOP_ON_ERROR also: the first to fail was a cancelled task)
 *   -ETIMEDOUT  the deadline of a timeout scope has passed
 *   -EDEADLK    in the main task: nothing could ever wake one of them. All were cancelled; those that did not end even
 *               then are left, and then results is not written
 *   -EDEADLK *  the caller is one of them
 *   -EINVAL *   called outside a task, or one of them belongs to another loop
 *   -ENOMEM *   nothing was waited for; in a parkable task also: they were cancelled, and not all have ended
 * Ownership: the references stay the caller's. Context: a task; suspends unless all are done.
 * Source: asyncio.gather, which with return_exceptions=False leaves the others running when one fails.
 */
int rt_gather(struct rt_task *const *tasks, size_t count, int *results, enum rt_gather_mode mode);

/**
 * Run fn once for each item of an array, at most so many at a time, and wait until all are done: what asyncio's users
 * write with gather and a semaphore, without a task for each item.
 *
 * It is at_most tasks that do it, each taking the next item when it is done with one; nothing outlives the call. After
 * the first negative result (see enum rt_gather_mode), a cancel of the caller or the end of a timeout scope no further
 * item is begun, the tasks are cancelled, and they are awaited.
 *
 * @param fn                 called with the address of an item; its return value is the item's result
 * @param items, item_bytes  the first item, and how far it is from one to the next
 * @param at_most            how many at a time; 0: all
 * @param results            room for count results, in the order of the items, or NULL; written as they come,
 *                           -ECANCELED for those that were never begun
 *
 * Returns as rt_gather does, and -ENOTSUP (a parkable task). -ENOMEM may also be the lack of a stack for one of the
 * tasks, which counts as a negative result. With -EDEADLK in the main task the tasks that did not end even after the
 * cancel are left, and go on using the items and results: there is nothing but to end the program.
 * Context: a task; suspends. Source: concurrent.futures.Executor.map.
 */
int rt_gather_each(rt_task_fn fn, void *items, size_t item_bytes, size_t count, size_t at_most, int *results,
                   enum rt_gather_mode mode);

/** What rt_wait waits for. */
enum rt_wait_until {
    RT_ALL_COMPLETED,   /**< all are done */
    RT_FIRST_COMPLETED, /**< one is done, or more */
    RT_FIRST_ERROR,     /**< one has failed, or all are done; as in asyncio a cancelled one has not failed */
};

/**
 * Wait for tasks without cancelling any.
 *
 * Afterwards the array is in another order: first those that are done, as they ended (those that were done before the
 * call come first, in the order given), then the pending ones in the order given. So to go on with the rest:
 *
 *     while (count > 0 && rt_wait(tasks, count, RT_FIRST_COMPLETED, RT_FOREVER, &done) == 0) {
 *         for (size_t i = 0; i < done; i++)
 *             ...
 *         tasks += done;
 *         count -= done;
 *     }
 *
 * @param tasks, count  the handles, put in order whatever is returned but for the errors marked *; count may be 0
 * @param deadline_ns   CLOCK_MONOTONIC, ns; RT_FOREVER waits without limit
 * @param ret_done      how many are done, written as the array is; NULL if that is of no interest
 *
 * Returns 0, also if what it waits for is so as the call is made and the deadline has passed, or
 *   -ETIMEDOUT  the deadline, or a timeout scope's, has passed
 *   -ECANCELED  the caller was cancelled
 *   -EDEADLK    in the main task: nothing could ever wake one of them
 *   -EDEADLK *  the caller is one of them
 *   -EINVAL *   called outside a task, or one of them belongs to another loop
 *   -ENOMEM *
 * Ownership: the references stay the caller's. Context: a task; suspends unless what it waits for is so.
 * Source: asyncio.wait, whose two sets are the two parts of the array, and which returns when the time is over as if
 * done.
 */
int rt_wait(struct rt_task **tasks, size_t count, enum rt_wait_until until, int64_t deadline_ns, size_t *ret_done);

/** Hands out tasks as they end; its fields are the library's. */
struct rt_as_completed {
    struct rt__watch *watch;
    int64_t deadline_ns;
};

/**
 * Begin to hand out tasks in the order in which they end (those that are done already in the order given).
 *
 *     struct rt_as_completed iterator;
 *     struct rt_task *task;
 *     int got = rt_as_completed_init(&iterator, tasks, count, RT_FOREVER);
 *     if (got < 0)
 *         return got;
 *     while ((got = rt_as_completed_next(&iterator, &task)) > 0)
 *         ...
 *     rt_as_completed_finish(&iterator);
 *
 * @param tasks, count  borrowed until the call returns
 * @param deadline_ns   CLOCK_MONOTONIC, ns, for all of them together; RT_FOREVER: none
 * Returns 0, -EINVAL (outside a task, or one of them belongs to another loop), -EDEADLK (the caller is one of them) or
 * -ENOMEM.
 * Ownership: on success rt_as_completed_finish must be called; it keeps a reference to each task until then.
 * Context: a task; does not suspend. Source: asyncio.as_completed.
 */
int rt_as_completed_init(struct rt_as_completed *iterator, struct rt_task *const *tasks, size_t count,
                         int64_t deadline_ns);

/**
 * Wait for the next task to end.
 *
 * @param ret_task  written when 1 is returned: a task that is done, borrowed (rt_task_retain keeps it)
 * Returns 1, 0 (all have been handed out), -ETIMEDOUT (the deadline, or a timeout scope's), -ECANCELED (the caller),
 * -EDEADLK (in the main task: nothing could ever wake one of them), -EBUSY (another task waits here), -EINVAL (outside
 * a task of the same loop) or -ENOMEM. After an error it may be called again.
 * Context: a task; suspends unless one has ended.
 */
int rt_as_completed_next(struct rt_as_completed *iterator, struct rt_task **ret_task);

/**
 * Give back what the iterator holds; the tasks that have not ended go on. Nobody may wait in it (asserted). Does not
 * suspend.
 */
void rt_as_completed_finish(struct rt_as_completed *iterator);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
