/* Descriptors: pipes and socket pairs, deadlines, cancel, closing under a waiter, and what is no descriptor at all. */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "rt_test.h"

static void make_pipe(int ends[2])
{
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
}

static void make_pair(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
}

static void close_both(int ends[2])
{
    assert_int_equal(rt_close(ends[0]), 0);
    assert_int_equal(rt_close(ends[1]), 0);
}

struct transfer {
    int fd;
    void *buffer;
    size_t size;
    int64_t duration_ns;
};

static int read_some(void *arg)
{
    struct transfer *read = arg;
    return (int)rt_read(read->fd, read->buffer, read->size, rt_deadline_ns(read->duration_ns));
}

static int write_all(void *arg)
{
    struct transfer *write = arg;
    return (int)rt_write(write->fd, write->buffer, write->size, rt_deadline_ns(write->duration_ns));
}

static int wait_readable(void *arg)
{
    return rt_io_wait(*(int *)arg, RT_READ, RT_FOREVER);
}

TASK_TEST(a_read_waits_for_the_bytes_that_come)
{
    int ends[2];
    char buffer[16];
    make_pipe(ends);
    struct transfer reading = {ends[0], buffer, sizeof(buffer), RT_FOREVER};
    struct rt_task *task = spawn(read_some, &reading);
    let_others_run();
    assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
    assert_int_equal(rt_write(ends[1], "hello", 5, RT_FOREVER), 5);
    assert_int_equal(join(task), 5);
    assert_memory_equal(buffer, "hello", 5);
    close_both(ends);
}

static int echo(void *arg)
{
    int fd = *(int *)arg;
    char buffer[64];
    ssize_t n;
    while ((n = rt_read(fd, buffer, sizeof(buffer), SOON)) > 0)
        if (rt_write(fd, buffer, (size_t)n, SOON) != n)
            return -1;
    return (int)n;
}

TASK_TEST(two_tasks_talk_over_a_socket_for_many_rounds)
{
    int ends[2];
    make_pair(ends);
    struct rt_task *task = spawn(echo, &ends[1]);
    for (int i = 0; i < 2000; i++) {
        int back = -1;
        assert_int_equal(rt_write(ends[0], &i, sizeof(i), SOON), sizeof(i));
        assert_int_equal(rt_read(ends[0], &back, sizeof(back), SOON), sizeof(back));
        assert_int_equal(back, i);
    }
    assert_int_equal(rt_close(ends[0]), 0);
    assert_int_equal(join(task), 0);
    assert_int_equal(rt_close(ends[1]), 0);
}

TASK_TEST(the_end_of_a_stream_reads_as_zero_every_time)
{
    int ends[2];
    char buffer[8];
    make_pipe(ends);
    assert_int_equal(rt_write(ends[1], "abc", 3, SOON), 3);
    struct transfer reading = {ends[0], buffer, sizeof(buffer), RT_FOREVER};
    assert_int_equal(read_some(&reading), 3);
    struct rt_task *task = spawn(read_some, &reading);
    let_others_run();
    assert_int_equal(rt_close(ends[1]), 0);
    assert_int_equal(join(task), 0);
    assert_int_equal(read_some(&reading), 0);
    assert_int_equal(read_some(&reading), 0);
    assert_int_equal(rt_close(ends[0]), 0);
}

TASK_TEST(a_large_write_waits_for_a_slow_reader)
{
    enum { SIZE = 3 << 20 };
    int ends[2];
    make_pair(ends);
    unsigned char *sent = malloc(SIZE), *received = malloc(SIZE);
    assert_non_null(sent);
    assert_non_null(received);
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (unsigned char)(i * 31 >> 3);
    struct transfer writing = {ends[0], sent, SIZE, 60 * RT_NS_PER_S};
    struct rt_task *task = spawn(write_all, &writing);
    size_t size = 0;
    for (int i = 0; size < SIZE; i++) {
        if (i % 16 == 0)
            assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
        ssize_t n = rt_read(ends[1], received + size, SIZE - size < 30011 ? SIZE - size : 30011, SOON);
        assert_true(n > 0);
        size += (size_t)n;
    }
    assert_int_equal(join(task), SIZE);
    assert_memory_equal(received, sent, SIZE);
    free(sent);
    free(received);
    close_both(ends);
}

