/* Barrier: rounds, indices, and what a waiter that gives up, a reset and an abort do to the others. */
#include "rt_test.h"

struct round {
    struct rt_barrier *barrier;
    int64_t duration_ns;
    uint32_t index;
};

static int meet(void *arg)
{
    struct round *round = arg;
    return rt_barrier_wait(round->barrier, rt_deadline_ns(round->duration_ns), &round->index);
}

static void start(struct rt_barrier *barrier, struct round *rounds, struct rt_task **tasks, int count)
{
    for (int i = 0; i < count; i++) {
        rounds[i] = (struct round){barrier, RT_FOREVER, 99};
        tasks[i] = spawn(meet, &rounds[i]);
    }
    let_others_run();
}

TASK_TEST(a_barrier_lets_all_pass_when_the_last_has_come_and_numbers_them)
{
    struct rt_barrier barrier;
    struct round rounds[3];
    struct rt_task *tasks[3];
    uint32_t index = 99;
    assert_int_equal(rt_barrier_init(&barrier, 4), 0);
    for (int turn = 0; turn < 3; turn++) {
        start(&barrier, rounds, tasks, 3);
        assert_int_equal(rt_barrier_waiting(&barrier), 3);
        for (int i = 0; i < 3; i++)
            assert_int_equal(rt_task_state(tasks[i]), RT_TASK_RUNNING);
        assert_int_equal(rt_barrier_wait(&barrier, 0, &index), 0);
        assert_int_equal(index, 3);
        assert_int_equal(rt_barrier_waiting(&barrier), 0);
        /* The next round does not wait for those of this one to leave. */
        assert_int_equal(rt_barrier_wait(&barrier, 0, NULL), -ETIMEDOUT);
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(join(tasks[i]), 0);
            assert_int_equal(rounds[i].index, i);
        }
    }
    rt_barrier_finish(&barrier);
}

TASK_TEST(a_barrier_for_one_lets_everyone_pass)
{
    struct rt_barrier barrier;
    uint32_t index = 99;
    assert_int_equal(rt_barrier_init(&barrier, 0), -EINVAL);
    assert_int_equal(rt_barrier_init(&barrier, 1), 0);
    assert_int_equal(rt_barrier_wait(&barrier, 0, &index), 0);
    assert_int_equal(index, 0);
    assert_int_equal(rt_barrier_wait(&barrier, 0, NULL), 0);
    rt_barrier_finish(&barrier);
}

TASK_TEST(a_waiter_that_gives_up_leaves_the_others_waiting_for_one_more)
{
    struct rt_barrier barrier;
    struct round rounds[3];
    struct rt_task *tasks[3];
    assert_int_equal(rt_barrier_init(&barrier, 3), 0);
    start(&barrier, rounds, tasks, 2);
    rt_task_cancel(tasks[0]);
    /* In the same turn, before the cancelled one has run: it must not be counted. */
    assert_int_equal(rt_barrier_waiting(&barrier), 1);
    int64_t begin = rt_now_ns();
    assert_int_equal(rt_barrier_wait(&barrier, begin + 5 * RT_NS_PER_MS, NULL), -ETIMEDOUT);
    assert_true(rt_now_ns() - begin >= 5 * RT_NS_PER_MS);
    assert_int_equal(join(tasks[0]), -ECANCELED);
    assert_int_equal(rounds[0].index, 99);
    assert_int_equal(rt_task_state(tasks[1]), RT_TASK_RUNNING);
    assert_false(rt_barrier_is_broken(&barrier));

    rounds[2] = (struct round){&barrier, RT_FOREVER, 99};
    tasks[2] = spawn(meet, &rounds[2]);
    let_others_run();
    uint32_t index;
    assert_int_equal(rt_barrier_wait(&barrier, 0, &index), 0);
    assert_int_equal(join(tasks[1]), 0);
    assert_int_equal(join(tasks[2]), 0);
    assert_int_equal(rounds[1].index, 0);
    assert_int_equal(rounds[2].index, 1);
    assert_int_equal(index, 2);
    rt_barrier_finish(&barrier);
}

TASK_TEST(a_cancel_after_the_last_has_come_meets_the_next_wait)
{
    struct rt_barrier barrier;
    struct round rounds[1];
    struct rt_task *tasks[1];
    assert_int_equal(rt_barrier_init(&barrier, 2), 0);
    start(&barrier, rounds, tasks, 1);
    assert_int_equal(rt_barrier_wait(&barrier, 0, NULL), 0);
    rt_task_cancel(tasks[0]);
    assert_int_equal(join(tasks[0]), 0);
    rt_barrier_finish(&barrier);
}

