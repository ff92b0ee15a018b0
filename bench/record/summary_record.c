#include "field_table.h"
#include "summary_record.h"
#include "trial_record.h"

#define TEXT(...)   FIELD_TEXT(summary_record, __VA_ARGS__)
#define REAL(...)   FIELD_REAL(summary_record, __VA_ARGS__)
#define NUMBER(...) FIELD_COUNT(summary_record, __VA_ARGS__)

/* Every figure may be null: a lane of which no trial ended well has none. */
const struct record_field summary_fields[] = {
    TEXT(cell, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(workload, ALWAYS, 1, MOST_NAME, NULL),
    TEXT(params, ALWAYS, 0, MOST_TEXT, NULL),
    TEXT(runner, ALWAYS, 1, MOST_NAME, NULL),
    NUMBER(concurrency, ALWAYS, 1, MOST_WORKERS),
    TEXT(connections, OR_NULL, 1, MOST_NAME, record_connection_words),
    TEXT(cpus, OR_NULL, 1, MOST_TEXT, NULL),
    NUMBER(jobs, OR_NULL, 0, MOST_JOBS),
    NUMBER(trials, ALWAYS, 0, MOST_BLOCKS),
    REAL(wall_s_median, OR_NULL, LEAST_WALL_S, MOST_SECONDS),
    REAL(wall_s_ci_lo, OR_NULL, LEAST_WALL_S, MOST_SECONDS),
    REAL(wall_s_ci_hi, OR_NULL, LEAST_WALL_S, MOST_SECONDS),
    REAL(wall_s_min, OR_NULL, LEAST_WALL_S, MOST_SECONDS),
    REAL(speedup_median, OR_NULL, LEAST_SPEEDUP, MOST_SPEEDUP),
    REAL(speedup_ci_lo, OR_NULL, LEAST_SPEEDUP, MOST_SPEEDUP),
    REAL(speedup_ci_hi, OR_NULL, LEAST_SPEEDUP, MOST_SPEEDUP),
    REAL(jobs_per_s_median, OR_NULL, 0, MOST_JOBS_PER_S),
    REAL(latency_p50_ms, OR_NULL, 0, MOST_MS),
    REAL(latency_p99_ms, OR_NULL, 0, MOST_MS),
    REAL(cpu_us_per_job_median, OR_NULL, 0, MOST_CPU_US),
    REAL(rss_peak_kib_median, OR_NULL, 1, MOST_KIB),
    TEXT(state, ALWAYS, 1, MOST_NAME, trial_state_words),
    TEXT(reason, OR_NULL, 1, MOST_TEXT, NULL),
    REAL(offered_per_s, ADDED, 0, MOST_JOBS_PER_S),
    REAL(response_p50_ms, ADDED, 0, MOST_MS),
    REAL(response_p99_ms, ADDED, 0, MOST_MS),
    REAL(queue_p50_ms, ADDED, 0, MOST_MS),
    REAL(queue_p99_ms, ADDED, 0, MOST_MS),
    REAL(service_p50_ms, ADDED, 0, MOST_MS),
    REAL(service_p99_ms, ADDED, 0, MOST_MS),
    REAL(pacing_p99_ms, ADDED, 0, MOST_MS),
    REAL(queued_median, ADDED, 0, MOST_JOBS),
    NUMBER(saturated, ADDED, 0, MOST_BLOCKS),
    {0},
};
