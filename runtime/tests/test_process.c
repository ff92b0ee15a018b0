/* Subprocesses: descriptors, environment, signals, errors of exec, the wait for the end, and conversations. */
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include "rt_test.h"

static bool no_pidfd; /* as on a kernel before 5.3 */

int __real_pidfd_open(pid_t pid, unsigned flags);
int __wrap_pidfd_open(pid_t pid, unsigned flags);
int __wrap_pidfd_open(pid_t pid, unsigned flags)
{
    if (!no_pidfd)
        return __real_pidfd_open(pid, flags);
    errno = ENOSYS;
    return -1;
}

static struct rt_process *start_with(const char *script, const struct rt_process_options *options)
{
    struct rt_process *process = NULL;
    char *argv[] = {"sh", "-c", (char *)script, NULL};
    assert_int_equal(rt_process_spawn(&process, argv, options), 0);
    assert_true(rt_process_pid(process) > 0);
    return process;
}

static void assert_exit(struct rt_process *process, int expected)
{
    int status = -1;
    assert_int_equal(rt_process_wait(process, SOON, &status), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), expected);
    rt_process_destroy(process);
}

static void assert_says_with(const char *script, const struct rt_process_options *options, const char *expected)
{
    struct rt_process *process = start_with(script, options);
    struct rt_process_output output;
    int status = -1;
    assert_int_equal(rt_process_communicate(process, NULL, 0, 65536, SOON, &output, &status), 0);
    assert_string_equal(output.output, expected);
    assert_int_equal(output.output_bytes, strlen(expected));
    assert_null(output.errors);
    free(output.output);
    assert_int_equal(status, 0);
    rt_process_destroy(process);
}

static void assert_says(const char *script, const char *expected)
{
    assert_says_with(script, &(struct rt_process_options){.output = RT_PROCESS_PIPE}, expected);
}

TASK_TEST(the_exit_status_is_told_as_often_as_it_is_asked_for)
{
    struct rt_process *process = start_with("exit 7", NULL);
    int status = -1;
    assert_int_equal(rt_process_wait(process, SOON, NULL), 0);
    assert_int_equal(rt_process_wait(process, SOON, &status), 0);
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_int_equal(rt_process_kill(process, SIGTERM), -ESRCH);
    assert_int_equal(rt_process_close_fd(process, 0), -EBADF);
    assert_int_equal(rt_process_fd(process, 3), -1);
    rt_process_destroy(process);
}

TASK_TEST(what_cannot_be_started_is_an_error_and_no_exit_status)
{
    if (RUNNING_ON_VALGRIND) /* its children share no memory with their parent, which is how posix_spawn hands the error
                                back */
        return;
    struct rt_process *process = NULL;
    char *nothing[] = {NULL}, *missing[] = {"/no/such/program", NULL}, *unknown[] = {"no-such-program-anywhere", NULL},
         *directory[] = {"/", NULL}, *shell[] = {"sh", "-c", "exit 0", NULL};
    int next = dup(0);
    close(next);
    assert_int_equal(rt_process_spawn(&process, nothing, NULL), -EINVAL);
    assert_int_equal(rt_process_spawn(&process, missing, NULL), -ENOENT);
    assert_int_equal(rt_process_spawn(&process, unknown, NULL), -ENOENT);
    assert_int_equal(rt_process_spawn(&process, directory, NULL), -EACCES);
    const struct rt_process_options nowhere = {.output = RT_PROCESS_PIPE, .directory = "/no/such/directory"},
                                    closed = {.input = RT_PROCESS_PIPE, .output = 19999}, strange = {.errors = -9},
                                    twisted = {.output = RT_PROCESS_OUTPUT};
    assert_int_equal(rt_process_spawn(&process, shell, &nowhere), -ENOENT);
    assert_int_equal(rt_process_spawn(&process, shell, &closed), -EBADF);
    assert_int_equal(rt_process_spawn(&process, shell, &strange), -EINVAL);
    assert_int_equal(rt_process_spawn(&process, shell, &twisted), -EINVAL);
    assert_null(process);
    int after = dup(0);
    assert_int_equal(after, next); /* no descriptor was left */
    close(after);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nor a child */
    assert_int_equal(errno, ECHILD);
}

TASK_TEST(environment_directory_and_descriptors_are_as_asked_for)
{
    char *environment[] = {"WORD=from the environment", NULL};
    struct rt_process_options options = {
        .input = RT_PROCESS_NULL, .output = RT_PROCESS_PIPE, .environment = environment, .directory = "/"};
    assert_says_with("echo $WORD; pwd; read line || echo end", &options, "from the environment\n/\nend\n");
    options = (struct rt_process_options){.output = RT_PROCESS_PIPE, .errors = RT_PROCESS_OUTPUT};
    assert_says_with("echo one; echo two >&2", &options, "one\ntwo\n");

    int ends[2];
    char bytes[16];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct rt_process *process =
        start_with("echo here", &(struct rt_process_options){.output = ends[1], .errors = RT_PROCESS_NULL});
    assert_exit(process, 0);
    assert_int_equal(read(ends[0], bytes, sizeof(bytes)), 5);
    close(ends[0]);
    close(ends[1]);
}

