/* The readers of /proc and /sys, on made-up machines. */
#include "made_up_machine.h"
#include "../environment/build.h"
#include "../environment/cgroup.h"
#include "../environment/checks.h"
#include "../environment/cpu.h"
#include "../environment/environment.h"
#include "../environment/local_limits.h"
#include "../program.h"
#include "../environment/sysfile.h"

/* --- small files --- */

static void small_files_are_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int rc;
        int64_t number;
    } rows[] = {{"42\n", 0, 42},
                {"-1", 0, -1},
                {"0x10", -EINVAL, 0},
                {"4 2", -EINVAL, 0},
                {"", -EINVAL, 0},
                {"4\n2\n", -EINVAL, 0},
                {"9223372036854775808", -EINVAL, 0}};
    int64_t number;
    for (size_t i = 0; i < COUNT(rows); i++) {
        put("/n", rows[i].text);
        assert_int_equal(sysfile_number(root, "/n", &number), rows[i].rc);
        if (rows[i].rc == 0)
            assert_int_equal(number, rows[i].number);
    }
    assert_int_equal(sysfile_number(root, "/none", &number), -ENOENT);
    char word[6];
    put("/c", "a [bcdef] g\n");
    assert_int_equal(sysfile_choice(root, "/c", word, sizeof(word)), 0);
    assert_string_equal(word, "bcdef");
    assert_int_equal(sysfile_choice(root, "/c", word, 5), -EINVAL);
    assert_int_equal(sysfile_value("ab: 1\na : 2 \nb:\n", "a", word, sizeof(word)), 0);
    assert_string_equal(word, "2");
    assert_int_equal(sysfile_value("ab: 1\na : 2 \nb:\n", "b", word, sizeof(word)), -ENOENT);
}

/* Files of /proc grow past any first guess of their size. */
static void long_files_are_read_whole(void **state)
{
    (void)state;
    enum { LONG = 100000 };
    char *text = malloc(LONG + 1), *got;
    memset(text, 'x', LONG);
    text[LONG] = '\0';
    put("/long", text);
    assert_int_equal(sysfile_text(root, "/long", &got), 0);
    assert_string_equal(got, text);
    free(got);
    free(text);
}

/* --- control groups --- */

#define V2_MOUNT "30 23 0:26 / /cg rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1_MOUNT                                                                                                       \
    "30 23 0:26 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n31 23 0:27 / /cg/set rw - cgroup cgroup rw,cpuset\n"

static void assert_quota(int rc, double wanted)
{
    double cpus = -7;
    assert_int_equal(cgroup_cpu_quota(root, &cpus), rc);
    assert_true(cpus == (rc == 1 ? wanted : -7));
}

static void cgroup_v2_takes_the_smallest_of_all_levels(void **state)
{
    (void)state;
    assert_quota(-ENOENT, 0);
    put("/proc/self/mountinfo", "22 27 0:21 / /proc rw - proc proc rw\n" V2_MOUNT);
    assert_quota(-ENOENT, 0); /* no /proc/self/cgroup */
    put("/proc/self/cgroup", "0::/a/b:c\n");
    assert_quota(0, 0); /* no cpu.max anywhere: the controller is not on */
    put("/cg/a/b:c/cpu.max", "max 100000\n");
    assert_quota(0, 0);
    put("/cg/a/cpu.max", "150000 100000\n");
    assert_quota(1, 1.5);
    put("/cg/a/b:c/cpu.max", "400000 100000\n");
    assert_quota(1, 1.5);
    put("/cg/a/b:c/cpu.max", "25000 50000\n");
    assert_quota(1, 0.5);
    static const char *const garbage[] = {"", "max", "x 100000", "1000 0", "-5 1000", "1000"};
    for (size_t i = 0; i < COUNT(garbage); i++) {
        put("/cg/a/b:c/cpu.max", garbage[i]);
        assert_quota(-EINVAL, 0);
    }
}

static void cgroup_v1_is_found_by_its_controller(void **state)
{
    (void)state;
    put("/proc/self/mountinfo", V2_MOUNT V1_MOUNT); /* mixed: the v2 tree is there and has no controllers */
    put("/proc/self/cgroup", "5:cpuset:/other\n4:cpu,cpuacct:/job\n0::/\n");
    put("/cg/cpu/cpu.cfs_quota_us", "-1\n");
    put("/cg/cpu/cpu.cfs_period_us", "100000\n");
    put("/cg/cpu/job/cpu.cfs_quota_us", "-1\n");
    put("/cg/cpu/job/cpu.cfs_period_us", "100000\n");
    assert_quota(0, 0);
    put("/cg/cpu/job/cpu.cfs_quota_us", "50000\n");
    assert_quota(1, 0.5);
    put("/cg/cpu/job/cpu.cfs_period_us", "0\n");
    assert_quota(-EINVAL, 0);
    put("/cg/cpu/job/cpu.cfs_quota_us", "lots\n");
    assert_quota(-EINVAL, 0);
}

