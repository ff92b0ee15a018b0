#include <string.h>
#include "metrics.h"

/* clang-format off */
const struct metric metrics[] = {
    {"wall_s",         "s",   "wall time",          false, false, 1},
    {"jobs_per_s",     "1/s", "jobs a second",      true,  false, 1},
    {"cpu_us_per_job", "us",  "CPU a job",          false, true,  1},
    {"rss_peak_kib",   "KiB", "peak memory",        false, true,  1},
    {"latency_p99_ms", "ms",  "latency, 99 of 100", false, false, 368}, /* stats_quantile_min_n(0.99) */
    {0},
};
/* clang-format on */

enum { METRIC_COUNT = sizeof(metrics) / sizeof(metrics[0]) - 1 };

const struct metric *metric_find(const char *name)
{
    for (const struct metric *metric = metrics; metric->name; metric++)
        if (strcmp(metric->name, name) == 0)
            return metric;
    return NULL;
}

const char *const *metric_names(void)
{
    static const char *names[METRIC_COUNT + 1];
    for (int i = 0; i < METRIC_COUNT; i++)
        names[i] = metrics[i].name;
    return names;
}
