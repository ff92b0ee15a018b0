#include "http_server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    struct http_server *server;
    int fd;
};

static int send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

static int send_body(int fd, size_t size)
{
    char piece[4096];
    for (size_t at = 0; at < size; at += sizeof(piece)) {
        size_t part = size - at < sizeof(piece) ? size - at : sizeof(piece);
        for (size_t i = 0; i < part; i++)
            piece[i] = (char)(at + i);
        if (send_all(fd, piece, part) < 0)
            return -1;
    }
    return 0;
}

static int send_head(int fd, size_t size, const char *more)
{
    char head[256];
    int length = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n", size, more);
    return send_all(fd, head, (size_t)length);
}

static void wait_for_hang_up(struct connection *connection)
{
    char byte;
    atomic_fetch_add(&connection->server->stalled, 1);
    while (recv(connection->fd, &byte, 1, 0) > 0 || errno == EINTR)
        ;
    atomic_fetch_sub(&connection->server->stalled, 1);
}

/* Returns whether the connection stays. */
static int answer(struct connection *connection, const char *path)
{
    int fd = connection->fd;
    if (!strncmp(path, "/bytes/", 7)) {
        size_t size = strtoul(path + 7, NULL, 10);
        return send_head(fd, size, "") == 0 && send_body(fd, size) == 0;
    }
    if (!strncmp(path, "/close ", 7)) {
        if (send_head(fd, 3, "Connection: close\r\n") == 0)
            send_body(fd, 3);
        return 0;
    }
    if (strncmp(path, "/silent ", 8) && send_head(fd, 1000, "") == 0)
        send_body(fd, 500);
    if (!strncmp(path, "/stall ", 7) || !strncmp(path, "/silent ", 8))
        wait_for_hang_up(connection);
    if (!strncmp(path, "/reset ", 7)) {
        struct linger at_once = {1, 0};
        usleep(2000); /* or the reset overtakes the half that was sent */
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    return 0;
}

/* Returns the size of the request, 0 if the client hung up. */
static size_t read_request(int fd, char *buffer, size_t size)
{
    size_t have = 0;
    while (have < size - 1) {
        ssize_t n = recv(fd, buffer + have, size - 1 - have, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        have += (size_t)n;
        buffer[have] = 0;
        if (strstr(buffer, "\r\n\r\n"))
            return have;
    }
    return 0;
}

static void *serve(void *arg)
{
    struct connection *connection = arg;
    char request[4096];
    int stays = 1;
    while (stays && read_request(connection->fd, request, sizeof(request)) > 0) {
        const char *path = strchr(request, ' ');
        atomic_fetch_add(&connection->server->requests, 1);
        stays = path && answer(connection, path + 1);
    }
    close(connection->fd);
    atomic_fetch_sub(&connection->server->open, 1);
    free(connection);
    return NULL;
}

static void *accept_all(void *arg)
{
    struct http_server *server = arg;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 256 << 10);
    int fd;
    while ((fd = accept(server->listen_fd, NULL, NULL)) >= 0 || errno == EINTR || errno == ECONNABORTED) {
        if (fd < 0)
            continue;
        struct connection *connection = malloc(sizeof(*connection));
        if (!connection)
            abort();
        *connection = (struct connection){server, fd};
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        atomic_fetch_add(&server->connections, 1);
        atomic_fetch_add(&server->open, 1);
        pthread_t thread;
        if (pthread_create(&thread, &attr, serve, connection))
            abort();
    }
    pthread_attr_destroy(&attr);
    return NULL;
}

void http_server_start(struct http_server *server)
{
    memset(server, 0, sizeof(*server));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listen_fd < 0 || bind(server->listen_fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(server->listen_fd, 1024) < 0 || getsockname(server->listen_fd, (struct sockaddr *)&address, &size) < 0 ||
        pthread_create(&server->acceptor, NULL, accept_all, server)) {
        perror("http_server_start");
        abort();
    }
    server->port = ntohs(address.sin_port);
}

void http_server_stop(struct http_server *server)
{
    shutdown(server->listen_fd, SHUT_RDWR);
    pthread_join(server->acceptor, NULL);
    close(server->listen_fd);
    while (atomic_load(&server->open) > 0)
        usleep(500);
}

char *http_server_url(const struct http_server *server, char *buffer, const char *path)
{
    snprintf(buffer, 64, "http://127.0.0.1:%d%s", server->port, path);
    return buffer;
}
