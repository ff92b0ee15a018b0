/* Transfers: side by side, over several multis, on connections used again, failing, cancelled. */
#include <arpa/inet.h>
#include <iort/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include "http_server.h"
#include "rt_test.h"

static struct http_server server;

/* Linked in place of libcurl's: the library's calls come by here. */
static int multis_made;

CURLM *__real_curl_multi_init(void);
CURLM *__wrap_curl_multi_init(void);
CURLM *__wrap_curl_multi_init(void)
{
    multis_made++;
    return __real_curl_multi_init();
}

static int start_server(void **state)
{
    (void)state;
    multis_made = 0;
    http_server_start(&server);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    http_server_stop(&server);
    return 0;
}

struct body {
    size_t size;
    bool wrong;
    CURL *easy;
};

static size_t check_body(char *bytes, size_t size, size_t count, void *user)
{
    struct body *body = user;
    for (size_t i = 0; i < size * count; i++)
        if ((unsigned char)bytes[i] != (unsigned char)(body->size + i))
            body->wrong = true;
    body->size += size * count;
    return size * count;
}

static CURL *make_easy(struct body *body)
{
    CURL *easy = curl_easy_init();
    assert_non_null(easy);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, check_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 60000L);
    return easy;
}

static CURLcode fetch(CURL *easy, struct body *body, const char *path)
{
    char url[64];
    CURLcode code = CURL_LAST;
    *body = (struct body){0};
    curl_easy_setopt(easy, CURLOPT_URL, http_server_url(&server, url, path));
    assert_int_equal(rt_curl_perform(easy, &code), 0);
    return code;
}

struct fetching {
    const char *path;
    size_t size;
    int times;
};

/* Returns the number of fetches that came out right. */
static int fetch_often(void *arg)
{
    struct fetching *fetching = arg;
    struct body body;
    CURL *easy = make_easy(&body);
    int good = 0;
    for (int i = 0; i < fetching->times; i++) {
        long status = 0;
        CURLcode code = fetch(easy, &body, fetching->path);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        good += code == CURLE_OK && status == 200 && body.size == fetching->size && !body.wrong;
    }
    curl_easy_cleanup(easy);
    return good;
}

TASK_TEST(a_transfer_brings_the_body)
{
    struct fetching small = {"/bytes/200", 200, 3}, empty = {"/bytes/0", 0, 1}, large = {"/bytes/5000000", 5000000, 1};
    assert_int_equal(fetch_often(&small), 3);
    assert_int_equal(fetch_often(&empty), 1);
    assert_int_equal(fetch_often(&large), 1);
    assert_int_equal(atomic_load(&server.requests), 5);
}

static const struct rt_loop_options two_to_a_multi = {.curl_multi_size = 2};

TASK_TEST_WITH(tasks_spread_over_multis_and_each_keeps_its_connection, &two_to_a_multi)
{
    enum { TASKS = 10, TIMES = 20 };
    struct fetching fetching = {"/bytes/3000", 3000, TIMES};
    struct rt_task *tasks[TASKS];
    for (int i = 0; i < TASKS; i++)
        tasks[i] = spawn(fetch_often, &fetching);
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(join(tasks[i]), TIMES);
    assert_int_equal(atomic_load(&server.requests), TASKS * TIMES);
    assert_in_range(atomic_load(&server.connections), 1, TASKS);
    assert_int_equal(multis_made, TASKS / 2);
}

TASK_TEST_WITH(tasks_that_come_and_go_use_the_connections_of_those_before_them, &two_to_a_multi)
{
    struct fetching fetching = {"/bytes/10", 10, 1};
    for (int i = 0; i < 30; i++) {
        struct rt_task *first = spawn(fetch_often, &fetching), *second = spawn(fetch_often, &fetching);
        assert_int_equal(join(first), 1);
        assert_int_equal(join(second), 1);
    }
    assert_int_equal(atomic_load(&server.requests), 60);
    assert_in_range(atomic_load(&server.connections), 1, 2);
    assert_int_equal(multis_made, 1);
}

TASK_TEST(three_hundred_tasks_fetch_at_once)
{
    enum { TASKS = 300, TIMES = 5 };
    struct fetching fetching = {"/bytes/20000", 20000, TIMES};
    struct rt_task *tasks[TASKS];
    for (int i = 0; i < TASKS; i++)
        tasks[i] = spawn(fetch_often, &fetching);
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(join(tasks[i]), TIMES);
    assert_int_equal(atomic_load(&server.requests), TASKS * TIMES);
    assert_in_range(atomic_load(&server.connections), 1, TASKS);
    assert_int_equal(multis_made, (TASKS + 15) / 16); /* as many as share one by default */
}

