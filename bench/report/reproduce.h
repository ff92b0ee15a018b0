/* How such a run is made again. */
#ifndef BENCH_REPORT_REPRODUCE_H
#define BENCH_REPORT_REPRODUCE_H

#include <stdbool.h>
#include "../stored/run_data.h"

/** Returns the command of a run as a shell reads it, with the seed that it drew and without --out, which would be
 * refused the second time: "iorace run --seed 7"; clean text in one line that the caller frees, or NULL (out of
 * memory). */
char *report_command_line(const struct run_data *run);

/** Returns the scenario file that the command names if it is none of the project's own, as it stands there, or NULL: the
 * results do not hold it. The run's. */
const char *report_own_scenario(const struct run_data *run);

/** Whether the run was made with --quick. */
bool report_is_quick(const struct run_data *run);

#endif
