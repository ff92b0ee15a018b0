/* Acts of the soak: queues, generators, futures. */
#include <stdlib.h>
#include "soak.h"

/* --- queues of all kinds: what was put in comes out once --- */

enum { TOKENS = 64 };

struct flow {
    struct rt_queue *queue;
    int made, taken, producers;
    bool went_in[TOKENS + 1], came_out[TOKENS + 1];
};

static int by_number(const void *a, const void *b)
{
    return (int)(intptr_t)a / 8 - (int)(intptr_t)b / 8;
}

static int producer(struct member *me)
{
    struct flow *flow = me->scene;
    for (int i = 0; i < 10; i++) {
        intptr_t token = ++flow->made;
        bool refused;
        CHECK(token <= TOKENS);
        do {
            int64_t deadline_ns = some_deadline();
            flow->went_in[token] = true; /* somebody may have it before this task runs again */
            int error = one_in(4) ? rt_queue_put_nowait(flow->queue, (void *)token)
                                  : rt_queue_put(flow->queue, (void *)token, deadline_ns);
            refused = error == -EAGAIN || cut_short(me, error, deadline_ns);
            flow->went_in[token] = !refused;
            pause_a_little(me);
        } while (refused);
    }
    if (--flow->producers == 0)
        rt_queue_close(flow->queue);
    return 0;
}

static int consumer(struct member *me)
{
    struct flow *flow = me->scene;
    for (;;) {
        void *item;
        int64_t deadline_ns = some_deadline();
        int error = one_in(4) ? rt_queue_get_nowait(flow->queue, &item) : rt_queue_get(flow->queue, &item, deadline_ns);
        if (error == -EPIPE)
            return 0;
        if (error == -EAGAIN || cut_short(me, error, deadline_ns)) {
            pause_a_little(me);
            continue;
        }
        intptr_t token = (intptr_t)item;
        CHECK(token > 0 && token <= TOKENS && flow->went_in[token] && !flow->came_out[token]);
        flow->came_out[token] = true;
        flow->taken++;
        pause_a_little(me);
        CHECK(rt_queue_task_done(flow->queue) == 0);
    }
}

static int act_queue(struct member *me)
{
    struct flow *flow = soak_alloc(sizeof(*flow));
    struct crew *crew = crew_create("queue");
    size_t capacity = at_random(4);
    unsigned kind = at_random(3);
    CHECK((kind == 0   ? rt_queue_create(&flow->queue, capacity)
           : kind == 1 ? rt_queue_create_lifo(&flow->queue, capacity)
                       : rt_queue_create_priority(&flow->queue, capacity, by_number)) == 0);
    flow->producers = 1 + (int)at_random(5);
    for (int i = flow->producers; i > 0; i--)
        crew_add(crew, producer, flow, 0);
    for (int i = 1 + (int)at_random(5); i > 0; i--)
        crew_add(crew, consumer, flow, 0);
    for (int i = 0; i < crew->count; i++) /* cancelled before it began, it would be missed */
        while (!crew->members[i].begun)
            pause_a_little(me);
    crew_disturb(crew, me);
    if (one_in(2))
        CHECK(INSIST(me, rt_queue_join(flow->queue, RT_FOREVER)) == 0);
    crew_end(crew);
    CHECK(flow->taken == flow->made && rt_queue_is_empty(flow->queue));
    CHECK(rt_queue_task_done(flow->queue) == -EINVAL);
    rt_queue_destroy(flow->queue);
    free(flow);
    return 0;
}

/* --- generator: the numbers in order, whoever is cut short --- */

struct series {
    struct rt_generator *generator;
    intptr_t length, next;
    bool begun, ended;
};

static int yield_numbers(struct rt_generator *generator, void *arg)
{
    struct series *series = arg;
    int error = 0;
    series->begun = true;
    for (intptr_t i = 0; i < series->length && error == 0; i++) {
        if (one_in(3))
            error = rt_sleep_ns(a_moment_ns() / 4);
        if (error == 0)
            error = rt_generator_yield(generator, (void *)i);
    }
    series->ended = true;
    return error < 0 ? error : one_in(2) ? 0 : -EIO;
}

static int act_generator(struct member *me)
{
    struct series *series = soak_alloc(sizeof(*series));
    series->length = at_random(10);
    CHECK(rt_generator_create(&series->generator, yield_numbers, series) == 0);
    bool to_the_end = one_in(2);
    for (;;) {
        void *value;
        int64_t deadline_ns = some_deadline();
        int got = one_in(3) ? rt_generator_send(series->generator, series, &value, deadline_ns)
                            : rt_generator_next(series->generator, &value, deadline_ns);
        if (got == 1)
            CHECK((intptr_t)value == series->next++);
        else if (got == 0 || got == -EIO)
            CHECK(series->next == series->length && series->ended);
        else if (got != -EALREADY)
            cut_short(me, got, deadline_ns);
        if (got == 0 || got == -EIO || (!to_the_end && one_in(4)))
            break;
        pause_a_little(me);
    }
    CHECK(rt_generator_destroy(series->generator) == 0);
    CHECK(series->begun == series->ended);
    free(series);
    return 0;
}

/* --- future: fulfilled by a callback of this loop or of the other's thread, and all who await it get it --- */

struct answer {
    struct rt_future *future;
    struct rt_loop *loop;
    struct rt_call call, on_done;
    int left; /* that hold `answer` */
    int done_calls;
};

static void fulfil(void *arg)
{
    struct answer *answer = arg;
    CHECK(rt_future_set_result(answer->future, answer) == 0);
    CHECK(rt_future_set_result(answer->future, NULL) == -EALREADY);
    answer->left--;
}

static void fulfil_elsewhere(void *arg)
{
    struct answer *answer = arg;
    CHECK(rt_call_soon_threadsafe(answer->loop, fulfil, answer) == 0);
}

static void future_is_done(void *arg)
{
    struct answer *answer = arg;
    answer->done_calls++;
    answer->left--;
}

static int ask(struct member *me)
{
    struct answer *answer = me->scene;
    void *value = NULL;
    int64_t deadline_ns = some_deadline();
    if (!cut_short(me, rt_future_await(answer->future, &value, deadline_ns), deadline_ns))
        CHECK(value == answer && rt_future_state(answer->future) == RT_FUTURE_DONE);
    return 0;
}

static int act_future(struct member *me)
{
    struct answer *answer = soak_alloc(sizeof(*answer));
    struct crew *crew = crew_create("future");
    answer->loop = here->loop;
    answer->left = 2;
    CHECK(rt_future_create(&answer->future) == 0);
    for (int i = (int)at_random(6); i > 0; i--)
        crew_add(crew, ask, answer, 0);
    rt_call_init(&answer->on_done, future_is_done, answer);
    CHECK(rt_future_on_done(answer->future, &answer->on_done) == 0);
    rt_call_init(&answer->call, fulfil, answer);
    if (one_in(2))
        CHECK(rt_call_later(&answer->call, a_moment_ns()) == 0);
    else
        CHECK(rt_call_soon_threadsafe(here->other->loop, fulfil_elsewhere, answer) == 0);
    crew_disturb(crew, me);
    crew_end(crew);
    while (answer->left > 0)
        if (one_in(2))
            pause_a_little(me);
        else
            INSIST(me, rt_sleep_ns(a_moment_ns()));
    CHECK(answer->done_calls == 1 && rt_future_cancel(answer->future) == -EALREADY);
    rt_future_release(answer->future);
    free(answer);
    return 0;
}

const struct act flow_acts[] = {
    {"queue", act_queue},
    {"generator", act_generator},
    {"future", act_future},
    {NULL, NULL},
};
