#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../stats/stats.h"
#include "field_table.h"
#include "trial_record.h"

const char *const trial_state_words[] = {"ok", "failed", "unsupported", "partial", "no_data", NULL};

const char *const record_connection_words[] = {"warm", "cold", NULL};

#define TEXT(...)   FIELD_TEXT(trial_record, __VA_ARGS__)
#define REAL(...)   FIELD_REAL(trial_record, __VA_ARGS__)
#define NUMBER(...) FIELD_COUNT(trial_record, __VA_ARGS__)

/*
 * What was measured may be null: a lane that is unsupported measured nothing, a trial that crashed measured what its
 * parent saw.
 */
const struct record_field trial_fields[] = {
    TEXT(run, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(cell, ALWAYS, 1, MOST_NAME, NULL),
    NUMBER(block, ALWAYS, 1, MOST_BLOCKS),
    NUMBER(position, ALWAYS, 1, MOST_TRIALS),
    TEXT(workload, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(params, ALWAYS, 0, MOST_TEXT, NULL),
    TEXT(runner, ALWAYS, 1, MOST_NAME, NULL),
    NUMBER(concurrency, ALWAYS, 1, MOST_WORKERS),
    TEXT(connections, OR_NULL, 1, MOST_NAME, record_connection_words),
    TEXT(cpus, OR_NULL, 1, MOST_TEXT, NULL),
    NUMBER(jobs, OR_NULL, 0, MOST_JOBS),
    NUMBER(ok, OR_NULL, 0, MOST_JOBS),
    NUMBER(failed, OR_NULL, 0, MOST_JOBS),
    REAL(wall_s, OR_NULL, LEAST_WALL_S, MOST_SECONDS),
    REAL(setup_s, OR_NULL, 0, MOST_SECONDS),
    REAL(jobs_per_s, OR_NULL, 0, MOST_JOBS_PER_S),
    REAL(latency_p50_ms, OR_NULL, 0, MOST_MS),
    REAL(latency_p90_ms, OR_NULL, 0, MOST_MS),
    REAL(latency_p99_ms, OR_NULL, 0, MOST_MS),
    REAL(cpu_user_s, OR_NULL, 0, MOST_SECONDS),
    REAL(cpu_sys_s, OR_NULL, 0, MOST_SECONDS),
    REAL(cpu_us_per_job, OR_NULL, 0, MOST_CPU_US),
    REAL(proc_user_s, OR_NULL, 0, MOST_SECONDS),
    REAL(proc_sys_s, OR_NULL, 0, MOST_SECONDS),
    NUMBER(rss_peak_kib, OR_NULL, 1, MOST_KIB),
    NUMBER(threads_peak, OR_NULL, 1, MOST_THREADS),
    REAL(proc_wall_s, OR_NULL, 0, MOST_SECONDS),
    REAL(server_cpu_s, OR_NULL, 0, MOST_SECONDS),
    NUMBER(warmup_requests, OR_NULL, 0, MOST_JOBS),
    NUMBER(ctx_voluntary, OR_NULL, 0, MOST_SWITCHES),
    NUMBER(ctx_involuntary, OR_NULL, 0, MOST_SWITCHES),
    NUMBER(bytes, OR_NULL, 0, MOST_BYTES),
    TEXT(state, ALWAYS, 1, MOST_NAME, trial_state_words),
    TEXT(flags, ALWAYS, 0, MOST_NAME, NULL),
    TEXT(reason, OR_NULL, 1, MOST_TEXT, NULL),
    REAL(offered_per_s, ADDED, 0, MOST_JOBS_PER_S),
    REAL(response_p50_ms, ADDED, 0, MOST_MS),
    REAL(response_p99_ms, ADDED, 0, MOST_MS),
    REAL(queue_p50_ms, ADDED, 0, MOST_MS),
    REAL(queue_p99_ms, ADDED, 0, MOST_MS),
    REAL(service_p50_ms, ADDED, 0, MOST_MS),
    REAL(service_p99_ms, ADDED, 0, MOST_MS),
    REAL(pacing_p99_ms, ADDED, 0, MOST_MS),
    REAL(lag_growth_ms, ADDED, -MOST_MS, MOST_MS),
    NUMBER(queued, ADDED, 0, MOST_JOBS),
    REAL(server_busy_share, ADDED, 0, 1),
    REAL(server_late_p99_ms, ADDED, 0, MOST_MS),
    REAL(other_cpu_share, ADDED, 0, 1),
    {0},
};

/* The program divides one by the other; what is stored of both has nine digits. */
#define RATE_TOLERANCE 0.01

static int check_counts(const struct trial_record *trial, struct failure *ret_failure)
{
    int64_t ok = trial->ok < 0 ? 0 : trial->ok, failed = trial->failed < 0 ? 0 : trial->failed;
    if (trial->jobs >= 0 && ok + failed > trial->jobs)
        return failure_set(ret_failure, EXIT_NO_DATA,
                           "ok %" PRId64 " and failed %" PRId64 " are more than jobs, %" PRId64, ok, failed,
                           trial->jobs);
    if (strcmp(trial->state, "ok") == 0 && (trial->ok < 1 || trial->ok != trial->jobs || trial->failed != 0))
        return failure_set(ret_failure, EXIT_NO_DATA, "state is ok, so wanted ok equal to jobs, above 0, and failed 0");
    return 0;
}

static int check_rate(const struct trial_record *trial, struct failure *ret_failure)
{
    double rate = trial->jobs_per_s, expected = (double)trial->ok / trial->wall_s;
    if (trial->ok < 0 || isnan(rate) || isnan(expected) || fabs(rate - expected) <= RATE_TOLERANCE * expected)
        return 0;
    char text[2][RECORD_REAL_SIZE];
    return failure_set(ret_failure, EXIT_NO_DATA, "jobs_per_s: %s is not ok / wall_s, %s",
                       record_format_real(text[0], rate), record_format_real(text[1], expected));
}

struct percentile {
    const char *name;
    size_t offset;
    double p;
};

/* Those of one kind in ascending order. */
static const struct percentile percentiles[] = {
    {"latency_p50_ms", offsetof(struct trial_record, latency_p50_ms), 0.50},
    {"latency_p90_ms", offsetof(struct trial_record, latency_p90_ms), 0.90},
    {"latency_p99_ms", offsetof(struct trial_record, latency_p99_ms), 0.99},
    {"response_p50_ms", offsetof(struct trial_record, response_p50_ms), 0.50},
    {"response_p99_ms", offsetof(struct trial_record, response_p99_ms), 0.99},
    {"queue_p50_ms", offsetof(struct trial_record, queue_p50_ms), 0.50},
    {"queue_p99_ms", offsetof(struct trial_record, queue_p99_ms), 0.99},
    {"service_p50_ms", offsetof(struct trial_record, service_p50_ms), 0.50},
    {"service_p99_ms", offsetof(struct trial_record, service_p99_ms), 0.99},
    {"pacing_p99_ms", offsetof(struct trial_record, pacing_p99_ms), 0.99},
};

enum { PERCENTILES = sizeof(percentiles) / sizeof(percentiles[0]) };

static double *percentile_at(struct trial_record *trial, const struct percentile *percentile)
{
    return (double *)((char *)trial + percentile->offset);
}

/* Each against all lower ones of its kind, since the one between may be null. */
static int check_percentiles(struct trial_record *trial, struct failure *ret_failure)
{
    for (size_t low = 0; low < PERCENTILES; low++) {
        size_t kind = strcspn(percentiles[low].name, "_") + 1;
        for (size_t high = low + 1;
             high < PERCENTILES && strncmp(percentiles[low].name, percentiles[high].name, kind) == 0; high++)
            if (*percentile_at(trial, &percentiles[low]) > *percentile_at(trial, &percentiles[high]))
                return failure_set(ret_failure, EXIT_NO_DATA, "%s is above %s", percentiles[low].name,
                                   percentiles[high].name);
    }
    return 0;
}

/* What takes time and CPU takes some of it: nothing at all stands for what was not known. A queue may be empty. */
static bool may_be_nothing(const char *name)
{
    return strncmp(name, "queue", 5) == 0 || strncmp(name, "pacing", 6) == 0;
}

static void drop_unsupported_figures(struct trial_record *trial)
{
    size_t count = trial->ok < 0 ? 0 : (size_t)trial->ok;
    for (size_t i = 0; i < PERCENTILES; i++) {
        double *ms = percentile_at(trial, &percentiles[i]);
        if (count < stats_quantile_min_n(percentiles[i].p) || (*ms == 0 && !may_be_nothing(percentiles[i].name)))
            *ms = NAN;
    }
    if (trial->cpu_us_per_job == 0)
        trial->cpu_us_per_job = NAN;
}

/* All that is made of a trial is made of its time. */
static int drop_untimed(struct trial_record *trial, struct failure *ret_failure)
{
    if (isfinite(trial->wall_s))
        return 0;
    trial->jobs_per_s = NAN;
    if (strcmp(trial->state, "ok") != 0)
        return 0;
    char *state = strdup("no_data"), *reason = strdup("wall_s, the time it took, is not known");
    if (!state || !reason) {
        free(state);
        free(reason);
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    }
    free(trial->state);
    free(trial->reason);
    trial->state = state;
    trial->reason = reason;
    return 0;
}

int trial_record_check(struct trial_record *trial, struct failure *ret_failure)
{
    if (check_counts(trial, ret_failure) != 0 || check_rate(trial, ret_failure) != 0 ||
        check_percentiles(trial, ret_failure) != 0)
        return -1;
    drop_unsupported_figures(trial);
    return drop_untimed(trial, ret_failure);
}
