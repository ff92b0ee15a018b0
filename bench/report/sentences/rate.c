#include "rate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../knee_found.h"
#include "../labels.h"
#include "../../text_stream.h"
#include "parts.h"
#include "rate_parts.h"

void rate_begin_clause(struct rate_speaker *speaker)
{
    if (speaker->clauses++ > 0)
        fputs("; ", speaker->out);
}

static bool is_swept_by_rate(const struct lane_group *group)
{
    return group->swept && strcmp(group->swept, "rate") == 0;
}

static void say_time(struct rate_speaker *speaker, const struct summary_record *lane)
{
    if (lane->response_p99_ms > 0)
        fprintf(speaker->out, " (99 %% done within %s)", units_duration(speaker->words, lane->response_p99_ms / 1e3));
}

/* "and not with 200, but did with 400 (99 % done within 3.00 ms)" */
static void say_rallied(struct rate_speaker *speaker, const struct knee_found *found)
{
    if (!found->rallied)
        return;
    fprintf(speaker->out, ", but did with %s", units_count(speaker->words, found->rallied->offered_per_s));
    say_time(speaker, found->rallied);
}

/* That a lower rate was not measured, of which a reader takes it that it was kept up with. */
static void say_untold(struct rate_speaker *speaker, const struct knee_found *found)
{
    if (!found->untold)
        return;
    const char *rate = units_count(speaker->words, found->untold->offered_per_s),
               *link = found->failed ? "and" : "though";
    if (strcmp(found->untold->state, "failed") == 0)
        fprintf(speaker->out, ", %s with %s a second runs failed", link, rate);
    else
        fprintf(speaker->out, ", %s of %s a second nothing is known", link, rate);
}

static void say_kept_up(struct rate_speaker *speaker, const struct knee_found *found)
{
    fprintf(speaker->out, " kept up with %s a second", units_count(speaker->words, found->kept_up->offered_per_s));
    say_time(speaker, found->kept_up);
    if (found->too_much)
        fprintf(speaker->out, " and not with %s", units_count(speaker->words, found->too_much->offered_per_s));
    else if (!found->failed && !found->unknown_above)
        fputs(", the most that was tried", speaker->out);
    say_rallied(speaker, found);
    if (found->failed)
        fprintf(speaker->out, ", %s with %s a second runs failed", found->too_much ? "and" : "but",
                units_count(speaker->words, found->failed->offered_per_s));
    say_untold(speaker, found);
}

/* "coroutines kept up with 9,600 a second (99 % done within 2.41 ms) and not with 10,100" */
static void say_knee(struct rate_speaker *speaker, const char *runner, const struct knee_found *found)
{
    rate_begin_clause(speaker);
    fputs(label_subject(runner), speaker->out);
    if (found->kept_up) {
        say_kept_up(speaker, found);
        return;
    }
    fprintf(speaker->out, " did not keep up with %s a second%s",
            units_count(speaker->words, found->too_much->offered_per_s),
            found->unknown_below ? "" : ", the least that was tried");
    say_rallied(speaker, found);
}

static bool is_the_most(const struct knee_found *found)
{
    return found->kept_up && !found->too_much && !found->failed && !found->untold && !found->unknown_above;
}

/* "all three kept up with 200 a second (99 % done within 2.00 ms to 3.00 ms), the most that was tried". Returns whether
 * that is so of all. */
