/*
 * The Nth allocation, mapping, thread or descriptor that the library asks for fails, for every N there is: each time a
 * clean error, nothing leaked (which the sanitizers and valgrind judge), and a loop that still works.
 */
#include <arpa/inet.h>
#include <ev.h>
#include <iort/curl.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include "http_server.h"
#include "other_loop.h"
#include "rt_test.h"

/* --- the countdown --- */

/* Of this thread, so that the server's does not take part. -1: nothing fails. */
static __thread long countdown = -1;

static bool fails_now(int error)
{
    if (countdown < 0 || countdown-- > 0)
        return false;
    errno = error;
    return true;
}

/* FAULTY(type, name, (parameters), (arguments), what it returns when it fails, errno) */
#define FAULTY(type, name, parameters, arguments, failure, error)                                                      \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        return fails_now(error) ? failure : __real_##name arguments;                                                   \
    }

FAULTY(void *, malloc, (size_t size), (size), NULL, ENOMEM)
FAULTY(void *, calloc, (size_t count, size_t size), (count, size), NULL, ENOMEM)
FAULTY(void *, realloc, (void *memory, size_t size), (memory, size), NULL, ENOMEM)
FAULTY(void *, mmap, (void *at, size_t size, int prot, int flags, int fd, off_t offset),
       (at, size, prot, flags, fd, offset), MAP_FAILED, ENOMEM)
FAULTY(int, pthread_create, (pthread_t * thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg),
       (thread, attr, fn, arg), EAGAIN, 0)
FAULTY(int, timerfd_create, (int clock, int flags), (clock, flags), -1, EMFILE)
FAULTY(int, eventfd, (unsigned count, int flags), (count, flags), -1, EMFILE)
FAULTY(struct ev_loop *, ev_loop_new, (unsigned flags), (flags), NULL, EMFILE)
FAULTY(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1, EMFILE)
FAULTY(int, accept4, (int fd, struct sockaddr *address, socklen_t *size, int flags), (fd, address, size, flags), -1,
       EMFILE)
FAULTY(int, pipe2, (int ends[2], int flags), (ends, flags), -1, EMFILE)
FAULTY(int, socketpair, (int domain, int type, int protocol, int ends[2]), (domain, type, protocol, ends), -1, EMFILE)
FAULTY(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags), -1, EMFILE)
FAULTY(int, pidfd_open, (pid_t pid, unsigned flags), (pid, flags), -1, EMFILE)
FAULTY(pid_t, fork, (void), (), -1, EAGAIN)
FAULTY(int, posix_spawnp,
       (pid_t * pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
        char *const argv[], char *const environment[]),
       (pid, file, actions, attributes, argv, environment), ENOMEM, 0)
FAULTY(CURLM *, curl_multi_init, (void), (), NULL, ENOMEM)
FAULTY(CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL *easy), (multi, easy), CURLM_OUT_OF_MEMORY, ENOMEM)

/* Where offsets have 64 bits by an option, mmap has another name. */
void *__wrap_mmap64(void *at, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
    return __wrap_mmap(at, size, prot, flags, fd, offset);
}

/* --- a bit of everything --- */

/* Each more at once than there were before, so that there must be room made for them. */
#ifdef __SANITIZE_THREAD__
enum { ITEMS = 5, CHILDREN = 3 }; /* which takes a minute to make so many stacks again and again */
#else
enum { ITEMS = 150, CHILDREN = 200 };
#endif

static struct http_server server;
static CURL *easies[3];

static int nap(void *arg)
{
    (void)arg;
    int error = rt_sleep_ns(RT_NS_PER_MS / 10);
    return error < 0 ? error : rt_yield();
}

static int use_tasks(void)
{
    enum { TASKS = 80 }; /* more than the heap of timers and the first slab of stacks begin with */
    struct rt_task *tasks[TASKS];
    int error = 0, started = 0;
    while (error == 0 && started < TASKS) {
        error = rt_task_spawn(&tasks[started], nap, NULL);
        started += error == 0;
    }
    for (int i = 0; i < started; i++) {
        int result = 0;
        int awaited = rt_task_join(tasks[i], &result);
        if (error == 0)
            error = awaited < 0 ? awaited : result;
    }
    return error;
}

static int use_queue(void)
{
    struct rt_queue *queue;
    void *item;
    int error = rt_queue_create(&queue, 2);
    if (error < 0)
        return error;
    error = rt_queue_put(queue, &queue, 0);
    if (error == 0)
        error = rt_queue_get(queue, &item, 0);
    if (error == 0 && rt_queue_get(queue, &item, 0) == 0)
        error = -EPROTO;
    rt_queue_destroy(queue);
    return error;
}

