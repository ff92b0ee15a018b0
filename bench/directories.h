#ifndef BENCH_DIRECTORIES_H
#define BENCH_DIRECTORIES_H

#include "failure.h"

/** Make a directory and those above it, as mkdir -p. Returns 0, or -1 naming the part that could not be made. */
int directories_make(const char *path, struct failure *ret_failure);

#endif