TASK_TEST(a_read_and_a_write_may_wait_on_one_descriptor)
{
    int ends[2];
    make_pair(ends);
    enum { SIZE = 1 << 20 };
    char *bytes = calloc(1, SIZE), buffer[4];
    assert_non_null(bytes);
    struct transfer writing = {ends[0], bytes, SIZE, 60 * RT_NS_PER_S}, reading = {ends[0], buffer, 4, RT_FOREVER};
    struct rt_task *writer = spawn(write_all, &writing), *reader = spawn(read_some, &reading);
    let_others_run();
    assert_int_equal(rt_task_state(writer), RT_TASK_RUNNING);
    assert_int_equal(rt_write(ends[1], "ping", 4, SOON), 4);
    assert_int_equal(join(reader), 4);
    for (size_t size = 0; size < SIZE;) {
        static char sink[8192];
        ssize_t n = rt_read(ends[1], sink, sizeof(sink), SOON);
        assert_true(n > 0);
        size += (size_t)n;
    }
    assert_int_equal(join(writer), SIZE);
    free(bytes);
    close_both(ends);
}

TASK_TEST(a_read_times_out_and_the_descriptor_still_works)
{
    int ends[2];
    char buffer[8];
    make_pipe(ends);
    for (int i = 0; i < 3; i++) {
        int64_t start = rt_now_ns();
        assert_int_equal(rt_read(ends[0], buffer, sizeof(buffer), start + 5 * RT_NS_PER_MS), -ETIMEDOUT);
        assert_true(rt_now_ns() - start >= 5 * RT_NS_PER_MS);
        assert_int_equal(rt_write(ends[1], "x", 1, SOON), 1);
        assert_int_equal(rt_read(ends[0], buffer, sizeof(buffer), SOON), 1);
    }
    close_both(ends);
}

TASK_TEST(a_write_to_a_full_pipe_times_out)
{
    int ends[2];
    static char bytes[1 << 20];
    make_pipe(ends);
    assert_int_equal(rt_write(ends[1], bytes, sizeof(bytes), rt_deadline_ns(5 * RT_NS_PER_MS)), -ETIMEDOUT);
    close_both(ends);
}

TASK_TEST(a_cancelled_read_leaves_the_bytes_to_the_next)
{
    int ends[2];
    char buffer[8];
    make_pair(ends);
    struct transfer reading = {ends[0], buffer, sizeof(buffer), RT_FOREVER};
    struct rt_task *task = spawn(read_some, &reading);
    let_others_run();
    rt_task_cancel(task);
    assert_int_equal(join(task), -ECANCELED);
    assert_int_equal(rt_write(ends[1], "abc", 3, SOON), 3);
    assert_int_equal(rt_read(ends[0], buffer, sizeof(buffer), SOON), 3);
    close_both(ends);
}

TASK_TEST(a_second_reader_is_refused_and_the_first_goes_on)
{
    int ends[2];
    char buffer[8];
    make_pair(ends);
    struct transfer reading = {ends[0], buffer, sizeof(buffer), RT_FOREVER};
    struct rt_task *task = spawn(read_some, &reading);
    let_others_run();
    assert_int_equal(rt_read(ends[0], buffer, sizeof(buffer), SOON), -EBUSY);
    assert_int_equal(rt_io_wait(ends[0], RT_READ, SOON), -EBUSY);
    assert_int_equal(rt_io_wait(ends[0], RT_WRITE, SOON), 0);
    assert_int_equal(rt_write(ends[1], "abc", 3, SOON), 3);
    assert_int_equal(join(task), 3);
    close_both(ends);
}

TASK_TEST(a_reader_that_gave_up_but_has_not_run_yet_is_not_in_the_way)
{
    int ends[2];
    char buffer[8];
    make_pair(ends);
    struct transfer reading = {ends[0], buffer, sizeof(buffer), RT_FOREVER};
    struct rt_task *task = spawn(read_some, &reading);
    let_others_run();
    rt_task_cancel(task);
    assert_int_equal(rt_io_wait(ends[0], RT_READ, rt_deadline_ns(RT_NS_PER_MS)), -ETIMEDOUT);
    assert_int_equal(join(task), -ECANCELED);
    close_both(ends);
}

TASK_TEST(closing_wakes_reader_and_writer_and_the_number_can_be_used_again)
{
    static char bytes[1 << 20];
    char buffer[8];
    for (int round = 0; round < 3; round++) {
        int ends[2], again[2];
        make_pair(ends);
        struct transfer reading = {ends[0], buffer, sizeof(buffer), RT_FOREVER};
        struct transfer writing = {ends[0], bytes, sizeof(bytes), RT_FOREVER};
        struct rt_task *reader = spawn(read_some, &reading), *writer = spawn(write_all, &writing);
        let_others_run();
        assert_int_equal(rt_close(ends[0]), 0);
        make_pair(again);
        assert_int_equal(again[0], ends[0]);
        assert_int_equal(join(reader), -EBADF);
        assert_int_equal(join(writer), -EBADF);
        /* The same number, the same events, another socket. */
        reading.fd = again[0];
        reader = spawn(read_some, &reading);
        let_others_run();
        assert_int_equal(rt_write(again[1], "new", 3, SOON), 3);
        assert_int_equal(join(reader), 3);
        assert_memory_equal(buffer, "new", 3);
        close_both(again);
        assert_int_equal(rt_close(ends[1]), 0);
    }
}

