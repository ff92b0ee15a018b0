/*
 * The kernel's accounts of resident memory, made exact.
 *
 * Linux counts resident pages per CPU and kind, and adds them to the process's sum 32 at a time. What is still on the way is
 * in no ru_maxrss, which time(1) prints, and before 6.16 in no VmHWM: after start-up up to half a MiB on two CPUs, more than
 * runners differ by, and more the more CPUs their threads use. Pages that leave all at once take along what is on the way.
 */
#ifndef BENCH_MEMORY_COUNTERS_H
#define BENCH_MEMORY_COUNTERS_H

/** Settle the counters of the CPU that the caller is on. Takes 256 KiB for a moment. */
void memory_counters_settle(void);

/**
 * Settle the counters of each CPU that the caller may be on, moving there and back; takes some 0.1 ms each. For when most
 * of a trial's memory is there, but more than 256 KiB of its peak are still to come: so the peak is not this function's.
 */
void memory_counters_settle_all(void);

#endif
