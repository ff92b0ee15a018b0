/* What the cells of a plan aim at: lists of URLs, read once each, and whether their hosts are this machine. */
#ifndef BENCH_TARGETS_H
#define BENCH_TARGETS_H

#include "settings.h"
#include "url_file.h"

struct targets {
    struct target_file *files;
    size_t file_count;
    void *loopback_hosts; /* a tree of names: a resolver is asked once */
};

void targets_finish(struct targets *targets);

/** Find out how many URLs a file lists. Returns 0 or -1. */
int targets_count(struct targets *targets, const char *path, int64_t *ret_count, struct failure *ret_failure);

/**
 * Refuse what would be an attack if it were a mistake: a host that is not this machine, unless allow_remote; and then
 * more requests at once than per_host. Nothing is asked of a resolver where both are allowed anyway.
 *
 * @param concurrency  of the cell's lanes, the most
 * @param where        who said the URL, for the message
 * Returns 0 or -1 (EXIT_USAGE).
 */
int targets_check(struct targets *targets, const struct settings *settings, int64_t concurrency, const char *where,
                  struct failure *ret_failure);

#endif
