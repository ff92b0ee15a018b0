#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <iort/clock.h>
#include "session.h"

struct member {
    pid_t pid, parent, session;
    char state;
    int64_t children_ticks; /* of those it waited for */
};

/* Returns whether there is such a process. Source: proc(5), /proc/[pid]/stat; a name may hold anything. */
static bool read_process(const char *pid, struct member *ret_member)
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
    int parent, session;
    int64_t user, system;
    char state;
    if (!behind || sscanf(behind + 1, " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %" SCNd64 " %" SCNd64, &state,
                          &parent, &session, &user, &system) != 5)
        return false;
    *ret_member = (struct member){(pid_t)atoi(pid), parent, session, state, user + system};
    return true;
}

typedef void (*visit_fn)(const struct member *member, void *context);

/* Call for each process that has not yet been buried. */
static void for_each_process(visit_fn visit, void *context)
{
    DIR *proc = opendir("/proc");
    struct member member;
    for (struct dirent *entry; proc && (entry = readdir(proc)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]) && read_process(entry->d_name, &member))
            visit(&member, context);
    if (proc)
        closedir(proc);
}

struct members {
    pid_t leader;
    visit_fn visit;
    void *context;
};

static void visit_member(const struct member *member, void *context)
{
    const struct members *members = context;
    if (member->session == members->leader)
        members->visit(member, members->context);
}

static void for_each(pid_t leader, visit_fn visit, void *context)
{
    for_each_process(visit_member, &(struct members){leader, visit, context});
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

static void end_stray(const struct member *member, void *context)
{
    if (member->parent != getpid() || member->session == getsid(0))
        return;
    kill(member->pid, SIGKILL);
    waitpid(member->pid, NULL, WNOHANG);
    ((struct sum *)context)->count++;
}

void session_adopt_strays(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void session_end_strays(void)
{
    int64_t deadline_ns = rt_deadline_ns(2 * RT_NS_PER_S);
    for (struct sum found = {.count = 1}; found.count > 0 && rt_now_ns() < deadline_ns;) {
        found.count = 0;
        for_each_process(end_stray, &found);
        if (found.count > 0)
            nanosleep(&(struct timespec){.tv_nsec = 2 * RT_NS_PER_MS}, NULL);
    }
}
