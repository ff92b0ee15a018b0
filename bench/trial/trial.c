#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <iort/clock.h>
#include "held.h"
#include "memory_counters.h"
#include "process_status.h"
#include "trial.h"
#include "../plan/arrivals.h"

/* --- what a worker does --- */

/* A longer step from one look at the clock to the next was somebody else's: the thread was preempted. */
#define MOST_STEP_NS 5000

/*
 * CPU work. Not by the thread's own CPU clock, which is a system call: two of them cost more than a quarter of the
 * 2 us that a gate's calibration asks for.
 */
static void spin(int64_t spin_ns)
{
    int64_t worked_ns = 0, before_ns = rt_now_ns();
    while (worked_ns < spin_ns) {
        int64_t now_ns = rt_now_ns(), step_ns = now_ns - before_ns;
        worked_ns += step_ns < MOST_STEP_NS ? step_ns : MOST_STEP_NS;
        before_ns = now_ns;
    }
}

static int prime_worker(void *context, unsigned worker)
{
    struct trial *trial = context;
    if (!trial->workload->worker_create || trial->runner->skips_jobs)
        return 0;
    bool warm = strcmp(trial->spec->settings.connections, "warm") == 0;
    int64_t warmups = 0;
    int error = trial->workload->worker_create(&trial->workers[worker], trial->state, trial->runner, warm, &warmups);
    atomic_fetch_add(&trial->warmups, warmups);
    return error;
}

/* Open loop: wait until the job is due, as this runner waits; also where it is due already, so that a runner whose waits
 * let others go on does so. Returns 0, or what the wait failed with. */
static int wait_until_due(struct trial *trial, int64_t index)
{
    trial->taken_ns[index] = rt_now_ns() - trial->open.wall_ns;
    return trial->runner->wait->sleep_until(trial->open.wall_ns + trial->intended_ns[index]);
}

static void do_job(struct trial *trial, unsigned worker, int64_t index)
{
    struct job_result *result = &trial->results[index];
    int error = trial->intended_ns ? wait_until_due(trial, index) : 0;
    result->worker = (int32_t)worker;
    result->start_ns = rt_now_ns();
    if (error) {
        result->error = error == -ECANCELED ? JOB_CANCELED : JOB_OTHER;
    } else if (!trial->runner->skips_jobs) {
        result->error =
            (uint8_t)trial->workload->body(trial->state, trial->workers[worker], trial->runner, index, result);
        if (trial->spec->settings.spin_us > 0)
            spin(trial->spec->settings.spin_us * RT_NS_PER_US);
    }
    result->end_ns = rt_now_ns();
}

static void work(void *context, unsigned worker)
{
    struct trial *trial = context;
    int64_t jobs = trial->spec->settings.jobs, index;
    while ((index = atomic_fetch_add_explicit(&trial->next, 1, memory_order_relaxed)) < jobs) {
        do_job(trial, worker, index);
        /* Whoever ends the last job stops the clock; the others' results are visible to it through this counter. */
        if (atomic_fetch_add(trial->done, 1) + 1 == jobs) {
            bracket_close(&trial->close, &trial->open, (pid_t)trial->spec->server_pid, process_threads_seen() == 1);
            process_threads(); /* an executor may have added some since the start */
        }
    }
}

/* --- the pool --- */

struct pool_times {
    struct trial *trial;
    int64_t begin_ns, created_ns;
};

static void on_created(void *context)
{
    struct pool_times *times = context;
    times->created_ns = rt_now_ns();
    memory_counters_settle_all();
}

static int on_prime(void *context, unsigned worker)
{
    return prime_worker(((struct pool_times *)context)->trial, worker);
}

static void on_opened(void *context)
{
    struct trial *trial = ((struct pool_times *)context)->trial;
    process_threads();
    bracket_open(&trial->open, (pid_t)trial->spec->server_pid);
}

static void on_work(void *context, unsigned worker)
{
    work(((struct pool_times *)context)->trial, worker);
}

