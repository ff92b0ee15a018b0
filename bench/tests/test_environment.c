/* The environment record, the load, warnings, and the programs that are asked. */
#include "made_up_machine.h"
#include "../environment/build.h"
#include "../environment/cgroup.h"
#include "../environment/checks.h"
#include "../environment/cpu.h"
#include "../environment/environment.h"
#include "../environment/local_limits.h"
#include "../program.h"
#include "../environment/sysfile.h"

/* --- the record --- */

/* Each after what it may be: Text, Integer, Real, Boolean, Array, Null. */
static const char *const wanted_fields[] = {"T kernel",          "TN cpu_model",
                                            "T architecture",    "I cpus_online",
                                            "T affinity",        "RN cgroup_cpu_quota",
                                            "TN governor",       "BN turbo",
                                            "AN load_before",    "IN steal_before_ticks",
                                            "TN virtualisation", "TN thp",
                                            "IN aslr",           "IN nofile_soft",
                                            "IN nofile_hard",    "IN somaxconn",
                                            "AN port_range",     "TN clocksource",
                                            "IN timer_slack_ns", "T compiler",
                                            "T cflags",          "T build_type",
                                            "T sanitizers",      "T libcurl",
                                            "T libev",           "TN gnuplot",
                                            "TN git_commit",     "BN git_dirty",
                                            "TN binary_sha256",  "T context",
                                            "T stack_guard"};

static char kind_of(const json_t *value)
{
    static const char kinds[] = {[JSON_OBJECT] = 'O', [JSON_ARRAY] = 'A', [JSON_STRING] = 'T', [JSON_INTEGER] = 'I',
                                 [JSON_REAL] = 'R',   [JSON_TRUE] = 'B',  [JSON_FALSE] = 'B',  [JSON_NULL] = 'N'};
    return value ? kinds[json_typeof(value)] : '-';
}

/* Every field is there and of its kind; a reason stands for those that are null and for no other. */
static void check_record(const json_t *record)
{
    assert_non_null(record);
    const json_t *unknown = json_object_get(record, "unknown"), *warnings = json_object_get(record, "warnings");
    size_t nulls = 0;
    for (size_t i = 0; i < COUNT(wanted_fields); i++) {
        const char *name = strchr(wanted_fields[i], ' ') + 1;
        const json_t *value = json_object_get(record, name);
        const char *reason = json_string_value(json_object_get(unknown, name));
        const char *kind = strchr(wanted_fields[i], kind_of(value));
        if (!kind || kind >= name - 1)
            fail_msg("%s is %c, wanted %s", name, kind_of(value), wanted_fields[i]);
        if (json_is_null(value) != (reason && reason[0]))
            fail_msg("%s: %s", name, reason ? "known, yet with a reason" : "null without a reason");
        nulls += json_is_null(value);
    }
    assert_int_equal(json_object_size(unknown), nulls);
    assert_true(json_is_array(warnings));
    assert_int_equal(json_object_size(record), COUNT(wanted_fields) + 2);
}

static void check_numbers(const json_t *record, const char *name, size_t count)
{
    const json_t *array = json_object_get(record, name);
    if (json_is_null(array))
        return;
    assert_int_equal(json_array_size(array), count);
    for (size_t i = 0; i < count; i++)
        assert_true(json_is_number(json_array_get(array, i)));
}

static const char *text_of(const json_t *record, const char *name)
{
    const char *text = json_string_value(json_object_get(record, name));
    return text ? text : "";
}

static void this_machine_has_every_field(void **state)
{
    (void)state;
    json_t *record = environment_collect();
    check_record(record);
    check_numbers(record, "load_before", 3);
    check_numbers(record, "port_range", 2);
    assert_true(json_integer_value(json_object_get(record, "cpus_online")) >= 1);
    assert_non_null(strstr("madvise mprotect none", text_of(record, "stack_guard")));
    json_decref(record);
}

static void machine_without_files_is_null_with_reasons(void **state)
{
    (void)state;
    static const char *const from_files[] = {
        "cpu_model",      "cgroup_cpu_quota", "governor",    "turbo",      "load_before",       "thp",
        "virtualisation", "somaxconn",        "clocksource", "port_range", "steal_before_ticks"};
    json_t *record = environment_collect_at(root);
    check_record(record);
    for (size_t i = 0; i < COUNT(from_files); i++)
        assert_true(json_is_null(json_object_get(record, from_files[i])));
    json_decref(record);
}

