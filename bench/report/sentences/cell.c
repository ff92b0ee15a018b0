/* What is said of a cell: who was sooner, and what it cost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../labels.h"
#include "parts.h"

/* Two estimates that one number may stand for. */
#define NEAR 1.1

static double trial_cpu_us_per_job(const struct trial_record *trial)
{
    return trial->cpu_us_per_job > 0 ? trial->cpu_us_per_job : NAN;
}

/* A lane that all others of a cell are compared with, and how they stand to it. */
struct race {
    const struct lane_group *group;
    const struct summary_record *reference;
    const char *than;             /* "one after another" */
    struct comparison *standings; /* of each lane of the group; UNDECIDED where nothing is said of it */
};

static const struct comparison *standing_of(const struct race *race, const struct summary_record *lane)
{
    for (size_t i = 0; lane && i < race->group->count; i++)
        if (race->group->lanes[i] == lane)
            return &race->standings[i];
    return NULL;
}

/* One number for both: only where it is near the estimate of each and lies in the interval of each, so that it is true
 * of each. */
static bool join(struct claim *ret_claim, const struct comparison *one, const struct comparison *other,
                 enum relation relation)
{
    double lo = fmax(one->lo, other->lo), hi = fmin(one->hi, other->hi);
    double ratio = fmax(fmin(sqrt(one->ratio * other->ratio), hi), lo);
    *ret_claim = (struct claim){
        .subject = "coroutines and a thread pool", .ratio = ratio, .lo = lo, .hi = hi, .about = relation == UNDECIDED};
    return lo <= hi && sentence_lies_within(ratio, ratio, lo, hi) &&
           fmax(one->ratio / other->ratio, other->ratio / one->ratio) < NEAR;
}

/*
 * "coroutines finished 41 times sooner than one after another, a thread pool 33 times". Coroutines and the thread pool
 * are what people compare, so where they were not told apart one number is said of both if it is true of both; if there
 * is none each has its own.
 */
static void say_faster(struct speaker *speaker, struct sentence *sentence, const struct race *race)
{
    const struct lane_group *group = race->group;
    const struct summary_record *coroutines = group_lane(group, "coroutines"), *threads = group_lane(group, "threads");
    const struct comparison *one = standing_of(race, coroutines), *other = standing_of(race, threads);
    bool both = one && other && one->relation == FIRST_LESS && other->relation == FIRST_LESS;
    enum relation relation = FIRST_LESS;
    struct claim joint = {0};
    if (both)
        relation = lanes_compare(speaker, coroutines, threads, trial_seconds_per_job).relation;
    bool joined = both && (relation == ALIKE || relation == UNDECIDED) && join(&joint, one, other, relation);

    struct claim *claims = claims_make(speaker, group);
    size_t count = 0;
    for (size_t i = 0; claims && i < group->count; i++) {
        const struct comparison *standing = &race->standings[i];
        if (standing->relation != FIRST_LESS || (joined && group->lanes[i] == threads))
            continue;
        claims[count++] = joined && group->lanes[i] == coroutines
                              ? joint
                              : (struct claim){.subject = label_subject(group->lanes[i]->runner),
                                               .ratio = standing->ratio,
                                               .lo = standing->lo,
                                               .hi = standing->hi};
    }
    claims_sort(claims, count);
    for (size_t i = 0; i < count; i++) {
        char number[64];
        sentence_number(number, claims[i].ratio, claims[i].lo, claims[i].hi);
        /* Who needs three digits of "9.78" for it to be true of both is not speaking of about. */
        const char *about = claims[i].about && !(strchr(number, '.') && strlen(number) > 3) ? "about " : "";
        if (i == 0) {
            sentence_begin_clause(sentence);
            fprintf(sentence->out, "%s finished %s%s times sooner than %s", claims[i].subject, about, number,
                    race->than);
        } else {
            fprintf(sentence->out, ", %s %s%s times", claims[i].subject, about, number);
        }
    }
    free(claims);
}

