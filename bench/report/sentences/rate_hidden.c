/* What an open loop shows that a closed one hides (coordinated omission). */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "../knee_found.h"
#include "../labels.h"
#include "../../plan/settings.h"
#include "rate_parts.h"

/* When a closed loop would have told another story: times that differ less are not worth a sentence. */
#define HIDDEN_TIMES    2.0
#define HIDDEN_LEAST_MS 1.0
#define OWN_SHARE       0.5

/* When a server stood still for some of the jobs: those in a hundred took so many times as long as half did. */
#define STALL_TIMES    10.0
#define STALL_LEAST_MS 10.0

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

/* Whether a server may have stood still. */
static bool has_stalled(const struct summary_record *lane)
{
    return lane->connections && lane->response_p50_ms > 0 &&
           lane->response_p99_ms >= STALL_TIMES * lane->response_p50_ms &&
           lane->response_p99_ms - lane->response_p50_ms >= STALL_LEAST_MS;
}

static bool may_be_an_example(const struct rate_speaker *speaker, const struct summary_record *lane)
{
    return lane_went_well(speaker->index, lane) && isfinite(lane->offered_per_s) && !lane_is_saturated(lane) &&
           !is_split(lane) && strcmp(lane->workload, "null") != 0 &&
           !(lane->pacing_p99_ms > OWN_SHARE * lane->response_p99_ms);
}

static bool is_closed_loop_of(const struct rate_speaker *speaker, const struct summary_record *other,
                              const struct summary_record *lane)
{
    return !isfinite(other->offered_per_s) && lane_went_well(speaker->index, other) && other->latency_p99_ms > 0 &&
           strcmp(other->runner, lane->runner) == 0 && have_same_jobs(other, lane);
}

/* Whether it is not for keeping the server less busy that a closed loop took less. One of fewer workers may: that shows
 * in half of the jobs as well, unless the server stood still besides. */
static bool tells_of_arrivals(const struct summary_record *closed, const struct summary_record *lane)
{
    bool half_is_alike = lane->response_p50_ms < HIDDEN_TIMES * closed->latency_p99_ms;
    return closed->concurrency >= lane->concurrency || half_is_alike || has_stalled(lane);
}

/* The closed loop of this run, of the same runner and the same jobs, that knows the least of what this one has seen. */
static const struct summary_record *closed_loop_of(const struct rate_speaker *speaker,
                                                   const struct summary_record *lane)
{
    const struct summary_record *least = NULL;
    for (size_t i = 0; i < speaker->run->lane_count; i++) {
        const struct summary_record *other = &speaker->run->lanes[i];
        if (!is_closed_loop_of(speaker, other, lane) || !tells_of_arrivals(other, lane))
            continue;
        bool counts = lane->response_p99_ms >= HIDDEN_TIMES * other->latency_p99_ms &&
                      lane->response_p99_ms - other->latency_p99_ms >= HIDDEN_LEAST_MS;
        if (counts && (!least || other->latency_p99_ms < least->latency_p99_ms))
            least = other;
    }
    return least;
}

/* Returns the longest of the delays that were asked for, 0 without one. */
static double longest_delay_ms(struct text_pool *words, const struct summary_record *lane)
{
    static const char key[] = "delay-ms=";
    struct delay_totals totals;
    for (const char *p = lane->params ? lane->params : ""; *p;) {
        int length = (int)strcspn(p, " ");
        if (strncmp(p, key, strlen(key)) == 0) {
            const char *list = pool_printf(words, "%.*s", length - (int)strlen(key), p + strlen(key));
            return delay_list_measure(&totals, list, key, NULL) == 0 ? totals.max_ms : 0;
        }
        p += length + (p[length] == ' ');
    }
    return 0;
}

/* Whether some jobs are that long by themselves, whenever they come: they were asked to be, or a closed loop of them has
 * seen it as well. Then the server need not have stood still. */
static bool are_long_jobs(const struct rate_speaker *speaker, const struct summary_record *lane)
{
    if (lane->response_p99_ms < HIDDEN_TIMES * longest_delay_ms(speaker->words, lane))
        return true;
    for (size_t i = 0; i < speaker->run->lane_count; i++) {
        const struct summary_record *other = &speaker->run->lanes[i];
        if (is_closed_loop_of(speaker, other, lane) && lane->response_p99_ms < HIDDEN_TIMES * other->latency_p99_ms)
            return true;
    }
    return false;
}

/* What a closed loop does, of which there is no word in its figures. */
static const char *instead_of_counting(const struct summary_record *lane)
{
    if (lane->connections)
        return "waits with a slow server instead of counting those who would have come meanwhile (coordinated "
               "omission)";
    return "lets the next job come only when a worker is free for it, instead of counting those that would have come "
           "meanwhile (coordinated omission)";
}

/* Returns whether there is a closed loop beside the open one, which tells another story. */
static bool say_closed_loop(struct rate_speaker *speaker, const struct lane_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i],
                                    *closed = may_be_an_example(speaker, lane) ? closed_loop_of(speaker, lane) : NULL;
        if (!closed)
            continue;
        const char *at_once =
            closed->concurrency == lane->concurrency
                ? ""
                : pool_printf(speaker->words, ", %s at once", units_count(speaker->words, (double)closed->concurrency));
        rate_begin_clause(speaker);
        fprintf(
            speaker->out,
            "at %s a second %s finished 99 %% of the jobs within %s of when they were due, though in the closed loop "
            "(%s%s) 99 %% took at most %s. That one %s",
            units_count(speaker->words, lane->offered_per_s), label_subject(lane->runner),
            units_duration(speaker->words, lane->response_p99_ms / 1e3), pool_clean(speaker->words, closed->cell),
            at_once, units_duration(speaker->words, closed->latency_p99_ms / 1e3), instead_of_counting(lane));
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
        if (may_be_an_example(speaker, lane) && has_stalled(lane) && !are_long_jobs(speaker, lane) &&
            (!worst || lane->response_p99_ms > worst->response_p99_ms))
            worst = lane;
    }
    if (!worst)
        return;
    rate_begin_clause(speaker);
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

void rate_say_hidden(struct rate_speaker *speaker, const struct lane_group *group)
{
    const struct summary_record *lane = best_example(speaker, group);
    if (!lane) {
        if (!say_closed_loop(speaker, group))
            say_stall(speaker, group);
        return;
    }
    rate_begin_clause(speaker);
    fprintf(
        speaker->out,
        "at %s a second %s finished 99 %% of the jobs within %s of when they were due, though within %s of when they "
        "were begun. A closed loop would have shown only the latter: it %s",
        units_count(speaker->words, lane->offered_per_s), label_subject(lane->runner),
        units_duration(speaker->words, lane->response_p99_ms / 1e3),
        units_duration(speaker->words, lane->service_p99_ms / 1e3), instead_of_counting(lane));
}
