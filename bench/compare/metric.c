#include <math.h>
#include <string.h>
#include "metric.h"
#include "../stored/summary.h"

static double wall_s(const struct trial_record *trial)
{
    return trial->wall_s;
}

static double jobs_per_s(const struct trial_record *trial)
{
    return trial->jobs_per_s;
}

static double cpu_us_per_job(const struct trial_record *trial)
{
    return trial->cpu_us_per_job;
}

static double latency_p99_ms(const struct trial_record *trial)
{
    return trial->latency_p99_ms;
}

static double response_p50_ms(const struct trial_record *trial)
{
    return trial->response_p50_ms;
}

static double response_p99_ms(const struct trial_record *trial)
{
    return trial->response_p99_ms;
}

static struct units_estimate format_ms(struct text_pool *pool, double value, double lo, double hi)
{
    return units_time(pool, value / 1e3, lo / 1e3, hi / 1e3);
}

static struct units_estimate format_us(struct text_pool *pool, double value, double lo, double hi)
{
    return units_time(pool, value / 1e6, lo / 1e6, hi / 1e6);
}

const struct compare_metric compare_metrics[COMPARE_METRICS_MOST + 1] = {
    {&metrics[METRIC_WALL_S], wall_s, units_time},
    {&metrics[METRIC_JOBS_PER_S], jobs_per_s, units_rate_estimate},
    {&metrics[METRIC_CPU_US_PER_JOB], cpu_us_per_job, format_us},
    {&metrics[METRIC_RSS_PEAK_KIB], trial_rss_peak_kib, units_memory_estimate},
    {&metrics[METRIC_LATENCY_P99_MS], latency_p99_ms, format_ms},
    {&metrics[METRIC_RESPONSE_P50_MS], response_p50_ms, format_ms},
    {&metrics[METRIC_RESPONSE_P99_MS], response_p99_ms, format_ms},
};

static const struct compare_metric *find(const char *name, size_t length)
{
    for (const struct compare_metric *metric = compare_metrics; metric->of; metric++)
        if (strlen(metric->of->name) == length && strncmp(metric->of->name, name, length) == 0)
            return metric;
    return NULL;
}

const struct compare_metric *compare_metric_find(const char *name)
{
    return find(name, strlen(name));
}

const struct compare_metric *compare_metric_of(const struct compare_metric *asked, const struct summary_record *lane)
{
    if (asked || !summary_is_paced(lane))
        return asked ? asked : compare_metrics;
    return compare_metric_find(metric_of_rate(lane->jobs)->name);
}

static int unknown(const char *name, size_t length, struct failure *ret_failure)
{
    char known[200] = "";
    for (const struct compare_metric *metric = compare_metrics; metric->of; metric++)
        strcat(strcat(known, metric == compare_metrics ? "" : ", "), metric->of->name);
    return failure_set(ret_failure, EXIT_USAGE, "--metric: '%.*s' is none; there are %s",
                       length < 60 ? (int)length : 60, name, known);
}

int compare_metric_parse_list(const char *list, const struct compare_metric *ret_metrics[COMPARE_METRICS_MOST],
                              struct failure *ret_failure)
{
    int count = 0;
    for (const char *name = list;; name++) {
        size_t length = strcspn(name, ",");
        const struct compare_metric *metric = find(name, length);
        if (!metric)
            return unknown(name, length, ret_failure);
        for (int i = 0; i < count; i++)
            if (ret_metrics[i] == metric)
                return failure_set(ret_failure, EXIT_USAGE, "--metric: %s is there twice", metric->of->name);
        ret_metrics[count++] = metric;
        name += length;
        if (!*name)
            return count;
    }
}

size_t compare_metric_values(const struct compare_metric *metric, const struct trial_index *index,
                             struct trial_span span, double *values)
{
    size_t count = 0;
    for (size_t i = 0; i < span.count; i++) {
        const struct trial_record *trial = &index->trials[span.order[i]];
        double value = strcmp(trial->state, "ok") == 0 ? metric->figure(trial) : NAN;
        if (isfinite(value) && value > 0)
            values[count++] = value;
    }
    return count;
}