TASK_TEST(a_reset_sends_the_waiters_away_and_begins_anew)
{
    struct rt_barrier barrier;
    struct round rounds[2];
    struct rt_task *tasks[2];
    assert_int_equal(rt_barrier_init(&barrier, 3), 0);
    start(&barrier, rounds, tasks, 2);
    rt_barrier_reset(&barrier);
    assert_false(rt_barrier_is_broken(&barrier));
    assert_int_equal(join(tasks[0]), -EPIPE);
    assert_int_equal(join(tasks[1]), -EPIPE);
    assert_int_equal(rounds[0].index, 99);
    start(&barrier, rounds, tasks, 2);
    assert_int_equal(rt_barrier_wait(&barrier, 0, NULL), 0);
    assert_int_equal(join(tasks[0]), 0);
    assert_int_equal(join(tasks[1]), 0);
    rt_barrier_finish(&barrier);
}

TASK_TEST(an_aborted_barrier_is_broken_until_it_is_reset)
{
    struct rt_barrier barrier;
    struct round rounds[1];
    struct rt_task *tasks[1];
    assert_int_equal(rt_barrier_init(&barrier, 2), 0);
    start(&barrier, rounds, tasks, 1);
    rt_barrier_abort(&barrier);
    rt_barrier_abort(&barrier);
    assert_true(rt_barrier_is_broken(&barrier));
    assert_int_equal(join(tasks[0]), -EPIPE);
    assert_int_equal(rt_barrier_wait(&barrier, RT_FOREVER, NULL), -EPIPE);
    rt_barrier_reset(&barrier);
    start(&barrier, rounds, tasks, 1);
    assert_int_equal(rt_barrier_wait(&barrier, RT_FOREVER, NULL), 0);
    assert_int_equal(join(tasks[0]), 0);
    rt_barrier_finish(&barrier);
}

TASK_TEST(too_few_at_a_barrier_are_a_dead_end)
{
    struct rt_barrier barrier;
    assert_int_equal(rt_barrier_init(&barrier, 2), 0);
    assert_int_equal(rt_barrier_wait(&barrier, RT_FOREVER, NULL), -EDEADLK);
    rt_barrier_finish(&barrier);
}

enum { PARTIES = 300, ROUNDS = 5 };

struct crowd {
    struct rt_barrier barrier;
    int round_of_all, arrived, index_sum;
};

static int go_round(void *arg)
{
    struct crowd *crowd = arg;
    for (int round = 0; round < ROUNDS; round++) {
        crowd->arrived++;
        uint32_t index;
        int error = rt_barrier_wait(&crowd->barrier, SOON, &index);
        if (error < 0)
            return error;
        if (crowd->arrived < PARTIES * (round + 1))
            return -1;
        crowd->index_sum += (int)index;
    }
    return 0;
}

TASK_TEST(many_parkable_tasks_meet_at_a_barrier)
{
    static const struct rt_task_options parkable = {.parkable = true};
    struct crowd crowd = {0};
    struct rt_task *tasks[PARTIES];
    assert_int_equal(rt_barrier_init(&crowd.barrier, PARTIES), 0);
    for (int i = 0; i < PARTIES; i++)
        assert_int_equal(rt_task_spawn_with(&tasks[i], go_round, &crowd, &parkable), 0);
    for (int i = 0; i < PARTIES; i++)
        assert_int_equal(join(tasks[i]), 0);
    assert_int_equal(crowd.index_sum, ROUNDS * PARTIES * (PARTIES - 1) / 2);
    rt_barrier_finish(&crowd.barrier);
}

static void outside_a_task_nobody_waits_at_a_barrier(void **state)
{
    (void)state;
    struct rt_barrier barrier;
    assert_int_equal(rt_barrier_init(&barrier, 1), 0);
    assert_int_equal(rt_barrier_wait(&barrier, 0, NULL), -EINVAL);
    rt_barrier_finish(&barrier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_barrier_lets_all_pass_when_the_last_has_come_and_numbers_them),
        cmocka_unit_test(a_barrier_for_one_lets_everyone_pass),
        cmocka_unit_test(a_waiter_that_gives_up_leaves_the_others_waiting_for_one_more),
        cmocka_unit_test(a_cancel_after_the_last_has_come_meets_the_next_wait),
        cmocka_unit_test(a_reset_sends_the_waiters_away_and_begins_anew),
        cmocka_unit_test(an_aborted_barrier_is_broken_until_it_is_reset),
        cmocka_unit_test(too_few_at_a_barrier_are_a_dead_end),
        cmocka_unit_test(many_parkable_tasks_meet_at_a_barrier),
        cmocka_unit_test(outside_a_task_nobody_waits_at_a_barrier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
