/*
 * The Nth allocation, mapping, thread or descriptor that the library asks for fails, for every N there is: each time a
 * clean error, nothing leaked (which the sanitizers and valgrind judge), and a loop that still works.
 */
#include <arpa/inet.h>
#include <ev.h>
#include <iort/curl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
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

static bool is_clean(int result)
{
    return result == 42 || result == -ENOMEM || result == -EMFILE || result == -EAGAIN;
}

enum { NEVER_SO_MANY = 10000 };

static void every_failure_from_the_start_is_a_clean_error(void **state)
{
    (void)state;
    int failures = 0;
    for (long n = 0; n < NEVER_SO_MANY; n++) {
        countdown = n;
        int result = rt_run(use_everything, NULL, NULL);
        bool reached = countdown < 0;
        countdown = -1;
        if (!is_clean(result))
            print_error("# failure number %ld: result %d\n", n, result);
        assert_true(is_clean(result));
        if (!reached)
            break;
        failures += result != 42;
    }
    assert_true(failures >= 15);
    assert_int_equal(rt_run(use_everything, NULL, NULL), 42);
}

static void a_loop_works_again_after_every_failure(void **state)
{
    (void)state;
    for (long n = 0; n < NEVER_SO_MANY; n++) {
        struct rt_loop *loop;
        assert_int_equal(rt_loop_create(&loop, NULL), 0);
        countdown = n;
        int result = rt_loop_run(loop, use_everything, NULL);
        bool reached = countdown < 0;
        countdown = -1;
        assert_true(is_clean(result));
        int again = rt_loop_run(loop, use_everything, NULL);
        if (again != 42)
            print_error("# after failure number %ld (result %d): result %d\n", n, result, again);
        assert_int_equal(again, 42);
        rt_loop_destroy(loop);
        if (!reached)
            break;
    }
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
