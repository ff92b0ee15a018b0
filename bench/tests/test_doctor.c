/* The doctor's judgements. */
#include "made_up_machine.h"
#include "../environment/build.h"
#include "../environment/cgroup.h"
#include "../environment/checks.h"
#include "../environment/cpu.h"
#include "../environment/environment.h"
#include "../environment/local_limits.h"
#include "../program.h"
#include "../environment/sysfile.h"

/* --- the doctor --- */

static const struct limits good_limits = {
    .nofile_soft = 1024,
    .nofile_hard = 1048576,
    .port_lo = 32768,
    .port_hi = 60999,
    .time_wait = 0,
    .somaxconn = 8192,
    .tracked_now = -1,
    .tracked_most = -1,
    .user_threads_left = LIMITS_UNLIMITED,
    .cgroup_threads_left = LIMITS_UNLIMITED,
    .system_threads_left = 60000,
    .mappings = 65530,
    .memory_bytes = INT64_C(4) << 30,
};

static const struct cpu_facts good_cpu = {
    .online = 4,
    .allowed = 4,
    .cores = 4,
    .quota = -1,
    .governor = "performance",
    .turbo = 0,
    .virtualisation = "none",
    .load_average = 0.1,
    .busy_percent = 1,
    .steal_percent = 0,
    .steal_percent_since_boot = 0,
    .clocksource = "tsc",
    .clocksources = "tsc hpet",
    .reading_ns = 20,
    .lateness = {20000, 90000},
};

static const struct setup_facts good_setup = {
    .thp = "always",
    .stack_guard = "madvise",
    .gnuplot = "5.4.4",
    .results_dir = "results",
    .free_bytes = INT64_C(1) << 40,
    .has_sha256sum = true,
};

/* All are ok but the one named, which says what it means and what to do. */
static void assert_only(const struct checks *checks, const char *name, enum check_verdict verdict)
{
    bool seen = false;
    for (size_t i = 0; i < checks->count; i++) {
        const struct check *check = &checks->items[i];
        bool is_it = name && strcmp(check->name, name) == 0;
        if (check->verdict != (is_it ? verdict : CHECK_OK))
            fail_msg("%s: verdict %d (%s)", check->name, check->verdict, check->finding);
        if (check->verdict != CHECK_OK && (!check->meaning[0] || (!check->command[0] && !check->advice[0])))
            fail_msg("%s says not what it means, or not what to do", check->name);
        seen |= is_it;
    }
    if (name && !seen)
        fail_msg("no check of %s", name);
    assert_int_equal(checks_worst(checks), name ? verdict : CHECK_OK);
}

/* Judge good facts with one change, made to `is`. */
#define ASSERT_JUDGED(of, type, good, change, name, verdict)                                                           \
    do {                                                                                                               \
        type is = good;                                                                                                \
        struct checks checks = {.count = 0};                                                                           \
        change;                                                                                                        \
        of(&checks, &is);                                                                                              \
        assert_only(&checks, name, verdict);                                                                           \
    } while (0)
#define LIMITS(change, name, verdict) ASSERT_JUDGED(checks_of_limits, struct limits, good_limits, change, name, verdict)
#define CPU(change, name, verdict)    ASSERT_JUDGED(checks_of_cpu, struct cpu_facts, good_cpu, change, name, verdict)
#define SETUP(change, name, verdict)                                                                                   \
    ASSERT_JUDGED(checks_of_setup, struct setup_facts, good_setup, change, name, verdict)

static void limits_are_judged(void **state)
{
    (void)state;
    LIMITS(is.nofile_soft = 256, NULL, CHECK_OK);
    LIMITS(is.nofile_hard = LIMITS_UNLIMITED, NULL, CHECK_OK);
    LIMITS(is.nofile_hard = LIMITS_UNKNOWN, NULL, CHECK_OK);
    LIMITS(is.nofile_hard = 4096, "descriptors", CHECK_NOTE);
    LIMITS(is.nofile_hard = 600, "descriptors", CHECK_NOTE);
    LIMITS(is.nofile_hard = 599, "descriptors", CHECK_LIMIT);
    LIMITS(is.nofile_hard = 0, "descriptors", CHECK_LIMIT);
    LIMITS(is.port_hi = 33000, "ports", CHECK_LIMIT);
    LIMITS(is.port_hi = 34000, "ports", CHECK_NOTE);
    LIMITS(is.port_lo = LIMITS_UNKNOWN, NULL, CHECK_OK);
    LIMITS(is.time_wait = 20000, "ports", CHECK_NOTE);
    LIMITS(is.cgroup_threads_left = 599, "threads", CHECK_LIMIT);
    LIMITS(is.cgroup_threads_left = 2000, "threads", CHECK_NOTE);
    LIMITS(is.user_threads_left = 2000, "threads", CHECK_NOTE);
    LIMITS(is.system_threads_left = 2000, "threads", CHECK_NOTE);
    LIMITS(is.mappings = 1100, "threads", CHECK_LIMIT);
    LIMITS(is.mappings = LIMITS_UNKNOWN, NULL, CHECK_OK);
    LIMITS(is.memory_bytes = 500 << 20, "memory", CHECK_NOTE);
    LIMITS(is.memory_bytes = 1, "memory", CHECK_LIMIT);
    LIMITS(is.memory_bytes = LIMITS_UNKNOWN, NULL, CHECK_OK);
    LIMITS(is.somaxconn = 4096, "somaxconn", CHECK_NOTE);
    LIMITS(is.tracked_most = 65536; is.tracked_now = 60000, "firewall", CHECK_NOTE);
}

