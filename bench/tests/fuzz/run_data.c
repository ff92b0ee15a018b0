/* A stored run, and what is told of it where it can be read. */
#include <jansson.h>
#include "fuzz.h"
#include "../../compare/comparison.h"
#include "../../compare/comparison_output.h"
#include "../../report/report.h"

static void print_report(const struct run_data *run)
{
    struct failure failure = {0};
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    FUZZ_DEMAND(out);
    report_print(run, out);
    FUZZ_DEMAND(report_print_markdown(run, out, &failure) == 0);
    for (size_t i = 0; i < run->lane_count; i++)
        record_csv_row(summary_fields, &run->lanes[i], out);
    for (size_t i = 0; i < run->trial_count; i++)
        record_csv_row(trial_fields, &run->trials[i], out);
    FUZZ_DEMAND(fclose(out) == 0);
    /* A terminal must not be told anything by a file. */
    for (size_t i = 0; i < size; i++)
        FUZZ_DEMAND((unsigned char)text[i] >= ' ' || text[i] == '\n' || text[i] == '\r');
    free(text);
}

static void compare_with_itself(const struct run_data *run)
{
    const struct comparison_request request = {
        .base = run,
        .head = run,
        .metrics = {&compare_metrics[0], &compare_metrics[1]},
        .metric_count = 2,
        .rules = {.threshold = 0.05, .alpha = 0.05},
    };
    struct comparison comparison;
    struct failure failure = {0};
    if (comparison_make(&comparison, &request, &failure) != 0) {
        fuzz_check_failure(&failure);
        return;
    }
    FUZZ_DEMAND(comparison_status(&comparison, false) != EXIT_REGRESSION);
    json_decref(comparison_json(&comparison, EXIT_DONE));
    comparison_finish(&comparison);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run_data run;
    struct failure failure = {0};
    if (run_data_read(&run, fuzz_file("run.ndjson", data, size), &failure) != 0) {
        fuzz_check_failure(&failure);
        return 0;
    }
    char *sentences = report_sentences(&run);
    FUZZ_DEMAND(sentences);
    free(sentences);
    print_report(&run);
    compare_with_itself(&run);
    run_data_finish(&run);
    return 0;
}
