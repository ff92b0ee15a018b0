/* What the process's control groups allow it. A group's limit holds together with those of every group above it. */
#ifndef BENCH_ENVIRONMENT_CGROUP_H
#define BENCH_ENVIRONMENT_CGROUP_H

#include <inttypes.h>

/*
 * All of these read version 2 and version 1 (also mixed: then each controller is where it is mounted), and return
 *   1         a limit is set, and *ret_... is written
 *   0         no limit is set
 *   -ENOENT   no control groups here, or none of this controller
 *   -EINVAL   a limit is there but not understood
 *   -errno    of reading
 * `root` is as in sysfile.h. Source: the kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/.
 */

/** @param ret_cpus  CPU time a second of wall time: 0.5 is half a CPU */
int cgroup_cpu_quota(const char *root, double *ret_cpus);

/** @param ret_left  processes and threads that may still be started (never below 0) */
int cgroup_tasks_left(const char *root, int64_t *ret_left);

/** @param ret_bytes  memory that may still be used; page cache that can be given up does not count as used */
int cgroup_memory_left(const char *root, int64_t *ret_bytes);

#endif
