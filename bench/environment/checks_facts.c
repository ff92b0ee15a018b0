/* Finding out what the checks judge. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>
#include "../cpus.h"
#include "build.h"
#include "cgroup.h"
#include "checks.h"
#include "cpu.h"
#include "environment.h"
#include "../program.h"
#include "stack_guard.h"
#include "sysfile.h"

static const struct timespec sample = {.tv_nsec = 300000000};

static void find_load(const char *root, struct cpu_facts *facts)
{
    static const struct load_now boot = {{0}, 0, 0, 0, 0};
    struct load_now before, after;
    load_read_at(root, &before);
    nanosleep(&sample, NULL);
    load_read_at(root, &after);
    facts->load_average = before.average[0];
    facts->busy_percent = load_busy_percent(&before, &after);
    facts->steal_percent = load_steal_percent(&before, &after);
    facts->steal_percent_since_boot = load_steal_percent(&boot, &after);
}

static void line_or_empty(const char *root, const char *path, char *buffer, size_t size)
{
    if (sysfile_line(root, path, buffer, size) < 0)
        buffer[0] = '\0';
}

void cpu_facts_find(const char *root, struct cpu_facts *ret_facts)
{
    struct cpu_facts facts = {.quota = -1, .turbo = -1, .lateness = {-1, -1}};
    cpu_set_t allowed;
    bool turbo;
    if (cpus_allowed(&allowed) < 0)
        CPU_ZERO(&allowed);
    facts.online = (int)sysconf(_SC_NPROCESSORS_ONLN);
    facts.allowed = CPU_COUNT(&allowed);
    facts.cores = cpu_core_count(root, &allowed);
    cgroup_cpu_quota(root, &facts.quota); /* written only where there is one; so are the texts below */
    cpu_governor(root, &allowed, facts.governor, sizeof(facts.governor));
    if (cpu_turbo(root, &turbo) == 0)
        facts.turbo = turbo;
    cpu_virtualisation(root, facts.virtualisation, sizeof(facts.virtualisation));
    find_load(root, &facts);
    line_or_empty(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", facts.clocksource,
                  sizeof(facts.clocksource));
    line_or_empty(root, "/sys/devices/system/clocksource/clocksource0/available_clocksource", facts.clocksources,
                  sizeof(facts.clocksources));
    facts.reading_ns = clock_probe_reading_ns();
    clock_probe_lateness(&facts.lateness);
    *ret_facts = facts;
}

/* Where the directory is yet to be made, what counts is the one that it will be made in. */
static int may_write(const char *dir)
{
    int rc = access(dir, W_OK | X_OK);
    if (rc < 0 && errno == ENOENT)
        rc = access(".", W_OK | X_OK);
    return rc < 0 ? errno : 0;
}

void setup_facts_find(const char *root, const char *results_dir, struct setup_facts *ret_facts)
{
    struct setup_facts facts = {.results_dir = results_dir, .free_bytes = -1};
    struct build_reason ignored;
    struct statvfs space;
    /* This and the next leave what they cannot tell. */
    sysfile_choice(root, "/sys/kernel/mm/transparent_hugepage/enabled", facts.thp, sizeof(facts.thp));
    build_gnuplot_version(facts.gnuplot, sizeof(facts.gnuplot), &ignored);
    if (stack_guard_kind(&facts.stack_guard) < 0)
        facts.stack_guard = NULL;
    facts.results_error = may_write(results_dir);
    if (statvfs(results_dir, &space) == 0 || statvfs(".", &space) == 0)
        facts.free_bytes = (int64_t)(space.f_bavail * space.f_frsize);
    facts.has_sha256sum = program_exists("sha256sum");
    *ret_facts = facts;
}
