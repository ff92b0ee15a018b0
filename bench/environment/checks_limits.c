/* Descriptors, ports, threads, memory: how many jobs at once they allow. */
#include <inttypes.h>
#include <stdio.h>
#include "checks.h"

enum {
    CONNECTIONS = 500, /* what the default scenario has at once */
    BESIDE = 100,      /* descriptors and ports that are taken besides, with room to spare */
    MANY = 10000,      /* connections that a run of one's own may well ask for */
    BACKLOG = 8192,    /* what the test server asks for */
};

static const int64_t MIB = 1 << 20;

/* 20000, "unlimited" or "unknown". */
static const char *count_text(int64_t count, char buffer[static 24])
{
    if (count == LIMITS_UNLIMITED)
        return "unlimited";
    if (count == LIMITS_UNKNOWN)
        return "unknown";
    snprintf(buffer, 24, "%" PRId64, count);
    return buffer;
}

static void check_descriptors(struct checks *checks, const struct limits *limits)
{
    char soft[24], hard[24], room[24];
    int64_t connections = limits->nofile_hard;
    if (connections != LIMITS_UNLIMITED && connections != LIMITS_UNKNOWN)
        connections = connections > BESIDE ? connections - BESIDE : 0;
    struct check *check = checks_add(checks, "descriptors", "%s (soft), %s (hard): room for %s connections",
                                     count_text(limits->nofile_soft, soft), count_text(limits->nofile_hard, hard),
                                     count_text(connections, room));
    if (connections == LIMITS_UNKNOWN || connections >= MANY)
        return;
    if (connections < CONNECTIONS)
        check_worsen(check, CHECK_LIMIT, "The default scenario has %d connections at once and needs %d descriptors.",
                     CONNECTIONS, CONNECTIONS + BESIDE);
    else
        check_worsen(check, CHECK_NOTE, "A concurrency above %s is refused, since each connection takes a descriptor.",
                     room);
    if (check_sudo()[0])
        check_command(check, "echo '* hard nofile 65536' | sudo tee /etc/security/limits.d/iorace.conf");
    else
        check_command(check, "ulimit -n 65536");
    check_advise(check, "%sA service has LimitNOFILE=65536, a container --ulimit nofile=65536.",
                 check_sudo()[0] ? "Then log in again. " : "");
}

static void check_ports(struct checks *checks, const struct limits *limits)
{
    char time_wait[24];
    if (limits->port_lo == LIMITS_UNKNOWN) {
        checks_add(checks, "ports", "unknown");
        return;
    }
    int64_t ports = limits->port_hi - limits->port_lo + 1;
    int64_t closing = limits->time_wait == LIMITS_UNKNOWN ? 0 : limits->time_wait;
    struct check *check =
        checks_add(checks, "ports", "%" PRId64 " (%" PRId64 "-%" PRId64 "); %s connections in TIME_WAIT", ports,
                   limits->port_lo, limits->port_hi, count_text(limits->time_wait, time_wait));
    if (ports < CONNECTIONS + BESIDE)
        check_worsen(check, CHECK_LIMIT,
                     "The default scenario has %d connections to one server at once, and each needs a port.",
                     CONNECTIONS);
    else if (ports < MANY)
        check_worsen(check, CHECK_NOTE, "A concurrency above %" PRId64 " to one server runs out of ports.", ports);
    else if (closing > ports / 2) {
        check_worsen(check, CHECK_NOTE,
                     "Each closed connection may hold its port for 60 s: runs with --connections cold can run out.");
        check_advise(check, "Wait a minute.");
        return;
    } else
        return;
    check_command(check, "%ssysctl -w net.ipv4.ip_local_port_range='15000 64999'", check_sudo());
}

static int64_t least(int64_t a, int64_t b)
{
    if (a == LIMITS_UNKNOWN || b == LIMITS_UNKNOWN)
        return a == LIMITS_UNKNOWN ? b : a;
    return a < b ? a : b;
}

