#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
