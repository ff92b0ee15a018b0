/* A pool of threads that starts them as calls come in, and hands results back through the loop's remote wake-up. */
#include "executor.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_BYTES = 12 };

struct thread {
    pthread_t id;
    struct rt_executor *executor;
    struct rt__job *job; /* that it runs */
    char name[16];
};

/* A task in rt_executor_drain. */
struct drain {
    struct drain *next;
    bool queued, dropped;
    struct rt_loop *loop;
    struct rt__remote remote;
};

struct rt_executor {
    pthread_mutex_t mutex;
    pthread_cond_t work;
    struct rt__job *first, *last;
    struct drain *drains;
    /* The owner, each thread and each call that waits have one: whoever is last frees the memory, so that neither a
     * thread that nobody joins nor a task that wakes up late finds it gone. */
    unsigned references;
    unsigned queued, running, idle, started, most, queue_most;
    bool refuse, stopping;
    char name[NAME_BYTES];
    struct thread threads[];
};

int rt_executor_create_with(struct rt_executor **ret_executor, const struct rt_executor_options *options)
{
    if (options->threads == 0)
        return -EINVAL;
    struct rt_executor *executor = calloc(1, sizeof(*executor) + options->threads * sizeof(executor->threads[0]));
    if (!executor)
        return -ENOMEM;
    pthread_mutex_init(&executor->mutex, NULL);
    pthread_cond_init(&executor->work, NULL);
    executor->references = 1;
    executor->most = options->threads;
    executor->queue_most = options->queue_most;
    executor->refuse = options->refuse;
    snprintf(executor->name, sizeof(executor->name), "%s", options->name ? options->name : "iort");
    *ret_executor = executor;
    return 0;
}

int rt_executor_create(struct rt_executor **ret_executor, unsigned threads)
{
    return rt_executor_create_with(ret_executor, &(struct rt_executor_options){.threads = threads});
}

/* With the mutex held, which it gives up. */
static void unlock_and_unref(struct rt_executor *executor)
{
    bool last = --executor->references == 0;
    pthread_mutex_unlock(&executor->mutex);
    if (!last)
        return;
    pthread_cond_destroy(&executor->work);
    pthread_mutex_destroy(&executor->mutex);
    free(executor);
}

/* --- the threads --- */

/* With the mutex held. */
static void end_drains(struct rt_executor *executor, bool dropped)
{
    while (executor->drains) {
        struct drain *drain = executor->drains;
        executor->drains = drain->next;
        drain->queued = false;
        drain->dropped = dropped;
        rt__remote_send(drain->loop, &drain->remote);
    }
}

static struct rt__job *take_job(struct rt_executor *executor)
{
    struct rt__job *job = executor->first;
    executor->first = job->next;
    if (!executor->first)
        executor->last = NULL;
    executor->queued--;
    return job;
}

/* With the mutex held, and again when it returns. */
static void run_job(struct thread *thread)
{
    struct rt_executor *executor = thread->executor;
    struct rt__job *job = take_job(executor);
    job->state = RT__JOB_RUNNING;
    thread->job = job;
    executor->idle--;
    executor->running++;
    pthread_mutex_unlock(&executor->mutex);
    job->result = job->fn(job->arg);
    pthread_mutex_lock(&executor->mutex);
    thread->job = NULL;
    executor->idle++;
    executor->running--;
    if (!executor->running && !executor->first)
        end_drains(executor, false);
    if (job->state == RT__JOB_LEFT) {
        pthread_mutex_unlock(&executor->mutex);
        job->abandon(job);
        pthread_mutex_lock(&executor->mutex);
    } else {
        job->state = RT__JOB_DONE;
        rt__remote_send(job->loop, &job->remote); /* from here on the job belongs to its task again */
    }
}

