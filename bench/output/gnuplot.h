/* Running gnuplot on scripts of ours: as a program with arguments, never through a shell. */
#ifndef BENCH_REPORT_GNUPLOT_H
#define BENCH_REPORT_GNUPLOT_H

#include <stddef.h>
#include "../failure.h"

/**
 * Run `gnuplot SCRIPT` in a directory, once for each script, as many at a time as there are CPUs (four at most).
 *
 * The children get no standard input, the C locale and none of the person's own gnuplot settings, so that the same
 * script gives the same bytes everywhere. All are waited for, also after one has failed.
 *
 * @param dir      where they run; the scripts' names are relative to it
 * @param scripts  names, `count` of them
 *
 * Returns 0, or -1 with what the first one that failed said (EXIT_JOBS_FAILED); no gnuplot here is EXIT_LOCAL_LIMIT and
 * names the package.
 */
int gnuplot_run(const char *dir, const char *const *scripts, size_t count, struct failure *ret_failure);

#endif
