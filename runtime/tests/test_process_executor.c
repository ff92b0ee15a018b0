/* A pool of processes: answers, order, crashes, cancel and deadline of a running call, and nothing left behind. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include "rt_test.h"

static struct rt_process_executor *pool(unsigned workers)
{
    struct rt_process_executor *executor = NULL;
    const struct rt_process_executor_options options = {.workers = workers};
    assert_int_equal(rt_process_executor_create(&executor, &options), 0);
    return executor;
}

static void assert_no_child_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static ssize_t reverse(const void *in, size_t in_bytes, void *out, size_t out_size)
{
    if (in_bytes > out_size)
        return -ENOSPC;
    for (size_t i = 0; i < in_bytes; i++)
        ((char *)out)[i] = ((const char *)in)[in_bytes - 1 - i];
    return (ssize_t)in_bytes;
}

static ssize_t tell_pid(const void *in, size_t in_bytes, void *out, size_t out_size)
{
    (void)in;
    (void)in_bytes;
    pid_t pid = getpid();
    memcpy(out, &pid, sizeof(pid));
    return out_size < sizeof(pid) ? -ENOSPC : (ssize_t)sizeof(pid);
}

static ssize_t nap(const void *in, size_t in_bytes, void *out, size_t out_size)
{
    (void)in_bytes;
    usleep(*(const unsigned *)in);
    return tell_pid(NULL, 0, out, out_size);
}

static ssize_t end_by(const void *in, size_t in_bytes, void *out, size_t out_size)
{
    (void)in_bytes;
    (void)out;
    (void)out_size;
    int number = *(const int *)in;
    if (number == 0)
        _exit(9);
    raise(number);
    return 0;
}

static ssize_t say_too_much(const void *in, size_t in_bytes, void *out, size_t out_size)
{
    (void)in;
    (void)in_bytes;
    (void)out;
    return (ssize_t)out_size + 1;
}

static pid_t worker_pid(struct rt_process_executor *executor)
{
    pid_t pid = 0;
    const struct rt_process_call call = {.fn = tell_pid, .out = &pid, .out_size = sizeof(pid)};
    ssize_t returned = 0;
    assert_int_equal(rt_process_executor_call(executor, &call, SOON, &returned, NULL), 0);
    assert_int_equal(returned, sizeof(pid));
    return pid;
}

TASK_TEST(bytes_go_in_and_come_out)
{
    struct rt_process_executor *executor = pool(1);
    enum { SIZE = 65536 };
    char *in = malloc(SIZE), *out = malloc(SIZE);
    assert_non_null(in);
    assert_non_null(out);
    for (size_t i = 0; i < SIZE; i++)
        in[i] = (char)(i * 13 >> 1);
    const size_t sizes[] = {0, 1, 1000, SIZE};
    for (int i = 0; i < 4; i++) {
        ssize_t returned = -1;
        const struct rt_process_call call = {reverse, in, sizes[i], out, SIZE};
        assert_int_equal(rt_process_executor_call(executor, &call, SOON, &returned, NULL), 0);
        assert_int_equal(returned, sizes[i]);
        for (size_t j = 0; j < sizes[i]; j++)
            assert_int_equal(out[j], in[sizes[i] - 1 - j]);
    }
    ssize_t returned = 0;
    const struct rt_process_call refused = {reverse, in, 2, out, 1}, large_in = {reverse, in, SIZE + 1, out, 1},
                                 large_out = {reverse, in, 1, out, SIZE + 1};
    assert_int_equal(rt_process_executor_call(executor, &refused, SOON, &returned, NULL), 0);
    assert_int_equal(returned, -ENOSPC);
    assert_int_equal(rt_process_executor_call(executor, &large_in, SOON, &returned, NULL), -EMSGSIZE);
    assert_int_equal(rt_process_executor_call(executor, &large_out, SOON, &returned, NULL), -EMSGSIZE);
    pid_t pid = worker_pid(executor);
    assert_int_not_equal(pid, getpid());
    assert_int_equal(worker_pid(executor), pid); /* it stays */
    rt_process_executor_destroy(executor);
    free(in);
    free(out);
    assert_no_child_left();
}

struct napping {
    struct rt_process_executor *executor;
    unsigned us;
    int64_t duration_ns;
    pid_t pid;
    int order, *next;
};