/* Whether what was printed of the two says who of them is sooner, and says it right. */
static bool is_told_by_numbers(const struct comparison *one, const struct comparison *other, enum relation relation)
{
    char numbers[2][64];
    sentence_number(numbers[0], one->ratio, one->lo, one->hi);
    sentence_number(numbers[1], other->ratio, other->lo, other->hi);
    bool first_by_numbers = one->relation == FIRST_LESS ? one->ratio > other->ratio : one->ratio < other->ratio;
    return strcmp(numbers[0], numbers[1]) != 0 && first_by_numbers == (relation == FIRST_LESS);
}

/* What the comparison of each with another leaves open of coroutines and the thread pool: how they stand to each other,
 * and who could not be compared. */
static void say_the_two(struct speaker *speaker, struct sentence *sentence, const struct race *race)
{
    const struct summary_record *coroutines = group_lane(race->group, "coroutines"),
                                *threads = group_lane(race->group, "threads");
    const struct comparison *one = standing_of(race, coroutines), *other = standing_of(race, threads);
    if (sentence->clauses == 0 || !lane_is_measured(speaker, coroutines) || !lane_is_measured(speaker, threads) ||
        race->reference == coroutines || race->reference == threads)
        return;
    struct comparison two = lanes_compare(speaker, coroutines, threads, trial_seconds_per_job);
    bool decided = two.relation == FIRST_LESS || two.relation == SECOND_LESS;
    bool same = one->relation == other->relation, raced = one->relation == FIRST_LESS || one->relation == SECOND_LESS;
    struct claim joint;
    if (same ? decided && !(raced && is_told_by_numbers(one, other, two.relation))
             : decided && (one->relation == UNDECIDED || other->relation == UNDECIDED)) {
        bool first = two.relation == FIRST_LESS;
        char number[64];
        sentence_begin_clause(sentence);
        fprintf(sentence->out, "%s finished %s times sooner than %s", first ? "coroutines" : "the thread pool",
                sentence_number(number, two.ratio, two.lo, two.hi), first ? "the thread pool" : "coroutines");
    } else if (same && two.relation == ALIKE && one->relation != ALIKE) {
        sentence_begin_clause(sentence);
        fputs("coroutines were as fast as the thread pool", sentence->out);
    } else if (same && raced && two.relation == UNDECIDED && one->lo <= other->hi && other->lo <= one->hi &&
               !(one->relation == FIRST_LESS && join(&joint, one, other, UNDECIDED))) {
        sentence_begin_clause(sentence);
        fputs("coroutines and the thread pool could not be told apart", sentence->out);
    } else if (!same && (one->relation == UNDECIDED || other->relation == UNDECIDED)) {
        sentence_begin_clause(sentence);
        fprintf(sentence->out, "%s could not be told from %s",
                one->relation == UNDECIDED ? "coroutines" : "the thread pool", race->than);
    }
}

static bool takes_longer(const struct comparison *standing)
{
    return standing->relation == SECOND_LESS;
}

/* Sooner by less than matters, and surely so: "no faster" would be wrong. */
static bool is_hardly_sooner(const struct comparison *standing)
{
    return standing->relation == ALIKE && standing->lo > 1;
}

static bool is_no_faster(const struct comparison *standing)
{
    return standing->relation == ALIKE && !(standing->lo > 1);
}

/* "a thread pool and coroutines were no faster than one after another" */
static void say_no_faster(struct sentence *sentence, const struct race *race)
{
    const struct lane_group *group = race->group;
    size_t count = 0, said = 0;
    bool plural = false;
    for (size_t i = 0; i < group->count; i++) {
        if (!is_no_faster(&race->standings[i]))
            continue;
        plural = count++ > 0 || label_is_plural(group->lanes[i]->runner);
    }
    if (count == 0)
        return;
    sentence_begin_clause(sentence);
    for (size_t i = 0; i < group->count; i++) {
        if (!is_no_faster(&race->standings[i]))
            continue;
        fprintf(sentence->out, "%s%s",
                said == 0           ? ""
                : said + 1 == count ? " and "
                                    : ", ",
                label_subject(group->lanes[i]->runner));
        said++;
    }
    fprintf(sentence->out, " %s no faster than %s", plural ? "were" : "was", race->than);
}

