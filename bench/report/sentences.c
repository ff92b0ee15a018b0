/*
 * What was found, in plain sentences. A sentence claims only what an interval supports; where none does there is
 * silence, since a reader takes a sentence for a fact and a table for a measurement.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "charts.h"
#include "labels.h"
#include "paired.h"
#include "report.h"
#include "sentences_rate.h"

/* Differences below 5 % are none to speak of. */
#define MATTERS 1.05

/* Names that make a sentence longer are cut. */
#define MOST_SENTENCE_BYTES 2000

struct speaker {
    const struct run_data *run;
    struct trial_index index;
    FILE *out;
    bool out_of_memory;
};

/* A clause in the making: the first of a sentence names what is compared with. */
struct sentence {
    FILE *out;
    const char *head; /* "Downloads (200 pages, 200 at once)" */
    unsigned clauses;
};

static void begin_clause(struct sentence *sentence)
{
    if (sentence->clauses++ == 0)
        fprintf(sentence->out, "%s: ", sentence->head);
    else
        fputs("; ", sentence->out);
}

static bool is_runner(const struct summary_record *lane, const char *runner)
{
    return strcmp(lane->runner, runner) == 0;
}

/* A lane that may be spoken of: measured in full, with an interval against a serial lane that was so too. */
static bool is_sound(const struct run_data *run, const struct summary_record *lane)
{
    if (is_runner(lane, "serial") || is_runner(lane, "null") || strcmp(lane->state, "ok") != 0 ||
        !isfinite(lane->speedup_median) || !isfinite(lane->speedup_ci_lo) || !isfinite(lane->speedup_ci_hi))
        return false;
    const struct summary_record *serial = summary_serial_of(run, lane);
    return serial && strcmp(serial->state, "ok") == 0;
}

static bool is_faster(const struct run_data *run, const struct summary_record *lane)
{
    return is_sound(run, lane) && lane->speedup_ci_lo > MATTERS;
}

static bool is_slower(const struct run_data *run, const struct summary_record *lane)
{
    return is_sound(run, lane) && lane->speedup_ci_hi < 1 / MATTERS;
}

static bool is_same(const struct run_data *run, const struct summary_record *lane)
{
    return is_sound(run, lane) && lane->speedup_ci_lo >= 1 / MATTERS && lane->speedup_ci_hi <= MATTERS;
}

/* "41", "2.5", "1.3": no more digits than a sentence can carry. Returns buffer. */
static const char *times(char buffer[64], double ratio)
{
    if (ratio >= 9.95) {
        text_count(buffer, 64, ratio);
        return buffer;
    }
    snprintf(buffer, 64, "%.1f", ratio);
    char *point = strstr(buffer, ".0");
    if (point)
        *point = '\0';
    return buffer;
}

/* How two lanes stand to each other, by pairs of the same block. */
enum relation { FIRST_SOONER, SECOND_SOONER, AS_FAST, UNDECIDED };

static enum relation relate(struct speaker *speaker, const struct summary_record *first,
                            const struct summary_record *second)
{
    struct paired_ratio ratio;
    if (paired_compare(&ratio, &speaker->index, trial_index_find(&speaker->index, second->cell, second->runner),
                       trial_index_find(&speaker->index, first->cell, first->runner), trial_seconds_per_job) != 0) {
        speaker->out_of_memory = true;
        return UNDECIDED;
    }
    if (ratio.lo > 1 && ratio.ratio > MATTERS)
        return FIRST_SOONER;
    if (ratio.hi < 1 && ratio.ratio < 1 / MATTERS)
        return SECOND_SOONER;
    return ratio.lo >= 1 / MATTERS && ratio.hi <= MATTERS ? AS_FAST : UNDECIDED;
}

static const struct summary_record *find_lane(const struct lane_group *group, const char *runner)
{
    for (size_t i = 0; i < group->count; i++)
        if (is_runner(group->lanes[i], runner))
            return group->lanes[i];
    return NULL;
}

/* "41 times sooner", said of one runner or of two together. */
struct claim {
    const char *subject;
    double speedup;
    bool about; /* the two were not told apart */
    int64_t concurrency;
};

static int compare_claims(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    return (a->speedup < b->speedup) - (a->speedup > b->speedup);
}

static struct claim *make_claims(struct speaker *speaker, const struct lane_group *group)
{
    struct claim *claims = calloc(group->count, sizeof(*claims));
    speaker->out_of_memory = speaker->out_of_memory || !claims;
    return claims;
}

/*
 * "coroutines finished 41 times sooner than one after another, a thread pool 33 times". Coroutines and the thread pool
 * are what people compare, so two numbers, which say that they differ, are given only where they do.
 */
