#include "job_times.h"

#include <stdlib.h>
#include "trial.h"

size_t job_times_gather(double *ms, const struct trial *trial, job_time_fn time)
{
    size_t count = 0;
    for (int64_t i = 0; i < trial->spec->settings.jobs; i++)
        if (trial->results[i].error == JOB_OK)
            ms[count++] = (double)time(trial, i) / 1e6;
    return count;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void job_times_sort(double *ms, size_t count)
{
    qsort(ms, count, sizeof(*ms), compare_doubles);
}

int64_t job_service_ns(const struct trial *trial, int64_t index)
{
    return trial->results[index].end_ns - trial->results[index].start_ns;
}
