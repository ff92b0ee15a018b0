/* From a run's trials to what each lane's say together: those that ended well are counted, the others named. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../stats/stats.h"
#include "paired.h"
#include "../runners.h"
#include "summary.h"
#include "trial_index.h"

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
}

static bool is_serial(const struct summary_record *lane)
{
    return strcmp(lane->runner, "serial") == 0;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/*
 * How well a serial lane fits as the measure of another, 0 for not at all. A cell of its own has its own; a sweep's
 * section has one for all its concurrencies, and one for each value of what else it sweeps.
 */
static int fitness(const struct run_data *run, const struct summary_record *serial, const struct summary_record *lane)
{
    if (strcmp(serial->cell, lane->cell) == 0)
        return 3;
    if (!run_data_sweep(run, serial) || !same_text(run_data_sweep(run, serial), run_data_sweep(run, lane)) ||
        !same_text(serial->workload, lane->workload) || !same_text(serial->params, lane->params) ||
        !same_text(serial->cpus, lane->cpus) || !same_text(serial->connections, lane->connections))
        return 0;
    return serial->jobs == lane->jobs ? 2 : 1;
}

bool summary_is_paced(const struct summary_record *lane)
{
    const char *params = lane->params ? lane->params : "";
    return isfinite(lane->offered_per_s) || strncmp(params, "rate=", 5) == 0 || strstr(params, " rate=");
}

const struct summary_record *summary_serial_of(const struct run_data *run, const struct summary_record *lane)
{
    const struct summary_record *best = NULL;
    int best_fitness = 0;
    for (size_t i = 0; i < run->lane_count; i++) {
        if (!is_serial(&run->lanes[i]))
            continue;
        int fits = fitness(run, &run->lanes[i], lane);
        if (fits > best_fitness) {
            best_fitness = fits;
            best = &run->lanes[i];
        }
    }
    return best;
}

/* A figure of every trial that ended well and has it; `values` has room for all. Returns how many there are. */
static size_t gather(double *values, const struct trial_index *index, struct trial_span span, size_t offset)
{
    size_t n = 0;
    for (size_t i = 0; i < span.count; i++) {
        const struct trial_record *trial = &index->trials[span.order[i]];
        double value = *(const double *)((const char *)trial + offset);
        if (strcmp(trial->state, "ok") == 0 && isfinite(value))
            values[n++] = value;
    }
    return n;
}

static void compute_figures(struct summary_record *lane, double *values, const struct trial_index *index,
                            struct trial_span span)
{
    static const struct {
        size_t of_trial, of_lane;
    } medians[] = {
        {offsetof(struct trial_record, jobs_per_s), offsetof(struct summary_record, jobs_per_s_median)},
        {offsetof(struct trial_record, latency_p50_ms), offsetof(struct summary_record, latency_p50_ms)},
        {offsetof(struct trial_record, latency_p99_ms), offsetof(struct summary_record, latency_p99_ms)},
        {offsetof(struct trial_record, cpu_us_per_job), offsetof(struct summary_record, cpu_us_per_job_median)},
        {offsetof(struct trial_record, offered_per_s), offsetof(struct summary_record, offered_per_s)},
        {offsetof(struct trial_record, response_p50_ms), offsetof(struct summary_record, response_p50_ms)},
        {offsetof(struct trial_record, response_p99_ms), offsetof(struct summary_record, response_p99_ms)},
        {offsetof(struct trial_record, queue_p50_ms), offsetof(struct summary_record, queue_p50_ms)},
        {offsetof(struct trial_record, queue_p99_ms), offsetof(struct summary_record, queue_p99_ms)},
        {offsetof(struct trial_record, service_p50_ms), offsetof(struct summary_record, service_p50_ms)},
        {offsetof(struct trial_record, service_p99_ms), offsetof(struct summary_record, service_p99_ms)},
        {offsetof(struct trial_record, pacing_p99_ms), offsetof(struct summary_record, pacing_p99_ms)},
    };
    for (size_t i = 0; i < sizeof(medians) / sizeof(medians[0]); i++) {
        size_t n = gather(values, index, span, medians[i].of_trial);
        *(double *)((char *)lane + medians[i].of_lane) = stats_median(values, n);
    }

    size_t n = gather(values, index, span, offsetof(struct trial_record, wall_s));
    struct stats_interval interval = stats_median_interval(values, n);
    lane->wall_s_median = stats_median(values, n);
    lane->wall_s_ci_lo = interval.lo;
    lane->wall_s_ci_hi = interval.hi;
    lane->wall_s_min = NAN;
    for (size_t i = 0; i < n; i++)
        lane->wall_s_min = fmin(lane->wall_s_min, values[i]);

