/* Generators: a task that stands still at each yield until its consumer asks again. */
#include "internal.h"
#include <errno.h>
#include <iort/generator.h>
#include <stdlib.h>

/* What ends the consumer's wait. */
enum { END_IS_THERE = 0, VALUE_IS_THERE = 1 };

enum state {
    NOT_BEGUN,
    RUNNING,  /* a value was asked for, maybe by somebody who did not stay for it */
    AT_YIELD, /* with a value, or waiting for the next request */
    ENDED,    /* the consumer has not heard of it */
    OVER,
};

struct rt_generator {
    rt_generator_fn fn;
    void *arg;
    enum state state;
    bool has_value; /* yielded when nobody waited for it any more */
    bool taken;
    bool closing; /* to be destroyed: no more yields */
    bool being_closed;
    void *value, *sent;
    int result;
    struct rt_task *body;     /* NULL until it begins */
    struct rt_task *consumer; /* in rt_generator_next */
    struct rt_call done;
};

int rt_generator_create(struct rt_generator **ret_generator, rt_generator_fn fn, void *arg)
{
    if (!fn)
        return -EINVAL;
    struct rt_task *self = rt__self();
    if (self && self->parkable && rt__stage_holds(self->loop, arg))
        return -ENOTSUP;
    struct rt_generator *generator = calloc(1, sizeof(*generator));
    if (!generator)
        return -ENOMEM;
    generator->fn = fn;
    generator->arg = arg;
    *ret_generator = generator;
    return 0;
}

static int body_main(void *arg)
{
    struct rt_generator *generator = arg;
    return generator->fn(generator, generator->arg);
}

/* Also of a body that never ran, for lack of memory or because it was cancelled first: it could not tell by itself. */
static void body_done(void *arg)
{
    struct rt_generator *generator = arg;
    generator->result = generator->body->result;
    generator->state = ENDED;
    if (generator->consumer)
        rt__wake(generator->consumer, END_IS_THERE);
}

static int body_begin(struct rt_generator *generator, struct rt_loop *loop)
{
    int error = rt__task_create(loop, &generator->body, body_main, generator);
    if (error < 0)
        return error;
    rt_task_set_name(generator->body, "generator");
    rt_call_init(&generator->done, body_done, generator);
    generator->done.at_once = true;
    generator->done.loop = loop;
    rt__call_push(&generator->body->on_done, &generator->done);
    generator->state = RUNNING;
    return 0;
}

static int tell_end(struct rt_generator *generator)
{
    bool heard = generator->state == OVER;
    generator->state = OVER;
    return heard || generator->result > 0 ? 0 : generator->result;
}

/* Let the body run to its next yield, if it does not already. */
static int ask(struct rt_generator *generator, struct rt_loop *loop, void *sent)
{
    if (generator->state == RUNNING)
        return 0;
    generator->sent = sent;
    if (generator->state == NOT_BEGUN)
        return body_begin(generator, loop);
    generator->state = RUNNING;
    rt__wake(generator->body, 0);
    return 0;
}

static int next(struct rt_generator *generator, void *sent, bool sends, void **ret_value, int64_t deadline_ns)
{
    struct rt_task *self = rt__self();
    if (!self || (generator->body && generator->body->loop != self->loop))
        return -EINVAL;
    if (generator->consumer || generator->being_closed || generator->body == self)
        return -EBUSY;
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    if (sends && (generator->has_value || generator->state == RUNNING))
        return -EALREADY;
    if (generator->has_value) {
        generator->has_value = false;
        generator->taken = true;
        *ret_value = generator->value;
        return 1;
    }
    if (generator->state >= ENDED)
        return tell_end(generator);
    error = ask(generator, self->loop, sent);
    if (error < 0)
        return error;
    generator->consumer = self;
    int status = rt__wait(self, deadline_ns, "a generator's value");
    generator->consumer = NULL;
    if (status == VALUE_IS_THERE)
        *ret_value = self->wait_item;
    return status == END_IS_THERE ? tell_end(generator) : status;
}

int rt_generator_next(struct rt_generator *generator, void **ret_value, int64_t deadline_ns)
{
    return next(generator, NULL, false, ret_value, deadline_ns);
}

int rt_generator_send(struct rt_generator *generator, void *sent, void **ret_value, int64_t deadline_ns)
{
    return next(generator, sent, true, ret_value, deadline_ns);
}

bool rt_generator_is_over(const struct rt_generator *generator)
{
    return generator->state == OVER;
}

int rt_generator_yield(struct rt_generator *generator, void *value)
{
    struct rt_task *self = rt__self();
    if (!self || self != generator->body)
        return -EINVAL;
    generator->taken = false;
    int error = generator->closing ? -ECANCELED : rt__wait_begin(self);
    if (error < 0)
        return error;
    generator->state = AT_YIELD;
    struct rt_task *consumer = generator->consumer;
    if (consumer && consumer->waiting) {
        consumer->wait_item = value;
        generator->taken = true;
        rt__wake(consumer, VALUE_IS_THERE);
    } else {
        generator->value = value;
        generator->has_value = true;
    }
    error = rt__wait(self, RT_FOREVER, "the next request for a value");
    if (error < 0) {
        generator->has_value = false;
        generator->state = RUNNING;
    }
    return error;
}

bool rt_generator_taken(const struct rt_generator *generator)
{
    return generator->taken;
}

void *rt_generator_sent(const struct rt_generator *generator)
{
    return generator->sent;
}

static void cancel_body(struct rt_generator *generator)
{
    /* At a yield it is woken in spite of a shield, which is there for what must be finished: this is not. */
    if (generator->state == AT_YIELD)
        rt__wake(generator->body, -ECANCELED);
    else
        rt_task_cancel(generator->body);
}

int rt_generator_destroy(struct rt_generator *generator)
{
    if (!generator)
        return 0;
    struct rt_task *self = rt__self();
    if (generator->consumer || generator->being_closed || (self && self == generator->body))
        return -EBUSY;
    if (generator->body && !rt__is_done(generator->body)) {
        struct rt_timeout shield;
        if (!self || self->loop != generator->body->loop || rt_shield_begin(&shield) < 0)
            return -EINVAL;
        generator->closing = generator->being_closed = true;
        cancel_body(generator);
        int error = rt_task_await(generator->body, NULL);
        generator->being_closed = false;
        rt_shield_end(&shield);
        if (error < 0)
            return error;
    }
    rt_task_release(generator->body);
    free(generator);
    return 0;
}
