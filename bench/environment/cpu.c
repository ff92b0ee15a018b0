#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu.h"
#include "sysfile.h"

static int arm_model(const char *root, const char *cpuinfo, char *buffer, size_t size)
{
    char implementer[32], part[32];
    if (sysfile_value(cpuinfo, "CPU implementer", implementer, sizeof(implementer)) < 0 ||
        sysfile_value(cpuinfo, "CPU part", part, sizeof(part)) < 0)
        return -ENOENT;
    int length = snprintf(buffer, size, "implementer %s part %s", implementer, part);
    char board[128];
    /* Two boards with the same core are still two machines. */
    if (sysfile_line(root, "/sys/firmware/devicetree/base/model", board, sizeof(board)) == 0 && (size_t)length < size)
        snprintf(buffer + length, size - (size_t)length, " (%s)", board);
    return 0;
}

int cpu_model(const char *root, char *buffer, size_t size)
{
    /* x86, some 32-bit ARM, LoongArch; MIPS; POWER; RISC-V */
    static const char *const keys[] = {"model name", "cpu model", "cpu", "uarch"};
    char *cpuinfo;
    int rc = sysfile_text(root, "/proc/cpuinfo", &cpuinfo);
    if (rc < 0)
        return rc;
    rc = -ENOENT;
    for (size_t i = 0; rc < 0 && i < sizeof(keys) / sizeof(keys[0]); i++)
        rc = sysfile_value(cpuinfo, keys[i], buffer, size);
    if (rc < 0)
        rc = arm_model(root, cpuinfo, buffer, size);
    free(cpuinfo);
    return rc;
}

/* Append a word to "a,b" unless it is there. */
static void add_word(char *list, size_t size, const char *word)
{
    size_t length = strlen(word), used = strlen(list);
    for (const char *p = list; *p;) {
        size_t here = strcspn(p, ",");
        if (here == length && strncmp(p, word, length) == 0)
            return;
        p += here;
        p += *p == ',';
    }
    snprintf(list + used, size - used, "%s%s", used ? "," : "", word);
}

int cpu_governor(const char *root, const cpu_set_t *cpus, char *buffer, size_t size)
{
    char found[128] = "";
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        char path[96], word[32];
        if (!CPU_ISSET(cpu, cpus))
            continue;
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu);
        if (sysfile_line(root, path, word, sizeof(word)) == 0)
            add_word(found, sizeof(found), word);
    }
    if (found[0] == '\0')
        return -ENOENT;
    snprintf(buffer, size, "%s", found);
    return 0;
}

int cpu_turbo(const char *root, bool *ret_turbo)
{
    /* Intel's own driver counts the other way round; the last one is per CPU, in kernels whose drivers allow that. */
    static const struct {
        const char *path;
        bool one_is_off;
    } switches[] = {
        {"/sys/devices/system/cpu/intel_pstate/no_turbo", true},
        {"/sys/devices/system/cpu/cpufreq/boost", false},
        {"/sys/devices/system/cpu/cpu0/cpufreq/boost", false},
    };
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        int64_t value;
        if (sysfile_number(root, switches[i].path, &value) < 0 || (value != 0 && value != 1))
            continue;
        *ret_turbo = (value == 1) != switches[i].one_is_off;
        return 0;
    }
    return -ENOENT;
}

int cpu_core_count(const char *root, const cpu_set_t *cpus)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        char path[96], siblings[256];
        if (!CPU_ISSET(cpu, cpus))
            continue;
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
        if (sysfile_line(root, path, siblings, sizeof(siblings)) < 0)
            return -ENOENT;
        /* "0,4" or "0-1": siblings have the same list, so its first number names the core. */
        char *end;
        long first = strtol(siblings, &end, 10);
        if (end == siblings || first < 0 || first >= CPU_SETSIZE)
            return -ENOENT;
        CPU_SET((int)first, &cores);
    }
    int count = CPU_COUNT(&cores);
    return count > 0 ? count : -ENOENT;
}

bool cpu_sets_share_core(const char *root, const cpu_set_t *one, const cpu_set_t *other)
{
    cpu_set_t both;
    CPU_OR(&both, one, other);
    int first = cpu_core_count(root, one), second = cpu_core_count(root, other), all = cpu_core_count(root, &both);
    return first > 0 && second > 0 && all > 0 && first + second > all;
}