struct performing {
    CURL *easy;
    CURLcode code;
};

static int perform(void *arg)
{
    struct performing *performing = arg;
    return rt_curl_perform(performing->easy, &performing->code);
}

static void wait_for_stalled(int count)
{
    while (atomic_load(&server.stalled) < count)
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS / 2), 0);
}

TASK_TEST(a_transfer_cancelled_half_way_frees_its_handle_for_the_next)
{
    struct body body = {0};
    struct performing performing = {make_easy(&body), CURL_LAST};
    char url[64];
    for (int round = 0; round < 3; round++) {
        body = (struct body){0};
        curl_easy_setopt(performing.easy, CURLOPT_URL, http_server_url(&server, url, "/stall"));
        struct rt_task *task = spawn(perform, &performing);
        wait_for_stalled(1);
        while (body.size < 500)
            assert_int_equal(rt_sleep_ns(RT_NS_PER_MS / 2), 0);
        rt_task_cancel(task);
        rt_task_cancel(task);
        assert_int_equal(join(task), -ECANCELED);
        assert_int_equal(performing.code, CURL_LAST); /* written on success only */
        /* The server sees the connection go. */
        while (atomic_load(&server.stalled) > 0)
            assert_int_equal(rt_sleep_ns(RT_NS_PER_MS / 2), 0);
        assert_int_equal(fetch(performing.easy, &body, "/bytes/10"), CURLE_OK);
        assert_int_equal(body.size, 10);
    }
    curl_easy_cleanup(performing.easy);
}

TASK_TEST(transfers_cancelled_before_and_as_they_begin_leave_the_others_alone)
{
    enum { TASKS = 40 };
    struct body bodies[TASKS];
    struct performing performings[TASKS];
    struct rt_task *tasks[TASKS];
    char url[64];
    for (int i = 0; i < TASKS; i++) {
        bodies[i] = (struct body){0};
        performings[i] = (struct performing){make_easy(&bodies[i]), CURL_LAST};
        curl_easy_setopt(performings[i].easy, CURLOPT_URL, http_server_url(&server, url, "/bytes/100"));
        tasks[i] = spawn(perform, &performings[i]);
    }
    rt_task_cancel(tasks[0]); /* not started */
    rt_yield();
    for (int i = 1; i < TASKS / 2; i++)
        rt_task_cancel(tasks[i]); /* asked for, and not yet with libcurl */
    rt_sleep_ns(1);
    for (int i = TASKS / 2; i < TASKS * 3 / 4; i++)
        rt_task_cancel(tasks[i]); /* under way */
    int performed = 0;
    for (int i = 0; i < TASKS; i++) {
        int result = join(tasks[i]);
        performed += result == 0;
        if (i < TASKS / 2)
            assert_int_equal(result, -ECANCELED);
        if (i >= TASKS * 3 / 4)
            assert_int_equal(result, 0);
        if (result == 0) {
            assert_int_equal(performings[i].code, CURLE_OK);
            assert_int_equal(bodies[i].size, 100);
        }
    }
    assert_true(performed >= TASKS / 4);
    for (int i = 0; i < TASKS; i++) {
        if (i < TASKS / 2)
            assert_int_equal(bodies[i].size, 0);
        curl_easy_cleanup(performings[i].easy);
    }
    assert_true(atomic_load(&server.requests) <= TASKS / 2);
}

static int perform_then_sleep(void *arg)
{
    int error = perform(arg);
    return error < 0 ? error : rt_sleep_until(RT_FOREVER) == -ECANCELED ? 1 : -EPROTO;
}

TASK_TEST(a_transfer_that_completes_before_its_cancelled_task_runs_is_complete)
{
    struct body body = {0};
    struct performing performing = {make_easy(&body), CURL_LAST};
    char url[64];
    curl_easy_setopt(performing.easy, CURLOPT_URL, http_server_url(&server, url, "/bytes/10"));
    struct rt_task *task = spawn(perform_then_sleep, &performing);
    while (atomic_load(&server.requests) == 0)
        assert_int_equal(rt_yield(), 0);
    usleep(20000); /* the loop stands still: the answer has come and has not been seen */
    spawn_a_crowd();
    rt_task_cancel(task);
    int result = join(task);
    /* Seen after all, if the machine was slow: then there was nothing left to tell but the cancel. */
    assert_true(result == 1 || result == -ECANCELED);
    if (result == 1) {
        assert_int_equal(performing.code, CURLE_OK);
        assert_int_equal(body.size, 10);
    }
    curl_easy_cleanup(performing.easy);
}

