/* Acts of the soak: tasks that wait for one another. */
#include <stdlib.h>
#include "soak.h"

/* --- lock: one at a time --- */

struct locked {
    struct rt_lock lock;
    int inside, entered, counted;
};

static int lock_user(struct member *me)
{
    struct locked *locked = me->scene;
    for (int i = 0; i < 5; i++) {
        int64_t deadline_ns = some_deadline();
        int error = one_in(4) ? rt_lock_try_acquire(&locked->lock) : rt_lock_acquire(&locked->lock, deadline_ns);
        if (error == -EAGAIN) {
            CHECK(rt_lock_is_held(&locked->lock));
        } else if (!cut_short(me, error, deadline_ns)) {
            CHECK(locked->inside++ == 0 && rt_lock_is_held(&locked->lock));
            int before = locked->counted;
            pause_a_little(me);
            locked->counted = before + 1;
            locked->entered++;
            locked->inside--;
            CHECK(rt_lock_release(&locked->lock) == 0);
        }
        pause_a_little(me);
    }
    return 0;
}

static int act_lock(struct member *me)
{
    struct locked *locked = soak_alloc(sizeof(*locked));
    struct crew *crew = crew_create("lock");
    rt_lock_init(&locked->lock);
    for (int i = 2 + (int)at_random(5); i > 0; i--)
        crew_add(crew, lock_user, locked, 0);
    crew_disturb(crew, me);
    crew_end(crew);
    CHECK(!rt_lock_is_held(&locked->lock) && locked->counted == locked->entered);
    rt_lock_finish(&locked->lock);
    free(locked);
    return 0;
}

/* --- semaphore: so many at a time, and all permits come back --- */

struct permits {
    struct rt_semaphore semaphore;
    int inside, most;
};

static int semaphore_user(struct member *me)
{
    struct permits *permits = me->scene;
    for (int i = 0; i < 5; i++) {
        int64_t deadline_ns = some_deadline();
        int error = one_in(4) ? rt_semaphore_try_acquire(&permits->semaphore)
                              : rt_semaphore_acquire(&permits->semaphore, deadline_ns);
        if (error != -EAGAIN && !cut_short(me, error, deadline_ns)) {
            CHECK(++permits->inside <= permits->most);
            pause_a_little(me);
            permits->inside--;
            CHECK(rt_semaphore_release(&permits->semaphore) == 0);
        }
        pause_a_little(me);
    }
    return 0;
}

static int act_semaphore(struct member *me)
{
    struct permits *permits = soak_alloc(sizeof(*permits));
    struct crew *crew = crew_create("semaphore");
    permits->most = 1 + (int)at_random(3);
    rt_semaphore_init_bounded(&permits->semaphore, (uint32_t)permits->most);
    for (int i = 2 + (int)at_random(6); i > 0; i--)
        crew_add(crew, semaphore_user, permits, 0);
    crew_disturb(crew, me);
    crew_end(crew);
    CHECK(rt_semaphore_release(&permits->semaphore) == -EOVERFLOW);
    for (int i = 0; i < permits->most; i++)
        CHECK(rt_semaphore_try_acquire(&permits->semaphore) == 0);
    CHECK(rt_semaphore_try_acquire(&permits->semaphore) == -EAGAIN);
    rt_semaphore_finish(&permits->semaphore);
    free(permits);
    return 0;
}

/* --- event: whoever waits when it is set goes on --- */

struct signal {
    struct rt_event event;
    int waiting;
};

static int event_waiter(struct member *me)
{
    struct signal *signal = me->scene;
    int64_t deadline_ns = some_deadline();
    pause_a_little(me);
    signal->waiting++;
    int error = rt_event_wait(&signal->event, deadline_ns);
    signal->waiting--;
    if (!cut_short(me, error, deadline_ns))
        CHECK(rt_event_is_set(&signal->event));
    return 0;
}

static int act_event(struct member *me)
{
    struct signal *signal = soak_alloc(sizeof(*signal));
    struct crew *crew = crew_create("event");
    rt_event_init(&signal->event);
    for (int i = 1 + (int)at_random(CREW_MOST); i > 0; i--)
        crew_add(crew, event_waiter, signal, 0);
    crew_disturb(crew, me);
    if (one_in(3)) { /* never seen by those that come later */
        rt_event_set(&signal->event);
        rt_event_clear(&signal->event);
        rt_event_set(&signal->event);
        pause_a_little(me);
    }
    rt_event_set(&signal->event);
    crew_end(crew);
    CHECK(signal->waiting == 0);
    rt_event_finish(&signal->event);
    free(signal);
    return 0;
}