struct closing {
    int signal_fd; /* readable: time to close */
    int fd;
    int again[2];
};

static int close_and_reuse(void *arg)
{
    struct closing *closing = arg;
    int error = rt_io_wait(closing->signal_fd, RT_READ, SOON);
    if (error == 0)
        error = rt_close(closing->fd);
    if (error == 0)
        error = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, closing->again);
    if (error == 0 && (closing->again[0] != closing->fd || write(closing->again[1], "new", 3) != 3))
        error = -EPROTO;
    return error;
}

/* A reader and who closes its descriptor are woken by one look at the kernel. Returns what the reader got. */
static int read_while_closed(bool close_first)
{
    int ends[2], signal[2];
    char buffer[8];
    make_pair(ends);
    make_pair(signal);
    struct closing closing = {.signal_fd = signal[0], .fd = ends[0]};
    struct transfer reading = {ends[0], buffer, sizeof(buffer), RT_FOREVER};
    struct rt_task *closer = spawn(close_and_reuse, &closing), *reader = spawn(read_some, &reading);
    let_others_run();
    for (int i = 0; i < 2; i++)
        assert_int_equal(write((i == 0) == close_first ? signal[1] : ends[1], "old", 3), 3);
    int result = join(reader);
    assert_int_equal(join(closer), 0);
    assert_true(result == -EBADF || (result == 3 && memcmp(buffer, "old", 3) == 0));
    assert_int_equal(rt_read(closing.again[0], buffer, sizeof(buffer), SOON), 3);
    assert_memory_equal(buffer, "new", 3);
    close_both(closing.again);
    close_both(signal);
    assert_int_equal(rt_close(ends[1]), 0);
    return result;
}

TASK_TEST(a_reader_woken_for_a_descriptor_that_is_then_closed_does_not_read_from_its_successor)
{
    int results[] = {read_while_closed(false), read_while_closed(true)};
    /* Whichever way libev hands out its events, the close came first once. */
    assert_true(results[0] == -EBADF || results[1] == -EBADF);
}

TASK_TEST(regular_files_are_always_ready)
{
    char name[] = "/tmp/iort-test-XXXXXX", buffer[16];
    int fd = mkostemp(name, O_CLOEXEC);
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(rt_io_wait(fd, RT_WRITE, SOON), 0);
    assert_int_equal(rt_write(fd, "contents", 8, SOON), 8);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(rt_io_wait(fd, RT_READ, SOON), 0);
    assert_int_equal(rt_read(fd, buffer, sizeof(buffer), SOON), 8);
    assert_memory_equal(buffer, "contents", 8);
    assert_int_equal(rt_read(fd, buffer, sizeof(buffer), SOON), 0);
    assert_int_equal(rt_close(fd), 0);
}

TASK_TEST(what_is_no_descriptor_is_refused_by_every_call)
{
    char byte = 0;
    const int none[] = {-1, INT32_MIN, 19999, INT32_MAX};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_int_equal(rt_read(none[i], &byte, 1, SOON), -EBADF);
        assert_int_equal(rt_write(none[i], &byte, 1, SOON), -EBADF);
        assert_int_equal(rt_accept(none[i], SOON), -EBADF);
        assert_int_equal(rt_io_wait(none[i], RT_READ, SOON), -EBADF);
        assert_int_equal(rt_io_wait(none[i], RT_WRITE, SOON), -EBADF);
        assert_int_equal(rt_close(none[i]), -EBADF);
    }
    assert_int_equal(rt_io_wait(0, RT_READ | RT_WRITE, SOON), -EINVAL);
    assert_int_equal(rt_io_wait(0, 0, SOON), -EINVAL);
}

TASK_TEST(a_write_to_a_socket_whose_peer_is_gone_is_an_error_and_no_signal)
{
    int ends[2];
    make_pair(ends);
    assert_int_equal(rt_close(ends[1]), 0);
    assert_int_equal(rt_write(ends[0], "x", 1, SOON), -EPIPE);
    assert_int_equal(rt_close(ends[0]), 0);
}

static int sleep_a_little_often(void *arg)
{
    for (int i = 0; i < 50; i++) {
        int error = rt_sleep_ns(RT_NS_PER_MS);
        if (error < 0)
            return error;
    }
    return *(int *)arg;
}

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
    (void)number;
    alarms++;
}

