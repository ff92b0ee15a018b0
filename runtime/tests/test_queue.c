/* The queue: order, bounds, closing, and that no item is lost or delivered twice. */
#include "rt_test.h"

#define ITEM(n)  ((void *)(uintptr_t)(n))
#define VALUE(p) ((int)(uintptr_t)(p))

static struct rt_queue *make_queue(size_t capacity)
{
    struct rt_queue *queue;
    assert_int_equal(rt_queue_create(&queue, capacity), 0);
    return queue;
}

static int take(struct rt_queue *queue)
{
    void *item;
    assert_int_equal(rt_queue_get(queue, &item, SOON), 0);
    return VALUE(item);
}

struct put {
    struct rt_queue *queue;
    int value;
    int64_t duration_ns;
};

static int put_one(void *arg)
{
    struct put *put = arg;
    return rt_queue_put(put->queue, ITEM(put->value), rt_deadline_ns(put->duration_ns));
}

/* Returns the value, or -errno. */
static int get_one(void *arg)
{
    void *item;
    int error = rt_queue_get(arg, &item, RT_FOREVER);
    return error < 0 ? error : VALUE(item);
}

TASK_TEST(items_come_out_in_the_order_they_went_in)
{
    struct rt_queue *queue = make_queue(10);
    /* Twice around the ring and a bit. */
    for (int i = 0; i < 25; i += 5) {
        for (int j = 0; j < 5; j++)
            assert_int_equal(rt_queue_put(queue, ITEM(i + j), 0), 0);
        assert_int_equal(rt_queue_count(queue), 5);
        for (int j = 0; j < 5; j++)
            assert_int_equal(take(queue), i + j);
    }
    assert_int_equal(rt_queue_count(queue), 0);
    rt_queue_destroy(queue);
}

TASK_TEST(a_full_queue_makes_putters_wait_and_serves_them_in_order)
{
    struct rt_queue *queue = make_queue(2);
    struct put puts[5];
    struct rt_task *tasks[5];
    for (int i = 0; i < 5; i++) {
        puts[i] = (struct put){queue, i + 1, RT_FOREVER};
        tasks[i] = spawn(put_one, &puts[i]);
    }
    let_others_run();
    assert_int_equal(rt_queue_count(queue), 2);
    assert_int_equal(rt_task_state(tasks[1]), RT_TASK_DONE);
    assert_int_equal(rt_task_state(tasks[2]), RT_TASK_RUNNING);
    for (int i = 0; i < 5; i++)
        assert_int_equal(take(queue), i + 1);
    for (int i = 0; i < 5; i++)
        assert_int_equal(join(tasks[i]), 0);
    rt_queue_destroy(queue);
}

