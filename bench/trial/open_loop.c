#include "open_loop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../stats/stats.h"
#include "job_times.h"
#include "trial.h"

enum { QUARTERS = 4 };

#define DONE_SHARE 0.99

/* Where one job in a hundred is too many, the last is late by a hundredth of the time, and the median of the last
 * quarter lies later than that of the first by three quarters of it. */
#define GROWTH_SHARE 0.0075

/* More jobs than this share found no worker free: so many reach into the 99th percentile. */
#define BUSY_SHARE 0.01

/* --- did the jobs pile up? --- */

static double at_share(const double *sorted, size_t count, double share)
{
    return sorted[(size_t)(share * (double)(count - 1) + 0.5)];
}

/* A pile grows all the time; what disturbs a machine comes and goes. */
static bool grows(double *const quarters[QUARTERS], size_t count, double span_ms, double *ret_growth_ms)
{
    bool rises = true;
    for (size_t q = 1; q < QUARTERS; q++)
        rises = rises && at_share(quarters[q], count, 0.5) > at_share(quarters[q - 1], count, 0.5);
    const double *first = quarters[0], *last = quarters[QUARTERS - 1];
    *ret_growth_ms = at_share(last, count, 0.5) - at_share(first, count, 0.5);
    return rises && *ret_growth_ms > GROWTH_SHARE * span_ms &&
           at_share(last, count, 0.25) > at_share(first, count, 0.75);
}

bool open_loop_saturated(const struct open_loop_jobs *jobs, double *ret_growth_ms)
{
    size_t count = jobs->count / QUARTERS;
    *ret_growth_ms = NAN;
    double *sorted = jobs->count < OPEN_LOOP_LEAST_JOBS ? NULL : malloc(QUARTERS * count * sizeof(*sorted));
    if (!sorted)
        return false;
    double *quarters[QUARTERS];
    for (size_t q = 0; q < QUARTERS; q++) {
        quarters[q] = sorted + q * count;
        memcpy(quarters[q], jobs->response_ms + q * jobs->count / QUARTERS, count * sizeof(*sorted));
        job_times_sort(quarters[q], count);
    }
    bool piled_up = grows(quarters, count, (double)jobs->count / jobs->offered_per_s * 1e3, ret_growth_ms);
    double busy_s = jobs->wall_s - quarters[0][count - 1] / 1e3;
    bool too_slow = busy_s > 0 && (double)jobs->count / busy_s < DONE_SHARE * jobs->offered_per_s;
    free(sorted);
    return piled_up || too_slow;
}

/* --- the record --- */

static int64_t intended_ns(const struct trial *trial, int64_t index)
{
    return trial->open.wall_ns + trial->intended_ns[index];
}

static int64_t response_ns(const struct trial *trial, int64_t index)
{
    return trial->results[index].end_ns - intended_ns(trial, index);
}

static int64_t queue_ns(const struct trial *trial, int64_t index)
{
    return trial->results[index].start_ns - intended_ns(trial, index);
}

/* How late a worker that had the job in hand in time began it: its timer, and the CPU that it had to wait for. */
static int64_t pacing_ns(const struct trial *trial, int64_t index)
{
    int64_t ready_ns =
        trial->taken_ns[index] > trial->intended_ns[index] ? trial->taken_ns[index] : trial->intended_ns[index];
    return trial->results[index].start_ns - trial->open.wall_ns - ready_ns;
}

static void add_flag(struct trial_record *record, const char *flag)
{
    char *flags;
    if (asprintf(&flags, "%s%s%s", record->flags, record->flags[0] ? " " : "", flag) < 0)
        return;
    free(record->flags);
    record->flags = flags;
}

static void set_percentiles(struct trial_record *record, const struct trial *trial, double *ms)
{
    const struct {
        job_time_fn time;
        double *ret_p50_ms, *ret_p99_ms;
    } rows[] = {
        {response_ns, &record->response_p50_ms, &record->response_p99_ms},
        {queue_ns, &record->queue_p50_ms, &record->queue_p99_ms},
        {job_service_ns, &record->service_p50_ms, &record->service_p99_ms},
        {pacing_ns, NULL, &record->pacing_p99_ms},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t count = job_times_gather(ms, trial, rows[i].time);
        job_times_sort(ms, count);
        if (rows[i].ret_p50_ms)
            *rows[i].ret_p50_ms = stats_quantile_sorted(ms, count, 0.50);
        *rows[i].ret_p99_ms = stats_quantile_sorted(ms, count, 0.99);
    }
}

void open_loop_set(struct trial_record *record, const struct trial *trial)
{
    int64_t jobs = trial->spec->settings.jobs;
    double *ms = malloc((size_t)jobs * sizeof(*ms));
    if (!ms)
        return;
    struct open_loop_jobs facts = {
        .response_ms = ms,
        .count = job_times_gather(ms, trial, response_ns),
        .offered_per_s = record->offered_per_s,
        .wall_s = record->wall_s,
    };
    if (open_loop_saturated(&facts, &record->lag_growth_ms))
        add_flag(record, "saturated");
    set_percentiles(record, trial, ms);
    free(ms);

    /* The first are taken as the barrier opens, each by a worker that has nothing else to do. */
    record->queued = 0;
    for (int64_t i = trial->worker_count; i < jobs; i++)
        record->queued += trial->taken_ns[i] > trial->intended_ns[i];
    if ((double)record->queued > BUSY_SHARE * (double)jobs)
        add_flag(record, "workers_busy");
}
