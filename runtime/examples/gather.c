/* Run shell commands side by side and tell in their order how they ended; the first that fails stops all others.
 * For example: gather 'sleep 0.2; echo slow' 'echo quick', and: gather 'exec sleep 60' false */
#include <errno.h>
#include <iort/iort.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static int run_command(void *arg)
{
    char *argv[] = {"sh", "-c", arg, NULL};
    struct rt_process *process;
    int status, error = rt_process_spawn(&process, argv, NULL);
    if (error < 0)
        return error;
    error = rt_process_wait(process, RT_FOREVER, &status); /* if it is stopped, this returns -ECANCELED */
    rt_process_destroy(process);                           /* kills a process that still runs */
    if (error < 0)
        return error;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECHILD; /* a negative result is an error */
}

static const char *how_it_ended(int result)
{
    return result == 0 ? "done" : result == -ECANCELED ? "stopped" : "failed";
}

static int run_all(void *arg)
{
    char **commands = arg;
    size_t count = 0, spawned = 0;
    while (commands[count])
        count++;
    struct rt_task **tasks = calloc(count, sizeof(*tasks));
    int *results = calloc(count, sizeof(*results));
    int error = tasks && results ? 0 : -ENOMEM;
    for (; error == 0 && spawned < count; spawned++)
        if ((error = rt_task_spawn(&tasks[spawned], run_command, commands[spawned])) < 0)
            break;
    if (error == 0) {
        error = rt_gather(tasks, count, results, RT_GATHER_STOP_ON_ERROR); /* all have ended when it returns */
        for (size_t i = 0; i < count; i++)
            printf("%s: %s\n", commands[i], how_it_ended(results[i]));
    }
    for (size_t i = 0; i < spawned; i++)
        rt_task_release(tasks[i]);
    free(results);
    free(tasks);
    return error < 0;
}

int main(int argc, char **argv)
{
    return argc > 1 ? rt_run(run_all, argv + 1, NULL) : 0;
}
