/* iorace list: what there is to run, and what runs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "parse.h"
#include "../plan/nearest.h"
#include "../plan/plan.h"
#include "../plan/scenario.h"
#include "../runners.h"
#include "../workloads/workload.h"

/* A file that cannot be read is listed with what is wrong with it, and the others are none the worse; but a limit of this
 * machine is not the file's fault. Returns 0 or -1. */
static int print_scenario(int width, const char *name, struct failure *ret_failure)
{
    struct failure failure = {0};
    struct scenario scenario;
    char *path = scenario_find(name, &failure);
    if (path && scenario_read(&scenario, path, &failure) == 0) {
        printf("  %-*s  %s\n", width, name, scenario.why ? scenario.why : scenario.title ? scenario.title : "");
        scenario_finish(&scenario);
    } else if (failure.status == EXIT_LOCAL_LIMIT) {
        *ret_failure = failure;
    } else {
        printf("  %-*s  (unusable: %s)\n", width, name, failure.text);
    }
    free(path);
    return failure.status == EXIT_LOCAL_LIMIT ? -1 : 0;
}

static int list_scenarios(struct failure *ret_failure)
{
    char **names;
    int count = scenario_names(&names, ret_failure), width = 0, result = 0;
    if (count < 0)
        return -1;
    for (int i = 0; i < count; i++)
        if ((int)strlen(names[i]) > width)
            width = (int)strlen(names[i]);
    for (int i = 0; i < count; i++) {
        if (result == 0)
            result = print_scenario(width, names[i], ret_failure);
        free(names[i]);
    }
    free(names);
    return result;
}

static int list_workloads(struct failure *ret_failure)
{
    (void)ret_failure;
    int width = 0;
    for (const struct workload *const *workload = workloads; *workload; workload++)
        if ((int)strlen((*workload)->name) > width)
            width = (int)strlen((*workload)->name);
    for (const struct workload *const *workload = workloads; *workload; workload++)
        printf("  %-*s  %s\n", width, (*workload)->name, (*workload)->summary);
    return 0;
}

static int list_runners(struct failure *ret_failure)
{
    (void)ret_failure;
    int width = 0;
    for (const struct runner *runner = runners; runner->name; runner++)
        if ((int)strlen(runner->name) > width)
            width = (int)strlen(runner->name);
    for (const struct runner *runner = runners; runner->name; runner++)
        printf("  %-*s  %s\n", width, runner->name, runner->summary);
    return 0;
}

static const struct list {
    const char *name;
    int (*print)(struct failure *ret_failure);
} lists[] = {
    {"scenarios", list_scenarios},
    {"workloads", list_workloads},
    {"runners", list_runners},
};

enum { LIST_COUNT = sizeof(lists) / sizeof(lists[0]) };

static int refuse(const char *word, struct failure *ret_failure)
{
    struct nearest nearest = {0};
    char hint[80];
    for (size_t i = 0; i < LIST_COUNT; i++)
        nearest_consider(&nearest, word, lists[i].name);
    failure_set(ret_failure, EXIT_USAGE,
                "list: '%.80s' is unknown; scenarios, workloads, runners or --help is accepted%s", word,
                nearest_hint(&nearest, hint, sizeof(hint)));
    return EXIT_USAGE;
}

static int print_lists(const char *only, struct failure *ret_failure)
{
    bool known = false;
    for (size_t i = 0; i < LIST_COUNT; i++) {
        if (only && strcmp(only, lists[i].name) != 0)
            continue;
        known = true;
        if (!only)
            printf("%s%s:\n", i ? "\n" : "", lists[i].name);
        if (lists[i].print(ret_failure))
            return ret_failure->status;
    }
    return known ? EXIT_DONE : refuse(only, ret_failure);
}

static const char doc[] =
    "Show what there is: the scenarios that come with the program, what a job can be, and what can run the jobs.\v"
    "`iorace run NAME --dry-run` shows a scenario's cells.";

static error_t parse(int key, char *arg, struct argp_state *state)
{
    const char **only = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (*only)
            argp_error(state, "'%.80s': one word is accepted", arg);
        *only = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int command_list(int argc, char **argv, struct failure *ret_failure)
{
    static const struct argp argp = {NULL, parse, "[scenarios|workloads|runners]", doc, NULL, NULL, NULL};
    const char *only = NULL;
    int parsed = command_parse(&argp, argc, argv, &only, ret_failure);
    if (parsed != 0)
        return parsed > 0 ? EXIT_DONE : EXIT_USAGE;
    return print_lists(only, ret_failure);
}
