/* The parts with models of a few counters: semaphore, lock, condition, barrier, event, join, generator. */
#include "schedule.h"
#include <string.h>

/* --- semaphore: never more inside than it admits, and every permit comes back --- */

static struct {
    struct rt_semaphore semaphore;
    uint32_t permits, inside;
} hall;

static int visit(struct worker *worker)
{
    (void)worker;
    for (int i = 0; i < 6; i++) {
        bool tries = at_random(5) == 0;
        int64_t deadline_ns = some_deadline();
        int error =
            tries ? rt_semaphore_try_acquire(&hall.semaphore) : rt_semaphore_acquire(&hall.semaphore, deadline_ns);
        if (error < 0) {
            CHECK(tries ? error == -EAGAIN : was_cut_short(error, deadline_ns));
            pause_a_little();
            continue;
        }
        CHECK(++hall.inside <= hall.permits);
        pause_a_little();
        hall.inside--;
        CHECK(rt_semaphore_release(&hall.semaphore) == 0);
    }
    return 0;
}

static void semaphore_begin(void)
{
    hall.permits = 1 + at_random(3);
    hall.inside = 0;
    rt_semaphore_init_bounded(&hall.semaphore, hall.permits);
    for (unsigned i = 2 + at_random(4); i > 0; i--)
        add_worker(visit);
}

static void semaphore_end(void)
{
    CHECK(hall.inside == 0);
    CHECK(rt_semaphore_release(&hall.semaphore) == -EOVERFLOW);
    for (uint32_t i = 0; i < hall.permits; i++)
        CHECK(rt_semaphore_try_acquire(&hall.semaphore) == 0);
    CHECK(rt_semaphore_try_acquire(&hall.semaphore) == -EAGAIN);
    rt_semaphore_finish(&hall.semaphore);
}

const struct part semaphore_part = {semaphore_begin, semaphore_end};

/* --- lock: what is read and written with it held is not overtaken --- */

static struct {
    struct rt_lock lock;
    struct worker *holder;
    int counter, times;
} safe;

static int count_up(struct worker *worker)
{
    for (int i = 0; i < 6; i++) {
        bool tries = at_random(5) == 0;
        int64_t deadline_ns = some_deadline();
        int error = tries ? rt_lock_try_acquire(&safe.lock) : rt_lock_acquire(&safe.lock, deadline_ns);
        if (error < 0) {
            CHECK(tries ? error == -EAGAIN : was_cut_short(error, deadline_ns));
            pause_a_little();
            continue;
        }
        CHECK(!safe.holder);
        safe.holder = worker;
        int seen = safe.counter;
        pause_a_little();
        safe.counter = seen + 1;
        safe.times++;
        CHECK(safe.holder == worker);
        safe.holder = NULL;
        CHECK(rt_lock_release(&safe.lock) == 0);
    }
    return 0;
}

static void lock_begin(void)
{
    memset(&safe, 0, sizeof(safe));
    rt_lock_init(&safe.lock);
    for (unsigned i = 2 + at_random(4); i > 0; i--)
        add_worker(count_up);
}

static void lock_end(void)
{
    CHECK(safe.counter == safe.times);
    CHECK(!rt_lock_is_held(&safe.lock));
    rt_lock_finish(&safe.lock);
}

const struct part lock_part = {lock_begin, lock_end};

/* --- condition: a bounded buffer where each change notifies one: a lost notify leaves somebody waiting for ever --- */

static struct {
    struct rt_lock lock;
    struct rt_condition not_empty, not_full;
    struct worker *holder;
    int items, room, to_make, to_take;
} shelf;

static void shelf_take_lock(struct worker *worker)
{
    int error;
    while ((error = rt_lock_acquire(&shelf.lock, RT_FOREVER)) == -ECANCELED)
        ;
    CHECK(error == 0 && !shelf.holder);
    shelf.holder = worker;
}

static void shelf_give_lock(struct worker *worker)
{
    CHECK(shelf.holder == worker);
    shelf.holder = NULL;
    CHECK(rt_lock_release(&shelf.lock) == 0);
}

