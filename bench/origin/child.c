/* The server as a child process of the one that measures. */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <iort/clock.h>
#include "origin.h"

extern char **environ;

static const int64_t ANNOUNCE_NS = 10 * RT_NS_PER_S;
static const int64_t STOP_NS = 2 * RT_NS_PER_S;
static const long STATS_TIMEOUT_MS = 5000;

/*
 * posix_spawn shares the parent's memory until the exec, so a parent of gigabytes starts it as fast as a small one.
 * What cannot be set that way (dying with the parent) the child does itself: --with-parent.
 */
static int spawn_server(const char *cpus, int stdout_fd, pid_t *ret_pid)
{
    char parent[24];
    snprintf(parent, sizeof(parent), "%ld", (long)getpid());
    char *argv[] = {"iorace",     "serve", "--port", "0", "--json", "--with-parent", parent, cpus ? "--cpus" : NULL,
                    (char *)cpus, NULL};

    /* The parent may block or ignore signals; the child is ended by one. */
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    sigaddset(&defaults, SIGQUIT);
    sigaddset(&defaults, SIGHUP);

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return -error;
    error = posix_spawnattr_init(&attributes);
    if (error)
        goto destroy_actions;
    if ((error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)) != 0 ||
        (error = posix_spawn_file_actions_adddup2(&actions, stdout_fd, STDOUT_FILENO)) != 0)
        goto destroy_attributes;
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0); /* its own group: Ctrl-C must not end it before the run has */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

    pid_t pid;
    error = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv, environ);
    if (error == 0)
        *ret_pid = pid;
destroy_attributes:
    posix_spawnattr_destroy(&attributes);
destroy_actions:
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

/* Reads one line within the time given. Returns its length, 0 if the writer closed before, or -errno. */
static int read_line(int fd, char *buffer, size_t size, int64_t deadline_ns)
{
    size_t used = 0;
    for (;;) {
        int64_t left_ms = (deadline_ns - rt_now_ns()) / RT_NS_PER_MS;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = poll(&wait, 1, left_ms > 0 ? (int)left_ms : 0);
        if (ready < 0 && errno != EINTR)
            return -errno;
        if (ready == 0)
            return -ETIMEDOUT;
        if (ready < 0)
            continue;
        ssize_t got = read(fd, buffer + used, size - used);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            return 0;
        if (got < 0)
            continue;
        used += (size_t)got;
        char *end = memchr(buffer, '\n', used);
        if (end)
            return (int)(end - buffer);
        if (used == size)
            return -EMSGSIZE;
    }
}

static int parse_announcement(const char *line, size_t line_bytes, struct origin *origin)
{
    const char *url;
    int loops;
    json_t *json = json_loadb(line, line_bytes, 0, NULL);
    int rc = json_unpack(json, "{s:s, s:i}", "url", &url, "loops", &loops);
    if (rc == 0 && (strncmp(url, "http://", 7) != 0 || strlen(url) >= sizeof(origin->url) || loops < 1))
        rc = -1;
    if (rc == 0) {
        strcpy(origin->url, url);
        origin->loop_count = (unsigned)loops;
    }
    json_decref(json);
    return rc;
}

/* Says why no announcement came; ends and reaps the child. */
static int fail_start(struct origin *origin, int read_result, struct failure *failure)
{
    int state = 0;
    if (read_result == 0) {
        /* Its output ended: so has the child, or it is about to. */
        while (waitpid(origin->pid, &state, 0) < 0 && errno == EINTR)
            ;
        if (WIFEXITED(state))
            return failure_set(failure,
                               WEXITSTATUS(state) == 0 ? EXIT_JOBS_FAILED : (enum exit_status)WEXITSTATUS(state),
                               "the test server ended with status %d before it listened", WEXITSTATUS(state));
        return failure_set(failure, EXIT_JOBS_FAILED, "the test server was killed by signal %d before it listened",
                           WTERMSIG(state));
    }
    origin_stop(origin);
    if (read_result == -ETIMEDOUT)
        return failure_set(failure, EXIT_JOBS_FAILED, "the test server did not listen within %d s",
                           (int)(ANNOUNCE_NS / RT_NS_PER_S));
    if (read_result > 0)
        return failure_set(failure, EXIT_JOBS_FAILED,
                           "the test server announced itself with something else than its URL");
    return failure_set(failure, EXIT_JOBS_FAILED, "cannot read from the test server: %s", strerror(-read_result));
}

