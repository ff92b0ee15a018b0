/* The one clock: CLOCK_MONOTONIC in signed 64-bit nanoseconds. */
#ifndef IORT_CLOCK_H
#define IORT_CLOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** A deadline that never passes. */
#define RT_FOREVER INT64_MAX

#define RT_NS_PER_US INT64_C(1000)
#define RT_NS_PER_MS INT64_C(1000000)
#define RT_NS_PER_S  INT64_C(1000000000)

/**
 * Read the clock.
 *
 * Returns CLOCK_MONOTONIC in ns: it never goes back, does not follow steps of the wall clock and stands still while
 * the machine is suspended. Cannot fail. Context: any thread, in or out of a task.
 * Source: clock_gettime(2).
 */
int64_t rt_now_ns(void);

/**
 * Turn a duration into a deadline.
 *
 * @param duration_ns  ns from now; negative counts as 0; RT_FOREVER stays RT_FOREVER.
 *
 * Returns now + duration, or RT_FOREVER where the sum would overflow. Context: any thread.
 */
int64_t rt_deadline_ns(int64_t duration_ns);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
