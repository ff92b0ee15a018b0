/* What a reader of a run's numbers has to be told about the machine and the build. Part of environment.h. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "environment.h"

/* The backlog that the test server asks for. */

/* Above these, other work shows in the timings of waiting jobs. */
static const double MOST_LOAD_PER_CPU = 0.5;
static const double MOST_STEAL_PERCENT = 1;

__attribute__((format(printf, 2, 3))) static void warn(json_t *warnings, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_array_append_new(warnings, json_vsprintf(format, args));
    va_end(args);
}

/* "" where it is null: every comparison below then says nothing. */
static const char *text(const json_t *environment, const char *name)
{
    const char *value = json_string_value(json_object_get(environment, name));
    return value ? value : "";
}

static void warn_of_cpus(json_t *warnings, const json_t *environment)
{
    json_int_t cpus = json_integer_value(json_object_get(environment, "cpus_online"));
    const char *affinity = text(environment, "affinity");
    const json_t *quota = json_object_get(environment, "cgroup_cpu_quota");
    double load = json_number_value(json_array_get(json_object_get(environment, "load_before"), 0));

    if (affinity[0] && !strpbrk(affinity, ",-"))
        warn(warnings,
             "Only CPU %s may be used: the test server and the jobs share it, and the server's work is in "
             "every time.",
             affinity);
    if (json_is_number(quota) && json_number_value(quota) < (double)cpus)
        warn(warnings,
             "The control group may use %g of %lld CPUs: when that is used up, everything stops for up to "
             "a tenth of a second.",
             json_number_value(quota), (long long)cpus);
    if (cpus > 0 && load > MOST_LOAD_PER_CPU * (double)cpus)
        warn(warnings,
             "The load was %.2f on %lld CPUs before the start: other programs ran, so times may be longer "
             "and less steady.",
             load, (long long)cpus);
}

static void warn_of_machine(json_t *warnings, const json_t *environment)
{
    const char *governor = text(environment, "governor");
    if (governor[0] && strcmp(governor, "performance") != 0)
        warn(warnings,
             "The CPU's frequency governor is \"%s\": a lane that leaves the CPU idle may run on a slower "
             "clock than one that keeps it busy.",
             governor);
}

static void warn_of_build(json_t *warnings, const json_t *environment)
{
    const char *sanitizers = text(environment, "sanitizers");
    if (sanitizers[0] && strcmp(sanitizers, "none") != 0)
        warn(warnings, "This is a sanitizer build (%s): its times say nothing about a release build.", sanitizers);
    if (strcmp(text(environment, "build_type"), "debug") == 0)
        warn(warnings, "This is a debug build, not optimised: its times say nothing about a release build.");
    /* Valgrind leaves no other trace that holds for all its tools; children that it does not follow lack it. */
    const char *preload = getenv("LD_PRELOAD");
    if (preload && strstr(preload, "vgpreload"))
        warn(warnings, "The program runs under valgrind, some 20 to 50 times slower: its times mean nothing.");
}

void environment_warnings(json_t *warnings, const json_t *environment, const struct load_now *before,
                          const struct load_now *after)
{
    if (environment) {
        warn_of_build(warnings, environment);
        warn_of_cpus(warnings, environment);
        warn_of_machine(warnings, environment);
    }
    double steal = before && after ? load_steal_percent(before, after) : -1;
    if (steal > MOST_STEAL_PERCENT)
        warn(warnings,
             "The hypervisor gave %.1f %% of the CPUs' time to others during the run: times may be longer "
             "and less steady.",
             steal);
}
