#include "sentences_rate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "knee_found.h"
#include "labels.h"
#include "../text_stream.h"

/* When a closed loop would have told another story: times that differ less are not worth a sentence. */
#define HIDDEN_TIMES    2.0
#define HIDDEN_LEAST_MS 1.0
#define OWN_SHARE       0.5

struct rate_speaker {
    FILE *out;
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
static void say_knee(struct rate_speaker *speaker, const struct lane_group *group, const char *runner)
{
    struct knee_found found = knee_find(group, speaker->index, runner);
    const char *subject = label_subject(runner);
    if (!found.kept_up && !found.too_much)
        return;
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

/* A time of nothing is none that could be told to anybody: it divides to any number of times. */
static double hidden(const struct rate_speaker *speaker, const struct summary_record *lane)
{
    if (!lane_went_well(speaker->index, lane) || !(lane->service_p99_ms > 0))
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

static void say_hidden(struct rate_speaker *speaker, const struct lane_group *group)
{
    const struct summary_record *lane = best_example(speaker, group);
    if (!lane)
        return;
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

char *sentences_of_rate(const struct lane_group *group, const struct trial_index *index)
{
    char *text = NULL;
    size_t size;
    struct rate_speaker speaker = {.index = index, .words = text_pool_create()};
    if (speaker.words)
        speaker.out = text_stream_open(&text, &size);
    if (speaker.out) {
        for (size_t i = 0; group->swept && strcmp(group->swept, "rate") == 0 && i < group->count; i++)
            if (is_first_of_runner(group, i))
                say_knee(&speaker, group, group->lanes[i]->runner);
        say_hidden(&speaker, group);
    }
    bool whole = speaker.out && fclose(speaker.out) == 0 && !pool_failed(speaker.words);
    text_pool_destroy(speaker.words);
    if (whole)
        return text;
    free(text);
    return NULL;
}
