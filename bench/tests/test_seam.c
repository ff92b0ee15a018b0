/*
 * The seam: one small body with spawn, join, a queue, a mutex and a cancel, run under every pair of a way to wait and a
 * way to schedule. It must do the same everywhere, but for what a pair is known not to be able to do: -EDEADLK, never a
 * hang.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <iort/clock.h>
#include "../runners.h"

struct pair {
    const char *name;
    const struct wait *wait;
    const struct sched *sched;
};

/* Awaiting needs tasks: there is no such thing as an awaiting thread. */
static const struct pair pairs[] = {
    {"blocking inline", &wait_blocking, &sched_inline},
    {"blocking pthread", &wait_blocking, &sched_pthread},
    {"blocking task", &wait_blocking, &sched_task},
    {"awaiting task", &wait_awaiting, &sched_task},
};

enum { WORKERS = 4, JOBS = 12, ITEMS = 20 };

/* --- what a job does --- */

struct job {
    const struct pair *pair;
    struct item_queue *queue;
    size_t capacity;
    struct mutex *mutex;
    int counter; /* guarded by the mutex */
    int sum, result;
};

static int produce(void *arg)
{
    struct job *job = arg;
    for (intptr_t i = 1; i <= ITEMS; i++) {
        int error = job->pair->sched->queue_put(job->queue, (void *)i);
        if (error < 0) {
            job->pair->sched->queue_close(job->queue);
            return error;
        }
        if (i % 5 == 0)
            job->pair->wait->sleep_until(rt_now_ns() + 100 * RT_NS_PER_US);
    }
    job->pair->sched->queue_close(job->queue);
    return ITEMS;
}

static int count_up(void *arg)
{
    struct job *job = arg;
    for (int i = 0; i < 100; i++) {
        int error = job->pair->sched->mutex_lock(job->mutex);
        if (error < 0)
            return error;
        int seen = job->counter;
        if (i % 50 == 0)
            job->pair->wait->sleep_until(rt_now_ns() + 10 * RT_NS_PER_US);
        job->counter = seen + 1;
        job->pair->sched->mutex_unlock(job->mutex);
    }
    return 0;
}

static int spawn_and_join(struct job *job)
{
    const struct sched *sched = job->pair->sched;
    struct child *producer, *counters[2];
    int error = sched->spawn(&producer, produce, job), produced, ignored;
    if (error < 0)
        return error;
    for (int i = 0; i < 2; i++)
        if ((error = sched->spawn(&counters[i], count_up, job)) < 0)
            return error;
    void *item;
    int got;
    while ((got = sched->queue_get(job->queue, &item)) == 0)
        job->sum += (int)(intptr_t)item;
    for (int i = 0; i < 2; i++)
        sched->join(counters[i], &ignored);
    sched->join(producer, &produced);
    if (produced < 0)
        return produced;
    return got == -EPIPE ? 0 : got;
}

static int run_job(struct job *job)
{
    const struct sched *sched = job->pair->sched;
    if (sched->queue_create(&job->queue, job->capacity) < 0)
        return -ENOMEM;
    int error = sched->mutex_create(&job->mutex);
    if (error == 0)
        error = spawn_and_join(job);
    sched->mutex_destroy(job->mutex);
    sched->queue_destroy(job->queue);
    return error;
}

/* --- the pool it runs in --- */

struct fixture {
    struct job jobs[JOBS];
    _Atomic int next, primed;
    int created, opened, primed_when_opened;
};

static void on_created(void *context)
{
    ((struct fixture *)context)->created++;
}

static int on_prime(void *context, unsigned worker)
{
    (void)worker;
    ((struct fixture *)context)->primed++;
    return 0;
}

static void on_opened(void *context)
{
    struct fixture *fixture = context;
    fixture->opened++;
    fixture->primed_when_opened = fixture->primed;
}

static void on_work(void *context, unsigned worker)
{
    (void)worker;
    struct fixture *fixture = context;
    int index;
    while ((index = fixture->next++) < JOBS)
        fixture->jobs[index].result = run_job(&fixture->jobs[index]);
}

static void run_fixture(struct fixture *fixture, const struct pair *pair, size_t capacity)
{
    memset(fixture, 0, sizeof(*fixture));
    for (int i = 0; i < JOBS; i++) {
        fixture->jobs[i].pair = pair;
        fixture->jobs[i].capacity = capacity;
    }
    unsigned workers = pair->sched == &sched_inline ? 1 : WORKERS;
    struct pool_outcome outcome;
    struct pool pool = {workers, 256 * 1024, false, 0, fixture, on_created, on_prime, on_opened, on_work};
    assert_int_equal(pair->sched->run_pool(&pool, &outcome), 0);
    assert_int_equal(outcome.started, workers);
    assert_int_equal(fixture->created, 1);
    assert_int_equal(fixture->opened, 1);
    assert_int_equal(fixture->primed_when_opened, workers);
}

