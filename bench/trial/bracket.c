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

/* Take off what is nobody's work, from system time first; none of them can become less than nothing. */
static void take_off(struct bracket_point *close, const struct bracket_point *open, int64_t us)
{
    int64_t sys_us = close->cpu_sys_us - open->cpu_sys_us, user_us = close->cpu_user_us - open->cpu_user_us;
    int64_t from_sys_us = us < sys_us ? us : sys_us;
    int64_t from_user_us = us - from_sys_us < user_us ? us - from_sys_us : user_us;
    close->cpu_sys_us -= from_sys_us;
    close->cpu_user_us -= from_user_us;
}

void bracket_close(struct bracket_point *ret_point, const struct bracket_point *open, pid_t server_pid, bool alone)
{
    ret_point->wall_ns = rt_now_ns();
    int64_t settling_us = alone ? 0 : process_cpu_settle() / RT_NS_PER_US;
    read_usage(ret_point);
    take_off(ret_point, open, settling_us);
    ret_point->server_cpu_ns = server_cpu_ns(server_pid);
}
