/* Queues by their order (last in first out, priority), without a capacity, without waiting, and joined. */
#include "rt_test.h"

#define ITEM(n)  ((void *)(uintptr_t)(n))
#define VALUE(p) ((int)(uintptr_t)(p))

static int take(struct rt_queue *queue)
{
    void *item;
    assert_int_equal(rt_queue_get(queue, &item, SOON), 0);
    return VALUE(item);
}

static void give(struct rt_queue *queue, int value)
{
    assert_int_equal(rt_queue_put(queue, ITEM(value), 0), 0);
}

/* By the tens: 11 and 12 are equal, and come before 21. */
static int by_tens(const void *a, const void *b)
{
    return VALUE(a) / 10 - VALUE(b) / 10;
}

struct put {
    struct rt_queue *queue;
    int value;
};

static int put_one(void *arg)
{
    struct put *put = arg;
    return rt_queue_put(put->queue, ITEM(put->value), RT_FOREVER);
}

static int get_one(void *arg)
{
    void *item;
    int error = rt_queue_get(arg, &item, RT_FOREVER);
    return error < 0 ? error : VALUE(item);
}

static int join_queue(void *arg)
{
    return rt_queue_join(arg, RT_FOREVER);
}

TASK_TEST(the_newest_item_of_a_lifo_queue_comes_out_first)
{
    struct rt_queue *queue;
    assert_int_equal(rt_queue_create_lifo(&queue, 3), 0);
    give(queue, 1);
    give(queue, 2);
    assert_int_equal(take(queue), 2);
    give(queue, 3);
    give(queue, 4);
    assert_true(rt_queue_is_full(queue));
    /* A putter that waits is not in the queue yet: its item is the newest when there is room for it. */
    struct put late = {queue, 5};
    struct rt_task *putter = spawn(put_one, &late);
    let_others_run();
    assert_int_equal(take(queue), 4);
    assert_int_equal(take(queue), 5);
    assert_int_equal(join(putter), 0);
    assert_int_equal(take(queue), 3);
    assert_int_equal(take(queue), 1);
    assert_true(rt_queue_is_empty(queue));
    rt_queue_destroy(queue);
}

TASK_TEST(the_lowest_item_comes_out_first_and_of_equal_ones_the_oldest)
{
    static const int in[] = {31, 11, 21, 12, 39, 22, 13, 1, 32}, out[] = {1, 11, 12, 13, 21, 22, 31, 39, 32};
    struct rt_queue *queue;
    assert_int_equal(rt_queue_create_priority(&queue, 9, by_tens), 0);
    for (int i = 0; i < 9; i++)
        give(queue, in[i]);
    assert_int_equal(rt_queue_put(queue, ITEM(5), 0), -ETIMEDOUT);
    for (int i = 0; i < 9; i++)
        assert_int_equal(take(queue), out[i]);
    rt_queue_destroy(queue);
}

TASK_TEST(many_equal_items_keep_their_order_in_a_priority_queue)
{
    struct rt_queue *queue;
    int next[7] = {0}, put_in[7] = {0}, state = 1;
    assert_int_equal(rt_queue_create_priority(&queue, 0, by_tens), 0);
    /* An item is its priority, in tens, so the order within equal ones shows in who is handed back: ten kinds of them.
     */
    for (int i = 0; i < 2000; i++) {
        state = (int)((unsigned)state * 1103515245u + 12345u) & 0x7fffffff;
        int priority = state / 65536 % 7;
        give(queue, priority * 10 + put_in[priority]++ % 10);
    }
    int before = 0;
    for (int i = 0; i < 2000; i++) {
        int value = take(queue), priority = value / 10;
        assert_true(priority >= before);
        assert_int_equal(value % 10, next[priority]++ % 10);
        before = priority;
    }
    rt_queue_destroy(queue);
}

TASK_TEST(a_full_priority_queue_serves_its_putters_in_the_order_of_asking)
{
    struct rt_queue *queue;
    assert_int_equal(rt_queue_create_priority(&queue, 1, by_tens), 0);
    give(queue, 50);
    struct put puts[] = {{queue, 40}, {queue, 10}};
    struct rt_task *first = spawn(put_one, &puts[0]), *second = spawn(put_one, &puts[1]);
    let_others_run();
    assert_int_equal(take(queue), 50);
    assert_int_equal(take(queue), 40);
    assert_int_equal(take(queue), 10);
    assert_int_equal(join(first), 0);
    assert_int_equal(join(second), 0);
    rt_queue_destroy(queue);
}

