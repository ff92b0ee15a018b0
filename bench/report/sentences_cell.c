/* What is said of a cell: who was sooner, and what it cost. */
#include <math.h>
#include <stdlib.h>
#include "labels.h"
#include "sentences_parts.h"

static double trial_cpu_us_per_job(const struct trial_record *trial)
{
    return trial->cpu_us_per_job > 0 ? trial->cpu_us_per_job : NAN;
}

/*
 * "coroutines finished 41 times sooner than one after another, a thread pool 33 times". Coroutines and the thread pool
 * are what people compare, so two numbers, which say that they differ, are given only where they do.
 */
static void say_faster(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    const struct summary_record *coroutines = group_lane(group, "coroutines"), *threads = group_lane(group, "threads");
    bool both = coroutines && threads && lane_is_faster(speaker, coroutines) && lane_is_faster(speaker, threads);
    enum relation relation =
        both ? lanes_compare(speaker, coroutines, threads, trial_seconds_per_job).relation : FIRST_LESS;
    bool joined = relation == ALIKE || relation == UNDECIDED;

    struct claim *claims = claims_make(speaker, group);
    size_t count = 0;
    for (size_t i = 0; claims && i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        if (!lane_is_faster(speaker, lane) || (joined && lane == threads))
            continue;
        claims[count] = (struct claim){.subject = label_subject(lane->runner), .speedup = lane->speedup_median};
        if (joined && lane == coroutines) {
            claims[count].subject = "coroutines and a thread pool";
            claims[count].speedup = sqrt(coroutines->speedup_median * threads->speedup_median);
            claims[count].about = relation == UNDECIDED;
        }
        count++;
    }
    claims_sort(claims, count);
    for (size_t i = 0; i < count; i++) {
        char number[64];
        const char *about = claims[i].about ? "about " : "";
        sentence_times(number, claims[i].speedup);
        if (i == 0)
            sentence_begin_clause(sentence);
        if (i == 0)
            fprintf(sentence->out, "%s finished %s%s times sooner than one after another", claims[i].subject, about,
                    number);
        else
            fprintf(sentence->out, ", %s %s%s times", claims[i].subject, about, number);
    }
    free(claims);
    if (relation == ALIKE) {
        sentence_begin_clause(sentence);
        fputs("coroutines were as fast as the thread pool", sentence->out);
    }
}

/* Runners that gain nothing are as worth a word as those that do. */
static void say_not_faster(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        const char *subject = label_subject(lane->runner);
        bool first = sentence->clauses == 0;
        char number[64];
        if (lane_is_slower(speaker, lane)) {
            sentence_begin_clause(sentence);
            fprintf(sentence->out, "%s took %s times as long%s", subject,
                    sentence_times(number, 1 / lane->speedup_median), first ? " as one after another" : "");
        } else if (lane_is_no_faster(speaker, lane)) {
            sentence_begin_clause(sentence);
            fprintf(sentence->out, "%s %s no faster%s", subject, label_is_plural(lane->runner) ? "were" : "was",
                    first ? " than one after another" : "");
        }
    }
}

/* Where nobody can be compared with one after another, the two are with each other. */
static void say_pair(struct speaker *speaker, struct sentence *sentence, const struct summary_record *coroutines,
                     const struct summary_record *threads)
{
    char number[64];
    struct comparison time = lanes_compare(speaker, coroutines, threads, trial_seconds_per_job);
    if (time.relation == UNDECIDED)
        return;
    sentence_begin_clause(sentence);
    if (time.relation == ALIKE)
        fputs("coroutines were as fast as a thread pool", sentence->out);
    else
        fprintf(sentence->out, "%s finished %s times sooner than %s",
                time.relation == FIRST_LESS ? "coroutines" : "a thread pool", sentence_times(number, time.ratio),
                time.relation == FIRST_LESS ? "a thread pool" : "coroutines");
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

static bool is_parked(struct speaker *speaker, const struct summary_record *lane)
{
    struct trial_span span = trial_index_find(&speaker->index, lane->cell, lane->runner);
    return span.count > 0 && trial_has_flag(speaker->index.trials[span.order[0]].flags, "stacks_parked");
}

/* What the frugal of the two saves: of memory, of CPU time, or of both. */
static void say_savings(struct sentence *sentence, const char *where, const char *frugal, const char *const others[2],
                        const struct comparison *memory, const struct comparison *cpu)
{
    if (!memory && !cpu)
        return;
    sentence_begin_clause(sentence);
    fprintf(sentence->out, "%s%s used ", where, frugal);
    if (memory) {
        say_share(sentence->out, memory->ratio);
        fprintf(sentence->out, "%s memory", others[0]);
    }
    if (cpu) {
        fputs(memory ? " and " : "", sentence->out);
        say_share(sentence->out, cpu->ratio);
        fprintf(sentence->out, "%s CPU time", others[memory ? 1 : 0]);
    }
}

void sentence_say_costs(struct speaker *speaker, struct sentence *sentence, const struct summary_record *coroutines,
                        const struct summary_record *threads, const char *where)
{
    static const char *const of_pool[2] = {"the thread pool's", "its"};
    static const char *const of_coroutines[2] = {"the coroutines'", "their"};
    struct comparison memory = lanes_compare(speaker, coroutines, threads, trial_rss_peak_kib);
    struct comparison cpu = lanes_compare(speaker, coroutines, threads, trial_cpu_us_per_job);
    const char *subject = memory.relation == FIRST_LESS && is_parked(speaker, coroutines)
                              ? "coroutines, their stacks put aside while they waited,"
                              : "coroutines";
    say_savings(sentence, where, subject, of_pool, memory.relation == FIRST_LESS ? &memory : NULL,
                cpu.relation == FIRST_LESS ? &cpu : NULL);
    say_savings(sentence, where, "the thread pool", of_coroutines, memory.relation == SECOND_LESS ? &memory : NULL,
                cpu.relation == SECOND_LESS ? &cpu : NULL);
}

void sentence_say_cell(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    const struct summary_record *coroutines = group_lane(group, "coroutines"), *threads = group_lane(group, "threads");
    bool both = lane_is_measured(speaker, coroutines) && lane_is_measured(speaker, threads);
    say_faster(speaker, sentence, group);
    say_not_faster(speaker, sentence, group);
    if (both && sentence->clauses == 0)
        say_pair(speaker, sentence, coroutines, threads);
    if (both)
        sentence_say_costs(speaker, sentence, coroutines, threads, "");
}
