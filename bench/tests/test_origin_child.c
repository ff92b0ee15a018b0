/*
 * The origin as a child: started, asked, stopped, lost. origin_start runs its own executable with `serve`, so this
 * program answers to that word itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <argp.h>
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../commands/command.h"
#include "../cpus.h"
#include "../origin/origin.h"

static void start(struct origin *origin)
{
    struct failure failure = {.text = ""};
    char list[4096];
    cpu_set_t allowed;
    assert_int_equal(cpus_allowed(&allowed), 0);
    cpus_format(&allowed, list, sizeof(list));
    if (origin_start(origin, list, &failure) < 0)
        fail_msg("%s", failure.text);
    assert_int_equal(origin->loop_count, CPU_COUNT(&allowed));
}

static size_t drop(char *data, size_t one, size_t bytes, void *arg)
{
    (void)data;
    (void)one;
    (void)arg;
    return bytes;
}

static void get(const struct origin *origin, const char *path, const char *user_agent)
{
    char url[256];
    snprintf(url, sizeof(url), "%s%s", origin->url, path);
    CURL *easy = curl_easy_init();
    assert_non_null(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    if (user_agent)
        curl_easy_setopt(easy, CURLOPT_USERAGENT, user_agent);
    assert_int_equal(curl_easy_perform(easy), CURLE_OK);
    curl_easy_cleanup(easy);
}

static void counts_and_resets(void **state)
{
    (void)state;
    struct origin origin;
    struct origin_stats stats;
    struct failure failure = {.text = ""};
    start(&origin);
    assert_true(origin_alive(&origin));

    assert_int_equal(origin_take_stats(&origin, &stats, &failure), 0);
    assert_int_equal(stats.requests, 0);
    assert_int_equal(stats.delayed, 0);
    assert_true(stats.late_p50_ns == -1 && stats.late_p99_ns == -1 && stats.late_max_ns == -1);

    for (int i = 0; i < 5; i++)
        get(&origin, "/delay/5", NULL);
    get(&origin, "/bytes/10", NULL);
    get(&origin, "/status/404", NULL);
    for (int i = 0; i < 3; i++)
        get(&origin, "/delay/5", WARMUP_USER_AGENT);
    assert_int_equal(origin_take_stats(&origin, &stats, &failure), 0);
    assert_int_equal(stats.requests, 7);
    assert_int_equal(stats.warmup_requests, 3);
    assert_int_equal(stats.delayed, 5);
    assert_true(stats.late_p50_ns >= 0);
    assert_true(stats.late_p50_ns <= stats.late_p99_ns && stats.late_p99_ns <= stats.late_max_ns);
    assert_true(stats.late_max_ns < INT64_C(10000000000));
    assert_true(stats.cpu_ns > 0 && stats.busiest_cpu_ns > 0 && stats.busiest_cpu_ns <= stats.cpu_ns);

    assert_int_equal(origin_take_stats(&origin, &stats, &failure), 0);
    assert_int_equal(stats.requests, 0);
    assert_int_equal(stats.warmup_requests, 0);

    pid_t pid = origin.pid;
    origin_stop(&origin);
    assert_int_equal(origin.pid, 0);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
    origin_stop(&origin);
    assert_false(origin_alive(&origin));
}

static void a_proxy_setting_is_ignored(void **state)
{
    (void)state;
    struct origin origin;
    struct origin_stats stats;
    struct failure failure = {.text = ""};
    start(&origin);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    int rc = origin_take_stats(&origin, &stats, &failure);
    unsetenv("http_proxy");
    origin_stop(&origin);
    assert_int_equal(rc, 0);
}

static void a_dead_server_is_noticed(void **state)
{
    (void)state;
    struct origin origin;
    struct origin_stats stats;
    struct failure failure = {.text = ""};
    start(&origin);
    kill(origin.pid, SIGKILL);
    const struct timespec pause = {.tv_nsec = 10000000};
    for (int i = 0; i < 1000 && origin_alive(&origin); i++)
        nanosleep(&pause, NULL);
    assert_false(origin_alive(&origin));
    assert_int_equal(origin.pid, 0);
    assert_int_equal(origin_take_stats(&origin, &stats, &failure), -1);
    assert_int_equal(failure.status, EXIT_JOBS_FAILED);
    assert_true(strlen(failure.text) > 0);
}

static void a_deaf_server_is_killed(void **state)
{
    (void)state;
    struct origin origin;
    start(&origin);
    pid_t pid = origin.pid;
    kill(pid, SIGSTOP); /* does not act on SIGTERM any more */
    origin_stop(&origin);
    assert_int_equal(origin.pid, 0);
    assert_int_equal(kill(pid, 0), -1);
}

static void signals_to_our_group_spare_it(void **state)
{
    (void)state;
    struct origin origin;
    start(&origin);
    assert_int_equal(getpgid(origin.pid), origin.pid);
    assert_int_not_equal(getpgid(origin.pid), getpgrp());
    origin_stop(&origin);
}

/* What the parent blocks or ignores must not make the child deaf. */
static void a_blocked_sigterm_is_not_passed_on(void **state)
{
    (void)state;
    struct origin origin;
    sigset_t set, old;
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, &old);
    void (*old_handler)(int) = signal(SIGTERM, SIG_IGN);
    start(&origin);
    signal(SIGTERM, old_handler);
    sigprocmask(SIG_SETMASK, &old, NULL);
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    origin_stop(&origin);
    clock_gettime(CLOCK_MONOTONIC, &after);
    /* After 2 s it would have been SIGKILL that did it. */
    assert_true((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 < 1900);
}

static void a_failed_start_is_explained(void **state)
{
    (void)state;
    struct origin origin = {.pid = 12345};
    struct failure failure = {.text = ""};
    assert_int_equal(origin_start(&origin, "no-cpu", &failure), -1);
    assert_int_equal(failure.status, EXIT_USAGE);
    assert_non_null(strstr(failure.text, "status 2"));
    assert_int_equal(origin.pid, 12345); /* untouched */
}

int main(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    if (argc > 1 && strcmp(argv[1], "serve") == 0) {
        struct failure failure = {.text = ""};
        int status = command_serve(argc - 1, argv + 1, &failure);
        if (failure.text[0])
            fprintf(stderr, "%s\n", failure.text);
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_resets),
        cmocka_unit_test(a_proxy_setting_is_ignored),
        cmocka_unit_test(a_dead_server_is_noticed),
        cmocka_unit_test(a_deaf_server_is_killed),
        cmocka_unit_test(signals_to_our_group_spare_it),
        cmocka_unit_test(a_blocked_sigterm_is_not_passed_on),
        cmocka_unit_test(a_failed_start_is_explained),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
