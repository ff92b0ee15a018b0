/* What people are shown: the list of tasks, the dump on a call and on a signal, slow tasks, deadlocks. */
#include <fcntl.h>
#include <iort/debug.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include "context/context.h"
#include "park.h"
#include "rt_test.h"
#include "text.h"

/* --- the list --- */

struct found {
    char text[32][128];
    int count;
};

static bool find(const struct rt_task_info *info, void *user)
{
    struct found *found = user;
    snprintf(found->text[found->count++], sizeof(found->text[0]), "%s|%s|%s|%d|%d|%d", info->name,
             info->waits_for ? info->waits_for : "-", info->waited_name ? info->waited_name : "-", info->waited_fd,
             (int)info->state, info->is_current);
    return found->count < 32;
}

static bool has(const struct found *found, const char *text)
{
    for (int i = 0; i < found->count; i++)
        if (strcmp(found->text[i], text) == 0)
            return true;
    return false;
}

static int wait_for_event(void *arg)
{
    return rt_event_wait(arg, RT_FOREVER);
}

static int wait_for_task(void *arg)
{
    return rt_task_await(arg, NULL);
}

static int wait_for_bytes(void *arg)
{
    return rt_io_wait(*(int *)arg, RT_READ, RT_FOREVER);
}

static int sleep_long(void *arg)
{
    (void)arg;
    return rt_sleep_ns(3600 * RT_NS_PER_S);
}

static struct rt_task *spawn_named(rt_task_fn fn, void *arg, const char *name)
{
    struct rt_task *task;
    struct rt_task_options options = {.name = name};
    assert_int_equal(rt_task_spawn_with(&task, fn, arg, &options), 0);
    return task;
}

TASK_TEST(the_list_says_what_each_task_waits_for)
{
    struct rt_event event;
    rt_event_init(&event);
    int ends[2];
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    struct rt_task *waiter = spawn_named(wait_for_event, &event, "waiter");
    struct rt_task *tasks[] = {waiter, spawn_named(wait_for_task, waiter, "awaiting"),
                               spawn_named(wait_for_bytes, &ends[0], "reader"), spawn_named(sleep_long, NULL, "")};
    let_others_run();
    struct rt_task *fresh = spawn_named(sleep_long, NULL, "fresh");

    struct found found = {0};
    assert_int_equal(rt_task_list(rt_loop_current(), find, &found), 6);
    char reader[128];
    snprintf(reader, sizeof(reader), "reader|read of descriptor|-|%d|1|0", ends[0]);
    assert_true(has(&found, "main|-|-|-1|1|1"));
    assert_true(has(&found, "waiter|event|-|-1|1|0"));
    assert_true(has(&found, "awaiting|task|waiter|-1|1|0"));
    assert_true(has(&found, reader));
    assert_true(has(&found, "|sleep|-|-1|1|0"));
    assert_true(has(&found, "fresh|-|-|-1|0|0"));

    for (int i = 0; i < 4; i++)
        rt_task_cancel(tasks[i]);
    for (int i = 0; i < 4; i++)
        assert_int_equal(join(tasks[i]), -ECANCELED);
    rt_task_cancel(fresh);
    rt_task_release(fresh);
    rt_close(ends[0]);
    rt_close(ends[1]);
    rt_event_finish(&event);
}

/* --- the dump --- */

static void read_all(int fd, char *text, size_t size)
{
    size_t have = 0;
    ssize_t n;
    while (have < size - 1 && (n = read(fd, text + have, size - 1 - have)) > 0)
        have += (size_t)n;
    text[have] = 0;
}

