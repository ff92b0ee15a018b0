/* One client's connection: a task that reads requests and answers them, in order, until either side ends it. */
#ifndef BENCH_ORIGIN_CONNECTION_H
#define BENCH_ORIGIN_CONNECTION_H

#include <sys/queue.h>
#include "counters.h"

struct connection;

/** The connections of one loop, so that those whose task never started can be found in the end. */
LIST_HEAD(connection_list, connection);

/**
 * Make a connection, to be run by connection_run or freed by connection_destroy.
 *
 * @param fd        non-blocking; the connection's on success, still the caller's on failure
 * @param list      the loop's; the connection is in it while it exists
 * @param counters  the loop's own; like `all`, must outlive the connection
 * @param all       those of all loops, for /stats
 *
 * Returns NULL when out of memory.
 */
struct connection *connection_create(int fd, struct connection_list *list, struct counters *counters,
                                     const struct counters_set *all);

/** A task's body: serves the connection (arg), then destroys it. Returns 0. */
int connection_run(void *arg);

/** Close and free. Context: the loop's thread. */
void connection_destroy(struct connection *connection);

#endif
