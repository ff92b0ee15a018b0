#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <iort/clock.h>
#include "server_command.h"
#include "../cpus.h"
#include "../run/interrupt.h"
#include "../session.h"
#include "../text_stream.h"

enum { LAST_BYTES = 400, ATTEMPTS = 2 };

static const int64_t ACCEPT_NS = 20 * RT_NS_PER_S;
static const struct timespec pause_short = {.tv_nsec = 2 * RT_NS_PER_MS};
static const char mark[] = "{port}";

char *server_command_fill(const char *text, uint16_t port)
{
    char *filled = NULL;
    size_t size;
    FILE *out = text_stream_open(&filled, &size);
    if (!out)
        return NULL;
    for (const char *at; (at = strstr(text, mark)) != NULL; text = at + strlen(mark))
        fprintf(out, "%.*s%u", (int)(at - text), text, port);
    fputs(text, out);
    if (fclose(out) != 0) {
        free(filled);
        return NULL;
    }
    return filled;
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* One that nobody has now; whoever is quick may take it before the server does, and then another is tried. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    bool found =
        bind(fd, (struct sockaddr *)&address, size) == 0 && getsockname(fd, (struct sockaddr *)&address, &size) == 0;
    close(fd);
    return found ? ntohs(address.sin_port) : 0;
}

static bool accepts(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool accepted = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return accepted;
}

/* fork rather than posix_spawn: a session's CPUs must be set before it has a second process. */
static pid_t start_session(const char *line, const cpu_set_t *cpus, int output)
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    if (cpus)
        sched_setaffinity(0, sizeof(*cpus), cpus);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
        _exit(127);
    execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
}

/* The shell dies with this process (PDEATHSIG), but not what it has started, and who is killed can end nobody: another
 * process waits for that. It has nothing open that somebody might wait to see closed. */
static pid_t start_guard(pid_t leader)
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    sigset_t all, death;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    setpgid(0, 0);
    close_range(0, ~0U, 0);
    sigemptyset(&death);
    sigaddset(&death, SIGUSR1);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    for (int number; getppid() == parent;)
        sigwait(&death, &number);
    session_kill(leader, SIGKILL);
    _exit(0);
}

static void end_guard(pid_t guard)
{
    if (guard <= 0)
        return;
    kill(guard, SIGKILL);
    while (waitpid(guard, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* What it wrote last, its lines with " | " between them. */
static void last_words(const struct server_command *server, char *buffer, size_t size)
{
    char tail[LAST_BYTES + 1];
    off_t bytes = lseek(server->output, 0, SEEK_END);
    ssize_t length = pread(server->output, tail, LAST_BYTES, bytes > LAST_BYTES ? bytes - LAST_BYTES : 0);
    while (length > 0 && isspace((unsigned char)tail[length - 1]))
        length--;
    tail[length > 0 ? length : 0] = '\0';
    size_t used = 0;
    for (const char *p = tail; *p && used + 4 < size; p++)
        used += (size_t)snprintf(buffer + used, size - used, *p == '\n' ? " | " : "%c", *p);
    if (used == 0)
        snprintf(buffer, size, "it wrote nothing");
}

/* Returns 1 once it accepts, 0 where it ended or the time is up (ret_status: how it ended, -1: it did not). */
static int wait_for_port(struct server_command *server, int *ret_status)
{
    int64_t deadline_ns = rt_deadline_ns(ACCEPT_NS);
    *ret_status = -1;
    while (!accepts(server->port)) {
        int status;
        if (waitpid(server->pid, &status, WNOHANG) == server->pid) {
            *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            session_kill(server->pid, SIGKILL);
            server->pid = 0;
            return 0;
        }
        if (rt_now_ns() > deadline_ns || interrupted())
            return 0;
        nanosleep(&pause_short, NULL);
    }
    return 1;
}

static int try_start(struct server_command *server, const char *command, const cpu_set_t *cpus, bool last,
                     struct failure *ret_failure)
{
    *server = (struct server_command){.port = free_port(), .output = memfd_create("iorace-server", MFD_CLOEXEC)};
    char *line = server->port && server->output >= 0 ? server_command_fill(command, server->port) : NULL;
    if (!line) {
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "no port or no memory for a server: %s", strerror(errno));
        goto fail;
    }
    server->pid = start_session(line, cpus, server->output);
    free(line);
    if (server->pid < 0) {
        server->pid = 0;
        failure_set(ret_failure, EXIT_LOCAL_LIMIT, "cannot start a server: fork: %s", strerror(errno));
        goto fail;
    }
    interrupt_set_server(-server->pid);
    server->guard = start_guard(server->pid);
    int status;
    if (wait_for_port(server, &status))
        return 0;
    char words[LAST_BYTES * 2];
    last_words(server, words, sizeof(words));
    if (interrupted())
        failure_set(ret_failure, EXIT_INTERRUPTED, "interrupted while a server started");
    else if (status >= 0)
        failure_set(ret_failure, EXIT_JOBS_FAILED,
                    "'%.160s' ended with status %d before port %u accepted a connection (it must stay in the "
                    "foreground): %s",
                    command, status, server->port, words);
    else
        failure_set(ret_failure, EXIT_JOBS_FAILED, "'%.160s' did not accept on 127.0.0.1:%u within %d s: %s", command,
                    server->port, (int)(ACCEPT_NS / RT_NS_PER_S), words);
    if (status >= 0 && !last && !interrupted()) {
        server_command_stop(server, SERVER_STOP_NS);
        return 1; /* somebody else may have taken the port */
    }
fail:
    server_command_stop(server, SERVER_STOP_NS);
    return -1;
}

int server_command_start(struct server_command *ret_server, const char *command, const char *cpus,
                         struct failure *ret_failure)
{
    cpu_set_t set;
    if (cpus && cpus_parse(cpus, &set, ret_failure) < 0)
        return -1;
    session_adopt_strays();
    struct server_command server;
    int result = 1;
    for (int attempt = 1; result > 0 && attempt <= ATTEMPTS; attempt++)
        result = try_start(&server, command, cpus ? &set : NULL, attempt == ATTEMPTS, ret_failure);
    if (result == 0)
        *ret_server = server;
    return result;
}

/* Returns whether all its processes have ended; the leader is reaped on the way. */
static bool has_ended(struct server_command *server, bool *leader_reaped)
{
    if (!*leader_reaped)
        *leader_reaped = waitpid(server->pid, NULL, WNOHANG) != 0;
    return *leader_reaped && session_count(server->pid) == 0;
}

bool server_command_stop(struct server_command *server, int64_t patience_ns)
{
    bool reaped = false, killed = false;
    if (server->pid > 0) {
        session_kill(server->pid, SIGTERM);
        int64_t deadline_ns = rt_deadline_ns(patience_ns);
        while (!has_ended(server, &reaped)) {
            if (rt_now_ns() > deadline_ns) {
                killed = true;
                session_kill(server->pid, SIGKILL);
            }
            nanosleep(&pause_short, NULL);
        }
        interrupt_set_server(0);
    }
    session_end_strays();
    end_guard(server->guard);
    if (server->output > 0)
        close(server->output);
    *server = (struct server_command){0};
    return !killed;
}
