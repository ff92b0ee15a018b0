/* Task groups: no child outlives its group, and one that fails takes the others along. */
#include "park.h"
#include "rt_test.h"

struct child {
    struct rt_event *go;
    int result;
    int refuses; /* cancels that it does not obey */
    bool ended;
};

static int run_child(void *arg)
{
    struct child *child = arg;
    int error;
    while ((error = rt_event_wait(child->go, RT_FOREVER)) == -ECANCELED && child->refuses-- > 0)
        ;
    child->ended = true;
    return error < 0 ? error : child->result;
}

enum { COUNT = 4 };

static struct rt_event events[COUNT];
static struct child children[COUNT];
static struct rt_group group;

static void begin(void)
{
    assert_int_equal(rt_group_init(&group), 0);
    for (int i = 0; i < COUNT; i++) {
        rt_event_init(&events[i]);
        children[i] = (struct child){.go = &events[i], .result = i};
        assert_int_equal(rt_group_spawn(&group, NULL, run_child, &children[i]), 0);
    }
    let_others_run();
}

static bool all_ended(void)
{
    for (int i = 0; i < COUNT; i++)
        if (!children[i].ended)
            return false;
    return true;
}

static void go_all(void)
{
    for (int i = 0; i < COUNT; i++)
        rt_event_set(&events[i]);
}

static int wait_for_group(void *arg)
{
    int error = rt_group_wait(&group);
    assert_true(all_ended());
    if (arg)
        *(int *)arg = rt_sleep_ns(0);
    return error;
}

TASK_TEST(a_group_waits_for_all_its_children)
{
    begin();
    struct rt_task *one = spawn(wait_for_group, NULL), *other = spawn(wait_for_group, NULL);
    rt_event_set(&events[0]);
    rt_event_set(&events[3]);
    let_others_run();
    assert_int_equal(rt_task_state(one), RT_TASK_RUNNING);
    go_all();
    assert_int_equal(join(one), 0);
    assert_int_equal(join(other), 0);
    /* As none has failed, it may be used again. */
    children[0].ended = false;
    assert_int_equal(rt_group_spawn(&group, NULL, run_child, &children[0]), 0);
    assert_int_equal(rt_group_wait(&group), 0);
    assert_true(children[0].ended);
    rt_group_finish(&group);
}

TASK_TEST(an_empty_group_is_no_wait)
{
    assert_int_equal(rt_group_init(&group), 0);
    assert_int_equal(rt_group_wait(&group), 0);
    rt_group_finish(&group);
}

TASK_TEST(a_child_that_fails_cancels_the_others_wherever_the_owner_is)
{
    begin();
    struct rt_event elsewhere;
    rt_event_init(&elsewhere);
    children[1].result = -EIO;
    children[2].refuses = 1;
    children[2].result = -EPIPE;
    rt_event_set(&events[1]);
    assert_int_equal(rt_event_wait(&elsewhere, rt_deadline_ns(RT_NS_PER_MS)), -ETIMEDOUT);
    assert_true(children[0].ended && children[3].ended);
    assert_int_equal(rt_group_spawn(&group, NULL, run_child, &children[0]), -ECANCELED);
    struct rt_task *task = spawn(wait_for_group, NULL);
    let_others_run();
    assert_int_equal(rt_task_state(task), RT_TASK_RUNNING); /* one has not ended */
    rt_event_set(&events[2]);
    assert_int_equal(join(task), -EIO);
    assert_int_equal(rt_group_wait(&group), -EIO);
    rt_group_finish(&group);
    rt_event_finish(&elsewhere);
}

TASK_TEST(a_cancelled_child_is_no_failure)
{
    struct rt_task *task;
    begin();
    children[0].ended = false;
    assert_int_equal(rt_group_spawn(&group, &task, run_child, &children[0]), 0);
    rt_task_cancel(task); /* before it starts */
    let_others_run();
    assert_int_equal(rt_task_state(task), RT_TASK_CANCELLED);
    assert_false(children[1].ended);
    rt_task_release(task);
    children[1].result = -ECANCELED;
    rt_event_set(&events[1]);
    let_others_run();
    assert_false(children[2].ended);
    go_all();
    assert_int_equal(rt_group_wait(&group), 0);
    rt_group_finish(&group);
}

