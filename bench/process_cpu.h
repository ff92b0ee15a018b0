/* The CPU time of a process, one's own or another. */
#ifndef BENCH_PROCESS_CPU_H
#define BENCH_PROCESS_CPU_H

#include <stdint.h>
#include <sys/types.h>

/**
 * Returns the CPU time that a process has used so far, all its threads', ns; -1 where there is no such process (0 is
 * none).
 *
 * What another process's thread has used since it was last let run is in it only up to the last tick: exact while it
 * sleeps. Context: any thread. Source: clock_getcpuclockid(3).
 */
int64_t process_cpu_ns(pid_t pid);

#endif
