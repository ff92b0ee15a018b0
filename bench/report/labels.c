/* A person's words for runners and workloads: said in their tables, so that a new one is one line there and none here.
 * A stored run may name what this program does not know; then its name has to do. */
#include <stdlib.h>
#include <string.h>
#include "../runners.h"
#include "../text_stream.h"
#include "../workloads/workload.h"
#include "charts/charts.h"
#include "labels.h"
#include "report.h"

const char *report_runner_label(const char *runner)
{
    const struct runner *known = runner_find(runner);
    return known && known->label ? known->label : runner;
}

const char *label_subject(const char *runner)
{
    const struct runner *known = runner_find(runner);
    return known && known->subject ? known->subject : runner;
}

bool label_is_plural(const char *runner)
{
    const struct runner *known = runner_find(runner);
    return known && known->plural;
}

struct workload_words label_workload(const char *workload)
{
    const struct workload *known = workload_find(workload);
    if (known)
        return (struct workload_words){known->title, known->job, known->jobs};
    return (struct workload_words){workload, "job", "jobs"};
}

char *label_head(const struct lane_group *group, bool named)
{
    const struct summary_record *first = group->lanes[0];
    struct workload_words words = label_workload(first->workload);
    int64_t least = INT64_MAX, most = 0;
    bool same_jobs = true;
    for (size_t i = 0; i < group->count; i++) {
        const struct summary_record *lane = group->lanes[i];
        same_jobs = same_jobs && lane->jobs == first->jobs && lane->jobs > 0;
        if (strcmp(lane->runner, "serial") == 0 || strcmp(lane->runner, "null") == 0)
            continue;
        /* Never more at once than there are jobs, whatever was allowed. */
        bool few = lane->jobs > 0 && lane->jobs < lane->concurrency;
        int64_t at_once = few ? lane->jobs : lane->concurrency;
        least = at_once < least ? at_once : least;
        most = at_once > most ? at_once : most;
    }
    if (most == 0)
        most = 1; /* serial alone */

    char *head = NULL, count[64], from[64], to[64];
    size_t size;
    FILE *out = text_stream_open(&head, &size);
    if (!out)
        return NULL;
    units_write_count(count, sizeof(count), (double)first->jobs);
    fprintf(out, "%s (", words.title);
    if (same_jobs)
        fprintf(out, "%s %s, ", count, first->jobs == 1 ? words.one : words.many);
    units_write_count(from, sizeof(from), (double)least);
    units_write_count(to, sizeof(to), (double)most);
    if (least < most)
        fprintf(out, "%s to ", from);
    /* A rate decides how many are; this is only how many may be, and one after another is one at most, too. */
    fprintf(out, "%s%s at once", lane_group_is_open(group) && most > 1 ? "at most " : "", to);
    if (named)
        fprintf(out, "; %s", group->name);
    fputc(')', out);
    if (fclose(out) != 0) {
        free(head);
        return NULL;
    }
    return head;
}

/* What a class of failed jobs is called in run.ndjson, and to a person. */
static const struct {
    const char *name, *words;
} failures[] = {
    {"http_status", "answered with an error status"},
    {"timeout", "timed out"},
    {"reset", "cut off"},
    {"resolve", "with a name that has no address"},
    {"tls", "without a secure connection"},
    {"short_body", "with too short an answer"},
    {"wrong_body", "with a wrong answer"},
    {"too_large", "with too large an answer"},
    {"protocol", "with an answer that is no HTTP"},
    {"save", "not saved"},
    {"local_limit", "stopped by a limit of this machine"},
};

static const char *failure_words(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        if (strlen(failures[i].name) == length && strncmp(failures[i].name, name, length) == 0)
            return failures[i].words;
    return NULL;
}

/* Only "(2 refused, 1 timeout)" behind the count is ours; what follows may be a URL's or a server's. */
char *label_reason(const char *reason)
{
    static const char before[] = " jobs failed (";
    const char *list = strstr(reason, before), *end = list ? strchr(list, ')') : NULL;
    if (!end || strspn(reason, "0123456789 of") != (size_t)(list + 1 - reason))
        return strdup(reason);
    char *text = NULL;
    size_t size;
    FILE *out = text_stream_open(&text, &size);
    if (!out)
        return NULL;
    list += strlen(before);
    fwrite(reason, 1, (size_t)(list - reason), out);
    while (list < end) {
        size_t length = strcspn(list, " ,)");
        const char *words = failure_words(list, length);
        if (words)
            fputs(words, out);
        else
            fwrite(list, 1, length, out);
        for (list += length; *list == ' ' || *list == ','; list++)
            putc(*list, out);
    }
    fputs(end, out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static bool is_first_of_workload(const struct run_data *run, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(run->lanes[j].workload, run->lanes[i].workload) == 0)
            return false;
    return true;
}

char *label_run(const struct run_data *run)
{
    const char *title = json_string_value(json_object_get(run->run, "title"));
    const char *scenario = json_string_value(json_object_get(run->run, "scenario"));
    if (title || !scenario || strcmp(scenario, "custom") != 0 || run->lane_count == 0)
        return strdup(title ? title : scenario ? scenario : "");
    char *text = NULL;
    size_t size;
    FILE *out = text_stream_open(&text, &size);
    if (!out)
        return NULL;
    for (size_t i = 0; i < run->lane_count; i++)
        if (is_first_of_workload(run, i))
            fprintf(out, "%s%s", i ? ", " : "", label_workload(run->lanes[i].workload).title);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