int origin_start(struct origin *ret_origin, const char *cpus, struct failure *ret_failure)
{
    struct origin origin = {.pid = 0};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot start the test server: pipe: %s",
                           failure_cause(errno));
    int rc = spawn_server(cpus, ends[1], &origin.pid);
    close(ends[1]);
    if (rc < 0) {
        close(ends[0]);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot start the test server: %s", failure_cause(-rc));
    }

    char line[256];
    rc = read_line(ends[0], line, sizeof(line), rt_deadline_ns(ANNOUNCE_NS));
    close(ends[0]);
    if (rc <= 0 || parse_announcement(line, (size_t)rc, &origin) < 0)
        return fail_start(&origin, rc, ret_failure);
    *ret_origin = origin;
    return 0;
}

bool origin_alive(struct origin *origin)
{
    if (origin->pid <= 0)
        return false;
    pid_t pid = waitpid(origin->pid, NULL, WNOHANG);
    if (pid == 0)
        return true;
    /* Reaped now, or (ECHILD) by someone else. */
    if (pid == origin->pid || errno == ECHILD)
        origin->pid = 0;
    return origin->pid != 0;
}

void origin_stop(struct origin *origin)
{
    static const struct timespec pause = {.tv_nsec = 2 * RT_NS_PER_MS};
    if (!origin_alive(origin))
        return;
    kill(origin->pid, SIGTERM);
    for (int64_t deadline_ns = rt_deadline_ns(STOP_NS); origin_alive(origin); nanosleep(&pause, NULL)) {
        if (rt_now_ns() < deadline_ns)
            continue;
        kill(origin->pid, SIGKILL);
        while (waitpid(origin->pid, NULL, 0) < 0 && errno == EINTR)
            ;
        origin->pid = 0;
        return;
    }
}

struct answer_text {
    char text[4096];
    size_t bytes;
};

static size_t keep_answer(char *data, size_t one, size_t bytes, void *arg)
{
    struct answer_text *answer = arg;
    (void)one;
    if (bytes > sizeof(answer->text) - answer->bytes)
        return 0; /* libcurl takes it as an error and stops */
    memcpy(answer->text + answer->bytes, data, bytes);
    answer->bytes += bytes;
    return bytes;
}

static int parse_stats(const struct answer_text *answer, struct origin_stats *ret_stats)
{
    json_int_t requests, warmup_requests, delayed, p50_ns, p99_ns, max_ns, cpu_ns, busiest_cpu_ns;
    json_t *json = json_loadb(answer->text, answer->bytes, 0, NULL);
    int rc = json_unpack(json, "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "requests", &requests, "warmup_requests",
                         &warmup_requests, "delayed", &delayed, "late_p50_ns", &p50_ns, "late_p99_ns", &p99_ns,
                         "late_max_ns", &max_ns, "cpu_ns", &cpu_ns, "busiest_cpu_ns", &busiest_cpu_ns);
    if (rc == 0)
        *ret_stats = (struct origin_stats){
            .requests = (uint64_t)requests,
            .warmup_requests = (uint64_t)warmup_requests,
            .delayed = (uint64_t)delayed,
            .late_p50_ns = p50_ns,
            .late_p99_ns = p99_ns,
            .late_max_ns = max_ns,
            .cpu_ns = cpu_ns,
            .busiest_cpu_ns = busiest_cpu_ns,
        };
    json_decref(json);
    return rc;
}

int origin_take_stats(const struct origin *origin, struct origin_stats *ret_stats, struct failure *ret_failure)
{
    char url[sizeof(origin->url) + 32];
    struct answer_text answer = {.bytes = 0};
    snprintf(url, sizeof(url), "%s/stats?reset=1", origin->url);

    CURL *easy = curl_easy_init();
    if (!easy)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot ask the test server for its timings: out of memory");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*"); /* libcurl would obey http_proxy even for 127.0.0.1 */
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, STATS_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
    CURLcode code = curl_easy_perform(easy);
    curl_easy_cleanup(easy);

    if (code != CURLE_OK)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot ask the test server for its timings: %s",
                           curl_easy_strerror(code));
    if (parse_stats(&answer, ret_stats) < 0)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "the test server's timings are garbled");
    return 0;
}
