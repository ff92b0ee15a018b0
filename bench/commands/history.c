/* iorace history DIR...: stored runs in the order of time. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "parse.h"
#include "print_json.h"
#include "threshold.h"
#include "../compare/history_output.h"
#include "../output/output_file.h"

enum { KEY_METRIC = 0x100, KEY_THRESHOLD, KEY_ALL, KEY_JSON, KEY_CSV, KEY_MD, KEY_OUT };

static const struct argp_option argp_options[] = {
    {"metric", KEY_METRIC, "NAME", 0,
     "wall_s, jobs_per_s, cpu_us_per_job, rss_peak_kib, latency_p99_ms, response_p50_ms or response_p99_ms. Without it "
     "wall_s, and where jobs arrive at a rate response_p99_ms, or response_p50_ms where they are few",
     0},
    {"threshold", KEY_THRESHOLD, "PERCENT", 0, "Smaller changes of the level are not marked (5%)", 0},
    {"all", KEY_ALL, NULL, 0, "Print the runs of every cell and runner, not only of those whose level changed", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON object instead of the tables", 0},
    {"csv", KEY_CSV, "FILE", 0,
     "Write a row for each cell, runner and run; - is standard output, instead of the tables", 0},
    {"md", KEY_MD, "FILE", 0, "Write it as Markdown; - is standard output, instead of the tables", 0},
    {"out", KEY_OUT, "DIR", 0, "Draw DIR/charts/history.svg and .png, with the script and the data they are made of",
     0},
    {0},
};

static const char doc[] =
    "Show how stored runs went on: each cell under each runner, in the order in which the runs were made, and where "
    "its level changed. Each DIR is the directory of a run, or one that holds some, such as results."
    "\v"
    "Runs of another CPU, number of CPUs, architecture, build type or sanitizer are never joined, nor are cells whose "
    "settings differ: they are series of their own. Runs that were stopped early are left out, and said.\n\n"
    "Exit status: 0 done; 1 a file cannot be written; 2 usage, or no run there; 5 no data, or not a run.ndjson of "
    "ours; "
    "6 gnuplot is not installed.\n";

struct arguments {
    const char **dirs;
    size_t dir_count;
    const struct compare_metric *metric;
    double threshold;
    bool all, json;
    const char *csv, *md, *out;
};

/* How many of the outputs go to standard output. */
static int standard_outputs(const struct arguments *arguments)
{
    return arguments->json + (arguments->csv && output_is_standard(arguments->csv)) +
           (arguments->md && output_is_standard(arguments->md));
}

static void parse_metric(struct arguments *arguments, const char *arg, struct argp_state *state)
{
    const struct compare_metric *list[COMPARE_METRICS_MOST];
    struct failure failure;
    int count = compare_metric_parse_list(arg, list, &failure);
    if (count < 0)
        argp_error(state, "%s", failure.text);
    else if (count > 1)
        argp_error(state, "--metric: one at a time, not '%s'", arg);
    else
        arguments->metric = list[0];
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct failure failure;
    switch (key) {
    case KEY_METRIC:
        parse_metric(arguments, arg, state);
        return 0;
    case KEY_THRESHOLD:
        if (threshold_parse(arg, &arguments->threshold, &failure) < 0)
            argp_error(state, "%s", failure.text);
        return 0;
    case KEY_ALL:
        arguments->all = true;
        return 0;
    case KEY_JSON:
        arguments->json = true;
        return 0;
    case KEY_CSV:
        arguments->csv = arg;
        return 0;
    case KEY_MD:
        arguments->md = arg;
        return 0;
    case KEY_OUT:
        arguments->out = arg;
        return 0;
    case ARGP_KEY_ARG:
        arguments->dirs[arguments->dir_count++] = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which runs? DIR is missing: directories of runs, or one that holds some, such as results");
        return 0;
    case ARGP_KEY_END:
        if (standard_outputs(arguments) > 1)
            argp_error(state, "only one of --json, --csv - and --md - can have standard output");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What one of them cannot do does not keep the others from being done; the first failure is told. */
static int show(const struct history *history, const struct arguments *arguments, struct failure *ret_failure)
{
    int result = 0;
    if (arguments->csv)
        result = history_write_csv(history, arguments->csv, ret_failure);
    if (arguments->md && history_write_markdown(history, arguments->md, result == 0 ? ret_failure : NULL) != 0)
        result = -1;
    if (arguments->out && history_write_chart(history, arguments->out, result == 0 ? ret_failure : NULL) != 0)
        result = -1;
    if (arguments->json && print_json(history_json(history), result == 0 ? ret_failure : NULL) != 0)
        result = -1;
    if (standard_outputs(arguments) == 0 &&
        history_print(history, arguments->all, stdout, result == 0 ? ret_failure : NULL) != 0)
        result = -1;
    return result;
}

static int run(const struct arguments *arguments, struct failure *ret_failure)
{
    struct found_runs found;
    struct history history;
    if (history_find(&found, arguments->dirs, arguments->dir_count, ret_failure) != 0)
        return (int)ret_failure->status;
    int result = history_make(&history, &found, arguments->metric, arguments->threshold, ret_failure);
    found_runs_finish(&found);
    if (result != 0)
        return (int)ret_failure->status;
    result = show(&history, arguments, ret_failure);
    history_finish(&history);
    return result == 0 ? EXIT_DONE : (int)ret_failure->status;
}

int command_history(int argc, char **argv, struct failure *ret_failure)
{
    static const struct argp argp = {argp_options, parse_option, "DIR...", doc, NULL, NULL, NULL};
    struct arguments arguments = {.dirs = calloc((size_t)argc + 1, sizeof(*arguments.dirs)),
                                  .threshold = THRESHOLD_DEFAULT};
    if (!arguments.dirs) {
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        return EXIT_LOCAL_LIMIT;
    }
    int parsed = command_parse(&argp, argc, argv, &arguments, ret_failure);
    int status = parsed > 0 ? EXIT_DONE : EXIT_USAGE;
    if (parsed == 0)
        status = run(&arguments, ret_failure);
    free(arguments.dirs);
    return status;
}
