#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cgroup.h"
#include "local_limits.h"
#include "sysfile.h"

static int64_t number_or_unknown(const char *root, const char *path)
{
    int64_t number;
    return sysfile_number(root, path, &number) == 0 ? number : LIMITS_UNKNOWN;
}

static int64_t from_rlim(rlim_t value)
{
    return value == RLIM_INFINITY || value > (rlim_t)INT64_MAX ? LIMITS_UNLIMITED : (int64_t)value;
}

void limits_descriptors(int64_t *ret_soft, int64_t *ret_hard)
{
    struct rlimit limit;
    bool known = getrlimit(RLIMIT_NOFILE, &limit) == 0;
    *ret_soft = known ? from_rlim(limit.rlim_cur) : LIMITS_UNKNOWN;
    *ret_hard = known ? from_rlim(limit.rlim_max) : LIMITS_UNKNOWN;
}

int limits_port_range(const char *root, int64_t *ret_lo, int64_t *ret_hi)
{
    char line[64], more;
    int64_t lo, hi;
    int rc = sysfile_line(root, "/proc/sys/net/ipv4/ip_local_port_range", line, sizeof(line));
    if (rc < 0)
        return rc;
    if (sscanf(line, "%" SCNd64 " %" SCNd64 " %c", &lo, &hi, &more) != 2 || lo < 1 || hi > 65535 || lo > hi)
        return -EINVAL;
    *ret_lo = lo;
    *ret_hi = hi;
    return 0;
}

/* "TCP: inuse 5 orphan 0 tw 3 alloc 7 mem 1"; those of IPv6 are counted in. */
static int64_t read_time_wait(const char *root)
{
    char *text, line[128];
    if (sysfile_text(root, "/proc/net/sockstat", &text) < 0)
        return LIMITS_UNKNOWN;
    int64_t count = LIMITS_UNKNOWN;
    const char *word = sysfile_value(text, "TCP", line, sizeof(line)) == 0 ? strstr(line, "tw ") : NULL;
    if (word && sscanf(word, "tw %" SCNd64, &count) != 1)
        count = LIMITS_UNKNOWN;
    free(text);
    return count;
}

/* The threads of one process: /proc/PID/task has a link for each directory in it, and two of its own. */
static int64_t threads_of(const char *root, const char *pid)
{
    char path[PATH_MAX];
    struct stat info;
    snprintf(path, sizeof(path), "%s/proc/%s/task", root, pid);
    return stat(path, &info) == 0 && info.st_uid == getuid() && info.st_nlink > 2 ? (int64_t)info.st_nlink - 2 : 0;
}

/* What RLIMIT_NPROC counts: every thread of the user, in all sessions. Hidden processes (hidepid) are others' anyway.
 */
static int64_t count_user_threads(const char *root)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/proc", root);
    DIR *proc = opendir(path);
    if (!proc)
        return LIMITS_UNKNOWN;
    int64_t count = 0;
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]))
            count += threads_of(root, entry->d_name);
    closedir(proc);
    return count;
}

static int64_t less(int64_t most, int64_t now)
{
    if (most == LIMITS_UNKNOWN || most == LIMITS_UNLIMITED)
        return most;
    int64_t left = most - (now == LIMITS_UNKNOWN ? 0 : now);
    return left > 0 ? left : 0;
}

static int64_t read_user_threads_left(const char *root)
{
    struct rlimit limit;
    if (getuid() == 0)
        return LIMITS_UNLIMITED;
    if (getrlimit(RLIMIT_NPROC, &limit) < 0)
        return LIMITS_UNKNOWN;
    return less(from_rlim(limit.rlim_cur), count_user_threads(root));
}

static int64_t read_system_threads_left(const char *root)
{
    int64_t threads = number_or_unknown(root, "/proc/sys/kernel/threads-max");
    int64_t pids = number_or_unknown(root, "/proc/sys/kernel/pid_max");
    int64_t most = pids != LIMITS_UNKNOWN && (threads == LIMITS_UNKNOWN || pids < threads) ? pids : threads;
    char line[128];
    int64_t now = LIMITS_UNKNOWN;
    /* "0.65 1.21 0.69 1/92 865": of 92 threads one runs. */
    if (sysfile_line(root, "/proc/loadavg", line, sizeof(line)) == 0 &&
        sscanf(line, "%*s %*s %*s %*d/%" SCNd64, &now) != 1)
        now = LIMITS_UNKNOWN;
    return less(most, now);
}

static int64_t read_memory(const char *root)
{
    char *text, value[64];
    int64_t kib, bytes = LIMITS_UNKNOWN, cgroup_bytes;
    if (sysfile_text(root, "/proc/meminfo", &text) == 0) {
        if (sysfile_value(text, "MemAvailable", value, sizeof(value)) == 0 && sscanf(value, "%" SCNd64, &kib) == 1 &&
            kib >= 0 && kib < INT64_MAX / 1024)
            bytes = kib * 1024;
        free(text);
    }
    if (cgroup_memory_left(root, &cgroup_bytes) == 1 && (bytes == LIMITS_UNKNOWN || cgroup_bytes < bytes))
        bytes = cgroup_bytes;
    return bytes;
}

void limits_read(const char *root, struct limits *ret_limits)
{
    struct limits limits = {
        .port_lo = LIMITS_UNKNOWN,
        .port_hi = LIMITS_UNKNOWN,
        .time_wait = read_time_wait(root),
        .somaxconn = number_or_unknown(root, "/proc/sys/net/core/somaxconn"),
        .tracked_now = number_or_unknown(root, "/proc/sys/net/netfilter/nf_conntrack_count"),
        .tracked_most = number_or_unknown(root, "/proc/sys/net/netfilter/nf_conntrack_max"),
        .user_threads_left = read_user_threads_left(root),
        .cgroup_threads_left = LIMITS_UNLIMITED,
        .system_threads_left = read_system_threads_left(root),
        .mappings = number_or_unknown(root, "/proc/sys/vm/max_map_count"),
        .memory_bytes = read_memory(root),
    };
    limits_descriptors(&limits.nofile_soft, &limits.nofile_hard);
    limits_port_range(root, &limits.port_lo, &limits.port_hi);
    cgroup_tasks_left(root, &limits.cgroup_threads_left); /* written only where there is a limit */
    *ret_limits = limits;
}