static void run_pool(struct trial *trial)
{
    struct pool_times times = {.trial = trial};
    struct pool pool = {
        .worker_count = trial->worker_count,
        .stack_bytes = WORKER_STACK_BYTES,
        .connections = trial->workload->connections ? trial->workload->connections(trial->state) : 0,
        /* Who never waits as a task would be put aside before the first job only, and its memory would not be what such
         * a program has. */
        .parkable = trial->workload->parkable && trial->runner->wait->suspends,
        .context = &times,
        .created = on_created,
        .prime = on_prime,
        .opened = on_opened,
        .work = on_work,
    };
    times.begin_ns = rt_now_ns();
    trial->pool_error = trial->runner->sched->run_pool(&pool, &trial->outcome);
    int64_t end_ns = rt_now_ns();
    if (!trial->pool_error)
        trial->setup_ns = times.created_ns - times.begin_ns + end_ns - trial->close.wall_ns;
    trial->threads_peak = process_threads_seen();
}

/* --- memory --- */

static void *map_shared(size_t bytes, int fd)
{
    int flags = MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS | MAP_POPULATE : 0);
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static size_t results_bytes(const struct trial *trial)
{
    return (size_t)trial->spec->settings.jobs * sizeof(struct job_result);
}

static size_t arrivals_bytes(const struct trial *trial)
{
    return (size_t)trial->spec->settings.jobs * (sizeof(*trial->intended_ns) + sizeof(*trial->taken_ns));
}

static int plan_arrivals(struct trial *trial)
{
    const struct settings *settings = &trial->spec->settings;
    if (settings->rate <= 0)
        return 0;
    trial->intended_ns = map_shared(arrivals_bytes(trial), -1);
    if (!trial->intended_ns)
        return -1;
    trial->taken_ns = trial->intended_ns + settings->jobs;
    bool poisson = settings->arrivals && strcmp(settings->arrivals, "poisson") == 0;
    arrivals_fill(trial->intended_ns, settings->jobs, settings->rate, poisson, trial->spec->seed, trial->spec->block);
    return 0;
}

static int allocate(struct trial *trial, struct failure *ret_failure)
{
    trial->results = map_shared(results_bytes(trial), -1);
    trial->done = map_shared(sizeof(*trial->done), (int)trial->spec->progress_fd);
    if (!trial->done && trial->spec->progress_fd >= 0)
        return failure_set(ret_failure, EXIT_USAGE, "progress_fd %lld cannot be mapped: %s; -1 stands for none",
                           (long long)trial->spec->progress_fd, strerror(errno));
    trial->workers = calloc(trial->worker_count, sizeof(*trial->workers));
    if (!trial->results || !trial->done || !trial->workers || plan_arrivals(trial) < 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for %lld jobs",
                           (long long)trial->spec->settings.jobs);
    atomic_store(trial->done, 0);
    return 0;
}

int trial_run(struct trial *trial, const struct trial_spec *spec, struct failure *ret_failure)
{
    memset(trial, 0, sizeof(*trial));
    trial->spec = spec;
    trial->runner = runner_find(spec->runner);
    const struct workload *workload = workload_find(spec->settings.workload);
    if (!trial->runner || !workload)
        return failure_set(ret_failure, EXIT_USAGE, "no such %s: %s", trial->runner ? "workload" : "runner",
                           trial->runner ? spec->settings.workload : spec->runner);
    if (spec->settings.jobs < 1)
        return failure_set(ret_failure, EXIT_NO_DATA, "there are no jobs");
    trial->worker_count = trial->runner->concurrent ? (unsigned)spec->settings.concurrency : 1;
    if (held_apply(spec->client_cpus, ret_failure) < 0 || allocate(trial, ret_failure) < 0)
        return -1;
    if (workload->transfers)
        curl_global_init(CURL_GLOBAL_DEFAULT);
    if (workload->prepare(&trial->state, spec, ret_failure) < 0)
        return -1;
    trial->workload = workload; /* from here on there is something to finish */
    run_pool(trial);
    return 0;
}

void trial_finish(struct trial *trial)
{
    if (trial->workload && trial->workers) {
        if (trial->workload->worker_destroy)
            for (unsigned i = 0; i < trial->worker_count; i++)
                trial->workload->worker_destroy(trial->workers[i]);
        trial->workload->finish(trial->state);
    }
    free(trial->workers);
    if (trial->results)
        munmap(trial->results, results_bytes(trial));
    if (trial->intended_ns)
        munmap(trial->intended_ns, arrivals_bytes(trial));
    if (trial->done)
        munmap(trial->done, sizeof(*trial->done));
}