/* A container without a namespace sees the whole path, but only its own part is mounted; others see "/..". */
static void cgroup_paths_of_containers(void **state)
{
    (void)state;
    static const char *const mounted[] = {"/docker/abc", "/docker/abc", "/", "/docker/abc"};
    static const char *const paths[] = {"/docker/abc", "/docker/abc/in", "/../other", "/docker/abcd"};
    static const double wanted[] = {2, 1, 2, 2};
    put("/cg/cpu.max", "200000 100000\n");
    put("/cg/in/cpu.max", "100000 100000\n");
    put("/other/cpu.max", "1000 100000\n"); /* outside of what is mounted */
    for (size_t i = 0; i < COUNT(paths); i++) {
        char text[256];
        snprintf(text, sizeof(text), "30 23 0:26 %s /cg rw - cgroup2 cgroup2 rw\n", mounted[i]);
        put("/proc/self/mountinfo", text);
        snprintf(text, sizeof(text), "0::%s\n", paths[i]);
        put("/proc/self/cgroup", text);
        assert_quota(1, wanted[i]);
    }
}

static void cgroup_tasks_and_memory(void **state)
{
    (void)state;
    int64_t left = -7;
    put("/proc/self/mountinfo", V2_MOUNT);
    put("/proc/self/cgroup", "0::/a\n");
    put("/cg/a/pids.max", "max\n");
    put("/cg/a/memory.max", "max\n");
    assert_int_equal(cgroup_tasks_left(root, &left), 0);
    assert_int_equal(cgroup_memory_left(root, &left), 0);
    assert_int_equal(left, -7);
    put("/cg/a/pids.max", "100\n");
    put("/cg/a/pids.current", "30\n");
    assert_int_equal(cgroup_tasks_left(root, &left), 1);
    assert_int_equal(left, 70);
    put("/cg/a/pids.current", "300\n");
    assert_int_equal(cgroup_tasks_left(root, &left), 1);
    assert_int_equal(left, 0);
    put("/cg/a/memory.max", "1000\n");
    put("/cg/a/memory.current", "900\n");
    put("/cg/a/memory.stat", "anon 1\ninactive_file 300\n");
    assert_int_equal(cgroup_memory_left(root, &left), 1);
    assert_int_equal(left, 400);

    put("/proc/self/mountinfo", "30 23 0:26 / /cg1 rw - cgroup cgroup rw,memory\n");
    put("/proc/self/cgroup", "9:memory:/\n");
    put("/cg1/memory.limit_in_bytes", "9223372036854771712\n"); /* version 1's "no limit" */
    assert_int_equal(cgroup_memory_left(root, &left), 0);
    put("/cg1/memory.limit_in_bytes", "5000\n");
    put("/cg1/memory.usage_in_bytes", "4000\n");
    assert_int_equal(cgroup_memory_left(root, &left), 1);
    assert_int_equal(left, 1000);
}

/* --- processors --- */

static void cpu_models_of_several_architectures(void **state)
{
    (void)state;
    static const struct {
        const char *cpuinfo, *model;
    } rows[] = {
        {"processor\t: 0\nmodel\t\t: 207\nmodel name\t: Intel(R) Xeon(R)\nmodel name\t: x\n", "Intel(R) Xeon(R)"},
        {"processor : 0\ncpu\t\t: POWER9, altivec supported\nclock : 3\n", "POWER9, altivec supported"},
        {"processor : 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n", "implementer 0x41 part 0xd0c"},
        {"processor : 0\nBogoMIPS : 1\n", NULL}};
    char model[128];
    for (size_t i = 0; i < COUNT(rows); i++) {
        put("/proc/cpuinfo", rows[i].cpuinfo);
        assert_int_equal(cpu_model(root, model, sizeof(model)), rows[i].model ? 0 : -ENOENT);
        if (rows[i].model)
            assert_string_equal(model, rows[i].model);
    }
    put("/proc/cpuinfo", rows[2].cpuinfo);
    put("/sys/firmware/devicetree/base/model", "Some Board 4");
    assert_int_equal(cpu_model(root, model, sizeof(model)), 0);
    assert_string_equal(model, "implementer 0x41 part 0xd0c (Some Board 4)");
}