static void machine_of_garbage_is_null_with_reasons(void **state)
{
    (void)state;
    static const char *const paths[] = {"/proc/loadavg",
                                        "/proc/stat",
                                        "/proc/sys/kernel/randomize_va_space",
                                        "/proc/sys/net/core/somaxconn",
                                        "/proc/sys/net/ipv4/ip_local_port_range",
                                        "/sys/kernel/mm/transparent_hugepage/enabled",
                                        "/proc/self/mountinfo",
                                        "/proc/self/cgroup",
                                        "/sys/devices/system/cpu/cpufreq/boost",
                                        "/proc/net/sockstat",
                                        "/proc/meminfo",
                                        "/proc/cpuinfo"};
    static const char *const garbage[] = {"",
                                          "\n\n\n",
                                          "\xff\xfe - cgroup2 \x80 -",
                                          "TCP: tw\n0 - -\n::::\n[",
                                          "99999999999999999999999",
                                          "cpu  1 2 3\n - cgroup2 x rw\nMemAvailable:\nTCP:"};
    struct limits limits;
    for (size_t i = 0; i < COUNT(garbage); i++) {
        for (size_t j = 0; j < COUNT(paths); j++)
            put(paths[j], garbage[i]);
        json_t *record = environment_collect_at(root);
        check_record(record);
        assert_true(json_is_null(json_object_get(record, "somaxconn")));
        assert_true(json_is_null(json_object_get(record, "port_range")));
        assert_true(json_is_null(json_object_get(record, "steal_before_ticks")));
        json_decref(record);
        limits_read(root, &limits);
        assert_true(limits.time_wait == LIMITS_UNKNOWN && limits.memory_bytes == LIMITS_UNKNOWN);
    }
}

/* What is read is what is written, and bytes that are no text do not lose the field. */
static void fields_hold_what_the_files_say(void **state)
{
    (void)state;
    put("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Odd \xff CPU\nflags\t\t: fpu hypervisorx\n");
    put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    put("/proc/sys/net/core/somaxconn", "128\n");
    put("/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
    put("/proc/loadavg", "0.50 1.25 2.00 3/456 789\n");
    put("/proc/stat", "cpu  10 20 30 400 50 6 7 8 9 10\ncpu0 1\nprocs_running 5\n");
    put("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
    json_t *record = environment_collect_at(root);
    check_record(record);
    assert_string_equal(text_of(record, "cpu_model"), "Odd \\xff CPU");
    assert_string_equal(text_of(record, "virtualisation"), "none");
    assert_string_equal(text_of(record, "thp"), "madvise");
    assert_string_equal(text_of(record, "clocksource"), "hpet");
    assert_int_equal(json_integer_value(json_object_get(record, "somaxconn")), 128);
    assert_int_equal(json_integer_value(json_object_get(record, "steal_before_ticks")), 8);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(record, "port_range"), 1)), 60999);
    assert_true(json_real_value(json_array_get(json_object_get(record, "load_before"), 1)) == 1.25);
    json_decref(record);
}

/* --- load, limits --- */

static void load_is_shares_of_time(void **state)
{
    (void)state;
    struct load_now load, later;
    load_read_at(root, &load);
    assert_true(load.average[2] == -1 && load.steal_ticks == -1 && load.total_ticks == -1 && load.running == -1);
    put("/proc/loadavg", "0.50 1.25 2.00 3/456 789\n");
    put("/proc/stat", "cpu  100 0 100 700 50 10 20 20 99 99\nctxt 1\nprocs_running 5\n");
    load_read_at(root, &load);
    assert_true(load.average[0] == 0.5 && load.average[2] == 2);
    assert_true(load.steal_ticks == 20 && load.idle_ticks == 750 && load.total_ticks == 1000 && load.running == 5);
    put("/proc/stat", "cpu  140 0 100 750 50 10 20 30 99 99\n");
    load_read_at(root, &later);
    assert_true(load_steal_percent(&load, &later) == 10);
    assert_true(load_busy_percent(&load, &later) == 50);
    assert_true(load_steal_percent(&load, &load) == -1);
    assert_true(load_busy_percent(&later, &load) == -1);
    load_read(&load);
    assert_true(load.total_ticks > 0 && load.running >= 1);
}

