/* How much the kernel lets this process have: descriptors, ports, threads, memory. */
#ifndef BENCH_ENVIRONMENT_LOCAL_LIMITS_H
#define BENCH_ENVIRONMENT_LOCAL_LIMITS_H

#include <inttypes.h>

#define LIMITS_UNKNOWN   INT64_C(-1)
#define LIMITS_UNLIMITED INT64_MAX

/** Every field may be LIMITS_UNKNOWN, and where the text says so LIMITS_UNLIMITED. */
struct limits {
    int64_t nofile_soft, nofile_hard;  /**< descriptors of a process; or unlimited */
    int64_t port_lo, port_hi;          /**< local ports that outgoing connections take, inclusive */
    int64_t time_wait;                 /**< TCP connections that are closed but hold their port for 60 s still */
    int64_t somaxconn;                 /**< connections that may wait to be accepted on one socket */
    int64_t tracked_now, tracked_most; /**< the firewall's table of connections; unknown where there is none */
    int64_t user_threads_left;         /**< RLIMIT_NPROC less what this user runs; or unlimited (root is exempt) */
    int64_t cgroup_threads_left;       /**< or unlimited */
    int64_t system_threads_left;       /**< threads-max and pid_max less what runs */
    int64_t mappings;     /**< vm.max_map_count of one process; a thread takes two, its stack and its guard */
    int64_t memory_bytes; /**< what could be had without swapping, within the control group */
};

/** Read them all. @param root  as in sysfile.h; the limits of this process itself (getrlimit) are always the real ones
 */
void limits_read(const char *root, struct limits *ret_limits);

/** Ask for RLIMIT_NOFILE. Both are written: a count, LIMITS_UNLIMITED or LIMITS_UNKNOWN. */
void limits_descriptors(int64_t *ret_soft, int64_t *ret_hard);

/** Read "LO HI" of ip_local_port_range. Returns 0, -EINVAL (not two ports in order), or an error of sysfile_line. */
int limits_port_range(const char *root, int64_t *ret_lo, int64_t *ret_hi);

#endif
