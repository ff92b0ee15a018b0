/*
 * What two runs have in common or not: the machine and the build as the `env` line has them, and what defines a lane.
 * The tables here are the one place that says which of them part runs: such runs are never compared or joined.
 */
#ifndef BENCH_COMPARE_RUN_FACTS_H
#define BENCH_COMPARE_RUN_FACTS_H

#include <stdbool.h>
#include "../stored/run_data.h"
#include "../output/text_pool.h"

struct run_fact {
    const char *key;   /**< in the env line */
    const char *words; /**< for people: "CPU model" */
    const char *parts; /**< of what such runs may be, if it differs: "machines", "builds"; NULL: it parts none */
};

/** Those that part runs come first. Ends with a fact whose key is NULL. */
extern const struct run_fact run_facts[];

/** How many part runs. */
enum { RUN_FACTS_PARTING = 5 };

/** Returns a fact of a run as a (clean) text of the pool, "" where it is not known. */
const char *run_fact_text(struct text_pool *pool, const struct run_data *run, const struct run_fact *fact);

/** What defines a lane beside its cell's name and its runner: all of it parts. */
enum { LANE_FACTS = 6 };
extern const char *const lane_fact_words[LANE_FACTS];

/** Write the facts of a lane as (clean) texts of the pool, "" where there is none. */
void lane_fact_texts(struct text_pool *pool, const struct summary_record *lane, const char *ret_texts[LANE_FACTS]);

/** Texts of a run for people: which it was ("20261120T115033Z-default, 2026-11-20 11:50, commit 809d890"). */
const char *run_name_text(struct text_pool *pool, const struct run_data *run);

/** Returns the first nine digits of the commit, with a + where the tree had changes; "" where it is not known. */
const char *run_commit_text(struct text_pool *pool, const struct run_data *run);

/** Returns "2026-11-20 11:50" of "2026-11-20T11:50:33Z"; what looks different as it is. */
const char *run_date_text(struct text_pool *pool, const char *started);

#endif
