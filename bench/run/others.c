#include <math.h>
#include <unistd.h>
#include "../cpus.h"
#include "../process_cpu.h"
#include "others.h"

static void add_cpus(cpu_set_t *cpus, const char *list)
{
    cpu_set_t some;
    if (list[0] && cpus_parse(list, &some, NULL) == 0)
        CPU_OR(cpus, cpus, &some);
}

static int64_t ours_ns(pid_t server_pid)
{
    int64_t own_ns = process_cpu_ns(getpid()), server_ns = server_pid ? process_cpu_ns(server_pid) : 0;
    return own_ns < 0 || server_ns < 0 ? -1 : own_ns + server_ns;
}

void others_begin(struct others_watch *ret_watch, const char *client_cpus, const char *server_cpus, pid_t server_pid)
{
    struct others_watch watch = {.server_pid = server_pid};
    CPU_ZERO(&watch.cpus);
    add_cpus(&watch.cpus, client_cpus);
    add_cpus(&watch.cpus, server_cpus);
    watch.ours_ns = ours_ns(server_pid);
    cpu_times_read_at("", &watch.cpus, &watch.times);
    *ret_watch = watch;
}

struct other_cpu others_end(const struct others_watch *watch, double trial_cpu_s)
{
    struct cpu_times times;
    cpu_times_read_at("", &watch->cpus, &times);
    int64_t end_ns = ours_ns(watch->server_pid);
    if (watch->ours_ns < 0 || end_ns < 0)
        return (struct other_cpu){.share = NAN};
    return other_cpu_measure(&watch->times, &times, trial_cpu_s + (double)(end_ns - watch->ours_ns) / 1e9);
}