static int return_five(void *arg)
{
    (void)arg;
    return 5;
}

static int use_executor(void)
{
    int result = 5;
    int error = rt_executor_call(NULL, return_five, NULL, &result);
    return error < 0 || result == 5 ? error : -EPROTO;
}

static int use_sockets(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    char byte = 'x';
    int listening = -1, client = -1, accepted = -1, error = 0;
    if ((error = listening = rt_listen((struct sockaddr *)&address, sizeof(address), 5, 0)) < 0)
        goto done;
    getsockname(listening, (struct sockaddr *)&address, &size);
    if ((error = client = rt_connect((struct sockaddr *)&address, size, SOON)) < 0 ||
        (error = accepted = rt_accept(listening, SOON)) < 0)
        goto done;
    error = rt_io_wait(client, RT_READ, rt_deadline_ns(RT_NS_PER_MS / 10));
    if (error == -ETIMEDOUT)
        error = (int)rt_write(accepted, &byte, 1, SOON);
    if (error == 1)
        error = (int)rt_read(client, &byte, 1, SOON) == 1 ? 0 : -EPROTO;
done:
    for (int i = 0; i < 3; i++)
        if ((int[]){listening, client, accepted}[i] >= 0)
            rt_close((int[]){listening, client, accepted}[i]);
    return error;
}

static int fetch(void *arg)
{
    CURLcode code;
    int error = rt_curl_perform(arg, &code);
    return error < 0 ? error : code == CURLE_OK ? 0 : code == CURLE_OUT_OF_MEMORY ? -ENOMEM : -1000 - (int)code;
}

static int use_curl(void)
{
    struct rt_task *tasks[3];
    int error = 0, started = 0;
    while (error == 0 && started < 3) {
        error = rt_task_spawn(&tasks[started], fetch, easies[started]);
        started += error == 0;
    }
    for (int i = 0; i < started; i++) {
        int result = 0;
        int awaited = rt_task_join(tasks[i], &result);
        if (error == 0)
            error = awaited < 0 ? awaited : result;
    }
    return error;
}

static int use_gather(void)
{
    enum { TASKS = 5 };
    struct rt_task *tasks[TASKS], *task;
    struct rt_as_completed iterator;
    int items[ITEMS], results[ITEMS], error = 0, started = 0, got = 0;
    while (error == 0 && started < TASKS) {
        error = rt_task_spawn(&tasks[started], nap, NULL);
        started += error == 0;
    }
    if (error == 0)
        error = rt_wait(tasks, TASKS, RT_FIRST_COMPLETED, SOON, NULL);
    if (error == 0)
        error = rt_as_completed_init(&iterator, tasks, TASKS, SOON);
    if (error == 0) {
        while ((error = rt_as_completed_next(&iterator, &task)) > 0)
            got++;
        rt_as_completed_finish(&iterator);
        if (error == 0 && got != TASKS)
            error = -EPROTO;
    }
    if (error == 0)
        error = rt_gather(tasks, TASKS, results, RT_GATHER_STOP_ON_ERROR);
    for (int i = 0; i < started; i++)
        rt_task_release(tasks[i]);
    if (error == 0)
        error = rt_gather_each(nap, items, sizeof(items[0]), ITEMS, 0, results, RT_GATHER_RETURN_ERRORS);
    for (int i = 0; i < ITEMS && error == 0; i++)
        error = results[i];
    return error;
}

static int use_group(void)
{
    struct rt_group group;
    int error = rt_group_init(&group);
    for (int i = 0; i < CHILDREN && error == 0; i++)
        error = rt_group_spawn(&group, NULL, nap, NULL);
    int waited = rt_group_wait(&group);
    rt_group_finish(&group);
    return error < 0 ? error : waited;
}

static int use_future(void)
{
    struct rt_future *future;
    int error = rt_future_create(&future);
    if (error < 0)
        return error;
    error = rt_future_await(future, NULL, rt_deadline_ns(RT_NS_PER_MS / 10));
    rt_future_release(future);
    return error == -ETIMEDOUT ? 0 : error;
}

static int use_everything(void *arg)
{
    (void)arg;
    int error = use_tasks();
    if (error == 0)
        error = use_queue();
    if (error == 0)
        error = use_gather();
    if (error == 0)
        error = use_group();
    if (error == 0)
        error = use_future();
    if (error == 0)
        error = use_executor();
    if (error == 0)
        error = use_sockets();
    if (error == 0)
        error = use_curl();
    return error == 0 ? 42 : error;
}

