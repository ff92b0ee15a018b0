/* The line that tells a person at a terminal how far a run or a gate is. Silent elsewhere. */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    bool on;
    size_t trial, count; /* trial: from 0 */
    int64_t begin_ns, last_ns;
    double expected_s; /* of all trials, by the plan's estimate */
    double behind_s;   /* of those that have ended */
};

/**
 * @param count       trials; may be raised later, with expected_s, when there turn out to be more
 * @param expected_s  what they take all together, by the plan's estimate
 * @param wanted      false: silent, whatever standard error is
 */
void progress_begin(struct progress *progress, size_t count, double expected_s, bool wanted);

/** Returns whether it is time to show the line again: at most ten times a second. */
bool progress_is_due(const struct progress *progress);

/** Show the line: the trial's number, these words, the time left. */
void progress_show(struct progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Show a line of these words alone: of a trial that was not planned. */
void progress_say(struct progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** A trial has ended. @param expected_s  what it was expected to take */
void progress_next(struct progress *progress, double expected_s);

/** Returns the terminal's width in columns; 80 where it does not say. */
int progress_width(void);

/** Clear the line, for something else to be printed; the next progress_show draws it again. */
void progress_clear(const struct progress *progress);

/** Clear the line for good. */
void progress_end(struct progress *progress);

#endif
