#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "process_status.h"

static _Atomic int64_t threads_seen = -1;

static int64_t status_field(const char *name)
{
    FILE *file = fopen("/proc/self/status", "re");
    if (!file)
        return -1;
    char line[256];
    size_t length = strlen(name);
    int64_t value = -1;
    while (value < 0 && fgets(line, sizeof(line), file))
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            value = strtoll(line + length + 1, NULL, 10);
    fclose(file);
    return value;
}

int64_t process_threads(void)
{
    int64_t threads = status_field("Threads");
    int64_t seen = atomic_load(&threads_seen);
    while (threads > seen && !atomic_compare_exchange_weak(&threads_seen, &seen, threads))
        ;
    return threads;
}

int64_t process_threads_seen(void)
{
    return atomic_load(&threads_seen);
}

int64_t process_rss_peak_kib(void)
{
    return status_field("VmHWM");
}

int64_t process_age_ns(void)
{
    char text[1024];
    FILE *file = fopen("/proc/self/stat", "re");
    size_t size = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
    if (file)
        fclose(file);
    text[size] = '\0';
    /* The name may hold anything, a parenthesis too; starttime is the 20th field behind it, in ticks since boot. */
    char *field = strrchr(text, ')');
    for (int i = 0; field && i < 20; i++)
        field = strchr(field + 1, ' ');
    struct timespec now;
    long ticks = sysconf(_SC_CLK_TCK);
    if (!field || ticks <= 0 || clock_gettime(CLOCK_BOOTTIME, &now) < 0)
        return -1;
    int64_t since_boot_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    int64_t age_ns = since_boot_ns - strtoll(field, NULL, 10) * (1000000000 / ticks);
    return age_ns > 0 ? age_ns : 0;
}
