/* The loop's turn: run what is ready, hand transfers to libcurl, ask the kernel, fire what is due. */
#include "internal.h"
#include "overflow.h"
#include <assert.h>
#include <errno.h>
#include <iort/executor.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

/*
 * Switches between two looks at the kernel while tasks stay ready. As many as take about TURN_NS, however much the
 * tasks do between two waits: often enough that a busy loop notices its descriptors within microseconds, seldom enough
 * that the system calls do not show in a yield.
 */
enum { TURN_BUDGET_LEAST = 256, TURN_BUDGET_MOST = 8192, TURN_NS = 25000 };
enum { STACK_BYTES_DEFAULT = 65536 };

/* No machine has it, and sums of it do not overflow. */
#define STACK_BYTES_MOST (SIZE_MAX / 1024)

__thread struct rt_loop *rt__loop;

struct rt_loop *rt_loop_current(void)
{
    return rt__loop;
}

/* --- wake-ups from outside --- */

static void timer_ready(struct ev_loop *ev, ev_io *io, int events)
{
    (void)ev;
    (void)events;
    struct rt_loop *loop = io->data;
    /* Not read: setting it again clears it, and saves the system call. */
    loop->timer_expired = true;
    loop->timer_armed_ns = RT_FOREVER;
}

static void remote_ready(struct ev_loop *ev, ev_io *io, int events)
{
    (void)ev;
    (void)events;
    struct rt_loop *loop = io->data;
    uint64_t count;
    ssize_t ignored =
        read(loop->remote_fd, &count, sizeof(count)); /* before the list is taken: what comes later wakes again */
    (void)ignored;
    pthread_mutex_lock(&loop->remote_mutex);
    struct rt__remote *remote = loop->remote_first;
    loop->remote_first = NULL;
    pthread_mutex_unlock(&loop->remote_mutex);

    struct rt__remote *oldest = NULL;
    while (remote) {
        struct rt__remote *next = remote->next;
        remote->next = oldest;
        oldest = remote;
        remote = next;
    }
    while (oldest) {
        struct rt__remote *next = oldest->next; /* the memory is the sender's: gone once it is told */
        if (oldest->arrive) {
            oldest->arrive(oldest);
        } else {
            oldest->arrived = true;
            rt__wake(oldest->task, 0);
        }
        oldest = next;
    }
}

void rt__remote_send(struct rt_loop *loop, struct rt__remote *remote)
{
    static const uint64_t one = 1;
    pthread_mutex_lock(&loop->remote_mutex);
    bool first = !loop->remote_first;
    remote->next = loop->remote_first;
    loop->remote_first = remote;
    /* Within the lock: once it is free the loop may run the task, end, and be destroyed. */
    if (first) {
        ssize_t ignored = write(loop->remote_fd, &one, sizeof(one));
        (void)ignored;
    }
    pthread_mutex_unlock(&loop->remote_mutex);
}

/* --- one turn --- */

static int timer_arm(struct rt_loop *loop, int64_t deadline_ns)
{
    struct itimerspec spec = {0}; /* zero: disarmed */
    if (deadline_ns != RT_FOREVER) {
        spec.it_value.tv_sec = deadline_ns / RT_NS_PER_S;
        spec.it_value.tv_nsec = deadline_ns % RT_NS_PER_S;
        if (deadline_ns <= 0)
            spec.it_value.tv_nsec = 1;
    }
    if (timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL) < 0)
        return -errno;
    loop->timer_armed_ns = deadline_ns;
    loop->timer_expired = false;
    return 0;
}

/* Ask the kernel for events; if the loop is idle, sleep in it, at most until the next deadline. */
static void poll_events(struct rt_loop *loop, bool idle)
{
    int64_t next = rt__timers_next(&loop->timers);
    if (idle && next != RT_FOREVER && next <= rt_now_ns())
        idle = false;
    /* An earlier alarm than needed only wakes the loop once for nothing; moving it at each turn would cost a system
     * call each. */
    if (idle && (loop->timer_expired || next < loop->timer_armed_ns))
        timer_arm(loop, next);
    loop->stats.turns++;
    ev_run(loop->ev, idle ? EVRUN_ONCE : EVRUN_NOWAIT);
}

/* Another thread may have asked for something that the kernel has not told of yet. */
static bool remote_pending(struct rt_loop *loop)
{
    pthread_mutex_lock(&loop->remote_mutex);
    bool pending = loop->remote_first;
    pthread_mutex_unlock(&loop->remote_mutex);
    return pending;
}

/* Returns whether what the loop runs for has come to its end: the main task, or as it is destroyed everything. */
static bool is_over(struct rt_loop *loop)
{
    if (loop->running)
        return loop->stopping || (loop->main_task && rt__is_done(loop->main_task));
    return loop->stats.tasks_now == 0 && !loop->calls && !remote_pending(loop);
}

static void run_calls(struct rt_loop *loop)
{
    int64_t begun_ns = loop->watched ? rt_now_ns() : 0;
    rt__call_run_all(&loop->calls, &loop->calls_end);
    if (loop->watched)
        rt__debug_slow(loop, NULL, rt_now_ns() - begun_ns);
}

