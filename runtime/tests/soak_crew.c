/* The soak's crews: tasks that are cancelled at random, and a model of who is owed a cancel. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "soak.h"

_Noreturn void soak_fail(const char *condition, const char *file, int line)
{
    struct rt_task *self = rt_task_self();
    printf("FAILED in %s: %s:%d: %s\n", self ? rt_task_name(self) : "a callback or thread", file, line, condition);
    fflush(stdout);
    if (rt_loop_current())
        rt_dump_tasks(rt_loop_current(), STDOUT_FILENO);
    _exit(1);
}

void *soak_alloc(size_t bytes)
{
    void *memory = calloc(1, bytes);
    CHECK(memory);
    return memory;
}

/* --- chance --- */

/* splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014. */
unsigned at_random(unsigned below)
{
    uint64_t z = here->random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ z >> 31) % below);
}

bool one_in(unsigned n)
{
    return at_random(n) == 0;
}

int64_t a_moment_ns(void)
{
    return (int64_t)at_random(1000) * RT_NS_PER_US;
}

int64_t some_deadline(void)
{
    switch (at_random(8)) {
    case 0:
        return 0;
    case 1:
    case 2:
        return rt_deadline_ns(2 * a_moment_ns());
    case 3:
        return rt_deadline_ns(1000 * RT_NS_PER_S);
    default:
        return RT_FOREVER;
    }
}

/* --- one member --- */

int saw(struct member *me, int error)
{
    if (error == -ECANCELED) {
        CHECK(me->owed);
        me->owed = false;
    }
    return error;
}

bool cut_short(struct member *me, int error, int64_t deadline_ns)
{
    CHECK(error == 0 || error == -ECANCELED || (error == -ETIMEDOUT && rt_now_ns() >= deadline_ns));
    return saw(me, error) < 0;
}

int pause_a_little(struct member *me)
{
    for (unsigned i = at_random(3); i > 0; i--) {
        bool owed = me && me->owed;
        unsigned how = at_random(8);
        int error = how < 5 ? rt_yield() : how == 5 ? rt_sleep_until(0) : rt_sleep_ns(a_moment_ns() / 2);
        CHECK(!owed || error == -ECANCELED);
        CHECK(me || error == 0);
        if (error < 0)
            return saw(me, error);
    }
    return 0;
}

static int member_main(void *arg)
{
    struct member *me = arg;
    CHECK(!me->owed); /* otherwise it must not begin */
    me->begun = true;
    me->result = me->fn(me);
    me->ended = true;
    return me->result;
}

/* --- all of them --- */

struct crew *crew_create(const char *name)
{
    struct crew *crew = soak_alloc(sizeof(*crew));
    crew->name = name;
    return crew;
}

void crew_add(struct crew *crew, int (*fn)(struct member *me), void *scene, int flags)
{
    CHECK(crew->count < CREW_MOST);
    struct member *member = &crew->members[crew->count];
    *member = (struct member){.fn = fn, .scene = scene, .crew = crew, .number = crew->count++, .flags = flags};
    struct rt_task_options options = {.name = crew->name, .parkable = !(flags & NEVER_PARK) && one_in(2)};
    CHECK(rt_task_spawn_with(&member->task, member_main, member, &options) == 0);
}

void crew_cancel(struct member *member)
{
    if (member->flags & NEVER_CANCEL)
        return;
    bool done = rt_task_state(member->task) >= RT_TASK_DONE;
    CHECK(rt_task_cancel(member->task) == (done ? -EALREADY : 0));
    member->owed |= !done;
}

void crew_disturb(struct crew *crew, struct member *me)
{
    if (crew->count == 0 || one_in(2))
        return;
    for (unsigned i = at_random(6); i > 0; i--) {
        pause_a_little(me);
        crew_cancel(&crew->members[at_random((unsigned)crew->count)]);
    }
}

static void wait_in_order(struct rt_task **tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        CHECK((one_in(2) ? rt_task_await(tasks[i], NULL) : rt_wait_for(tasks[i], RT_FOREVER, NULL)) == 0);
}

static void wait_as_completed(struct rt_task **tasks, size_t count)
{
    struct rt_as_completed iterator;
    struct rt_task *task;
    CHECK(rt_as_completed_init(&iterator, tasks, count, RT_FOREVER) == 0);
    for (size_t i = 0; i < count; i++)
        CHECK(rt_as_completed_next(&iterator, &task) == 1 && rt_task_state(task) >= RT_TASK_DONE);
    CHECK(rt_as_completed_next(&iterator, &task) == 0);
    rt_as_completed_finish(&iterator);
}

static void wait_for_each_first(struct rt_task **tasks, size_t count)
{
    while (count > 0) {
        size_t done = 0;
        CHECK(rt_wait(tasks, count, RT_FIRST_COMPLETED, RT_FOREVER, &done) == 0 && done > 0);
        tasks += done;
        count -= done;
    }
}

int crew_end(struct crew *crew)
{
    struct rt_timeout shield;
    struct rt_task *tasks[CREW_MOST];
    size_t count = (size_t)crew->count;
    int sum = 0;
    for (size_t i = 0; i < count; i++)
        tasks[i] = crew->members[i].task;
    CHECK(rt_shield_begin(&shield) == 0);
    switch (at_random(4)) {
    case 0:
        wait_in_order(tasks, count);
        break;
    case 1:
        wait_as_completed(tasks, count);
        break;
    case 2:
        wait_for_each_first(tasks, count);
        break;
    default:
        CHECK(rt_gather(tasks, count, NULL, RT_GATHER_RETURN_ERRORS) == 0);
    }
    CHECK(rt_shield_end(&shield) == 0);
    for (size_t i = 0; i < count; i++) {
        struct member *member = &crew->members[i];
        int result;
        CHECK(rt_task_result(member->task, &result) == 0);
        CHECK(member->begun == member->ended);
        CHECK(member->begun ? result == member->result : result == -ECANCELED && member->owed);
        sum += member->begun ? result : 0;
        rt_task_release(member->task);
    }
    free(crew);
    return sum;
}
