/* A small HTTP/1.1 server on raw sockets, a thread for each connection, so that nothing of the library vouches for
 * itself. */
#ifndef RT_TEST_HTTP_SERVER_H
#define RT_TEST_HTTP_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

struct http_server {
    int listen_fd, port;
    pthread_t acceptor;
    atomic_int connections, requests; /* ever */
    atomic_int stalled;               /* at this moment, in /stall or /silent */
    atomic_int open;                  /* connections at this moment */
};

/*
 * What it answers:
 *   /bytes/N   200 with N bytes, each the low byte of its index
 *   /stall     200 that promises 1000 bytes, sends 500, and waits until the client hangs up
 *   /silent    nothing, until the client hangs up
 *   /reset     200 that promises 1000 bytes, sends 500, and resets the connection
 *   /short     the same, but closes it
 *   /close     200 with 3 bytes and Connection: close
 */
void http_server_start(struct http_server *server);

/* Waits for the connections to be closed by their clients. */
void http_server_stop(struct http_server *server);

/* "http://127.0.0.1:PORT" and the path, in a buffer of 64 bytes. */
char *http_server_url(const struct http_server *server, char *buffer, const char *path);

#endif
