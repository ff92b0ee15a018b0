/* Names to addresses, without holding up the loop. */
#ifndef IORT_RESOLVE_H
#define IORT_RESOLVE_H

#include <netdb.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct addrinfo; /* which <netdb.h> hides from strict C */

/**
 * Resolve a name by getaddrinfo(3), on a thread of the loop's own executor.
 *
 * A deadline, a timeout scope and a cancel end the wait at once. The thread, which nothing can interrupt, goes on until the
 * resolver gives up, and frees what it found; until then it is missing in the executor, and destroying the loop
 * does not wait for it.
 *
 * @param host, service  as in getaddrinfo; either may be NULL; copied
 * @param hints          NULL or as in getaddrinfo; copied. Without a socktype each address comes once for each kind of socket
 * @param deadline_ns    CLOCK_MONOTONIC, ns
 * @param ret_result     written on success only; the caller's, freed by freeaddrinfo
 * @param ret_eai        NULL, or where getaddrinfo's own code goes, on -ENOENT only: EAI_NONAME, EAI_AGAIN, ..., for gai_strerror
 *
 * Returns 0, or
 *   -ENOENT     the name was not resolved; *ret_eai says why
 *   -ETIMEDOUT, -ECANCELED, -EAGAIN (no thread could be started), -ENOMEM, -ENOTSUP (a parkable task), -EINVAL (outside a
 *               task), or the -errno that the system had for EAI_SYSTEM
 * Context: a task; suspends. Source: asyncio's loop.getaddrinfo.
 */
int rt_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, int64_t deadline_ns,
                   struct addrinfo **ret_result, int *ret_eai);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
