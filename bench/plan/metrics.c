#include <string.h>
#include "metrics.h"

/* Least jobs of a percentile: stats_quantile_min_n(). */
/* clang-format off */
const struct metric metrics[] = {
    [METRIC_WALL_S]          = {"wall_s",          "s",   "wall time",                      false, false, false, 1},
    [METRIC_JOBS_PER_S]      = {"jobs_per_s",      "1/s", "jobs per second",                true,  false, false, 1},
    [METRIC_CPU_US_PER_JOB]  = {"cpu_us_per_job",  "us",  "CPU per job",                    false, true,  false, 1},
    [METRIC_RSS_PEAK_KIB]    = {"rss_peak_kib",    "KiB", "peak memory",                    false, true,  false, 1},
    [METRIC_LATENCY_P99_MS]  = {"latency_p99_ms",  "ms",  "latency, 99th percentile",       false, false, false, 368},
    [METRIC_RESPONSE_P50_MS] = {"response_p50_ms", "ms",  "median of the response",         false, false, true,  6},
    [METRIC_RESPONSE_P99_MS] = {"response_p99_ms", "ms",  "99th percentile of the response", false, false, true, 368},
    {0},
};
/* clang-format on */

const struct metric *metric_find(const char *name)
{
    for (const struct metric *metric = metrics; metric->name; metric++)
        if (strcmp(metric->name, name) == 0)
            return metric;
    return NULL;
}

const struct metric *metric_of_rate(int64_t jobs)
{
    const struct metric *highest = &metrics[METRIC_RESPONSE_P99_MS];
    return jobs < highest->least_jobs ? &metrics[METRIC_RESPONSE_P50_MS] : highest;
}

const char *const *metric_names(void)
{
    static const char *names[METRIC_COUNT + 1];
    for (int i = 0; i < METRIC_COUNT; i++)
        names[i] = metrics[i].name;
    return names;
}
