#ifndef BENCH_LOOPBACK_H
#define BENCH_LOOPBACK_H

#include <stdbool.h>
#include <sys/socket.h>

/** Returns whether an address is this machine's own: 127.0.0.0/8, ::1, ::ffff:127.0.0.0/104. */
bool address_is_loopback(const struct sockaddr *address);

#endif
