/* The two sides of a gate: what base and head are, whether they are the same, and how that is recorded. */
#ifndef BENCH_GATE_ARMS_H
#define BENCH_GATE_ARMS_H

#include <jansson.h>
#include <stdbool.h>
#include "../commands/option_parser.h"
#include "../failure.h"

enum arms_kind {
    ARMS_BINARIES, /**< programs that run the trials */
    ARMS_URLS,     /**< what is fetched: servers of somebody's that run already */
    ARMS_ARGS,     /**< options of run, applied to each cell over the scenario */
    ARMS_COMMANDS, /**< what starts a server, for each trial anew */
};

enum { SIDE_BASE, SIDE_HEAD, SIDES };

/** What the command line says, NULL where it says nothing. */
struct arms_said {
    const char *binary[SIDES], *url[SIDES], *args[SIDES], *command[SIDES];
};

struct arm {
    char *text;              /**< as it was given; of a binary its absolute path */
    char sha256[80];         /**< of a binary; "" where it could not be found out */
    struct plan_words words; /**< of args */
    char **argv;             /**< which these point into */
    char *argv_text;
};

struct arms {
    enum arms_kind kind;
    struct arm sides[SIDES];
    bool equal; /**< nothing tells one from the other: binary, arguments, URL, command; their environment is one anyway
                 */
};

/**
 * Find out what the arms are: one kind, both sides. (--base alone is compared with this program.)
 *
 * @param ret_arms  written on success only; arms_finish frees it; what `said` points to must live as long
 * Returns 0, or -1: EXIT_USAGE, naming the option.
 */
int arms_make(struct arms *ret_arms, const struct arms_said *said, struct failure *ret_failure);
void arms_finish(struct arms *arms);

/** Returns "base" or "head". */
const char *side_name(int side);

/** Returns the option that gave a side: "--head-url". */
const char *arms_option(enum arms_kind kind, int side);

/** Returns a new object: {"kind", "equal", "base": {...}, "head": {...}}. */
json_t *arms_json(const struct arms *arms);

/** Returns a side's text as it may be recorded: without what a header says. Free it; NULL (memory). */
char *arm_shown(const struct arms *arms, int side);

/**
 * Split a text into words as a shell does: blanks between them, quotes and backslashes. Nothing is expanded.
 *
 * @param text      is changed: the words stand in it
 * @param ret_argv  written on success only; begins with an empty word, ends with NULL; the array is the caller's
 * Returns how many words there are, the empty one counted, or -1: a quote is not closed, memory.
 */
int words_split(char *text, char ***ret_argv);

#endif