static void *thread_main(void *arg)
{
    struct thread *thread = arg;
    struct rt_executor *executor = thread->executor;
    pthread_setname_np(pthread_self(), thread->name);
    pthread_mutex_lock(&executor->mutex);
    for (;;) {
        while (!executor->first && !executor->stopping)
            pthread_cond_wait(&executor->work, &executor->mutex);
        if (executor->stopping)
            break;
        run_job(thread);
    }
    unlock_and_unref(executor);
    return NULL;
}

/* With the mutex held. Signals stay with the threads of whoever uses the library. */
static int start_thread(struct rt_executor *executor)
{
    struct thread *thread = &executor->threads[executor->started];
    sigset_t all, before;
    sigfillset(&all);
    thread->executor = executor;
    snprintf(thread->name, sizeof(thread->name), "%s-%u", executor->name, (executor->started + 1) % 1000);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread->id, NULL, thread_main, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        return -error;
    executor->started++;
    executor->idle++; /* from here on, not only once it runs: it is there for a call */
    executor->references++;
    return 0;
}

/* --- the tasks' side --- */

static int submit(struct rt_executor *executor, struct rt__job *job)
{
    pthread_mutex_lock(&executor->mutex);
    /* An idle thread counts once: it stays idle until it has woken up, and several calls may come before that. */
    bool taken = executor->queued < executor->idle;
    int error = taken ? 0 : executor->started < executor->most ? start_thread(executor) : -EBUSY;
    if (error < 0 && executor->started == 0)
        error = -EAGAIN;
    else if (error < 0 && executor->refuse && executor->queue_most &&
             executor->queued >= executor->idle + executor->queue_most)
        error = -ENOBUFS;
    else
        error = 0;
    if (error == 0) {
        executor->queued++;
        executor->references++;
        job->next = NULL;
        if (executor->last)
            executor->last->next = job;
        else
            executor->first = job;
        executor->last = job;
        pthread_cond_signal(&executor->work);
    }
    pthread_mutex_unlock(&executor->mutex);
    return error;
}

/* With the mutex held; the job is queued. */
static void remove_job(struct rt_executor *executor, struct rt__job *job)
{
    struct rt__job *before = NULL, *at = executor->first;
    while (at != job) {
        before = at;
        at = at->next;
    }
    if (before)
        before->next = job->next;
    else
        executor->first = job->next;
    if (executor->last == job)
        executor->last = before;
    executor->queued--;
    if (!executor->running && !executor->first)
        end_drains(executor, false);
}

