/*
 * What a run can be told. One table knows every key: its name on the command line (--jobs), in a scenario file (jobs =)
 * and in a trial's spec ("jobs"), its kind, its range, its default and its help text; parsing, help, expansion and JSON
 * walk it.
 */
#ifndef BENCH_SETTINGS_H
#define BENCH_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../failure.h"

/** The settings of one cell, parsed. Texts are owned; NULL where not given. */
struct settings {
    /* of the whole run: only in [run] or on the command line */
    int64_t blocks;     /**< 7 */
    int64_t seed;       /**< 1 */
    int64_t max_time_s; /**< 0: no limit */
    bool allow_remote;
    int64_t per_host; /**< most connections at once to a host that is not loopback: 32 */
    char *save;       /**< directory; NULL: bodies are not kept */
    /* of a cell */
    char *workload;          /**< a name in the workloads' table */
    char *runner;            /**< comma list of names in the runners' table: "serial,threads,coroutines" */
    int64_t jobs;            /**< 0: not given; in a plan's cell resolved (plan_make says from what) */
    int64_t jobs_per_worker; /**< 0: not given */
    int64_t concurrency;     /**< 20 */
    int64_t rate;            /**< jobs per second, an open loop; 0: a closed loop; RATE_FIND: search */
    char *arrivals;          /**< of an open loop: fixed | poisson; NULL: fixed */
    int64_t duration_s;      /**< of an open loop: jobs arrive for so long; 0: not given */
    char *delay_ms;          /**< "20", or "10x500,10x200" */
    int64_t body_bytes;      /**< 10000 */
    int64_t spin_us;         /**< CPU work in each job */
    char *url;
    char *url_file;
    char *header; /**< all --header, one a line */
    char *method; /**< GET (POST where data_file is given) */
    char *data_file;
    char *cacert;
    char *verify;       /**< body | length | status */
    char *connections;  /**< warm | cold */
    int64_t timeout_ms; /**< of one job: 60000 */
    char *cpus;         /**< of the jobs: a list "0-2,4", "one", or "all"; NULL: all but the test server's */
    int64_t min_cpus;   /**< leave the cell out on machines with fewer: 1 */
    char *metric;       /**< what a gate judges the cell by; NULL: what fits it */
};

/** A rate that is to be found out: only in what a scenario or an option says; a plan's cells have numbers. */
enum { RATE_FIND = -1 };

enum setting_kind {
    SETTING_COUNT,     /**< int64_t: digits with an optional k, M or G (powers of 1000) */
    SETTING_RATE,      /**< int64_t: as a count, or the word find */
    SETTING_TEXT,      /**< any text */
    SETTING_WORD,      /**< one of `words` */
    SETTING_WORD_LIST, /**< comma list out of `words` (runner) */
    SETTING_DELAYS,    /**< a number, or COUNTxMS,COUNTxMS */
    SETTING_FLAG,      /**< bool: on the command line without a value; in files yes or no */
    SETTING_URL,       /**< http or https, what url_check accepts */
    SETTING_HEADERS,   /**< "Name: value", one a line; --header repeats and so may `header` in a scenario's section */
    SETTING_FILE,      /**< a path; relative in a scenario file means: beside that file */
    SETTING_CPUS,      /**< "0-2,4", "one" or "all": the form only; whether the CPUs are there is plan_make's to see */
};

/** The texts among them are checked for form, stored without needless spaces, and free of control characters. */

enum setting_scope { SETTING_RUN, SETTING_CELL };

