#include <string.h>
#include "workload.h"

/* The workloads there are: one line each. */
#define WORKLOADS(X)                                                                                                   \
    X(sleep)                                                                                                           \
    X(download)                                                                                                        \
    X(null)                                                                                                            \
    /* the end */

#define DECLARE(name) extern const struct workload workload_##name;
#define ADDRESS(name) &workload_##name,

WORKLOADS(DECLARE)
const struct workload *const workloads[] = {WORKLOADS(ADDRESS) NULL};

const struct workload *workload_find(const char *name)
{
    for (size_t i = 0; workloads[i]; i++)
        if (strcmp(workloads[i]->name, name) == 0)
            return workloads[i];
    return NULL;
}

const char *const *workload_names(void)
{
    static const char *names[sizeof(workloads) / sizeof(workloads[0])];
    for (size_t i = 0; workloads[i]; i++)
        names[i] = workloads[i]->name;
    return names;
}

const char *job_error_name(enum job_error error)
{
    static const char *const names[JOB_ERROR_COUNT] = {
        [JOB_OK] = "ok",
        [JOB_REFUSED] = "refused",
        [JOB_RESET] = "reset",
        [JOB_TIMEOUT] = "timeout",
        [JOB_RESOLVE] = "resolve",
        [JOB_TLS] = "tls",
        [JOB_HTTP_STATUS] = "http_status",
        [JOB_SHORT_BODY] = "short_body",
        [JOB_WRONG_BODY] = "wrong_body",
        [JOB_TOO_LARGE] = "too_large",
        [JOB_PROTOCOL] = "protocol",
        [JOB_SAVE] = "save",
        [JOB_LOCAL_LIMIT] = "local_limit",
        [JOB_CANCELED] = "canceled",
        [JOB_OTHER] = "other",
        [JOB_UNSUPPORTED] = "unsupported",
    };
    return (unsigned)error < JOB_ERROR_COUNT ? names[error] : "other";
}
