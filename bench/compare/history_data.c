/* A history for programs: CSV and JSON, both from the table of history_record.c. */
#include "../output/output_file.h"
#include "history_output.h"
#include "history_record.h"

static void write_csv(FILE *out, const void *context)
{
    const struct history *history = context;
    struct history_record record;
    record_csv_header(history_fields, out);
    for (size_t s = 0; s < history->series_count; s++) {
        const struct history_series *series = &history->series[s];
        for (size_t i = 0; i < series->point_count; i++) {
            history_record_fill(&record, history, series, &series->points[i]);
            record_csv_row(history_fields, &record, out);
        }
    }
}

int history_write_csv(const struct history *history, const char *path, struct failure *ret_failure)
{
    return output_file_write(path, write_csv, history, ret_failure);
}

json_t *history_json(const struct history *history)
{
    json_t *points = json_array(), *left_out = json_array(), *kinds = json_array();
    json_t *warnings = json_array();
    struct history_record record;
    for (size_t k = 0; k < history->kind_count; k++)
        json_array_append_new(kinds,
                              json_pack("{s:I, s:s, s:I}", "kind", (json_int_t)k + 1, "words", history->kinds[k].words,
                                        "runs", (json_int_t)history->kinds[k].run_count));
    for (size_t s = 0; s < history->series_count; s++) {
        const struct history_series *series = &history->series[s];
        for (size_t i = 0; i < series->point_count; i++) {
            history_record_fill(&record, history, series, &series->points[i]);
            json_array_append_new(points, record_to_json(history_fields, &record));
        }
    }
    for (size_t i = 0; i < history->left_out_count; i++)
        json_array_append_new(
            left_out, json_pack("{s:s, s:s}", "dir", history->left_out[i].dir, "reason", history->left_out[i].reason));
    for (size_t i = 0; i < history->warning_count; i++)
        json_array_append_new(warnings, json_string(history->warnings[i]));
    return json_pack("{s:s, s:s, s:f, s:I, s:o, s:o, s:o, s:o}", "schema", "iorace.history/1", "metric",
                     (history->asked ? history->asked : compare_metrics)->of->name, "threshold", history->threshold,
                     "runs", (json_int_t)history->run_count, "kinds", kinds, "points", points, "left_out", left_out,
                     "warnings", warnings);
}