/* Runners that gain nothing are as worth a word as those that do. With whom they are compared is said each time: the
 * clause before may have spoken of another. */
static void say_not_faster(struct sentence *sentence, const struct race *race)
{
    const struct lane_group *group = race->group;
    size_t slower = 0;
    char number[64];
    for (size_t i = 0; i < group->count; i++) {
        const struct comparison *standing = &race->standings[i];
        if (!is_hardly_sooner(standing))
            continue;
        sentence_begin_clause(sentence);
        fprintf(sentence->out, "%s finished hardly sooner than %s (%s times)", label_subject(group->lanes[i]->runner),
                race->than, sentence_number(number, standing->ratio, standing->lo, standing->hi));
    }
    say_no_faster(sentence, race);
    for (size_t i = 0; i < group->count; i++) {
        const struct comparison *standing = &race->standings[i];
        if (!takes_longer(standing))
            continue;
        const char *subject = label_subject(group->lanes[i]->runner);
        sentence_number(number, standing->ratio, standing->lo, standing->hi);
        if (slower++ == 0) {
            sentence_begin_clause(sentence);
            fprintf(sentence->out, "%s took %s times as long as %s", subject, number, race->than);
        } else {
            fprintf(sentence->out, ", %s %s times", subject, number);
        }
    }
}

/* All against one after another. */
static void say_against_serial(struct speaker *speaker, struct sentence *sentence, struct race *race)
{
    for (size_t i = 0; i < race->group->count; i++)
        race->standings[i] = lane_against_serial(speaker, race->group->lanes[i]);
    race->than = label_subject("serial");
    say_faster(speaker, sentence, race);
    bool begun = sentence->clauses > 0; /* then the two belong there */
    if (begun)
        say_the_two(speaker, sentence, race);
    say_not_faster(sentence, race);
    if (!begun)
        say_the_two(speaker, sentence, race);
}

/* "coroutines were as fast as a thread pool" */
static void say_alike(struct sentence *sentence, const struct race *race)
{
    for (size_t i = 0; i < race->group->count; i++) {
        const char *subject = race->group->lanes[i]->runner, *other = race->reference->runner;
        if (race->standings[i].relation != ALIKE)
            continue;
        bool turned = strcmp(subject, "threads") == 0 && strcmp(other, "coroutines") == 0;
        const char *first = turned ? other : subject, *second = turned ? subject : other;
        sentence_begin_clause(sentence);
        fprintf(sentence->out, "%s %s as fast as %s", label_subject(first), label_is_plural(first) ? "were" : "was",
                label_subject(second));
    }
}

static bool is_slower_by_median(const struct summary_record *lane, const struct summary_record *other)
{
    return lane->jobs_per_s_median < other->jobs_per_s_median;
}

/* Returns the slowest of the lanes that may be spoken of and are faster than `after` (NULL: of all); NULL: none. */
static const struct summary_record *next_reference(struct speaker *speaker, const struct lane_group *group,
                                                   const struct summary_record *after)
{
    const struct summary_record *next = NULL;
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        if (runner_races(lane->runner) && lane_is_measured(speaker, lane) &&
            (!after || is_slower_by_median(after, lane)) && (!next || is_slower_by_median(lane, next)))
            next = lane;
    }
    return next;
}

/* Where nobody can be compared with one after another, they are with the slowest of them; where it is too unsteady for
 * that, with the next. */
static void say_among_each_other(struct speaker *speaker, struct sentence *sentence, struct race *race)
{
    const struct lane_group *group = race->group;
    const struct summary_record *reference = next_reference(speaker, group, NULL);
    for (; reference && sentence->clauses == 0; reference = next_reference(speaker, group, reference)) {
        for (size_t i = 0; i < group->count; i++) {
            const struct summary_record *lane = group->lanes[i];
            bool may = lane != reference && runner_races(lane->runner) && lane_is_measured(speaker, lane);
            race->standings[i] = may ? lanes_compare(speaker, lane, reference, trial_seconds_per_job)
                                     : (struct comparison){.relation = UNDECIDED};
        }
        race->reference = reference;
        race->than = label_subject(reference->runner);
        say_faster(speaker, sentence, race);
        say_alike(sentence, race);
        say_the_two(speaker, sentence, race);
    }
}