TASK_TEST(a_dump_has_a_line_for_each_task)
{
    struct rt_event event;
    rt_event_init(&event);
    int ends[2];
    char text[4096];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct rt_task *waiter = spawn_named(wait_for_event, &event, "waiter");
    struct rt_task *awaiting = spawn_named(wait_for_task, waiter, "awaiting");
    struct rt_task *reader = spawn_named(wait_for_bytes, &ends[0], "reader"), *yielding, *fresh;
    struct rt_task_options parkable = {.parkable = true, .name = "parkable"};
    struct rt_task *parked[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(rt_task_spawn_with(&parked[i], wait_for_event, &event, &parkable), 0);
    let_others_run();
    yielding = spawn_named(yield_twice, NULL, "yielding");
    assert_int_equal(rt_yield(), 0);
    fresh = spawn_named(yield_twice, NULL, "fresh");
    assert_int_equal(rt_dump_tasks(rt_loop_current(), ends[1]), 0);
    assert_int_equal(join(reader), 0);
    assert_int_equal(join(yielding), 0);
    assert_int_equal(join(fresh), 0);
    close(ends[1]);
    read_all(ends[0], text, sizeof(text));
    char line[64];
    snprintf(line, sizeof(line), "  task \"reader\" waits for read of descriptor %d\n", ends[0]);
    assert_non_null(strstr(text, line));
    close(ends[0]);
    assert_non_null(strstr(text, ": 8\n"));
    assert_non_null(strstr(text, "  task \"yielding\" is ready to run\n"));
    assert_non_null(strstr(text, "  task \"fresh\" has not begun\n"));
    if (rt__park_supported()) /* one of the two: the other is where it was */
        assert_non_null(strstr(text, "  task \"parkable\" waits for event (put aside)\n"));
    assert_non_null(strstr(text, "  task \"main\" runs\n"));
    assert_non_null(strstr(text, "  task \"waiter\" waits for event\n"));
    assert_non_null(strstr(text, "  task \"awaiting\" waits for task \"waiter\"\n"));
    assert_int_equal(rt_dump_tasks(rt_loop_current(), -1), -EBADF);
    rt_event_set(&event);
    join(awaiting);
    join(waiter);
    join(parked[0]);
    join(parked[1]);
    rt_event_finish(&event);
}

static void a_text_shows_any_number(void **state)
{
    (void)state;
    int ends[2];
    char text[128];
    struct rt__text numbers;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    rt__text_init(&numbers);
    for (int i = 0; i < 4; i++) {
        rt__text_add_number(&numbers, ((int64_t[]){0, -7, INT64_MIN, INT64_MAX})[i]);
        rt__text_add(&numbers, " ");
    }
    rt__text_add_hex(&numbers, 0xbeef0);
    assert_int_equal(rt__text_write(&numbers, ends[1]), 0);
    close(ends[1]);
    read_all(ends[0], text, sizeof(text));
    close(ends[0]);
    assert_string_equal(text, "0 -7 -9223372036854775808 9223372036854775807 0xbeef0");
}

/* In another process: stderr is its own there. The child's loop is held by a task that never waits, and another
 * thread's loop is asleep; the signal comes to either. */
static int hold_the_loop(void *arg)
{
    volatile bool *stop = arg;
    while (!*stop)
        ;
    return 0;
}

static volatile bool never;

static int hang(void *arg)
{
    (void)arg;
    spawn_named(hold_the_loop, (void *)&never, "the holder");
    return rt_sleep_ns(3600 * RT_NS_PER_S);
}

static void *sleep_in_a_thread(void *arg)
{
    (void)arg;
    rt_run(sleep_long, NULL, NULL);
    return NULL;
}

static void leave(int signal_number)
{
    (void)signal_number;
    leave_coverage();
    _exit(0);
}

static void a_signal_shows_the_tasks_of_all_loops(void **state)
{
    (void)state;
#ifdef RT_TSAN
    return; /* the thread sanitizer keeps a signal until the thread makes a system call, and the holder makes none */
#endif
    int ends[2], status;
    char text[8192] = "";
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    signal(SIGUSR1, SIG_IGN); /* until the child has said what shall happen */
    pid_t child = fork();
    if (child != 0)
        signal(SIGUSR1, SIG_DFL);
    assert_true(child >= 0);
    if (child == 0) {
        pthread_t thread;
        dup2(ends[1], STDERR_FILENO);
        signal(SIGTERM, leave);
        rt_dump_on_signal(SIGUSR1);
        pthread_create(&thread, NULL, sleep_in_a_thread, NULL);
        rt_run(hang, NULL, NULL);
        _exit(0);
    }
    close(ends[1]);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    size_t have = 0;
    bool seen = false;
    for (int i = 0; i < 400 && !seen; i++) { /* until both loops are there and have been told */
        usleep(20000);
        kill(child, SIGUSR1);
        ssize_t n = read(ends[0], text + have, sizeof(text) - 1 - have);
        have += n > 0 ? (size_t)n : 0;
        if (have > sizeof(text) / 2) {
            have = 0;
            memset(text, 0, sizeof(text));
        }
        text[have] = 0;
        seen = strstr(text, "task \"the holder\" runs") && strstr(text, "task \"main\" waits for sleep");
    }
    kill(child, SIGTERM);
    assert_int_equal(waitpid(child, &status, 0), child);
    close(ends[0]);
    assert_true(seen);
}

/* --- reports --- */

struct reports {
    char text[8][512];
    int count;
};

static void note(const char *text, void *user)
{
    struct reports *reports = user;
    if (reports->count < 8)
        snprintf(reports->text[reports->count], sizeof(reports->text[0]), "%s", text);
    reports->count++;
}

static void hold_for_50_ms(void *arg)
{
    (void)arg;
    for (int64_t until = rt_deadline_ns(50 * RT_NS_PER_MS); rt_now_ns() < until;)
        ;
}

static int be_slow(void *arg)
{
    rt_yield();
    hold_for_50_ms(arg);
    return rt_yield();
}

static int be_quick_and_slow(void *arg)
{
    (void)arg;
    struct rt_call soon, later;
    struct rt_task *slow = spawn_named(be_slow, NULL, "the slow one"), *quick = spawn_named(yield_twice, NULL, "quick");
    join(slow);
    join(quick);
    rt_call_init(&soon, hold_for_50_ms, NULL);
    rt_call_init(&later, hold_for_50_ms, NULL);
    rt_call_soon(&soon);
    let_others_run();
    rt_call_later(&later, RT_NS_PER_MS);
    return rt_sleep_ns(5 * RT_NS_PER_MS);
}

static void what_holds_the_loop_for_long_is_reported_by_name(void **state)
{
    (void)state;
    struct reports reports = {0};
    struct rt_loop_options options = {.slow_ns = 40 * RT_NS_PER_MS, .report = note, .report_user = &reports};
    assert_int_equal(rt_run(be_quick_and_slow, NULL, &options), 0);
    /* A machine that stops for a while may make others slow, too. */
    int slow = 0, callbacks = 0;
    for (int i = 0; i < reports.count && i < 8; i++) {
        slow += strncmp(reports.text[i], "task \"the slow one\" held the loop for ", 38) == 0;
        callbacks += strncmp(reports.text[i], "callbacks held the loop for ", 28) == 0;
    }
    assert_true(slow >= 1);
    assert_true(callbacks >= 2);
    struct reports none = {0};
    struct rt_loop_options patient = {.slow_ns = 3600 * RT_NS_PER_S, .report = note, .report_user = &none};
    assert_int_equal(rt_run(be_quick_and_slow, NULL, &patient), 0);
    assert_int_equal(none.count, 0);
}

static int await_in_vain(void *arg)
{
    struct rt_event *event = arg;
    struct rt_task *waiter = spawn_named(wait_for_event, event, "waits in vain");
    int error = rt_task_await(waiter, NULL);
    rt_task_release(waiter);
    return error;
}

static void a_deadlock_is_reported_with_names(void **state)
{
    (void)state;
    struct reports reports = {0};
    struct rt_event event;
    rt_event_init(&event);
    struct rt_loop_options options = {.report = note, .report_user = &reports};
    assert_int_equal(rt_run(await_in_vain, &event, &options), -EDEADLK);
    assert_int_equal(reports.count, 1);
    assert_non_null(strstr(reports.text[0], "deadlock: nothing can wake any of the tasks (2)"));
    assert_non_null(strstr(reports.text[0], "; task \"main\" waits for task \"waits in vain\""));
    assert_non_null(strstr(reports.text[0], "; task \"waits in vain\" waits for event"));
    rt_event_finish(&event);
}

static int many_deadlocked(void *arg)
{
    for (int i = 0; i < 100; i++)
        assert_int_equal(rt_task_spawn(NULL, wait_for_event, arg), 0);
    return rt_event_wait(arg, RT_FOREVER);
}

static void a_report_of_many_tasks_is_cut(void **state)
{
    (void)state;
    struct reports reports = {0};
    struct rt_event event;
    rt_event_init(&event);
    struct rt_loop_options options = {.report = note, .report_user = &reports};
    assert_int_equal(rt_run(many_deadlocked, &event, &options), -EDEADLK);
    assert_int_equal(reports.count, 1);
    assert_non_null(strstr(reports.text[0], "(101)"));
    assert_true(strlen(reports.text[0]) < 512);
    rt_event_finish(&event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_says_what_each_task_waits_for),
        cmocka_unit_test(a_dump_has_a_line_for_each_task),
        cmocka_unit_test(a_text_shows_any_number),
        cmocka_unit_test(a_signal_shows_the_tasks_of_all_loops),
        cmocka_unit_test(what_holds_the_loop_for_long_is_reported_by_name),
        cmocka_unit_test(a_deadlock_is_reported_with_names),
        cmocka_unit_test(a_report_of_many_tasks_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
