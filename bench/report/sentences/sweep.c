/* What is said of a sweep: where each runner did best, where two of them part (sweep_pair.c), and what could not be
 * measured. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../labels.h"
#include "parts.h"

/* A runner's point. */
struct point {
    double x; /* of what is swept */
    const struct summary_record *lane;
};

static bool sweeps_concurrency(const struct lane_group *group)
{
    return strcmp(group->swept, "concurrency") == 0;
}

/* Where more are allowed at once than there are jobs, no more are at once than at the point before: then it is none. */
bool sweep_has_point(const struct lane_group *group, size_t i)
{
    const struct summary_record *lane = group->lanes[i];
    if (!isfinite(group->x[i]))
        return false;
    for (size_t j = 0; sweeps_concurrency(group) && lane->jobs > 0 && j < group->count; j++)
        if (lane_is_under(group->lanes[j], lane->runner) && group->lanes[j]->jobs == lane->jobs &&
            group->x[j] >= (double)lane->jobs && group->x[j] < group->x[i])
            return false;
    return true;
}

static void write_point(char *buffer, size_t size, const struct lane_group *group, double x)
{
    int64_t jobs = 0; /* of that point: each may have its own number */
    for (size_t i = 0; i < group->count; i++)
        if (group->x[i] == x && group->lanes[i]->jobs > jobs)
            jobs = group->lanes[i]->jobs;
    if (sweeps_concurrency(group))
        units_write_count(buffer, size, jobs > 0 ? fmin(x, (double)jobs) : x);
    else
        snprintf(buffer, size, "%.15g", x);
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

void sentence_say_points(FILE *out, const struct lane_group *group, const double *x, size_t count)
{
    bool concurrency = sweeps_concurrency(group);
    if (!concurrency)
        fprintf(out, "%s=", group->swept);
    for (size_t i = 0; i < count; i++) {
        char text[64];
        write_point(text, sizeof(text), group, x[i]);
        fprintf(out, "%s%s", i == 0 ? "" : i + 1 == count ? " and " : ", ", text);
    }
    if (concurrency)
        fputs(" at once", out);
}

void sentence_say_point(FILE *out, const struct lane_group *group, double x)
{
    sentence_say_points(out, group, &x, 1);
}

void sentence_say_range(FILE *out, const struct lane_group *group, double from, double to)
{
    char text[2][64];
    write_point(text[0], sizeof(text[0]), group, from);
    write_point(text[1], sizeof(text[1]), group, to);
    if (sweeps_concurrency(group))
        fprintf(out, "%s to %s at once", text[0], text[1]);
    else
        fprintf(out, "%s=%s to %s", group->swept, text[0], text[1]);
}

/* --- where each runner did best --- */

enum best_kind {
    BEST_ALONE, /* at a point that is better than its neighbours */
    BEST_RANGE, /* at several that are alike, and better than what lies before and behind */
    BEST_FLAT,  /* the same from a point to the last */
    BEST_ONLY,  /* there is but one point */
};

/* Returns a runner's points of a sweep, ascending, and their number; NULL: out of memory. */
static struct point *runner_points(struct speaker *speaker, const struct lane_group *group, const char *runner,
                                   size_t *ret_count)
{
    struct point *points = calloc(group->count, sizeof(*points));
    size_t count = 0;
    speaker->out_of_memory = speaker->out_of_memory || !points;
    for (size_t i = 0; points && i < group->count; i++)
        if (lane_is_under(group->lanes[i], runner) && sweep_has_point(group, i))
            points[count++] = (struct point){.x = group->x[i], .lane = group->lanes[i]};
    if (points)
        qsort(points, count, sizeof(*points), compare_doubles);
    *ret_count = count;
    return points;
}

/*
 * Keep the points that may be spoken of, and find the one with the most jobs per second. Returns false where another may
 * be better: one at which the test server was the limit, or whose runs failed in part and looks better.
 */
static bool find_best(struct speaker *speaker, struct point *points, size_t *count, size_t *ret_best)
{
    size_t kept = 0, best = 0;
    double hidden = 0;
    bool limited = false;
    for (size_t i = 0; i < *count; i++) {
        if (lane_is_measured(speaker, points[i].lane)) {
            points[kept++] = points[i];
            continue;
        }
        limited = limited || strcmp(points[i].lane->state, "ok") == 0;
        hidden = fmax(hidden, points[i].lane->jobs_per_s_median);
    }
    *count = kept;
    for (size_t i = 1; i < kept; i++)
        if (points[i].lane->jobs_per_s_median > points[best].lane->jobs_per_s_median)
            best = i;
    *ret_best = best;
    return kept > 0 && !limited && points[best].lane->jobs_per_s_median >= hidden;
}

static enum relation against_best(struct speaker *speaker, const struct point *best, const struct point *other)
{
    return lanes_compare(speaker, best->lane, other->lane, trial_seconds_per_job).relation;
}

/*
 * A point is the best only if it is better than all others by more than matters, and surely so. Points beside it
 * that are as good are the best together with it; where they go on to the last, nothing more was gained from the first of
 * them on. Anything else is not known well enough to be said.
 */
static bool claim_best(struct speaker *speaker, const struct lane_group *group, const char *runner, struct claim *claim)
{
    size_t count, best, low, high;
    struct point *points = runner_points(speaker, group, runner, &count);
    bool known = points && find_best(speaker, points, &count, &best);
    if (known) {
        for (low = best; low > 0 && against_best(speaker, &points[best], &points[low - 1]) == ALIKE;)
            low--;
        for (high = best; high + 1 < count && against_best(speaker, &points[best], &points[high + 1]) == ALIKE;)
            high++;
        for (size_t i = 0; known && i < count; i++)
            known = (i >= low && i <= high) || against_best(speaker, &points[best], &points[i]) == FIRST_LESS;
    }
    if (known) {
        bool flat = low < high && high + 1 == count;
        const struct summary_record *lane = points[flat ? low : best].lane;
        struct comparison serial = lane_against_serial(speaker, lane);
        *claim = (struct claim){.subject = label_subject(runner),
                                .lane = lane,
                                .ratio = serial.ratio,
                                .lo = serial.lo,
                                .hi = serial.hi,
                                .kind = count == 1    ? BEST_ONLY
                                        : flat        ? BEST_FLAT
                                        : low == high ? BEST_ALONE
                                                      : BEST_RANGE,
                                .from = points[low].x,
                                .to = points[high].x};
        known = serial.relation == FIRST_LESS;
    }
    free(points);
    return known;
}

/*
 * "coroutines did best at 200 at once, 129 times sooner than one after another; a thread pool at 100 at once, 69 times";
 * "coroutines gained no more beyond 100 at once, where they finished 69 times sooner than one after another"
 */
static void say_claim(struct sentence *sentence, const struct lane_group *group, const struct claim *claim,
                      const struct claim *before)
{
    FILE *out = sentence->out;
    char number[64];
    const char *than = before ? "" : " than one after another";
    bool same = before && before->kind == claim->kind;
    sentence_number(number, claim->ratio, claim->lo, claim->hi);
    sentence_begin_clause(sentence);
    fputs(claim->subject, out);
    switch ((enum best_kind)claim->kind) {
    case BEST_ALONE:
        fputs(same ? " at " : " did best at ", out);
        sentence_say_point(out, group, claim->to);
        fprintf(out, ", %s times%s%s", number, same ? "" : " sooner", than);
        break;
    case BEST_RANGE:
        fputs(same ? " at " : " did best at ", out);
        sentence_say_range(out, group, claim->from, claim->to);
        fprintf(out, ", up to %s times%s%s", number, same ? "" : " sooner", than);
        break;
    case BEST_FLAT:
        fputs(" gained no more beyond ", out);
        sentence_say_point(out, group, claim->from);
        fprintf(out, ", where %s finished %s times sooner%s", label_is_plural(claim->lane->runner) ? "they" : "it",
                number, than);
        break;
    case BEST_ONLY:
        fprintf(out, " finished %s times sooner%s at ", number, than);
        sentence_say_point(out, group, claim->to);
        break;
    }
}

static void say_best(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    struct claim *claims = claims_make(speaker, group);
    size_t count = 0;
    for (size_t i = 0; claims && i < group->count; i++) {
        const char *runner = group->lanes[i]->runner;
        if (group_is_first_of_runner(group, i) && runner_races(runner) &&
            claim_best(speaker, group, runner, &claims[count]))
            count++;
    }
    claims_sort(claims, count);
    for (size_t i = 0; i < count; i++)
        say_claim(sentence, group, &claims[i], i > 0 ? &claims[i - 1] : NULL);
    free(claims);
}

/* "each of the 3 points", "2 of the 3 points", "2 of the 3 points at which both were measured" */
static void say_how_many(FILE *out, size_t some, size_t measured, size_t all)
{
    if (all == 1)
        fputs("its only point", out);
    else if (measured == 1)
        fputs("the only point", out);
    else if (some < measured)
        fprintf(out, "%zu of the %zu points", some, measured);
    else
        fprintf(out, "each of the %zu points", measured);
    if (measured < all)
        fprintf(out, all == 1 ? "" : " (of %zu) at which both were measured", all);
}

/* At how many of a runner's points it stands in one way against serial. */
struct standings {
    size_t points, measured, count; /* of its points so many meet serial; of those so many stand like that */
    double last_x;
    struct comparison last;
};

static struct standings count_standings(struct speaker *speaker, const struct lane_group *group, const char *runner,
                                        enum relation relation)
{
    struct standings standings = {0};
    struct point *points = runner_points(speaker, group, runner, &standings.points);
    for (size_t p = 0; points && p < standings.points; p++) {
        standings.measured += lane_meets_serial(speaker, points[p].lane);
        struct comparison serial = lane_against_serial(speaker, points[p].lane);
        if (serial.relation != relation || (relation == ALIKE && serial.lo > 1)) /* hardly sooner is not: no faster */
            continue;
        standings.count++;
        standings.last_x = points[p].x;
        standings.last = serial;
    }
    free(points);
    return standings;
}

/*
 * How a runner stands against serial, where no point of it is the best: of a sweep of something else than concurrency,
 * since they are not the same jobs, and of what took longer. "a thread pool finished sooner than one after another at each
 * of the 3 points, 10 times sooner at body-bytes=100000"; "... took longer than ..., 40 times as long at 20 at once"
 */
static void say_against_serial(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group,
                               enum relation relation)
{
    bool sooner = relation == FIRST_LESS;
    for (size_t i = 0; i < group->count; i++) {
        const char *runner = group->lanes[i]->runner;
        if (!group_is_first_of_runner(group, i) || !runner_races(runner))
            continue;
        struct standings standings = count_standings(speaker, group, runner, relation);
        if (standings.count == 0)
            continue;
        char number[64];
        sentence_begin_clause(sentence);
        fprintf(sentence->out, "%s %s than one after another at ", label_subject(runner),
                sooner ? "finished sooner" : "took longer");
        say_how_many(sentence->out, standings.count, standings.measured, standings.points);
        fprintf(sentence->out, ", %s times %s at ",
                sentence_number(number, standings.last.ratio, standings.last.lo, standings.last.hi),
                sooner ? "sooner" : "as long");
        sentence_say_point(sentence->out, group, standings.last_x);
    }
}

/* Runners that gain nothing anywhere are as worth a word. */
static void say_no_faster(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const char *runner = group->lanes[i]->runner;
        if (!group_is_first_of_runner(group, i) || !runner_races(runner))
            continue;
        struct standings alike = count_standings(speaker, group, runner, ALIKE);
        if (alike.count == 0 || alike.count < alike.measured)
            continue;
        sentence_begin_clause(sentence);
        fprintf(sentence->out, "%s %s no faster than one after another at ", label_subject(runner),
                label_is_plural(runner) ? "were" : "was");
        say_how_many(sentence->out, alike.count, alike.measured, alike.points);
    }
}

