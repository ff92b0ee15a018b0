/*
 * The search for the knee: the highest rate at which jobs may arrive before they pile up, or are answered much later
 * than when there are few. Doubling until it is too much, then halving the distance; a rate is too much when two of up
 * to three trials say so, since one may have been disturbed. It knows no clock and runs nothing: it is told what came
 * of a trial, and says which is next.
 */
#ifndef BENCH_KNEE_H
#define BENCH_KNEE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    KNEE_FIRST_RATE = 100, /* where the search begins; below, it halves */
    KNEE_LEAST_RATE = 20,  /* a slower trial would take too long to know its 99th percentile */
    KNEE_MOST_RATE = 1000000,
    KNEE_MOST_TRIALS = 40,
    KNEE_USUAL_TRIALS = 18, /* for an estimate */
    KNEE_MOST_ATTEMPTS = 3, /* at one rate */
    KNEE_LEAST_JOBS = 400,  /* in a trial: its 99th percentile needs 368 */
};

/** Two rates that are no further apart than this are one. */
#define KNEE_RESOLUTION 1.05

struct knee {
    int64_t highest;           /**< that may be tried */
    int64_t rate;              /**< being tried; 0: the search is over */
    int64_t kept_up, too_much; /**< the highest that was kept up with, the lowest that was not; 0: none */
    double unloaded_ms;        /**< response p99 at the first rate that was kept up with; NAN: none */
    unsigned good, bad;        /**< trials at this rate */
    unsigned trials;           /**< in all */
};

/** Returns how many jobs a step of so many seconds has. */
int64_t knee_step_jobs(int64_t rate, int64_t duration_s);

/** Returns how late, by its 99th percentile, a response may be: three times the unloaded one, and 1 ms, which a
 * scheduler may take. NAN: there is no unloaded one. */
double knee_limit_ms(double unloaded_ms);

/** Begin, at KNEE_FIRST_RATE. @param highest  at most this (and KNEE_MOST_RATE) */
void knee_begin(struct knee *knee, int64_t highest);

/** Returns which trial at knee->rate is next, from 1. */
static inline int64_t knee_attempt(const struct knee *knee)
{
    return (int64_t)knee->good + (int64_t)knee->bad + 1;
}

/**
 * Tell what came of a trial at knee->rate, which is the next one's afterwards.
 *
 * @param piled_up         it was saturated, or jobs failed
 * @param response_p99_ms  NAN: not known, which is as bad
 */
void knee_tell(struct knee *knee, bool piled_up, double response_p99_ms);

#endif