/* --- a transfer that pauses, and another whose callback lets it go on --- */

static CURL *paused;

static size_t pause_once(char *bytes, size_t size, size_t count, void *user)
{
    struct body *body = user;
    if (!paused && body->size == 0) {
        paused = body->easy;
        return CURL_WRITEFUNC_PAUSE;
    }
    return check_body(bytes, size, count, user);
}

static size_t unpause_the_other(char *bytes, size_t size, size_t count, void *user)
{
    if (paused)
        curl_easy_pause(paused, CURLPAUSE_CONT);
    return check_body(bytes, size, count, user);
}

TASK_TEST(a_paused_transfer_goes_on_when_a_callback_says_so)
{
    struct body bodies[2] = {0};
    struct performing performings[2];
    char url[64];
    paused = NULL;
    for (int i = 0; i < 2; i++) {
        performings[i] = (struct performing){make_easy(&bodies[i]), CURL_LAST};
        bodies[i].easy = performings[i].easy;
        curl_easy_setopt(performings[i].easy, CURLOPT_URL, http_server_url(&server, url, "/bytes/10"));
        curl_easy_setopt(performings[i].easy, CURLOPT_WRITEFUNCTION, i == 0 ? pause_once : unpause_the_other);
    }
    int64_t start = rt_now_ns();
    struct rt_task *first = spawn(perform, &performings[0]);
    while (!paused)
        assert_int_equal(rt_sleep_ns(RT_NS_PER_MS), 0);
    struct rt_task *second = spawn(perform, &performings[1]);
    assert_int_equal(join(second), 0);
    assert_int_equal(join(first), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(performings[i].code, CURLE_OK);
        assert_int_equal(bodies[i].size, 10);
        curl_easy_cleanup(performings[i].easy);
    }
    assert_true(rt_now_ns() - start < 30 * RT_NS_PER_S); /* and did not wait for its time limit */
}

TASK_TEST(a_refused_connection_is_libcurls_code)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = rt_listen((struct sockaddr *)&address, sizeof(address), 1, 0);
    assert_true(fd >= 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    rt_close(fd);
    struct body body = {0};
    CURL *easy = make_easy(&body);
    CURLcode code;
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", ntohs(address.sin_port));
    curl_easy_setopt(easy, CURLOPT_URL, url);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(rt_curl_perform(easy, &code), 0);
        assert_int_equal(code, CURLE_COULDNT_CONNECT);
    }
    assert_int_equal(fetch(easy, &body, "/bytes/5"), CURLE_OK);
    curl_easy_cleanup(easy);
}

TASK_TEST(a_silent_or_stalling_server_is_a_timeout_and_not_an_early_one)
{
    struct body body;
    CURL *easy = make_easy(&body);
    const char *paths[] = {"/silent", "/stall"};
    for (int i = 0; i < 2; i++) {
        struct rt_loop_stats before, after;
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 50L);
        rt_loop_stats(rt_loop_current(), &before);
        int64_t start = rt_now_ns();
        assert_int_equal(fetch(easy, &body, paths[i]), CURLE_OPERATION_TIMEDOUT);
        assert_true(rt_now_ns() - start >= 45 * RT_NS_PER_MS); /* libcurl counts whole milliseconds */
        rt_loop_stats(rt_loop_current(), &after);
        assert_in_range(after.turns - before.turns, 1, 60); /* it slept meanwhile */
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 60000L);
        assert_int_equal(fetch(easy, &body, "/bytes/5"), CURLE_OK);
    }
    curl_easy_cleanup(easy);
}

TASK_TEST(a_body_cut_short_or_reset_is_a_failure)
{
    struct body body;
    CURL *easy = make_easy(&body);
    assert_int_equal(fetch(easy, &body, "/short"), CURLE_PARTIAL_FILE);
    assert_int_equal(body.size, 500);
    CURLcode code = fetch(easy, &body, "/reset");
    assert_true(code == CURLE_RECV_ERROR || code == CURLE_PARTIAL_FILE);
    assert_int_equal(fetch(easy, &body, "/close"), CURLE_OK);
    assert_int_equal(fetch(easy, &body, "/bytes/5"), CURLE_OK);
    curl_easy_cleanup(easy);
}

static size_t refuse_body(char *bytes, size_t size, size_t count, void *user)
{
    (void)bytes;
    (void)user;
    (void)size;
    (void)count;
    return 0;
}

