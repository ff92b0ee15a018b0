/*
 * A server that a command line starts: on a free loopback port, in a session of its own, for one trial.
 *
 * The line is run by sh -c, since command lines of servers have quotes, redirections and variables in them; {port} in
 * it is replaced by the port. All processes of the session are the server: their CPU and memory are counted, and all
 * are ended. It must stay in the foreground: what makes a session of its own has left this one.
 */
#ifndef BENCH_GATE_SERVER_COMMAND_H
#define BENCH_GATE_SERVER_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "../failure.h"

/** How long a server has to end in order: one that drains its connections may need some time. */
static const int64_t SERVER_STOP_NS = 2000000000;

struct server_command {
    pid_t pid;   /**< the session's leader; 0: none runs */
    pid_t guard; /**< ends the session should this process be killed */
    uint16_t port;
    int output; /**< what it has written, both streams */
};

/**
 * Start it and wait until its port accepts a connection.
 *
 * @param command     with {port} in it
 * @param cpus        a CPU list that it is pinned to; NULL: as inherited
 * @param ret_server  written on success only; server_command_stop ends it
 *
 * Returns 0, or -1 (EXIT_JOBS_FAILED) with the last lines that it wrote: it ended, or did not accept within 20 s. Or -1
 * with EXIT_INTERRUPTED. It does not outlive this process, however that ends.
 */
int server_command_start(struct server_command *ret_server, const char *command, const char *cpus,
                         struct failure *ret_failure);

/** End the whole session: SIGTERM, and SIGKILL after patience_ns. Zeroed: does nothing. Returns whether SIGTERM was enough. */
bool server_command_stop(struct server_command *server, int64_t patience_ns);

/** Returns a text with the port in place of each {port} (free it), or NULL (memory). */
char *server_command_fill(const char *text, uint16_t port);

#endif
