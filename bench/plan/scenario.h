/*
 * A scenario file as written: sections of keys and texts, each with its line. What they mean together is plan.c's to
 * say.
 *
 *   # The first comment says why the scenario is there; `iorace list` shows it.
 *   [run]
 *   title = Words above the charts
 *   blocks = 7
 *   runner = serial,threads        a cell's key here is what all cells have that say nothing else
 *   [cell NAME]
 *   concurrency = 1,10,100         a list makes a cell of each value
 *   quick-concurrency = 1,10       with --quick in place of concurrency; every key of a cell has such a twin
 *
 * A cell's own section wins over [run], and within a section, with --quick, a quick- key over its twin.
 */
#ifndef BENCH_SCENARIO_H
#define BENCH_SCENARIO_H

#include "settings.h"

struct scenario_entry {
    const struct setting_key *key;
    bool quick;  /**< said as quick-KEY */
    char *value; /**< checked (setting_values accepts it) */
    int line;
};

struct scenario_section {
    char *name;                     /**< of [cell NAME]; NULL: [run] */
    int line;                       /**< 0: a [run] that is not there */
    struct scenario_entry *entries; /**< in the file's order; header lines joined into the first */
    size_t entry_count;
};

struct scenario {
    char *path;
    char *name; /**< the file's name without .ini */
    char *why;  /**< the first comment's first line, if nothing stands before it; NULL: none */
    char *title;
    struct scenario_section run;
    struct scenario_section *cells; /**< at least 1 */
    size_t cell_count;
};

/**
 * Read and check a scenario file.
 *
 * @param ret_scenario  written on success only; scenario_finish frees it
 * Returns 0, or -1: EXIT_USAGE with file, line, key and what would be accepted; EXIT_LOCAL_LIMIT (memory).
 */
int scenario_read(struct scenario *ret_scenario, const char *path, struct failure *ret_failure);
void scenario_finish(struct scenario *scenario);

/**
 * Find the names of the scenarios that come with the program.
 *
 * @param ret_names  written on success only; sorted, without .ini; the caller frees each and the array
 * Returns how many there are, or -1 (no such directory, memory).
 */
int scenario_names(char ***ret_names, struct failure *ret_failure);

#endif
