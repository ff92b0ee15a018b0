/*
 * A result, a cancel and a scope's deadline that come in one turn, in every order and for every kind of wait: what
 * comes first decides, and a cancel that comes later meets the next wait.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include "rt_test.h"

struct meeting;

struct kind {
    const char *name;
    int (*wait)(struct meeting *meeting);
    void (*resolve)(struct meeting *meeting);
    bool late;    /* the result comes by way of a task or the kernel: a turn after the others */
    bool rescues; /* and is not thrown away if it comes after the deadline */
};

struct meeting {
    const char *steps; /* r: the result, c: the cancel, t: the scope's deadline */
    int64_t base_ns;   /* when the first of them comes; the others a nanosecond later each */
    struct rt_event event;
    struct rt_lock lock;
    struct rt_semaphore semaphore;
    struct rt_queue *queue;
    struct rt_future *future;
    struct rt_group group;
    int ends[2];
    struct rt_task *helper, *waiter;
    const struct kind *kind;
    int result, ended, next_wait;
};

static int64_t time_of(const struct meeting *meeting, char step)
{
    const char *at = strchr(meeting->steps, step);
    return at ? meeting->base_ns + (at - meeting->steps) : RT_FOREVER;
}

/* --- kinds of waits, and what resolves them --- */

static int wait_sleep(struct meeting *meeting)
{
    return rt_sleep_until(time_of(meeting, 'r'));
}

static int wait_event(struct meeting *meeting)
{
    return rt_event_wait(&meeting->event, RT_FOREVER);
}

static int wait_semaphore(struct meeting *meeting)
{
    return rt_semaphore_acquire(&meeting->semaphore, RT_FOREVER);
}

static int wait_future(struct meeting *meeting)
{
    return rt_future_await(meeting->future, NULL, RT_FOREVER);
}

static int wait_lock(struct meeting *meeting)
{
    int error = rt_lock_acquire(&meeting->lock, RT_FOREVER);
    if (error == 0)
        rt_lock_release(&meeting->lock);
    return error;
}

static int wait_get(struct meeting *meeting)
{
    void *item;
    return rt_queue_get(meeting->queue, &item, RT_FOREVER);
}

static int wait_put(struct meeting *meeting)
{
    int error = rt_queue_put(meeting->queue, meeting, RT_FOREVER);
    return error < 0 ? error : rt_queue_put(meeting->queue, meeting, RT_FOREVER);
}

static int wait_readable(struct meeting *meeting)
{
    int error = rt_io_wait(meeting->ends[0], RT_READ, RT_FOREVER);
    return error > 0 ? 0 : error;
}

static int wait_await(struct meeting *meeting)
{
    return rt_task_await(meeting->helper, NULL);
}

static int wait_wait_for(struct meeting *meeting)
{
    return rt_wait_for(meeting->helper, RT_FOREVER, NULL);
}

static int wait_gather(struct meeting *meeting)
{
    return rt_gather(&meeting->helper, 1, NULL, RT_GATHER_STOP_ON_ERROR);
}

static int wait_wait(struct meeting *meeting)
{
    return rt_wait(&meeting->helper, 1, RT_FIRST_COMPLETED, RT_FOREVER, NULL);
}

static int wait_as_completed(struct meeting *meeting)
{
    struct rt_as_completed iterator;
    struct rt_task *task;
    assert_int_equal(rt_as_completed_init(&iterator, &meeting->helper, 1, RT_FOREVER), 0);
    int got = rt_as_completed_next(&iterator, &task);
    rt_as_completed_finish(&iterator);
    return got > 0 ? 0 : got;
}

static int wait_group(struct meeting *meeting)
{
    return rt_group_wait(&meeting->group);
}

static void do_nothing(struct meeting *meeting)
{
    (void)meeting;
}

static void set_event(struct meeting *meeting)
{
    rt_event_set(&meeting->event);
}

static void release_semaphore(struct meeting *meeting)
{
    rt_semaphore_release(&meeting->semaphore);
}

static void set_future(struct meeting *meeting)
{
    assert_int_equal(rt_future_set_result(meeting->future, NULL), 0);
}

static void write_byte(struct meeting *meeting)
{
    assert_int_equal(write(meeting->ends[1], "x", 1), 1);
}

/* A helper begins, is told, and then does what only a task can. */
static int help(void *arg)
{
    struct meeting *meeting = arg;
    void *item;
    bool lock = meeting->kind->wait == wait_lock;
    if (lock)
        assert_int_equal(rt_lock_acquire(&meeting->lock, RT_FOREVER), 0);
    int error = rt_event_wait(&meeting->event, RT_FOREVER);
    if (lock)
        rt_lock_release(&meeting->lock);
    if (error == 0 && meeting->kind->wait == wait_get)
        error = rt_queue_put(meeting->queue, meeting, RT_FOREVER);
    if (error == 0 && meeting->kind->wait == wait_put)
        error = rt_queue_get(meeting->queue, &item, RT_FOREVER);
    return error;
}

