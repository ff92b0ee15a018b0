/* Who said what: the texts that count for a section's cells, each with the place to blame. */
#ifndef BENCH_SAID_H
#define BENCH_SAID_H

#include "cells.h"

/** Where something was said; what is said later replaces what was said before. */
enum said_place { SAID_RUN = 1, SAID_RUN_QUICK, SAID_CELL, SAID_CELL_QUICK, SAID_OPTION };

struct said {
    enum said_place place; /* 0: not said */
    const char *value;     /* borrowed from the scenario or the options */
    int line;
};

enum { SAID_SLOTS = 64, WHERE_SIZE = 512 };

struct said_table {
    const struct cell_source *source;
    struct said slots[SAID_SLOTS]; /* in the order of setting_keys */
};

/** Collect what was said of a section's cells: of each key what was said last. */
void said_collect(struct said_table *ret_table, const struct cell_source *source);

/**
 * Drop what does not count: what means nothing to this workload, to a closed loop, to a search or to a server of somebody
 * else's, and of those that exclude each other (url and url-file; the sources of the number of jobs) the earlier.
 *
 * @param transfers  the workload makes requests
 * @param idle       the workload does nothing at all: no delay and no work either
 * Returns 0, or -1 where that would ignore something just said: in the cell's own section, or both in one place.
 */
int said_settle(struct said_table *table, bool transfers, bool idle, struct failure *ret_failure);

/** Returns what was said of a key of setting_keys; its place is 0 if nothing. */
struct said *said_of(struct said_table *table, const char *name);
struct said *said_of_key(struct said_table *table, const struct setting_key *key);

/** Write who said it: "file.ini:12: jobs", "--jobs". Returns buffer. */
const char *said_where(const struct said_table *table, const struct setting_key *key, char buffer[WHERE_SIZE]);

#endif
