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

/**
 * Bring the kernel's account of this process up to date, for getrusage.
 *
 * It lacks what threads that run at this moment, on other CPUs, have used since their last tick or switch: up to 4 ms
 * each (at 250 ticks a second). Asking for a thread's own time makes the kernel look. Some 0.3 us a thread, and nothing
 * where there is one thread or one CPU: then nobody else can be running.
 *
 * Returns the CPU time that this took, ns: it is in the account, too. Context: any thread.
 */
int64_t process_cpu_settle(void);

#endif
