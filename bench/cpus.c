#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include "cpus.h"

int cpus_allowed(cpu_set_t *ret_set)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) < 0)
        return -errno;
    *ret_set = set;
    return 0;
}

/* Digits only: strtoul alone would take spaces, signs and "0x1". */
static bool take_number(const char **text, unsigned *ret_number)
{
    const char *p = *text;
    unsigned number = 0;
    if (!isdigit((unsigned char)*p))
        return false;
    for (; isdigit((unsigned char)*p); p++) {
        number = number * 10 + (unsigned)(*p - '0');
        if (number >= CPU_SETSIZE)
            return false;
    }
    *ret_number = number;
    *text = p;
    return true;
}

static bool take_list(const char *text, cpu_set_t *set)
{
    CPU_ZERO(set);
    for (;; text++) {
        unsigned first, last;
        if (!take_number(&text, &first))
            return false;
        last = first;
        if (*text == '-') {
            text++;
            if (!take_number(&text, &last) || last < first)
                return false;
        }
        for (unsigned cpu = first; cpu <= last; cpu++)
            CPU_SET(cpu, set);
        if (*text == '\0')
            return true;
        if (*text != ',')
            return false;
    }
}

int cpus_parse(const char *list, cpu_set_t *ret_set, struct failure *ret_failure)
{
    cpu_set_t wanted, allowed, common, refused;
    if (!take_list(list, &wanted))
        return failure_set(ret_failure, EXIT_USAGE,
                           "'%.200s' is not a list of CPUs; write numbers below %d as in 0-2,4", list, CPU_SETSIZE);
    int rc = cpus_allowed(&allowed);
    if (rc < 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot ask which CPUs may be used: error %d", -rc);

    CPU_AND(&common, &wanted, &allowed);
    if (!CPU_EQUAL(&common, &wanted)) {
        char refused_text[256], allowed_text[256];
        CPU_XOR(&refused, &wanted, &common);
        cpus_format(&refused, refused_text, sizeof(refused_text));
        cpus_format(&allowed, allowed_text, sizeof(allowed_text));
        return failure_set(ret_failure, EXIT_USAGE, "CPU %s is not one this process may use; allowed: %s", refused_text,
                           allowed_text);
    }
    *ret_set = wanted;
    return 0;
}

void cpus_format(const cpu_set_t *set, char *buffer, size_t size)
{
    size_t used = 0;
    if (size == 0)
        return;
    buffer[0] = '\0';
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, set))
            continue;
        unsigned last = cpu;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
            last++;
        const char *comma = used > 0 ? "," : "";
        int length = last == cpu ? snprintf(buffer + used, size - used, "%s%u", comma, cpu)
                                 : snprintf(buffer + used, size - used, "%s%u-%u", comma, cpu, last);
        used += (size_t)length;
        if (used >= size)
            return;
        cpu = last;
    }
}
