/* What helps a person to see what a loop does: slow tasks, deadlocks, who waits for what, and a schedule at random. */
#include "internal.h"
#include <errno.h>
#include <iort/debug.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>
#include "text.h"

/* --- which tasks there are --- */

struct listing {
    rt_task_visit_fn visit;
    void *user;
    size_t count;
};

static struct rt_task_info describe(struct rt_task *task)
{
    const char *waits_for = task->waiting ? task->waits_for : NULL;
    struct rt_task_info info = {
        .task = task,
        .name = rt_task_name(task),
        .waits_for = waits_for,
        .waited_fd = -1,
        .state = (enum rt_task_state)task->state,
        .is_current = task->loop->current == task,
        .is_parked = task->parkable && task->parked,
    };
    if (waits_for == rt__waits_task)
        info.waited_name = rt_task_name(task->wait_item);
    else if (waits_for == rt__waits_read || waits_for == rt__waits_write)
        info.waited_fd = (int)(intptr_t)task->wait_item;
    return info;
}

static bool visit_one(struct rt_task *task, void *user)
{
    struct listing *listing = user;
    listing->count++;
    if (!listing->visit)
        return true;
    struct rt_task_info info = describe(task);
    return listing->visit(&info, listing->user);
}

size_t rt_task_list(struct rt_loop *loop, rt_task_visit_fn visit, void *user)
{
    struct listing listing = {.visit = visit, .user = user};
    rt__task_pool_each(loop, visit_one, &listing);
    return listing.count;
}

/* --- the same as text, without a call that a signal handler must not make --- */

static void add_name(struct rt__text *text, const struct rt_task *task, const char *name)
{
    if (*name) {
        rt__text_add(text, "\"");
        rt__text_add(text, name);
        rt__text_add(text, "\"");
    } else {
        rt__text_add(text, "without a name at ");
        rt__text_add_hex(text, (uintptr_t)task);
    }
}

static void add_wait(struct rt__text *text, const struct rt_task_info *info)
{
    rt__text_add(text, " waits for ");
    rt__text_add(text, info->waits_for);
    if (info->waited_name) {
        rt__text_add(text, " ");
        add_name(text, info->task->wait_item, info->waited_name);
    }
    if (info->waited_fd >= 0) {
        rt__text_add(text, " ");
        rt__text_add_number(text, info->waited_fd);
    }
}

struct dump {
    int fd, error;
};

static bool dump_one(const struct rt_task_info *info, void *user)
{
    struct dump *dump = user;
    struct rt__text text;
    rt__text_init(&text);
    rt__text_add(&text, "  task ");
    add_name(&text, info->task, info->name);
    if (info->waits_for)
        add_wait(&text, info);
    else if (info->is_current)
        rt__text_add(&text, " runs");
    else
        rt__text_add(&text, info->state == RT_TASK_PENDING ? " has not begun" : " is ready to run");
    if (info->is_parked)
        rt__text_add(&text, " (put aside)");
    rt__text_add(&text, "\n");
    dump->error = rt__text_write(&text, dump->fd);
    return dump->error == 0;
}

int rt_dump_tasks(struct rt_loop *loop, int fd)
{
    struct dump dump = {.fd = fd};
    struct rt__text text;
    rt__text_init(&text);
    rt__text_add(&text, "iort: tasks of the loop at ");
    rt__text_add_hex(&text, (uintptr_t)loop);
    rt__text_add(&text, ": ");
    rt__text_add_number(&text, (int64_t)loop->stats.tasks_now);
    rt__text_add(&text, "\n");
    dump.error = rt__text_write(&text, fd);
    if (dump.error == 0)
        rt_task_list(loop, dump_one, &dump);
    return dump.error;
}

/* --- on a signal --- */

enum { RUNNING_MOST = 64 };

/* The threads that run loops, so that a signal that comes to one of them can be passed on to the others. */
static struct {
    atomic_bool used;
    pthread_t thread;
} running[RUNNING_MOST];

