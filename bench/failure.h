/*
 * An error on its way to the one place that prints it (main.c), and the exit statuses.
 * A function that can fail for reasons a person must hear takes a `struct failure *` last, fills it through failure_set
 * and returns -1; it prints nothing itself.
 */
#ifndef BENCH_FAILURE_H
#define BENCH_FAILURE_H

/** What the program and the scripts exit with; the README and every --help name the same numbers. */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_JOBS_FAILED = 1, /**< some jobs failed, or an error of the tool's own */
    EXIT_USAGE = 2,       /**< usage, or a bad input file */
    EXIT_REGRESSION = 3,
    EXIT_INCONCLUSIVE = 4,  /**< only with --strict */
    EXIT_NO_DATA = 5,       /**< no data, or runs that must not be compared */
    EXIT_LOCAL_LIMIT = 6,   /**< descriptors, ports, threads, memory, packages: a limit of this machine */
    EXIT_INTERRUPTED = 130, /**< what was finished is kept and marked partial */
};

struct failure {
    enum exit_status status;
    char text[1024]; /**< one line: what happened, where, what to do; no newline, control characters escaped */
};

/**
 * Describe an error.
 *
 * @param failure  written; NULL is allowed and then nothing is
 * @param status   what the program shall exit with because of it
 * @param format   printf's; the result goes through clean_text, since parts may come from a server
 *
 * Returns -1 always, for `return failure_set(...)`. Context: any thread.
 */
int failure_set(struct failure *failure, enum exit_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Returns an errno value in words, and what to do where that is known: "Too many open files (raise the limit: ulimit -n)".
 * The text holds until the thread asks again. */
const char *failure_cause(int error);

/** Returns EXIT_LOCAL_LIMIT for an errno value that says so (descriptors, memory, threads), or else another status. */
enum exit_status failure_status(int error, enum exit_status otherwise);

#endif