TASK_TEST(a_cancelled_caller_takes_the_children_along)
{
    for (int refuses = 0; refuses < 2; refuses++) {
        int next_wait = -1;
        begin();
        children[1].refuses = refuses;
        struct rt_task *task = spawn(wait_for_group, &next_wait);
        let_others_run();
        rt_task_cancel(task);
        let_others_run();
        if (refuses) {
            rt_task_cancel(task); /* does not cut short what must be awaited */
            let_others_run();
            assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
            rt_event_set(&events[1]);
        }
        assert_int_equal(join(task), -ECANCELED);
        assert_int_equal(next_wait, refuses ? -ECANCELED : 0);
        rt_group_finish(&group);
    }
}

TASK_TEST(a_scopes_end_takes_the_children_along)
{
    struct rt_timeout timeout;
    begin();
    rt_timeout_begin(&timeout, rt_deadline_ns(2 * RT_NS_PER_MS));
    assert_int_equal(wait_for_group(NULL), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    rt_group_finish(&group);
}

TASK_TEST(a_cancel_that_is_due_takes_the_children_along)
{
    begin();
    rt_task_cancel(rt_task_self());
    assert_int_equal(wait_for_group(NULL), -ECANCELED);
    assert_int_equal(rt_yield(), 0);
    rt_group_finish(&group);
}

TASK_TEST(a_cancelled_group_has_not_failed)
{
    begin();
    rt_group_cancel(&group);
    rt_group_cancel(&group);
    assert_false(all_ended());
    assert_int_equal(rt_group_spawn(&group, NULL, run_child, &children[0]), -ECANCELED);
    assert_int_equal(wait_for_group(NULL), 0);
    rt_group_finish(&group);
    /* But a child that fails as it unwinds has. */
    begin();
    children[2].refuses = 1;
    children[2].result = -EIO;
    rt_group_cancel(&group);
    rt_event_set(&events[2]);
    assert_int_equal(wait_for_group(NULL), -EIO);
    rt_group_finish(&group);
}

TASK_TEST(finishing_cancels_and_awaits_who_is_left)
{
    begin();
    children[1].refuses = 1;
    rt_task_cancel(rt_task_self());
    struct rt_call call;
    rt_call_init(&call, (rt_call_fn)rt_event_set, &events[1]);
    rt_call_later(&call, RT_NS_PER_MS);
    rt_group_finish(&group);
    assert_true(all_ended());
    assert_int_equal(rt_yield(), -ECANCELED); /* meets the next wait */
}

TASK_TEST(a_dead_end_cancels_and_who_refuses_is_let_go)
{
    begin();
    assert_int_equal(wait_for_group(NULL), -EDEADLK);
    rt_group_finish(&group);
    begin();
    children[1].refuses = 2;
    assert_int_equal(rt_group_wait(&group), -EDEADLK);
    assert_true(children[0].ended && !children[1].ended);
    rt_group_finish(&group);
    memset(&group, 0xff, sizeof(group));
    struct rt_group untouched = group; /* it has no more to do with the child */
    rt_event_set(&events[1]);
    let_others_run();
    assert_true(all_ended());
    assert_memory_equal(&group, &untouched, sizeof(group));
}

/* --- children that spawn, that misbehave --- */

static int spawned;

static int spawn_more(void *arg)
{
    intptr_t depth = (intptr_t)arg;
    spawned++;
    rt_yield();
    for (int i = 0; i < 2 && depth > 0; i++)
        if (rt_group_spawn(&group, NULL, spawn_more, (void *)(depth - 1)) < 0) /* NOLINT: a number */
            return -EPROTO;
    return 0;
}

TASK_TEST(children_spawn_children)
{
    spawned = 0;
    assert_int_equal(rt_group_init(&group), 0);
    assert_int_equal(rt_group_spawn(&group, NULL, spawn_more, (void *)6), 0);
    assert_int_equal(rt_group_wait(&group), 0);
    assert_int_equal(spawned, 127);
    rt_group_finish(&group);
}

static int wait_as_a_child(void *arg)
{
    (void)arg;
    return rt_group_wait(&group);
}

TASK_TEST(a_child_cannot_wait_for_its_group)
{
    struct rt_task *task;
    assert_int_equal(rt_group_init(&group), 0);
    assert_int_equal(rt_group_spawn(&group, &task, wait_as_a_child, NULL), 0);
    assert_int_equal(rt_group_wait(&group), -EDEADLK); /* the child's failure */
    assert_int_equal(join(task), -EDEADLK);
    rt_group_finish(&group);
}

static int cancel_own_group(void *arg)
{
    (void)arg;
    rt_group_cancel(&group);
    return rt_yield();
}

TASK_TEST(a_child_may_cancel_its_group)
{
    struct rt_task *task;
    begin();
    assert_int_equal(rt_group_spawn(&group, &task, cancel_own_group, NULL), 0);
    assert_int_equal(wait_for_group(NULL), 0);
    assert_int_equal(join(task), -ECANCELED);
    rt_group_finish(&group);
}

/* --- where a group may be --- */

static int group_on_a_parked_stack(void *arg)
{
    (void)arg;
    struct rt_group mine;
    int error = rt_group_init(&mine);
    if (error == 0)
        rt_group_finish(&mine);
    return error == (rt__park_supported() ? -ENOTSUP : 0) ? rt_group_wait(&group) : -1;
}

TASK_TEST(a_parkable_task_may_wait_for_a_group_elsewhere)
{
    const struct rt_task_options options = {.parkable = true};
    struct rt_task *tasks[2];
    begin();
    for (int i = 0; i < 2; i++)
        assert_int_equal(rt_task_spawn_with(&tasks[i], group_on_a_parked_stack, NULL, &options), 0);
    rt_sleep_ns(RT_NS_PER_MS);
    rt_task_cancel(tasks[0]);
    assert_int_equal(join(tasks[0]), -ECANCELED);
    assert_int_equal(join(tasks[1]), 0);
    assert_true(all_ended());
    rt_group_finish(&group);
}

static int init_and_leave(void *arg)
{
    return rt_group_init(arg);
}

static void outside_its_loop_a_group_is_refused(void **state)
{
    (void)state;
    struct rt_group outside;
    assert_int_equal(rt_group_init(&outside), -EINVAL);
    assert_int_equal(rt_run(init_and_leave, &outside, NULL), 0);
    assert_int_equal(rt_group_spawn(&outside, NULL, run_child, NULL), -EINVAL);
    assert_int_equal(rt_group_wait(&outside), -EINVAL);
    rt_group_cancel(&outside);
    rt_group_finish(&outside);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_waits_for_all_its_children),
        cmocka_unit_test(an_empty_group_is_no_wait),
        cmocka_unit_test(a_child_that_fails_cancels_the_others_wherever_the_owner_is),
        cmocka_unit_test(a_cancelled_child_is_no_failure),
        cmocka_unit_test(a_cancelled_caller_takes_the_children_along),
        cmocka_unit_test(a_scopes_end_takes_the_children_along),
        cmocka_unit_test(a_cancel_that_is_due_takes_the_children_along),
        cmocka_unit_test(a_cancelled_group_has_not_failed),
        cmocka_unit_test(finishing_cancels_and_awaits_who_is_left),
        cmocka_unit_test(a_dead_end_cancels_and_who_refuses_is_let_go),
        cmocka_unit_test(children_spawn_children),
        cmocka_unit_test(a_child_cannot_wait_for_its_group),
        cmocka_unit_test(a_child_may_cancel_its_group),
        cmocka_unit_test(a_parkable_task_may_wait_for_a_group_elsewhere),
        cmocka_unit_test(outside_its_loop_a_group_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
