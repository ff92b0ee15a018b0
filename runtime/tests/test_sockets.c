/* Sockets: listening, accepting, connecting, over loopback. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include "rt_test.h"

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

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int listen_on_loopback(struct sockaddr_in *ret_address)
{
    struct sockaddr_in any = loopback(0);
    int fd = rt_listen((struct sockaddr *)&any, sizeof(any), 128, 0);
    assert_true(fd >= 0);
    socklen_t size = sizeof(*ret_address);
    assert_int_equal(getsockname(fd, (struct sockaddr *)ret_address, &size), 0);
    return fd;
}

enum { CLIENTS = 50 };

static int serve_clients(void *arg)
{
    static int fds[CLIENTS];
    struct rt_task *tasks[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = rt_accept(*(int *)arg, SOON);
        if (fds[i] < 0)
            return fds[i];
        tasks[i] = spawn(echo, &fds[i]);
    }
    for (int i = 0; i < CLIENTS; i++) {
        join(tasks[i]);
        rt_close(fds[i]);
    }
    return 0;
}

static int be_a_client(void *arg)
{
    int fd = rt_connect(arg, sizeof(struct sockaddr_in), SOON);
    if (fd < 0)
        return fd;
    int sum = 0;
    for (int i = 0; i < 20; i++) {
        int back = -1;
        if (rt_write(fd, &i, sizeof(i), SOON) != sizeof(i) || rt_read(fd, &back, sizeof(back), SOON) != sizeof(back))
            return -EPROTO;
        sum += back;
    }
    rt_close(fd);
    return sum;
}

TASK_TEST(clients_and_server_meet_over_loopback)
{
    struct sockaddr_in address;
    int listen_fd = listen_on_loopback(&address);
    struct rt_task *server = spawn(serve_clients, &listen_fd), *clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = spawn(be_a_client, &address);
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(join(clients[i]), 190);
    assert_int_equal(join(server), 0);
    assert_int_equal(rt_close(listen_fd), 0);
}

TASK_TEST(a_refused_connection_is_told_and_leaves_no_descriptor)
{
    struct sockaddr_in address;
    assert_int_equal(rt_close(listen_on_loopback(&address)), 0);
    int next = dup(0);
    assert_true(next >= 0);
    close(next);
    assert_int_equal(rt_connect((struct sockaddr *)&address, sizeof(address), SOON), -ECONNREFUSED);
    int after = dup(0);
    assert_int_equal(after, next);
    close(after);
}

TASK_TEST(accept_times_out_and_can_be_cancelled)
{
    struct sockaddr_in address;
    int fd = listen_on_loopback(&address);
    assert_int_equal(rt_accept(fd, rt_deadline_ns(3 * RT_NS_PER_MS)), -ETIMEDOUT);
    struct rt_task *task = spawn(serve_clients, &fd);
    let_others_run();
    rt_task_cancel(task);
    assert_int_equal(join(task), -ECANCELED);
    assert_int_equal(rt_close(fd), 0);
}

TASK_TEST(two_listeners_share_a_port_only_if_both_ask)
{
    struct sockaddr_in address = loopback(0);
    int first = rt_listen((struct sockaddr *)&address, sizeof(address), 8, 1);
    assert_true(first >= 0);
    socklen_t size = sizeof(address);
    assert_int_equal(getsockname(first, (struct sockaddr *)&address, &size), 0);
    int second = rt_listen((struct sockaddr *)&address, sizeof(address), 8, 1);
    assert_true(second >= 0);
    assert_int_equal(rt_listen((struct sockaddr *)&address, sizeof(address), 8, 0), -EADDRINUSE);
    rt_close(first);
    rt_close(second);
}

TASK_TEST(accept_without_a_descriptor_to_give_says_so)
{
    if (RUNNING_ON_VALGRIND) /* its own limit of descriptors closes what accept has returned */
        return;
    struct sockaddr_in address;
    int listen_fd = listen_on_loopback(&address);
    int fd = rt_connect((struct sockaddr *)&address, sizeof(address), SOON);
    assert_true(fd >= 0);
    int highest = dup(0);
    struct rlimit before, few;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)highest;
    close(highest);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    int result = rt_accept(listen_fd, SOON);
    int again = rt_accept(listen_fd, SOON), connected = rt_connect((struct sockaddr *)&address, sizeof(address), SOON);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(result, -EMFILE);
    assert_int_equal(again, -EMFILE);
    assert_int_equal(connected, -EMFILE);
    result = rt_accept(listen_fd, SOON); /* it has waited in the backlog */
    assert_true(result >= 0);
    rt_close(result);
    rt_close(fd);
    rt_close(listen_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_and_server_meet_over_loopback),
        cmocka_unit_test(a_refused_connection_is_told_and_leaves_no_descriptor),
        cmocka_unit_test(accept_times_out_and_can_be_cancelled),
        cmocka_unit_test(two_listeners_share_a_port_only_if_both_ask),
        cmocka_unit_test(accept_without_a_descriptor_to_give_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
