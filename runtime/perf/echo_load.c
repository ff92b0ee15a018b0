/*
 * The load of the echo servers: one epoll loop, a message in flight on every connection, each answer compared. It
 * starts the server on another CPU, on a socket that already listens, and prints its own line when the server has
 * printed its.
 */
#include "perf.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 512, EVENTS = 256 };

static char message[MESSAGE_BYTES];

static void check(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(1);
    }
}

/* The server on the first CPU that we may use, the load on the second; where there is but one, so be it. */
static void pin(int which)
{
    cpu_set_t allowed, one;
    CPU_ZERO(&one);
    if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0 || CPU_COUNT(&allowed) < 2)
        return;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && which-- == 0)
            CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
}

static pid_t start_server(const char *program, int listen_fd, long connections)
{
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (pid == 0) {
        char fd_text[16], connections_text[24];
        snprintf(fd_text, sizeof(fd_text), "%d", listen_fd);
        snprintf(connections_text, sizeof(connections_text), "%ld", connections);
        pin(0);
        execl(program, program, fd_text, connections_text, (char *)NULL);
        perror(program);
        _exit(127);
    }
    close(listen_fd);
    pin(1);
    return pid;
}

/* Answers until the deadline; every answer is followed by the next message. `got` is what came of each one's answer. */
static int64_t exchange(int poll_fd, size_t *got, int64_t deadline_ns)
{
    int64_t messages = 0;
    struct epoll_event events[EVENTS];
    char buffer[MESSAGE_BYTES];
    while (wall_now_ns() < deadline_ns) {
        int count = epoll_wait(poll_fd, events, EVENTS, 100);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            ssize_t size = read(fd, buffer, MESSAGE_BYTES - got[fd]);
            check(size > 0, "an answer");
            check(memcmp(buffer, message + got[fd], (size_t)size) == 0, "an answer differs from what was sent");
            if ((got[fd] += (size_t)size) < MESSAGE_BYTES)
                continue;
            got[fd] = 0;
            messages++;
            check(write(fd, message, MESSAGE_BYTES) == MESSAGE_BYTES, "write");
        }
    }
    return messages;
}

/* perf_echo_load SERVER [CONNECTIONS [MS]] */
int main(int argc, char **argv)
{
    long connections = perf_argument(argc, argv, 2, 1000), duration_ms = perf_argument(argc, argv, 3, 2000);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listen_fd = socket(AF_INET, SOCK_STREAM, 0), poll_fd = epoll_create1(EPOLL_CLOEXEC);
    check(listen_fd >= 0 && poll_fd >= 0 && argc > 1, "usage: perf_echo_load SERVER [CONNECTIONS [MS]]");
    check(bind(listen_fd, (struct sockaddr *)&address, size) == 0 && listen(listen_fd, 4096) == 0, "listen");
    check(getsockname(listen_fd, (struct sockaddr *)&address, &size) == 0, "getsockname");
    pid_t server = start_server(argv[1], listen_fd, connections);

    for (int i = 0; i < MESSAGE_BYTES; i++)
        message[i] = (char)(i * 31);
    size_t *got = calloc((size_t)connections + 64, sizeof(*got)); /* by descriptor */
    int *fds = calloc((size_t)connections, sizeof(*fds));
    check(got && fds, "calloc");
    for (long i = 0; i < connections; i++) {
        int one = 1, fd = fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        check(fd >= 0 && fd < connections + 64, "socket");
        check(connect(fd, (struct sockaddr *)&address, size) == 0, "connect");
        check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0, "TCP_NODELAY");
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        check(epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
    }
    for (long i = 0; i < connections; i++)
        check(write(fds[i], message, MESSAGE_BYTES) == MESSAGE_BYTES, "write");
    exchange(poll_fd, got, wall_now_ns() + duration_ms / 5 * 1000000);
    struct perf_span begin = perf_begin();
    int64_t messages = exchange(poll_fd, got, begin.wall_ns + duration_ms * 1000000);
    struct perf_span span = perf_end(begin);
    for (long i = 0; i < connections; i++)
        close(fds[i]);
    int status;
    check(waitpid(server, &status, 0) == server, "waitpid");
    char more[96];
    snprintf(more, sizeof(more), ",\"connections\":%ld,\"messages_per_s\":%.1f", connections,
             (double)messages * 1e9 / (double)span.wall_ns);
    perf_report("echo_load", more, (double)messages, span);
    free(fds);
    free(got);
    return status != 0;
}
