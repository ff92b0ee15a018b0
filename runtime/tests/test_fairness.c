/* Calls that succeed at once: others run all the same, cancels and scopes are seen, and no system call is wasted. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "rt_test.h"

static long reads, writes;

ssize_t __real_read(int fd, void *buffer, size_t size);
ssize_t __wrap_read(int fd, void *buffer, size_t size);
ssize_t __real_send(int fd, const void *buffer, size_t size, int flags);
ssize_t __wrap_send(int fd, const void *buffer, size_t size, int flags);

ssize_t __wrap_read(int fd, void *buffer, size_t size)
{
    reads++;
    return __real_read(fd, buffer, size);
}

ssize_t __wrap_send(int fd, const void *buffer, size_t size, int flags)
{
    writes++;
    return __real_send(fd, buffer, size, flags);
}

static void make_pair(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
}

static void close_both(int ends[2])
{
    rt_close(ends[0]);
    rt_close(ends[1]);
}

static int echo(void *arg)
{
    const int fd = *(int *)arg;
    char buffer[64];
    ssize_t n;
    while ((n = rt_read(fd, buffer, sizeof(buffer), SOON)) > 0)
        if (rt_write(fd, buffer, (size_t)n, SOON) != n)
            return -1;
    return (int)n;
}

TASK_TEST(an_echo_costs_one_read_and_one_write_a_message)
{
    enum { MESSAGES = 5000 };
    int ends[2];
    make_pair(ends);
    struct rt_task *task = spawn(echo, &ends[1]);
    char byte = 'x';
    for (int i = 0; i < MESSAGES; i++) {
        assert_int_equal(rt_write(ends[0], &byte, 1, SOON), 1);
        assert_int_equal(rt_read(ends[0], (char[64]){0}, 64, SOON), 1);
        if (i == 0)
            reads = writes = 0;
    }
    /* Both sides; one byte where there is room for more leaves nothing to find out by another read. */
    assert_int_equal(reads, 2 * (MESSAGES - 1));
    assert_int_equal(writes, 2 * (MESSAGES - 1));
    rt_close(ends[0]);
    assert_int_equal(join(task), 0);
    rt_close(ends[1]);
}

/* A source that is always ready, and what one does with it until it is stopped. */
struct greedy {
    int fd, end;
    bool stop;
    long calls;
};

static int read_zeros(void *arg)
{
    struct greedy *greedy = arg;
    char bytes[16];
    ssize_t n = 0;
    while (!greedy->stop && greedy->calls < 50000000 && (n = rt_read(greedy->fd, bytes, 16, SOON)) == 16)
        greedy->calls++;
    return (int)n;
}

static int write_nulls(void *arg)
{
    struct greedy *greedy = arg;
    ssize_t n = 0;
    while (!greedy->stop && greedy->calls < 50000000 && (n = rt_write(greedy->fd, "0123456789abcdef", 16, SOON)) == 16)
        greedy->calls++;
    return (int)n;
}

static int accept_and_connect(void *arg)
{
    struct greedy *greedy = arg;
    struct sockaddr_un address;
    socklen_t size = sizeof(address);
    if (getsockname(greedy->fd, (struct sockaddr *)&address, &size) < 0)
        return -errno;
    while (!greedy->stop && greedy->calls < 1000000) {
        int client = rt_connect((struct sockaddr *)&address, size, SOON);
        int fd = client < 0 ? client : rt_accept(greedy->fd, SOON);
        if (client >= 0)
            rt_close(client);
        if (fd < 0)
            return fd;
        rt_close(fd);
        greedy->calls++;
    }
    return 16;
}

static void greedy_open(struct greedy *greedy, int kind)
{
    *greedy = (struct greedy){0};
    if (kind < 2) {
        greedy->fd = open(kind == 0 ? "/dev/zero" : "/dev/null", O_RDWR | O_CLOEXEC);
    } else {
        const struct sockaddr_un address = {.sun_family = AF_UNIX};
        greedy->fd = rt_listen((const struct sockaddr *)&address, sizeof(sa_family_t), 16, 0); /* a name of its own */
    }
    assert_true(greedy->fd >= 0);
}

