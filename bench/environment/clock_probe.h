/* How well this machine keeps time, measured. */
#ifndef BENCH_ENVIRONMENT_CLOCK_PROBE_H
#define BENCH_ENVIRONMENT_CLOCK_PROBE_H

#include <stdint.h>

/** How much later than asked a sleeper ran again. */
struct clock_lateness {
    int64_t median_ns;
    int64_t worst_ns;
};

/**
 * Sleep 50 times for a millisecond, as a trial does: to an absolute deadline, with a timer slack of 1 ns (restored).
 *
 * Returns 0, or the -errno of clock_nanosleep. Context: any thread; blocks for some 50 ms.
 */
int clock_probe_lateness(struct clock_lateness *ret_lateness);

/** Returns what one reading of the clock costs, in ns: the least of several rounds, so that a disturbance is no part.
 */
double clock_probe_reading_ns(void);

#endif
