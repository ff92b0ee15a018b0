/* `iorace run`: options to a plan, the plan to a directory of results, the results to what a person reads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "as_typed.h"
#include "command.h"
#include "options.h"
#include "print_json.h"
#include "../report/report.h"
#include "../run/interrupt.h"
#include "../run/run.h"

static int report(const char *dir, const struct run_options *options, bool charts, struct failure *ret_failure)
{
    struct run_data data;
    if (run_data_read(&data, dir, ret_failure) < 0)
        return -1;
    int error = report_write_csv(&data, ret_failure);
    if (!error && charts) {
        fputs(isatty(STDERR_FILENO) && !options->no_progress ? "drawing the charts ...\r" : "", stderr);
        error = report_write_charts(&data, ret_failure);
        fputs(isatty(STDERR_FILENO) && !options->no_progress ? "\033[K" : "", stderr);
    }
    /* Also where gnuplot failed: the page then is without charts. */
    struct failure second = {0};
    if (report_write_html(&data, error ? &second : ret_failure) < 0)
        error = -1;
    if (options->json) {
        json_t *lanes = json_array();
        for (size_t i = 0; i < data.lane_count; i++)
            json_array_append_new(lanes, record_to_json(summary_fields, &data.lanes[i]));
        char *name = clean_text(dir, 4096); /* a directory's need not be UTF-8 */
        json_t *object = json_pack("{s:s?, s:b, s:o}", "dir", name, "partial", data.partial, "lanes", lanes);
        if (print_json(object, error ? &second : ret_failure) < 0)
            error = -1;
        free(name);
    } else {
        report_print(&data, stdout);
        printf("\nPage:   file://%s/report.html\n", dir);
        if (charts && !error)
            printf("Charts: file://%s/charts/\n", dir);
        printf("Data:   %s/summary.csv, trials.csv, run.ndjson\n", dir);
    }
    run_data_finish(&data);
    return error;
}

static int run_plan(const struct plan *plan, const struct run_options *options, int argc, char **argv,
                    struct failure *ret_failure)
{
    struct run_request request = {
        .plan = plan,
        .out = options->out,
        .argc = argc,
        .argv = argv,
        .all_samples = options->samples,
        .show_progress = !options->no_progress,
    };
    struct run_result result;
    if (run_execute(&result, &request, ret_failure) < 0)
        return ret_failure->status;
    int status = EXIT_DONE;
    int error = report(result.dir, options, !options->no_charts && !result.interrupted, ret_failure);
    /* Ctrl-C reaches gnuplot as well: how that ended is not what is wrong. */
    bool while_drawing = !result.interrupted && interrupted();
    if (while_drawing)
        *ret_failure = (struct failure){.status = EXIT_DONE};
    if (error < 0 && !while_drawing)
        status = ret_failure->status;
    else if (result.interrupted || while_drawing)
        status = EXIT_INTERRUPTED;
    else if (result.local_limit)
        status = EXIT_LOCAL_LIMIT;
    else if (result.jobs_failed)
        status = EXIT_JOBS_FAILED;
    else if (result.trials == 0)
        status = EXIT_NO_DATA;

    if (result.interrupted && result.trials == 0)
        fputs("iorace: interrupted before the first run had ended\n", stderr);
    else if (result.interrupted)
        fprintf(stderr, "iorace: interrupted; the %zu finished runs are kept in %s (charts: iorace plot %s)\n",
                result.trials, result.dir, result.dir);
    else if (while_drawing)
        fprintf(stderr, "iorace: interrupted while drawing; the run is whole in %s (charts: iorace plot %s)\n",
                result.dir, result.dir);
    else if (result.out_of_time)
        fprintf(stderr, "iorace: --max-time is up; the %zu finished runs are kept\n", result.trials);
    else if (status == EXIT_LOCAL_LIMIT && !ret_failure->text[0])
        failure_set(ret_failure, status,
                    "a limit of this machine made jobs fail (`iorace doctor` names the limits); see %s/trials.csv",
                    result.dir);
    else if (status == EXIT_JOBS_FAILED && !ret_failure->text[0])
        failure_set(ret_failure, status, "some jobs failed; why: %s/trials.csv; which: `failures` in run.ndjson there",
                    result.dir);
    free(result.dir);
    return status;
}

int command_run(int argc, char **argv, struct failure *ret_failure)
{
    descriptors_fill();
    char **typed = argv_as_typed("run", argc, argv); /* parsing reorders argv */
    struct run_options options;
    int parsed = typed ? run_options_parse(&options, argc, argv, ret_failure) : -1;
    if (parsed != 0) {
        free(typed);
        return parsed > 0 ? EXIT_DONE : ret_failure->status;
    }
    int status = EXIT_DONE;
    char *path = NULL;
    struct plan plan;
    if (options.scenario && !(path = scenario_find(options.scenario, ret_failure))) {
        status = ret_failure->status;
    } else if (plan_make(&plan, path, options.overrides, options.override_count, options.quick, ret_failure) < 0) {
        status = ret_failure->status;
    } else {
        if (!options.dry_run)
            status = run_plan(&plan, &options, argc + 1, typed, ret_failure);
        else if (options.json && run_print_specs(&plan, stdout, ret_failure) < 0)
            status = ret_failure->status;
        else if (!options.json)
            plan_print(&plan, stdout);
        plan_finish(&plan);
    }
    free(path);
    run_options_finish(&options);
    free(typed);
    return status;
}
