#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../stats/stats.h"
#include "paired.h"

double trial_seconds_per_job(const struct trial_record *trial)
{
    return trial->jobs > 0 ? trial->wall_s / (double)trial->jobs : NAN;
}

double trial_rss_peak_kib(const struct trial_record *trial)
{
    return trial->rss_peak_kib > 0 ? (double)trial->rss_peak_kib : NAN;
}

static double usable_figure(const struct trial_record *trial, trial_figure_fn figure)
{
    return strcmp(trial->state, "ok") == 0 ? figure(trial) : NAN;
}

int paired_compare(struct paired_ratio *ret_ratio, const struct trial_index *index, struct trial_span over,
                   struct trial_span under, trial_figure_fn figure)
{
    double *logs = malloc((over.count + 1) * sizeof(*logs));
    if (!logs)
        return -1;
    size_t n = 0;
    for (size_t i = 0, j = 0; i < over.count && j < under.count;) {
        const struct trial_record *a = &index->trials[over.order[i]], *b = &index->trials[under.order[j]];
        if (a->block == b->block) {
            double log_ratio = log(usable_figure(a, figure) / usable_figure(b, figure));
            if (isfinite(log_ratio))
                logs[n++] = log_ratio;
        }
        i += a->block <= b->block;
        j += b->block <= a->block;
    }
    struct stats_interval interval = stats_signed_rank_interval(logs, n);
    *ret_ratio = (struct paired_ratio){
        .blocks = n, .ratio = exp(stats_hodges_lehmann(logs, n)), .lo = exp(interval.lo), .hi = exp(interval.hi)};
    free(logs);
    return 0;
}