/* --- what lies outside the loop --- */

static int use_files(void)
{
    char name[] = "/tmp/iort-faults-XXXXXX";
    void *data = NULL;
    size_t size;
    int fd = mkostemp(name, O_CLOEXEC);
    assert_true(fd >= 0);
    close(fd);
    int error = rt_file_write_all(name, "contents", 8, 0600);
    if (error == 0)
        error = rt_file_read_all(name, 100, &data, &size);
    if (error == 0 && size != 8)
        error = -EPROTO;
    free(data);
    unlink(name);
    return error;
}

static int use_resolver(void)
{
    struct addrinfo *result;
    int error = rt_getaddrinfo("127.0.0.1", "9", NULL, SOON, &result, NULL);
    if (error == 0)
        freeaddrinfo(result);
    return error;
}

static int use_signals(void)
{
    struct rt_signal *signals;
    sigset_t set;
    int number;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    int error = rt_signal_open(&signals, &set);
    if (error < 0)
        return error;
    raise(SIGUSR1); /* to this thread: the other one does not block it */
    error = rt_signal_wait(signals, SOON, &number);
    rt_signal_close(signals);
    return error;
}

static int use_processes(void)
{
    char *argv[] = {"cat", NULL};
    struct rt_process *process;
    struct rt_process_output output = {0};
    int error = rt_process_spawn(&process, argv,
                                 &(struct rt_process_options){RT_PROCESS_PIPE, RT_PROCESS_PIPE, RT_PROCESS_NULL});
    if (error < 0)
        return error;
    error = rt_process_communicate(process, "hello", 5, 100, SOON, &output, NULL);
    if (error == 0 && output.output_bytes != 5)
        error = -EPROTO;
    free(output.output);
    rt_process_destroy(process);
    return error;
}

static ssize_t add_bytes(const void *in, size_t in_bytes, void *out, size_t out_size)
{
    (void)out;
    (void)out_size;
    ssize_t sum = 0;
    for (size_t i = 0; i < in_bytes; i++)
        sum += ((const char *)in)[i];
    return -sum;
}

static int use_workers(void)
{
    struct rt_process_executor *executor;
    ssize_t returned;
    const struct rt_process_executor_options options = {.workers = 2};
    const struct rt_process_call call = {.fn = add_bytes, .in = "\1\2\3", .in_bytes = 3};
    int error = rt_process_executor_create(&executor, &options);
    if (error < 0)
        return error;
    for (int i = 0; i < 2 && error == 0; i++) {
        error = rt_process_executor_call(executor, &call, SOON, &returned, NULL);
        if (error == 0 && returned != -6)
            error = -EPROTO;
    }
    rt_process_executor_destroy(executor);
    return error;
}

static int echo_line(struct rt_stream *stream, void *arg)
{
    (void)arg;
    const char *bytes;
    ssize_t n = rt_stream_read_line(stream, SOON, &bytes);
    return n > 0 ? rt_stream_write(stream, bytes, (size_t)n, SOON) : (int)n;
}

static int serve(void *arg)
{
    return rt_serve(*(int *)arg, echo_line, NULL, NULL);
}

static int talk(const struct sockaddr_in *address)
{
    struct rt_stream *stream;
    const char *bytes;
    char port[8];
    snprintf(port, sizeof(port), "%d", ntohs(address->sin_port));
    int error = rt_stream_connect(&stream, "127.0.0.1", port, SOON, NULL);
    if (error < 0)
        return error;
    error = rt_stream_write(stream, "hello\n", 6, SOON);
    if (error == 0)
        error = rt_stream_flush(stream, SOON);
    if (error == 0)
        error = (int)rt_stream_read_line(stream, SOON, &bytes);
    rt_stream_close(stream, SOON);
    /* 0: the server had no memory for the connection, or its handler for a buffer, and has closed it. */
    return error == 6 ? 0 : error == 0 ? -EPIPE : error;
}

static int use_streams(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    struct rt_task *task;
    int fd = rt_listen((struct sockaddr *)&address, sizeof(address), 5, 0), result;
    if (fd < 0)
        return fd;
    getsockname(fd, (struct sockaddr *)&address, &size);
    int error = rt_task_spawn(&task, serve, &fd);
    if (error == 0) {
        error = talk(&address);
        rt_task_cancel(task);
        assert_int_equal(rt_task_join(task, &result), 0);
        if (error == 0 && result != -ECANCELED)
            error = result;
    }
    rt_close(fd);
    return error;
}

