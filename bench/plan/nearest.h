/* "did you mean": the word of a list that a mistyped one is closest to. */
#ifndef BENCH_NEAREST_H
#define BENCH_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *word; /**< the best so far, borrowed; NULL: none is close enough */
    size_t distance;
};

/** Take one more candidate into account; start from { 0 }. Close enough: a third of the letters wrong, at least one. */
void nearest_consider(struct nearest *nearest, const char *typed, const char *candidate);

/** Write `; did you mean 'word'?`, or an empty text where nothing is close. Returns buffer. */
const char *nearest_hint(const struct nearest *nearest, char *buffer, size_t size);

#endif
