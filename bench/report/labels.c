/* A person's words for runners and workloads: said in their tables, so that a new one is one line there and none here.
 * A stored run may name what this program does not know; then its name has to do. */
#include <stdlib.h>
#include <string.h>
#include "../runners.h"
#include "../text_stream.h"
#include "../workloads/workload.h"
#include "charts.h"
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
        least = lane->concurrency < least ? lane->concurrency : least;
        most = lane->concurrency > most ? lane->concurrency : most;
    }
    if (most == 0)
        most = 1; /* serial alone */

    char *head = NULL, count[64];
    size_t size;
    FILE *out = text_stream_open(&head, &size);
    if (!out)
        return NULL;
    text_count(count, sizeof(count), (double)first->jobs);
    fprintf(out, "%s (", words.title);
    if (same_jobs)
        fprintf(out, "%s %s, ", count, first->jobs == 1 ? words.one : words.many);
    if (least < most)
        fprintf(out, "%lld to ", (long long)least);
    fprintf(out, "%lld at once", (long long)most);
    if (named)
        fprintf(out, "; %s", group->name);
    fputc(')', out);
    if (fclose(out) != 0) {
        free(head);
        return NULL;
    }
    return head;
}