static void fire_timers(struct rt_loop *loop)
{
    int64_t begun_ns = rt_now_ns();
    rt__timers_fire(&loop->timers, begun_ns);
    if (loop->watched) /* among them may be callbacks */
        rt__debug_slow(loop, NULL, rt_now_ns() - begun_ns);
}

/* The budget was used up: was it too much, or too little? */
static void adapt_budget(struct rt_loop *loop, int64_t turn_ns)
{
    if (turn_ns < TURN_NS / 2 && loop->turn_budget < TURN_BUDGET_MOST)
        loop->turn_budget *= 2;
    else if (turn_ns > TURN_NS && loop->turn_budget > TURN_BUDGET_LEAST)
        loop->turn_budget /= 2;
}

/* Returns false if nothing is ready and nothing ever will be. */
static bool turn(struct rt_loop *loop)
{
    /* At least everyone who is ready now: what a woken task does not get to read would be reported anew, and cost two
     * epoll_ctl to keep quiet. */
    unsigned budget = loop->ready_count > loop->turn_budget ? loop->ready_count : loop->turn_budget;
    loop->budget = budget;
    loop->budget_unused = 0;
    int64_t begun_ns = loop->used_up ? rt_now_ns() : 0; /* of interest in a busy loop alone */
    if (loop->calls)
        run_calls(loop);
    rt__task_run_ready(loop);
    loop->stats.switches += budget - loop->budget - loop->budget_unused;
    loop->used_up = loop->budget == 0 && loop->budget_unused == 0;
    if (loop->used_up && begun_ns)
        adapt_budget(loop, rt_now_ns() - begun_ns);
    if (is_over(loop)) /* not a moment is spent on what the others wait for */
        return true;
    bool curl_again = loop->curl && rt__curl_turn(loop);
    bool idle = !loop->ready_first && !loop->calls && !curl_again;
    if (idle && !loop->timers.count && !loop->outside && !remote_pending(loop))
        return false;
    /* What the kernel has told of comes first: asked again, it would tell it again. */
    if (!loop->curl || !rt__curl_has_fired(loop))
        poll_events(loop, idle);
    if (loop->timers.count)
        fire_timers(loop);
    if (loop->curl)
        rt__curl_collect(loop);
    return true;
}

/* --- making, running, ending --- */

static const struct {
    enum rt_backend backend;
    unsigned ev;
    const char *name;
} backends[] = {
    {RT_BACKEND_EPOLL, EVBACKEND_EPOLL, "epoll"},         {RT_BACKEND_POLL, EVBACKEND_POLL, "poll"},
    {RT_BACKEND_SELECT, EVBACKEND_SELECT, "select"},      {RT_BACKEND_LINUXAIO, EVBACKEND_LINUXAIO, "linuxaio"},
    {RT_BACKEND_IO_URING, EVBACKEND_IOURING, "io_uring"},
};

static int backend_create(struct ev_loop **ret_ev, enum rt_backend backend)
{
    unsigned wanted = backend == RT_BACKEND_AUTO ? EVBACKEND_EPOLL : 0;
    for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
        if (backends[i].backend == backend)
            wanted = backends[i].ev;
    if (!wanted)
        return -EINVAL;
    if (!(ev_supported_backends() & wanted))
        return -ENOTSUP;
    errno = 0;
    struct ev_loop *ev = ev_loop_new(wanted | EVFLAG_NOENV);
    bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
    if (!ev && !exhausted && backend == RT_BACKEND_AUTO)
        ev = ev_loop_new(EVBACKEND_POLL | EVBACKEND_SELECT | EVFLAG_NOENV);
    if (!ev)
        return exhausted ? -errno : -ENOTSUP;
    *ret_ev = ev;
    return 0;
}

int rt_loop_create(struct rt_loop **ret_loop, const struct rt_loop_options *options)
{
    if (options && options->stack_bytes > STACK_BYTES_MOST)
        return -ENOMEM;
    struct rt_loop *loop = calloc(1, sizeof(*loop));
    if (!loop)
        return -ENOMEM;
    if (options)
        loop->options = *options;
    if (!loop->options.stack_bytes)
        loop->options.stack_bytes = STACK_BYTES_DEFAULT;
    rt__stack_pool_init(&loop->stacks, loop->options.stack_bytes);

    loop->watched = loop->options.slow_ns > 0 || loop->options.schedule_seed != 0;
    loop->turn_budget = TURN_BUDGET_LEAST;
    loop->schedule_state = loop->options.schedule_seed;
    int error;
    loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (loop->timer_fd < 0) {
        error = -errno;
        goto free_loop;
    }
    /* Not an ev_async: libev aborts the program where no descriptor is left for it. */
    loop->remote_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (loop->remote_fd < 0) {
        error = -errno;
        goto close_timer;
    }
    error = backend_create(&loop->ev, loop->options.backend);
    if (error < 0)
        goto close_remote;
    pthread_mutex_init(&loop->remote_mutex, NULL);
    ev_io_init(&loop->timer_io, timer_ready, loop->timer_fd, EV_READ);
    loop->timer_io.data = loop;
    loop->timer_armed_ns = RT_FOREVER;
    ev_io_start(loop->ev, &loop->timer_io);
    ev_io_init(&loop->remote_io, remote_ready, loop->remote_fd, EV_READ);
    loop->remote_io.data = loop;
    ev_io_start(loop->ev, &loop->remote_io);
    *ret_loop = loop;
    return 0;

close_remote:
    close(loop->remote_fd);
close_timer:
    close(loop->timer_fd);
free_loop:
    free(loop);
    return error;
}

