#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <iort/clock.h>
#include "session.h"

struct member {
    pid_t pid;
    char state;
    int64_t children_ticks; /* of those it waited for */
};

/* Returns whether the process is one of the session. Source: proc(5), /proc/[pid]/stat; a name may hold anything. */
static bool read_member(const char *pid, pid_t leader, struct member *ret_member)
{
    char path[64], text[1024];
    snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (length <= 0)
        return false;
    text[length] = '\0';
    const char *behind = strrchr(text, ')');
    int session;
    int64_t user, system;
    char state;
    if (!behind ||
        sscanf(behind + 1, " %c %*d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %" SCNd64 " %" SCNd64, &state, &session,
               &user, &system) != 4 ||
        session != (int)leader)
        return false;
    *ret_member = (struct member){(pid_t)atoi(pid), state, user + system};
    return true;
}

/* Call for each member that has not yet been buried. */
static void for_each(pid_t leader, void (*visit)(const struct member *member, void *context), void *context)
{
    DIR *proc = opendir("/proc");
    struct member member;
    for (struct dirent *entry; proc && (entry = readdir(proc)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]) && read_member(entry->d_name, leader, &member))
            visit(&member, context);
    if (proc)
        closedir(proc);
}

struct sum {
    int64_t value;
    size_t count;
    int signal;
};

static void add_cpu(const struct member *member, void *context)
{
    struct sum *sum = context;
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(member->pid, &clock) != 0 || clock_gettime(clock, &time) < 0)
        return;
    sum->value += (int64_t)time.tv_sec * RT_NS_PER_S + time.tv_nsec;
    sum->value += member->children_ticks * (RT_NS_PER_S / sysconf(_SC_CLK_TCK));
    sum->count++;
}

int64_t session_cpu_ns(pid_t leader)
{
    struct sum sum = {0};
    for_each(leader, add_cpu, &sum);
    return sum.count ? sum.value : -1;
}

static void add_rss(const struct member *member, void *context)
{
    struct sum *sum = context;
    char path[64], line[256];
    int64_t kib;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)member->pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "VmHWM: %" SCNd64, &kib) == 1) {
            sum->value += kib;
            sum->count++;
        }
    if (file)
        fclose(file);
}

int64_t session_rss_peak_kib(pid_t leader)
{
    struct sum sum = {0};
    for_each(leader, add_rss, &sum);
    return sum.count ? sum.value : -1;
}

static void count_one(const struct member *member, void *context)
{
    if (member->state != 'Z' && member->state != 'X')
        ((struct sum *)context)->count++;
}

size_t session_count(pid_t leader)
{
    struct sum sum = {0};
    for_each(leader, count_one, &sum);
    return sum.count;
}

static void kill_one(const struct member *member, void *context)
{
    kill(member->pid, ((struct sum *)context)->signal);
}

void session_kill(pid_t leader, int signal)
{
    struct sum sum = {.signal = signal};
    for_each(leader, kill_one, &sum);
}
