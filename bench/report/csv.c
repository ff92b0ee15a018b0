/* A run as CSV: a row a trial, a row a lane. */
#include "../output/atomic_file.h"
#include "report.h"

static int write_table(const char *dir, const char *name, const struct record_field *fields, const void *records,
                       size_t count, size_t size, struct failure *ret_failure)
{
    struct atomic_file file;
    if (atomic_file_open(&file, dir, name, ret_failure) != 0)
        return -1;
    record_csv_header(fields, file.stream);
    for (size_t i = 0; i < count; i++)
        record_csv_row(fields, (const char *)records + i * size, file.stream);
    return atomic_file_commit(&file, ret_failure);
}

int report_write_csv(const struct run_data *run, struct failure *ret_failure)
{
    if (write_table(run->dir, "trials.csv", trial_fields, run->trials, run->trial_count, sizeof(*run->trials),
                    ret_failure) != 0)
        return -1;
    return write_table(run->dir, "summary.csv", summary_fields, run->lanes, run->lane_count, sizeof(*run->lanes),
                       ret_failure);
}
