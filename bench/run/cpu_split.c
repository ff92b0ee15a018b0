#include <stdio.h>
#include <string.h>
#include "cpu_split.h"
#include "../cpus.h"

/* The threads of the same core, the CPU itself among them; just the CPU where the kernel does not say. */
static void core_of(int cpu, cpu_set_t *ret_set)
{
    CPU_ZERO(ret_set);
    CPU_SET(cpu, ret_set);
    char path[96];
    snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    int first, last;
    char separator;
    while (fscanf(file, "%d", &first) == 1) {
        last = first;
        if (fscanf(file, "%c", &separator) == 1 && separator == '-' && fscanf(file, "%d%c", &last, &separator) < 1)
            break;
        for (int i = first; i <= last && i < CPU_SETSIZE; i++)
            CPU_SET(i, ret_set);
        if (separator != ',')
            break;
    }
    fclose(file);
}

int cpu_split_make(struct cpu_split *ret_split, bool with_server, struct failure *ret_failure)
{
    cpu_set_t allowed, server;
    if (cpus_allowed(&allowed) < 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot find out which CPUs may be used");
    memset(ret_split, 0, sizeof(*ret_split));
    CPU_ZERO(&server);
    int count = CPU_COUNT(&allowed), wanted = count / 4 > 0 ? count / 4 : 1;
    for (int cpu = CPU_SETSIZE - 1; with_server && cpu >= 0 && CPU_COUNT(&server) < wanted; cpu--) {
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        cpu_set_t core;
        core_of(cpu, &core);
        CPU_AND(&core, &core, &allowed);
        cpu_set_t with_core;
        CPU_OR(&with_core, &server, &core);
        if (CPU_COUNT(&with_core) < count) {
            server = with_core;
        } else if (CPU_COUNT(&server) == 0) { /* a single core: better its other thread than the same one */
            CPU_SET(cpu, &server);
            break;
        }
    }
    cpu_set_t client;
    CPU_XOR(&client, &allowed, &server);
    if (CPU_COUNT(&client) == 0) {
        client = allowed;
        ret_split->shared = true;
    }
    cpus_format(&client, ret_split->client, sizeof(ret_split->client));
    cpus_format(&server, ret_split->server, sizeof(ret_split->server));
    return 0;
}

int cpu_split_client(const struct cpu_split *split, const char *wish, char ret_cpus[CPU_LIST_ROOM],
                     struct failure *ret_failure)
{
    cpu_set_t set;
    bool is_word = !wish || strcmp(wish, "all") == 0 || strcmp(wish, "one") == 0;
    if (cpus_parse(is_word ? split->client : wish, &set, ret_failure) < 0)
        return -1;
    if (wish && strcmp(wish, "one") == 0) {
        int first = 0;
        while (!CPU_ISSET(first, &set))
            first++;
        CPU_ZERO(&set);
        CPU_SET(first, &set);
    }
    cpus_format(&set, ret_cpus, CPU_LIST_ROOM);
    return 0;
}

bool cpu_split_overlaps(const struct cpu_split *split, const char *client_cpus)
{
    cpu_set_t client, server, both;
    if (!split->server[0] || cpus_parse(client_cpus, &client, NULL) < 0 || cpus_parse(split->server, &server, NULL) < 0)
        return false;
    CPU_AND(&both, &client, &server);
    return CPU_COUNT(&both) > 0;
}
