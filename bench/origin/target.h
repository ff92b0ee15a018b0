/* A request target ("/delay/20/bytes/10000?job=7") and what it asks for. */
#ifndef BENCH_ORIGIN_TARGET_H
#define BENCH_ORIGIN_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum target_kind {
    TARGET_BODY,  /**< a made body, perhaps late, perhaps with another status */
    TARGET_HELP,  /**< "/": a text that lists the paths */
    TARGET_STATS, /**< "/stats": the server's counters as JSON */
};

/** The largest that a target may ask for. */
#define TARGET_DELAY_MAX_MS INT64_C(3600000)
#define TARGET_BYTES_MAX    (UINT64_C(1) << 40)

struct target {
    enum target_kind kind;
    int status;          /**< 200 to 599 */
    int64_t delay_ns;    /**< 0: answer at once */
    uint64_t body_bytes; /**< TARGET_BODY only */
    uint64_t seed;       /**< of the body: hash of path and query as they were sent */
    bool reset;          /**< TARGET_STATS only: count from zero afterwards */
};

/** What "/" answers. */
extern const char target_help[];

/**
 * Read a request target.
 *
 * @param text        not terminated: exactly text_bytes long; a leading "http://host" (a request as to a proxy) is
 * passed over
 * @param ret_target  written when 0 is returned
 *
 * Returns 0, or the HTTP status to answer: 404 (no such path) or 400 (a bad number, a part given twice, not a path).
 */
int target_parse(const char *text, size_t text_bytes, struct target *ret_target);

#endif
