/* SIGINT, SIGTERM, SIGHUP and SIGQUIT in the middle of a run: the first ends it in order, the second at once. */
#ifndef BENCH_INTERRUPT_H
#define BENCH_INTERRUPT_H

#include <stdbool.h>
#include <sys/types.h>

/** Install the handlers. @param server_pid  ended, with the trial that runs, by the second signal; 0: none (yet);
 *  negative: a process group, as kill(2) has it */
void interrupt_watch(void);
void interrupt_set_server(pid_t server_pid);

/** Returns whether a signal has come. */
bool interrupted(void);

#endif