TASK_TEST(getters_that_wait_are_served_in_order)
{
    struct rt_queue *queue = make_queue(1);
    struct rt_task *tasks[5];
    for (int i = 0; i < 5; i++)
        tasks[i] = spawn(get_one, queue);
    let_others_run();
    for (int i = 0; i < 5; i++)
        assert_int_equal(rt_queue_put(queue, ITEM(10 + i), 0), 0);
    /* Handed over, not stored: there was somebody for each. */
    assert_int_equal(rt_queue_count(queue), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(join(tasks[i]), 10 + i);
    rt_queue_destroy(queue);
}

TASK_TEST(a_put_that_times_out_leaves_its_item_with_the_caller)
{
    struct rt_queue *queue = make_queue(1);
    assert_int_equal(rt_queue_put(queue, ITEM(1), 0), 0);
    int64_t start = rt_now_ns();
    assert_int_equal(rt_queue_put(queue, ITEM(2), start + 10 * RT_NS_PER_MS), -ETIMEDOUT);
    assert_true(rt_now_ns() - start >= 10 * RT_NS_PER_MS);
    assert_int_equal(take(queue), 1);
    assert_int_equal(rt_queue_count(queue), 0);
    rt_queue_destroy(queue);
}

TASK_TEST(a_get_times_out_without_touching_its_output)
{
    struct rt_queue *queue = make_queue(1);
    void *item = ITEM(77);
    assert_int_equal(rt_queue_get(queue, &item, rt_deadline_ns(5 * RT_NS_PER_MS)), -ETIMEDOUT);
    assert_int_equal(VALUE(item), 77);
    assert_int_equal(rt_queue_put(queue, ITEM(1), 0), 0);
    assert_int_equal(take(queue), 1);
    rt_queue_destroy(queue);
}

TASK_TEST(the_item_of_a_cancelled_putter_is_not_delivered)
{
    struct rt_queue *queue = make_queue(1);
    struct put puts[] = {{queue, 1, RT_FOREVER}, {queue, 2, RT_FOREVER}, {queue, 3, RT_FOREVER}};
    struct rt_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(put_one, &puts[i]);
    let_others_run();
    rt_task_cancel(tasks[1]);
    assert_int_equal(join(tasks[1]), -ECANCELED);
    assert_int_equal(take(queue), 1);
    assert_int_equal(take(queue), 3);
    assert_int_equal(join(tasks[0]), 0);
    assert_int_equal(join(tasks[2]), 0);
    assert_int_equal(rt_queue_count(queue), 0);
    rt_queue_destroy(queue);
}

TASK_TEST(a_putter_cancelled_after_its_item_was_taken_has_put_it)
{
    struct rt_queue *queue = make_queue(1);
    struct put puts[] = {{queue, 1, RT_FOREVER}, {queue, 2, RT_FOREVER}};
    struct rt_task *first = spawn(put_one, &puts[0]), *second = spawn(put_one, &puts[1]);
    let_others_run();
    assert_int_equal(take(queue), 1);
    rt_task_cancel(second);
    assert_int_equal(join(second), 0);
    assert_int_equal(take(queue), 2);
    assert_int_equal(join(first), 0);
    rt_queue_destroy(queue);
}

TASK_TEST(a_getter_cancelled_after_the_handover_keeps_its_item)
{
    struct rt_queue *queue = make_queue(1);
    struct rt_task *task = spawn(get_one, queue);
    let_others_run();
    assert_int_equal(rt_queue_put(queue, ITEM(5), 0), 0);
    rt_task_cancel(task);
    assert_int_equal(join(task), 5);
    rt_queue_destroy(queue);
}

TASK_TEST(a_cancelled_getter_takes_nothing)
{
    struct rt_queue *queue = make_queue(1);
    struct rt_task *cancelled = spawn(get_one, queue), *other = spawn(get_one, queue);
    let_others_run();
    rt_task_cancel(cancelled);
    assert_int_equal(rt_queue_put(queue, ITEM(5), 0), 0);
    assert_int_equal(join(cancelled), -ECANCELED);
    assert_int_equal(join(other), 5);
    rt_queue_destroy(queue);
}

TASK_TEST(a_closed_queue_is_drained_and_then_says_so)
{
    struct rt_queue *queue = make_queue(2);
    void *item;
    assert_int_equal(rt_queue_put(queue, ITEM(1), 0), 0);
    assert_int_equal(rt_queue_put(queue, ITEM(2), 0), 0);
    struct put late = {queue, 3, RT_FOREVER};
    struct rt_task *putter = spawn(put_one, &late);
    let_others_run();
    rt_queue_close(queue);
    rt_queue_close(queue);
    assert_int_equal(join(putter), -EPIPE);
    assert_int_equal(rt_queue_put(queue, ITEM(4), 0), -EPIPE);
    assert_int_equal(take(queue), 1);
    assert_int_equal(take(queue), 2);
    assert_int_equal(rt_queue_get(queue, &item, RT_FOREVER), -EPIPE);
    rt_queue_destroy(queue);
}

TASK_TEST(closing_wakes_the_getters)
{
    struct rt_queue *queue = make_queue(2);
    struct rt_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(get_one, queue);
    let_others_run();
    rt_queue_close(queue);
    for (int i = 0; i < 3; i++)
        assert_int_equal(join(tasks[i]), -EPIPE);
    rt_queue_destroy(queue);
}

enum { PRODUCERS = 7, CONSUMERS = 5, ITEMS = 400 };

struct exchange {
    struct rt_queue *queue;
    int producer;
    int last_seen[PRODUCERS];
    int *seen;
};

static int produce(void *arg)
{
    struct exchange *exchange = arg;
    for (int i = 1; i <= ITEMS; i++) {
        if (rt_queue_put(exchange->queue, ITEM(exchange->producer * ITEMS + i), SOON) < 0)
            return -1;
        if (i % (exchange->producer + 3) == 0)
            rt_yield();
    }
    return 0;
}

static int consume(void *arg)
{
    struct exchange *exchange = arg;
    void *item;
    int error;
    while ((error = rt_queue_get(exchange->queue, &item, SOON)) == 0) {
        int value = VALUE(item) - 1, producer = value / ITEMS;
        exchange->seen[value]++;
        /* One consumer sees the items of one producer in their order. */
        assert_true(value >= exchange->last_seen[producer]);
        exchange->last_seen[producer] = value;
        if (value % 5 == 0)
            rt_yield();
    }
    return error;
}

TASK_TEST(many_producers_and_consumers_exchange_every_item_once)
{
    static int seen[PRODUCERS * ITEMS];
    struct exchange producers[PRODUCERS], consumers[CONSUMERS];
    struct rt_task *producing[PRODUCERS], *consuming[CONSUMERS];
    struct rt_queue *queue = make_queue(3);
    for (int i = 0; i < CONSUMERS; i++) {
        consumers[i] = (struct exchange){.queue = queue, .seen = seen};
        consuming[i] = spawn(consume, &consumers[i]);
    }
    for (int i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct exchange){.queue = queue, .producer = i};
        producing[i] = spawn(produce, &producers[i]);
    }
    for (int i = 0; i < PRODUCERS; i++)
        assert_int_equal(join(producing[i]), 0);
    rt_queue_close(queue);
    for (int i = 0; i < CONSUMERS; i++)
        assert_int_equal(join(consuming[i]), -EPIPE);
    for (int i = 0; i < PRODUCERS * ITEMS; i++)
        assert_int_equal(seen[i], 1);
    rt_queue_destroy(queue);
}

