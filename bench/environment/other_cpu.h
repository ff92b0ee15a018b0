/*
 * What others took of a set of CPUs while something of ours ran on them: other programs, the kernel's own threads, and
 * the host of a virtual machine.
 */
#ifndef BENCH_ENVIRONMENT_OTHER_CPU_H
#define BENCH_ENVIRONMENT_OTHER_CPU_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

/** A reading of /proc/stat. */
struct cpu_times {
    int64_t at_ns;      /**< rt_now_ns when it was read */
    int64_t idle_ticks; /**< of all the set's CPUs together: nobody wanted them, waiting for disks included */
    int64_t busy_ticks; /**< somebody had them, the hypervisor's other guests among them */
    int cpu_count;      /**< CPUs that were found; fewer than the set has: a reading that says nothing */
};

/** Read the times of some CPUs. Cannot fail: what could not be read gives a reading that other_cpu_measure cannot use.
 *  Some 50 us; context: any thread. @param root  as in sysfile.h */
void cpu_times_read_at(const char *root, const cpu_set_t *cpus, struct cpu_times *ret_times);

/** What became of the CPUs between two readings. */
struct other_cpu {
    double share;   /**< of the CPUs' time, what neither was ours nor idle, 0 to 1; NAN: not known */
    bool disturbed; /**< more than OTHER_CPU_MOST_SHARE, and more than the kernel's ticks may be wrong by */
};

/** As much as a CPU-bound job may be slowed down before it looks like a regression (the gate's threshold). */
#define OTHER_CPU_MOST_SHARE 0.05

/**
 * Work out what others had.
 *
 * Two measures, and the smaller counts. What was not idle and not ours is exact to a tick, but holds the kernel's going
 * to sleep and waking up, which is billed to nobody: on a quiet machine up to a tenth for jobs that wait a lot. What
 * the ticks met while busy, less ours, does not, but is a sample: one a tick.
 *
 * @param own_s  CPU time of our own processes on these CPUs, seconds
 */
struct other_cpu other_cpu_measure(const struct cpu_times *before, const struct cpu_times *after, double own_s);

#endif
