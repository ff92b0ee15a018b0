/* A file that a person named on the command line: --md FILE, --csv FILE. */
#ifndef BENCH_REPORT_OUTPUT_FILE_H
#define BENCH_REPORT_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include "../failure.h"

/** Writes the contents; errors show in ferror(out). */
typedef void (*output_write_fn)(FILE *out, const void *context);

/** Whether a name means standard output: "-", or a file that it is ("/dev/stdout"). */
bool output_is_standard(const char *path);

/**
 * Write a file whole, as atomic_file does; what is there and is no regular file (a pipe, a device, a link) is
 * written to directly. Standard output's own errors are main's to see.
 *
 * Returns 0, or -1 with "cannot write PATH: ..." (EXIT_JOBS_FAILED).
 */
int output_file_write(const char *path, output_write_fn write, const void *context, struct failure *ret_failure);

#endif
