#include "rate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../knee_found.h"
#include "../labels.h"
#include "../../text_stream.h"

/* When a closed loop would have told another story: times that differ less are not worth a sentence. */
#define HIDDEN_TIMES    2.0
#define HIDDEN_LEAST_MS 1.0
#define OWN_SHARE       0.5

/* When a server stood still for some of the jobs: those in a hundred took so many times as long as half did. */
#define STALL_TIMES    10.0
#define STALL_LEAST_MS 10.0

struct rate_speaker {
    FILE *out;
    const struct run_data *run;
    const struct trial_index *index;
    struct text_pool *words;
    unsigned clauses;
};

static void begin_clause(struct rate_speaker *speaker)
{
    if (speaker->clauses++ > 0)
        fputs("; ", speaker->out);
}

static bool is_first_of_runner(const struct lane_group *group, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(group->lanes[j]->runner, group->lanes[i]->runner) == 0)
            return false;
    return strcmp(group->lanes[i]->runner, "null") != 0;
}

/* "coroutines kept up with 9,600 a second (99 % done within 2.41 ms) and not with 10,100" */
static void say_knee(struct rate_speaker *speaker, const char *runner, const struct knee_found *knee)
{
    struct knee_found found = *knee;
    const char *subject = label_subject(runner);
    begin_clause(speaker);
    if (!found.kept_up) {
        fprintf(speaker->out, "%s did not keep up with %s a second%s", subject,
                units_count(speaker->words, found.too_much->offered_per_s),
                found.unknown_below ? "" : ", the least that was tried");
        return;
    }
    fprintf(speaker->out, "%s kept up with %s a second", subject,
            units_count(speaker->words, found.kept_up->offered_per_s));
    if (found.kept_up->response_p99_ms > 0)
        fprintf(speaker->out, " (99 %% done within %s)",
                units_duration(speaker->words, found.kept_up->response_p99_ms / 1e3));
    if (found.too_much)
        fprintf(speaker->out, " and not with %s", units_count(speaker->words, found.too_much->offered_per_s));
    else if (found.failed)
        fprintf(speaker->out, ", but with %s a second runs failed",
                units_count(speaker->words, found.failed->offered_per_s));
    else if (!found.unknown_above)
        fputs(", the most that was tried", speaker->out);
}

static bool is_the_most(const struct knee_found *found)
{
    return found->kept_up && !found->too_much && !found->failed && !found->unknown_above;
}

/* "all three kept up with 200 a second (99 % done within 2.00 ms to 3.00 ms), the most that was tried". Returns whether
 * that is so of all. */
static bool say_all_kept_up(struct rate_speaker *speaker, const struct knee_found *found, size_t count)
{
    static const char *const all[] = {"both runners", "all three runners", "all four runners"};
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_the_most(&found[i]) || found[i].kept_up->offered_per_s != found[0].kept_up->offered_per_s)
            return false;
        double ms = found[i].kept_up->response_p99_ms;
        least = ms > 0 ? fmin(least, ms) : NAN; /* said of all or of none */
        most = fmax(most, ms);
    }
    if (count < 2)
        return false;
    begin_clause(speaker);
    fprintf(speaker->out, "%s kept up with %s a second",
            count - 2 < sizeof(all) / sizeof(all[0]) ? all[count - 2]
                                                     : pool_printf(speaker->words, "all %zu runners", count),
            units_count(speaker->words, found[0].kept_up->offered_per_s));
    if (isfinite(least)) {
        const char *from = units_duration(speaker->words, least / 1e3),
                   *to = units_duration(speaker->words, most / 1e3);
        fprintf(speaker->out, strcmp(from, to) == 0 ? " (99 %% done within %s)" : " (99 %% done within %s to %s)", from,
                to);
    }
    fputs(", the most that was tried", speaker->out);
    return true;
}

/* A search makes no more runs than it needs, which leaves no interval: on how few it rests is said. */
static void say_how_few(struct rate_speaker *speaker, const struct knee_found *found, size_t count)
{
    enum { ENOUGH = 6 };
    int64_t least = INT64_MAX, most = 0;
    for (size_t i = 0; i < count; i++) {
        const struct summary_record *lanes[] = {found[i].kept_up, found[i].too_much};
        for (size_t l = 0; l < 2; l++) {
            if (!lanes[l] || lanes[l]->trials <= 0)
                continue;
            least = lanes[l]->trials < least ? lanes[l]->trials : least;
            most = lanes[l]->trials > most ? lanes[l]->trials : most;
        }
    }
    if (most == 0 || least >= ENOUGH)
        return;
    begin_clause(speaker);
    if (most == 1)
        fputs("this rests on a single run at each rate", speaker->out);
    else if (least == most)
        fprintf(speaker->out, "this rests on %lld runs at each rate", (long long)most);
    else
        fprintf(speaker->out, "this rests on %lld to %lld runs at each rate", (long long)least, (long long)most);
}

