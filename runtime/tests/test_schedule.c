/*
 * Ten thousand random schedules: see schedule.h. A failing seed is named; to run it alone:
 *     RT_SCHEDULE_SEED=4711 test_schedule
 * RT_SCHEDULE_SEEDS says how many.
 */
#include "rt_test.h"
#include "schedule.h"
#include <signal.h>
#include <stdio.h>

enum { WORKERS_MOST = 64, PATIENCE_S = 60 };

static uint64_t seed, random_state, trace;
static struct worker workers[WORKERS_MOST];
static int worker_count;

_Noreturn void schedule_fail(const char *condition, const char *file, int line)
{
    fprintf(stderr, "RT_SCHEDULE_SEED=%llu: %s:%d: %s\n", (unsigned long long)seed, file, line, condition);
    abort();
}

static void took_too_long(int signal)
{
    char text[64];
    int length = snprintf(text, sizeof(text), "RT_SCHEDULE_SEED=%llu: it does not end\n", (unsigned long long)seed);
    ssize_t ignored = write(STDERR_FILENO, text, (size_t)length);
    (void)ignored;
    (void)signal;
    _exit(1);
}

/* splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014. */
unsigned at_random(unsigned below)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ z >> 31) % below);
}

struct worker *add_worker(int (*body)(struct worker *worker))
{
    CHECK(worker_count < WORKERS_MOST);
    struct worker *worker = &workers[worker_count];
    *worker = (struct worker){.body = body, .number = worker_count++};
    return worker;
}

void pause_a_little(void)
{
    for (unsigned i = at_random(4); i > 0; i--) {
        int error = at_random(8) ? rt_yield() : rt_sleep_until(0);
        CHECK(error == 0 || error == -ECANCELED);
    }
}

int64_t some_deadline(void)
{
    return at_random(4) ? RT_FOREVER : 0;
}

bool was_cut_short(int error, int64_t deadline_ns)
{
    CHECK(error == -ECANCELED || (error == -ETIMEDOUT && deadline_ns != RT_FOREVER));
    return true;
}

static int work(void *arg)
{
    struct worker *worker = arg;
    trace = trace * 31 + (uint64_t)worker->number;
    worker->result = worker->body(worker);
    trace = trace * 31 + (uint64_t)worker->number;
    worker->over = true;
    return worker->result;
}

static int cancel_some(void *arg)
{
    (void)arg;
    for (unsigned i = at_random(60); i > 0; i--) {
        struct worker *worker = &workers[at_random((unsigned)worker_count)];
        pause_a_little();
        enum rt_task_state state = rt_task_state(worker->task);
        if (state == RT_TASK_PENDING && !worker->may_never_begin)
            continue;
        if (worker->before_cancel && state == RT_TASK_RUNNING)
            worker->before_cancel(worker);
        bool done = state == RT_TASK_DONE || state == RT_TASK_CANCELLED;
        CHECK(rt_task_cancel(worker->task) == (done ? -EALREADY : 0));
    }
    return 0;
}

static int run_workers(void *arg)
{
    struct rt_task *canceller;
    (void)arg;
    for (int i = 0; i < worker_count; i++) {
        struct rt_task_options options = {.parkable = at_random(2)};
        CHECK(rt_task_spawn_with(&workers[i].task, work, &workers[i], &options) == 0);
    }
    CHECK(rt_task_spawn(&canceller, cancel_some, NULL) == 0);
    for (int i = 0; i < worker_count; i++) {
        int result;
        CHECK(rt_task_await(workers[i].task, &result) == 0);
        if (workers[i].over)
            CHECK(result == workers[i].result && (workers[i].may_never_begin || result == 0));
        else
            CHECK(result == -ECANCELED && workers[i].may_never_begin);
    }
    CHECK(rt_task_join(canceller, NULL) == 0);
    for (int i = 0; i < worker_count; i++)
        rt_task_release(workers[i].task);
    return 0;
}

static const struct part *const parts[] = {
    &queue_part, &semaphore_part, &lock_part, &condition_part, &barrier_part, &event_part, &join_part, &generator_part,
};

enum { PART_COUNT = sizeof(parts) / sizeof(parts[0]) };

struct parts_of_run {
    bool chosen[PART_COUNT];
};

static int run_parts(void *arg)
{
    struct parts_of_run *run = arg;
    /* Not all at once, as a rule: a loop that is busy with one thing never lets another come to a standstill. */
    do {
        worker_count = 0;
        for (int i = 0; i < PART_COUNT; i++) {
            run->chosen[i] = at_random(3) == 0;
            if (run->chosen[i])
                parts[i]->begin();
        }
    } while (worker_count == 0);
    CHECK(run_workers(NULL) == 0);
    for (int i = 0; i < PART_COUNT; i++)
        if (run->chosen[i])
            parts[i]->end();
    return 0;
}

/* Returns a number that tells one schedule from another. */
static uint64_t run_seed(uint64_t the_seed)
{
    struct parts_of_run run;
    struct rt_loop_options options = {.schedule_seed = the_seed};
    seed = random_state = the_seed;
    trace = 0;
    CHECK(rt_run(run_parts, &run, &options) == 0);
    return trace;
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void every_schedule_keeps_the_rules(void **state)
{
    (void)state;
#ifdef __SANITIZE_THREAD__
    uint64_t count = 1000;
#else
    uint64_t count = RUNNING_ON_VALGRIND ? 1000 : 10000;
#endif
    count = number_from("RT_SCHEDULE_SEEDS", count);
    uint64_t only = number_from("RT_SCHEDULE_SEED", 0);
    signal(SIGALRM, took_too_long);
    for (uint64_t i = only ? only : 1; i <= (only ? only : count); i++) {
        if (i % 64 == 1 || only)
            alarm(PATIENCE_S);
        run_seed(i);
    }
    alarm(0);
}

static void a_seed_repeats_its_schedule_and_another_does_not(void **state)
{
    (void)state;
    int equal = 0;
    uint64_t before = 0;
    for (uint64_t i = 1; i <= 20; i++) {
        uint64_t once = run_seed(i);
        assert_true(run_seed(i) == once);
        equal += once == before;
        before = once;
    }
    assert_true(equal < 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_schedule_keeps_the_rules),
        cmocka_unit_test(a_seed_repeats_its_schedule_and_another_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