static int call_nap(void *arg)
{
    struct napping *napping = arg;
    const struct rt_process_call call = {nap, &napping->us, sizeof(napping->us), &napping->pid, sizeof(pid_t)};
    int error = rt_process_executor_call(napping->executor, &call, rt_deadline_ns(napping->duration_ns), NULL, NULL);
    if (napping->next)
        napping->order = (*napping->next)++;
    return error;
}

TASK_TEST(as_many_run_at_once_as_there_are_workers_and_the_rest_in_their_order)
{
    struct rt_process_executor *executor = pool(2);
    struct napping napping[8];
    struct rt_task *tasks[8];
    int next = 0;
    for (int i = 0; i < 8; i++) {
        napping[i] = (struct napping){executor, i < 2 ? 30000 : 1000, 20 * RT_NS_PER_S, 0, -1, &next};
        if (i == 1)
            napping[i].us = 1000000;
        tasks[i] = spawn(call_nap, &napping[i]);
    }
    for (int i = 0; i < 8; i++)
        assert_int_equal(join(tasks[i]), 0);
    assert_int_not_equal(napping[0].pid, napping[1].pid);
    for (int i = 2; i < 8;
         i++) { /* one worker sleeps for long: all others go through the other, first come first served */
        assert_int_equal(napping[i].pid, napping[0].pid);
        assert_int_equal(napping[i].order, i - 1);
    }
    rt_process_executor_destroy(executor);
    assert_no_child_left();
}

TASK_TEST(a_worker_that_dies_is_told_and_replaced)
{
    struct rt_process_executor *executor = pool(1);
    const int ends[] = {SIGSEGV, SIGKILL, 0, SIGTERM};
    char out[4];
    pid_t before = worker_pid(executor);
    for (int i = 0; i < 4; i++) {
        const struct rt_process_call call = {end_by, &ends[i], sizeof(int), out, sizeof(out)};
        int status = -1;
        ssize_t returned = 77;
        assert_int_equal(rt_process_executor_call(executor, &call, SOON, &returned, &status), -EPIPE);
        assert_int_equal(returned, 77);
        if (ends[i] == 0)
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 9);
        else if (ends[i] != SIGSEGV) /* which a sanitizer makes an exit of its own */
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == ends[i]);
        pid_t after = worker_pid(executor);
        assert_int_not_equal(after, before);
        before = after;
    }
    const struct rt_process_call liar = {.fn = say_too_much, .out = out, .out_size = sizeof(out)};
    assert_int_equal(rt_process_executor_call(executor, &liar, SOON, NULL, NULL), -EPROTO);
    before = worker_pid(executor);
    kill(before, SIGKILL); /* while it has nothing to do */
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)before, &info, WEXITED | WNOWAIT), 0);
    assert_int_not_equal(worker_pid(executor), before);
    rt_process_executor_destroy(executor);
    assert_no_child_left();
}