struct setting_key {
    const char *name; /**< "jobs-per-worker" */
    enum setting_kind kind;
    enum setting_scope scope;
    size_t offset;
    bool transfers_only; /**< means nothing to a workload that makes no transfers */
    bool open_loop_only; /**< means nothing without a rate */
    bool busy_only;      /**< means nothing to a job that does nothing */
    bool sweeps;         /**< a comma list in a cell makes one cell for each value (counts only) */
    bool in_params;      /**< part of the cell's canonical params text if it is not the default */
    bool whether;        /**< params tell that it was given, not what */
    bool gate_only;      /**< of `iorace gate` and of scenarios: no option of run, and no trial hears of it */
    bool later; /**< not in the first programs of the trial's protocol: left out of a spec where it is the default, so
                   that a gate's older base understands the others */
    int64_t min, max;                  /**< of counts */
    const char *const *(*words)(void); /**< NULL-terminated, of words; NULL: any */
    const char *fallback;              /**< the default as a text, NULL: none */
    const char *unit;                  /**< shown in help: "MS", "N", "FILE" */
    const char *help;
    const char *gate_help; /**< all that the help of a gate says, where it is something else there; NULL: it is not */
};

/** The table; ends with a NULL name. */
extern const struct setting_key setting_keys[];

/** Returns how many keys there are. */
size_t setting_count(void);

/** Returns the key, or NULL. */
const struct setting_key *setting_find(const char *name);

/** Returns whether the key's field is an int64_t: a count or a rate. */
bool setting_is_number(const struct setting_key *key);

/** Returns the key's field: int64_t *, bool * or char ** by its kind. */
void *setting_field(struct settings *settings, const struct setting_key *key);
const void *setting_field_const(const struct settings *settings, const struct setting_key *key);

/** Returns whether the field holds what the table's fallback says (or, without one: nothing was given). */
bool setting_is_default(const struct settings *settings, const struct setting_key *key);

/** Fill with the defaults. settings_finish frees the texts. Returns 0, or -1 (memory): then nothing needs to be freed.
 */
int settings_init(struct settings *settings);
void settings_finish(struct settings *settings);

/** Copy, texts included. Returns 0 or -1 (memory). */
int settings_copy(struct settings *ret_copy, const struct settings *settings, struct failure *ret_failure);

/**
 * Parse a value into its field.
 *
 * @param where  who said it, for the message: "--jobs" or "file.ini:12: jobs"
 * Returns 0 or -1 with EXIT_USAGE: what was given and what would be accepted.
 */
int setting_parse(struct settings *settings, const struct setting_key *key, const char *value, const char *where,
                  struct failure *ret_failure);

/**
 * Split what a scenario or option says into the values of a sweep: one value, unless the key sweeps and there are
 * commas. Every value is checked, and none may be there twice.
 *
 * @param ret_values  written on success only; texts of setting_parse's form (1k is written 1000). setting_values_finish
 */
struct setting_values {
    char **texts;
    size_t count;
};
int setting_values(struct setting_values *ret_values, const struct setting_key *key, const char *text,
                   const char *where, struct failure *ret_failure);
void setting_values_finish(struct setting_values *values);

/** Write what the key accepts, for help and messages: "1 to 1000", "warm or cold". */
void setting_accepts(const struct setting_key *key, char *buffer, size_t size);

/** Returns all settings, those of the run too, as a new JSON object (numbers, texts, booleans; what was not given is
 * left out), or NULL (memory). */
json_t *settings_to_json(const struct settings *settings);

/** Fill (already settings_init'ed) from such an object; unknown keys and wrong kinds are EXIT_USAGE. */
int settings_from_json(struct settings *settings, const json_t *object, struct failure *ret_failure);

/** The jobs' delays in ns. In list form every job its own, in list order; one delay for all otherwise. Where jobs were
 * said as well and are more than the list is long, it begins anew: job i waits delays_ns[i % count], whatever the form.
 */
struct delay_list {
    int64_t *delays_ns; /**< count of them, owned */
    size_t count;       /**< 0: no delay given */
};
/** @param text  NULL: no delay */
int delay_list_parse(struct delay_list *ret_list, const char *text, const char *where, struct failure *ret_failure);
void delay_list_finish(struct delay_list *list);

/** The same without the memory, which for 100,000,000 jobs is 800 MB. */
struct delay_totals {
    int64_t count; /**< of delays, as above */
    bool is_list;  /**< list form: sets the jobs */
    double sum_ms, max_ms;
};
int delay_list_measure(struct delay_totals *ret_totals, const char *text, const char *where,
                       struct failure *ret_failure);

#endif
