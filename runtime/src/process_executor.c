/* A pool of forked workers: a socket pair each, one call at a time, its bytes after a head of fixed size. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <iort/io.h>
#include <iort/process_executor.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "child.h"
#include "internal.h"

enum { BYTES_DEFAULT = 65536, WORKER_FD = 3 };

struct request {
    rt_process_executor_fn fn;
    size_t in_bytes, out_size;
};

struct reply {
    ssize_t returned;
};

struct worker {
    struct worker *next; /* among the idle */
    int fd;              /* -1: not started */
    struct rt__child child;
};

struct rt_process_executor {
    struct rt_loop *loop;
    struct rt_semaphore free; /* as many permits as workers that have no call */
    struct worker *idle;      /* of those, the ones that run come first */
    unsigned count;
    size_t in_most, out_most;
    struct worker workers[];
};

/* --- in the worker --- */

/* Returns false at the end of the stream, which is the parent's. */
static bool receive(void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = read(WORKER_FD, (char *)bytes + done, size - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool answer(const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = send(WORKER_FD, (const char *)bytes + done, size - done, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static void serve_calls(size_t in_most, size_t out_most)
{
    char *in = mmap(NULL, in_most + out_most, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct request request;
    if (in == MAP_FAILED)
        return;
    char *out = in + in_most;
    while (receive(&request, sizeof(request)) && receive(in, request.in_bytes)) {
        struct reply reply = {request.fn(in, request.in_bytes, out, request.out_size)};
        if (reply.returned > (ssize_t)request.out_size)
            reply.returned = SSIZE_MAX; /* the other side makes -EPROTO of it */
        bool has_bytes = reply.returned > 0 && reply.returned != SSIZE_MAX;
        if (!answer(&reply, sizeof(reply)) || (has_bytes && !answer(out, (size_t)reply.returned)))
            return;
    }
}

static void close_others(void)
{
    if (close_range(WORKER_FD + 1, ~0U, 0) == 0)
        return;
    for (int fd = WORKER_FD + 1; fd < (int)sysconf(_SC_OPEN_MAX); fd++)
        close(fd);
}

/* Every signal is blocked until none of the parent's handlers can run here. */
static void reset_signals(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &standard, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void be_worker(const struct rt_process_executor *executor, int fd, pid_t parent)
{
    rt__loop = NULL; /* the parent's */
    prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0UL, 0UL, 0UL);
    if (getppid() == parent && dup2(fd, WORKER_FD) == WORKER_FD) {
        close_others();
        reset_signals();
        serve_calls(executor->in_most, executor->out_most);
    }
    _exit(0);
}

/* --- starting one --- */

struct start {
    struct rt_call call;
    struct rt_process_executor *executor;
    struct rt_task *task;
    int ends[2];
    pid_t pid;
    bool done;
    int error;
};

/* On the loop's own stack, which the worker then has: a task's would be small for whatever the function is. */
static void fork_worker(void *arg)
{
    struct start *start = arg;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t parent = getpid();
    start->pid = fork();
    if (start->pid == 0)
        be_worker(start->executor, start->ends[1], parent);
    start->error = start->pid < 0 ? -errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    start->done = true;
    rt__wake(start->task, 0);
}

static int fork_on_loop(struct start *start)
{
    struct rt_timeout shield;
    rt_call_init(&start->call, fork_worker, start);
    int error = rt_call_soon(&start->call);
    if (error < 0)
        return error;
    /* Not rt__wait_held: a parkable task must be told if it cannot be put aside. */
    rt_shield_begin(&shield);
    error = rt__wait(start->task, RT_FOREVER, "a worker to start");
    rt_shield_end(&shield);
    if (start->done)
        return start->error;
    rt_call_cancel(&start->call);
    return error;
}

static int worker_start(struct rt_process_executor *executor, struct worker *worker)
{
    struct start *start = malloc(sizeof(*start)); /* not the stack: that may be parked while the callback runs */
    if (!start)
        return -ENOMEM;
    *start = (struct start){.executor = executor, .task = rt__self()};
    int error = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, start->ends) < 0 ? -errno : 0;
    if (error < 0)
        goto free_start;
    /* Only this end: in the worker calls block. */
    error = fcntl(start->ends[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : fork_on_loop(start);
    close(start->ends[1]);
    if (error == 0)
        error = rt__child_init(&worker->child, start->pid);
    if (error < 0)
        close(start->ends[0]);
    else
        worker->fd = start->ends[0];
free_start:
    free(start);
    return error;
}

/* Its memory stays, and a call that gets it starts another process. */
static void worker_end(struct worker *worker)
{
    if (worker->fd < 0)
        return;
    rt_close(worker->fd);
    worker->fd = -1;
    rt__child_finish(&worker->child);
}

/* One that ended while it had nothing to do has closed its socket; it never has anything to say by itself. */
static bool worker_is_alive(const struct worker *worker)
{
    char byte;
    return worker->fd >= 0 && recv(worker->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* --- the pool --- */

static void give_back(struct rt_process_executor *executor, struct worker *worker)
{
    struct worker **place = &executor->idle;
    while (worker->fd < 0 && *place) /* those that would have to be started come last */
        place = &(*place)->next;
    worker->next = *place;
    *place = worker;
    rt_semaphore_release(&executor->free);
}

int rt_process_executor_create(struct rt_process_executor **ret_executor,
                               const struct rt_process_executor_options *options)
{
    struct rt_task *self = rt__self();
    if (!self || options->workers == 0)
        return -EINVAL;
    struct rt_process_executor *executor = malloc(sizeof(*executor) + options->workers * sizeof(executor->workers[0]));
    if (!executor)
        return -ENOMEM;
    *executor = (struct rt_process_executor){
        .loop = self->loop,
        .count = options->workers,
        .in_most = options->in_most ? options->in_most : BYTES_DEFAULT,
        .out_most = options->out_most ? options->out_most : BYTES_DEFAULT,
    };
    rt_semaphore_init(&executor->free, options->workers);
    for (unsigned i = 0; i < options->workers; i++) {
        executor->workers[i] = (struct worker){.next = executor->idle, .fd = -1};
        executor->idle = &executor->workers[i];
    }
    for (unsigned i = 0; i < options->workers && options->start_all; i++) {
        int error = worker_start(executor, &executor->workers[i]);
        if (error < 0) {
            rt_process_executor_destroy(executor);
            return error;
        }
    }
    *ret_executor = executor;
    return 0;
}

/* Both ends block in the worker and never here: every call waits by the loop. */
static int exchange(const struct worker *worker, const struct rt_process_call *call, int64_t deadline_ns,
                    ssize_t *ret_returned)
{
    struct request request = {call->fn, call->in_bytes, call->out_size};
    struct reply reply;
    ssize_t n = rt_write(worker->fd, &request, sizeof(request), deadline_ns);
    if (n >= 0 && call->in_bytes > 0)
        n = rt_write(worker->fd, call->in, call->in_bytes, deadline_ns);
    char *at = (char *)&reply;
    size_t left = sizeof(reply);
    for (int part = 0; part < 2 && n >= 0; part++) {
        for (; n >= 0 && left > 0; left -= (size_t)n, at += n) {
            n = rt_read(worker->fd, at, left, deadline_ns);
            if (n == 0)
                return -EPIPE;
            if (n < 0)
                break;
        }
        if (n < 0 || part == 1 || reply.returned <= 0)
            break;
        if ((size_t)reply.returned > call->out_size)
            return -EPROTO;
        at = call->out;
        left = (size_t)reply.returned;
    }
    if (n < 0)
        return n == -ECONNRESET ? -EPIPE : (int)n;
    *ret_returned = reply.returned;
    return 0;
}

int rt_process_executor_call(struct rt_process_executor *executor, const struct rt_process_call *call,
                             int64_t deadline_ns, ssize_t *ret_returned, int *ret_status)
{
    struct rt_task *self = rt__self();
    if (!self || self->loop != executor->loop)
        return -EINVAL;
    if (call->in_bytes > executor->in_most || call->out_size > executor->out_most)
        return -EMSGSIZE;
    int error = rt_semaphore_acquire(&executor->free, deadline_ns);
    if (error < 0)
        return error;
    struct worker *worker = executor->idle;
    executor->idle = worker->next;
    if (!worker_is_alive(worker)) {
        worker_end(worker);
        error = worker_start(executor, worker);
    }
    ssize_t returned = 0;
    if (error == 0) {
        error = exchange(worker, call, deadline_ns, &returned);
        if (error < 0) {
            worker_end(worker);
            if (error == -EPIPE && ret_status)
                *ret_status = worker->child.status;
        }
    }
    give_back(executor, worker);
    if (error == 0 && ret_returned)
        *ret_returned = returned;
    return error;
}

void rt_process_executor_destroy(struct rt_process_executor *executor)
{
    if (!executor)
        return;
    rt_semaphore_finish(&executor->free);
    assert(executor->free.permits == executor->count);
    for (unsigned i = 0; i < executor->count; i++)
        worker_end(&executor->workers[i]);
    free(executor);
}
