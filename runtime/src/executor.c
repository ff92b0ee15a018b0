/* A pool of threads that starts them as calls come in, and hands results back through the loop's remote wake-up. */
#include "internal.h"
#include <errno.h>
#include <iort/executor.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* On the stack of the task that awaits it. */
struct call {
    struct call *next;
    rt_executor_fn fn;
    void *arg;
    int result;
    bool queued; /* no thread has taken it */
    struct rt_loop *loop;
    struct rt__remote remote;
};

struct rt_executor {
    pthread_mutex_t mutex;
    pthread_cond_t work;
    struct call *first, *last;
    unsigned queued, idle, started, most;
    bool stopping;
    pthread_t threads[];
};

int rt_executor_create(struct rt_executor **ret_executor, unsigned threads)
{
    if (threads == 0)
        return -EINVAL;
    struct rt_executor *executor = calloc(1, sizeof(*executor) + threads * sizeof(executor->threads[0]));
    if (!executor)
        return -ENOMEM;
    pthread_mutex_init(&executor->mutex, NULL);
    pthread_cond_init(&executor->work, NULL);
    executor->most = threads;
    *ret_executor = executor;
    return 0;
}

static struct call *take_call(struct rt_executor *executor)
{
    struct call *call = executor->first;
    executor->first = call->next;
    if (!executor->first)
        executor->last = NULL;
    executor->queued--;
    call->queued = false;
    return call;
}

static void *thread_main(void *arg)
{
    struct rt_executor *executor = arg;
    pthread_mutex_lock(&executor->mutex);
    for (;;) {
        while (!executor->first && !executor->stopping) {
            executor->idle++;
            pthread_cond_wait(&executor->work, &executor->mutex);
            executor->idle--;
        }
        if (!executor->first)
            break;
        struct call *call = take_call(executor);
        pthread_mutex_unlock(&executor->mutex);
        call->result = call->fn(call->arg);
        rt__remote_send(call->loop, &call->remote); /* from here on the call belongs to its task again */
        pthread_mutex_lock(&executor->mutex);
    }
    pthread_mutex_unlock(&executor->mutex);
    return NULL;
}

/* With the mutex held. Signals stay with the threads of whoever uses the library. */
static int start_thread(struct rt_executor *executor)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&executor->threads[executor->started], NULL, thread_main, executor);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        return -error;
    executor->started++;
    return 0;
}

static int submit(struct rt_executor *executor, struct call *call)
{
    int error = 0;
    pthread_mutex_lock(&executor->mutex);
    /* An idle thread counts once: it stays idle until it has woken up, and several calls may come before that. */
    if (executor->queued >= executor->idle && executor->started < executor->most)
        error = start_thread(executor);
    if (executor->started > 0) {
        error = 0;
        executor->queued++;
        if (executor->last)
            executor->last->next = call;
        else
            executor->first = call;
        executor->last = call;
        pthread_cond_signal(&executor->work);
    }
    pthread_mutex_unlock(&executor->mutex);
    return error < 0 ? -EAGAIN : 0;
}

/* Returns whether the call was still waiting for a thread, and now never runs. */
static bool withdraw(struct rt_executor *executor, struct call *call)
{
    pthread_mutex_lock(&executor->mutex);
    bool queued = call->queued;
    if (queued) {
        struct call *before = NULL, *at = executor->first;
        while (at != call) {
            before = at;
            at = at->next;
        }
        if (before)
            before->next = call->next;
        else
            executor->first = call->next;
        if (executor->last == call)
            executor->last = before;
        executor->queued--;
    }
    pthread_mutex_unlock(&executor->mutex);
    return queued;
}

static int own_executor(struct rt_loop *loop, struct rt_executor **ret_executor)
{
    if (!loop->executor) {
        unsigned threads = loop->options.executor_threads;
        if (!threads) {
            long cpus = sysconf(_SC_NPROCESSORS_ONLN);
            threads = cpus > 28 ? 32 : (unsigned)(cpus > 0 ? cpus : 1) + 4;
        }
        int error = rt_executor_create(&loop->executor, threads);
        if (error < 0)
            return error;
    }
    *ret_executor = loop->executor;
    return 0;
}

int rt_executor_call(struct rt_executor *executor, rt_executor_fn fn, void *arg, int *ret_result)
{
    struct rt_task *self = rt__self();
    if (!self)
        return -EINVAL;
    if (self->parkable)
        return -ENOTSUP;
    int error = rt__wait_begin(self);
    if (error < 0)
        return error;
    if (!executor && (error = own_executor(self->loop, &executor)) < 0)
        return error;

    struct call call = {.fn = fn, .arg = arg, .queued = true, .loop = self->loop, .remote.task = self};
    error = submit(executor, &call);
    if (error < 0)
        return error;
    self->loop->outside++;
    error = rt__wait(self, RT_FOREVER, "a thread's call");
    if (!call.remote.arrived && error < 0) {
        if (withdraw(executor, &call)) {
            self->loop->outside--;
            return error;
        }
        /* Of a timeout scope nothing need be kept: its deadline has passed for the next wait, too. */
        self->cancel_requested |= error == -ECANCELED;
    }
    while (!call.remote.arrived)
        rt__wait_held(self, "a thread's call");
    self->loop->outside--;
    if (ret_result)
        *ret_result = call.result;
    return 0;
}

void rt_executor_destroy(struct rt_executor *executor)
{
    if (!executor)
        return;
    pthread_mutex_lock(&executor->mutex);
    executor->stopping = true;
    pthread_cond_broadcast(&executor->work);
    pthread_mutex_unlock(&executor->mutex);
    for (unsigned i = 0; i < executor->started; i++)
        pthread_join(executor->threads[i], NULL);
    pthread_cond_destroy(&executor->work);
    pthread_mutex_destroy(&executor->mutex);
    free(executor);
}
