/* While a trial runs: what others take of the CPUs that it and the test server run on. Looked at from outside of the
 * trial, which it costs nothing, and over its process's whole life. */
#ifndef BENCH_RUN_OTHERS_H
#define BENCH_RUN_OTHERS_H

#include <sched.h>
#include <sys/types.h>
#include "../environment/other_cpu.h"

struct others_watch {
    cpu_set_t cpus;
    pid_t server_pid;
    int64_t ours_ns; /**< CPU time of this process and of the server; -1: not known */
    struct cpu_times times;
};

/**
 * Begin to watch.
 *
 * @param client_cpus, server_cpus  lists; "" for none
 * @param server_pid                whose CPU time is ours; 0: none
 */
void others_begin(struct others_watch *ret_watch, const char *client_cpus, const char *server_cpus, pid_t server_pid);

/** Returns what others had since. @param trial_cpu_s  of the trial's process, which has ended */
struct other_cpu others_end(const struct others_watch *watch, double trial_cpu_s);

#endif
