/* How such a run is made again. */
#ifndef BENCH_REPORT_REPRODUCE_H
#define BENCH_REPORT_REPRODUCE_H

#include "run_data.h"

/** Returns the command of a run as a shell reads it, with the seed that it drew: "iorace run --seed 7"; clean text in
 * one line that the caller frees, or NULL (out of memory). */
char *report_command_line(const struct run_data *run);

#endif
