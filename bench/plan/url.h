/* What a URL must be before anything is sent to it, and whether its host is this machine. */
#ifndef BENCH_URL_H
#define BENCH_URL_H

#include <stdbool.h>
#include "../failure.h"

enum { URL_LONGEST = 8192 };

/**
 * Check that a text is a URL that may be fetched: http or https, at most URL_LONGEST bytes, a host, no space and no
 * control character (a CR or LF would let a text write headers). Parsed by libcurl, so that nobody understands it
 * differently later.
 *
 * @param where  who said it, for the message
 * Returns 0, or -1 with EXIT_USAGE.
 */
int url_check(const char *url, const char *where, struct failure *ret_failure);

/** Returns a checked URL's host (free it; an IPv6 address without its brackets), or NULL (memory). */
char *url_host(const char *url);

/**
 * Ask whether a host is only ever this machine: 127.0.0.0/8, ::1, or a name all of whose addresses are. A name that
 * does not resolve is not. May take as long as the resolver does.
 */
bool host_is_loopback(const char *host);

#endif