/* Shares below this are said as a fraction, "1/9 of", which tells more there; the others in percent. */
#define FRACTION_BELOW 0.21
/* Nobody can picture less. */
#define LEAST_FRACTION 1000

/* "1/9 of", "60 % of": a fraction is a round number, and said only where what it is off is less than matters. */
static void say_share(FILE *out, const struct comparison *saved, bool interval)
{
    double whole = round(saved->ratio);
    char number[64];
    if (saved->lo > LEAST_FRACTION)
        fputs("less than 1/1,000 of ", out);
    else if (1 / saved->ratio < FRACTION_BELOW && fmax(whole / saved->ratio, saved->ratio / whole) < MATTERS)
        fprintf(out, "1/%s of ", sentence_number(number, whole, whole, whole));
    else {
        fprintf(out, "%s %%", sentence_number(number, 100 / saved->ratio, 100 / saved->hi, 100 / saved->lo));
        if (interval)
            sentence_say_interval(out, 100 / saved->hi, 100 / saved->lo);
        fputs(" of ", out);
    }
}

static bool is_parked(struct speaker *speaker, const struct summary_record *lane)
{
    struct trial_span span = trial_index_find(&speaker->index, lane->cell, lane->runner);
    return span.count > 0 && trial_has_flag(speaker->index.trials[span.order[0]].flags, "stacks_parked");
}

/* What the frugal of the two saves: of memory, of CPU time, or of both. A sweep's table shows neither, so there (`where`)
 * the intervals are said. */
static void say_savings(struct sentence *sentence, const char *where, const char *frugal, const char *const others[2],
                        const struct comparison *memory, const struct comparison *cpu)
{
    if (!memory && !cpu)
        return;
    sentence_begin_clause(sentence);
    fprintf(sentence->out, "%s%s used ", where, frugal);
    if (memory) {
        say_share(sentence->out, memory, where[0] != '\0');
        fprintf(sentence->out, "%s memory", others[0]);
    }
    if (cpu) {
        fputs(memory ? " and " : "", sentence->out);
        say_share(sentence->out, cpu, where[0] != '\0');
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

/* "the thread pool is not compared: 1 of its 7 runs failed": who is not spoken of would else be taken for beaten. */
static void say_not_compared(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    for (size_t i = 0; sentence->clauses > 0 && i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        struct trial_span span = trial_index_find(&speaker->index, lane->cell, lane->runner);
        size_t failed = 0;
        for (size_t k = 0; k < span.count; k++)
            failed += trial_has_failed(&speaker->index.trials[span.order[k]]);
        if (failed == 0 || strcmp(lane->runner, "null") == 0)
            continue;
        bool plural = label_is_plural(lane->runner);
        sentence_begin_clause(sentence);
        fprintf(sentence->out, "%s %s not compared: ", subject_definite(lane->runner), plural ? "are" : "is");
        if (failed < span.count)
            fprintf(sentence->out, "%zu of %s %zu runs failed", failed, plural ? "their" : "its", span.count);
        else
            fprintf(sentence->out, "%s run%s failed", plural ? "their" : "its", failed == 1 ? "" : "s");
    }
}

void sentence_say_cell(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    const struct summary_record *coroutines = group_lane(group, "coroutines"), *threads = group_lane(group, "threads");
    struct race race = {.group = group, .standings = calloc(group->count, sizeof(*race.standings))};
    if (!race.standings) {
        speaker->out_of_memory = true;
        return;
    }
    say_against_serial(speaker, sentence, &race);
    if (sentence->clauses == 0)
        say_among_each_other(speaker, sentence, &race);
    free(race.standings);
    if (lane_is_measured(speaker, coroutines) && lane_is_measured(speaker, threads))
        sentence_say_costs(speaker, sentence, coroutines, threads, "");
    say_not_compared(speaker, sentence, group);
}
