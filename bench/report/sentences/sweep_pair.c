/* What is said of two runners of a sweep: how they stand at its beginning and at its end, and who is sooner between. */
#include <stdlib.h>
#include <string.h>
#include "../../text_stream.h"
#include "../labels.h"
#include "parts.h"

/* The runners that are compared with each other: coroutines and the thread pool where both are there. */
struct pair {
    const char *first, *second;
};

/* A point at which both may be spoken of. */
struct point {
    double x; /* of what is swept */
    const struct summary_record *first, *second;
    struct comparison time;
};

/* The points of a pair, ascending. Where runs failed there are more of them than can be spoken of. */
struct points {
    struct point *items;
    size_t count;
    double *all; /* every x at which one of the two was to be run */
    size_t all_count;
};

/* Whether there is a point of it to speak of. */
static bool is_measured_somewhere(struct speaker *speaker, const struct lane_group *group, const char *runner)
{
    for (size_t i = 0; i < group->count; i++)
        if (lane_is_under(group->lanes[i], runner) && lane_is_measured(speaker, group->lanes[i]))
            return true;
    return false;
}

/* Returns whether there is a pair. */
static bool choose_pair(struct speaker *speaker, const struct lane_group *group, struct pair *ret_pair)
{
    struct pair pair = {0};
    if (is_measured_somewhere(speaker, group, "coroutines"))
        pair.first = "coroutines";
    if (is_measured_somewhere(speaker, group, "threads"))
        *(pair.first ? &pair.second : &pair.first) = "threads";
    for (size_t i = 0; i < group->count && !pair.second; i++) {
        const char *runner = group->lanes[i]->runner;
        if (runner_races(runner) && !(pair.first && strcmp(runner, pair.first) == 0) &&
            is_measured_somewhere(speaker, group, runner))
            *(pair.first ? &pair.second : &pair.first) = runner;
    }
    *ret_pair = pair;
    return pair.second != NULL;
}

/* Keeps them ascending. */
static void add_distinct(struct points *points, double x)
{
    size_t at = points->all_count;
    while (at > 0 && points->all[at - 1] >= x)
        at--;
    if (at < points->all_count && points->all[at] == x)
        return;
    memmove(&points->all[at + 1], &points->all[at], (points->all_count - at) * sizeof(points->all[0]));
    points->all[at] = x;
    points->all_count++;
}

static const struct summary_record *lane_at(const struct lane_group *group, const char *runner, double x)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->x[i] == x && lane_is_under(group->lanes[i], runner))
            return group->lanes[i];
    return NULL;
}

static void points_finish(struct points *points)
{
    free(points->items);
    free(points->all);
}

/* Fill the points of a pair; empty: out of memory. */
static void collect_points(struct speaker *speaker, const struct lane_group *group, const struct pair *pair,
                           struct points *points)
{
    *points = (struct points){.items = calloc(group->count, sizeof(*points->items)),
                              .all = calloc(group->count, sizeof(*points->all))};
    if (!points->items || !points->all) {
        speaker->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < group->count; i++)
        if (sweep_has_point(group, i) &&
            (lane_is_under(group->lanes[i], pair->first) || lane_is_under(group->lanes[i], pair->second)))
            add_distinct(points, group->x[i]);
    for (size_t i = 0; i < points->all_count; i++) {
        struct point point = {.x = points->all[i],
                              .first = lane_at(group, pair->first, points->all[i]),
                              .second = lane_at(group, pair->second, points->all[i])};
        if (!lane_is_measured(speaker, point.first) || !lane_is_measured(speaker, point.second))
            continue;
        point.time = lanes_compare(speaker, point.first, point.second, trial_seconds_per_job);
        points->items[points->count++] = point;
    }
}

/* Returns how many points from the first on (or to the last) stand alike. */
static size_t alike_from_first(const struct points *points)
{
    size_t n = 1;
    while (n < points->count && points->items[n].time.relation == points->items[0].time.relation)
        n++;
    return n;
}

