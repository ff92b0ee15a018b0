/* The jobs that were kept of a lane: of one run, the one with the median time, unless all were asked for. */
#include "charts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct timed_set {
    double wall_s;
    const struct sample_set *set;
};

static int by_time(const void *a, const void *b)
{
    const struct timed_set *left = a, *right = b;
    if (left->wall_s != right->wall_s)
        return left->wall_s < right->wall_s ? -1 : 1;
    return (left->set->block > right->set->block) - (left->set->block < right->set->block);
}

/* The wall time of the run that a set was kept of; NAN: it did not end well. */
static double wall_of(const struct chart_list *list, struct trial_span span, const struct sample_set *set)
{
    for (size_t i = 0; i < span.count; i++) {
        const struct trial_record *trial = &list->run->trials[span.order[i]];
        if (trial->block == set->block && strcmp(trial->state, "ok") == 0)
            return trial->wall_s;
    }
    return NAN;
}

const struct sample_set *samples_of(const struct chart_list *list, const struct summary_record *lane)
{
    const struct run_data *run = list->run;
    struct trial_span span = trial_index_find(&list->trials, lane->cell, lane->runner);
    struct timed_set *timed = calloc(span.count + 1, sizeof(*timed));
    const struct sample_set *chosen = NULL;
    size_t count = 0;
    for (size_t i = 0; i < run->sample_set_count; i++) {
        const struct sample_set *set = &run->sample_sets[i];
        if (set->sample_count == 0 || strcmp(set->cell, lane->cell) != 0 || strcmp(set->runner, lane->runner) != 0)
            continue;
        double wall_s = wall_of(list, span, set);
        if (timed && wall_s > 0 && count < span.count)
            timed[count++] = (struct timed_set){wall_s, set};
        chosen = chosen ? chosen : set;
    }
    if (count > 0) {
        qsort(timed, count, sizeof(*timed), by_time);
        chosen = timed[(count - 1) / 2].set;
    }
    free(timed);
    return chosen;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

int job_times_make(struct job_times *ret_times, const struct sample_set *set)
{
    struct job_times times = {.seconds = calloc(set->sample_count + 1, sizeof(*times.seconds))};
    if (!times.seconds)
        return -1;
    for (size_t i = 0; i < set->sample_count; i++) {
        const struct sample *sample = &set->samples[i];
        if (sample->ok)
            times.seconds[times.count++] = (double)(sample->end_ns - sample->start_ns) / 1e9;
        else
            times.failed++;
    }
    qsort(times.seconds, times.count, sizeof(*times.seconds), by_value);
    *ret_times = times;
    return 0;
}

void job_times_free(struct job_times *times)
{
    free(times->seconds);
    *times = (struct job_times){0};
}