static void limits_of_a_made_up_machine(void **state)
{
    (void)state;
    struct limits limits;
    limits_read(root, &limits);
    assert_true(limits.port_lo == LIMITS_UNKNOWN && limits.mappings == LIMITS_UNKNOWN);
    assert_true(limits.tracked_most == LIMITS_UNKNOWN && limits.cgroup_threads_left == LIMITS_UNLIMITED);
    put("/proc/net/sockstat", "sockets: used 15\nTCP: inuse 1 orphan 0 tw 952 alloc 1 mem 360\n");
    put("/proc/meminfo", "MemTotal: 99 kB\nMemAvailable:     2048 kB\n");
    put("/proc/loadavg", "0.65 1.21 0.69 1/92 865\n");
    put("/proc/sys/kernel/threads-max", "5000\n");
    put("/proc/sys/kernel/pid_max", "1000\n");
    limits_read(root, &limits);
    assert_int_equal(limits.time_wait, 952);
    assert_int_equal(limits.memory_bytes, 2048 * 1024);
    assert_int_equal(limits.system_threads_left, 908);
    static const char *const bad_ranges[] = {"1", "5 4", "0 10", "1 65536", "1 2 3", "a b"};
    for (size_t i = 0; i < COUNT(bad_ranges); i++) {
        put("/proc/sys/net/ipv4/ip_local_port_range", bad_ranges[i]);
        assert_int_equal(limits_port_range(root, &limits.port_lo, &limits.port_hi), -EINVAL);
    }
}

/* --- warnings --- */

/* Returns whether a record that is unobjectionable but for these changes is warned of with these words. */
static size_t warnings_of(const char *changes, const char *words)
{
    json_t *record = json_pack("{s:s, s:s, s:i, s:s, s:n, s:s, s:i, s:b, s:[f]}", "sanitizers", "none", "build_type",
                               "release", "cpus_online", 4, "affinity", "0-3", "cgroup_cpu_quota", "governor",
                               "performance", "somaxconn", 8192, "git_dirty", 1, "load_before", 2.0);
    json_t *change = json_loads(changes, 0, NULL), *warnings = json_array();
    assert_non_null(change);
    json_object_update(record, change);
    environment_warnings(warnings, record, NULL, NULL);
    size_t count = json_array_size(warnings);
    if (words && (count != 1 || !strstr(json_string_value(json_array_get(warnings, 0)), words)))
        fail_msg("%s: %zu warnings, none with \"%s\"", changes, count, words);
    json_decref(record);
    json_decref(change);
    json_decref(warnings);
    return count;
}

static void each_disturbance_is_warned_of(void **state)
{
    (void)state;
    unsetenv("LD_PRELOAD"); /* this test itself may run under valgrind */
    assert_int_equal(warnings_of("{}", NULL), 0);
    assert_int_equal(warnings_of("{\"governor\":null, \"somaxconn\":null, \"load_before\":null}", NULL), 0);
    assert_int_equal(warnings_of("{\"cgroup_cpu_quota\":4.0}", NULL), 0);
    warnings_of("{\"sanitizers\":\"address\"}", "sanitizer build (address)");
    warnings_of("{\"build_type\":\"debug\"}", "debug build");
    warnings_of("{\"affinity\":\"2\"}", "Only CPU 2");
    warnings_of("{\"cgroup_cpu_quota\":1.5}", "1.5 of 4 CPUs");
    warnings_of("{\"load_before\":[2.01, 0.0, 0.0]}", "load was 2.01");
    warnings_of("{\"governor\":\"powersave\"}", "\"powersave\"");
    warnings_of("{\"governor\":\"performance,schedutil\"}", "schedutil");
    setenv("LD_PRELOAD", "/usr/libexec/valgrind/vgpreload_core-amd64-linux.so", 1);
    warnings_of("{}", "valgrind");
    unsetenv("LD_PRELOAD");
}

