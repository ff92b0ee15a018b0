/* Name resolution with a resolver that answers when the test lets it: results, codes, and leaving before the answer. */
#include <arpa/inet.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdatomic.h>
#include "rt_test.h"

static sem_t gate;
static atomic_int inside, answered, freed;

int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **result);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **result);
void __real_freeaddrinfo(struct addrinfo *result);
void __wrap_freeaddrinfo(struct addrinfo *result);

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    if (host && strcmp(host, "broken.test") == 0) {
        errno = EMFILE;
        return EAI_SYSTEM;
    }
    if (host && strcmp(host, "full.test") == 0)
        return EAI_MEMORY;
    if (host && strcmp(host, "later.test") == 0)
        return EAI_AGAIN;
    if (!host || strcmp(host, "slow.test") != 0)
        return __real_getaddrinfo(host, service, hints, result);
    atomic_fetch_add(&inside, 1);
    sem_wait(&gate);
    int error = __real_getaddrinfo("127.0.0.1", "9", hints, result);
    atomic_fetch_add(&answered, 1);
    return error;
}

void __wrap_freeaddrinfo(struct addrinfo *result)
{
    __real_freeaddrinfo(result);
    atomic_fetch_add(&freed, 1);
}

static void start_over(void)
{
    sem_destroy(&gate);
    sem_init(&gate, 0, 0);
    atomic_store(&inside, 0);
    atomic_store(&answered, 0);
    atomic_store(&freed, 0);
}

static void await_count(atomic_int *count, int wanted)
{
    for (int i = 0; atomic_load(count) < wanted; i++) {
        assert_true(i < 20000);
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    }
}

TASK_TEST(an_address_comes_back_and_errors_by_their_kind)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *result = NULL;
    int eai = 77;
    assert_int_equal(rt_getaddrinfo("127.0.0.1", "80", &hints, SOON, &result, &eai), 0);
    const struct sockaddr_in *address = (const struct sockaddr_in *)(const void *)result->ai_addr;
    assert_int_equal(ntohs(address->sin_port), 80);
    assert_int_equal(ntohl(address->sin_addr.s_addr), INADDR_LOOPBACK);
    assert_null(result->ai_next);
    freeaddrinfo(result);
    result = NULL;
    assert_int_equal(rt_getaddrinfo(NULL, "80", &hints, SOON, &result, NULL), 0);
    freeaddrinfo(result);
    result = NULL;
    assert_int_equal(eai, 77);
    assert_int_equal(rt_getaddrinfo("broken.test", NULL, NULL, SOON, &result, &eai), -EMFILE);
    assert_int_equal(rt_getaddrinfo("full.test", NULL, NULL, SOON, &result, &eai), -ENOMEM);
    assert_int_equal(eai, 77);
    assert_int_equal(rt_getaddrinfo("later.test", NULL, NULL, SOON, &result, &eai), -ENOENT);
    assert_int_equal(eai, EAI_AGAIN);
    assert_int_equal(rt_getaddrinfo("127.0.0.1", "no such service", &hints, SOON, &result, &eai), -ENOENT);
    assert_int_equal(eai, EAI_SERVICE);
    assert_int_equal(rt_getaddrinfo(NULL, NULL, NULL, SOON, &result, NULL), -ENOENT);
    assert_null(result);
}

static int resolve_slowly(void *arg)
{
    struct addrinfo *result;
    int error = rt_getaddrinfo("slow.test", "9", NULL, *(int64_t *)arg, &result, NULL);
    if (error == 0)
        freeaddrinfo(result);
    return error;
}

