/* Processors and clocks: what makes times longer, or less steady, than the program's own doing. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "checks.h"

static const double MOST_BUSY_PERCENT = 10;
static const double MOST_LOAD_PER_CPU = 0.5;
static const double MOST_STEAL_PERCENT = 1;
static const double MOST_READING_NS = 300; /* a system call, not the vDSO */
static const int64_t MOST_MEDIAN_NS = 200000;
static const int64_t MOST_LATE_NS = 2000000;

static void check_cpus(struct checks *checks, const struct cpu_facts *facts)
{
    char cores[48] = "", quota[48] = "";
    if (facts->cores > 0)
        snprintf(cores, sizeof(cores), " on %d core%s", facts->cores, facts->cores == 1 ? "" : "s");
    if (facts->quota >= 0)
        snprintf(quota, sizeof(quota), ", a quota of %g", facts->quota);
    struct check *check =
        checks_add(checks, "CPUs", "%d of %d may be used%s%s", facts->allowed, facts->online, cores, quota);
    if (facts->quota >= 0 && facts->quota < facts->allowed) {
        check_worsen(check, CHECK_NOTE,
                     "When the quota is used up, everything stops for up to a tenth of a second: that shows as a few "
                     "very late jobs.");
        check_advise(check, "Give a container whole CPUs (--cpuset-cpus=0,1) instead of a share (--cpus).");
    } else if (facts->allowed == 1) {
        check_worsen(check, CHECK_NOTE,
                     "The test server and the jobs share the CPU: the server's work is in every time.");
        check_advise(check,
                     "Use a machine with two CPUs, or allow this process more of them (taskset, --cpuset-cpus).");
    } else if (facts->cores == 1) {
        check_worsen(check, CHECK_NOTE,
                     "These CPUs are threads of one core: the test server and the jobs slow one another down.");
        check_advise(check, "Use a machine with two cores.");
    } else if (facts->cores > 0 && facts->cores < facts->allowed) {
        check_worsen(
            check, CHECK_NOTE,
            "Some of these CPUs are threads of one core and slow one another down: jobs on several CPUs gain less "
            "than their number promises. Jobs on one CPU are not concerned.");
        check_command(check, "echo off | %stee /sys/devices/system/cpu/smt/control", check_sudo());
        check_advise(check, "Or compare on one CPU (--cpus one).");
    }
}

static void check_frequency(struct checks *checks, const struct cpu_facts *facts)
{
    const char *turbo = facts->turbo < 0 ? "unknown" : facts->turbo ? "on" : "off";
    struct check *check = checks_add(checks, "frequency", "governor %s, turbo %s",
                                     facts->governor[0] ? facts->governor : "unknown", turbo);
    if (facts->governor[0] && strcmp(facts->governor, "performance") != 0) {
        check_worsen(check, CHECK_NOTE,
                     "A lane that leaves the CPU idle may run on a slower clock than one that keeps it busy.");
        check_command(check, "echo performance | %stee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
                      check_sudo());
    } else if (facts->turbo == 1) {
        check_worsen(check, CHECK_NOTE,
                     "The clock depends on how many cores are busy, and on how warm they are: trials differ more.");
        check_command(check,
                      "echo 1 | %stee /sys/devices/system/cpu/intel_pstate/no_turbo || "
                      "echo 0 | %stee /sys/devices/system/cpu/cpufreq/boost",
                      check_sudo(), check_sudo());
    } else if (!facts->governor[0] && facts->turbo < 0) {
        check_worsen(check, CHECK_NOTE,
                     "The clock may change during a run without a trace of it here%s. The blocks of a run, in random "
                     "order, spread such changes over all runners.",
                     facts->virtualisation[0] && strcmp(facts->virtualisation, "none") != 0
                         ? ": the host of this virtual machine decides"
                         : "");
        check_advise(check, "Nothing to do here; compare times only with others of this machine.");
    }
}

