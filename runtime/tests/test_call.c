/* Callbacks: when they come and in which order, and how they are taken back. */
#include <pthread.h>
#include "park.h"
#include "rt_test.h"

/* What happens is written down as letters. */
static char log_text[64];
static struct rt_event all_called;

static void note(char letter)
{
    size_t length = strlen(log_text);
    assert_true(length + 1 < sizeof(log_text));
    log_text[length] = letter;
    log_text[length + 1] = '\0';
}

static void begin_log(void)
{
    log_text[0] = '\0';
    rt_event_init(&all_called);
}

static void note_call(void *arg)
{
    note(*(const char *)arg);
}

static int note_task(void *arg)
{
    note(*(const char *)arg);
    return 7;
}

static void set_event(void *arg)
{
    rt_event_set(arg);
}

/* Until everything that has been asked for is called. */
static void wait_for_calls(void)
{
    struct rt_call last;
    rt_call_init(&last, set_event, &all_called);
    rt_event_clear(&all_called);
    assert_int_equal(rt_call_soon(&last), 0);
    assert_int_equal(rt_event_wait(&all_called, SOON), 0);
}

TASK_TEST(callbacks_come_in_order_and_not_at_once)
{
    begin_log();
    struct rt_call calls[3];
    for (int i = 0; i < 3; i++) {
        rt_call_init(&calls[i], note_call, &"abc"[i]);
        assert_int_equal(rt_call_soon(&calls[i]), 0);
    }
    assert_string_equal(log_text, "");
    wait_for_calls();
    assert_string_equal(log_text, "abc");
}

/* --- from within a callback --- */

struct again {
    struct rt_call call, *cancelled;
    int left;
};

static void call_again(void *arg)
{
    struct again *again = arg;
    note('c');
    assert_int_equal(rt_task_spawn(NULL, note_task, "t"), 0);
    if (again->cancelled)
        assert_int_equal(rt_call_cancel(again->cancelled), 0);
    again->cancelled = NULL;
    if (--again->left > 0)
        assert_int_equal(rt_call_soon(&again->call), 0);
    else
        rt_event_set(&all_called);
}

TASK_TEST(what_a_callback_asks_for_comes_a_turn_later)
{
    begin_log();
    struct again again = {.left = 3};
    rt_call_init(&again.call, call_again, &again);
    assert_int_equal(rt_call_soon(&again.call), 0);
    assert_int_equal(rt_event_wait(&all_called, SOON), 0);
    let_others_run();
    assert_string_equal(log_text, "ctctct");
}

TASK_TEST(a_callback_that_cancels_the_last_does_not_keep_the_loop)
{
    begin_log();
    struct rt_call last;
    struct again again = {.left = 3, .cancelled = &last};
    rt_call_init(&again.call, call_again, &again);
    rt_call_init(&last, note_call, "x");
    assert_int_equal(rt_call_soon(&again.call), 0);
    assert_int_equal(rt_call_soon(&last), 0);
    assert_int_equal(rt_event_wait(&all_called, SOON), 0);
    let_others_run();
    assert_string_equal(log_text, "ctctct");
}

static void free_and_note(void *arg)
{
    free(arg);
    note('f');
}

TASK_TEST(a_callback_may_free_its_memory)
{
    begin_log();
    for (int i = 0; i < 2; i++) {
        struct rt_call *call = malloc(sizeof(*call));
        assert_non_null(call);
        rt_call_init(call, free_and_note, call);
        assert_int_equal(i == 0 ? rt_call_soon(call) : rt_call_later(call, 0), 0);
    }
    rt_sleep_ns(RT_NS_PER_MS);
    assert_string_equal(log_text, "ff");
}

static void try_to_wait(void *arg)
{
    int *refused = arg;
    *refused += rt_task_self() == NULL;
    *refused += rt_sleep_ns(1) == -EINVAL;
    *refused += rt_yield() == -EINVAL;
    *refused += rt_task_await(NULL, NULL) == -EINVAL;
    *refused += rt_event_wait(&all_called, RT_FOREVER) == -EINVAL;
    *refused += rt_loop_current() != NULL;
}

TASK_TEST(a_callback_cannot_wait)
{
    begin_log();
    int refused = 0;
    struct rt_call call;
    rt_call_init(&call, try_to_wait, &refused);
    assert_int_equal(rt_call_soon(&call), 0);
    wait_for_calls();
    assert_int_equal(refused, 6);
}

/* --- at a deadline --- */

struct timed {
    struct rt_call call;
    int64_t deadline_ns;
    char letter;
    bool early;
};

static void note_time(void *arg)
{
    struct timed *timed = arg;
    timed->early = rt_now_ns() < timed->deadline_ns;
    note(timed->letter);
}

