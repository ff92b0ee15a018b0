/* The server: as many loops as CPUs, each a thread with a listening socket of its own and nothing shared but counters.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <iort/iort.h>
#include "../cpus.h"
#include "connection.h"
#include "listeners.h"
#include "origin.h"

/* How long to leave the backlog alone when descriptors or memory are short. */
static const int64_t SHORTAGE_PAUSE_NS = 50 * RT_NS_PER_MS;
static const int64_t COMPLAINT_PAUSE_NS = RT_NS_PER_S;

struct server_loop {
    struct rt_loop *rt;
    int listen_fd;
    int stop_fd; /* readable when the loop is to end: signalfd for the first loop, an eventfd for each other */
    struct counters *counters;
    const struct counters_set *all;
    struct connection_list connections;
    struct rt_task *acceptor;
    int64_t complained_ns;
    cpu_set_t cpus; /* where its thread runs */
    pthread_t thread;
    int result;
};

struct server {
    struct counters_set counters;
    struct server_loop *loops;
    unsigned loop_count;
    sigset_t old_mask;
    char url[64];
};

static void complain(struct server_loop *loop, int error)
{
    int64_t now_ns = rt_now_ns();
    if (loop->complained_ns != 0 && now_ns < loop->complained_ns + COMPLAINT_PAUSE_NS)
        return;
    loop->complained_ns = now_ns;
    fprintf(stderr, "iorace serve: cannot accept a connection: %s; new ones wait until others end\n", strerror(error));
}

/* Returns 0, or -errno when the connection could not be taken over; then it is closed. */
static int begin_connection(struct server_loop *loop, int fd)
{
    struct connection *connection = connection_create(fd, &loop->connections, loop->counters, loop->all);
    if (!connection) {
        rt_close(fd);
        return -ENOMEM;
    }
    int rc = rt_task_spawn(NULL, connection_run, connection);
    if (rc < 0) {
        connection_destroy(connection);
        return rc;
    }
    counters_add(&loop->counters->connections);
    return 0;
}

static int accept_connections(struct server_loop *loop)
{
    for (;;) {
        int rc = rt_accept(loop->listen_fd, RT_FOREVER);
        if (rc >= 0)
            rc = begin_connection(loop, rc);
        switch (rc) {
        case 0:
            /* One by one with those that are being served, or a burst of thousands would make the first wait for the
             * last. */
            if (rt_yield() == -ECANCELED)
                return 0;
            break;
        case -ECANCELED:
            return 0;
        case -EBADF:
        case -EINVAL:
        case -ENOTSOCK:
            return rc;
        default:
            /* EMFILE, ENFILE, ENOBUFS, ENOMEM, and what accept(2) passes on from the network. The listening socket
             * stays readable all the while, so without a pause this would spin. */
            complain(loop, -rc);
            if (rt_sleep_ns(SHORTAGE_PAUSE_NS) == -ECANCELED)
                return 0;
        }
    }
}

/* The task that ends a loop. Without it no signal would: a shortage is waited out. */
static int await_stop(void *arg)
{
    struct server_loop *loop = arg;
    int rc;
    while ((rc = rt_io_wait(loop->stop_fd, RT_READ, RT_FOREVER)) < 0 && rc != -ECANCELED && rc != -EBADF)
        if ((rc = rt_sleep_ns(SHORTAGE_PAUSE_NS)) == -ECANCELED)
            break;
    if (rc != -ECANCELED)
        rt_task_cancel(loop->acceptor);
    return rc;
}

static int loop_main(void *arg)
{
    struct server_loop *loop = arg;
    struct rt_task *stopper;
    loop->acceptor = rt_task_self();
    int rc = rt_task_spawn(&stopper, await_stop, loop);
    if (rc < 0)
        return rc;
    rc = rt_yield();
    if (rc == 0 && rt_task_result(stopper, &rc) < 0) /* else it found no stack, and is over */
        rc = accept_connections(loop);
    rt_task_release(stopper);
    return rc == -ECANCELED ? 0 : rc;
}

static void run_loop(struct server_loop *loop)
{
    counters_begin(loop->counters);
    loop->result = rt_loop_run(loop->rt, loop_main, loop);
    rt_loop_destroy(loop->rt); /* cancels the connections, which then close and free themselves */
    loop->rt = NULL;
    struct connection *connection;
    while ((connection = LIST_FIRST(&loop->connections)) != NULL)
        connection_destroy(connection);
}

static void *run_thread(void *arg)
{
    struct server_loop *loop = arg;
    sched_setaffinity(0, sizeof(loop->cpus), &loop->cpus);
    run_loop(loop);
    /* A loop that ends by itself takes the server with it: a server with a dead socket would be slow for no visible
     * reason. */
    if (loop->result < 0)
        kill(getpid(), SIGTERM);
    return NULL;
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Chooses the CPUs; each loop is tied to one of them if a list was given. */
static int place_loops(const char *list, cpu_set_t *ret_set, unsigned *ret_count, struct failure *failure)
{
    if (list) {
        if (cpus_parse(list, ret_set, failure) < 0)
            return -1;
        if (sched_setaffinity(0, sizeof(*ret_set), ret_set) < 0)
            return failure_set(failure, EXIT_LOCAL_LIMIT, "cannot run on CPU %.200s: %s", list, strerror(errno));
    } else if (cpus_allowed(ret_set) < 0) {
        return failure_set(failure, EXIT_LOCAL_LIMIT, "cannot ask which CPUs may be used");
    }
    *ret_count = (unsigned)CPU_COUNT(ret_set);
    return 0;
}

static cpu_set_t nth_cpu(const cpu_set_t *set, unsigned n)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, set) && n-- == 0)
            CPU_SET(cpu, &one);
    return one;
}

