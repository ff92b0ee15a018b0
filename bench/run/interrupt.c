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
    /* A closed terminal and Ctrl-\ are no other wish than Ctrl-C; under nohup the first is none. */
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
        struct sigaction before;
        if (ending[i] == SIGHUP && sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler == SIG_IGN)
            continue;
        sigaction(ending[i], &action, NULL);
    }
}

void interrupt_set_server(pid_t server_pid)
{
    server = server_pid;
}

bool interrupted(void)
{
    return signals > 0;
}
