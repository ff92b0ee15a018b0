/* A server: a task for each connection, the limit, no descriptors left, and the end of its handlers. */
#include <fcntl.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <sys/resource.h>
#include <time.h>
#include "rt_test.h"

static int accepts_fail_with; /* 0: they are real */
static int accept_calls;

int __real_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    accept_calls++;
    if (!accepts_fail_with)
        return __real_accept4(fd, address, size, flags);
    errno = accepts_fail_with;
    return -1;
}

struct service {
    int listen_fd;
    struct sockaddr_in address;
    rt_serve_fn handler;
    struct rt_serve_options options;
    int inside, most_inside, served, cancelled;
};

static int echo_lines(struct rt_stream *stream, void *arg)
{
    struct service *service = arg;
    const char *bytes;
    ssize_t n;
    if (++service->inside > service->most_inside)
        service->most_inside = service->inside;
    while ((n = rt_stream_read_line(stream, RT_FOREVER, &bytes)) > 0)
        if (rt_stream_write(stream, bytes, (size_t)n, SOON) < 0 || rt_stream_flush(stream, SOON) < 0)
            break;
    service->inside--;
    service->served += n == 0;
    service->cancelled += n == -ECANCELED;
    return 0;
}

static int run_service(void *arg)
{
    struct service *service = arg;
    return rt_serve(service->listen_fd, service->handler, service, &service->options);
}

static void service_init(struct service *service, rt_serve_fn handler)
{
    socklen_t size = sizeof(service->address);
    *service = (struct service){.handler = handler};
    service->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    service->listen_fd = rt_listen((struct sockaddr *)&service->address, size, 128, 0);
    assert_true(service->listen_fd >= 0);
    assert_int_equal(getsockname(service->listen_fd, (struct sockaddr *)&service->address, &size), 0);
}

static int dial(struct service *service)
{
    int fd = rt_connect((struct sockaddr *)&service->address, sizeof(service->address), SOON);
    assert_true(fd >= 0);
    return fd;
}

static void talk(int fd)
{
    char bytes[8];
    assert_int_equal(rt_write(fd, "ping\n", 5, SOON), 5);
    assert_int_equal(rt_read(fd, bytes, sizeof(bytes), SOON), 5);
    assert_memory_equal(bytes, "ping\n", 5);
}

static void stop(struct service *service, struct rt_task *task)
{
    rt_task_cancel(task);
    assert_int_equal(join(task), -ECANCELED);
    assert_int_equal(service->inside, 0);
    rt_close(service->listen_fd);
}