/* --- what could not be measured --- */

enum trouble { RUNS_FAILED, NOT_RUN, SERVER_LIMIT, TROUBLES };

static bool has_trouble(struct speaker *speaker, const struct summary_record *lane, enum trouble trouble)
{
    bool failed = strcmp(lane->state, "failed") == 0, ok = strcmp(lane->state, "ok") == 0;
    switch (trouble) {
    case RUNS_FAILED:
        return failed;
    case NOT_RUN:
        return !ok && !failed;
    default:
        return ok && !lane_is_measured(speaker, lane);
    }
}

/* The points that are missing in what was said: "runs of a thread pool failed at 10 and 50 at once". */
static void say_troubles(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group,
                         const char *runner)
{
    static const char *const before[TROUBLES] = {"runs of ", "", "the test server was the limit of "};
    size_t count;
    struct point *points = runner_points(speaker, group, runner, &count);
    double *x = calloc(count + 1, sizeof(*x));
    speaker->out_of_memory = speaker->out_of_memory || !x;
    for (enum trouble trouble = 0; points && x && trouble < TROUBLES; trouble++) {
        size_t troubled = 0;
        for (size_t i = 0; i < count; i++)
            if (has_trouble(speaker, points[i].lane, trouble))
                x[troubled++] = points[i].x;
        if (troubled == 0)
            continue;
        sentence_begin_clause(sentence);
        fprintf(sentence->out, "%s%s%s at ", before[trouble], label_subject(runner),
                trouble == RUNS_FAILED    ? " failed"
                : trouble == SERVER_LIMIT ? ""
                : label_is_plural(runner) ? " were not measured"
                                          : " was not measured");
        sentence_say_points(sentence->out, group, x, troubled);
    }
    free(x);
    free(points);
}

void sentence_say_sweep(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    if (sweeps_concurrency(group))
        say_best(speaker, sentence, group);
    else
        say_against_serial(speaker, sentence, group, FIRST_LESS);
    say_against_serial(speaker, sentence, group, SECOND_LESS);
    say_no_faster(speaker, sentence, group);
    sentence_say_parting(speaker, sentence, group);
    bool said = sentence->clauses > 0;
    for (size_t i = 0; said && i < group->count; i++)
        if (group_is_first_of_runner(group, i) && strcmp(group->lanes[i]->runner, "null") != 0 &&
            (runner_races(group->lanes[i]->runner) || !sweeps_concurrency(group)))
            say_troubles(speaker, sentence, group, group->lanes[i]->runner);
}