static int server_init(struct server *server, const struct origin_options *options, struct failure *failure)
{
    cpu_set_t cpus;
    unsigned count = 0;
    if (place_loops(options->cpus, &cpus, &count, failure) < 0)
        return -1;
    raise_descriptor_limit();
    /* Deadlines are absolute and in nanoseconds; the default slack would add 50 us to each. Threads inherit it. */
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);

    server->loop_count = count;
    server->counters.loop_count = count;
    server->counters.loops = aligned_alloc(alignof(struct counters), count * sizeof(struct counters));
    server->loops = calloc(count, sizeof(*server->loops));
    int *listen_fds = calloc(count, sizeof(*listen_fds));
    if (!server->counters.loops || !server->loops || !listen_fds) {
        failure_set(failure, EXIT_LOCAL_LIMIT, "out of memory for %u loops", count);
        goto free_memory;
    }
    memset(server->counters.loops, 0, count * sizeof(struct counters));

    const char *host = options->host ? options->host : "127.0.0.1";
    if (listeners_open(host, options->port, count, listen_fds, server->url, sizeof(server->url), failure) < 0)
        goto free_memory;

    /* Before any thread exists: all inherit the mask, so a signal can arrive at the signalfd only. */
    sigset_t stop_signals;
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGTERM);
    sigaddset(&stop_signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop_signals, &server->old_mask);

    for (unsigned i = 0; i < count; i++) {
        struct server_loop *loop = &server->loops[i];
        loop->listen_fd = listen_fds[i];
        loop->counters = &server->counters.loops[i];
        loop->all = &server->counters;
        loop->cpus = options->cpus ? nth_cpu(&cpus, i) : cpus;
        LIST_INIT(&loop->connections);
        loop->stop_fd =
            i == 0 ? signalfd(-1, &stop_signals, SFD_NONBLOCK | SFD_CLOEXEC) : eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        int rc = loop->stop_fd < 0 ? -errno : rt_loop_create(&loop->rt, NULL);
        if (rc < 0) {
            failure_set(failure, EXIT_LOCAL_LIMIT, "cannot make event loop %u of %u: %s", i + 1, count, strerror(-rc));
            if (loop->stop_fd >= 0)
                close(loop->stop_fd);
            while (i-- > 0) {
                rt_loop_destroy(server->loops[i].rt);
                close(server->loops[i].stop_fd);
            }
            goto close_listeners;
        }
    }
    free(listen_fds);
    return 0;

close_listeners:
    pthread_sigmask(SIG_SETMASK, &server->old_mask, NULL);
    for (unsigned i = 0; i < count; i++)
        close(listen_fds[i]);
free_memory:
    free(listen_fds);
    free(server->loops);
    free(server->counters.loops);
    return -1;
}

static void server_finish(struct server *server)
{
    /* Take the signal that ended it, or it would strike as soon as it is no longer blocked. */
    struct signalfd_siginfo taken;
    while (read(server->loops[0].stop_fd, &taken, sizeof(taken)) > 0)
        ;
    for (unsigned i = 0; i < server->loop_count; i++) {
        struct server_loop *loop = &server->loops[i];
        rt_loop_destroy(loop->rt); /* NULL unless it never ran */
        close(loop->listen_fd);
        close(loop->stop_fd);
    }
    free(server->loops);
    free(server->counters.loops);
    pthread_sigmask(SIG_SETMASK, &server->old_mask, NULL);
}

static void announce(const struct server *server, bool as_json)
{
    if (as_json)
        printf("{\"url\":\"%s\",\"pid\":%ld,\"loops\":%u}\n", server->url, (long)getpid(), server->loop_count);
    else
        printf("iorace serve: listening on %s with %u loop%s; Ctrl-C ends it, %s/ lists the paths\n", server->url,
               server->loop_count, server->loop_count == 1 ? "" : "s", server->url);
    fflush(stdout);
}

int origin_serve(const struct origin_options *options, struct failure *ret_failure)
{
    struct server server = {.loop_count = 0};
    if (server_init(&server, options, ret_failure) < 0)
        return -1;

    int result = 0;
    unsigned started = 1; /* the first loop runs in this thread */
    for (; started < server.loop_count; started++) {
        struct server_loop *loop = &server.loops[started];
        int error = pthread_create(&loop->thread, NULL, run_thread, loop);
        if (error) {
            result = failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot start thread %u of %u: %s", started + 1,
                                 server.loop_count, strerror(error));
            break;
        }
    }
    if (result == 0) {
        struct server_loop *first = &server.loops[0];
        sched_setaffinity(0, sizeof(first->cpus), &first->cpus);
        announce(&server, options->announce_json);
        run_loop(first);
    }

    for (unsigned i = 1; i < started; i++)
        eventfd_write(server.loops[i].stop_fd, 1);
    for (unsigned i = 1; i < started; i++)
        pthread_join(server.loops[i].thread, NULL);
    for (unsigned i = 0; i < started && result == 0; i++)
        if (server.loops[i].result < 0)
            result = failure_set(ret_failure, EXIT_JOBS_FAILED, "the server's loop %u ended: %s", i + 1,
                                 strerror(-server.loops[i].result));
    server_finish(&server);
    return result;
}
