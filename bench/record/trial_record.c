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