static void governors_turbo_and_cores(void **state)
{
    (void)state;
    cpu_set_t cpus;
    char governor[64];
    bool turbo;
    CPU_ZERO(&cpus);
    CPU_SET(0, &cpus);
    CPU_SET(1, &cpus);
    CPU_SET(4, &cpus);
    assert_int_equal(cpu_governor(root, &cpus, governor, sizeof(governor)), -ENOENT);
    assert_int_equal(cpu_core_count(root, &cpus), -ENOENT);
    static const char *const siblings[] = {"0,4", "1,5", "", "", "0,4"};
    for (int cpu = 0; cpu < 5; cpu++) {
        put_cpu("cpufreq/scaling_governor", cpu, cpu == 2 ? "powersave\n" : "performance\n");
        put_cpu("topology/thread_siblings_list", cpu, siblings[cpu]);
    }
    assert_int_equal(cpu_governor(root, &cpus, governor, sizeof(governor)), 0);
    assert_string_equal(governor, "performance"); /* CPU 2 is not ours */
    assert_int_equal(cpu_core_count(root, &cpus), 2);
    static const int pairs[][3] = {
        {0, 4, true}, {0, 1, false}, {1, 4, false}, {1, 1, true}, {1, 2, false}}; /* 2 is not told */
    for (size_t i = 0; i < COUNT(pairs); i++) {
        cpu_set_t one, other;
        CPU_ZERO(&one);
        CPU_ZERO(&other);
        CPU_SET(pairs[i][0], &one);
        CPU_SET(pairs[i][1], &other);
        assert_int_equal(cpu_sets_share_core(root, &one, &other), pairs[i][2]);
    }
    put_cpu("cpufreq/scaling_governor", 4, "schedutil\n");
    assert_int_equal(cpu_governor(root, &cpus, governor, sizeof(governor)), 0);
    assert_string_equal(governor, "performance,schedutil");

    assert_int_equal(cpu_turbo(root, &turbo), -ENOENT);
    put("/sys/devices/system/cpu/cpufreq/boost", "1\n");
    assert_true(cpu_turbo(root, &turbo) == 0 && turbo);
    put("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
    assert_true(cpu_turbo(root, &turbo) == 0 && !turbo);
}

static void hypervisors_by_what_they_leave(void **state)
{
    (void)state;
    static const char bare[] = "processor : 0\nflags\t: fpu vme\n",
                      guest[] = "processor : 0\nflags\t: fpu hypervisor lm\n";
    static const char product[] = "/sys/class/dmi/id/product_name";
    static const char clocks[] = "/sys/devices/system/clocksource/clocksource0/available_clocksource";
    char name[32];
    assert_int_equal(cpu_virtualisation(root, name, sizeof(name)), -ENOENT);
    put("/proc/cpuinfo", bare);
    put(product, "KVM switch"); /* the processor knows better */
    assert_int_equal(cpu_virtualisation(root, name, sizeof(name)), 0);
    assert_string_equal(name, "none");
    put("/proc/cpuinfo", guest);
    put(product, "Something");
    assert_int_equal(cpu_virtualisation(root, name, sizeof(name)), 0);
    assert_string_equal(name, "unnamed");
    put(clocks, "tsc kvm-clock acpi_pm\n");
    assert_int_equal(cpu_virtualisation(root, name, sizeof(name)), 0);
    assert_string_equal(name, "kvm");
    put(product, "VMware7,1\n");
    assert_int_equal(cpu_virtualisation(root, name, sizeof(name)), 0);
    assert_string_equal(name, "vmware");
    put("/sys/hypervisor/type", "xen\n");
    assert_int_equal(cpu_virtualisation(root, name, sizeof(name)), 0);
    assert_string_equal(name, "xen");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(small_files_are_read_strictly, make_root, remove_root),
        cmocka_unit_test_setup_teardown(long_files_are_read_whole, make_root, remove_root),
        cmocka_unit_test_setup_teardown(cgroup_v2_takes_the_smallest_of_all_levels, make_root, remove_root),
        cmocka_unit_test_setup_teardown(cgroup_v1_is_found_by_its_controller, make_root, remove_root),
        cmocka_unit_test_setup_teardown(cgroup_paths_of_containers, make_root, remove_root),
        cmocka_unit_test_setup_teardown(cgroup_tasks_and_memory, make_root, remove_root),
        cmocka_unit_test_setup_teardown(cpu_models_of_several_architectures, make_root, remove_root),
        cmocka_unit_test_setup_teardown(governors_turbo_and_cores, make_root, remove_root),
        cmocka_unit_test_setup_teardown(hypervisors_by_what_they_leave, make_root, remove_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