static void check_load(struct checks *checks, const struct cpu_facts *facts)
{
    char average[32] = "unknown", busy[32] = "unknown";
    if (facts->load_average >= 0)
        snprintf(average, sizeof(average), "%.2f", facts->load_average);
    if (facts->busy_percent >= 0)
        snprintf(busy, sizeof(busy), "%.0f %%", facts->busy_percent);
    struct check *check =
        checks_add(checks, "load", "%s busy just now, load average %s on %d CPUs", busy, average, facts->online);
    if (facts->busy_percent > MOST_BUSY_PERCENT)
        check_worsen(check, CHECK_NOTE, "Other programs run: times become longer and less steady.");
    else if (facts->load_average > MOST_LOAD_PER_CPU * facts->online)
        check_worsen(check, CHECK_NOTE, "Something ran until a moment ago; if it comes back, it is in the times.");
    else
        return;
    check_command(check, "ps -eo pcpu,pid,comm --sort=-pcpu | head -5");
    check_advise(check, "End what is not needed, or wait until it is done.");
}

static void check_steal(struct checks *checks, const struct cpu_facts *facts)
{
    char now[32] = "unknown", ever[32] = "unknown";
    if (facts->steal_percent >= 0)
        snprintf(now, sizeof(now), "%.1f %%", facts->steal_percent);
    if (facts->steal_percent_since_boot >= 0)
        snprintf(ever, sizeof(ever), "%.2f %%", facts->steal_percent_since_boot);
    struct check *check = checks_add(checks, "steal", "%s just now, %s since boot (under: %s)", now, ever,
                                     facts->virtualisation[0] ? facts->virtualisation : "unknown");
    /* In a third of a second one tick is more than 1 % of two CPUs. */
    if (facts->steal_percent_since_boot <= MOST_STEAL_PERCENT && facts->steal_percent <= 4 * MOST_STEAL_PERCENT)
        return;
    check_worsen(check, CHECK_NOTE, "The host gives this machine's CPUs to others: times vary with what they do.");
    check_advise(check, "Take more blocks (--blocks 15), a quieter hour, or a machine with CPUs of its own.");
}

/* Those that are read without a system call. */
static const char *const fast_clocks[] = {
    "tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "timebase", "tod", "riscv_clocksource",
};

static void check_clock(struct checks *checks, const struct cpu_facts *facts)
{
    bool fast = facts->clocksource[0] == '\0';
    for (size_t i = 0; i < sizeof(fast_clocks) / sizeof(fast_clocks[0]); i++)
        fast = fast || strcmp(facts->clocksource, fast_clocks[i]) == 0;
    fast = fast && facts->reading_ns <= MOST_READING_NS;
    struct check *check = checks_add(checks, "clock", "%s, %.0f ns a reading",
                                     facts->clocksource[0] ? facts->clocksource : "unknown", facts->reading_ns);
    if (fast)
        return;
    check_worsen(check, CHECK_NOTE,
                 "Reading this clock is slow, and every job reads it: the cost of short jobs is mostly the clock's.");
    if (strstr(facts->clocksources, "tsc"))
        check_command(check, "echo tsc | %stee /sys/devices/system/clocksource/clocksource0/current_clocksource",
                      check_sudo());
    else
        check_advise(check, "The kernel offers nothing faster here; the null runner's times say how much it is.");
}

static void check_timers(struct checks *checks, const struct cpu_facts *facts)
{
    if (facts->lateness.median_ns < 0) {
        checks_add(checks, "timers", "unknown");
        return;
    }
    struct check *check =
        checks_add(checks, "timers", "50 sleeps of 1 ms ended late by %.0f us (median), %.0f us (worst)",
                   (double)facts->lateness.median_ns / 1e3, (double)facts->lateness.worst_ns / 1e3);
    if (facts->lateness.median_ns <= MOST_MEDIAN_NS && facts->lateness.worst_ns <= MOST_LATE_NS)
        return;
    check_worsen(check, CHECK_NOTE,
                 "Every wait ends as late for every runner: percentiles above the median show the machine, too.");
    check_advise(check, "See load and steal; on a quiet machine of one's own, processor sleep states are the cause "
                        "(boot with processor.max_cstate=1).");
}

void checks_of_cpu(struct checks *checks, const struct cpu_facts *facts)
{
    check_cpus(checks, facts);
    check_frequency(checks, facts);
    check_load(checks, facts);
    check_steal(checks, facts);
    check_clock(checks, facts);
    check_timers(checks, facts);
}