static void say_knees(struct rate_speaker *speaker, const struct lane_group *group)
{
    struct knee_found *found = pool_array(speaker->words, group->count, sizeof(*found));
    const char **runners = pool_array(speaker->words, group->count, sizeof(*runners));
    size_t count = 0, all = 0;
    if (!found || !runners || !group->swept || strcmp(group->swept, "rate") != 0)
        return;
    for (size_t i = 0; i < group->count; i++) {
        if (!is_first_of_runner(group, i))
            continue;
        runners[count] = group->lanes[i]->runner;
        found[count] = knee_find(group, speaker->index, runners[count]);
        all++;
        count += found[count].kept_up || found[count].too_much;
    }
    if (count < all || !say_all_kept_up(speaker, found, count))
        for (size_t i = 0; i < count; i++)
            say_knee(speaker, runners[i], &found[i]);
    say_how_few(speaker, found, count);
}

/* Of a single rate, where nothing is said of how far a runner keeps up: that it did not. */
static void say_piled_up(struct rate_speaker *speaker, const struct lane_group *group)
{
    for (size_t i = 0; i < group->count && !group->swept; i++) {
        const struct summary_record *lane = group->lanes[i];
        if (!lane_went_well(speaker->index, lane) || lane->saturated <= 0)
            continue;
        const char *subject = label_subject(lane->runner), *rate = units_count(speaker->words, lane->offered_per_s);
        begin_clause(speaker);
        if (lane->saturated == lane->trials)
            fprintf(speaker->out, "%s did not keep up with %s a second: jobs piled up", subject, rate);
        else
            fprintf(speaker->out, "in %lld of %lld runs at %s a second jobs of %s piled up", (long long)lane->saturated,
                    (long long)lane->trials, rate, subject);
    }
}

/* Where half of the runs piled up and half did not, a median lies between the two, where no run was. */
static bool is_split(const struct summary_record *lane)
{
    return lane->saturated > 0 && 2 * lane->saturated == lane->trials;
}

/* A time of nothing is none that could be told to anybody: it divides to any number of times. */
static double hidden(const struct rate_speaker *speaker, const struct summary_record *lane)
{
    if (!lane_went_well(speaker->index, lane) || is_split(lane) || !(lane->service_p99_ms > 0))
        return 0;
    double ratio = lane->response_p99_ms / lane->service_p99_ms;
    /* What the client itself was late with no closed loop hides. */
    bool own_doing = strcmp(lane->workload, "null") == 0 || lane->pacing_p99_ms > OWN_SHARE * lane->queue_p99_ms;
    bool counts =
        !own_doing && ratio >= HIDDEN_TIMES && lane->response_p99_ms - lane->service_p99_ms >= HIDDEN_LEAST_MS;
    return counts ? ratio : 0;
}

/* Whether of two lanes this one shows better what a closed loop hides: one that kept up before one that did not, of
 * which it is no surprise; of those that kept up, the one of which it hides the most, of the others the one that piled
 * up least. */
static bool shows_better(const struct rate_speaker *speaker, const struct summary_record *lane,
                         const struct summary_record *other)
{
    bool piled_up = lane_is_saturated(lane);
    if (piled_up != lane_is_saturated(other))
        return !piled_up;
    return piled_up ? lane->response_p99_ms < other->response_p99_ms : hidden(speaker, lane) > hidden(speaker, other);
}

static const struct summary_record *best_example(const struct rate_speaker *speaker, const struct lane_group *group)
{
    const struct summary_record *best = NULL;
    for (size_t i = 0; i < group->count; i++)
        if (hidden(speaker, group->lanes[i]) > 0 && (!best || shows_better(speaker, group->lanes[i], best)))
            best = group->lanes[i];
    return best;
}

/* Params without how jobs arrive. Of two lanes that have the same, one job is as good as the other. */
static bool have_same_jobs(const struct summary_record *left, const struct summary_record *right)
{
    const char *texts[] = {left->params, right->params};
    char kept[2][1000] = {"", ""};
    for (int i = 0; i < 2; i++)
        for (const char *p = texts[i] ? texts[i] : ""; *p;) {
            size_t length = strcspn(p, " "), used = strlen(kept[i]);
            bool arrival =
                strncmp(p, "rate=", 5) == 0 || strncmp(p, "arrivals=", 9) == 0 || strncmp(p, "duration-s=", 11) == 0;
            if (!arrival && used + length + 2 > sizeof(kept[i]))
                return false;
            if (!arrival)
                snprintf(kept[i] + used, sizeof(kept[i]) - used, "%.*s ", (int)length, p);
            p += length + (p[length] == ' ');
        }
    return strcmp(left->workload, right->workload) == 0 && strcmp(kept[0], kept[1]) == 0;
}

static bool may_be_an_example(const struct rate_speaker *speaker, const struct summary_record *lane)
{
    return lane_went_well(speaker->index, lane) && isfinite(lane->offered_per_s) && !lane_is_saturated(lane) &&
           !is_split(lane) && strcmp(lane->workload, "null") != 0 &&
           !(lane->pacing_p99_ms > OWN_SHARE * lane->response_p99_ms);
}

