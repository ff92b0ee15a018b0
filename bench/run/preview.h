/* After the first block, on a terminal: a small picture in text of when each job ran. */
#ifndef BENCH_PREVIEW_H
#define BENCH_PREVIEW_H

#include <stdio.h>
#include "../plan/plan.h"
#include "kept_samples.h"

/**
 * Draw each cell that is no point of a sweep, from what was kept of its first trials. All runners of a cell share one time axis.
 *
 * @param width  columns of the terminal
 */
void preview_print(const struct plan *plan, const struct kept_samples *kept, int width, FILE *out);

#endif