/* --- condition: a shelf with room for a few, each thing taken once --- */

struct shelf {
    struct rt_lock lock;
    struct rt_condition changed, emptied; /* of one lock */
    int held, made, taken, to_make;
};

static bool has_room(void *arg)
{
    return ((struct shelf *)arg)->held < 2;
}

static bool has_some(void *arg)
{
    return ((struct shelf *)arg)->held > 0;
}

static int maker(struct member *me)
{
    struct shelf *shelf = me->scene;
    CHECK(INSIST(me, rt_lock_acquire(&shelf->lock, RT_FOREVER)) == 0);
    for (int i = 0; i < 6; i++) {
        CHECK(INSIST(me, rt_condition_wait_for(&shelf->emptied, has_room, shelf, RT_FOREVER)) == 0);
        CHECK(shelf->held < 2);
        shelf->held++;
        shelf->made++;
        CHECK((one_in(2) ? rt_condition_notify(&shelf->changed, 1) : rt_condition_notify_all(&shelf->changed)) == 0);
    }
    CHECK(rt_lock_release(&shelf->lock) == 0);
    return 0;
}

static int taker(struct member *me)
{
    struct shelf *shelf = me->scene;
    for (int i = 0; i < 6; i++) {
        CHECK(INSIST(me, rt_lock_acquire(&shelf->lock, RT_FOREVER)) == 0);
        while (shelf->held == 0) {
            int64_t deadline_ns = some_deadline();
            int error = one_in(2) ? rt_condition_wait(&shelf->changed, deadline_ns)
                                  : rt_condition_wait_for(&shelf->changed, has_some, shelf, deadline_ns);
            cut_short(me, error, deadline_ns);
        }
        shelf->held--;
        shelf->taken++;
        CHECK(rt_condition_notify(&shelf->emptied, 1) == 0);
        if (shelf->held > 0) /* who was notified may be cut short, which is no reason for others to go on waiting */
            CHECK(rt_condition_notify(&shelf->changed, 1) == 0);
        CHECK(rt_lock_release(&shelf->lock) == 0);
        pause_a_little(me);
    }
    return 0;
}

/* A cancelled task that has not begun would be missed. */
static void wait_for_begin(struct crew *crew, struct member *me)
{
    for (int i = 0; i < crew->count; i++)
        while (!crew->members[i].begun)
            pause_a_little(me);
}

static int act_condition(struct member *me)
{
    struct shelf *shelf = soak_alloc(sizeof(*shelf));
    struct crew *crew = crew_create("condition");
    rt_lock_init(&shelf->lock);
    rt_condition_init(&shelf->changed, &shelf->lock);
    rt_condition_init(&shelf->emptied, &shelf->lock);
    int pairs = 1 + (int)at_random(3);
    for (int i = 0; i < pairs; i++) {
        crew_add(crew, maker, shelf, 0);
        crew_add(crew, taker, shelf, 0);
    }
    wait_for_begin(crew, me);
    crew_disturb(crew, me);
    crew_end(crew);
    CHECK(shelf->held == 0 && shelf->made == 6 * pairs && shelf->taken == 6 * pairs);
    rt_condition_finish(&shelf->changed);
    rt_condition_finish(&shelf->emptied);
    rt_lock_finish(&shelf->lock);
    free(shelf);
    return 0;
}

/* --- notify: so many notifies, so many go on, even if those who were notified are cancelled before they run --- */

struct notified {
    struct rt_lock lock;
    struct rt_condition condition;
    int waiting, went_on;
};

static int wait_for_notify(struct member *me)
{
    struct notified *notified = me->scene;
    CHECK(INSIST(me, rt_lock_acquire(&notified->lock, RT_FOREVER)) == 0);
    notified->waiting++;
    int error = saw(me, rt_condition_wait(&notified->condition, RT_FOREVER));
    CHECK(error == 0 || error == -ECANCELED);
    notified->went_on += error == 0;
    CHECK(rt_lock_release(&notified->lock) == 0);
    return 0;
}

static void notify(struct member *me, struct notified *notified, uint32_t count)
{
    CHECK(INSIST(me, rt_lock_acquire(&notified->lock, RT_FOREVER)) == 0);
    CHECK(rt_condition_notify(&notified->condition, count) == 0);
    if (one_in(2))
        pause_a_little(me);
    CHECK(rt_lock_release(&notified->lock) == 0);
}

