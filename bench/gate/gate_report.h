/* What a gate found, on a terminal. */
#ifndef BENCH_GATE_GATE_REPORT_H
#define BENCH_GATE_GATE_REPORT_H

#include <stdio.h>
#include "gate.h"

/** Print the table, what has to be said of single cells, the warnings and the sentence that sums it up. */
void gate_report_print(const struct gate_plan *plan, const struct gate_result *result, FILE *out);

#endif
