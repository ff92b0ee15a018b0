/*
 * A queue against a model that foresees every result: what it holds, who waits in which order, and whom a cancel finds
 * waiting. There are no deadlines here: nobody sees the moment when one passes.
 */
#include "schedule.h"
#include <string.h>

#define ITEM(n)  ((void *)(uintptr_t)(n))
#define VALUE(p) ((int)(uintptr_t)(p))

enum { FIFO, LIFO, PRIORITY, MOST = 256, RANK = 1000 };

struct line {
    struct worker *first;
};

static struct {
    struct rt_queue *queue;
    int order, capacity;
    int held[MOST], count;
    struct line getters, putters;
    bool closed;
    int unfinished, producers, made;
    bool went_in[MOST], came_out[MOST];
} model;

static int by_rank(const void *a, const void *b)
{
    return VALUE(a) / RANK - VALUE(b) / RANK;
}

static void line_push(struct line *line, struct worker *worker)
{
    struct worker **at = &line->first;
    while (*at)
        at = &(*at)->next;
    worker->next = NULL;
    worker->waits = true;
    *at = worker;
}

static bool line_remove(struct line *line, struct worker *worker)
{
    for (struct worker **at = &line->first; *at; at = &(*at)->next) {
        if (*at != worker)
            continue;
        *at = worker->next;
        worker->waits = false;
        return true;
    }
    return false;
}

static struct worker *line_pop(struct line *line, int result)
{
    struct worker *worker = line->first;
    line_remove(line, worker);
    worker->expected = result;
    return worker;
}

static void hold(int item)
{
    CHECK(model.count < MOST);
    model.held[model.count++] = item;
    model.unfinished++;
}

static int take_held(void)
{
    int at = model.order == LIFO ? model.count - 1 : 0;
    for (int i = 1; model.order == PRIORITY && i < model.count; i++)
        if (model.held[i] / RANK < model.held[at] / RANK)
            at = i;
    int item = model.held[at];
    memmove(&model.held[at], &model.held[at + 1], (size_t)(--model.count - at) * sizeof(model.held[0]));
    return item;
}

/* What a put that may wait returns, or -EAGAIN: it will wait. */
static int foresee_put(int item)
{
    if (model.closed)
        return -EPIPE;
    if (model.getters.first) {
        line_pop(&model.getters, 0)->item = item;
        model.unfinished++;
        return 0;
    }
    if (model.capacity && model.count == model.capacity)
        return -EAGAIN;
    hold(item);
    return 0;
}

static int foresee_get(int *ret_item)
{
    if (model.count == 0)
        return model.closed ? -EPIPE : -EAGAIN;
    *ret_item = take_held();
    if (model.putters.first)
        hold(line_pop(&model.putters, 0)->item);
    return 0;
}

static bool foresee_cancel(struct worker *worker)
{
    bool due = worker->cancel_pending;
    worker->cancel_pending = false;
    return due;
}

static void before_cancel(struct worker *worker)
{
    if (line_remove(&model.getters, worker) || line_remove(&model.putters, worker)) {
        worker->expected = -ECANCELED;
        worker->cancel_on_its_way = true;
    } else if (!worker->cancel_on_its_way) {
        worker->cancel_pending = true;
    }
}

static int put(struct worker *worker, int item)
{
    if (at_random(4) == 0) {
        int foreseen = foresee_put(item);
        CHECK(rt_queue_put_nowait(model.queue, ITEM(item)) == foreseen);
        return foreseen;
    }
    worker->item = item;
    worker->expected = foresee_cancel(worker) ? -ECANCELED : foresee_put(item);
    if (worker->expected == -EAGAIN)
        line_push(&model.putters, worker);
    int error = rt_queue_put(model.queue, ITEM(item), RT_FOREVER);
    CHECK(!worker->waits);
    CHECK(error == worker->expected);
    worker->cancel_on_its_way = false;
    return error;
}

static int get(struct worker *worker, int *ret_item)
{
    void *item;
    if (at_random(4) == 0) {
        int foreseen = foresee_get(ret_item);
        CHECK(rt_queue_get_nowait(model.queue, &item) == foreseen);
        CHECK(foreseen < 0 || VALUE(item) == *ret_item);
        return foreseen;
    }
    worker->expected = foresee_cancel(worker) ? -ECANCELED : foresee_get(&worker->item);
    if (worker->expected == -EAGAIN)
        line_push(&model.getters, worker);
    int error = rt_queue_get(model.queue, &item, RT_FOREVER);
    CHECK(!worker->waits);
    CHECK(error == worker->expected);
    CHECK(error < 0 || VALUE(item) == worker->item);
    worker->cancel_on_its_way = false;
    *ret_item = worker->item;
    return error;
}

static void let_run(struct worker *worker)
{
    for (unsigned i = at_random(3); i > 0; i--) {
        int foreseen = foresee_cancel(worker) ? -ECANCELED : 0;
        CHECK(rt_yield() == foreseen);
    }
}

static void close_queue(void)
{
    model.closed = true;
    while (model.getters.first)
        line_pop(&model.getters, -EPIPE);
    while (model.putters.first)
        line_pop(&model.putters, -EPIPE);
    rt_queue_close(model.queue);
}

static int produce(struct worker *worker)
{
    for (int i = 0; i < 8; i++) {
        int item = (int)at_random(3) * RANK + model.made++;
        int error;
        while ((error = put(worker, item)) < 0 && error != -EPIPE)
            let_run(worker);
        if (error < 0)
            break;
        model.went_in[item % RANK] = true;
        let_run(worker);
        if (at_random(60) == 0)
            close_queue();
    }
    if (--model.producers == 0)
        close_queue();
    return 0;
}

static int consume(struct worker *worker)
{
    int item, error;
    while ((error = get(worker, &item)) != -EPIPE) {
        if (error == 0) {
            CHECK(!model.came_out[item % RANK]);
            model.came_out[item % RANK] = true;
            let_run(worker);
            model.unfinished--;
            CHECK(rt_queue_task_done(model.queue) == 0);
        }
        let_run(worker);
    }
    return 0;
}

/* Cancelled like any other, it asks again: when it is let through, there is nothing left to do. */
static int wait_for_the_end(struct worker *worker)
{
    int error;
    (void)worker;
    while ((error = rt_queue_join(model.queue, RT_FOREVER)) == -ECANCELED)
        pause_a_little();
    return error;
}

static void begin(void)
{
    memset(&model, 0, sizeof(model));
    model.order = (int)at_random(3);
    model.capacity = (int)at_random(4);
    size_t capacity = (size_t)model.capacity;
    int error = model.order == FIFO   ? rt_queue_create(&model.queue, capacity)
                : model.order == LIFO ? rt_queue_create_lifo(&model.queue, capacity)
                                      : rt_queue_create_priority(&model.queue, capacity, by_rank);
    CHECK(error == 0);
    model.producers = 1 + (int)at_random(3);
    for (int i = 0; i < model.producers; i++)
        add_worker(produce)->before_cancel = before_cancel;
    for (int i = 1 + (int)at_random(3); i > 0; i--)
        add_worker(consume)->before_cancel = before_cancel;
    add_worker(wait_for_the_end);
}

static void end(void)
{
    CHECK(model.count == 0 && rt_queue_is_empty(model.queue));
    CHECK(model.unfinished == 0 && rt_queue_task_done(model.queue) == -EINVAL);
    for (int i = 0; i < model.made; i++)
        CHECK(model.went_in[i] == model.came_out[i]);
    rt_queue_destroy(model.queue);
}

const struct part queue_part = {begin, end};
