/*
 * What was found, in plain sentences. A sentence claims only what an interval supports; where none does there is
 * silence, since a reader takes a sentence for a fact and a table for a measurement.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../labels.h"
#include "../report.h"
#include "parts.h"
#include "rate.h"
#include "../../text_stream.h"

/* Names that make a sentence longer are cut. */
#define MOST_SENTENCE_BYTES 2000

void sentence_begin_clause(struct sentence *sentence)
{
    if (sentence->clauses++ == 0)
        fprintf(sentence->out, "%s: ", sentence->head);
    else
        fputs("; ", sentence->out);
}

static void format_number(char buffer[64], double value, int digits)
{
    int decimals = digits - 1 - (int)floor(log10(value));
    if (decimals <= 0) {
        units_write_count(buffer, 64, value);
        return;
    }
    size_t length = (size_t)snprintf(buffer, 64, "%.*f", decimals < 9 ? decimals : 9, value);
    while (buffer[length - 1] == '0')
        buffer[--length] = '\0';
    if (buffer[length - 1] == '.')
        buffer[--length] = '\0';
}

bool sentence_lies_within(double said, double value, double lo, double hi)
{
    double slack = pow(10, floor(log10(value)) - 2) / 2;
    return said >= lo - slack && said <= hi + slack;
}

const char *sentence_number(char buffer[64], double value, double lo, double hi)
{
    if (!(value > 0) || !isfinite(value)) {
        snprintf(buffer, 64, "%g", value);
        return buffer;
    }
    format_number(buffer, value, 2);
    double said = value >= 99.5 ? round(value) : strtod(buffer, NULL);
    if (!sentence_lies_within(said, value, lo, hi))
        format_number(buffer, value, 3);
    return buffer;
}

void sentence_say_interval(FILE *out, double lo, double hi)
{
    char from[64], to[64];
    sentence_number(from, lo, lo, lo);
    sentence_number(to, hi, hi, hi);
    for (int digits = 4; lo > 1 && strcmp(from, "1") == 0 && digits <= 9; digits++)
        format_number(from, lo, digits); /* what is above one shall not be said to reach it */
    if (strcmp(from, to) != 0)
        fprintf(out, " (95 %%: %s to %s)", from, to);
}

/* Whether the run has another group of the same workload: then a head names its cell, even where the counts differ, since
 * nobody knows a cell by its counts. */
static bool is_ambiguous(const struct lane_group *groups, size_t count, size_t i)
{
    for (size_t j = 0; j < count; j++)
        if (j != i && strcmp(groups[j].lanes[0]->workload, groups[i].lanes[0]->workload) == 0)
            return true;
    return false;
}

static void say_rate(struct speaker *speaker, struct sentence *sentence, const struct lane_group *group)
{
    char *clauses = sentences_of_rate(speaker->run, group, &speaker->index);
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
    } else if (group->swept) {
        sentence_say_sweep(speaker, sentence, group);
    } else {
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
    for (size_t i = 0; i < count; i++) {
        char *head = label_head(&groups[i], is_ambiguous(groups, count, i));
        if (head)
            say_group(speaker, &groups[i], head);
        else
            speaker->out_of_memory = true;
        free(head);
    }
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