static void check_threads(struct checks *checks, const struct limits *limits)
{
    char text[24];
    int64_t mapped = limits->mappings == LIMITS_UNKNOWN ? LIMITS_UNKNOWN : limits->mappings / 2;
    int64_t started = least(least(limits->user_threads_left, limits->cgroup_threads_left), limits->system_threads_left);
    int64_t threads = least(started, mapped);
    const char *who = threads == LIMITS_UNKNOWN || threads == LIMITS_UNLIMITED ? ""
                      : threads == mapped                                      ? ", set by vm.max_map_count"
                      : threads == limits->cgroup_threads_left                 ? ", set by the control group"
                      : threads == limits->user_threads_left                   ? ", set by the user's limit"
                                                             : ", set by kernel.threads-max or pid_max";
    struct check *check = checks_add(checks, "threads", "%s in one process%s", count_text(threads, text), who);
    if (threads == LIMITS_UNKNOWN || threads >= MANY)
        return;
    if (threads < CONNECTIONS + BESIDE)
        check_worsen(check, CHECK_LIMIT, "The default scenario runs up to %d threads at once.", CONNECTIONS);
    else
        check_worsen(check, CHECK_NOTE, "The threads runner cannot have a concurrency above about %s.", text);
    if (threads == mapped)
        check_command(check, "%ssysctl -w vm.max_map_count=262144", check_sudo());
    else if (threads == limits->cgroup_threads_left)
        check_advise(check, "A service has TasksMax=20000, a container --pids-limit=20000.");
    else if (threads == limits->user_threads_left)
        check_command(check, "ulimit -u 20000");
    else
        check_command(check, "%ssysctl -w kernel.threads-max=100000 kernel.pid_max=131072", check_sudo());
}

static void check_memory(struct checks *checks, const struct limits *limits)
{
    if (limits->memory_bytes == LIMITS_UNKNOWN) {
        checks_add(checks, "memory", "unknown");
        return;
    }
    int64_t mib = limits->memory_bytes / MIB;
    struct check *check = checks_add(checks, "memory", "%" PRId64 " MiB available", mib);
    if (mib >= 1024)
        return;
    if (mib < 128)
        check_worsen(check, CHECK_LIMIT, "The default scenario needs 128 MiB for its %d workers and the test server.",
                     CONNECTIONS);
    else
        check_worsen(check, CHECK_NOTE, "A run with thousands of connections may be killed or swap.");
    check_command(check, "ps -eo rss,pid,comm --sort=-rss | head -5");
    check_advise(check, "End what is not needed, or give the container more memory.");
}

static void check_somaxconn(struct checks *checks, const struct limits *limits)
{
    char text[24];
    struct check *check =
        checks_add(checks, "somaxconn", "%s connections may wait to be accepted", count_text(limits->somaxconn, text));
    if (limits->somaxconn == LIMITS_UNKNOWN || limits->somaxconn >= BACKLOG)
        return;
    check_worsen(check, CHECK_NOTE,
                 "Where more arrive at the test server at once, some wait a second or longer for the kernel to try "
                 "again; below a concurrency of %s this cannot happen.",
                 text);
    check_command(check, "%ssysctl -w net.core.somaxconn=%d", check_sudo(), BACKLOG);
}

/* Only where the firewall keeps such a table: when it is full, new connections are dropped without a word. */
static void check_tracking(struct checks *checks, const struct limits *limits)
{
    if (limits->tracked_most == LIMITS_UNKNOWN || limits->tracked_now == LIMITS_UNKNOWN)
        return;
    struct check *check = checks_add(checks, "firewall", "tracks %" PRId64 " of at most %" PRId64 " connections",
                                     limits->tracked_now, limits->tracked_most);
    if (limits->tracked_most - limits->tracked_now >= 2 * MANY)
        return;
    check_worsen(check, CHECK_NOTE,
                 "When the table is full, new connections are dropped and tried again a second later.");
    check_command(check, "%ssysctl -w net.netfilter.nf_conntrack_max=262144", check_sudo());
}

void checks_of_limits(struct checks *checks, const struct limits *limits)
{
    check_descriptors(checks, limits);
    check_ports(checks, limits);
    check_threads(checks, limits);
    check_memory(checks, limits);
    check_somaxconn(checks, limits);
    check_tracking(checks, limits);
}
