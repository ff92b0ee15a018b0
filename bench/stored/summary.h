/* From a run's trials to its lanes: what summary.csv holds, and what every table and chart says of a runner. */
#ifndef BENCH_STORED_SUMMARY_H
#define BENCH_STORED_SUMMARY_H

#include <stdbool.h>
#include "run_data.h"

/** Compute a lane's summary from the run's trials (run->trials only; others fields are not looked at). Used by
 *  run_data_read. */
int summary_compute(struct run_data *run, struct failure *ret_failure);

/** Returns the serial lane that a lane's speed-up is measured against: of the same cell, or of the sweep's section with
 * the same params; NULL if there is none. */
const struct summary_record *summary_serial_of(const struct run_data *run, const struct summary_record *lane);

/** Whether a lane's jobs come at their own rate, whether or not a trial of it went well: they take as long as they are
 * told to, whoever runs them. */
bool summary_is_paced(const struct summary_record *lane);

#endif