static void impossible_queues_are_refused(void **state)
{
    (void)state;
    struct rt_queue *queue = NULL;
    assert_int_equal(rt_queue_create_priority(&queue, 1, NULL), -EINVAL);
    assert_int_equal(rt_queue_create_lifo(&queue, SIZE_MAX / 2), -ENOMEM);
    assert_int_equal(rt_queue_create(&queue, SIZE_MAX), -ENOMEM);
    assert_null(queue);
    rt_queue_destroy(NULL);
}

static void outside_a_task_nobody_puts_or_gets(void **state)
{
    (void)state;
    struct rt_queue *queue = make_queue(1);
    void *item;
    assert_int_equal(rt_queue_put(queue, ITEM(1), 0), -EINVAL);
    assert_int_equal(rt_queue_get(queue, &item, 0), -EINVAL);
    rt_queue_destroy(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_the_order_they_went_in),
        cmocka_unit_test(a_full_queue_makes_putters_wait_and_serves_them_in_order),
        cmocka_unit_test(getters_that_wait_are_served_in_order),
        cmocka_unit_test(a_put_that_times_out_leaves_its_item_with_the_caller),
        cmocka_unit_test(a_get_times_out_without_touching_its_output),
        cmocka_unit_test(the_item_of_a_cancelled_putter_is_not_delivered),
        cmocka_unit_test(a_putter_cancelled_after_its_item_was_taken_has_put_it),
        cmocka_unit_test(a_getter_cancelled_after_the_handover_keeps_its_item),
        cmocka_unit_test(a_cancelled_getter_takes_nothing),
        cmocka_unit_test(a_closed_queue_is_drained_and_then_says_so),
        cmocka_unit_test(closing_wakes_the_getters),
        cmocka_unit_test(many_producers_and_consumers_exchange_every_item_once),
        cmocka_unit_test(impossible_queues_are_refused),
        cmocka_unit_test(outside_a_task_nobody_puts_or_gets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