TASK_TEST(signals_interrupt_nothing)
{
    struct sigaction action = {.sa_handler = count_alarm};
    struct itimerval often = {{0, 700}, {0, 700}}, never = {0};
    int ends[2], nine = 9;
    make_pair(ends);
    sigaction(SIGALRM, &action, NULL); /* without SA_RESTART; it stays, for the last one may come late */
    setitimer(ITIMER_REAL, &often, NULL);
    struct rt_task *sleeper = spawn(sleep_a_little_often, &nine), *task = spawn(echo, &ends[1]);
    for (int i = 0; i < 300 || alarms < 5; i++) {
        int back = -1;
        assert_int_equal(rt_write(ends[0], &i, sizeof(i), SOON), sizeof(i));
        assert_int_equal(rt_read(ends[0], &back, sizeof(back), SOON), sizeof(back));
        assert_int_equal(back, i);
    }
    assert_int_equal(join(sleeper), 9);
    rt_close(ends[0]);
    assert_int_equal(join(task), 0);
    rt_close(ends[1]);
    setitimer(ITIMER_REAL, &never, NULL);
}

static void outside_a_task_descriptors_are_not_waited_for(void **state)
{
    (void)state;
    int ends[2];
    char byte = 0;
    make_pair(ends);
    assert_int_equal(rt_io_wait(ends[0], RT_READ, RT_FOREVER), -EINVAL);
    assert_int_equal(rt_read(ends[0], &byte, 1, RT_FOREVER), -EINVAL);
    assert_int_equal(rt_write(ends[0], &byte, 1, RT_FOREVER), -EINVAL);
    assert_int_equal(rt_accept(ends[0], RT_FOREVER), -EINVAL);
    const struct sockaddr address = {.sa_family = AF_INET};
    assert_int_equal(rt_connect(&address, sizeof(address), RT_FOREVER), -EINVAL);
    close_both(ends);
}

static int leave_a_reader_behind(void *arg)
{
    int error = rt_task_spawn(NULL, wait_readable, arg);
    return error < 0 ? error : rt_yield();
}

static void a_loop_ends_with_readers_left(void **state)
{
    (void)state;
    int ends[2];
    make_pair(ends);
    struct rt_loop *loop;
    assert_int_equal(rt_loop_create(&loop, NULL), 0);
    assert_int_equal(rt_loop_run(loop, leave_a_reader_behind, &ends[0]), 0);
    rt_loop_destroy(loop);
    close_both(ends);
}

TASK_TEST(a_reader_cancelled_before_its_bytes_came_but_run_after_is_cancelled)
{
    int ends[2];
    char buffer[8];
    make_pair(ends);
    struct transfer reading = {ends[0], buffer, sizeof(buffer), RT_FOREVER};
    for (int i = 0; i < 3; i++) {
        struct rt_task *task = spawn(read_some, &reading);
        let_others_run();
        spawn_a_crowd();
        rt_yield();
        assert_int_equal(rt_write(ends[1], "abc", 3, SOON), 3);
        rt_task_cancel(task);
        assert_int_equal(join(task), -ECANCELED);
        assert_int_equal(rt_read(ends[0], buffer, sizeof(buffer), SOON), 3);
    }
    close_both(ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_waits_for_the_bytes_that_come),
        cmocka_unit_test(two_tasks_talk_over_a_socket_for_many_rounds),
        cmocka_unit_test(the_end_of_a_stream_reads_as_zero_every_time),
        cmocka_unit_test(a_large_write_waits_for_a_slow_reader),
        cmocka_unit_test(a_read_and_a_write_may_wait_on_one_descriptor),
        cmocka_unit_test(a_read_times_out_and_the_descriptor_still_works),
        cmocka_unit_test(a_write_to_a_full_pipe_times_out),
        cmocka_unit_test(a_cancelled_read_leaves_the_bytes_to_the_next),
        cmocka_unit_test(a_second_reader_is_refused_and_the_first_goes_on),
        cmocka_unit_test(a_reader_that_gave_up_but_has_not_run_yet_is_not_in_the_way),
        cmocka_unit_test(closing_wakes_reader_and_writer_and_the_number_can_be_used_again),
        cmocka_unit_test(a_reader_woken_for_a_descriptor_that_is_then_closed_does_not_read_from_its_successor),
        cmocka_unit_test(regular_files_are_always_ready),
        cmocka_unit_test(what_is_no_descriptor_is_refused_by_every_call),
        cmocka_unit_test(a_write_to_a_socket_whose_peer_is_gone_is_an_error_and_no_signal),
        cmocka_unit_test(signals_interrupt_nothing),
        cmocka_unit_test(outside_a_task_descriptors_are_not_waited_for),
        cmocka_unit_test(a_loop_ends_with_readers_left),
        cmocka_unit_test(a_reader_cancelled_before_its_bytes_came_but_run_after_is_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
