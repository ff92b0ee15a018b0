/* A person's words for runners and workloads: said in their tables, so that a new one is one line there and none here.
 * A stored run may name what this program does not know; then its name has to do. */
#include "../runners.h"
#include "../workloads/workload.h"
#include "labels.h"
#include "report.h"

const char *report_runner_label(const char *runner)
{
    const struct runner *known = runner_find(runner);
    return known ? known->label : runner;
}

const char *label_subject(const char *runner)
{
    const struct runner *known = runner_find(runner);
    return known ? known->subject : runner;
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