TASK_TEST(the_waiter_leaves_at_once_and_the_thread_frees_its_result_later)
{
    start_over();
    int64_t start = rt_now_ns(), soon = start + 30 * RT_NS_PER_MS, forever = RT_FOREVER;
    assert_int_equal(resolve_slowly(&soon), -ETIMEDOUT);
    assert_true(rt_now_ns() - start >= 30 * RT_NS_PER_MS);
    int entered = atomic_load(&inside); /* on a slow machine a thread may not have taken it in time */
    struct rt_task *task = spawn(resolve_slowly, &forever);
    await_count(&inside, entered + 1);
    rt_task_cancel(task);
    assert_int_equal(join(task), -ECANCELED);
    struct rt_timeout timeout;
    rt_timeout_begin(&timeout, rt_deadline_ns(30 * RT_NS_PER_MS));
    assert_int_equal(resolve_slowly(&forever), -ETIMEDOUT);
    assert_int_equal(rt_timeout_end(&timeout), -ETIMEDOUT);
    entered = atomic_load(&inside);
    task = spawn(resolve_slowly, &forever); /* this one stays */
    await_count(&inside, entered + 1);
    assert_int_equal(atomic_load(&answered), 0);
    for (int i = 0; i < 4; i++)
        sem_post(&gate);
    assert_int_equal(join(task), 0);
    assert_int_equal(rt_executor_drain(NULL, SOON), 0);
    await_count(&freed, atomic_load(&inside));
}

TASK_TEST(a_wait_that_ends_before_a_thread_took_it_never_asks)
{
    struct rt_task *busy[40];
    int64_t forever = RT_FOREVER, soon = rt_deadline_ns(20 * RT_NS_PER_MS);
    int threads = 0;
    start_over();
    for (int i = 0; i < 40; i++) /* more than the pool has threads */
        busy[i] = spawn(resolve_slowly, &forever);
    await_count(&inside, 2);
    assert_int_equal(resolve_slowly(&soon), -ETIMEDOUT);
    threads = atomic_load(&inside);
    assert_true(threads < 40);
    for (int i = 0; i < 40; i++)
        sem_post(&gate);
    for (int i = 0; i < 40; i++)
        assert_int_equal(join(busy[i]), 0);
    assert_int_equal(atomic_load(&inside), 40);
}

static int leave_one_behind(void *arg)
{
    (void)arg;
    static int64_t forever = RT_FOREVER;
    int error = rt_task_spawn(NULL, resolve_slowly, &forever);
    while (error == 0 && atomic_load(&inside) == 0)
        error = rt_sleep_ns(RT_NS_PER_MS);
    return error;
}

static void the_end_of_the_loop_does_not_wait_for_a_resolver(void **state)
{
    (void)state;
    start_over();
    assert_int_equal(rt_run(leave_one_behind, NULL, NULL), 0); /* would hang here */
    assert_int_equal(atomic_load(&answered), 0);
    sem_post(&gate);
    for (int i = 0; atomic_load(&freed) < 1 && i < 20000; i++)
        usleep(1000);
    assert_int_equal(atomic_load(&freed), 1);
    usleep(20000); /* the thread has a few lines to go */
}

static int resolve_parked(void *arg)
{
    return resolve_slowly(arg);
}

TASK_TEST(a_parkable_task_is_refused)
{
    struct rt_task *task;
    int64_t past = 1;
    const struct rt_task_options options = {.parkable = true};
    assert_int_equal(rt_task_spawn_with(&task, resolve_parked, &past, &options), 0);
    int result = join(task);
    assert_true(result == -ENOTSUP || result == -ETIMEDOUT); /* the latter: nothing is parked in this build */
    sem_post(&gate);
    /* A thread that had taken it must not be within the C library when the program ends: it holds a lock there. */
    assert_int_equal(rt_executor_drain(NULL, SOON), 0);
}

static void outside_a_task_nothing_is_asked(void **state)
{
    (void)state;
    struct addrinfo *result;
    assert_int_equal(rt_getaddrinfo("127.0.0.1", NULL, NULL, SOON, &result, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_comes_back_and_errors_by_their_kind),
        cmocka_unit_test(the_waiter_leaves_at_once_and_the_thread_frees_its_result_later),
        cmocka_unit_test(a_wait_that_ends_before_a_thread_took_it_never_asks),
        cmocka_unit_test(the_end_of_the_loop_does_not_wait_for_a_resolver),
        cmocka_unit_test(outside_a_task_nothing_is_asked),
        cmocka_unit_test(a_parkable_task_is_refused),
    };
    sem_init(&gate, 0, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