    n = 0;
    lane->trials = 0;
    for (size_t i = 0; i < span.count; i++) {
        const struct trial_record *trial = &index->trials[span.order[i]];
        if (strcmp(trial->state, "ok") != 0)
            continue;
        lane->trials++;
        if (trial->rss_peak_kib > 0)
            values[n++] = (double)trial->rss_peak_kib;
    }
    lane->rss_peak_kib_median = stats_median(values, n);
}

/* Its rate is known also of a lane that did not go well. */
static void compute_open_loop(struct summary_record *lane, double *values, const struct trial_index *index,
                              struct trial_span span)
{
    for (size_t i = 0; i < span.count && !isfinite(lane->offered_per_s); i++)
        lane->offered_per_s = index->trials[span.order[i]].offered_per_s;
    if (!isfinite(lane->offered_per_s))
        return;
    size_t n = 0;
    lane->saturated = 0;
    for (size_t i = 0; i < span.count; i++) {
        const struct trial_record *trial = &index->trials[span.order[i]];
        if (strcmp(trial->state, "ok") != 0)
            continue;
        lane->saturated += trial_has_flag(trial->flags, "saturated");
        if (trial->queued >= 0)
            values[n++] = (double)trial->queued;
    }
    lane->queued_median = stats_median(values, n);
}

/* The state of the worst of its trials, and the reason of the first that has it. Returns 0 or -1. */
static int set_state(struct summary_record *lane, const struct trial_index *index, struct trial_span span)
{
    static const char *const worst_first[] = {"failed", "partial", "no_data", "unsupported", "ok"};
    const char *state = "no_data", *reason = "was not run before the run ended";
    bool found = false;
    for (size_t s = 0; s < sizeof(worst_first) / sizeof(worst_first[0]) && !found; s++) {
        for (size_t i = 0; i < span.count && !found; i++) {
            const struct trial_record *trial = &index->trials[span.order[i]];
            found = strcmp(trial->state, worst_first[s]) == 0;
            if (found) {
                state = worst_first[s];
                reason = trial->reason;
            }
        }
    }
    free(lane->state);
    free(lane->reason);
    lane->state = strdup(state);
    lane->reason = reason ? strdup(reason) : NULL;
    return lane->state && (lane->reason || !reason) ? 0 : -1;
}

static int set_speedup(const struct run_data *run, struct summary_record *lane, const struct trial_index *index,
                       struct trial_span span)
{
    lane->speedup_median = lane->speedup_ci_lo = lane->speedup_ci_hi = NAN;
    if (isfinite(lane->offered_per_s)) /* who waits for the jobs to arrive is no sooner done than anybody */
        return 0;
    if (is_serial(lane)) {
        lane->speedup_median = lane->trials > 0 ? 1 : NAN; /* by definition, so it has no interval */
        return 0;
    }
    const struct summary_record *serial = summary_serial_of(run, lane);
    const struct runner *runner = runner_find(lane->runner);
    if (!serial || (runner && runner->skips_jobs)) /* who does no job is no faster than anybody */
        return 0;
    struct paired_ratio speedup;
    if (paired_compare(&speedup, index, trial_index_find(index, serial->cell, serial->runner), span,
                       trial_seconds_per_job) != 0)
        return -1;
    lane->speedup_median = speedup.ratio;
    lane->speedup_ci_lo = speedup.lo;
    lane->speedup_ci_hi = speedup.hi;
    return 0;
}

int summary_compute(struct run_data *run, struct failure *ret_failure)
{
    struct trial_index index;
    if (trial_index_make(&index, run->trials, run->trial_count) != 0)
        return no_memory(ret_failure);
    double *values = malloc((run->trial_count + 1) * sizeof(*values));
    int result = values ? 0 : -1;
    for (size_t i = 0; i < run->lane_count && result == 0; i++) {
        struct summary_record *lane = &run->lanes[i];
        struct trial_span span = trial_index_find(&index, lane->cell, lane->runner);
        compute_figures(lane, values, &index, span);
        compute_open_loop(lane, values, &index, span);
        result = set_state(lane, &index, span);
        if (result == 0)
            result = set_speedup(run, lane, &index, span);
    }
    free(values);
    trial_index_finish(&index);
    return result == 0 ? 0 : no_memory(ret_failure);
}