TASK_TEST(an_inherited_descriptor_is_the_callers_own)
{
    int ends[2], before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    char text[16] = "";
    assert_true(before >= 0);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    struct rt_process *process =
        start_with("echo word >&2", &(struct rt_process_options){.errors = RT_PROCESS_INHERIT});
    int error = rt_process_wait(process, SOON, NULL);
    dup2(before, STDERR_FILENO);
    close(before);
    close(ends[1]);
    assert_int_equal(error, 0);
    assert_int_equal(rt_process_fd(process, 2), -1);
    assert_int_equal(read(ends[0], text, sizeof(text) - 1), 5);
    assert_string_equal(text, "word\n");
    close(ends[0]);
    rt_process_destroy(process);
}

TASK_TEST(a_child_has_no_descriptor_signal_mask_or_handler_of_ours)
{
    int kept = dup(0); /* not close-on-exec */
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
    sigaction(SIGUSR2, &ignore, &old);
    /* The low 28 signals: glibc keeps two of the others to itself. */
    assert_says("exec sed -n '/^Sig[BIC]/s/\\(.*:\\).*\\(.......\\)$/\\1\\2/p' /proc/self/status",
                "SigBlk:0000000\nSigIgn:0000000\nSigCgt:0000000\n");
    assert_says("exec ls /proc/self/fd", "0\n1\n2\n3\n"); /* 3 is ls's own */
    sigaction(SIGUSR2, &old, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(kept);
}

static int wait_for_end(void *arg)
{
    int status;
    int error = rt_process_wait(arg, RT_FOREVER, &status);
    return error < 0 ? error : status;
}

static void several_wait(void)
{
    struct rt_process *process = start_with("exec sleep 60", NULL);
    int64_t start = rt_now_ns();
    assert_int_equal(rt_process_wait(process, start + 3 * RT_NS_PER_MS, NULL), -ETIMEDOUT);
    assert_true(rt_now_ns() - start >= 3 * RT_NS_PER_MS);
    struct rt_task *tasks[4];
    for (int i = 0; i < 4; i++)
        tasks[i] = spawn(wait_for_end, process);
    assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    rt_task_cancel(tasks[0]); /* the one that watches, and one that waits for it */
    rt_task_cancel(tasks[2]);
    assert_int_equal(join(tasks[0]), -ECANCELED);
    assert_int_equal(join(tasks[2]), -ECANCELED);
    assert_int_equal(rt_process_kill(process, SIGTERM), 0);
    assert_int_equal(rt_process_kill(process, 12345), -EINVAL);
    int first = join(tasks[1]), second = join(tasks[3]);
    assert_true(WIFSIGNALED(first) && WTERMSIG(first) == SIGTERM);
    assert_int_equal(second, first);
    rt_process_destroy(process);
}

TASK_TEST(several_wait_for_one_process_and_some_give_up)
{
    several_wait();
}

TASK_TEST(without_a_pidfd_a_thread_waits)
{
    no_pidfd = true;
    several_wait();
    assert_exit(start_with("exit 3", NULL), 3);
    no_pidfd = false;
}

TASK_TEST(destroying_kills_what_still_runs_and_leaves_no_zombie)
{
    struct rt_process *process = start_with("trap '' TERM; sleep 60 & wait", NULL);
    pid_t pid = rt_process_pid(process);
    rt_process_destroy(process);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
    rt_process_destroy(NULL);
}

TASK_TEST(a_child_collected_by_somebody_else_is_told)
{
    struct rt_process *process = start_with("exit 0", NULL);
    assert_int_equal(waitpid(rt_process_pid(process), NULL, 0), rt_process_pid(process));
    assert_int_equal(rt_process_wait(process, SOON, NULL), -ECHILD);
    rt_process_destroy(process);
}

/* --- conversations --- */

TASK_TEST(more_than_any_pipe_holds_goes_in_and_comes_out_at_the_same_time)
{
    enum { SIZE = 1 << 20 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 7 >> 2);
    struct rt_process_output output;
    int status = -1;
    struct rt_process *process =
        start_with("tee /dev/stderr", &(struct rt_process_options){RT_PROCESS_PIPE, RT_PROCESS_PIPE, RT_PROCESS_PIPE});
    assert_int_equal(rt_process_communicate(process, bytes, SIZE, SIZE, SOON, &output, &status), 0);
    assert_int_equal(status, 0);
    assert_int_equal(output.output_bytes, SIZE);
    assert_int_equal(output.errors_bytes, SIZE);
    assert_memory_equal(output.output, bytes, SIZE);
    assert_memory_equal(output.errors, bytes, SIZE);
    free(output.output);
    free(output.errors);
    free(bytes);
    rt_process_destroy(process);
}

TASK_TEST(a_process_that_does_not_read_its_input_is_no_failure_and_no_signal)
{
    static const char bytes[1 << 20];
    struct rt_process_output output;
    int status = -1;
    struct rt_process *process =
        start_with("exec 0<&-; exit 4", &(struct rt_process_options){.input = RT_PROCESS_PIPE});
    assert_int_equal(rt_process_communicate(process, bytes, sizeof(bytes), 10, SOON, &output, &status), 0);
    assert_int_equal(WEXITSTATUS(status), 4);
    assert_null(output.output);
    assert_int_equal(rt_process_communicate(process, bytes, 1, 10, SOON, &output, &status), -EINVAL);
    rt_process_destroy(process);
}

TASK_TEST(output_beyond_the_limit_ends_the_conversation_even_if_the_other_pipe_goes_on)
{
    struct rt_process_output output = {0};
    const struct rt_process_options pipes = {.output = RT_PROCESS_PIPE, .errors = RT_PROCESS_PIPE};
    struct rt_process *process = start_with("echo 12345 >&2; exec sleep 60", &pipes);
    assert_int_equal(rt_process_communicate(process, NULL, 0, 5, SOON, &output, NULL), -EMSGSIZE);
    rt_process_destroy(process);
    process = start_with("printf 12345; printf 54321 >&2", &pipes);
    assert_int_equal(rt_process_communicate(process, NULL, 0, 5, SOON, &output, NULL), 0);
    assert_string_equal(output.output, "12345");
    assert_string_equal(output.errors, "54321");
    free(output.output);
    free(output.errors);
    rt_process_destroy(process);
}

static int converse(void *arg)
{
    struct rt_process_output output;
    return rt_process_communicate(arg, NULL, 0, 100, rt_deadline_ns(RT_NS_PER_S), &output, NULL);
}

TASK_TEST(a_conversation_ends_at_its_deadline_at_a_scopes_end_and_by_a_cancel)
{
    const struct rt_process_options pipes = {RT_PROCESS_PIPE, RT_PROCESS_PIPE, RT_PROCESS_PIPE};
    struct rt_process_output output;
    struct rt_process *process = start_with("exec sleep 60", &pipes);
    assert_int_equal(rt_process_communicate(process, NULL, 0, 9, rt_deadline_ns(2 * RT_NS_PER_MS), &output, NULL),
                     -ETIMEDOUT);
    struct rt_timeout timeout;
    rt_timeout_begin(&timeout, rt_deadline_ns(2 * RT_NS_PER_MS));
    assert_int_equal(converse(process), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    struct rt_task *task = spawn(converse, process);
    let_others_run();
    rt_task_cancel(task);
    assert_int_equal(join(task), -ECANCELED);
    rt_process_destroy(process);
}

static int converse_parked(void *arg)
{
    struct rt_task *self = rt_task_self();
    int error = rt_process_wait(arg, SOON, NULL); /* keeps nothing on the stack */
    (void)self;
    return error < 0 ? error : converse(arg);
}

TASK_TEST(a_parkable_task_may_wait_for_a_process_but_not_converse)
{
    struct rt_process *process = start_with("sleep 0.01", NULL);
    struct rt_task *task;
    const struct rt_task_options options = {.parkable = true};
    assert_int_equal(rt_task_spawn_with(&task, converse_parked, process, &options), 0);
    int result = join(task);
    assert_true(result == -ENOTSUP || result == 0); /* 0: nothing is parked in this build */
    rt_process_destroy(process);
}

static void outside_a_task_nothing_is_waited_for(void **state)
{
    (void)state;
    struct rt_process *process = start_with("exit 0", NULL);
    struct rt_process_output output;
    assert_int_equal(rt_process_wait(process, SOON, NULL), -EINVAL);
    assert_int_equal(rt_process_communicate(process, NULL, 0, 1, SOON, &output, NULL), -EINVAL);
    rt_process_destroy(process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exit_status_is_told_as_often_as_it_is_asked_for),
        cmocka_unit_test(what_cannot_be_started_is_an_error_and_no_exit_status),
        cmocka_unit_test(environment_directory_and_descriptors_are_as_asked_for),
        cmocka_unit_test(an_inherited_descriptor_is_the_callers_own),
        cmocka_unit_test(a_child_has_no_descriptor_signal_mask_or_handler_of_ours),
        cmocka_unit_test(several_wait_for_one_process_and_some_give_up),
        cmocka_unit_test(without_a_pidfd_a_thread_waits),
        cmocka_unit_test(destroying_kills_what_still_runs_and_leaves_no_zombie),
        cmocka_unit_test(a_child_collected_by_somebody_else_is_told),
        cmocka_unit_test(more_than_any_pipe_holds_goes_in_and_comes_out_at_the_same_time),
        cmocka_unit_test(a_process_that_does_not_read_its_input_is_no_failure_and_no_signal),
        cmocka_unit_test(output_beyond_the_limit_ends_the_conversation_even_if_the_other_pipe_goes_on),
        cmocka_unit_test(a_conversation_ends_at_its_deadline_at_a_scopes_end_and_by_a_cancel),
        cmocka_unit_test(a_parkable_task_may_wait_for_a_process_but_not_converse),
        cmocka_unit_test(outside_a_task_nothing_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