TASK_TEST(a_deadline_and_a_cancel_kill_the_worker_that_runs_the_call)
{
    struct rt_process_executor *executor = pool(1);
    pid_t before = worker_pid(executor);
    struct napping napping = {executor, 60000000, 5 * RT_NS_PER_MS, 0, 0, NULL};
    int64_t start = rt_now_ns();
    assert_int_equal(call_nap(&napping), -ETIMEDOUT);
    assert_true(rt_now_ns() - start >= 5 * RT_NS_PER_MS);
    assert_int_equal(kill(before, 0), -1);
    before = worker_pid(executor);
    napping.duration_ns = RT_FOREVER;
    struct rt_task *running = spawn(call_nap, &napping), *queued = spawn(call_nap, &napping);
    assert_int_equal(rt_sleep_ns(2 * RT_NS_PER_MS), 0);
    rt_task_cancel(queued); /* it has no worker to kill */
    assert_int_equal(join(queued), -ECANCELED);
    assert_int_equal(kill(before, 0), 0);
    rt_task_cancel(running);
    assert_int_equal(join(running), -ECANCELED);
    assert_int_equal(kill(before, 0), -1);
    struct rt_timeout timeout;
    rt_timeout_begin(&timeout, rt_deadline_ns(2 * RT_NS_PER_MS));
    assert_int_equal(call_nap(&napping), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    assert_true(worker_pid(executor) > 0);
    rt_process_executor_destroy(executor);
    assert_no_child_left();
}

/* What a worker finds itself with. */
struct surroundings {
    int descriptors, blocked, handled, waits, loop_result;
};

static int seven(void *arg)
{
    (void)arg;
    return rt_sleep_ns(RT_NS_PER_MS) == 0 ? 7 : -1;
}

static ssize_t look_around(const void *in, size_t in_bytes, void *out, size_t out_size)
{
    (void)in;
    (void)in_bytes;
    struct surroundings found = {0};
    for (int fd = 0; fd < 1000; fd++)
        found.descriptors += fd > 3 && fcntl(fd, F_GETFD) >= 0;
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (int number = 1; number < 32; number++) {
        struct sigaction action;
        sigaction(number, NULL, &action);
        found.blocked += sigismember(&mask, number);
        found.handled += action.sa_handler != SIG_DFL;
    }
    found.waits = rt_sleep_ns(1);
    found.loop_result = rt_run(seven, NULL, NULL);
    memcpy(out, &found, sizeof(found) < out_size ? sizeof(found) : out_size);
    return sizeof(found);
}

TASK_TEST(a_worker_has_no_descriptor_mask_or_handler_of_ours_and_may_run_a_loop)
{
    int kept = dup(0);
    sigset_t set, before;
    sigfillset(&set);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
    sigaction(SIGUSR2, &ignore, &old);
    struct rt_process_executor *executor = pool(1);
    struct surroundings found;
    memset(&found, -1, sizeof(found));
    const struct rt_process_call call = {.fn = look_around, .out = &found, .out_size = sizeof(found)};
    assert_int_equal(rt_process_executor_call(executor, &call, SOON, NULL, NULL), 0);
    assert_int_equal(found.descriptors, 0);
    assert_int_equal(found.blocked, 0);
    assert_int_equal(found.handled, 0);
    assert_int_equal(found.waits, -EINVAL);
    assert_int_equal(found.loop_result, 7);
    rt_process_executor_destroy(executor);
    sigaction(SIGUSR2, &old, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(kept);
}

static int call_parked(void *arg)
{
    struct napping napping = {arg, 1000, 20 * RT_NS_PER_S, 0, 0, NULL};
    int error = call_nap(&napping);
    return error < 0 ? error : napping.pid > 0;
}

TASK_TEST(parkable_tasks_may_call_since_nobody_keeps_their_memory)
{
    struct rt_process_executor *executor = pool(2);
    struct rt_task *tasks[6];
    const struct rt_task_options options = {.parkable = true};
    for (int i = 0; i < 6; i++)
        assert_int_equal(rt_task_spawn_with(&tasks[i], call_parked, executor, &options), 0);
    for (int i = 0; i < 6; i++)
        assert_int_equal(join(tasks[i]), 1);
    rt_process_executor_destroy(executor);
}

TASK_TEST(all_workers_can_be_started_at_once)
{
    struct rt_process_executor *executor;
    const struct rt_process_executor_options options = {.workers = 3, .start_all = true};
    int children = 0;
    assert_int_equal(rt_process_executor_create(&executor, &options), 0);
    char name[64];
    snprintf(name, sizeof(name), "/proc/self/task/%d/children", getpid());
    FILE *file = fopen(name, "r");
    for (int pid; file && fscanf(file, "%d", &pid) == 1;)
        children++;
    if (file) {
        fclose(file);
        assert_int_equal(children, 3);
    }
    rt_process_executor_destroy(executor);
    assert_no_child_left();
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct rt_process_executor *executor = NULL;
    const struct rt_process_executor_options options = {.workers = 1};
    assert_int_equal(rt_process_executor_create(&executor, &options), -EINVAL); /* outside a task */
    assert_null(executor);
    rt_process_executor_destroy(NULL);
}

TASK_TEST(a_pool_of_none_is_refused)
{
    struct rt_process_executor *executor = NULL;
    const struct rt_process_executor_options options = {.workers = 0};
    assert_int_equal(rt_process_executor_create(&executor, &options), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_in_and_come_out),
        cmocka_unit_test(as_many_run_at_once_as_there_are_workers_and_the_rest_in_their_order),
        cmocka_unit_test(a_worker_that_dies_is_told_and_replaced),
        cmocka_unit_test(a_deadline_and_a_cancel_kill_the_worker_that_runs_the_call),
        cmocka_unit_test(a_worker_has_no_descriptor_mask_or_handler_of_ours_and_may_run_a_loop),
        cmocka_unit_test(parkable_tasks_may_call_since_nobody_keeps_their_memory),
        cmocka_unit_test(all_workers_can_be_started_at_once),
        cmocka_unit_test(a_pool_of_none_is_refused),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