static size_t alike_to_last(const struct points *points)
{
    size_t n = 1, last = points->count - 1;
    while (n < points->count && points->items[last - n].time.relation == points->items[last].time.relation)
        n++;
    return n;
}

/* What restricts a statement about `count` points within lo..hi: that there are others in there. */
static const char *where_measured(const struct points *points, double lo, double hi, size_t count)
{
    size_t all = 0;
    for (size_t i = 0; i < points->all_count; i++)
        all += points->all[i] >= lo && points->all[i] <= hi;
    return all > count ? ", wherever both were measured," : "";
}

/* "at each of the 6 points", "at each of the 2 points of 6 at which both were measured" */
static void say_everywhere(FILE *out, const struct points *points)
{
    if (points->count == points->all_count)
        fprintf(out, "at each of the %zu points", points->count);
    else
        fprintf(out, "at each of the %zu points (of %zu) at which both were measured", points->count,
                points->all_count);
}

/* "coroutines finished sooner than the thread pool" or the other way round. */
static void say_sooner(FILE *out, const struct pair *pair, enum relation relation)
{
    bool first = relation == FIRST_LESS;
    fprintf(out, "%s finished sooner than %s", subject_definite(first ? pair->first : pair->second),
            subject_definite(first ? pair->second : pair->first));
}

static void say_as_fast(FILE *out, const struct pair *pair)
{
    fprintf(out, "%s %s as fast as %s", subject_definite(pair->first), label_is_plural(pair->first) ? "were" : "was",
            subject_definite(pair->second));
}

static bool is_decided(enum relation relation)
{
    return relation == FIRST_LESS || relation == SECOND_LESS;
}

/* "at 10 at once coroutines finished 1.6 times (95 %: 1.5 to 1.7) sooner than the thread pool" */
static void say_at_point(struct sentence *sentence, const struct lane_group *group, const struct pair *pair,
                         const struct point *point)
{
    bool first = point->time.relation == FIRST_LESS;
    char number[64];
    sentence_number(number, point->time.ratio, point->time.lo, point->time.hi);
    sentence_begin_clause(sentence);
    fputs("at ", sentence->out);
    sentence_say_point(sentence->out, group, point->x);
    fprintf(sentence->out, " %s finished %s times", subject_definite(first ? pair->first : pair->second), number);
    sentence_say_interval(sentence->out, point->time.lo, point->time.hi);
    fprintf(sentence->out, " sooner than %s", subject_definite(first ? pair->second : pair->first));
}

/* At how many points, from the first on, something is said by say_beginning. */
static size_t said_at_beginning(const struct points *points)
{
    size_t low = alike_from_first(points);
    enum relation relation = points->items[0].time.relation;
    return is_decided(relation) || (relation == ALIKE && low > 1) ? low : 0;
}

/* The same of say_end. */
static size_t said_at_end(const struct points *points)
{
    return is_decided(points->items[points->count - 1].time.relation) ? alike_to_last(points) : 0;
}

/* At all points in one way. */
static bool stand_alike(const struct points *points)
{
    return alike_from_first(points) == points->count;
}

/* How the sweep begins: "up to 30 at once coroutines were as fast as the thread pool". One point makes no range. */
static void say_beginning(struct sentence *sentence, const struct lane_group *group, const struct pair *pair,
                          const struct points *points)
{
    size_t low = said_at_beginning(points);
    enum relation relation = points->items[0].time.relation;
    if (low == 1)
        say_at_point(sentence, group, pair, &points->items[0]);
    if (low < 2 || (stand_alike(points) && relation != ALIKE))
        return;
    sentence_begin_clause(sentence);
    if (stand_alike(points)) {
        say_as_fast(sentence->out, pair);
        fputc(' ', sentence->out);
        say_everywhere(sentence->out, points);
        return;
    }
    double to = points->items[low - 1].x;
    fputs("up to ", sentence->out);
    sentence_say_point(sentence->out, group, to);
    fprintf(sentence->out, "%s ", where_measured(points, points->all[0], to, low));
    if (relation == ALIKE)
        say_as_fast(sentence->out, pair);
    else
        say_sooner(sentence->out, pair, relation);
}

