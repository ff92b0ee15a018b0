/* Words for people, beside report_runner_label. */
#ifndef BENCH_REPORT_LABELS_H
#define BENCH_REPORT_LABELS_H

#include <stdbool.h>

/** Returns the runner within a sentence: "a thread pool"; the name itself where it is not known. */
const char *label_subject(const char *runner);
bool label_is_plural(const char *runner);

struct workload_words {
    const char *title;      /**< "Downloads" */
    const char *one, *many; /**< "page", "pages" */
};
struct workload_words label_workload(const char *workload);

struct lane_group;

/** Returns what a sentence about a group begins with, "Downloads (200 pages, 200 at once)", with the group's name in it
 * where `named`; malloc'ed and not cleaned, or NULL (out of memory). */
char *label_head(const struct lane_group *group, bool named);

/** Returns the reason of a trial with the classes of failed jobs in words, "(6 answered with an error status)";
 * malloc'ed and not cleaned, or NULL (out of memory). */
char *label_reason(const char *reason);

struct run_data;

/** Returns what a run is called: its title, its scenario, or without one its workloads ("Sleeps"). malloc'ed and not
 * cleaned, or NULL (out of memory). */
char *label_run(const struct run_data *run);

#endif