/* What belongs to the thread that runs a loop. */
static void loop_enter(struct rt_loop *loop)
{
    rt__loop = loop;
    rt__context_init_thread(&loop->context);
    rt__overflow_begin(loop);
    rt__debug_loop_begins();
}

static void loop_leave(struct rt_loop *loop)
{
    rt__debug_loop_ends();
    rt__overflow_end(loop);
    rt__loop = NULL;
}

int rt_loop_run(struct rt_loop *loop, rt_task_fn main_fn, void *arg)
{
    if (rt__loop || loop->running)
        return -EBUSY;
    struct rt_task *main_task = NULL;
    int error = main_fn ? rt__task_create(loop, &main_task, main_fn, arg) : 0;
    if (error < 0)
        return error;
    if (main_task)
        rt_task_set_name(main_task, "main");
    loop->running = true;
    loop->main_task = main_task;
    loop_enter(loop);

    int result = 0;
    while (!is_over(loop)) {
        if (turn(loop))
            continue;
        rt__debug_deadlock(loop);
        if (!main_task || !rt__wake(main_task, -EDEADLK)) {
            result = -EDEADLK;
            break;
        }
    }
    if (main_task) {
        result = rt__is_done(main_task) ? main_task->result : -EINTR;
        rt_task_release(main_task);
    }
    loop->stopping = false;
    loop->main_task = NULL;
    loop->running = false;
    loop_leave(loop);
    return result;
}

static void stop_arrived(struct rt__remote *remote)
{
    (void)remote;
    rt__loop->stopping = true;
    free(remote);
}

int rt_loop_stop(struct rt_loop *loop)
{
    if (loop == rt__loop) {
        loop->stopping = true;
        return 0;
    }
    struct rt__remote *remote = calloc(1, sizeof(*remote));
    if (!remote)
        return -ENOMEM;
    remote->arrive = stop_arrived;
    rt__remote_send(loop, remote);
    return 0;
}

void rt_loop_hold(struct rt_loop *loop)
{
    loop->outside++;
}

void rt_loop_unhold(struct rt_loop *loop)
{
    assert(loop->outside > 0);
    loop->outside--;
}

static bool cancel_one(struct rt_task *task, void *user)
{
    (void)user;
    rt_task_cancel(task);
    return true;
}

static void cancel_all(struct rt_loop *loop)
{
    rt__task_pool_each(loop, cancel_one, NULL);
}

void rt_loop_destroy(struct rt_loop *loop)
{
    if (!loop)
        return;
    loop_enter(loop);
    cancel_all(loop);
    while (!is_over(loop)) {
        if (!turn(loop))
            cancel_all(loop);
    }
    rt__curl_finish(loop);
    rt_executor_destroy(loop->executor);
    loop_leave(loop);

    rt__io_finish(loop);
    ev_io_stop(loop->ev, &loop->timer_io);
    ev_io_stop(loop->ev, &loop->remote_io);
    /* Whoever sent the last wake-up may still hold the lock. */
    pthread_mutex_lock(&loop->remote_mutex);
    pthread_mutex_unlock(&loop->remote_mutex);
    pthread_mutex_destroy(&loop->remote_mutex);
    ev_loop_destroy(loop->ev);
    close(loop->remote_fd);
    close(loop->timer_fd);
    rt__timers_finish(&loop->timers);
    rt__task_pool_finish(loop);
    rt__stage_finish(loop);
    rt__stack_pool_finish(&loop->stacks);
    free(loop);
}

int rt_run(rt_task_fn main_fn, void *arg, const struct rt_loop_options *options)
{
    if (rt__loop)
        return -EBUSY;
    struct rt_loop *loop;
    int error = rt_loop_create(&loop, options);
    if (error < 0)
        return error;
    int result = rt_loop_run(loop, main_fn, arg);
    rt_loop_destroy(loop);
    return result;
}

void rt_loop_stats(const struct rt_loop *loop, struct rt_loop_stats *ret_stats)
{
    *ret_stats = loop->stats;
    ret_stats->stacks_now = loop->stacks.mapped;
    ret_stats->guard = loop->stacks.guard;
}

const char *rt_loop_backend(const struct rt_loop *loop)
{
    for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
        if (backends[i].ev == ev_backend(loop->ev))
            return backends[i].name;
    return "unknown";
}
