/*
 * The processes of a session (setsid(2)), found in /proc: what a server that was started by a command line consists of,
 * however many workers it has. One that makes a session of its own (a daemon) has left: it is no part of the server, and
 * is found only to be ended.
 */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * Returns the CPU time that the session's processes have used, in ns, or -1 where none is there.
 *
 * Of those that live by their own clocks (exact); of those that ended and were waited for by one that lives by what the
 * kernel tells of its children (whole ticks of 10 ms). Cost: a millisecond or two, all of /proc is looked at.
 * Source: clock_getcpuclockid(3), proc(5).
 */
int64_t session_cpu_ns(pid_t leader);

/** Returns the sum of the peaks of resident memory of the processes that live, KiB (VmHWM), or -1 where none is there.
 */
int64_t session_rss_peak_kib(pid_t leader);

/** Returns how many processes it has that run, zombies left out. */
size_t session_count(pid_t leader);

/** Send a signal to each. */
void session_kill(pid_t leader, int signal);

/**
 * From now on what a child leaves behind, in whatever session, becomes a child of this process, not of init: a server
 * that made a daemon of itself can be found.
 */
void session_adopt_strays(void);

/** Kill the children that are in another session than this process, and theirs, and bury them. Waits up to 2 s. */
void session_end_strays(void);

#endif
