/*
 * Where did the level of a series change? E-divisive: a segment is split where the two parts differ most, measured by
 * the mean distance between them less the mean distances within them; the split stands if few shuffles of the
 * segments reach as much anywhere; then the parts are searched in turn, until none stands. Distances, not squares, so
 * that one wild run weighs no more than it is far away.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include "draws.h"
#include "stats.h"

/* Fewer shuffles than for a single p: each costs time of order n^2, and p is only held against alpha. */
#define SHUFFLES 999

/* The mean distance within a part needs two values. */
#define LEAST_PART 2

/* The points that have a value. */
struct series {
    double *values, *half_widths;
    size_t *at; /* in the caller's array */
    double *shuffled;
    size_t count;
};

/* Segments lie between bounds: 0, the changes found so far in rising order, count. */
struct segments {
    size_t *bounds;
    double *p; /* of the change at that bound */
    size_t count;
};

static void series_finish(struct series *series)
{
    free(series->values);
    free(series->half_widths);
    free(series->at);
    free(series->shuffled);
}

static int series_init(struct series *series, const double *values, const struct stats_interval *intervals, size_t n)
{
    size_t room = n + 1;
    *series = (struct series){
        .values = malloc(room * sizeof(double)),
        .half_widths = malloc(room * sizeof(double)),
        .at = malloc(room * sizeof(size_t)),
        .shuffled = malloc(room * sizeof(double)),
    };
    if (!series->values || !series->half_widths || !series->at || !series->shuffled) {
        series_finish(series);
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            continue;
        double half_width = intervals ? (intervals[i].hi - intervals[i].lo) / 2 : NAN;
        series->values[series->count] = values[i];
        series->half_widths[series->count] = half_width >= 0 && isfinite(half_width) ? half_width : 0;
        series->at[series->count++] = i;
    }
    return 0;
}

struct split {
    size_t at;
    double strength;
};

static double pairs_of(size_t n)
{
    return (double)n * ((double)n - 1) / 2;
}

/*
 * Returns the strongest split: with l and r values left and right of it, l r / (l + r) times (2 x the mean distance
 * between them - the mean distance within each). The three sums of distances are moved along with the split.
 */
static struct split strongest_split(const double *values, size_t n)
{
    struct split best = {0, 0};
    double left = 0, right = 0, between = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            right += fabs(values[i] - values[j]);
    for (size_t l = 1; l + LEAST_PART <= n; l++) {
        size_t moved = l - 1, r = n - l;
        double to_left = 0, to_right = 0;
        for (size_t i = 0; i < moved; i++)
            to_left += fabs(values[moved] - values[i]);
        for (size_t i = l; i < n; i++)
            to_right += fabs(values[moved] - values[i]);
        left += to_left;
        right -= to_right;
        between += to_right - to_left;
        if (l < LEAST_PART)
            continue;
        double l_r = (double)l * (double)r;
        double strength = l_r / (double)n * (2 * between / l_r - left / pairs_of(l) - right / pairs_of(r));
        if (strength > best.strength)
            best = (struct split){l, strength};
    }
    return best;
}

/* The strongest split of any segment; `at` counts from the series' start. */
static struct split strongest_of_all(const double *values, const struct segments *segments)
{
    struct split best = {0, 0};
    for (size_t i = 0; i < segments->count; i++) {
        size_t start = segments->bounds[i];
        struct split split = strongest_split(values + start, segments->bounds[i + 1] - start);
        if (split.strength > best.strength)
            best = (struct split){start + split.at, split.strength};
    }
    return best;
}

/* Shuffles within segments, so that changes already found are no evidence for more. Source: Fisher and Yates. */
static void shuffle(double *values, const struct segments *segments, struct stats_draws *draws)
{
    for (size_t s = 0; s < segments->count; s++) {
        double *first = values + segments->bounds[s];
        for (size_t left = segments->bounds[s + 1] - segments->bounds[s]; left > 1; left--) {
            size_t other = stats_draw_below(draws, (uint32_t)left);
            double value = first[left - 1];
            first[left - 1] = first[other];
            first[other] = value;
        }
    }
}

