/* Where the program's data files (scenarios, chart templates, page styles) are: in the source tree or installed. */
#ifndef BENCH_DATA_PATH_H
#define BENCH_DATA_PATH_H

/**
 * Find a data file: under $IORACE_DATADIR, else under share/iorace beside the executable's bin directory, else under the
 * source tree that the program was built from.
 *
 * @param relative  as in the source tree: "scripts/charts/bars.gp", "bench/scenarios"
 * Returns a path that exists (free it), or NULL.
 */
char *data_path(const char *relative);

#endif