static void say_faster(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    const struct summary_record *coroutines = find_lane(group, "coroutines"), *threads = find_lane(group, "threads");
    bool both = coroutines && threads && is_faster(speaker->run, coroutines) && is_faster(speaker->run, threads);
    enum relation relation = both ? relate(speaker, coroutines, threads) : FIRST_SOONER;
    bool joined = relation == AS_FAST || relation == UNDECIDED;

    struct claim *claims = make_claims(speaker, group);
    size_t count = 0;
    for (size_t i = 0; claims && i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        if (!is_faster(speaker->run, lane) || (joined && lane == threads))
            continue;
        claims[count] = (struct claim){.subject = label_subject(lane->runner), .speedup = lane->speedup_median};
        if (joined && lane == coroutines) {
            claims[count].subject = "coroutines and a thread pool";
            claims[count].speedup = sqrt(coroutines->speedup_median * threads->speedup_median);
            claims[count].about = relation == UNDECIDED;
        }
        count++;
    }
    if (claims)
        qsort(claims, count, sizeof(*claims), compare_claims);
    for (size_t i = 0; i < count; i++) {
        char number[64];
        const char *about = claims[i].about ? "about " : "";
        times(number, claims[i].speedup);
        if (i == 0)
            begin_clause(sentence);
        if (i == 0)
            fprintf(sentence->out, "%s finished %s%s times sooner than one after another", claims[i].subject, about,
                    number);
        else
            fprintf(sentence->out, ", %s %s%s times", claims[i].subject, about, number);
    }
    free(claims);
    if (relation == AS_FAST) {
        begin_clause(sentence);
        fputs("coroutines were as fast as the thread pool", sentence->out);
    }
}

/* Runners that gain nothing are as worth a word as those that do. */
static void say_not_faster(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        const char *subject = label_subject(lane->runner);
        char number[64];
        if (is_slower(speaker->run, lane)) {
            bool first = sentence->clauses == 0;
            begin_clause(sentence);
            fprintf(sentence->out, "%s took %s times as long%s", subject, times(number, 1 / lane->speedup_median),
                    first ? " as one after another" : "");
        } else if (is_same(speaker->run, lane)) {
            bool first = sentence->clauses == 0;
            begin_clause(sentence);
            fprintf(sentence->out, "%s %s no faster%s", subject, label_is_plural(lane->runner) ? "were" : "was",
                    first ? " than one after another" : "");
        }
    }
}

/* "1/9 of", "60 % of": a fraction where it is near enough to be true. */
static void say_share(FILE *out, double ratio)
{
    double whole = round(ratio);
    if (whole >= 2 && (ratio >= 8.5 || fabs(ratio - whole) <= 0.06 * whole))
        fprintf(out, "1/%.0f of ", whole);
    else
        fprintf(out, "%.0f %% of ", 100 / ratio);
}

static void say_memory(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    const struct summary_record *coroutines = find_lane(group, "coroutines"), *threads = find_lane(group, "threads");
    if (!coroutines || !threads || !is_sound(speaker->run, coroutines) || !is_sound(speaker->run, threads) ||
        sentence->clauses == 0)
        return;
    struct paired_ratio ratio;
    if (paired_compare(&ratio, &speaker->index, trial_index_find(&speaker->index, threads->cell, threads->runner),
                       trial_index_find(&speaker->index, coroutines->cell, coroutines->runner),
                       trial_rss_peak_kib) != 0) {
        speaker->out_of_memory = true;
        return;
    }
    if (ratio.lo > MATTERS) {
        begin_clause(sentence);
        fputs("coroutines used ", sentence->out);
        say_share(sentence->out, ratio.ratio);
        fputs("the thread pool's memory", sentence->out);
    } else if (ratio.hi < 1 / MATTERS) {
        begin_clause(sentence);
        fputs("the thread pool used ", sentence->out);
        say_share(sentence->out, 1 / ratio.ratio);
        fputs("the coroutines' memory", sentence->out);
    }
}

/* Whether no lane before the i-th is under the same runner. */
static bool is_first_of_runner(const struct lane_group *group, size_t i)
{
    return find_lane(group, group->lanes[i]->runner) == group->lanes[i];
}

/* Returns a runner's point with the most jobs per second out of those that are faster than serial, or NULL. */
static const struct summary_record *best_point(const struct run_data *run, const struct lane_group *group,
                                               const char *runner)
{
    const struct summary_record *best = NULL;
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        if (is_runner(lane, runner) && is_faster(run, lane) &&
            (!best || lane->jobs_per_s_median > best->jobs_per_s_median))
            best = lane;
    }
    return best;
}

