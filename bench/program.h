/* Running other programs (gnuplot, sha256sum): with arguments, never through a shell. */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** What it wrote, cut to fit: the beginning of its output, the end of its errors (warnings come before what it died of).
 *  Each is terminated, without white space at its end. */
struct program_said {
    char out[512];
    char err[512];
};

/** One that runs. */
struct program {
    pid_t pid;
    int out, err;
};

/**
 * Start a program. It gets the C locale, and no signal blocked.
 *
 * @param ret_program  written on success only; program_finish is then due
 * @param argv         argv[0] is looked for in PATH; ends with NULL
 * @param stdin_fd     its standard input; -1: /dev/null. Stays the caller's
 * @param dir          where it runs; NULL: here
 *
 * Returns 0, -ENOENT (there is no such program), or -errno. Context: any thread.
 */
int program_start(struct program *ret_program, const char *const *argv, int stdin_fd, const char *dir);

/**
 * Wait for a program that was started.
 *
 * @param patience_ns  it is killed after so long; RT_FOREVER: never
 * @param ret_said     written when the program ran, however it ended
 *
 * Returns as program_run. Context: the thread that started it; blocks.
 */
int program_finish(struct program *program, int64_t patience_ns, struct program_said *ret_said);

/**
 * Run a program to its end, for 10 s at most. Parameters as above.
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
