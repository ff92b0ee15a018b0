/* What is said of a sweep: where each runner did best, and where coroutines and the thread pool part. */
#include <math.h>
#include <stdlib.h>
#include "labels.h"
#include "sentences_parts.h"

/* A concurrency at which both were measured. */
struct point {
    int64_t concurrency;
    const struct summary_record *coroutines, *threads;
    struct comparison time;
};

/* Whether no lane before the i-th is under the same runner. */
static bool is_first_of_runner(const struct lane_group *group, size_t i)
{
    return group_lane(group, group->lanes[i]->runner) == group->lanes[i];
}

/*
 * Returns a runner's point with the most jobs per second, if that is faster than one after another; otherwise NULL. A
 * point that may not be spoken of and looks better still leaves open which is the best.
 */
static const struct summary_record *best_point(struct speaker *speaker, const struct lane_group *group,
                                               const char *runner)
{
    const struct summary_record *best = NULL;
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        if (lane_is_under(lane, runner) && isfinite(lane->jobs_per_s_median) &&
            (!best || lane->jobs_per_s_median > best->jobs_per_s_median))
            best = lane;
    }
    return best && lane_is_faster(speaker, best) ? best : NULL;
}

/* "coroutines did best at 200 at once, 129 times sooner than one after another; a thread pool at 100, 69 times" */
static void say_best(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    struct claim *claims = claims_make(speaker, group);
    size_t count = 0;
    for (size_t i = 0; claims && i < group->count; i++) {
        const char *runner = group->lanes[i]->runner;
        const struct summary_record *best = is_first_of_runner(group, i) ? best_point(speaker, group, runner) : NULL;
        if (best)
            claims[count++] = (struct claim){.subject = label_subject(best->runner),
                                             .speedup = best->speedup_median,
                                             .concurrency = best->concurrency};
    }
    claims_sort(claims, count);
    for (size_t i = 0; i < count; i++) {
        char number[64];
        sentence_begin_clause(sentence);
        fprintf(sentence->out, i == 0 ? "%s did best at %lld at once, " : "%s at %lld at once, ", claims[i].subject,
                (long long)claims[i].concurrency);
        fprintf(sentence->out, "%s times%s", sentence_times(number, claims[i].speedup),
                i == 0 ? " sooner than one after another" : "");
    }
    free(claims);
}

static int compare_points(const void *left, const void *right)
{
    const struct point *a = left, *b = right;
    return (a->concurrency > b->concurrency) - (a->concurrency < b->concurrency);
}

/* Returns the points, ascending, and their number; NULL: out of memory. */
static struct point *collect_points(struct speaker *speaker, const struct lane_group *group, size_t *ret_count)
{
    struct point *points = calloc(group->count, sizeof(*points));
    size_t count = 0;
    speaker->out_of_memory = speaker->out_of_memory || !points;
    for (size_t i = 0; points && i < group->count; i++) {
        const struct summary_record *coroutines = group->lanes[i], *threads = NULL;
        if (!lane_is_under(coroutines, "coroutines"))
            continue;
        for (size_t j = 0; j < group->count && !threads; j++)
            if (lane_is_under(group->lanes[j], "threads") && group->lanes[j]->concurrency == coroutines->concurrency)
                threads = group->lanes[j];
        if (lane_is_measured(speaker, coroutines) && lane_is_measured(speaker, threads))
            points[count++] = (struct point){coroutines->concurrency, coroutines, threads,
                                             lanes_compare(speaker, coroutines, threads, trial_seconds_per_job)};
    }
    if (points)
        qsort(points, count, sizeof(*points), compare_points);
    *ret_count = count;
    return points;
}

/* Returns how many points from the first on (or to the last) stand alike. */
static size_t alike_from_first(const struct point *points, size_t count)
{
    size_t n = 1;
    while (n < count && points[n].time.relation == points[0].time.relation)
        n++;
    return n;
}

static size_t alike_to_last(const struct point *points, size_t count)
{
    size_t n = 1;
    while (n < count && points[count - 1 - n].time.relation == points[count - 1].time.relation)
        n++;
    return n;
}

/*
 * "up to 30 at once coroutines were as fast as the thread pool; from 75 at once on coroutines were sooner, 1.6 times at
 * 500". What lies between, where the runs did not decide, is passed over.
 */
static void say_parting(struct sentence *sentence, const struct point *points, size_t count)
{
    const struct point *last = &points[count - 1];
    enum relation end = last->time.relation;
    size_t low = alike_from_first(points, count), high = alike_to_last(points, count);
    char number[64];
    if (points[0].time.relation == ALIKE && low == count) {
        sentence_begin_clause(sentence);
        fprintf(sentence->out, "coroutines were as fast as the thread pool at each of the %zu points", count);
    } else if (points[0].time.relation == ALIKE && low > 1) {
        sentence_begin_clause(sentence);
        fprintf(sentence->out, "up to %lld at once coroutines were as fast as the thread pool",
                (long long)points[low - 1].concurrency);
    }
    if (end != FIRST_LESS && end != SECOND_LESS)
        return;
    const char *sooner = end == FIRST_LESS ? "coroutines" : "the thread pool";
    const char *later = end == FIRST_LESS ? "the thread pool" : "coroutines";
    const char *were = end == FIRST_LESS ? "were" : "was";
    sentence_times(number, last->time.ratio);
    sentence_begin_clause(sentence);
    if (high == count)
        fprintf(sentence->out, "%s %s sooner than %s at each of the %zu points, %s times at %lld", sooner, were, later,
                count, number, (long long)last->concurrency);
    else if (high > 1)
        fprintf(sentence->out, "from %lld at once on %s %s sooner than %s, %s times at %lld",
                (long long)points[count - high].concurrency, sooner, were, later, number, (long long)last->concurrency);
    else
        fprintf(sentence->out, "at %lld at once %s %s %s times sooner than %s", (long long)last->concurrency, sooner,
                were, number, later);
}

void sentence_say_sweep(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    say_best(speaker, sentence, group);
    size_t count = 0;
    struct point *points = collect_points(speaker, group, &count);
    if (count > 1) {
        char where[64];
        const struct point *last = &points[count - 1];
        say_parting(sentence, points, count);
        snprintf(where, sizeof(where), "at %lld at once ", (long long)last->concurrency);
        sentence_say_costs(speaker, sentence, last->coroutines, last->threads, where);
    }
    free(points);
}
