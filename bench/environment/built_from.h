#ifndef BENCH_ENVIRONMENT_BUILT_FROM_H
#define BENCH_ENVIRONMENT_BUILT_FROM_H

/** What a program was built from, as git said at the build (scripts/built-from writes it). */
struct built_from {
    const char *commit;         /**< in hex digits; "" where it is not known */
    const char *commit_unknown; /**< why, a clause for people; "" where it is */
    int dirty;                  /**< whether files differed from that commit; -1: not known */
    const char *dirty_unknown;
};

/** Of this program. The tests' programs know none: a commit would link them all anew. */
extern const struct built_from built_from;

#endif
