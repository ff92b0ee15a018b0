/*
 * A stored run, read back from its run.ndjson: what every table, chart and page is made from. A run that has just ended
 * is read back the same way, so there is one path from the file to the picture.
 */
#ifndef BENCH_RUN_DATA_H
#define BENCH_RUN_DATA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../failure.h"
#include "../record/summary_record.h"
#include "../record/trial_record.h"

/** One job of a kept trial, ns since the barrier opened. */
struct sample {
    int64_t start_ns, end_ns;
    int64_t intended_ns; /**< when it was due, in an open loop; -1: a closed one */
    int32_t worker;      /**< 0 .. concurrency-1 */
    bool ok;
};

/** The samples that were kept of one trial. */
struct sample_set {
    char *cell, *runner;
    int64_t block;
    int64_t jobs; /**< how many the trial had; sample_count may be less */
    struct sample *samples;
    size_t sample_count;
};

struct run_data {
    char *dir;    /**< the run's directory */
    json_t *run;  /**< the `run` line: id, scenario, argv, seed, blocks, started, lanes */
    json_t *env;  /**< the `env` line; null object if the file ends before it */
    json_t *end;  /**< the stored `summary` line (finished, partial, load_after, steal_percent...), NULL if none */
    bool partial; /**< no summary line, or one that says so */
    struct trial_record *trials; /**< in the order they ran */
    size_t trial_count;
    struct sample_set *sample_sets;
    size_t sample_set_count;
    struct summary_record *lanes; /**< computed anew from the trials, in the order of the run line's lanes */
    size_t lane_count;
};

/**
 * Read DIR/run.ndjson. A last line without its newline (the writer was killed) is left out; any other bad line is an
 * error that names file, line and cause.
 *
 * @param ret_run  written on success only; run_data_finish frees it
 * Every trial is one of a lane of the `run` line and says the same of what was run, and (cell, runner, block) is there
 * once; anything else is a bad line too. trial_record_check says what else a trial must be.
 *
 * Returns 0, or -1: EXIT_USAGE (no such directory or file), EXIT_NO_DATA (not our schema, bad line), EXIT_LOCAL_LIMIT
 * (memory).
 */
int run_data_read(struct run_data *ret_run, const char *dir, struct failure *ret_failure);
void run_data_finish(struct run_data *run);

/** Returns the lane of a cell under a runner, or NULL. */
const struct summary_record *run_data_lane(const struct run_data *run, const char *cell, const char *runner);

/** Returns the name of the section that a lane (an element of run->lanes) was swept from, NULL where it was not. */
const char *run_data_sweep(const struct run_data *run, const struct summary_record *lane);

#endif