static int use_outside(void *arg)
{
    (void)arg;
    int (*const uses[])(void) = {use_files, use_resolver, use_signals, use_processes, use_workers, use_streams};
    int error = 0;
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]) && error == 0; i++)
        error = uses[i]();
    return error == 0 ? 42 : error;
}

/* --- every failure there is --- */

static bool is_clean(int result)
{
    return result == 42 || result == -ENOMEM || result == -EMFILE || result == -EAGAIN || result == -EPIPE ||
           result == -ECONNRESET;
}

enum { NEVER_SO_MANY = 10000 };

static void every_failure_is_a_clean_error(rt_task_fn use)
{
    int failures = 0;
    for (long n = 0; n < NEVER_SO_MANY; n++) {
        countdown = n;
        int result = rt_run(use, NULL, NULL);
        bool reached = countdown < 0;
        countdown = -1;
        if (!is_clean(result))
            print_error("# failure number %ld: result %d\n", n, result);
        assert_true(is_clean(result));
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
        if (!reached)
            break;
        failures += result != 42;
    }
    assert_true(failures >= 15);
    assert_int_equal(rt_run(use, NULL, NULL), 42);
}

static void a_loop_works_again(rt_task_fn use)
{
    for (long n = 0; n < NEVER_SO_MANY; n++) {
        struct rt_loop *loop;
        assert_int_equal(rt_loop_create(&loop, NULL), 0);
        countdown = n;
        int result = rt_loop_run(loop, use, NULL);
        bool reached = countdown < 0;
        countdown = -1;
        assert_true(is_clean(result));
        int again = rt_loop_run(loop, use, NULL);
        if (again != 42)
            print_error("# after failure number %ld (result %d): result %d\n", n, result, again);
        assert_int_equal(again, 42);
        rt_loop_destroy(loop);
        if (!reached)
            break;
    }
}

static void every_failure_from_the_start_is_a_clean_error(void **state)
{
    (void)state;
    every_failure_is_a_clean_error(use_everything);
}

static void every_failure_of_what_lies_outside_is_a_clean_error(void **state)
{
    (void)state;
    every_failure_is_a_clean_error(use_outside);
}

static void a_loop_works_again_after_every_failure(void **state)
{
    (void)state;
    a_loop_works_again(use_everything);
}

static void a_loop_works_again_after_every_failure_of_what_lies_outside(void **state)
{
    (void)state;
    a_loop_works_again(use_outside);
}

/* --- in the other thread --- */

static void begin_countdown(void *arg)
{
    countdown = *(const long *)arg;
}

static int return_6(void *arg)
{
    (void)arg;
    return 6;
}

static int submit_twice(void *arg)
{
    struct rt_loop *other = arg;
    static long at_once = 0;
    int result = -1;
    assert_int_equal(rt_call_soon_threadsafe(other, begin_countdown, &at_once), 0);
    assert_int_equal(rt_submit(other, return_6, NULL, &result), -ENOMEM);
    assert_int_equal(result, -1);
    assert_int_equal(rt_submit(other, return_6, NULL, &result), 0);
    assert_int_equal(result, 6);
    return 0;
}

static void a_task_that_cannot_be_made_elsewhere_is_an_error_here(void **state)
{
    struct other_loop other;
    (void)state;
    other_loop_start(&other); /* which has no task yet, nor room for one */
    assert_int_equal(rt_run(submit_twice, other.loop, NULL), 0);
    other_loop_end(&other);
}

static size_t drop_body(char *bytes, size_t size, size_t count, void *user)
{
    (void)bytes;
    (void)user;
    return size * count;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failure_from_the_start_is_a_clean_error),
        cmocka_unit_test(a_loop_works_again_after_every_failure),
        cmocka_unit_test(every_failure_of_what_lies_outside_is_a_clean_error),
        cmocka_unit_test(a_loop_works_again_after_every_failure_of_what_lies_outside),
        cmocka_unit_test(a_task_that_cannot_be_made_elsewhere_is_an_error_here),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    http_server_start(&server);
    char url[64];
    for (int i = 0; i < 3; i++) {
        easies[i] = curl_easy_init();
        curl_easy_setopt(easies[i], CURLOPT_URL, http_server_url(&server, url, "/bytes/10"));
        curl_easy_setopt(easies[i], CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easies[i], CURLOPT_PROXY, "");
        curl_easy_setopt(easies[i], CURLOPT_TIMEOUT_MS, 20000L);
        curl_easy_setopt(easies[i], CURLOPT_WRITEFUNCTION, drop_body);
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (int i = 0; i < 3; i++)
        curl_easy_cleanup(easies[i]);
    http_server_stop(&server);
    curl_global_cleanup();
    return failed;
}
