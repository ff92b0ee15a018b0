/* Asking other programs (git, gnuplot, sha256sum): with arguments, never through a shell. */
#ifndef BENCH_ENVIRONMENT_PROGRAM_H
#define BENCH_ENVIRONMENT_PROGRAM_H

#include <stddef.h>

/** What it wrote, from the beginning and cut to fit; each is terminated, without white space at its end. */
struct program_said {
    char out[512];
    char err[512];
};

/**
 * Run a program to its end.
 *
 * It gets the C locale, no GIT_* variables (a hook's would point git at another repository), no signal blocked, and is
 * killed after 10 s.
 *
 * @param argv      argv[0] is looked for in PATH; ends with NULL
 * @param stdin_fd  its standard input; -1: /dev/null. Stays the caller's
 * @param ret_said  written when the program ran, however it ended
 *
 * Returns its exit status (128 + the number where a signal ended it), or
 *   -ENOENT     there is no such program
 *   -ETIMEDOUT  it was killed
 *   -errno      it could not be started or waited for
 * Context: any thread; blocks.
 */
int program_run(const char *const *argv, int stdin_fd, struct program_said *ret_said);

/** Returns whether PATH has such a program. */
int program_exists(const char *name);

#endif
