#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <iort/io.h>
#include "listeners.h"

/* What a burst of 8000 cold connections needs; the kernel cuts it to net.core.somaxconn. */
enum { BACKLOG = 8192 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int parse_address(const char *host, uint16_t port, union address *ret_address, socklen_t *ret_size)
{
    union address address;
    memset(&address, 0, sizeof(address));
    if (inet_pton(AF_INET, host, &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        *ret_size = sizeof(address.v4);
    } else if (inet_pton(AF_INET6, host, &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(port);
        *ret_size = sizeof(address.v6);
    } else {
        return -EINVAL;
    }
    *ret_address = address;
    return 0;
}

static uint16_t *port_of(union address *address)
{
    return address->any.sa_family == AF_INET ? &address->v4.sin_port : &address->v6.sin6_port;
}

static int fail_listen(const char *host, uint16_t port, int error, struct failure *failure)
{
    const char *advice = "";
    enum exit_status status = EXIT_LOCAL_LIMIT;
    switch (error) {
    case EADDRINUSE:
        advice = "; give another --port, or 0 for any free one";
        break;
    case EACCES:
        advice = "; ports below 1024 are the system's";
        break;
    case EADDRNOTAVAIL:
        advice = "; --host must be an address of this machine";
        status = EXIT_USAGE;
        break;
    }
    return failure_set(failure, status, "cannot listen on %.64s port %u: %s%s", host, port, strerror(error), advice);
}

/* Returns a descriptor or -errno, and the port in the address. */
static int open_one(union address *address, socklen_t size, int reuse_port)
{
    int fd = rt_listen(&address->any, size, BACKLOG, reuse_port);
    if (fd < 0)
        return fd;
    /* Accepted sockets inherit it, which saves a system call a connection. */
    int on = 1;
    union address bound;
    socklen_t bound_size = sizeof(bound);
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 || getsockname(fd, &bound.any, &bound_size) < 0) {
        int rc = -errno;
        close(fd);
        return rc;
    }
    *port_of(address) = *port_of(&bound);
    return fd;
}

static void format_url(union address *address, char *url, size_t size)
{
    char text[INET6_ADDRSTRLEN] = "";
    unsigned port = ntohs(*port_of(address));
    if (address->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof(text));
        snprintf(url, size, "http://%s:%u", text, port);
    } else {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof(text));
        snprintf(url, size, "http://[%s]:%u", text, port);
    }
}

int listeners_open(const char *host, uint16_t port, unsigned count, int *ret_fds, char *ret_url, size_t url_size,
                   struct failure *ret_failure)
{
    union address address;
    socklen_t size;
    if (parse_address(host, port, &address, &size) < 0)
        return failure_set(ret_failure, EXIT_USAGE, "'%.64s' is not a numeric address such as 127.0.0.1 or ::1", host);

    if (count > 1) {
        /* Sockets that share a port would as well share that of a server which is running already, and silently; one
         * that shares nothing finds out. It also picks the port where none is given. */
        int probe = open_one(&address, size, 0);
        if (probe < 0)
            return fail_listen(host, port, -probe, ret_failure);
        close(probe);
    }
    for (unsigned i = 0; i < count; i++) {
        int fd = open_one(&address, size, count > 1);
        if (fd < 0) {
            while (i > 0)
                close(ret_fds[--i]);
            return fail_listen(host, port, -fd, ret_failure);
        }
        ret_fds[i] = fd;
    }
    format_url(&address, ret_url, url_size);
    return 0;
}