static void the_same_body_gives_the_same_result_under_every_pair(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++) {
        struct fixture fixture;
        run_fixture(&fixture, &pairs[p], ITEMS);
        for (int i = 0; i < JOBS; i++) {
            assert_int_equal(fixture.jobs[i].result, 0);
            assert_int_equal(fixture.jobs[i].sum, ITEMS * (ITEMS + 1) / 2);
            assert_int_equal(fixture.jobs[i].counter, 200);
        }
    }
}

/* A queue smaller than what is put in needs somebody who takes at the same time: nobody does when children run at
 * spawn. */
static void a_bounded_queue_is_a_deadlock_inline_and_works_elsewhere(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++) {
        struct fixture fixture;
        run_fixture(&fixture, &pairs[p], 2);
        for (int i = 0; i < JOBS; i++)
            assert_int_equal(fixture.jobs[i].result, pairs[p].sched == &sched_inline ? -EDEADLK : 0);
    }
}

/* --- more children than workers, each waiting for the next: a fixed pool would starve --- */

struct chain {
    const struct sched *sched;
    int depth;
};

static int link_of_chain(void *arg)
{
    struct chain *chain = arg;
    if (chain->depth == 0)
        return 0;
    struct chain next = {chain->sched, chain->depth - 1};
    struct child *child;
    int below;
    int error = chain->sched->spawn(&child, link_of_chain, &next);
    if (error < 0)
        return error;
    error = chain->sched->join(child, &below);
    return error < 0 ? error : below < 0 ? below : below + 1;
}

static void chain_work(void *context, unsigned worker)
{
    struct chain chain = {((struct chain *)context)->sched, 50};
    if (worker == 0)
        ((struct chain *)context)->depth = link_of_chain(&chain);
}

static void no_call(void *context)
{
    (void)context;
}

static int no_prime(void *context, unsigned worker)
{
    (void)context;
    (void)worker;
    return 0;
}

static void children_that_wait_for_children_do_not_starve_the_pool(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++) {
        struct chain chain = {pairs[p].sched, -1};
        struct pool pool = {1, 256 * 1024, false, 0, &chain, no_call, no_prime, no_call, chain_work};
        struct pool_outcome outcome;
        assert_int_equal(pairs[p].sched->run_pool(&pool, &outcome), 0);
        assert_int_equal(chain.depth, 50);
    }
}

/* --- cancel interrupts a wait for the queue --- */

struct waiting {
    const struct sched *sched;
    const struct wait *wait;
    struct item_queue *queue;
    int result;
};

static int get_one(void *arg)
{
    struct waiting *waiting = arg;
    void *item;
    return waiting->sched->queue_get(waiting->queue, &item);
}

static void cancel_work(void *context, unsigned worker)
{
    (void)worker;
    struct waiting *waiting = context;
    struct child *child;
    waiting->sched->queue_create(&waiting->queue, 1);
    waiting->sched->spawn(&child, get_one, waiting);
    waiting->wait->sleep_until(rt_now_ns() + 2 * RT_NS_PER_MS);
    waiting->sched->cancel(child);
    waiting->sched->join(child, &waiting->result);
    waiting->sched->queue_destroy(waiting->queue);
}

static void cancel_ends_a_wait_for_a_queue(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++) {
        struct waiting waiting = {.sched = pairs[p].sched, .wait = pairs[p].wait};
        struct pool pool = {1, 256 * 1024, false, 0, &waiting, no_call, no_prime, no_call, cancel_work};
        struct pool_outcome outcome;
        assert_int_equal(pairs[p].sched->run_pool(&pool, &outcome), 0);
        /* Inline, the child has found out by itself that it would wait for ever. */
        assert_int_equal(waiting.result, pairs[p].sched == &sched_inline ? -EDEADLK : -ECANCELED);
    }
}

static int fail_to_prime(void *context, unsigned worker)
{
    (void)context;
    return worker == 0 ? -EMFILE : 0;
}

static void a_worker_that_cannot_be_primed_keeps_the_pool_closed(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++) {
        struct fixture fixture = {.next = JOBS};
        struct pool pool = {pairs[p].sched == &sched_inline ? 1 : 3,
                            256 * 1024,
                            false,
                            0,
                            &fixture,
                            on_created,
                            fail_to_prime,
                            on_opened,
                            on_work};
        struct pool_outcome outcome;
        assert_int_equal(pairs[p].sched->run_pool(&pool, &outcome), -EMFILE);
        assert_int_equal(fixture.opened, 0);
    }
}

/* Every line of the runners' table is one of the pairs above. */
static void every_runner_is_one_of_the_pairs(void **state)
{
    (void)state;
    for (const struct runner *runner = runners; runner->name; runner++) {
        int found = 0;
        for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++)
            found += pairs[p].wait == runner->wait && pairs[p].sched == runner->sched;
        assert_int_equal(found, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_body_gives_the_same_result_under_every_pair),
        cmocka_unit_test(a_bounded_queue_is_a_deadlock_inline_and_works_elsewhere),
        cmocka_unit_test(children_that_wait_for_children_do_not_starve_the_pool),
        cmocka_unit_test(cancel_ends_a_wait_for_a_queue),
        cmocka_unit_test(a_worker_that_cannot_be_primed_keeps_the_pool_closed),
        cmocka_unit_test(every_runner_is_one_of_the_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
