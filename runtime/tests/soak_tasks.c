/* Acts of the soak: tasks, what waits for several of them, timeouts, callbacks. */
#include <stdlib.h>
#include "soak.h"

/* --- tree: everyone's result is the number of those below, and of itself --- */

struct tree {
    int depth;
    int *nodes;
};

static int branch(struct member *me)
{
    struct tree *tree = me->scene;
    int below = 0, width = tree->depth ? (int)at_random(4) : 0;
    ++*tree->nodes;
    pause_a_little(me);
    if (width) {
        struct tree *subtree = soak_alloc(sizeof(*subtree));
        *subtree = (struct tree){tree->depth - 1, tree->nodes};
        struct crew *crew = crew_create("tree");
        for (int i = 0; i < width; i++)
            crew_add(crew, branch, subtree, 0);
        crew_disturb(crew, me);
        below = crew_end(crew);
        free(subtree);
    }
    pause_a_little(me);
    return below + 1;
}

static int act_tree(struct member *me)
{
    struct tree *tree = soak_alloc(sizeof(*tree));
    tree->nodes = soak_alloc(sizeof(*tree->nodes));
    tree->depth = 3;
    me->scene = tree;
    int counted = branch(me);
    CHECK(counted == *tree->nodes);
    free(tree->nodes);
    free(tree);
    return 0;
}

/* --- detached: nobody has a handle, but a counter comes down --- */

struct detached {
    int left;
    struct rt_event all_ended;
};

static int run_detached(void *arg)
{
    struct detached *detached = arg;
    CHECK(rt_sleep_ns(a_moment_ns()) == 0);
    if (--detached->left == 0)
        rt_event_set(&detached->all_ended);
    return 0;
}

static int act_detached(struct member *me)
{
    struct detached *detached = soak_alloc(sizeof(*detached));
    rt_event_init(&detached->all_ended);
    int count = detached->left = 1 + (int)at_random(8);
    for (int i = 0; i < count; i++) {
        struct rt_task_options options = {.parkable = one_in(2)};
        CHECK(rt_task_spawn_with(NULL, run_detached, detached, &options) == 0);
    }
    CHECK(INSIST(me, rt_event_wait(&detached->all_ended, RT_FOREVER)) == 0);
    CHECK(detached->left == 0);
    rt_event_finish(&detached->all_ended);
    free(detached);
    return 0;
}

/* --- timeouts: which of two scopes passes, and not early --- */

/* A sleep within two scopes; returns what the sleep did. */
static int sleep_in_scopes(struct member *me, struct rt_timeout *inner, int64_t outer_ns)
{
    int64_t inner_ns = some_deadline(), soon_ns = rt_deadline_ns(RT_NS_PER_S);
    bool ends_soon = inner_ns < soon_ns || outer_ns < soon_ns;
    int64_t own_ns = ends_soon ? some_deadline() : rt_deadline_ns(a_moment_ns());
    CHECK(rt_timeout_begin(inner, inner_ns) == 0);
    if (one_in(4)) {
        inner_ns = rt_deadline_ns(a_moment_ns());
        CHECK(rt_timeout_move(inner, inner_ns) == 0);
    }
    int64_t limit_ns = inner_ns < outer_ns ? inner_ns : outer_ns;
    int error = saw(me, rt_sleep_until(own_ns));
    if (error == 0)
        CHECK(rt_now_ns() >= own_ns && own_ns <= limit_ns);
    if (error == -ETIMEDOUT)
        CHECK(rt_now_ns() >= limit_ns && limit_ns < own_ns);
    CHECK(rt_timeout_end(inner) == (error == -ETIMEDOUT && inner_ns <= limit_ns ? -ETIMEDOUT : 0));
    return error;
}

static int act_timeout(struct member *me)
{
    struct rt_timeout outer, inner, shield;
    int64_t outer_ns = some_deadline();
    CHECK(rt_timeout_begin(&outer, outer_ns) == 0);
    int error = sleep_in_scopes(me, &inner, outer_ns);
    if (one_in(2)) {
        CHECK(rt_shield_begin(&shield) == 0);
        bool owed = me->owed;
        int64_t until_ns = rt_deadline_ns(a_moment_ns());
        CHECK(rt_sleep_until(until_ns) == 0 && rt_now_ns() >= until_ns);
        CHECK(me->owed >= owed);
        CHECK(rt_shield_end(&shield) == 0);
    }
    bool passed = error == -ETIMEDOUT && outer_ns <= inner.deadline_ns;
    CHECK(rt_timeout_end(&outer) == (passed ? -ETIMEDOUT : 0));
    return 0;
}

/* --- wait_for --- */

static int nap(struct member *me)
{
    int error = saw(me, rt_sleep_ns(one_in(3) ? RT_NS_PER_S * 1000 : a_moment_ns()));
    return error < 0 ? error : 7;
}

