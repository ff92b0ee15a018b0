/* A person's words for runners and workloads; the names themselves are for command lines and files. */
#include <string.h>
#include "labels.h"
#include "report.h"

static const struct runner_words {
    const char *name, *label;
    const char *subject; /* within a sentence */
    bool plural;
} runner_table[] = {
    {"serial", "one after another (serial)", "one after another", false},
    {"threads", "thread pool", "a thread pool", false},
    {"processes", "process pool", "a process pool", false},
    {"coroutines", "coroutines", "coroutines", true},
    {"coroutines-multi", "coroutines, loop per thread", "coroutines with one event loop per thread", true},
    {"executor", "coroutines + thread pool", "coroutines that hand their calls to a thread pool", true},
    {"blocking-coroutines", "coroutines that block", "coroutines that make blocking calls", true},
    {"null", "no jobs (the harness alone)", "the harness without jobs", false},
};

static const struct runner_words *find_runner(const char *name)
{
    for (size_t i = 0; i < sizeof(runner_table) / sizeof(runner_table[0]); i++)
        if (strcmp(runner_table[i].name, name) == 0)
            return &runner_table[i];
    return NULL;
}

const char *report_runner_label(const char *runner)
{
    const struct runner_words *words = find_runner(runner);
    return words ? words->label : runner;
}

const char *label_subject(const char *runner)
{
    const struct runner_words *words = find_runner(runner);
    return words ? words->subject : runner;
}

bool label_is_plural(const char *runner)
{
    const struct runner_words *words = find_runner(runner);
    return words && words->plural;
}

struct workload_words label_workload(const char *workload)
{
    static const struct {
        const char *name;
        struct workload_words words;
    } rows[] = {
        {"sleep", {"Sleeps", "job", "jobs"}}, {"download", {"Downloads", "page", "pages"}},
        {"chain", {"Chains", "chain", "chains"}}, {"queue", {"Queue", "item", "items"}},
        {"crawl", {"Crawl", "job", "jobs"}},      {"mixed", {"Mixed jobs", "job", "jobs"}},
        {"null", {"Empty jobs", "job", "jobs"}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, workload) == 0)
            return rows[i].words;
    return (struct workload_words){workload, "job", "jobs"};
}
