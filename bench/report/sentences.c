/*
 * What was found, in plain sentences. A sentence claims only what an interval supports; where none does there is
 * silence, since a reader takes a sentence for a fact and a table for a measurement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "labels.h"
#include "report.h"
#include "sentences_parts.h"
#include "sentences_rate.h"
#include "../text_stream.h"

/* Names that make a sentence longer are cut. */
#define MOST_SENTENCE_BYTES 2000

void sentence_begin_clause(struct sentence *sentence)
{
    if (sentence->clauses++ == 0)
        fprintf(sentence->out, "%s: ", sentence->head);
    else
        fputs("; ", sentence->out);
}

const char *sentence_times(char buffer[64], double ratio)
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
        sentence_begin_clause(sentence);
        fputs(clauses, sentence->out);
    }
    free(clauses);
}

static void say_all(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    if (lane_group_is_open(group)) {
        say_rate(speaker, sentence, group);
    } else if (group->swept && strcmp(group->swept, "concurrency") == 0) {
        sentence_say_sweep(speaker, sentence, group);
    } else if (!group->swept) {
        sentence_say_cell(speaker, sentence, group);
    }
}

/* Names in a sentence come from a file that anybody may have written, so it is cleaned as a whole. */
static void say_group(struct speaker *speaker, const struct lane_group *group, const char *head)
{
    char *text = NULL, *clean = NULL;
    size_t size;
    struct sentence sentence = {.out = text_stream_open(&text, &size), .head = head};
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
        speaker.out = text_stream_open(&text, &size);
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