/* The wait was cut short. Returns whether the task can leave; if a thread has the job, only if it may be abandoned. */
static bool leave_job(struct rt_executor *executor, struct rt__job *job, bool *ret_left)
{
    pthread_mutex_lock(&executor->mutex);
    uint8_t state = job->state;
    if (state == RT__JOB_QUEUED)
        remove_job(executor, job);
    else if (state == RT__JOB_RUNNING && job->abandon) {
        job->state = RT__JOB_LEFT;
        *ret_left = true;
    }
    bool leaves = state == RT__JOB_QUEUED || job->state == RT__JOB_LEFT;
    pthread_mutex_unlock(&executor->mutex);
    return leaves;
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

/* The message is on its way, and its memory must stay until it is here. A cancel that came first meets the next wait;
 * of a timeout scope nothing need be kept: its deadline has passed for the next wait, too. */
static void await_arrival(struct rt_task *self, struct rt__remote *remote, int error, const char *waits_for)
{
    if (error == -ECANCELED)
        self->cancel_requested = true;
    while (!remote->arrived)
        rt__wait_held(self, waits_for);
}

int rt__executor_run(struct rt_executor *executor, struct rt__job *job, int64_t deadline_ns, const char *waits_for,
                     bool *ret_left)
{
    struct rt_task *self;
    int error = rt__wait_enter_with_stack(&self);
    if (error < 0)
        return error;
    if (!executor && (error = own_executor(self->loop, &executor)) < 0)
        return error;

    job->state = RT__JOB_QUEUED;
    job->dropped = false;
    job->loop = self->loop;
    job->remote = (struct rt__remote){.task = self};
    error = submit(executor, job);
    if (error < 0)
        return error;
    self->loop->outside++;
    error = rt__wait(self, deadline_ns, waits_for);
    bool left = error < 0 && !job->remote.arrived && leave_job(executor, job, ret_left);
    if (!left) {
        await_arrival(self, &job->remote, error, waits_for);
        error = job->dropped ? -ECANCELED : 0;
    }
    self->loop->outside--;
    pthread_mutex_lock(&executor->mutex);
    unlock_and_unref(executor);
    return error;
}

int rt_executor_call(struct rt_executor *executor, rt_executor_fn fn, void *arg, int *ret_result)
{
    struct rt__job job = {.fn = fn, .arg = arg};
    int error = rt__executor_run(executor, &job, RT_FOREVER, "a thread's call", NULL);
    if (error == 0 && ret_result)
        *ret_result = job.result;
    return error;
}

/* Returns false if the message is on its way. */
static bool leave_drain(struct rt_executor *executor, struct drain *drain)
{
    pthread_mutex_lock(&executor->mutex);
    bool queued = drain->queued;
    if (queued) {
        struct drain **place = &executor->drains;
        while (*place != drain)
            place = &(*place)->next;
        *place = drain->next;
    }
    pthread_mutex_unlock(&executor->mutex);
    return queued;
}

int rt_executor_drain(struct rt_executor *executor, int64_t deadline_ns)
{
    static const char waits_for[] = "an executor to have nothing to do";
    struct rt_task *self;
    int error = rt__wait_enter_with_stack(&self);
    if (error < 0)
        return error;
    if (!executor)
        executor = self->loop->executor;
    if (!executor)
        return 0;
    struct drain drain = {.queued = true, .loop = self->loop, .remote.task = self};
    pthread_mutex_lock(&executor->mutex);
    bool busy = executor->running || executor->first;
    if (busy) {
        drain.next = executor->drains;
        executor->drains = &drain;
        executor->references++;
    }
    pthread_mutex_unlock(&executor->mutex);
    if (!busy)
        return 0;
    self->loop->outside++;
    error = rt__wait(self, deadline_ns, waits_for);
    if (error == 0 || drain.remote.arrived || !leave_drain(executor, &drain)) {
        await_arrival(self, &drain.remote, error, waits_for);
        error = drain.dropped ? -ECANCELED : 0;
    }
    self->loop->outside--;
    pthread_mutex_lock(&executor->mutex);
    unlock_and_unref(executor);
    return error;
}

void rt_executor_stats(struct rt_executor *executor, struct rt_executor_stats *ret_stats)
{
    pthread_mutex_lock(&executor->mutex);
    unsigned most = executor->queue_most ? executor->queue_most : executor->queued;
    ret_stats->threads = executor->started;
    ret_stats->running = executor->running;
    ret_stats->queued = executor->queued < most ? executor->queued : most;
    ret_stats->waiting = executor->queued - ret_stats->queued;
    pthread_mutex_unlock(&executor->mutex);
}

void rt_executor_destroy(struct rt_executor *executor)
{
    if (!executor)
        return;
    pthread_mutex_lock(&executor->mutex);
    executor->stopping = true;
    while (executor->first) {
        struct rt__job *job = take_job(executor);
        job->dropped = true;
        job->state = RT__JOB_DONE;
        rt__remote_send(job->loop, &job->remote);
    }
    end_drains(executor, true);
    pthread_cond_broadcast(&executor->work);
    for (unsigned i = 0; i < executor->started; i++) {
        struct thread *thread = &executor->threads[i];
        if (thread->job && thread->job->state == RT__JOB_LEFT) {
            pthread_detach(thread->id);
            continue;
        }
        pthread_mutex_unlock(&executor->mutex);
        pthread_join(thread->id, NULL);
        pthread_mutex_lock(&executor->mutex);
    }
    unlock_and_unref(executor);
}