static bool say_all_kept_up(struct rate_speaker *speaker, const struct knee_found *found, size_t count)
{
    static const char *const all[] = {"both runners", "all three runners", "all four runners"};
    double least = INFINITY, most = 0;
    bool known = true;
    for (size_t i = 0; i < count; i++) {
        if (!is_the_most(&found[i]) || found[i].kept_up->offered_per_s != found[0].kept_up->offered_per_s)
            return false;
        double ms = found[i].kept_up->response_p99_ms;
        known = known && ms > 0; /* said of all or of none */
        least = fmin(least, ms);
        most = fmax(most, ms);
    }
    if (count < 2)
        return false;
    rate_begin_clause(speaker);
    fprintf(speaker->out, "%s kept up with %s a second",
            count - 2 < sizeof(all) / sizeof(all[0]) ? all[count - 2]
                                                     : pool_printf(speaker->words, "all %zu runners", count),
            units_count(speaker->words, found[0].kept_up->offered_per_s));
    if (known) {
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
        const struct summary_record *lanes[] = {found[i].kept_up, found[i].too_much, found[i].rallied};
        for (size_t l = 0; l < sizeof(lanes) / sizeof(lanes[0]); l++) {
            if (!lanes[l] || lanes[l]->trials <= 0)
                continue;
            least = lanes[l]->trials < least ? lanes[l]->trials : least;
            most = lanes[l]->trials > most ? lanes[l]->trials : most;
        }
    }
    if (most == 0 || least >= ENOUGH)
        return;
    rate_begin_clause(speaker);
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
    if (!found || !runners || !is_swept_by_rate(group))
        return;
    for (size_t i = 0; i < group->count; i++) {
        if (!group_is_first_of_runner(group, i) || strcmp(group->lanes[i]->runner, "null") == 0)
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

static bool did_not_keep_up(const struct rate_speaker *speaker, const struct summary_record *lane)
{
    return lane_went_well(speaker->index, lane) && lane->saturated > 0 && lane->saturated == lane->trials;
}

/* "coroutines did not keep up with 100 a second at body-bytes=1000 and 10000: jobs piled up": of the runner of the
 * group's lane `first`, at all points where that is so. */
static void say_all_piled_up(struct rate_speaker *speaker, const struct lane_group *group, size_t first)
{
    const char *runner = group->lanes[first]->runner;
    double *x = pool_array(speaker->words, group->count, sizeof(*x));
    const struct summary_record *lane = NULL;
    size_t count = 0;
    for (size_t i = first; x && i < group->count; i++) {
        if (strcmp(group->lanes[i]->runner, runner) != 0 || !did_not_keep_up(speaker, group->lanes[i]))
            continue;
        lane = group->lanes[i];
        if (group->swept && isfinite(group->x[i]))
            x[count++] = group->x[i];
    }
    if (!lane)
        return;
    rate_begin_clause(speaker);
    fprintf(speaker->out, "%s did not keep up with %s a second", label_subject(runner),
            units_count(speaker->words, lane->offered_per_s));
    if (count > 0) {
        fputs(" at ", speaker->out);
        sentence_say_points(speaker->out, group, x, count);
    }
    fputs(": jobs piled up", speaker->out);
}

/* "in 3 of 7 runs at 200 a second jobs of coroutines piled up" */
static void say_some_piled_up(struct rate_speaker *speaker, const struct lane_group *group, size_t i)
{
    const struct summary_record *lane = group->lanes[i];
    rate_begin_clause(speaker);
    fprintf(speaker->out, "in %lld of %lld runs at %s a second", (long long)lane->saturated, (long long)lane->trials,
            units_count(speaker->words, lane->offered_per_s));
    if (group->swept && !is_swept_by_rate(group) && isfinite(group->x[i])) {
        fputs(" and ", speaker->out);
        sentence_say_point(speaker->out, group, group->x[i]);
    }
    fprintf(speaker->out, " jobs of %s piled up", label_subject(lane->runner));
}

/* Of rates that are swept those are told with which a runner did not keep up, or too late. Of the others, and where no
 * rates are swept of all, that jobs piled up in some runs or in all. */
static void say_piled_up(struct rate_speaker *speaker, const struct lane_group *group)
{
    bool knees = is_swept_by_rate(group);
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        if (!knees && group_is_first_of_runner(group, i))
            say_all_piled_up(speaker, group, i);
        if (!lane_went_well(speaker->index, lane) || lane->saturated <= 0 || lane->saturated == lane->trials)
            continue;
        bool told = knees && (lane_is_saturated(lane) || !lane_tells_saturation(lane) ||
                              lane_is_late(lane, knee_limit_of(group, speaker->index, lane)));
        if (!told)
            say_some_piled_up(speaker, group, i);
    }
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
        rate_say_hidden(&speaker, group);
    }
    bool whole = speaker.out && fclose(speaker.out) == 0 && !pool_failed(speaker.words);
    text_pool_destroy(speaker.words);
    if (whole)
        return text;
    free(text);
    return NULL;
}