static int nap_alone(void *arg)
{
    int error = rt_sleep_ns(one_in(3) ? RT_NS_PER_S * 1000 : a_moment_ns());
    (void)arg;
    return error < 0 ? error : 7;
}

static int act_wait_for(struct member *me)
{
    struct rt_task *task;
    int result = -1;
    CHECK(rt_task_spawn(&task, nap_alone, NULL) == 0);
    int64_t deadline_ns = rt_deadline_ns(a_moment_ns());
    int error = saw(me, rt_wait_for(task, deadline_ns, &result));
    if (error == 0)
        CHECK(result == 7);
    else
        CHECK(result == -1 && (error == -ECANCELED || (error == -ETIMEDOUT && rt_now_ns() >= deadline_ns)));
    CHECK(rt_task_result(task, &result) == 0);
    rt_task_release(task);
    return 0;
}

/* --- gather: the first failure, and all have ended --- */

static int fail_sometimes(void *arg)
{
    int error = rt_sleep_ns(a_moment_ns());
    return error < 0 ? error : one_in(6) ? -EIO : (int)(intptr_t)arg;
}

static int act_gather(struct member *me)
{
    enum { COUNT = 6 };
    struct rt_task *tasks[COUNT];
    int results[COUNT];
    bool failed = false, stop = one_in(2);
    for (intptr_t i = 0; i < COUNT; i++)
        CHECK(rt_task_spawn(&tasks[i], fail_sometimes, (void *)i) == 0);
    int error = rt_gather(tasks, COUNT, results, stop ? RT_GATHER_STOP_ON_ERROR : RT_GATHER_RETURN_ERRORS);
    if (error == -ECANCELED)
        saw(me, error);
    for (int i = 0; i < COUNT; i++) {
        int result;
        CHECK(rt_task_result(tasks[i], &result) == 0 && result == results[i]);
        CHECK(result == i || result == -EIO || (result == -ECANCELED && error < 0));
        failed |= result == -EIO;
        rt_task_release(tasks[i]);
    }
    CHECK(error == 0 || error == -ECANCELED || (error == -EIO && stop && failed));
    CHECK(error < 0 || !stop || !failed);
    return 0;
}

struct item {
    int begun, ended;
};

static int do_item(void *arg)
{
    struct item *item = arg;
    item->begun++;
    int error = rt_sleep_ns(a_moment_ns() / 4);
    item->ended++;
    return error;
}

static int act_each(struct member *me)
{
    enum { COUNT = 20 };
    struct item items[COUNT] = {0};
    int results[COUNT];
    int error = saw(me, rt_gather_each(do_item, items, sizeof(items[0]), COUNT, 1 + at_random(6), results,
                                       RT_GATHER_STOP_ON_ERROR));
    CHECK(error == 0 || error == -ECANCELED);
    for (int i = 0; i < COUNT; i++) {
        CHECK(items[i].begun == items[i].ended && items[i].begun <= 1);
        CHECK(results[i] == 0 ? items[i].begun == 1 : error < 0 && results[i] == -ECANCELED);
    }
    return 0;
}

/* --- wait and as_completed: some of them, then the rest --- */

static int act_wait(struct member *me)
{
    enum { COUNT = 6 };
    struct rt_task *tasks[COUNT], *task;
    size_t done = 0;
    for (intptr_t i = 0; i < COUNT; i++)
        CHECK(rt_task_spawn(&tasks[i], fail_sometimes, (void *)i) == 0);
    enum rt_wait_until until = at_random(3);
    int64_t deadline_ns = some_deadline();
    int error = saw(me, rt_wait(tasks, COUNT, until, deadline_ns, &done));
    CHECK(error == 0 || error == -ECANCELED || error == -ETIMEDOUT);
    CHECK(error < 0 || (until == RT_ALL_COMPLETED ? done == COUNT : done > 0));
    for (size_t i = 0; i < done; i++)
        CHECK(rt_task_state(tasks[i]) == RT_TASK_DONE);

    struct rt_as_completed iterator;
    int got, count = 0;
    uint64_t sum = 0;
    CHECK(rt_as_completed_init(&iterator, tasks, COUNT, RT_FOREVER) == 0);
    while ((got = saw(me, rt_as_completed_next(&iterator, &task))) != 0) {
        CHECK(got == 1 || got == -ECANCELED);
        count += got == 1;
        sum += got == 1 ? (uintptr_t)task : 0;
    }
    CHECK(count == COUNT);
    rt_as_completed_finish(&iterator);
    for (int i = 0; i < COUNT; i++) {
        sum -= (uintptr_t)tasks[i];
        rt_task_release(tasks[i]);
    }
    CHECK(sum == 0); /* each once */
    return 0;
}

/* --- group --- */

struct nursery {
    struct rt_group group;
    int begun, ended, first_failure;
};