static __thread int running_place = -1;

void rt__debug_loop_begins(void)
{
    for (int i = 0; i < RUNNING_MOST; i++) {
        bool free_place = false;
        if (!atomic_compare_exchange_strong(&running[i].used, &free_place, true))
            continue;
        running[i].thread = pthread_self();
        running_place = i;
        return;
    }
}

void rt__debug_loop_ends(void)
{
    if (running_place >= 0)
        atomic_store(&running[running_place].used, false);
    running_place = -1;
}

static void dump_handler(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    int error = errno;
    if (rt__loop)
        rt_dump_tasks(rt__loop, STDERR_FILENO);
    if (info->si_code != SI_TKILL) /* not one that was passed on already */
        for (int i = 0; i < RUNNING_MOST; i++)
            if (i != running_place && atomic_load(&running[i].used))
                pthread_kill(running[i].thread, signal_number);
    errno = error;
}

int rt_dump_on_signal(int signal_number)
{
    struct sigaction action = {.sa_sigaction = dump_handler, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, NULL) < 0 ? -errno : 0;
}

/* --- reports --- */

static void report(struct rt_loop *loop, struct rt__text *text)
{
    if (loop->options.report) {
        loop->options.report(text->bytes, loop->options.report_user);
        return;
    }
    struct rt__text line;
    rt__text_init(&line);
    rt__text_add(&line, "iort: ");
    rt__text_add(&line, text->bytes);
    rt__text_add(&line, "\n");
    rt__text_write(&line, STDERR_FILENO);
}

static bool add_to_report(const struct rt_task_info *info, void *user)
{
    struct rt__text *text = user;
    rt__text_add(text, "; task ");
    add_name(text, info->task, info->name);
    if (info->waits_for)
        add_wait(text, info);
    return rt__text_has_room(text);
}

void rt__debug_deadlock(struct rt_loop *loop)
{
    struct rt__text text;
    rt__text_init(&text);
    rt__text_add(&text, "deadlock: nothing can wake any of the tasks (");
    rt__text_add_number(&text, (int64_t)loop->stats.tasks_now);
    rt__text_add(&text, ")");
    rt_task_list(loop, add_to_report, &text);
    report(loop, &text);
}

void rt__debug_slow(struct rt_loop *loop, const struct rt_task *task, int64_t held_ns)
{
    if (loop->options.slow_ns == 0 || held_ns <= loop->options.slow_ns)
        return;
    struct rt__text text;
    rt__text_init(&text);
    if (task) {
        rt__text_add(&text, "task ");
        add_name(&text, task, rt_task_name(task));
    } else {
        rt__text_add(&text, "callbacks");
    }
    rt__text_add(&text, " held the loop for ");
    rt__text_add_number(&text, held_ns / RT_NS_PER_MS);
    rt__text_add(&text, " ms");
    report(loop, &text);
}

void rt__debug_switch(struct rt_loop *loop, struct rt_task *to)
{
    (void)to;
    if (loop->options.slow_ns == 0)
        return;
    int64_t now = rt_now_ns();
    if (loop->current)
        rt__debug_slow(loop, loop->current, now - loop->slice_begun_ns);
    loop->slice_begun_ns = now;
}

/* --- a schedule at random --- */

/* xorshift64*: George Marsaglia, "Xorshift RNGs", 2003; the multiplier is Sebastiano Vigna's. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

struct rt_task *rt__debug_pick(struct rt_loop *loop)
{
    uint64_t place = next_random(&loop->schedule_state) % loop->ready_count;
    struct rt_task *before = NULL, *task = loop->ready_first;
    for (; place > 0; place--) {
        before = task;
        task = task->next;
    }
    if (before)
        before->next = task->next;
    else
        loop->ready_first = task->next;
    if (task->next)
        task->next->ready_prev = before;
    else
        loop->ready_last = before;
    loop->ready_count--;
    return task;
}