static size_t wait_in_callback(char *bytes, size_t size, size_t count, void *user)
{
    (void)bytes;
    *(int *)user = rt_sleep_ns(1);
    return size * count;
}

TASK_TEST(a_callback_may_fail_a_transfer_and_may_not_wait)
{
    struct body body = {0};
    CURL *easy = make_easy(&body);
    int slept = 1;
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, refuse_body);
    assert_int_equal(fetch(easy, &body, "/bytes/5"), CURLE_WRITE_ERROR);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, wait_in_callback);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &slept);
    assert_int_equal(fetch(easy, &body, "/bytes/5"), CURLE_OK);
    assert_int_equal(slept, -EINVAL);
    curl_easy_cleanup(easy);
}

TASK_TEST(the_handles_private_pointer_is_left_alone)
{
    struct body body;
    CURL *easy = make_easy(&body);
    char *private = NULL;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &body);
    assert_int_equal(fetch(easy, &body, "/bytes/5"), CURLE_OK);
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    assert_ptr_equal(private, &body);
    curl_easy_cleanup(easy);
}

/* On a stack of one page: were libcurl called on the task's, it would run over. */
static const struct rt_loop_options one_page = {.stack_bytes = 1};

static int perform_on_one_page(void *arg)
{
    struct performing *performing = arg;
    return rt_curl_perform(performing->easy, &performing->code);
}

static int run_on_one_page(void *arg)
{
    struct rt_task *task;
    int result = -1;
    if (rt_task_spawn(&task, perform_on_one_page, arg) < 0 || rt_task_join(task, &result) < 0)
        return -1;
    return result;
}

static void libcurl_does_not_run_on_the_tasks_stack(void **state)
{
    (void)state;
    struct body body = {0};
    struct performing performing = {make_easy(&body), CURL_LAST};
    char url[64];
    curl_easy_setopt(performing.easy, CURLOPT_URL, http_server_url(&server, url, "/bytes/100"));
    assert_int_equal(rt_run(run_on_one_page, &performing, &one_page), 0);
    assert_int_equal(performing.code, CURLE_OK);
    assert_int_equal(body.size, 100);
    assert_int_equal(rt_curl_perform(performing.easy, &performing.code), -EINVAL);
    curl_easy_cleanup(performing.easy);
}

static int leave_transfers_behind(void *arg)
{
    for (int i = 0; i < 5; i++)
        if (rt_task_spawn(NULL, perform, (struct performing *)arg + i) < 0)
            return -1;
    while (atomic_load(&server.stalled) < 5)
        rt_sleep_ns(RT_NS_PER_MS / 2);
    return 3;
}

static void a_loop_ends_with_transfers_under_way(void **state)
{
    (void)state;
    struct body bodies[5] = {0};
    struct performing performings[5];
    char url[64];
    for (int i = 0; i < 5; i++) {
        performings[i] = (struct performing){make_easy(&bodies[i]), CURL_LAST};
        curl_easy_setopt(performings[i].easy, CURLOPT_URL, http_server_url(&server, url, i % 2 ? "/stall" : "/silent"));
    }
    assert_int_equal(rt_run(leave_transfers_behind, performings, NULL), 3);
    for (int i = 0; i < 5; i++)
        curl_easy_cleanup(performings[i].easy);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, start_server, stop_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(a_transfer_brings_the_body),
        SERVED(tasks_spread_over_multis_and_each_keeps_its_connection),
        SERVED(tasks_that_come_and_go_use_the_connections_of_those_before_them),
        SERVED(three_hundred_tasks_fetch_at_once),
        SERVED(a_transfer_cancelled_half_way_frees_its_handle_for_the_next),
        SERVED(transfers_cancelled_before_and_as_they_begin_leave_the_others_alone),
        SERVED(a_transfer_that_completes_before_its_cancelled_task_runs_is_complete),
        SERVED(a_paused_transfer_goes_on_when_a_callback_says_so),
        SERVED(a_refused_connection_is_libcurls_code),
        SERVED(a_silent_or_stalling_server_is_a_timeout_and_not_an_early_one),
        SERVED(a_body_cut_short_or_reset_is_a_failure),
        SERVED(a_callback_may_fail_a_transfer_and_may_not_wait),
        SERVED(the_handles_private_pointer_is_left_alone),
        SERVED(libcurl_does_not_run_on_the_tasks_stack),
        SERVED(a_loop_ends_with_transfers_under_way),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