/* The closed loop of this run, of the same runner and the same jobs, that knows the least of what this one has seen. */
static const struct summary_record *closed_loop_of(const struct rate_speaker *speaker,
                                                   const struct summary_record *lane)
{
    const struct summary_record *least = NULL;
    for (size_t i = 0; i < speaker->run->lane_count; i++) {
        const struct summary_record *other = &speaker->run->lanes[i];
        if (isfinite(other->offered_per_s) || !lane_went_well(speaker->index, other) || !(other->latency_p99_ms > 0) ||
            strcmp(other->runner, lane->runner) != 0 || !have_same_jobs(other, lane))
            continue;
        bool counts = lane->response_p99_ms >= HIDDEN_TIMES * other->latency_p99_ms &&
                      lane->response_p99_ms - other->latency_p99_ms >= HIDDEN_LEAST_MS;
        if (counts && (!least || other->latency_p99_ms < least->latency_p99_ms))
            least = other;
    }
    return least;
}

/* Returns whether there is a closed loop beside the open one, which tells another story. */
static bool say_closed_loop(struct rate_speaker *speaker, const struct lane_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i],
                                    *closed = may_be_an_example(speaker, lane) ? closed_loop_of(speaker, lane) : NULL;
        if (!closed)
            continue;
        begin_clause(speaker);
        fprintf(
            speaker->out,
            "at %s a second %s finished 99 %% of the jobs within %s of when they were due, though in the closed loop "
            "(%s) "
            "99 %% took at most %s. That one waits with a slow server instead of counting those who would have come "
            "meanwhile (coordinated omission)",
            units_count(speaker->words, lane->offered_per_s), label_subject(lane->runner),
            units_duration(speaker->words, lane->response_p99_ms / 1e3), pool_clean(speaker->words, closed->cell),
            units_duration(speaker->words, closed->latency_p99_ms / 1e3));
        return true;
    }
    return false;
}

/* With many workers the jobs that were under way when the server stopped are enough to be one in a hundred: then begun
 * late or not is the same, and what a closed loop would have seen is a matter of counting. */
static void say_stall(struct rate_speaker *speaker, const struct lane_group *group)
{
    const struct summary_record *worst = NULL;
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        if (may_be_an_example(speaker, lane) && lane->connections && lane->response_p50_ms > 0 &&
            lane->response_p99_ms >= STALL_TIMES * lane->response_p50_ms &&
            lane->response_p99_ms - lane->response_p50_ms >= STALL_LEAST_MS &&
            (!worst || lane->response_p99_ms > worst->response_p99_ms))
            worst = lane;
    }
    if (!worst)
        return;
    begin_clause(speaker);
    fprintf(
        speaker->out,
        "at %s a second %s finished half of the jobs within %s of when they were due, but 99 %% only within %s: jobs "
        "went on arriving while the server was slow. A closed loop of %s worker%s would have asked for nothing "
        "meanwhile, and counted %s slow job%s each time, however long it took (coordinated omission)",
        units_count(speaker->words, worst->offered_per_s), label_subject(worst->runner),
        units_duration(speaker->words, worst->response_p50_ms / 1e3),
        units_duration(speaker->words, worst->response_p99_ms / 1e3),
        units_count(speaker->words, (double)worst->concurrency), worst->concurrency == 1 ? "" : "s",
        worst->concurrency == 1
            ? "one"
            : pool_printf(speaker->words, "at most %s", units_count(speaker->words, (double)worst->concurrency)),
        worst->concurrency == 1 ? "" : "s");
}

static void say_hidden(struct rate_speaker *speaker, const struct lane_group *group)
{
    const struct summary_record *lane = best_example(speaker, group);
    if (!lane) {
        if (!say_closed_loop(speaker, group))
            say_stall(speaker, group);
        return;
    }
    begin_clause(speaker);
    fprintf(
        speaker->out,
        "at %s a second %s finished 99 %% of the jobs within %s of when they were due, though within %s of when they "
        "were "
        "begun. A closed loop would have shown only the latter: it waits with a slow server instead of counting those "
        "who would have come meanwhile (coordinated omission)",
        units_count(speaker->words, lane->offered_per_s), label_subject(lane->runner),
        units_duration(speaker->words, lane->response_p99_ms / 1e3),
        units_duration(speaker->words, lane->service_p99_ms / 1e3));
}

char *sentences_of_rate(const struct run_data *run, const struct lane_group *group, const struct trial_index *index)
{
    char *text = NULL;
    size_t size;
    struct rate_speaker speaker = {.run = run, .index = index, .words = text_pool_create()};
    if (speaker.words)
        speaker.out = text_stream_open(&text, &size);
    if (speaker.out) {
        say_knees(&speaker, group);
        say_piled_up(&speaker, group);
        say_hidden(&speaker, group);
    }
    bool whole = speaker.out && fclose(speaker.out) == 0 && !pool_failed(speaker.words);
    text_pool_destroy(speaker.words);
    if (whole)
        return text;
    free(text);
    return NULL;
}
