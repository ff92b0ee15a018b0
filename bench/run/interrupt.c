#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "interrupt.h"
#include "trial_process.h"

static volatile sig_atomic_t signals, server;

static void on_signal(int number)
{
    (void)number;
    if (++signals < 2)
        return;
    pid_t trial = trial_process_pid();
    if (trial > 0)
        kill(trial, SIGKILL);
    if (server != 0)
        kill((pid_t)server, SIGKILL);
    _exit(EXIT_INTERRUPTED);
}

void interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: waits shall notice */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void interrupt_set_server(pid_t server_pid)
{
    server = server_pid;
}

bool interrupted(void)
{
    return signals > 0;
}