TASK_TEST(timed_callbacks_come_in_the_order_of_their_deadlines_and_never_early)
{
    begin_log();
    int64_t start = rt_now_ns();
    static const int order[] = {3, 1, 2, 0};
    struct timed timed[4];
    for (int i = 0; i < 4; i++) {
        timed[i] =
            (struct timed){.deadline_ns = start + (order[i] + 1) * 2 * RT_NS_PER_MS, .letter = (char)('a' + order[i])};
        rt_call_init(&timed[i].call, note_time, &timed[i]);
        assert_int_equal(rt_call_at(&timed[i].call, timed[i].deadline_ns), 0);
    }
    rt_sleep_until(start + 10 * RT_NS_PER_MS);
    assert_string_equal(log_text, "abcd");
    for (int i = 0; i < 4; i++)
        assert_false(timed[i].early);
}

TASK_TEST(a_timed_callback_keeps_the_loop_from_a_deadlock)
{
    begin_log();
    struct rt_call call;
    rt_call_init(&call, set_event, &all_called);
    assert_int_equal(rt_call_later(&call, 2 * RT_NS_PER_MS), 0);
    assert_int_equal(rt_event_wait(&all_called, RT_FOREVER), 0);
}

/* --- taken back, refused --- */

TASK_TEST(a_call_can_be_taken_back_until_it_has_been_made)
{
    begin_log();
    struct rt_call call, done;
    struct rt_task *task = spawn(note_task, "t");
    rt_call_init(&call, note_call, "x");
    assert_int_equal(rt_call_cancel(&call), -EALREADY);
    assert_int_equal(rt_call_soon(&call), 0);
    assert_int_equal(rt_call_cancel(&call), 0);
    assert_int_equal(rt_call_cancel(&call), -EALREADY);
    assert_int_equal(rt_call_later(&call, 0), 0);
    assert_int_equal(rt_call_cancel(&call), 0);
    assert_int_equal(rt_call_cancel(&call), -EALREADY);
    assert_int_equal(rt_task_on_done(task, &call), 0);
    assert_int_equal(rt_call_cancel(&call), 0);
    assert_int_equal(rt_call_cancel(&call), -EALREADY);
    rt_call_init(&done, note_call, "d");
    assert_int_equal(rt_task_on_done(task, &done), 0);
    assert_int_equal(join(task), 7);
    wait_for_calls();
    rt_sleep_ns(RT_NS_PER_MS);
    assert_string_equal(log_text, "td");
    assert_int_equal(rt_call_cancel(&done), -EALREADY);
}

TASK_TEST(a_call_is_asked_for_once_at_a_time)
{
    begin_log();
    struct rt_call call;
    struct rt_task *task = spawn(note_task, "t");
    for (int i = 0; i < 3; i++) {
        rt_call_init(&call, note_call, "x");
        int error = i == 0 ? rt_call_soon(&call) : i == 1 ? rt_call_later(&call, 0) : rt_task_on_done(task, &call);
        assert_int_equal(error, 0);
        assert_int_equal(rt_call_soon(&call), -EBUSY);
        assert_int_equal(rt_call_at(&call, 0), -EBUSY);
        assert_int_equal(rt_task_on_done(task, &call), -EBUSY);
        assert_int_equal(rt_call_cancel(&call), 0);
    }
    assert_int_equal(join(task), 7);
    assert_string_equal(log_text, "t");
}

static void outside_a_loop_nothing_can_be_asked_for(void **state)
{
    (void)state;
    struct rt_call call;
    rt_call_init(&call, note_call, "x");
    assert_int_equal(rt_call_soon(&call), -EINVAL);
    assert_int_equal(rt_call_later(&call, 0), -EINVAL);
    assert_int_equal(rt_call_cancel(&call), -EALREADY);
}

static int ask_from_a_parked_stack(void *arg)
{
    struct rt_call call;
    rt_call_init(&call, note_call, "x");
    int wanted = rt__park_supported() ? -ENOTSUP : 0, ok = 1;
    ok &= rt_call_soon(&call) == wanted;
    rt_call_cancel(&call);
    ok &= rt_call_later(&call, 0) == wanted;
    rt_call_cancel(&call);
    ok &= rt_task_on_done(arg, &call) == wanted;
    rt_call_cancel(&call);
    return ok;
}

TASK_TEST(a_call_on_a_parkable_stack_is_refused)
{
    struct rt_task *asking;
    const struct rt_task_options options = {.parkable = true};
    assert_int_equal(rt_task_spawn_with(&asking, ask_from_a_parked_stack, rt_task_self(), &options), 0);
    assert_int_equal(join(asking), 1);
}

static struct rt_task *left_by_another_loop;

static int leave_a_task(void *arg)
{
    (void)arg;
    left_by_another_loop = spawn(note_task, "t");
    return rt_yield();
}

static int ask_another_loops_task(void *arg)
{
    return rt_task_on_done(left_by_another_loop, arg);
}