static double shuffled_p(const struct series *series, const struct segments *segments, double strength,
                         struct stats_draws *draws)
{
    for (size_t i = 0; i < series->count; i++)
        series->shuffled[i] = series->values[i];
    unsigned as_strong = 0;
    for (unsigned i = 0; i < SHUFFLES; i++) {
        shuffle(series->shuffled, segments, draws);
        /* Strengths that are equal on paper differ by their rounding, and count as equal. */
        as_strong += strongest_of_all(series->shuffled, segments).strength >= strength * (1 - 1e-9);
    }
    return (1.0 + as_strong) / (1.0 + SHUFFLES);
}

static void insert_bound(struct segments *segments, size_t at, double p)
{
    size_t i = ++segments->count;
    for (; segments->bounds[i - 1] > at; i--) {
        segments->bounds[i] = segments->bounds[i - 1];
        segments->p[i] = segments->p[i - 1];
    }
    segments->bounds[i] = at;
    segments->p[i] = p;
}

static void remove_bound(struct segments *segments, size_t i)
{
    for (; i < segments->count; i++) {
        segments->bounds[i] = segments->bounds[i + 1];
        segments->p[i] = segments->p[i + 1];
    }
    segments->count--;
}

static void find_bounds(const struct series *series, struct segments *segments, const struct stats_change_rules *rules)
{
    struct stats_draws draws = {.seed = rules->seed};
    for (;;) {
        struct split split = strongest_of_all(series->values, segments);
        if (!(split.strength > 0))
            break;
        double p = shuffled_p(series, segments, split.strength, &draws);
        if (p > rules->alpha)
            break;
        insert_bound(segments, split.at, p);
    }
}

static double segment_median(const double *values, const struct segments *segments, size_t segment)
{
    size_t start = segments->bounds[segment];
    return stats_median(values + start, segments->bounds[segment + 1] - start);
}

/* By how much the levels at a bound differ beyond what they must: less than 0 is too little to speak of. */
static double excess(const struct series *series, const struct segments *segments, size_t i, double least)
{
    size_t start = segments->bounds[i - 1], middle = segments->bounds[i], end = segments->bounds[i + 1];
    size_t shorter = middle - start < end - middle ? middle - start : end - middle;
    double known = stats_median(series->half_widths + start, end - start) / sqrt((double)shorter);
    double change = fabs(segment_median(series->values, segments, i) - segment_median(series->values, segments, i - 1));
    return change - fmax(least, known);
}

/* Takes away the smallest change, joining its two segments, until all that are left are large enough. */
static void drop_small(const struct series *series, struct segments *segments, double least)
{
    for (;;) {
        size_t smallest = 0;
        double smallest_excess = 0;
        for (size_t i = 1; i < segments->count; i++) {
            double this_excess = excess(series, segments, i, least);
            if (this_excess < smallest_excess) {
                smallest = i;
                smallest_excess = this_excess;
            }
        }
        if (smallest == 0)
            return;
        remove_bound(segments, smallest);
    }
}

int stats_change_points(struct stats_change *ret_changes, const double *values, const struct stats_interval *intervals,
                        size_t count, const struct stats_change_rules *rules)
{
    struct series series;
    if (series_init(&series, values, intervals, count) < 0)
        return -ENOMEM;
    struct segments segments = {
        .bounds = calloc(series.count + 2, sizeof(size_t)),
        .p = calloc(series.count + 2, sizeof(double)),
        .count = 1,
    };
    int found = -ENOMEM;
    if (!segments.bounds || !segments.p)
        goto out;
    segments.bounds[1] = series.count;
    find_bounds(&series, &segments, rules);
    drop_small(&series, &segments, rules->least);
    for (size_t i = 1; i < segments.count; i++)
        ret_changes[i - 1] = (struct stats_change){
            .at = series.at[segments.bounds[i]],
            .before = segment_median(series.values, &segments, i - 1),
            .after = segment_median(series.values, &segments, i),
            .p = segments.p[i],
        };
    found = (int)segments.count - 1;
out:
    free(segments.bounds);
    free(segments.p);
    series_finish(&series);
    return found;
}
