/* What the rates of a sweep or a search say together: how far a runner kept up. */
#ifndef BENCH_REPORT_KNEE_FOUND_H
#define BENCH_REPORT_KNEE_FOUND_H

#include "charts/charts.h"

struct knee_found {
    const struct summary_record *kept_up;  /**< the lane with the highest rate below which all was well; NULL: none */
    const struct summary_record *too_much; /**< the lane with the lowest rate that was not; NULL: none */
    const struct summary_record *failed;   /**< the lane with the lowest rate above kept_up whose runs failed, below
                                                too_much; NULL: none */
    const struct summary_record *untold;   /**< the lane with the lowest rate below kept_up that did not go well; NULL:
                                                none */
    const struct summary_record *rallied;  /**< the lane with the highest rate above too_much at which all was well
                                                again; NULL: none */
    bool unknown_below;                    /**< a rate below kept_up and too_much was tried that tells nothing */
    bool unknown_above;                    /**< a rate above kept_up and below too_much was */
    double limit_ms;                       /**< of the response's p99; NAN: not known */
};

/** Whether most of a lane's trials were saturated, or none ended well. */
bool lane_is_saturated(const struct summary_record *lane);

/** Whether a lane's jobs, though they did not pile up, were done later than the limit of its runner (limit_ms), which
 * is too much as well. */
bool lane_is_late(const struct summary_record *lane, double limit_ms);

/** Whether a lane has jobs enough for it to be told whether they piled up. Below that no trial is ever flagged. */
bool lane_tells_saturation(const struct summary_record *lane);

/**
 * Whether a lane's figures are of its runner: it does jobs, every run ended well, and the test server was not what was
 * measured. What failed, was killed, interrupted or not supported did not fall behind: it is not known what it would
 * have done.
 */
bool lane_went_well(const struct trial_index *index, const struct summary_record *lane);

/** Look at a runner's lanes of a group swept by rate; those that tell nothing are passed over. Two rates are told apart
 * as the search does (plan/knee.h). */
struct knee_found knee_find(const struct lane_group *group, const struct trial_index *index, const char *runner);

/** Returns the limit of a lane's response (limit_ms of its runner); NAN where the group is not swept by rate. */
double knee_limit_of(const struct lane_group *group, const struct trial_index *index,
                     const struct summary_record *lane);

#endif
