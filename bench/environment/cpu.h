/* The processor: what it is called, and what changes its speed. `root` is as in sysfile.h. */
#ifndef BENCH_ENVIRONMENT_CPU_H
#define BENCH_ENVIRONMENT_CPU_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * Name the model. Where the kernel gives no name (aarch64): the machine's, or "implementer 0x41 part 0xd0c".
 *
 * Returns 0, -ENOENT (/proc/cpuinfo does not tell), or an error of sysfile_text.
 */
int cpu_model(const char *root, char *buffer, size_t size);

/**
 * Name the frequency governor of these CPUs; where they differ, all in use: "performance,powersave".
 *
 * Returns 0, or -ENOENT (no cpufreq: usual in virtual machines).
 */
int cpu_governor(const char *root, const cpu_set_t *cpus, char *buffer, size_t size);

/** Ask whether the clock may rise above its nominal rate. Returns 0, or -ENOENT (nothing in /sys tells). */
int cpu_turbo(const char *root, bool *ret_turbo);

/** Count the physical cores among these CPUs. Returns the count, or -ENOENT (no topology in /sys). */
int cpu_core_count(const char *root, const cpu_set_t *cpus);

/** Ask whether a CPU of the one set and a CPU of the other are threads of the same core, or the same CPU; where /sys does
 * not tell, no. */
bool cpu_sets_share_core(const char *root, const cpu_set_t *one, const cpu_set_t *other);

/**
 * Name what the machine runs under: "kvm", "xen", "vmware", "hyperv", ... "none" on bare metal, "unnamed" for a
 * hypervisor that hides its name. Containers are not looked for: they have limits (cgroup.h), not another processor.
 *
 * Returns 0, or -ENOENT where neither the processor nor the firmware tells.
 * Source: the CPUID hypervisor bit, the DMI names, and the hypervisor's own clocks, as systemd-detect-virt reads them.
 */
int cpu_virtualisation(const char *root, char *buffer, size_t size);

#endif
