/* Generators: lazy, one value a request, ended or destroyed at any point, and values that are not lost to a timeout. */
#include "rt_test.h"

#define NUMBER(p) ((int)(intptr_t)(p))

/* What a body is to do, and what became of it. */
struct script {
    int count;           /* values 1 to count */
    int64_t pause_ns;    /* before each value */
    int result;          /* at the end, if no yield failed */
    bool ignores_cancel; /* yields on, whatever yield says */
    int begun, yields, sent;
    int yield_error;
    bool taken;
};

static int follow(struct rt_generator *generator, void *arg)
{
    struct script *script = arg;
    script->begun++;
    for (intptr_t i = 1; i <= script->count; i++) {
        if (script->pause_ns) {
            int error = rt_sleep_ns(script->pause_ns);
            if (error < 0)
                return error;
        }
        int error = rt_generator_yield(generator, (void *)i);
        script->yields++;
        script->taken = rt_generator_taken(generator);
        script->sent += NUMBER(rt_generator_sent(generator));
        if (error < 0) {
            script->yield_error = error;
            if (!script->ignores_cancel)
                return error;
        }
    }
    return script->result;
}

static struct rt_generator *make(struct script *script)
{
    struct rt_generator *generator;
    assert_int_equal(rt_generator_create(&generator, follow, script), 0);
    return generator;
}

static void expect(struct rt_generator *generator, int number)
{
    void *value;
    assert_int_equal(rt_generator_next(generator, &value, SOON), 1);
    assert_int_equal(NUMBER(value), number);
}

