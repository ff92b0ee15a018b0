/* getaddrinfo on a thread, whose caller may leave before it is done. */
#include <errno.h>
#include <iort/resolve.h>
#include <stdlib.h>
#include <string.h>
#include "executor.h"

/* In the heap, with the texts after it: whoever is last frees it. */
struct lookup {
    struct rt__job job; /* first: the one is found by the other */
    const char *host, *service;
    struct addrinfo hints;
    const struct addrinfo *with_hints;
    struct addrinfo *result;
    int eai, error;
    char texts[];
};

static int look_up(void *arg)
{
    struct lookup *lookup = arg;
    errno = 0;
    lookup->eai = getaddrinfo(lookup->host, lookup->service, lookup->with_hints, &lookup->result);
    int system_error = errno ? -errno : -EIO;
    lookup->error = lookup->eai == EAI_SYSTEM ? system_error : lookup->eai == EAI_MEMORY ? -ENOMEM : -ENOENT;
    return 0;
}

static void abandon(struct rt__job *job)
{
    struct lookup *lookup = (struct lookup *)job;
    if (lookup->eai == 0)
        freeaddrinfo(lookup->result);
    free(lookup);
}

static struct lookup *lookup_create(const char *host, const char *service, const struct addrinfo *hints)
{
    size_t host_bytes = host ? strlen(host) + 1 : 0, service_bytes = service ? strlen(service) + 1 : 0;
    struct lookup *lookup = malloc(sizeof(*lookup) + host_bytes + service_bytes);
    if (!lookup)
        return NULL;
    *lookup = (struct lookup){.job = {.fn = look_up, .arg = lookup, .abandon = abandon}};
    if (host)
        lookup->host = memcpy(lookup->texts, host, host_bytes);
    if (service)
        lookup->service = memcpy(lookup->texts + host_bytes, service, service_bytes);
    if (hints) {
        lookup->hints = *hints;
        lookup->with_hints = &lookup->hints;
    }
    return lookup;
}

int rt_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, int64_t deadline_ns,
                   struct addrinfo **ret_result, int *ret_eai)
{
    if (!rt__self())
        return -EINVAL;
    struct lookup *lookup = lookup_create(host, service, hints);
    if (!lookup)
        return -ENOMEM;
    bool left = false;
    int error = rt__executor_run(NULL, &lookup->job, deadline_ns, "name resolution", &left);
    if (left)
        return error;
    if (error == 0 && lookup->eai != 0) {
        error = lookup->error;
        if (ret_eai && error == -ENOENT)
            *ret_eai = lookup->eai;
    } else if (error == 0) {
        *ret_result = lookup->result;
    }
    free(lookup);
    return error;
}