static void processors_are_judged(void **state)
{
    (void)state;
    CPU(is.allowed = 2, NULL, CHECK_OK);
    CPU(is.allowed = 1, "CPUs", CHECK_NOTE);
    CPU(is.cores = 1, "CPUs", CHECK_NOTE);
    CPU(is.cores = 2, "CPUs", CHECK_NOTE); /* two threads each */
    CPU(is.cores = -ENOENT, NULL, CHECK_OK);
    CPU(is.quota = 1.5, "CPUs", CHECK_NOTE);
    CPU(is.quota = 4, NULL, CHECK_OK);
    CPU(is.turbo = 1, "frequency", CHECK_NOTE);
    CPU(is.turbo = -1, NULL, CHECK_OK);
    CPU(strcpy(is.governor, "powersave"), "frequency", CHECK_NOTE);
    CPU(is.turbo = -1; strcpy(is.governor, ""), "frequency", CHECK_NOTE);
    CPU(is.busy_percent = 40, "load", CHECK_NOTE);
    CPU(is.load_average = 3, "load", CHECK_NOTE);
    CPU(is.busy_percent = -1, NULL, CHECK_OK);
    CPU(is.steal_percent_since_boot = 2, "steal", CHECK_NOTE);
    CPU(is.steal_percent = 5, "steal", CHECK_NOTE);
    CPU(is.steal_percent = 2, NULL, CHECK_OK); /* one tick in a short sample */
    CPU(strcpy(is.clocksource, "kvm-clock"), NULL, CHECK_OK);
    CPU(strcpy(is.clocksource, "hpet"), "clock", CHECK_NOTE);
    CPU(is.reading_ns = 900, "clock", CHECK_NOTE);
    CPU(is.lateness.median_ns = 300000, "timers", CHECK_NOTE);
    CPU(is.lateness.worst_ns = 9000000, "timers", CHECK_NOTE);
    CPU(is.lateness.median_ns = -1, NULL, CHECK_OK);
}

static void setup_is_judged(void **state)
{
    (void)state;
    SETUP(is.thp[0] = '\0', NULL, CHECK_OK);
    SETUP(is.stack_guard = "mprotect", NULL, CHECK_OK);
    SETUP(is.stack_guard = NULL, NULL, CHECK_OK);
    SETUP(is.stack_guard = "none", "stack guard", CHECK_NOTE);
    SETUP(is.gnuplot[0] = '\0', "gnuplot", CHECK_NOTE);
    SETUP(is.results_error = EACCES, "results", CHECK_NOTE);
    SETUP(is.free_bytes = 1000, "results", CHECK_NOTE);
    SETUP(is.free_bytes = -1, NULL, CHECK_OK);
    SETUP(is.has_sha256sum = false, "tools", CHECK_NOTE);
}

/* A sleeper that wakes too early would be a defect of the machine or of the probe; the upper bound is generous. */
static void facts_of_this_machine_are_sane(void **state)
{
    (void)state;
    struct cpu_facts cpu;
    struct setup_facts setup;
    struct limits limits;
    cpu_facts_find("", &cpu);
    setup_facts_find("", root, &setup);
    limits_read("", &limits);
    assert_true(cpu.lateness.median_ns >= 0 && cpu.lateness.worst_ns >= cpu.lateness.median_ns);
    assert_true(cpu.lateness.median_ns < INT64_C(1000000000));
    assert_true(cpu.reading_ns > 0 && cpu.allowed >= 1 && cpu.allowed <= cpu.online);
    assert_true(cpu.busy_percent >= -1 && cpu.busy_percent <= 100);
    assert_int_equal(setup.results_error, 0);
    setup_facts_find("", "/proc/self/status", &setup); /* a file, not a directory to write in */
    assert_int_not_equal(setup.results_error, 0);
    assert_true(setup.free_bytes >= 0);
    assert_true(limits.nofile_hard >= limits.nofile_soft && limits.memory_bytes > 0);
    struct checks checks = {.count = 0}; /* all of them fit */
    checks_of_limits(&checks, &limits);
    checks_of_cpu(&checks, &cpu);
    checks_of_setup(&checks, &setup);
    assert_true(checks.count >= 16);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(limits_are_judged, make_root, remove_root),
        cmocka_unit_test_setup_teardown(processors_are_judged, make_root, remove_root),
        cmocka_unit_test_setup_teardown(setup_is_judged, make_root, remove_root),
        cmocka_unit_test_setup_teardown(facts_of_this_machine_are_sane, make_root, remove_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
