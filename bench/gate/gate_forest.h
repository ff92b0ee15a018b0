/* The gate's picture: for each cell the base against itself and the head against the base, on the band of what is
 * noise. */
#ifndef BENCH_GATE_GATE_FOREST_H
#define BENCH_GATE_GATE_FOREST_H

#include "../failure.h"

/**
 * Draw a stored gate: DIR/charts/forest.svg and .png, with the .gp and .dat that drew them.
 *
 * Returns how many charts there are: 1, or 0 where no cell has figures; or -1 as gate_stored_read and
 * report_write_charts; EXIT_NO_DATA where the gate was killed before its verdicts.
 */
int gate_forest_draw(const char *dir, struct failure *ret_failure);

#endif