static const struct kind kinds[] = {
    {"sleep", wait_sleep, do_nothing, false, false},
    {"event", wait_event, set_event, false, false},
    {"semaphore", wait_semaphore, release_semaphore, false, false},
    {"future", wait_future, set_future, false, false},
    {"lock", wait_lock, set_event, true, false},
    {"queue get", wait_get, set_event, true, false},
    {"queue put", wait_put, set_event, true, false},
    {"descriptor", wait_readable, write_byte, true, false},
    {"await", wait_await, set_event, true, false},
    {"wait_for", wait_wait_for, set_event, true, true},
    {"gather", wait_gather, set_event, true, false},
    {"wait", wait_wait, set_event, true, false},
    {"as_completed", wait_as_completed, set_event, true, false},
    {"group", wait_group, set_event, true, false},
};

static const char *const orders[] = {
    "r", "c", "t", "rc", "cr", "rt", "tr", "ct", "tc", "rct", "rtc", "crt", "ctr", "trc", "tcr",
};

/* --- one meeting --- */

static int run_waiter(void *arg)
{
    struct meeting *meeting = arg;
    struct rt_timeout timeout;
    rt_timeout_begin(&timeout, time_of(meeting, 't'));
    meeting->result = meeting->kind->wait(meeting);
    meeting->ended = rt_timeout_end(&timeout);
    meeting->next_wait = rt_sleep_ns(0);
    return 0;
}

static void resolve_now(void *arg)
{
    struct meeting *meeting = arg;
    meeting->kind->resolve(meeting);
}

static void cancel_now(void *arg)
{
    struct meeting *meeting = arg;
    assert_int_equal(rt_task_cancel(meeting->waiter), 0);
}

static void hold_meeting(struct meeting *meeting)
{
    struct rt_call result, cancel;
    bool started = false;
    for (int64_t head_start_ns = RT_NS_PER_MS; !started; head_start_ns *= 2) {
        meeting->base_ns = rt_deadline_ns(head_start_ns);
        if (meeting->kind->wait == wait_group)
            assert_int_equal(rt_group_spawn(&meeting->group, &meeting->helper, help, meeting), 0);
        else
            meeting->helper = spawn(help, meeting);
        meeting->waiter = spawn(run_waiter, meeting);
        let_others_run();
        started = rt_now_ns() < meeting->base_ns;
        if (!started) { /* a slow machine: they have not all begun to wait in time */
            rt_task_cancel(meeting->waiter);
            assert_int_equal(join(meeting->waiter), 0);
            rt_task_cancel(meeting->helper);
            join(meeting->helper);
            rt_group_finish(&meeting->group);
            assert_int_equal(rt_group_init(&meeting->group), 0);
        }
    }
    rt_call_init(&result, resolve_now, meeting);
    rt_call_init(&cancel, cancel_now, meeting);
    if (strchr(meeting->steps, 'r'))
        assert_int_equal(rt_call_at(&result, time_of(meeting, 'r')), 0);
    if (strchr(meeting->steps, 'c'))
        assert_int_equal(rt_call_at(&cancel, time_of(meeting, 'c')), 0);
    while (rt_now_ns() < meeting->base_ns + 3) /* nothing else runs: then all of it is due at once */
        ;
    assert_int_equal(join(meeting->waiter), 0);
    rt_task_cancel(meeting->helper);
    join(meeting->helper);
}

static void meet(const struct kind *kind, const char *steps)
{
    struct meeting meeting = {.kind = kind, .steps = steps};
    rt_event_init(&meeting.event);
    rt_lock_init(&meeting.lock);
    rt_semaphore_init(&meeting.semaphore, 0);
    assert_int_equal(rt_queue_create(&meeting.queue, 1), 0);
    assert_int_equal(rt_future_create(&meeting.future), 0);
    assert_int_equal(rt_group_init(&meeting.group), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, meeting.ends), 0);
    hold_meeting(&meeting);
    rt_close(meeting.ends[0]);
    rt_close(meeting.ends[1]);
    rt_group_finish(&meeting.group);
    rt_future_release(meeting.future);
    rt_queue_destroy(meeting.queue);

    char first = steps[0];
    if (kind->late && first == 'r' && steps[1])
        first = steps[1];
    int result = first == 'r' ? 0 : first == 'c' ? -ECANCELED : -ETIMEDOUT;
    if (kind->rescues && first == 't' && strchr(steps, 'r'))
        result = 0;
    int ended = first == 't' ? -ETIMEDOUT : 0;
    int next_wait = strchr(steps, 'c') && first != 'c' ? -ECANCELED : 0;
    if (meeting.result != result || meeting.ended != ended || meeting.next_wait != next_wait)
        fail_msg("%s, %s: %d, %d, %d", kind->name, steps, meeting.result, meeting.ended, meeting.next_wait);
}

TASK_TEST(whatever_comes_first_decides)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        for (size_t j = 0; j < sizeof(orders) / sizeof(orders[0]); j++)
            meet(&kinds[i], orders[j]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_comes_first_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
