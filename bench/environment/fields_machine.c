/* The machine: what it is, how its clock and processors run, and how loaded it is. */
#include <errno.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "../cpus.h"
#include "cgroup.h"
#include "cpu.h"
#include "environment.h"
#include "fields.h"
#include "sysfile.h"

static json_t *read_kernel(const char *root, struct field_reason *why)
{
    struct utsname name;
    return uname(&name) < 0 ? field_unknown(why, "uname: %s", strerror(errno)) : field_text(name.release);
}

static json_t *read_architecture(const char *root, struct field_reason *why)
{
    struct utsname name;
    return uname(&name) < 0 ? field_unknown(why, "uname: %s", strerror(errno)) : field_text(name.machine);
}

static json_t *read_cpu_model(const char *root, struct field_reason *why)
{
    char model[256];
    int rc = cpu_model(root, model, sizeof(model));
    return rc < 0 ? field_unknown(why, "/proc/cpuinfo does not name it") : field_text(model);
}

static json_t *read_cpus_online(const char *root, struct field_reason *why)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? field_unknown(why, "sysconf does not tell") : json_integer(count);
}

static json_t *read_affinity(const char *root, struct field_reason *why)
{
    cpu_set_t allowed;
    char list[1024];
    int rc = cpus_allowed(&allowed);
    if (rc < 0)
        return field_unknown(why, "sched_getaffinity: %s", strerror(-rc));
    cpus_format(&allowed, list, sizeof(list));
    return field_text(list);
}

static json_t *read_cgroup_cpu_quota(const char *root, struct field_reason *why)
{
    double cpus;
    int rc = cgroup_cpu_quota(root, &cpus);
    if (rc == 1)
        return json_real(cpus);
    if (rc == 0)
        return field_unknown(why, "no limit is set");
    if (rc == -ENOENT)
        return field_unknown(why, "no control group for CPU time");
    return field_unknown(why, "control group: %s", rc == -EINVAL ? "a limit that is not understood" : strerror(-rc));
}

static json_t *read_governor(const char *root, struct field_reason *why)
{
    cpu_set_t allowed;
    char governor[128];
    if (cpus_allowed(&allowed) < 0 || cpu_governor(root, &allowed, governor, sizeof(governor)) < 0)
        return field_unknown(why, "no cpufreq in /sys");
    return field_text(governor);
}

static json_t *read_turbo(const char *root, struct field_reason *why)
{
    bool turbo;
    return cpu_turbo(root, &turbo) < 0 ? field_unknown(why, "no switch for it in /sys") : json_boolean(turbo);
}

static json_t *read_load_before(const char *root, struct field_reason *why)
{
    struct load_now load;
    load_read_at(root, &load);
    if (load.average[0] < 0)
        return field_unknown(why, "/proc/loadavg does not tell");
    return json_pack("[f, f, f]", load.average[0], load.average[1], load.average[2]);
}

static json_t *read_steal_before(const char *root, struct field_reason *why)
{
    struct load_now load;
    load_read_at(root, &load);
    return load.steal_ticks < 0 ? field_unknown(why, "/proc/stat does not tell") : json_integer(load.steal_ticks);
}

static json_t *read_virtualisation(const char *root, struct field_reason *why)
{
    char name[32];
    int rc = cpu_virtualisation(root, name, sizeof(name));
    return rc < 0 ? field_unknown(why, "neither processor nor firmware tells") : field_text(name);
}

static json_t *read_thp(const char *root, struct field_reason *why)
{
    static const char path[] = "/sys/kernel/mm/transparent_hugepage/enabled";
    char word[32];
    int rc = sysfile_choice(root, path, word, sizeof(word));
    return rc < 0 ? field_unreadable(why, path, rc) : field_text(word);
}

/* What holds for this process: `setarch -R`, which sanitizers may need, turns it off whatever the system says. */
static json_t *read_aslr(const char *root, struct field_reason *why)
{
    int flags = personality(0xffffffff); /* asks, changes nothing */
    if (flags >= 0 && (flags & ADDR_NO_RANDOMIZE))
        return json_integer(0);
    return field_number_of(root, "/proc/sys/kernel/randomize_va_space", why);
}

static json_t *read_clocksource(const char *root, struct field_reason *why)
{
    return field_line_of(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", why);
}

static json_t *read_timer_slack(const char *root, struct field_reason *why)
{
    int slack_ns = prctl(PR_GET_TIMERSLACK);
    return slack_ns < 0 ? field_unknown(why, "prctl: %s", strerror(errno)) : json_integer(slack_ns);
}

const struct field fields_of_machine[] = {
    {"kernel", read_kernel},
    {"cpu_model", read_cpu_model},
    {"architecture", read_architecture},
    {"cpus_online", read_cpus_online},
    {"affinity", read_affinity},
    {"cgroup_cpu_quota", read_cgroup_cpu_quota},
    {"governor", read_governor},
    {"turbo", read_turbo},
    {"load_before", read_load_before},
    {"steal_before_ticks", read_steal_before},
    {"virtualisation", read_virtualisation},
    {"thp", read_thp},
    {"aslr", read_aslr},
    {"clocksource", read_clocksource},
    {"timer_slack_ns", read_timer_slack},
    {NULL, NULL},
};