TASK_TEST(a_queue_without_a_capacity_grows_in_the_middle_of_its_ring)
{
    struct rt_queue *queue;
    int in = 0, out = 0;
    assert_int_equal(rt_queue_create(&queue, 0), 0);
    assert_int_equal(rt_queue_capacity(queue), 0);
    for (int i = 0; i < 10; i++)
        give(queue, in++);
    for (int i = 0; i < 7; i++)
        assert_int_equal(take(queue), out++);
    /* Its beginning is now at place 7 of 16, and it comes around before it must grow. */
    while (in < 1000) {
        give(queue, in++);
        give(queue, in++);
        assert_int_equal(take(queue), out++);
        assert_false(rt_queue_is_full(queue));
    }
    assert_int_equal(rt_queue_count(queue), in - out);
    while (out < in)
        assert_int_equal(take(queue), out++);
    rt_queue_destroy(queue);
}

TASK_TEST(what_does_not_wait_says_full_empty_or_closed)
{
    struct rt_queue *queue;
    void *item = ITEM(77);
    assert_int_equal(rt_queue_create(&queue, 1), 0);
    assert_int_equal(rt_queue_capacity(queue), 1);
    assert_int_equal(rt_queue_get_nowait(queue, &item), -EAGAIN);
    assert_int_equal(VALUE(item), 77);
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(1)), 0);
    assert_true(rt_queue_is_full(queue));
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(2)), -EAGAIN);
    rt_queue_close(queue);
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(2)), -EPIPE);
    assert_int_equal(rt_queue_get_nowait(queue, &item), 0);
    assert_int_equal(VALUE(item), 1);
    assert_int_equal(rt_queue_get_nowait(queue, &item), -EPIPE);
    rt_queue_destroy(queue);
}

TASK_TEST(what_does_not_wait_serves_those_who_do)
{
    struct rt_queue *queue;
    void *item;
    assert_int_equal(rt_queue_create(&queue, 1), 0);
    struct rt_task *getter = spawn(get_one, queue);
    let_others_run();
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(1)), 0);
    assert_int_equal(rt_queue_get_nowait(queue, &item), -EAGAIN); /* handed over: it cannot be taken any more */
    assert_int_equal(join(getter), 1);

    assert_int_equal(rt_queue_put_nowait(queue, ITEM(2)), 0);
    struct put late = {queue, 3};
    struct rt_task *putter = spawn(put_one, &late);
    let_others_run();
    assert_int_equal(rt_queue_get_nowait(queue, &item), 0);
    assert_int_equal(VALUE(item), 2);
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(4)), -EAGAIN); /* the room was the putter's */
    assert_int_equal(join(putter), 0);
    assert_int_equal(take(queue), 3);
    rt_queue_destroy(queue);
}

static void put_from_a_callback(void *arg)
{
    struct rt_queue *queue = arg;
    assert_int_equal(rt_queue_put(queue, ITEM(9), 0), -EINVAL);
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(9)), 0);
}

TASK_TEST(a_callback_puts_without_a_task)
{
    struct rt_queue *queue;
    struct rt_call call;
    assert_int_equal(rt_queue_create(&queue, 1), 0);
    rt_call_init(&call, put_from_a_callback, queue);
    assert_int_equal(rt_call_later(&call, RT_NS_PER_MS), 0);
    assert_int_equal(take(queue), 9);
    rt_queue_destroy(queue);
}

TASK_TEST(join_waits_until_every_item_has_been_dealt_with)
{
    struct rt_queue *queue;
    assert_int_equal(rt_queue_create(&queue, 1), 0);
    assert_int_equal(rt_queue_join(queue, 0), 0);
    assert_int_equal(rt_queue_task_done(queue), -EINVAL);
    struct rt_task *getter = spawn(get_one, queue);
    let_others_run();
    struct put late = {queue, 3};
    give(queue, 1);                                 /* handed over */
    give(queue, 2);                                 /* stored */
    struct rt_task *putter = spawn(put_one, &late); /* waits */
    let_others_run();
    assert_int_equal(take(queue), 2);
    struct rt_task *joiners[3];
    for (int i = 0; i < 3; i++)
        joiners[i] = spawn(join_queue, queue);
    let_others_run();
    assert_int_equal(take(queue), 3);
    rt_queue_close(queue); /* does not end it */
    assert_int_equal(rt_queue_task_done(queue), 0);
    assert_int_equal(rt_queue_task_done(queue), 0);
    int64_t start = rt_now_ns();
    assert_int_equal(rt_queue_join(queue, start + 5 * RT_NS_PER_MS), -ETIMEDOUT);
    assert_true(rt_now_ns() - start >= 5 * RT_NS_PER_MS);
    rt_task_cancel(joiners[2]);
    assert_int_equal(join(joiners[2]), -ECANCELED);
    assert_int_equal(rt_task_state(joiners[0]), RT_TASK_RUNNING);
    assert_int_equal(rt_queue_task_done(queue), 0);
    assert_int_equal(join(joiners[0]), 0);
    assert_int_equal(join(joiners[1]), 0);
    assert_int_equal(rt_queue_task_done(queue), -EINVAL);
    assert_int_equal(join(getter), 1);
    assert_int_equal(join(putter), 0);
    rt_queue_destroy(queue);
}