TASK_TEST(a_generator_yields_its_values_and_then_its_end)
{
    struct script script = {.count = 3, .result = 5};
    struct rt_generator *generator = make(&script);
    void *value = &script;
    for (int i = 1; i <= 3; i++)
        expect(generator, i);
    assert_false(rt_generator_is_over(generator));
    assert_int_equal(rt_generator_next(generator, &value, SOON), 0);
    assert_true(rt_generator_is_over(generator));
    assert_int_equal(rt_generator_next(generator, &value, 0), 0);
    assert_ptr_equal(value, &script);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

TASK_TEST(the_body_runs_only_when_asked_for_a_value)
{
    struct script script = {.count = 3};
    struct rt_generator *generator = make(&script);
    let_others_run();
    assert_int_equal(script.begun, 0);
    expect(generator, 1);
    let_others_run();
    assert_int_equal(script.begun, 1);
    assert_int_equal(script.yields, 0);
    expect(generator, 2);
    let_others_run();
    assert_int_equal(script.yields, 1);
    assert_true(script.taken);
    assert_int_equal(rt_generator_destroy(generator), 0);
    assert_int_equal(script.yields, 2);
    assert_int_equal(script.yield_error, -ECANCELED);
    assert_true(script.taken);
}

TASK_TEST(a_generator_that_never_began_is_destroyed_without_its_body)
{
    struct script script = {.count = 3};
    assert_int_equal(rt_generator_destroy(make(&script)), 0);
    assert_int_equal(script.begun, 0);
    assert_int_equal(rt_generator_destroy(NULL), 0);
    struct rt_generator *generator;
    assert_int_equal(rt_generator_create(&generator, NULL, NULL), -EINVAL);
}

TASK_TEST(the_error_of_a_body_is_told_once)
{
    struct script script = {.count = 1, .result = -EIO};
    struct rt_generator *generator = make(&script);
    void *value;
    expect(generator, 1);
    assert_int_equal(rt_generator_next(generator, &value, SOON), -EIO);
    assert_true(rt_generator_is_over(generator));
    assert_int_equal(rt_generator_next(generator, &value, SOON), 0);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

TASK_TEST(a_body_may_wait_between_its_values)
{
    struct script script = {.count = 3, .pause_ns = 3 * RT_NS_PER_MS};
    struct rt_generator *generator = make(&script);
    int64_t start = rt_now_ns();
    for (int i = 1; i <= 3; i++)
        expect(generator, i);
    assert_true(rt_now_ns() - start >= 9 * RT_NS_PER_MS);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

TASK_TEST(a_request_that_times_out_loses_no_value)
{
    struct script script = {.count = 3, .pause_ns = 10 * RT_NS_PER_MS};
    struct rt_generator *generator = make(&script);
    void *value = NULL;
    assert_int_equal(rt_generator_next(generator, &value, rt_deadline_ns(RT_NS_PER_MS)), -ETIMEDOUT);
    assert_null(value);
    /* Asked again while the body is at work, and after it has come to its yield. */
    expect(generator, 1);
    assert_int_equal(rt_generator_next(generator, &value, 0), -ETIMEDOUT);
    assert_int_equal(rt_generator_send(generator, &script, &value, 0), -EALREADY);
    assert_int_equal(rt_sleep_ns(30 * RT_NS_PER_MS), 0);
    assert_int_equal(rt_generator_send(generator, &script, &value, 0), -EALREADY);
    assert_int_equal(script.yields, 1);
    expect(generator, 2);
    expect(generator, 3);
    assert_int_equal(rt_generator_next(generator, &value, SOON), 0);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

static int ask(void *arg)
{
    void *value;
    int found = rt_generator_next(arg, &value, RT_FOREVER);
    return found == 1 ? NUMBER(value) : found;
}

TASK_TEST(a_cancelled_consumer_leaves_its_value_to_the_next)
{
    struct script script = {.count = 2, .pause_ns = 5 * RT_NS_PER_MS};
    struct rt_generator *generator = make(&script);
    struct rt_task *consumer = spawn(ask, generator);
    let_others_run();
    rt_task_cancel(consumer);
    assert_int_equal(join(consumer), -ECANCELED);
    expect(generator, 1);
    expect(generator, 2);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

static int cancel_the_consumer(struct rt_generator *generator, void *arg)
{
    struct rt_task **consumer = arg;
    (void)generator;
    rt_task_cancel(*consumer);
    int error = rt_generator_yield(generator, (void *)7);
    return error;
}

TASK_TEST(a_value_and_a_cancel_in_one_turn_both_count)
{
    struct rt_task *consumer;
    struct rt_generator *generator;
    /* The cancel first: its consumer is on its way out as the value comes. */
    assert_int_equal(rt_generator_create(&generator, cancel_the_consumer, &consumer), 0);
    consumer = spawn(ask, generator);
    assert_int_equal(join(consumer), -ECANCELED);
    expect(generator, 7);
    assert_int_equal(rt_generator_destroy(generator), 0);
    /* The value first. */
    struct script script = {.count = 2};
    generator = make(&script);
    consumer = spawn(ask, generator);
    assert_int_equal(rt_yield(), 0); /* it asks, the body is made */
    assert_int_equal(rt_yield(), 0); /* the body yields */
    rt_task_cancel(consumer);
    assert_int_equal(join(consumer), 1);
    expect(generator, 2);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

TASK_TEST(one_consumer_at_a_time)
{
    struct script script = {.count = 2, .pause_ns = 5 * RT_NS_PER_MS};
    struct rt_generator *generator = make(&script);
    void *value;
    struct rt_task *consumer = spawn(ask, generator);
    let_others_run();
    assert_int_equal(rt_generator_next(generator, &value, SOON), -EBUSY);
    assert_int_equal(rt_generator_send(generator, NULL, &value, SOON), -EBUSY);
    assert_int_equal(rt_generator_destroy(generator), -EBUSY);
    assert_int_equal(join(consumer), 1);
    expect(generator, 2);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

static int misuse_oneself(struct rt_generator *generator, void *arg)
{
    int *errors = arg;
    void *value;
    errors[0] = rt_generator_next(generator, &value, SOON);
    errors[1] = rt_generator_destroy(generator);
    return rt_generator_yield(generator, NULL);
}

TASK_TEST(a_body_cannot_consume_itself_and_nobody_else_yields)
{
    struct rt_generator *generator;
    int errors[2] = {0};
    assert_int_equal(rt_generator_create(&generator, misuse_oneself, errors), 0);
    assert_int_equal(rt_generator_yield(generator, NULL), -EINVAL);
    expect(generator, 0);
    assert_int_equal(errors[0], -EBUSY);
    assert_int_equal(errors[1], -EBUSY);
    assert_int_equal(rt_generator_yield(generator, NULL), -EINVAL);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

TASK_TEST(what_is_sent_reaches_the_body)
{
    struct script script = {.count = 4};
    struct rt_generator *generator = make(&script);
    void *value;
    assert_int_equal(rt_generator_send(generator, (void *)1, &value, SOON),
                     1); /* to the beginning: no yield returns it */
    assert_int_equal(rt_generator_send(generator, (void *)10, &value, SOON), 1);
    assert_int_equal(NUMBER(value), 2);
    assert_int_equal(rt_generator_send(generator, (void *)20, &value, SOON), 1);
    expect(generator, 4);
    assert_int_equal(script.sent, 30);
    assert_int_equal(rt_generator_send(generator, (void *)40, &value, SOON), 0);
    assert_int_equal(script.sent, 70);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

TASK_TEST(a_body_in_any_wait_is_cancelled_and_awaited)
{
    struct script script = {.count = 2, .pause_ns = 3600 * RT_NS_PER_S};
    struct rt_generator *generator = make(&script);
    void *value;
    assert_int_equal(rt_generator_next(generator, &value, rt_deadline_ns(RT_NS_PER_MS)), -ETIMEDOUT);
    assert_int_equal(rt_generator_destroy(generator), 0);
    assert_int_equal(script.yields, 0);
    /* And one that has not run since it was asked. */
    struct script unbegun = {.count = 2};
    generator = make(&unbegun);
    struct rt_task *consumer = spawn(ask, generator);
    assert_int_equal(rt_yield(), 0);
    rt_task_cancel(consumer);
    assert_int_equal(join(consumer), -ECANCELED);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

TASK_TEST(a_value_that_nobody_took_stays_with_the_body)
{
    struct script script = {.count = 2, .pause_ns = RT_NS_PER_MS};
    struct rt_generator *generator = make(&script);
    void *value;
    assert_int_equal(rt_generator_next(generator, &value, 0), -ETIMEDOUT);
    assert_int_equal(rt_sleep_ns(5 * RT_NS_PER_MS), 0);
    assert_int_equal(rt_generator_destroy(generator), 0);
    assert_int_equal(script.yields, 1);
    assert_int_equal(script.yield_error, -ECANCELED);
    assert_false(script.taken);
}

TASK_TEST(a_body_that_ignores_the_end_gets_no_further_than_its_own)
{
    struct script script = {.count = 100, .ignores_cancel = true};
    struct rt_generator *generator = make(&script);
    expect(generator, 1);
    assert_int_equal(rt_generator_destroy(generator), 0);
    assert_int_equal(script.yields, 100);
    assert_false(script.taken);
}

static int yield_under_a_shield(struct rt_generator *generator, void *arg)
{
    struct rt_timeout shield;
    (void)arg;
    rt_shield_begin(&shield);
    int error = rt_generator_yield(generator, NULL);
    rt_shield_end(&shield);
    return error;
}

TASK_TEST(a_shield_does_not_keep_a_generator_from_its_end)
{
    struct rt_generator *generator;
    assert_int_equal(rt_generator_create(&generator, yield_under_a_shield, NULL), 0);
    expect(generator, 0);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

static int yield_within_a_scope(struct rt_generator *generator, void *arg)
{
    struct rt_timeout timeout;
    int *error = arg;
    rt_timeout_begin(&timeout, rt_deadline_ns(3 * RT_NS_PER_MS));
    *error = rt_generator_yield(generator, (void *)1);
    rt_timeout_end(&timeout);
    return rt_generator_yield(generator, (void *)2);
}

TASK_TEST(a_scope_of_the_bodys_own_ends_its_yield)
{
    struct rt_generator *generator;
    int error = 0;
    assert_int_equal(rt_generator_create(&generator, yield_within_a_scope, &error), 0);
    expect(generator, 1);
    assert_int_equal(rt_sleep_ns(10 * RT_NS_PER_MS), 0);
    assert_int_equal(error, -ETIMEDOUT);
    expect(generator, 2);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

struct destroyer {
    struct rt_generator *generator;
    int after;
};

static int sleep_on(struct rt_generator *generator, void *arg)
{
    struct rt_timeout shield;
    (void)arg;
    rt_generator_yield(generator, NULL);
    rt_shield_begin(&shield);
    rt_sleep_ns(10 * RT_NS_PER_MS);
    return rt_shield_end(&shield);
}

static int destroy(void *arg)
{
    struct destroyer *destroyer = arg;
    int error = rt_generator_destroy(destroyer->generator);
    destroyer->after = rt_yield();
    return error;
}

TASK_TEST(destroying_is_not_cancelled_and_nobody_asks_meanwhile)
{
    struct destroyer destroyer = {0};
    void *value;
    assert_int_equal(rt_generator_create(&destroyer.generator, sleep_on, NULL), 0);
    expect(destroyer.generator, 0);
    struct rt_task *task = spawn(destroy, &destroyer);
    let_others_run();
    rt_task_cancel(task);
    assert_int_equal(rt_generator_next(destroyer.generator, &value, SOON), -EBUSY);
    assert_int_equal(rt_generator_destroy(destroyer.generator), -EBUSY);
    assert_int_equal(join(task), 0);
    assert_int_equal(destroyer.after, -ECANCELED);
}

static int wait_for_ever(struct rt_generator *generator, void *arg)
{
    struct rt_timeout shield;
    (void)generator;
    rt_shield_begin(&shield);
    int error = rt_event_wait(arg, RT_FOREVER);
    rt_shield_end(&shield);
    return error;
}

TASK_TEST(a_dead_end_in_the_body_is_told)
{
    struct rt_generator *generator;
    struct rt_event never;
    void *value;
    rt_event_init(&never);
    assert_int_equal(rt_generator_create(&generator, wait_for_ever, &never), 0);
    assert_int_equal(rt_generator_next(generator, &value, RT_FOREVER), -EDEADLK);
    assert_int_equal(rt_generator_destroy(generator), -EDEADLK);
    rt_event_set(&never);
    assert_int_equal(rt_generator_destroy(generator), 0);
    rt_event_finish(&never);
}

/* --- many, and beside loops --- */

enum { CROWD = 200 };

static struct script scripts[CROWD];

static int add_up(void *arg)
{
    struct rt_generator *generator;
    void *value;
    int sum = 0, found, error = rt_generator_create(&generator, follow, arg);
    if (error < 0)
        return error;
    while ((found = rt_generator_next(generator, &value, SOON)) == 1)
        sum += NUMBER(value);
    error = rt_generator_destroy(generator);
    return found < 0 ? found : error < 0 ? error : sum;
}

static int lend_ones_stack(void *arg)
{
    struct rt_generator *generator;
    struct script script = {.count = 1};
    (void)arg;
    int error = rt_generator_create(&generator, follow, &script);
    return error < 0 ? error : rt_generator_destroy(generator);
}

TASK_TEST(many_parkable_tasks_consume_generators)
{
    static const struct rt_task_options parkable = {.parkable = true};
    struct rt_task *tasks[CROWD], *task;
    for (int i = 0; i < CROWD; i++) {
        scripts[i] = (struct script){.count = 10, .pause_ns = i % 2 * 100 * RT_NS_PER_US};
        assert_int_equal(rt_task_spawn_with(&tasks[i], add_up, &scripts[i], &parkable), 0);
    }
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(join(tasks[i]), 55);
    assert_int_equal(rt_task_spawn_with(&task, lend_ones_stack, NULL, &parkable), 0);
    int result = join(task); /* where nothing is put aside, nothing is refused */
    assert_true(result == -ENOTSUP || result == 0);
}

static int ask_once(void *arg)
{
    void *value;
    return rt_generator_next(arg, &value, RT_FOREVER);
}

static void a_generator_outlives_its_loop(void **state)
{
    (void)state;
    struct script script = {.count = 2};
    struct rt_generator *generator = make(&script);
    void *value;
    assert_int_equal(rt_generator_next(generator, &value, 0), -EINVAL);
    assert_int_equal(rt_run(ask_once, generator, NULL), 1);
    /* The end of the loop has cancelled the body. */
    assert_int_equal(script.yield_error, -ECANCELED);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

static void the_loop_of_the_body_is_the_one_to_ask_on(void **state)
{
    (void)state;
    struct script script = {.count = 2};
    struct rt_generator *generator = make(&script);
    struct rt_loop *loops[2];
    assert_int_equal(rt_loop_create(&loops[0], NULL), 0);
    assert_int_equal(rt_loop_create(&loops[1], NULL), 0);
    assert_int_equal(rt_loop_run(loops[0], ask_once, generator), 1);
    assert_int_equal(rt_generator_destroy(generator), -EINVAL);
    assert_int_equal(rt_loop_run(loops[1], ask_once, generator), -EINVAL);
    assert_int_equal(rt_loop_run(loops[0], ask_once, generator), 1);
    rt_loop_destroy(loops[0]);
    rt_loop_destroy(loops[1]);
    assert_int_equal(rt_generator_destroy(generator), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_generator_yields_its_values_and_then_its_end),
        cmocka_unit_test(the_body_runs_only_when_asked_for_a_value),
        cmocka_unit_test(a_generator_that_never_began_is_destroyed_without_its_body),
        cmocka_unit_test(the_error_of_a_body_is_told_once),
        cmocka_unit_test(a_body_may_wait_between_its_values),
        cmocka_unit_test(a_request_that_times_out_loses_no_value),
        cmocka_unit_test(a_cancelled_consumer_leaves_its_value_to_the_next),
        cmocka_unit_test(a_value_and_a_cancel_in_one_turn_both_count),
        cmocka_unit_test(one_consumer_at_a_time),
        cmocka_unit_test(a_body_cannot_consume_itself_and_nobody_else_yields),
        cmocka_unit_test(what_is_sent_reaches_the_body),
        cmocka_unit_test(a_body_in_any_wait_is_cancelled_and_awaited),
        cmocka_unit_test(a_value_that_nobody_took_stays_with_the_body),
        cmocka_unit_test(a_body_that_ignores_the_end_gets_no_further_than_its_own),
        cmocka_unit_test(a_shield_does_not_keep_a_generator_from_its_end),
        cmocka_unit_test(a_scope_of_the_bodys_own_ends_its_yield),
        cmocka_unit_test(destroying_is_not_cancelled_and_nobody_asks_meanwhile),
        cmocka_unit_test(a_dead_end_in_the_body_is_told),
        cmocka_unit_test(many_parkable_tasks_consume_generators),
        cmocka_unit_test(a_generator_outlives_its_loop),
        cmocka_unit_test(the_loop_of_the_body_is_the_one_to_ask_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
