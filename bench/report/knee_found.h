/* What the rates of a sweep or a search say together: how far a runner kept up. */
#ifndef BENCH_REPORT_KNEE_FOUND_H
#define BENCH_REPORT_KNEE_FOUND_H

#include "charts.h"

struct knee_found {
    const struct summary_record *kept_up;  /**< the lane with the highest rate below which all was well; NULL: none */
    const struct summary_record *too_much; /**< the lane with the lowest rate that was not; NULL: none */
    double limit_ms;                       /**< of the response's p99; NAN: not known */
};

/** Whether most of a lane's trials were saturated, or none ended well. */
bool lane_is_saturated(const struct summary_record *lane);

/** Look at a runner's lanes of a group swept by rate. Two rates are told apart as the search does (plan/knee.h). */
struct knee_found knee_find(const struct lane_group *group, const char *runner);

#endif