static void another_loops_task_takes_no_callback(void **state)
{
    (void)state;
    struct rt_call call;
    rt_call_init(&call, note_call, "x");
    begin_log();
    struct rt_loop *loop;
    assert_int_equal(rt_loop_create(&loop, NULL), 0);
    assert_int_equal(rt_loop_run(loop, leave_a_task, NULL), 0);
    assert_int_equal(rt_task_on_done(left_by_another_loop, &call), -EINVAL);
    assert_int_equal(rt_run(ask_another_loops_task, &call, NULL), -EINVAL);
    rt_task_release(left_by_another_loop);
    rt_loop_destroy(loop);
}

/* --- when a task is done --- */

struct on_done {
    struct rt_call call;
    struct rt_task *task;
    int result;
};

static void note_result(void *arg)
{
    struct on_done *on_done = arg;
    note('d');
    assert_int_equal(rt_task_result(on_done->task, &on_done->result), 0);
}

TASK_TEST(callbacks_of_a_task_come_once_it_is_done)
{
    begin_log();
    struct on_done on_done[3];
    struct rt_task *task = spawn(note_task, "t");
    for (int i = 0; i < 3; i++) {
        on_done[i].task = task;
        rt_call_init(&on_done[i].call, note_result, &on_done[i]);
        if (i < 2)
            assert_int_equal(rt_task_on_done(task, &on_done[i].call), 0);
    }
    assert_int_equal(rt_task_await(task, NULL), 0);
    assert_string_equal(log_text, "t");
    assert_int_equal(rt_task_on_done(task, &on_done[2].call), 0);
    assert_string_equal(log_text, "t");
    wait_for_calls();
    assert_string_equal(log_text, "tddd");
    for (int i = 0; i < 3; i++)
        assert_int_equal(on_done[i].result, 7);
    rt_task_release(task);
}

/* --- from other threads --- */

enum { THREADS = 4, CALLS = 500 };

static struct sender {
    struct rt_loop *loop;
    int next_sent, next_called, out_of_order;
    struct message {
        struct sender *sender;
        int number;
    } messages[CALLS];
} senders[THREADS];
static int messages_left;

static void receive(void *arg)
{
    struct message *message = arg;
    message->sender->out_of_order += message->sender->next_called++ != message->number;
    if (--messages_left == 0)
        rt_event_set(&all_called);
}

static void *send_all(void *arg)
{
    struct sender *sender = arg;
    for (int i = 0; i < CALLS; i++) {
        sender->messages[i] = (struct message){sender, i};
        if (rt_call_soon_threadsafe(sender->loop, receive, &sender->messages[i]) < 0)
            abort();
    }
    return NULL;
}

TASK_TEST(calls_of_each_thread_come_in_its_order)
{
    begin_log();
    struct rt_loop *loop = rt_loop_current();
    pthread_t threads[THREADS];
    messages_left = THREADS * CALLS;
    rt_loop_hold(loop);
    for (int i = 0; i < THREADS; i++) {
        senders[i] = (struct sender){.loop = loop};
        assert_int_equal(pthread_create(&threads[i], NULL, send_all, &senders[i]), 0);
    }
    assert_int_equal(rt_event_wait(&all_called, RT_FOREVER), 0);
    rt_loop_unhold(loop);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(senders[i].next_called, CALLS);
        assert_int_equal(senders[i].out_of_order, 0);
    }
}

static void spawn_from_a_callback(void *arg)
{
    assert_int_equal(rt_task_spawn(arg, note_task, "t"), 0);
    rt_event_set(&all_called);
}

TASK_TEST(a_loop_may_call_itself_and_a_call_may_spawn)
{
    begin_log();
    struct rt_task *task = NULL;
    assert_int_equal(rt_call_soon_threadsafe(rt_loop_current(), spawn_from_a_callback, &task), 0);
    assert_null(task);
    assert_int_equal(rt_event_wait(&all_called, SOON), 0);
    assert_int_equal(join(task), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callbacks_come_in_order_and_not_at_once),
        cmocka_unit_test(what_a_callback_asks_for_comes_a_turn_later),
        cmocka_unit_test(a_callback_that_cancels_the_last_does_not_keep_the_loop),
        cmocka_unit_test(a_callback_may_free_its_memory),
        cmocka_unit_test(a_callback_cannot_wait),
        cmocka_unit_test(timed_callbacks_come_in_the_order_of_their_deadlines_and_never_early),
        cmocka_unit_test(a_timed_callback_keeps_the_loop_from_a_deadlock),
        cmocka_unit_test(a_call_can_be_taken_back_until_it_has_been_made),
        cmocka_unit_test(a_call_is_asked_for_once_at_a_time),
        cmocka_unit_test(outside_a_loop_nothing_can_be_asked_for),
        cmocka_unit_test(a_call_on_a_parkable_stack_is_refused),
        cmocka_unit_test(another_loops_task_takes_no_callback),
        cmocka_unit_test(callbacks_of_a_task_come_once_it_is_done),
        cmocka_unit_test(calls_of_each_thread_come_in_its_order),
        cmocka_unit_test(a_loop_may_call_itself_and_a_call_may_spawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