/* "coroutines did best at 200 at once, 129 times sooner than one after another; a thread pool at 100, 69 times" */
static void say_sweep(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    struct claim *claims = make_claims(speaker, group);
    size_t count = 0;
    for (size_t i = 0; claims && i < group->count; i++) {
        const char *runner = group->lanes[i]->runner;
        const struct summary_record *best =
            is_first_of_runner(group, i) ? best_point(speaker->run, group, runner) : NULL;
        if (best)
            claims[count++] = (struct claim){.subject = label_subject(best->runner),
                                             .speedup = best->speedup_median,
                                             .concurrency = best->concurrency};
    }
    if (claims)
        qsort(claims, count, sizeof(*claims), compare_claims);
    for (size_t i = 0; i < count; i++) {
        char number[64];
        begin_clause(sentence);
        fprintf(sentence->out, i == 0 ? "%s did best at %lld at once, " : "%s at %lld at once, ", claims[i].subject,
                (long long)claims[i].concurrency);
        fprintf(sentence->out, "%s times%s", times(number, claims[i].speedup),
                i == 0 ? " sooner than one after another" : "");
    }
    free(claims);
}

/* Whether another group would begin its sentence with the same words. */
static bool is_ambiguous(char *const *heads, size_t count, size_t i)
{
    for (size_t j = 0; j < count; j++)
        if (j != i && strcmp(heads[j], heads[i]) == 0)
            return true;
    return false;
}

static void free_heads(char **heads, size_t count)
{
    for (size_t i = 0; heads && i < count; i++)
        free(heads[i]);
    free(heads);
}

/* Returns how each group's sentence begins, or NULL (out of memory). */
static char **make_heads(const struct lane_group *groups, size_t count)
{
    char **heads = calloc(count + 1, sizeof(*heads));
    bool whole = heads != NULL;
    for (size_t i = 0; whole && i < count; i++) {
        heads[i] = label_head(&groups[i], false);
        whole = heads[i] != NULL;
    }
    if (whole)
        return heads;
    free_heads(heads, count);
    return NULL;
}

static void say_rate(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    char *clauses = sentences_of_rate(group);
    speaker->out_of_memory = speaker->out_of_memory || !clauses;
    if (clauses && clauses[0]) {
        begin_clause(sentence);
        fputs(clauses, sentence->out);
    }
    free(clauses);
}

static void say_all(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    if (lane_group_is_open(group)) {
        say_rate(speaker, sentence, group);
    } else if (group->swept && strcmp(group->swept, "concurrency") == 0) {
        say_sweep(speaker, sentence, group);
    } else if (!group->swept) {
        say_faster(speaker, sentence, group);
        say_not_faster(speaker, sentence, group);
        say_memory(speaker, sentence, group);
    }
}

/* Names in a sentence come from a file that anybody may have written, so it is cleaned as a whole. */
static void say_group(struct speaker *speaker, const struct lane_group *group, const char *head)
{
    char *text = NULL, *clean = NULL;
    size_t size;
    struct sentence sentence = {.out = open_memstream(&text, &size), .head = head};
    bool whole = sentence.out != NULL;
    if (whole) {
        say_all(speaker, &sentence, group);
        whole = fclose(sentence.out) == 0;
    }
    if (whole && sentence.clauses > 0) {
        clean = clean_text(text, MOST_SENTENCE_BYTES);
        whole = clean && fprintf(speaker->out, "%s.\n", clean) > 0;
    }
    speaker->out_of_memory = speaker->out_of_memory || !whole;
    free(clean);
    free(text);
}

static void say_groups(struct speaker *speaker, const struct lane_group *groups, size_t count)
{
    char **heads = make_heads(groups, count);
    speaker->out_of_memory = speaker->out_of_memory || !heads;
    for (size_t i = 0; heads && i < count; i++) {
        char *named = is_ambiguous(heads, count, i) ? label_head(&groups[i], true) : NULL;
        say_group(speaker, &groups[i], named ? named : heads[i]);
        free(named);
    }
    free_heads(heads, count);
}

char *report_sentences(const struct run_data *run)
{
    struct speaker speaker = {.run = run};
    struct lane_group *groups = NULL;
    size_t count = 0, size;
    char *text = NULL;
    if (trial_index_make(&speaker.index, run->trials, run->trial_count) != 0)
        return NULL;
    if (lane_groups_make(&groups, &count, run, NULL) == 0)
        speaker.out = open_memstream(&text, &size);
    if (speaker.out)
        say_groups(&speaker, groups, count);
    bool whole = speaker.out && fclose(speaker.out) == 0 && !speaker.out_of_memory;
    if (groups)
        lane_groups_free(groups, count);
    trial_index_finish(&speaker.index);
    if (!whole) {
        free(text);
        return NULL;
    }
    size_t length = strlen(text);
    if (length > 0)
        text[length - 1] = '\0'; /* the last line's end */
    return text;
}