static void steal_is_warned_of_above_one_percent(void **state)
{
    (void)state;
    struct load_now before = {{0}, 100, 0, 1000, 1}, after = {{0}, 110, 0, 2000, 1}, unknown = {{0}, -1, -1, -1, -1};
    json_t *warnings = json_array();
    environment_warnings(warnings, NULL, &before, &after); /* exactly 1 % */
    environment_warnings(warnings, NULL, &unknown, &after);
    environment_warnings(warnings, NULL, &before, &unknown);
    assert_int_equal(json_array_size(warnings), 0);
    after.steal_ticks++;
    environment_warnings(warnings, NULL, &before, &after);
    assert_int_equal(json_array_size(warnings), 1);
    json_decref(warnings);
}

/* --- other programs --- */

static void programs_are_run_and_their_ends_told_apart(void **state)
{
    (void)state;
    struct program_said said;
    assert_int_equal(program_run((const char *[]){"iorace-no-such-program", NULL}, -1, &said), -ENOENT);
    assert_int_equal(program_run((const char *[]){"sh", "-c", "echo out; echo err >&2; exit 3", NULL}, -1, &said), 3);
    assert_string_equal(said.out, "out");
    assert_string_equal(said.err, "err");
    assert_int_equal(program_run((const char *[]){"sh", "-c", "kill -9 $$", NULL}, -1, &said), 128 + 9);
    assert_int_equal(program_run((const char *[]){"sh", "-c", "seq 1 100000", NULL}, -1, &said), 0);
    assert_int_equal(strlen(said.out), sizeof(said.out) - 1);
    assert_int_equal(program_run((const char *[]){"cat", NULL}, -1, &said), 0); /* nothing on its standard input */
    assert_string_equal(said.out, "");
    assert_true(program_exists("sh"));
    assert_false(program_exists("iorace-no-such-program"));
}

static void gnuplot_versions(void **state)
{
    (void)state;
    char version[16];
    assert_int_equal(build_parse_gnuplot("gnuplot 5.4 patchlevel 4", version, sizeof(version)), 0);
    assert_string_equal(version, "5.4.4");
    assert_int_equal(build_parse_gnuplot("gnuplot 6.1", version, sizeof(version)), 0);
    assert_string_equal(version, "6.1");
    static const char *const garbage[] = {"", "gnuplot", "gnuplot: command not found",
                                          "gnuplot 5.4 patchlevel 012345678901"};
    for (size_t i = 0; i < COUNT(garbage); i++)
        assert_int_equal(build_parse_gnuplot(garbage[i], version, sizeof(version)), -EINVAL);
}

static void binary_hash_is_of_this_program(void **state)
{
    (void)state;
    char hash[80], exe[512];
    struct build_reason why;
    struct program_said said;
    if (!program_exists("sha256sum"))
        skip();
    ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1); /* valgrind answers for the program it runs */
    assert_true(length > 0);
    exe[length] = '\0';
    assert_int_equal(program_run((const char *[]){"sha256sum", exe, NULL}, -1, &said), 0);
    assert_int_equal(build_binary_sha256(hash, sizeof(hash), &why), 0);
    assert_int_equal(strlen(hash), 64);
    assert_memory_equal(hash, said.out, 64);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(this_machine_has_every_field, make_root, remove_root),
        cmocka_unit_test_setup_teardown(machine_without_files_is_null_with_reasons, make_root, remove_root),
        cmocka_unit_test_setup_teardown(machine_of_garbage_is_null_with_reasons, make_root, remove_root),
        cmocka_unit_test_setup_teardown(fields_hold_what_the_files_say, make_root, remove_root),
        cmocka_unit_test_setup_teardown(load_is_shares_of_time, make_root, remove_root),
        cmocka_unit_test_setup_teardown(limits_of_a_made_up_machine, make_root, remove_root),
        cmocka_unit_test_setup_teardown(each_disturbance_is_warned_of, make_root, remove_root),
        cmocka_unit_test_setup_teardown(steal_is_warned_of_above_one_percent, make_root, remove_root),
        cmocka_unit_test_setup_teardown(programs_are_run_and_their_ends_told_apart, make_root, remove_root),
        cmocka_unit_test_setup_teardown(gnuplot_versions, make_root, remove_root),
        cmocka_unit_test_setup_teardown(binary_hash_is_of_this_program, make_root, remove_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
