/* The gate's picture: for each cell the base against itself and the head against the base, on the band of what is
 * noise. */
#ifndef BENCH_GATE_GATE_FOREST_H
#define BENCH_GATE_GATE_FOREST_H

#include "gate.h"

/**
 * Draw DIR/charts/forest.svg and .png, with the .gp and .dat that drew them.
 *
 * Returns 0 (also where no cell has figures: then there is no chart), or -1 as report_write_charts.
 */
int gate_forest_draw(const struct gate_request *request, const struct gate_result *result, struct failure *ret_failure);

#endif
