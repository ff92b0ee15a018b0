/* A command line for the record: as typed, without what may be secret. */
#ifndef BENCH_ARGV_JSON_H
#define BENCH_ARGV_JSON_H

#include <jansson.h>
#include <stdbool.h>

/**
 * Returns a new array of texts, one a word. What a header says is often a secret: its name is recorded, its value is
 * not.
 *
 * @param head_is_short  getopt takes "--head" for --header: so it does where no other option begins like that
 */
json_t *argv_json(int argc, char **argv, bool head_is_short);

#endif