static void many_are_served(bool parkable)
{
    enum { CLIENTS = 40 };
    struct service service;
    service_init(&service, echo_lines);
    service.options.parkable = parkable;
    struct rt_task *task = spawn(run_service, &service);
    int fds[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        fds[i] = dial(&service);
    for (int round = 0; round < 5; round++)
        for (int i = 0; i < CLIENTS; i++)
            talk(fds[i]);
    assert_int_equal(service.most_inside, CLIENTS);
    for (int i = 0; i < CLIENTS / 2; i++)
        rt_close(fds[i]);
    while (service.inside > CLIENTS / 2)
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    stop(&service, task);
    assert_int_equal(service.served, CLIENTS / 2);
    assert_int_equal(service.cancelled, CLIENTS / 2);
    for (int i = CLIENTS / 2; i < CLIENTS; i++) {
        char byte;
        assert_int_equal(rt_read(fds[i], &byte, 1, SOON), 0); /* the server has closed them */
        rt_close(fds[i]);
    }
}

TASK_TEST(many_are_served_at_once_and_all_end_with_the_server)
{
    many_are_served(false);
}

TASK_TEST(handlers_may_be_parkable)
{
    many_are_served(true);
}

TASK_TEST(no_more_than_the_limit_are_served_at_once_and_the_others_wait)
{
    struct service service;
    service_init(&service, echo_lines);
    service.options.connections_most = 2;
    struct rt_task *task = spawn(run_service, &service);
    int fds[5];
    for (int i = 0; i < 5; i++)
        fds[i] = dial(&service);
    for (int i = 0; i < 5; i++) {
        talk(fds[i]);
        if (i + 2 < 5) {
            char byte;
            assert_int_equal(rt_write(fds[i + 2], "x\n", 2, SOON), 2);
            assert_int_equal(rt_read(fds[i + 2], &byte, 1, rt_deadline_ns(2 * RT_NS_PER_MS)), -ETIMEDOUT);
        }
        rt_close(fds[i]);
        if (i + 2 < 5) {
            char bytes[2];
            assert_int_equal(rt_read(fds[i + 2], bytes, 2, SOON), 2);
        }
    }
    assert_int_equal(service.most_inside, 2);
    stop(&service, task);
}

static int answer_without_reading(struct rt_stream *stream, void *arg)
{
    (void)arg;
    return rt_stream_write(stream, "goodbye", 7, SOON);
}

TASK_TEST(what_a_handler_leaves_in_the_buffer_is_sent)
{
    struct service service;
    char bytes[16];
    service_init(&service, answer_without_reading);
    struct rt_task *task = spawn(run_service, &service);
    int fd = dial(&service);
    assert_int_equal(rt_read(fd, bytes, sizeof(bytes), SOON), 7);
    assert_int_equal(rt_read(fd, bytes, sizeof(bytes), SOON), 0);
    rt_close(fd);
    stop(&service, task);
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * RT_NS_PER_S + now.tv_nsec;
}

TASK_TEST(without_descriptors_the_server_waits_and_does_not_spin)
{
    const int errors[] = {EMFILE, ENFILE, ENOMEM, ENOBUFS};
    struct service service;
    service_init(&service, echo_lines);
    struct rt_task *task = spawn(run_service, &service);
    for (int i = 0; i < 4; i++) {
        int first = dial(&service);
        talk(first);
        accepts_fail_with = errors[i];
        accept_calls = 0;
        int second = dial(&service);
        int64_t cpu = cpu_ns();
        assert_int_equal(rt_sleep_ns(60 * RT_NS_PER_MS), 0);
        assert_in_range(accept_calls, 1, 3);
        assert_true(cpu_ns() - cpu < 30 * RT_NS_PER_MS);
        accepts_fail_with = 0;
        rt_close(first); /* frees a descriptor: it need not wait for its time to pass */
        talk(second);
        rt_close(second);
    }
    accepts_fail_with = EINVAL; /* not of the kind that passes */
    int last = dial(&service);
    assert_int_equal(join(task), -EINVAL);
    accepts_fail_with = 0;
    rt_close(last);
    rt_close(service.listen_fd);
}

TASK_TEST(a_closed_listener_ends_the_server_and_a_scope_does)
{
    struct service service;
    service_init(&service, echo_lines);
    struct rt_task *task = spawn(run_service, &service);
    int fd = dial(&service);
    talk(fd);
    rt_close(service.listen_fd);
    assert_int_equal(join(task), -EBADF);
    assert_int_equal(service.cancelled, 1);
    rt_close(fd);

    service_init(&service, echo_lines);
    struct rt_timeout timeout;
    rt_timeout_begin(&timeout, rt_deadline_ns(3 * RT_NS_PER_MS));
    assert_int_equal(run_service(&service), -ETIMEDOUT);
    rt_timeout_end(&timeout);
    rt_close(service.listen_fd);
}

TASK_TEST(with_grace_handlers_end_by_themselves_and_are_cancelled_only_then)
{
    struct service service;
    service_init(&service, echo_lines);
    service.options.grace_ns = 20 * RT_NS_PER_S;
    struct rt_task *task = spawn(run_service, &service);
    int first = dial(&service), second;
    talk(first);
    rt_task_cancel(task);
    for (int i = 0; i < 5; i++)
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    talk(first);
    rt_close(first);
    assert_int_equal(join(task), -ECANCELED);
    assert_int_equal(service.cancelled, 0);
    rt_close(service.listen_fd);

    service_init(&service, echo_lines);
    service.options.grace_ns = 3 * RT_NS_PER_MS;
    task = spawn(run_service, &service);
    second = dial(&service);
    talk(second);
    int64_t start = rt_now_ns();
    stop(&service, task);
    assert_true(rt_now_ns() - start >= 3 * RT_NS_PER_MS);
    assert_int_equal(service.cancelled, 1);
    rt_close(second);
}

static int stop_while_accepting(void *arg)
{
    struct service service;
    service_init(&service, echo_lines);
    struct rt_task *task = spawn(run_service, &service);
    let_others_run();
    int fds[3];
    for (int i = 0; i < 3; i++) { /* without a wait, so that the server has not run meanwhile */
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(connect(fds[i], (struct sockaddr *)&service.address, sizeof(service.address)), 0);
    }
    accept_calls = 0;
    while (accept_calls == 0)
        assert_int_equal(rt_yield(), 0);
    stop(&service, task);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    *(int *)arg += service.cancelled;
    return 0;
}

/* Whether a handler begins before the server sees its cancel is up to the order in which tasks run. */
static void a_server_cancelled_as_it_accepts_ends_handlers_that_never_began(void **state)
{
    enum { SEEDS = 30 };
    (void)state;
    int begun = 0;
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const struct rt_loop_options options = {.schedule_seed = seed};
        assert_int_equal(rt_run(stop_while_accepting, &begun, &options), 0);
    }
    unsetenv("CMOCKA_TEST_ABORT");
    assert_in_range(begun, 1, 3 * SEEDS - 1);
}

static int serve_parked(void *arg)
{
    return rt_serve(*(int *)arg, echo_lines, NULL, NULL);
}

TASK_TEST(a_parkable_task_may_not_serve)
{
    int none = -1;
    struct rt_task *task;
    const struct rt_task_options options = {.parkable = true};
    assert_int_equal(rt_task_spawn_with(&task, serve_parked, &none, &options), 0);
    int result = join(task);
    assert_true(result == -ENOTSUP || result == -EBADF); /* the latter: nothing is parked in this build */
}

static void outside_a_task_nothing_is_served(void **state)
{
    (void)state;
    assert_int_equal(rt_serve(0, echo_lines, NULL, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_are_served_at_once_and_all_end_with_the_server),
        cmocka_unit_test(handlers_may_be_parkable),
        cmocka_unit_test(no_more_than_the_limit_are_served_at_once_and_the_others_wait),
        cmocka_unit_test(what_a_handler_leaves_in_the_buffer_is_sent),
        cmocka_unit_test(without_descriptors_the_server_waits_and_does_not_spin),
        cmocka_unit_test(a_closed_listener_ends_the_server_and_a_scope_does),
        cmocka_unit_test(with_grace_handlers_end_by_themselves_and_are_cancelled_only_then),
        cmocka_unit_test(a_server_cancelled_as_it_accepts_ends_handlers_that_never_began),
        cmocka_unit_test(a_parkable_task_may_not_serve),
        cmocka_unit_test(outside_a_task_nothing_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
