/*
 * From a scenario file and options to the list of trials, in the order in which they will run.
 *   scenario (sections of texts) -> cells (one for each point) -> lanes (a cell under one runner) -> trials (lane x
 * block)
 */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include <stdio.h>
#include "../notes.h"
#include "settings.h"

struct cell {
    char *name; /**< "sweep/concurrency=30", unique in the plan; the section's name where nothing was expanded */
    /** What it is a point of: the section's name where that expanded to several cells, else NULL. Where concurrency is
     *  swept together with another key: the name without the concurrency. So the points of one sweep differ in
     *  concurrency only, and its serial cell has this as its name. */
    char *sweep;
    char *params; /**< what else defines it: "delay-ms=20 spin-us=5", in the table's order, defaults left out */
    struct settings settings; /**< jobs and concurrency resolved */
    bool transfers;           /**< its workload makes requests: connections and a server mean something */
    bool idle;                /**< its workload does nothing: only the harness is measured */
    bool without_workers;     /**< of a sweep's serial lane: concurrency does not apply; the name is the section's */
    bool find; /**< the first point of a search for the highest rate (knee.h); the others are made as it goes */
};

struct lane {
    const struct cell *cell;
    const char *runner; /**< borrowed from the runners' table */
};

struct planned_trial {
    const struct lane *lane;
    int64_t block; /**< from 1 */
};

struct plan {
    char *scenario; /**< "default": the file's name without .ini; "custom" without a file */
    char *title;    /**< the [run] section's title, or NULL */
    struct settings run;
    struct cell *cells;
    size_t cell_count;
    struct lane *lanes;
    size_t lane_count;
    struct planned_trial *trials; /**< block by block; within a block in an order drawn from the seed */
    size_t trial_count;
    size_t search_count;   /**< lanes whose cell is a search: none of their trials is among these */
    struct notes left_out; /**< "download-all-cpus is left out: it needs 3 CPUs, here are 2." */
    struct notes notes;    /**< of its blocks and its time */
};

/** What the command line said: key and text, in order; borrowed until plan_make returns. */
struct plan_override {
    const struct setting_key *key;
    const char *value;
};

/**
 * Make the plan.
 *
 * @param scenario_path  an existing .ini file, or NULL: a single cell made of the overrides alone, named after the
 * workload
 * @param overrides      win over the file, in every cell. (Without a file they are the cell.)
 * @param quick          --quick: 6 blocks unless --blocks was said; quick-KEY of a section replaces its KEY
 * (scenario.h)
 * @param ret_plan       written on success only; plan_finish frees it
 *
 * Which jobs: where several of jobs, jobs-per-worker, a list of delays and url-file are said, what is said later counts
 * (the command line after the cell after [run]); of those said in one place jobs or jobs-per-worker before a list of
 * delays before url-file; with a rate duration-s is one more that may be said. If the list or the file is shorter than
 * the jobs, it begins anew.
 *
 * A section that gives a runner that cannot be parallel (serial, null) and sweeps concurrency gets one such lane a
 * block, of a cell named after the section. Checks: file and line for every complaint; remote targets (needs
 * allow-remote; concurrency above per-host refused); url-file readable; jobs > 0; names valid.
 *
 * Returns 0 or -1 (EXIT_USAGE with file, line, key, and what would be accepted).
 */
int plan_make(struct plan *ret_plan, const char *scenario_path, const struct plan_override *overrides,
              size_t override_count, bool quick, struct failure *ret_failure);
void plan_finish(struct plan *plan);

/** Returns a rough duration of a trial in seconds, jobs x delays / workers plus what starting costs: for --dry-run and
 * ETA. */
double plan_estimate_trial_s(const struct lane *lane);

/** Returns whether the lane's jobs wait one after another, whatever its concurrency: one worker, or tasks that block. */
bool plan_waits_one_after_another(const struct lane *lane);

/** Returns the rough duration of the whole plan in seconds. */
double plan_estimate_s(const struct plan *plan);

/** Write the plan for a person: the cells, how often, how long. Errors show in ferror(out). */
void plan_print(const struct plan *plan, FILE *out);

/** Returns the path of a scenario given by name ("default", "gate") or path, malloc'ed; or NULL with the names there
 * are. */
char *scenario_find(const char *name_or_path, struct failure *ret_failure);

/** What the trial process is told on standard input: one JSON object. */
struct trial_spec {
    char *run, *cell, *runner, *params, *sweep;
    int64_t block, position, seed;
    struct settings settings;
    char *client_cpus;  /**< resolved list */
    char *server_url;   /**< of the test server, NULL for a foreign one or none */
    int64_t server_pid; /**< 0: unknown; negative: all processes of the session with this leader */
    char *save_dir;     /**< resolved for this trial, or NULL */
    bool all_samples;   /**< keep more than 10,000 */
    char *resolve; /**< CURLOPT_RESOLVE entries "host:port:address", one a line: names resolved once, by the run; or
                      NULL */
    char *expect; /**< bodies that foreign URLs gave beforehand: "URL BYTES HASH" a line, hash as in a url-file; or NULL
                   */
    int64_t progress_fd; /**< an inherited descriptor of a shared mapping with one 64-bit counter; -1: none */
};

#define TRIAL_PROTOCOL "iorace.trial/1"

json_t *trial_spec_to_json(const struct trial_spec *spec);
/** Returns 0 or -1: EXIT_USAGE, "line 1: ..."; another protocol is EXIT_NO_DATA. trial_spec_finish frees the texts. */
int trial_spec_from_json(struct trial_spec *ret_spec, const json_t *object, struct failure *ret_failure);
void trial_spec_finish(struct trial_spec *spec);

#endif