static const rt_task_fn kinds[] = {read_zeros, write_nulls, accept_and_connect};

static int stop_when_readable(void *arg)
{
    struct greedy *greedy = arg;
    int error = rt_io_wait(greedy->end, RT_READ, RT_FOREVER);
    greedy->stop = true;
    return error;
}

TASK_TEST(whoever_always_has_something_to_do_lets_others_run_and_the_kernel_be_asked)
{
    for (int i = 0; i < 3; i++) {
        struct greedy greedy;
        int ends[2];
        make_pair(ends);
        greedy_open(&greedy, i);
        greedy.end = ends[0];
        struct rt_task *waiter = spawn(stop_when_readable, &greedy);
        let_others_run();
        assert_int_equal(__real_send(ends[1], "x", 1, 0), 1); /* the kernel knows it, the loop does not */
        struct rt_task *task = spawn(kinds[i], &greedy);
        assert_int_equal(join(task), 16);
        assert_int_equal(join(waiter), 0);
        assert_in_range(greedy.calls, 1, 2000);
        rt_close(greedy.fd);
        close_both(ends);
    }
}

TASK_TEST(a_cancel_is_seen_although_no_call_would_wait)
{
    for (int i = 0; i < 3; i++) {
        struct greedy greedy;
        greedy_open(&greedy, i);
        struct rt_task *task = spawn(kinds[i], &greedy);
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
        assert_int_equal(rt_task_state(task), RT_TASK_RUNNING);
        rt_task_cancel(task);
        assert_int_equal(join(task), -ECANCELED);
        rt_close(greedy.fd);
    }
}

static int cancelled_at_entry(void *arg)
{
    struct greedy *greedy = arg;
    char byte = 'x';
    rt_task_cancel(rt_task_self());
    if (rt_read(greedy->fd, &byte, 1, SOON) != -ECANCELED || byte != 'x')
        return 1;
    rt_task_cancel(rt_task_self());
    if (rt_write(greedy->fd, &byte, 1, SOON) != -ECANCELED)
        return 2;
    rt_task_cancel(rt_task_self());
    if (rt_accept(greedy->end, SOON) != -ECANCELED)
        return 3;
    const struct sockaddr_un address = {.sun_family = AF_UNIX};
    rt_task_cancel(rt_task_self());
    if (rt_connect((const struct sockaddr *)&address, sizeof(address), SOON) != -ECANCELED)
        return 4;
    return rt_read(greedy->fd, &byte, 1, SOON) == 1 ? 0 : 5; /* seen once */
}

TASK_TEST(a_cancel_that_is_due_ends_every_call_before_it_does_anything)
{
    struct greedy zero, listener;
    greedy_open(&zero, 0);
    greedy_open(&listener, 2);
    zero.end = listener.fd;
    assert_int_equal(join(spawn(cancelled_at_entry, &zero)), 0);
    rt_close(zero.fd);
    rt_close(listener.fd);
}

TASK_TEST(the_end_of_a_timeout_scope_is_seen_although_no_call_would_wait)
{
    for (int i = 0; i < 3; i++) {
        struct greedy greedy;
        struct rt_timeout timeout;
        greedy_open(&greedy, i);
        int64_t start = rt_now_ns();
        rt_timeout_begin(&timeout, start + 3 * RT_NS_PER_MS);
        assert_int_equal(kinds[i](&greedy), -ETIMEDOUT);
        assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
        assert_true(rt_now_ns() - start >= 3 * RT_NS_PER_MS);
        rt_close(greedy.fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_echo_costs_one_read_and_one_write_a_message),
        cmocka_unit_test(whoever_always_has_something_to_do_lets_others_run_and_the_kernel_be_asked),
        cmocka_unit_test(a_cancel_is_seen_although_no_call_would_wait),
        cmocka_unit_test(a_cancel_that_is_due_ends_every_call_before_it_does_anything),
        cmocka_unit_test(the_end_of_a_timeout_scope_is_seen_although_no_call_would_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