TASK_TEST(an_item_that_was_never_put_needs_not_be_dealt_with)
{
    struct rt_queue *queue;
    assert_int_equal(rt_queue_create(&queue, 1), 0);
    give(queue, 1);
    struct put late = {queue, 2};
    struct rt_task *putter = spawn(put_one, &late);
    let_others_run();
    rt_task_cancel(putter);
    assert_int_equal(join(putter), -ECANCELED);
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(3)), -EAGAIN);
    assert_int_equal(take(queue), 1);
    assert_int_equal(rt_queue_task_done(queue), 0);
    assert_int_equal(rt_queue_join(queue, 0), 0);
    rt_queue_destroy(queue);
}

enum { CROWD = 400, EACH = 5 };

static struct rt_queue *hall;
static int seen[CROWD * EACH];

static int produce(void *arg)
{
    int first = VALUE(arg) * EACH;
    for (int i = 0; i < EACH; i++) {
        int error = rt_queue_put(hall, ITEM(first + i), RT_FOREVER);
        if (error < 0)
            return error;
    }
    return 0;
}

static int consume(void *arg)
{
    void *item;
    int error;
    (void)arg;
    while ((error = rt_queue_get(hall, &item, RT_FOREVER)) == 0) {
        seen[VALUE(item)]++;
        rt_queue_task_done(hall);
    }
    return error;
}

TASK_TEST(many_parkable_tasks_wait_for_items_and_for_room)
{
    static const struct rt_task_options parkable = {.parkable = true};
    struct rt_task *producers[CROWD], *consumers[CROWD];
    assert_int_equal(rt_queue_create_lifo(&hall, 2), 0);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(rt_task_spawn_with(&producers[i], produce, ITEM(i), &parkable), 0);
    let_others_run(); /* they wait for room */
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(rt_task_spawn_with(&consumers[i], consume, NULL, &parkable), 0);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(join(producers[i]), 0);
    assert_int_equal(rt_queue_join(hall, SOON), 0);
    rt_queue_close(hall);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(join(consumers[i]), -EPIPE);
    for (int i = 0; i < CROWD * EACH; i++)
        assert_int_equal(seen[i], 1);
    rt_queue_destroy(hall);
}

static void a_queue_can_be_filled_before_the_loop_runs(void **state)
{
    (void)state;
    struct rt_queue *queue;
    void *item;
    assert_int_equal(rt_queue_create(&queue, 0), 0);
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(1)), 0);
    assert_int_equal(rt_queue_join(queue, RT_FOREVER), -EINVAL);
    assert_int_equal(rt_queue_get_nowait(queue, &item), 0);
    assert_int_equal(VALUE(item), 1);
    rt_queue_destroy(queue);
}

/* --- no memory to grow --- */

static bool no_memory;

void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);

void *__wrap_malloc(size_t bytes)
{
    return no_memory ? NULL : __real_malloc(bytes);
}

static void a_queue_that_cannot_grow_keeps_what_it_holds(void **state)
{
    (void)state;
    struct rt_queue *queue;
    void *item;
    no_memory = true;
    assert_int_equal(rt_queue_create(&queue, 4), -ENOMEM);
    assert_int_equal(rt_queue_create_priority(&queue, 0, by_tens), 0);
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(1)), -ENOMEM);
    no_memory = false;
    int held = 0;
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(held++)), 0);
    no_memory = true;
    while (rt_queue_put_nowait(queue, ITEM(held * 10)) == 0)
        held++;
    assert_true(held >= 8);
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(held * 10)), -ENOMEM);
    assert_int_equal(rt_queue_count(queue), held);
    no_memory = false;
    assert_int_equal(rt_queue_put_nowait(queue, ITEM(held * 10)), 0);
    for (int i = 0; i <= held; i++) {
        assert_int_equal(rt_queue_get_nowait(queue, &item), 0);
        assert_int_equal(VALUE(item), i * 10);
    }
    rt_queue_destroy(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_item_of_a_lifo_queue_comes_out_first),
        cmocka_unit_test(the_lowest_item_comes_out_first_and_of_equal_ones_the_oldest),
        cmocka_unit_test(many_equal_items_keep_their_order_in_a_priority_queue),
        cmocka_unit_test(a_full_priority_queue_serves_its_putters_in_the_order_of_asking),
        cmocka_unit_test(a_queue_without_a_capacity_grows_in_the_middle_of_its_ring),
        cmocka_unit_test(what_does_not_wait_says_full_empty_or_closed),
        cmocka_unit_test(what_does_not_wait_serves_those_who_do),
        cmocka_unit_test(a_callback_puts_without_a_task),
        cmocka_unit_test(join_waits_until_every_item_has_been_dealt_with),
        cmocka_unit_test(an_item_that_was_never_put_needs_not_be_dealt_with),
        cmocka_unit_test(many_parkable_tasks_wait_for_items_and_for_room),
        cmocka_unit_test(a_queue_can_be_filled_before_the_loop_runs),
        cmocka_unit_test(a_queue_that_cannot_grow_keeps_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
