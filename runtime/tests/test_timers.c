/* The heap of deadlines against the plainest model there is: an array, searched from end to end. */
#include "rt_test.h"
#include "timers.h"

enum { COUNT = 200, OPERATIONS = 30000, ROUNDS = 10 };

struct entry {
    struct rt_timer timer; /* first: fire gets its address */
    int64_t deadline_ns;
    bool in, fired;
};

static struct entry entries[COUNT];
static struct rt__timers timers;
static int64_t last_fired_ns;

static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

static void note_firing(struct rt_timer *timer)
{
    struct entry *entry = (struct entry *)timer;
    assert_false(entry->fired);
    assert_true(entry->deadline_ns >= last_fired_ns);
    last_fired_ns = entry->deadline_ns;
    entry->fired = true;
}

static int64_t model_next(void)
{
    int64_t next = RT_FOREVER;
    for (int i = 0; i < COUNT; i++)
        if (entries[i].in && entries[i].deadline_ns < next)
            next = entries[i].deadline_ns;
    return next;
}

static size_t model_count(void)
{
    size_t count = 0;
    for (int i = 0; i < COUNT; i++)
        count += entries[i].in;
    return count;
}

static void check_places(void)
{
    assert_int_equal(timers.count, model_count());
    for (size_t i = 0; i < timers.count; i++) {
        struct entry *entry = (struct entry *)timers.heap[i].timer;
        assert_true(entry->in);
        assert_int_equal(entry->timer.place, i + 1);
        assert_int_equal(timers.heap[i].deadline_ns, entry->deadline_ns);
    }
}

static void fire_until(int64_t now_ns)
{
    last_fired_ns = INT64_MIN;
    for (int i = 0; i < COUNT; i++)
        entries[i].fired = false;
    rt__timers_fire(&timers, now_ns);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(entries[i].fired, entries[i].in && entries[i].deadline_ns <= now_ns);
        if (entries[i].fired)
            entries[i].in = false;
    }
}

static void do_something(int64_t *now_ns)
{
    struct entry *entry = &entries[random_below(COUNT)];
    switch (random_below(8)) {
    case 0: /* many equal deadlines, and some that are past */
        *now_ns += (int64_t)random_below(50);
        fire_until(*now_ns);
        break;
    case 1:
    case 2:
        rt__timers_clear(&timers, &entry->timer);
        entry->in = false;
        break;
    default:
        entry->deadline_ns = *now_ns + (int64_t)random_below(300) - 10;
        assert_int_equal(rt__timers_set(&timers, &entry->timer, entry->deadline_ns), 0);
        entry->in = true;
    }
}

static void the_heap_does_what_an_array_would(void **state)
{
    (void)state;
    for (int round = 1; round <= ROUNDS; round++) {
        random_state = UINT64_C(88172645463325252) * (uint64_t)round;
        int64_t now_ns = 0;
        memset(entries, 0, sizeof(entries));
        for (int i = 0; i < COUNT; i++)
            entries[i].timer.fire = note_firing;
        for (int i = 0; i < OPERATIONS / ROUNDS; i++) {
            do_something(&now_ns);
            assert_int_equal(rt__timers_next(&timers), model_next());
            check_places();
        }
        fire_until(RT_FOREVER);
        assert_int_equal(timers.count, 0);
        rt__timers_finish(&timers);
    }
}

static void an_empty_heap_has_no_next_deadline(void **state)
{
    (void)state;
    struct rt__timers empty = {0};
    struct rt_timer timer = {0};
    assert_int_equal(rt__timers_next(&empty), RT_FOREVER);
    rt__timers_clear(&empty, &timer);
    rt__timers_fire(&empty, RT_FOREVER);
    rt__timers_finish(&empty);
}

static struct rt_timer again;
static int again_count;

static void set_again(struct rt_timer *timer)
{
    if (++again_count < 5)
        rt__timers_set(&timers, timer, again_count);
}

static void a_timer_may_be_set_again_as_it_fires(void **state)
{
    (void)state;
    again = (struct rt_timer){.fire = set_again};
    assert_int_equal(rt__timers_set(&timers, &again, 0), 0);
    rt__timers_fire(&timers, 2);
    assert_int_equal(again_count, 3);
    assert_int_equal(rt__timers_next(&timers), 3);
    rt__timers_clear(&timers, &again);
    rt__timers_finish(&timers);
}

static void deadlines_saturate_instead_of_overflowing(void **state)
{
    (void)state;
    assert_int_equal(rt_deadline_ns(RT_FOREVER), RT_FOREVER);
    assert_int_equal(rt_deadline_ns(RT_FOREVER - 1), RT_FOREVER);
    int64_t before = rt_now_ns();
    assert_true(rt_deadline_ns(INT64_MIN) >= before);
    assert_true(rt_deadline_ns(-1) <= rt_now_ns());
    assert_true(rt_deadline_ns(RT_NS_PER_S) >= before + RT_NS_PER_S);
}

static int note_order(void *arg)
{
    static int next;
    int *duration_ms = arg;
    assert_int_equal(rt_sleep_ns(*duration_ms * RT_NS_PER_MS), 0);
    *duration_ms = next++;
    return 0;
}

TASK_TEST(sleepers_wake_in_the_order_of_their_deadlines)
{
    int order[] = {60, 5, 30, 90, 0}, expected[] = {3, 1, 2, 4, 0};
    struct rt_task *tasks[5];
    for (int i = 0; i < 5; i++)
        tasks[i] = spawn(note_order, &order[i]);
    for (int i = 0; i < 5; i++)
        join(tasks[i]);
    assert_memory_equal(order, expected, sizeof(order));
}

TASK_TEST(a_deadline_in_the_past_still_lets_the_others_run)
{
    int zero = 0;
    struct rt_task *task = spawn(note_order, &zero);
    assert_int_equal(rt_sleep_until(INT64_MIN), 0);
    assert_int_equal(rt_sleep_ns(-5), 0);
    join(task);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_heap_does_what_an_array_would),
        cmocka_unit_test(an_empty_heap_has_no_next_deadline),
        cmocka_unit_test(a_timer_may_be_set_again_as_it_fires),
        cmocka_unit_test(deadlines_saturate_instead_of_overflowing),
        cmocka_unit_test(sleepers_wake_in_the_order_of_their_deadlines),
        cmocka_unit_test(a_deadline_in_the_past_still_lets_the_others_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
