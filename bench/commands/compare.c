/* iorace compare BASE HEAD: two stored runs against each other. */
#include <stdbool.h>
#include <stdio.h>
#include "command.h"
#include "parse.h"
#include "print_json.h"
#include "threshold.h"
#include "../compare/comparison_output.h"
#include "../output/output_file.h"

enum { KEY_METRIC = 0x100, KEY_THRESHOLD, KEY_STRICT, KEY_FORCE, KEY_JSON, KEY_MD };

static const struct argp_option argp_options[] = {
    {"metric", KEY_METRIC, "LIST", 0,
     "wall_s, jobs_per_s, cpu_us_per_job, rss_peak_kib, latency_p99_ms, response_p50_ms or response_p99_ms. Of a list "
     "the first decides, the others are shown. Without it wall_s, and where jobs arrive at a rate response_p99_ms, or "
     "response_p50_ms where they are few",
     0},
    {"threshold", KEY_THRESHOLD, "PERCENT", 0, "Changes of up to so much do not matter (5%)", 0},
    {"strict", KEY_STRICT, NULL, 0, "End with 4 where a lane is inconclusive, or has lost its figures", 0},
    {"force", KEY_FORCE, NULL, 0, "Compare runs of different machines, builds or scenarios; the output says so", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON object instead of the table", 0},
    {"md", KEY_MD, "FILE", 0, "Write it as Markdown, too; - is standard output, instead of the table", 0},
    {0},
};

static const char doc[] =
    "Compare two stored runs, each cell under each runner. BASE and HEAD are directories of results. "
    "A difference between runs that were made at different times may be the machine's: `iorace gate` runs both in "
    "turns, "
    "and tells the two apart."
    "\v"
    "Runs of another CPU, build type, sanitizer or scenario are refused. Another kernel, libcurl or load is warned "
    "of.\n\n"
    "Exit status: 0 done; 1 FILE cannot be written; 2 usage, or no run there; 3 a regression; 4 inconclusive, with "
    "--strict; 5 no data, or runs that must not be compared.\n";

struct arguments {
    const char *dirs[2], *md;
    size_t dir_count;
    struct comparison_request request;
    bool strict, json;
};

static void parse_metrics(struct comparison_request *request, const char *arg, struct argp_state *state)
{
    struct failure failure;
    int count = compare_metric_parse_list(arg, request->metrics, &failure);
    if (count < 0)
        argp_error(state, "%s", failure.text);
    else
        request->metric_count = (size_t)count;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct failure failure;
    switch (key) {
    case KEY_METRIC:
        parse_metrics(&arguments->request, arg, state);
        return 0;
    case KEY_THRESHOLD:
        if (threshold_parse(arg, &arguments->request.rules.threshold, &failure) < 0)
            argp_error(state, "%s", failure.text);
        return 0;
    case KEY_STRICT:
        arguments->strict = true;
        return 0;
    case KEY_FORCE:
        arguments->request.force = true;
        return 0;
    case KEY_JSON:
        arguments->json = true;
        return 0;
    case KEY_MD:
        arguments->md = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->dir_count == 2)
            argp_error(state, "two runs are compared; '%s' is a third", arg);
        else
            arguments->dirs[arguments->dir_count++] = arg;
        return 0;
    case ARGP_KEY_END:
        if (arguments->dir_count < 2)
            argp_error(state, "two runs are compared: BASE and HEAD, directories such as results/latest");
        else if (arguments->json && arguments->md && output_is_standard(arguments->md))
            argp_error(state, "--json and --md - both go to standard output");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int show(const struct comparison *comparison, const struct arguments *arguments, enum exit_status status,
                struct failure *ret_failure)
{
    int result = arguments->md ? comparison_write_markdown(comparison, arguments->md, ret_failure) : 0;
    if (arguments->json)
        return print_json(comparison_json(comparison, status), result == 0 ? ret_failure : NULL) == 0 ? result : -1;
    if (arguments->md && output_is_standard(arguments->md))
        return result;
    /* A file that cannot be written is no reason to keep what was found to oneself. */
    return comparison_print(comparison, stdout, result == 0 ? ret_failure : NULL) == 0 ? result : -1;
}

static int compare(const struct arguments *arguments, struct failure *ret_failure)
{
    struct comparison comparison;
    if (comparison_make(&comparison, &arguments->request, ret_failure) != 0)
        return (int)ret_failure->status;
    enum exit_status status = comparison_status(&comparison, arguments->strict);
    if (show(&comparison, arguments, status, ret_failure) != 0)
        status = ret_failure->status;
    else if (status == EXIT_NO_DATA)
        failure_set(ret_failure, status, "no lane has %s of two blocks or more in both runs", comparison.words);
    comparison_finish(&comparison);
    return (int)status;
}

int command_compare(int argc, char **argv, struct failure *ret_failure)
{
    static const struct argp argp = {argp_options, parse_option, "BASE HEAD", doc, NULL, NULL, NULL};
    struct arguments arguments = {
        .request = {.metric_count = 1, .rules = {.threshold = THRESHOLD_DEFAULT, .alpha = 0.05}}};
    int parsed = command_parse(&argp, argc, argv, &arguments, ret_failure);
    if (parsed != 0)
        return parsed > 0 ? EXIT_DONE : EXIT_USAGE;

    struct run_data runs[2] = {0};
    int status = EXIT_DONE;
    for (size_t i = 0; i < 2 && status == EXIT_DONE; i++)
        if (run_data_read(&runs[i], arguments.dirs[i], ret_failure) != 0)
            status = (int)ret_failure->status;
    arguments.request.base = &runs[0];
    arguments.request.head = &runs[1];
    if (status == EXIT_DONE)
        status = compare(&arguments, ret_failure);
    run_data_finish(&runs[0]);
    run_data_finish(&runs[1]);
    return status;
}
