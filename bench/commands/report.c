/* iorace report: what is made of a stored run, made again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "parse.h"
#include "../report/report.h"

enum { KEY_NO_FILES = 0x100, KEY_MD };

static const struct argp_option argp_options[] = {
    {"md", KEY_MD, "FILE", OPTION_ARG_OPTIONAL,
     "The result as Markdown for a pull request: into FILE, or without one on standard output in place of the tables",
     0},
    {"no-files", KEY_NO_FILES, NULL, 0, "Only print; write nothing into DIR", 0},
    {0},
};

static const char doc[] =
    "Print what a stored run found, and write its tables (trials.csv, summary.csv) and its page (report.html) again.\v"
    "DIR is a directory of results, such as results/latest; its run.ndjson is read, nothing is run. Charts are taken "
    "as they are: `iorace plot DIR` draws them again.\n\n"
    "Exit status: 0 done; 1 a file could not be written; 2 no such run; 5 run.ndjson is not one of ours, or is "
    "damaged.\n";

struct arguments {
    const char *dir;
    const char *md_file; /* NULL: none */
    bool no_files, md;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case KEY_NO_FILES:
        arguments->no_files = true;
        return 0;
    case KEY_MD:
        if (arg && !arg[0])
            argp_error(state, "--md=: the name of a file is missing");
        arguments->md = true;
        arguments->md_file = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->dir)
            argp_error(state, "one DIR at a time");
        arguments->dir = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which run? DIR is missing: a run's directory, such as results/latest");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int write_files(const struct run_data *run, const struct arguments *arguments, struct failure *ret_failure)
{
    if (!arguments->no_files && (report_write_csv(run, ret_failure) != 0 || report_write_html(run, ret_failure) != 0))
        return -1;
    return arguments->md_file ? report_write_markdown(run, arguments->md_file, ret_failure) : 0;
}

static void print_place(const struct run_data *run)
{
    char *dir = realpath(run->dir, NULL), *clean = dir ? clean_text(dir, 4096) : NULL;
    if (clean)
        printf("\nPage:   file://%s/report.html\n", clean);
    free(clean);
    free(dir);
}

/* A full disk behind a pipe or a redirection must not look like success. */
static int print(const struct run_data *run, const struct arguments *arguments, bool written,
                 struct failure *ret_failure)
{
    if (arguments->md && !arguments->md_file) {
        if (report_print_markdown(run, stdout, ret_failure) != 0)
            return -1;
    } else {
        report_print(run, stdout);
        if (written && !arguments->no_files)
            print_place(run);
    }
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout))
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write the tables: %s", strerror(errno ? errno : EIO));
    return 0;
}

int command_report(int argc, char **argv, struct failure *ret_failure)
{
    static const struct argp argp = {argp_options, parse_option, "DIR", doc, NULL, NULL, NULL};
    struct arguments arguments = {0};
    int parsed = command_parse(&argp, argc, argv, &arguments, ret_failure);
    if (parsed != 0)
        return parsed > 0 ? EXIT_DONE : EXIT_USAGE;

    struct run_data run;
    if (run_data_read(&run, arguments.dir, ret_failure) != 0)
        return (int)ret_failure->status;
    int result = write_files(&run, &arguments, ret_failure);
    /* A directory that cannot be written is no reason to keep what was found to oneself. */
    if (print(&run, &arguments, result == 0, result == 0 ? ret_failure : NULL) != 0 && result == 0)
        result = -1;
    run_data_finish(&run);
    return result == 0 ? EXIT_DONE : (int)ret_failure->status;
}