static int child(void *arg)
{
    struct nursery *nursery = arg;
    nursery->begun++;
    if (one_in(4)) {
        int error = rt_group_spawn(&nursery->group, NULL, child, nursery);
        CHECK(error == 0 || error == -ECANCELED);
    }
    int error = rt_sleep_ns(a_moment_ns());
    int result = error < 0 ? error : one_in(10) ? -EIO - (int)at_random(3) : 0;
    if (result < 0 && result != -ECANCELED && !nursery->first_failure)
        nursery->first_failure = result;
    nursery->ended++;
    return result;
}

static int act_group(struct member *me)
{
    struct nursery *nursery = soak_alloc(sizeof(*nursery));
    CHECK(rt_group_init(&nursery->group) == 0);
    for (int i = (int)at_random(6); i > 0; i--) {
        int error = rt_group_spawn(&nursery->group, NULL, child, nursery);
        CHECK(error == 0 || error == -ECANCELED);
        pause_a_little(me);
    }
    if (one_in(6))
        rt_group_cancel(&nursery->group);
    if (!one_in(6)) {
        int error = saw(me, rt_group_wait(&nursery->group));
        CHECK(error == nursery->first_failure || error == -ECANCELED);
    }
    rt_group_finish(&nursery->group);
    CHECK(nursery->begun == nursery->ended);
    free(nursery);
    return 0;
}

/* --- callbacks: each that was asked for comes once, or was taken back --- */

struct calls {
    struct one_call {
        struct rt_call call;
        struct calls *calls;
        int64_t due_ns;
        bool asked;
    } ones[8];
    int open;
    struct rt_event none_open;
};

static void close_one(struct one_call *one)
{
    CHECK(one->asked);
    one->asked = false;
    if (--one->calls->open == 0)
        rt_event_set(&one->calls->none_open);
}

static void called(void *arg)
{
    struct one_call *one = arg;
    CHECK(rt_now_ns() >= one->due_ns);
    close_one(one);
}

static int nothing(struct member *me)
{
    pause_a_little(me);
    return 0;
}

static int act_calls(struct member *me)
{
    struct calls *calls = soak_alloc(sizeof(*calls));
    struct crew *crew = crew_create("calls");
    rt_event_init(&calls->none_open);
    crew_add(crew, nothing, NULL, NEVER_CANCEL);
    calls->open = 1; /* so that none_open is set once */
    for (int i = 0; i < 8; i++) {
        struct one_call *one = &calls->ones[i];
        one->calls = calls;
        rt_call_init(&one->call, called, one);
    }
    for (int i = 0; i < 30; i++) {
        struct one_call *one = &calls->ones[at_random(8)];
        if (one->asked) {
            CHECK(rt_call_soon(&one->call) == -EBUSY);
            CHECK(rt_call_cancel(&one->call) == 0);
            close_one(one);
        } else {
            int64_t duration_ns = one_in(4) ? 1000 * RT_NS_PER_S : a_moment_ns();
            unsigned how = at_random(4);
            one->asked = true;
            calls->open++;
            one->due_ns = how < 2 ? rt_deadline_ns(duration_ns) : 0;
            CHECK((how == 0   ? rt_call_at(&one->call, one->due_ns)
                   : how == 1 ? rt_call_later(&one->call, duration_ns)
                   : how == 2 ? rt_call_soon(&one->call)
                              : rt_task_on_done(crew->members[0].task, &one->call)) == 0);
        }
        if (one_in(3))
            pause_a_little(me);
    }
    crew_end(crew);
    for (int i = 0; i < 8; i++)
        if (calls->ones[i].asked && calls->ones[i].due_ns > rt_deadline_ns(RT_NS_PER_S)) {
            CHECK(rt_call_cancel(&calls->ones[i].call) == 0);
            close_one(&calls->ones[i]);
        }
    if (--calls->open > 0)
        CHECK(INSIST(me, rt_event_wait(&calls->none_open, RT_FOREVER)) == 0);
    CHECK(calls->open == 0);
    free(calls);
    return 0;
}

/* --- naps: as ordinary as can be, for everything that crew_end does --- */

static int act_naps(struct member *me)
{
    struct crew *crew = crew_create("naps");
    for (int i = 1 + (int)at_random(CREW_MOST); i > 0; i--)
        crew_add(crew, nap, NULL, 0);
    crew_disturb(crew, me);
    for (int i = 0; i < crew->count; i++) /* some sleep for ever */
        crew_cancel(&crew->members[i]);
    crew_end(crew);
    return 0;
}

const struct act task_acts[] = {
    {"tree", act_tree},
    {"detached", act_detached},
    {"timeout", act_timeout},
    {"wait_for", act_wait_for},
    {"gather", act_gather, NEVER_PARK},
    {"each", act_each, NEVER_PARK},
    {"wait", act_wait, NEVER_PARK},
    {"group", act_group},
    {"calls", act_calls},
    {"naps", act_naps},
    {NULL, NULL},
};
