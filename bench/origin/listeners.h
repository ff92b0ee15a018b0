/* The server's listening sockets. */
#ifndef BENCH_ORIGIN_LISTENERS_H
#define BENCH_ORIGIN_LISTENERS_H

#include <stddef.h>
#include <stdint.h>
#include "../failure.h"

/**
 * Listen on one address with one socket a loop: several share the port (SO_REUSEPORT) and the kernel spreads new
 * connections over them by a hash of the client's address.
 *
 * @param host      numeric, IPv4 or IPv6
 * @param port      0: any free one
 * @param count     sockets, at least 1
 * @param ret_fds   written on success only: `count` descriptors, then the caller's
 * @param ret_url   written on success only: "http://127.0.0.1:PORT", cut to url_size
 *
 * Returns 0 or -1. Context: any thread.
 */
int listeners_open(const char *host, uint16_t port, unsigned count, int *ret_fds, char *ret_url, size_t url_size,
                   struct failure *ret_failure);

#endif