/* Returns false if it was cut short and leaves. */
static bool shelf_wait(struct worker *worker, struct rt_condition *condition)
{
    int64_t deadline_ns = some_deadline();
    CHECK(shelf.holder == worker);
    shelf.holder = NULL;
    int error = rt_condition_wait(condition, deadline_ns);
    CHECK(!shelf.holder && rt_lock_try_acquire(&shelf.lock) == -EDEADLK);
    shelf.holder = worker;
    return error == 0 || !was_cut_short(error, deadline_ns) || worker->stays || at_random(2) == 0;
}

/* Makers and takers are mirror images. */
static int trade(struct worker *worker, int *todo, int step, int limit, struct rt_condition *mine,
                 struct rt_condition *theirs)
{
    shelf_take_lock(worker);
    while (*todo > 0) {
        if (shelf.items == limit) {
            if (!shelf_wait(worker, mine))
                break;
            continue;
        }
        shelf.items += step;
        --*todo;
        CHECK(shelf.items >= 0 && shelf.items <= shelf.room);
        CHECK(rt_condition_notify(theirs, 1) == 0);
        if (at_random(2)) {
            shelf_give_lock(worker);
            pause_a_little();
            shelf_take_lock(worker);
        } else {
            pause_a_little();
            CHECK(shelf.holder == worker);
        }
    }
    if (*todo == 0)
        CHECK(rt_condition_notify_all(mine) == 0);
    shelf_give_lock(worker);
    return 0;
}

static int make(struct worker *worker)
{
    return trade(worker, &shelf.to_make, 1, shelf.room, &shelf.not_full, &shelf.not_empty);
}

static int take(struct worker *worker)
{
    return trade(worker, &shelf.to_take, -1, 0, &shelf.not_empty, &shelf.not_full);
}

static void condition_begin(void)
{
    memset(&shelf, 0, sizeof(shelf));
    rt_lock_init(&shelf.lock);
    rt_condition_init(&shelf.not_empty, &shelf.lock);
    rt_condition_init(&shelf.not_full, &shelf.lock);
    shelf.room = 1 + (int)at_random(3);
    shelf.to_make = shelf.to_take = 15;
    for (unsigned i = 1 + at_random(4); i > 0; i--)
        add_worker(make)->stays = i == 1;
    for (unsigned i = 1 + at_random(4); i > 0; i--)
        add_worker(take)->stays = i == 1;
}

static void condition_end(void)
{
    CHECK(shelf.items == 0 && shelf.to_make == 0 && shelf.to_take == 0);
    rt_condition_finish(&shelf.not_empty);
    rt_condition_finish(&shelf.not_full);
    rt_lock_finish(&shelf.lock);
}

const struct part condition_part = {condition_begin, condition_end};

/* --- barrier: nobody passes before all have come, and every index is given once --- */

enum { ROUNDS = 4 };

static struct {
    struct rt_barrier barrier;
    uint32_t parties, came[ROUNDS], indices[ROUNDS];
    bool was_reset;
} gate;

static int pass_the_gate(struct worker *worker)
{
    (void)worker;
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t index;
        gate.came[round]++;
        for (;;) {
            int64_t deadline_ns = some_deadline();
            int error = rt_barrier_wait(&gate.barrier, deadline_ns, &index);
            if (error == 0)
                break;
            CHECK(error == -EPIPE ? gate.was_reset : was_cut_short(error, deadline_ns));
            pause_a_little();
        }
        CHECK(gate.came[round] == gate.parties);
        CHECK(index < gate.parties && !(gate.indices[round] & 1u << index));
        gate.indices[round] |= 1u << index;
        pause_a_little();
        if (at_random(20) == 0) {
            gate.was_reset = true;
            rt_barrier_reset(&gate.barrier);
        }
    }
    return 0;
}

static void barrier_begin(void)
{
    memset(&gate, 0, sizeof(gate));
    gate.parties = 1 + at_random(4);
    CHECK(rt_barrier_init(&gate.barrier, gate.parties) == 0);
    for (uint32_t i = 0; i < gate.parties; i++)
        add_worker(pass_the_gate);
}

static void barrier_end(void)
{
    for (int round = 0; round < ROUNDS; round++)
        CHECK(gate.indices[round] == (1u << gate.parties) - 1);
    CHECK(gate.barrier.arrived == 0);
    rt_barrier_finish(&gate.barrier);
}

const struct part barrier_part = {barrier_begin, barrier_end};

/* --- event: whoever passes has seen it set --- */

static struct {
    struct rt_event event;
    int sets;
} flag;