/* How it ends: "from 75 at once on coroutines finished sooner than the thread pool, 1.6 times sooner at 500 at once". */
static void say_end(struct sentence *sentence, const struct lane_group *group, const struct pair *pair,
                    const struct points *points)
{
    FILE *out = sentence->out;
    const struct point *last = &points->items[points->count - 1];
    enum relation end = last->time.relation;
    size_t high = said_at_end(points);
    char number[64];
    if (high == 0)
        return;
    if (high == 1) {
        say_at_point(sentence, group, pair, last);
        return;
    }
    sentence_number(number, last->time.ratio, last->time.lo, last->time.hi);
    sentence_begin_clause(sentence);
    if (high == points->count) {
        say_sooner(out, pair, end);
        fputc(' ', out);
        say_everywhere(out, points);
    } else {
        double from = points->items[points->count - high].x;
        fputs("from ", out);
        sentence_say_point(out, group, from);
        fprintf(out, " on%s ", where_measured(points, from, points->all[points->all_count - 1], high));
        say_sooner(out, pair, end);
    }
    fprintf(out, ", %s times", number);
    sentence_say_interval(out, last->time.lo, last->time.hi);
    fputs(" sooner at ", out);
    sentence_say_point(out, group, last->x);
}

/* What lies between the two and was decided: "at 50 and 100 at once the thread pool finished sooner than coroutines". */
static void say_middle(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group,
                       const struct pair *pair, const struct points *points, enum relation relation)
{
    enum { MOST_NAMED = 4 };
    size_t from = said_at_beginning(points), to = points->count - said_at_end(points), count = 0, last = 0;
    double *x = calloc(points->count + 1, sizeof(*x));
    speaker->out_of_memory = speaker->out_of_memory || !x;
    for (size_t i = from; x && i < to; i++)
        if (points->items[i].time.relation == relation) {
            x[count++] = points->items[i].x;
            last = i;
        }
    if (count == 1) {
        say_at_point(sentence, group, pair, &points->items[last]);
    } else if (count > 1) {
        sentence_begin_clause(sentence);
        fputs("at ", sentence->out);
        if (count <= MOST_NAMED) {
            sentence_say_points(sentence->out, group, x, count);
        } else {
            fprintf(sentence->out, "%zu points from ", count);
            sentence_say_range(sentence->out, group, x[0], x[count - 1]);
        }
        fputc(' ', sentence->out);
        say_sooner(sentence->out, pair, relation);
    }
    free(x);
}

/* Where the runs did not decide is passed over. */
void sentence_say_parting(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    struct pair pair;
    struct points points;
    if (!choose_pair(speaker, group, &pair))
        return;
    collect_points(speaker, group, &pair, &points);
    if (points.count > 1) {
        const struct point *last = &points.items[points.count - 1];
        say_beginning(sentence, group, &pair, &points);
        if (!stand_alike(&points)) {
            say_middle(speaker, sentence, group, &pair, &points, FIRST_LESS);
            say_middle(speaker, sentence, group, &pair, &points, SECOND_LESS);
        }
        say_end(sentence, group, &pair, &points);
        if (lane_is_under(last->first, "coroutines") && lane_is_under(last->second, "threads")) {
            char *where = NULL;
            size_t size;
            FILE *out = text_stream_open(&where, &size);
            if (out) {
                fputs("at ", out);
                sentence_say_point(out, group, last->x);
                fputc(' ', out);
            }
            if (out && fclose(out) == 0)
                sentence_say_costs(speaker, sentence, last->first, last->second, where);
            else
                speaker->out_of_memory = true;
            free(where);
        }
    }
    points_finish(&points);
}
