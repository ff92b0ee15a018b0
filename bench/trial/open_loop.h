/* What an open loop adds to a trial's record: times from when a job was due, and whether the jobs piled up. */
#ifndef BENCH_OPEN_LOOP_H
#define BENCH_OPEN_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include "../record/trial_record.h"

struct trial;

/** Below so many jobs no pile can be told from chance. */
enum { OPEN_LOOP_LEAST_JOBS = 20 };

/** How the jobs of an open loop came out, in the order in which they were due. */
struct open_loop_jobs {
    const double *response_ms; /**< of those that were ok */
    size_t count;
    double offered_per_s;
    double wall_s;
};

/**
 * Whether the jobs piled up: fewer than 99 in 100 of the rate offered were done, or responses took longer and longer.
 *
 * Done: jobs / (wall time - the longest response of the first quarter), since the last job's own time is not for want
 * of speed. Longer and longer: the medians of the four quarters rise one after another, the last lies above the first
 * by what one job too many in a hundred makes, and the middle halves of these two quarters do not touch.
 *
 * @param ret_growth_ms  median of the last quarter less that of the first; NAN below OPEN_LOOP_LEAST_JOBS or without
 * memory
 */
bool open_loop_saturated(const struct open_loop_jobs *jobs, double *ret_growth_ms);

/** Fill the record's fields of an open loop. Its ok and wall_s must be there. Sets the flag "saturated", and
 *  "workers_busy" where more than one job in a hundred found no worker free. */
void open_loop_set(struct trial_record *record, const struct trial *trial);

#endif
