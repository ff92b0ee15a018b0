/* What is held equal for every runner, whatever the machine's defaults: set at the start of each trial's process, and recorded. */
#ifndef BENCH_HELD_H
#define BENCH_HELD_H

#include <jansson.h>
#include "../failure.h"

/** Stack of a thread and of a task, bytes: what libcurl with TLS needs, several times over. Only the pages touched cost memory. */
#define WORKER_STACK_BYTES ((size_t)256 * 1024)

/** Apply to this process. @param client_cpus  a CPU list, or NULL to stay where it is. Returns 0 or -1. */
int held_apply(const char *client_cpus, struct failure *ret_failure);

/** Returns what is in force, read back from the system: a new object without "curl_options". */
json_t *held_json(void);

#endif
