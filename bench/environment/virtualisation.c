/* Which hypervisor, if any: part of cpu.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu.h"
#include "sysfile.h"

struct sign {
    const char *text; /* occurs in what the machine says of itself */
    const char *name;
};

static const char *match(const struct sign *signs, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(text, signs[i].text))
            return signs[i].name;
    return NULL;
}

/* The firmware's names. Clouds sell bare metal under the same vendor's name, so a vendor of both is not in this table.
 */
static const char *by_firmware(const char *root)
{
    static const struct sign signs[] = {
        {"KVM", "kvm"},
        {"QEMU", "kvm"},
        {"Bochs", "kvm"},
        {"OpenStack", "kvm"},
        {"VMware", "vmware"},
        {"VirtualBox", "virtualbox"},
        {"innotek", "virtualbox"},
        {"Virtual Machine", "hyperv"},
        {"Parallels", "parallels"},
        {"BHYVE", "bhyve"},
        {"Apple Virtualization", "apple"},
        {"Google Compute Engine", "kvm"},
    };
    static const char *const paths[] = {
        "/sys/class/dmi/id/product_name",
        "/sys/class/dmi/id/sys_vendor",
        "/sys/class/dmi/id/board_vendor",
        "/sys/class/dmi/id/bios_vendor",
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char line[128];
        if (sysfile_line(root, paths[i], line, sizeof(line)) < 0)
            continue;
        const char *name = match(signs, sizeof(signs) / sizeof(signs[0]), line);
        if (name)
            return name;
    }
    return NULL;
}

/* Small hypervisors (microVMs) have no firmware tables, but all offer the guest a clock of theirs. */
static const char *by_clock(const char *root)
{
    static const struct sign signs[] = {{"kvm-clock", "kvm"}, {"hyperv_clocksource", "hyperv"}, {"xen", "xen"}};
    char line[256];
    if (sysfile_line(root, "/sys/devices/system/clocksource/clocksource0/available_clocksource", line, sizeof(line)) <
        0)
        return NULL;
    return match(signs, sizeof(signs) / sizeof(signs[0]), line);
}

enum bit { BIT_CLEAR, BIT_SET, BIT_UNKNOWN };

/* x86 has a bit for it among the flags; other processors do not tell. */
static enum bit hypervisor_bit(const char *root)
{
    char *cpuinfo;
    if (sysfile_text(root, "/proc/cpuinfo", &cpuinfo) < 0)
        return BIT_UNKNOWN;
    enum bit bit = BIT_UNKNOWN;
    const char *flags = strstr(cpuinfo, "\nflags");
    if (flags) {
        flags++;
        size_t length = strcspn(flags, "\n");
        const char *word = strstr(flags, " hypervisor");
        size_t at = word ? (size_t)(word - flags) : length;
        bit = at < length && (word[11] == ' ' || word[11] == '\n' || word[11] == '\0') ? BIT_SET : BIT_CLEAR;
    }
    free(cpuinfo);
    return bit;
}

int cpu_virtualisation(const char *root, char *buffer, size_t size)
{
    char type[32];
    enum bit bit = hypervisor_bit(root);
    const char *name = "none";
    if (sysfile_line(root, "/sys/hypervisor/type", type, sizeof(type)) == 0)
        name = type;
    else if (bit != BIT_CLEAR) {
        name = by_firmware(root);
        if (!name)
            name = by_clock(root);
        if (!name && bit == BIT_UNKNOWN)
            return -ENOENT;
        if (!name)
            name = "unnamed";
    }
    snprintf(buffer, size, "%s", name);
    return 0;
}
