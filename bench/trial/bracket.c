#include <sys/resource.h>
#include <iort/clock.h>
#include "bracket.h"
#include "../process_cpu.h"
#include "../session.h"

static void read_usage(struct bracket_point *point)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    point->cpu_user_us = (int64_t)usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec;
    point->cpu_sys_us = (int64_t)usage.ru_stime.tv_sec * 1000000 + usage.ru_stime.tv_usec;
    point->ctx_voluntary = usage.ru_nvcsw;
    point->ctx_involuntary = usage.ru_nivcsw;
}

static int64_t server_cpu_ns(pid_t server_pid)
{
    return server_pid < 0 ? session_cpu_ns(-server_pid) : process_cpu_ns(server_pid);
}

void bracket_open(struct bracket_point *ret_point, pid_t server_pid)
{
    ret_point->server_cpu_ns = server_cpu_ns(server_pid);
    read_usage(ret_point);
    ret_point->wall_ns = rt_now_ns();
}

void bracket_close(struct bracket_point *ret_point, pid_t server_pid, bool alone)
{
    ret_point->wall_ns = rt_now_ns();
    int64_t settling_us = alone ? 0 : process_cpu_settle() / RT_NS_PER_US;
    read_usage(ret_point);
    ret_point->cpu_sys_us -= settling_us < ret_point->cpu_sys_us ? settling_us : ret_point->cpu_sys_us;
    ret_point->server_cpu_ns = server_cpu_ns(server_pid);
}