static int wait_for_flag(struct worker *worker)
{
    (void)worker;
    for (int i = 0; i < 5; i++) {
        int64_t deadline_ns = some_deadline();
        int sets = flag.sets;
        bool was_set = rt_event_is_set(&flag.event);
        int error = rt_event_wait(&flag.event, deadline_ns);
        CHECK(error == 0 ? was_set || flag.sets > sets : was_cut_short(error, deadline_ns));
        pause_a_little();
    }
    return 0;
}

static int wave_flag(struct worker *worker)
{
    (void)worker;
    for (int i = 0; i < 5; i++) {
        rt_event_clear(&flag.event);
        pause_a_little();
        flag.sets++;
        rt_event_set(&flag.event);
    }
    return 0;
}

static void event_begin(void)
{
    flag.sets = 0;
    rt_event_init(&flag.event);
    for (unsigned i = 1 + at_random(3); i > 0; i--)
        add_worker(wait_for_flag);
    add_worker(wave_flag);
}

static void event_end(void)
{
    rt_event_finish(&flag.event);
}

const struct part event_part = {event_begin, event_end};

/* --- join: once, after the end, with the right result --- */

enum { CHILDREN = 3 };

static struct worker *children[CHILDREN];
static struct rt_call calls[CHILDREN];
static int called[CHILDREN];

static int do_something(struct worker *worker)
{
    (void)worker;
    pause_a_little();
    return (int)at_random(1000);
}

static int await_children(struct worker *worker)
{
    (void)worker;
    for (int i = 0; i < CHILDREN; i++) {
        struct worker *child = children[i];
        int result = -1, error;
        while ((error = rt_task_await(child->task, &result)) == -ECANCELED)
            CHECK(result == -1);
        CHECK(error == 0);
        CHECK(child->over ? result == child->result
                          : result == -ECANCELED && rt_task_state(child->task) == RT_TASK_CANCELLED);
        pause_a_little();
    }
    return 0;
}

static void count_call(void *arg)
{
    ++*(int *)arg;
}

static int watch_children(struct worker *worker)
{
    (void)worker;
    for (int i = 0; i < CHILDREN; i++) {
        rt_call_init(&calls[i], count_call, &called[i]);
        CHECK(rt_task_on_done(children[i]->task, &calls[i]) == 0);
        pause_a_little();
    }
    /* One that was done already is told of in the next turn. */
    while (called[0] + called[1] + called[2] < CHILDREN)
        rt_yield();
    return 0;
}

static void join_begin(void)
{
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = add_worker(do_something);
        children[i]->may_never_begin = true;
        called[i] = 0;
    }
    add_worker(await_children);
    add_worker(await_children);
    add_worker(watch_children);
}

static void join_end(void)
{
    for (int i = 0; i < CHILDREN; i++)
        CHECK(called[i] == 1);
}

const struct part join_part = {join_begin, join_end};

/* --- generator: every value once and in order, whatever cuts its consumer short --- */

enum { VALUES = 6 };

static struct rt_generator *generator;
static int values_made;

static int count_values(struct rt_generator *self, void *arg)
{
    (void)arg;
    for (intptr_t i = 1; i <= VALUES; i++) {
        pause_a_little();
        values_made++;
        int error = rt_generator_yield(self, (void *)i);
        if (error < 0)
            return error;
    }
    return 0;
}

static int read_values(struct worker *worker)
{
    (void)worker;
    int last = 0, most = (int)at_random(2 * VALUES), found = 1;
    CHECK(rt_generator_create(&generator, count_values, NULL) == 0);
    while (last < most && found != 0) {
        int64_t deadline_ns = some_deadline();
        void *value;
        found = rt_generator_next(generator, &value, deadline_ns);
        if (found == 1) {
            CHECK((intptr_t)value == ++last);
            CHECK(values_made == last); /* none is made before it is asked for */
        } else if (found < 0) {
            CHECK(was_cut_short(found, deadline_ns));
        }
        pause_a_little();
    }
    CHECK(found != 0 || last == VALUES);
    CHECK(rt_generator_destroy(generator) == 0);
    return 0;
}

static void generator_begin(void)
{
    values_made = 0;
    add_worker(read_values);
}

static void generator_end(void)
{
}

const struct part generator_part = {generator_begin, generator_end};