static int act_notify(struct member *me)
{
    struct notified *notified = soak_alloc(sizeof(*notified));
    struct crew *crew = crew_create("notify");
    int patient = 1 + (int)at_random(4);
    rt_lock_init(&notified->lock);
    rt_condition_init(&notified->condition, &notified->lock);
    for (int i = 1 + (int)at_random(4); i > 0; i--)
        crew_add(crew, wait_for_notify, notified, 0);
    for (int i = 0; i < patient; i++)
        crew_add(crew, wait_for_notify, notified, NEVER_CANCEL);
    while (notified->waiting < crew->count)
        pause_a_little(me);
    for (int i = 0; i < patient; i++) {
        notify(me, notified, 1);
        if (one_in(2))
            crew_disturb(crew, me);
    }
    while (notified->went_on < patient)
        pause_a_little(me);
    crew_disturb(crew, me);
    CHECK(notified->went_on == patient);
    notify(me, notified, UINT32_MAX);
    crew_end(crew);
    rt_condition_finish(&notified->condition);
    rt_lock_finish(&notified->lock);
    free(notified);
    return 0;
}

/* --- barrier: rounds of so many, each place given out once a round --- */

enum { ROUNDS = 4 };

struct fence {
    struct rt_barrier barrier;
    uint32_t parties;
    int passed, places;
    bool broken;
};

static int at_barrier(struct member *me)
{
    struct fence *fence = me->scene;
    for (int passed = 0; passed < ROUNDS;) {
        uint32_t place = UINT32_MAX;
        int64_t deadline_ns = some_deadline();
        int error = rt_barrier_wait(&fence->barrier, deadline_ns, &place);
        if (error == -EPIPE) {
            CHECK(fence->broken);
            return 0;
        }
        if (!cut_short(me, error, deadline_ns)) {
            CHECK(place < fence->parties);
            fence->places += (int)place;
            fence->passed++;
            passed++;
        }
        if (error < 0)
            pause_a_little(me);
    }
    return 0;
}

static int act_barrier(struct member *me)
{
    struct fence *fence = soak_alloc(sizeof(*fence));
    struct crew *crew = crew_create("barrier");
    int parties = 1 + (int)at_random(5);
    fence->parties = (uint32_t)parties;
    CHECK(rt_barrier_init(&fence->barrier, fence->parties) == 0);
    for (int i = 0; i < parties; i++)
        crew_add(crew, at_barrier, fence, 0);
    wait_for_begin(crew, me);
    crew_disturb(crew, me);
    if (one_in(4)) {
        fence->broken = true;
        rt_barrier_abort(&fence->barrier);
        CHECK(rt_barrier_is_broken(&fence->barrier));
    }
    crew_end(crew);
    CHECK(rt_barrier_waiting(&fence->barrier) == 0);
    if (!fence->broken)
        CHECK(fence->passed == ROUNDS * parties && fence->places == ROUNDS * parties * (parties - 1) / 2);
    rt_barrier_reset(&fence->barrier);
    rt_barrier_finish(&fence->barrier);
    free(fence);
    return 0;
}

/* --- rate limiter: never more than it allows --- */

struct flow {
    struct rt_rate_limiter limiter;
    int64_t begun_ns;
    int64_t taken;
};

enum { PERMITS = 4, PERIOD_NS = 1000000, BURST = 5 };

static int limited(struct member *me)
{
    struct flow *flow = me->scene;
    for (int i = 0; i < 4; i++) {
        uint32_t permits = 1 + at_random(BURST);
        int64_t deadline_ns = some_deadline();
        int error = one_in(4) ? rt_rate_limiter_try_acquire(&flow->limiter, permits)
                              : rt_rate_limiter_acquire(&flow->limiter, permits, deadline_ns);
        if (error == -EAGAIN || cut_short(me, error, deadline_ns))
            continue;
        flow->taken += permits;
        CHECK((flow->taken - BURST) * PERIOD_NS <= PERMITS * (rt_now_ns() - flow->begun_ns));
    }
    return 0;
}

static int act_rate(struct member *me)
{
    struct flow *flow = soak_alloc(sizeof(*flow));
    struct crew *crew = crew_create("rate");
    flow->begun_ns = rt_now_ns();
    CHECK(rt_rate_limiter_init(&flow->limiter, PERMITS, PERIOD_NS, BURST) == 0);
    for (int i = 1 + (int)at_random(4); i > 0; i--)
        crew_add(crew, limited, flow, 0);
    crew_disturb(crew, me);
    crew_end(crew);
    rt_rate_limiter_finish(&flow->limiter);
    free(flow);
    return 0;
}

const struct act sync_acts[] = {
    {"lock", act_lock},     {"semaphore", act_semaphore}, {"event", act_event}, {"condition", act_condition},
    {"notify", act_notify}, {"barrier", act_barrier},     {"rate", act_rate},   {NULL, NULL},
};
