#ifndef BENCH_COMPARE_COMPARISON_WARNINGS_H
#define BENCH_COMPARE_COMPARISON_WARNINGS_H

#include "comparison.h"

/** Find what a reader of the figures has to be warned of, once the differences are known. Returns 0 or -1 (memory). */
int comparison_warnings_find(struct comparison *comparison);

#endif
