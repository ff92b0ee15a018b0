/* What this process may have of the kernel, and the build: what it was made with and of. */
#include <curl/curl.h>
#include <errno.h>
#include <ev.h>
#include <string.h>
#include <sys/resource.h>
#include "build.h"
#include "built_from.h"
#include "fields.h"
#include "local_limits.h"
#include "stack_guard.h"
#include "version.h"

static json_t *descriptors(int64_t count, struct field_reason *why)
{
    if (count == LIMITS_UNLIMITED)
        return field_unknown(why, "no limit is set");
    return count == LIMITS_UNKNOWN ? field_unknown(why, "getrlimit does not tell") : json_integer(count);
}

static json_t *read_nofile_soft(const char *root, struct field_reason *why)
{
    int64_t soft, hard;
    limits_descriptors(&soft, &hard);
    return descriptors(soft, why);
}

static json_t *read_nofile_hard(const char *root, struct field_reason *why)
{
    int64_t soft, hard;
    limits_descriptors(&soft, &hard);
    return descriptors(hard, why);
}

static json_t *read_somaxconn(const char *root, struct field_reason *why)
{
    return field_number_of(root, "/proc/sys/net/core/somaxconn", why);
}

static json_t *read_port_range(const char *root, struct field_reason *why)
{
    int64_t lo, hi;
    int rc = limits_port_range(root, &lo, &hi);
    if (rc < 0)
        return field_unreadable(why, "/proc/sys/net/ipv4/ip_local_port_range", rc);
    return json_pack("[I, I]", (json_int_t)lo, (json_int_t)hi);
}

const struct field fields_of_limits[] = {
    {"nofile_soft", read_nofile_soft},
    {"nofile_hard", read_nofile_hard},
    {"somaxconn", read_somaxconn},
    {"port_range", read_port_range},
    {NULL, NULL},
};

static json_t *read_compiler(const char *root, struct field_reason *why)
{
    return field_text(IORACE_COMPILER);
}

static json_t *read_cflags(const char *root, struct field_reason *why)
{
    return field_text(IORACE_CFLAGS);
}

static json_t *read_build_type(const char *root, struct field_reason *why)
{
    return field_text(IORACE_BUILD_TYPE);
}

static json_t *read_sanitizers(const char *root, struct field_reason *why)
{
    static const char sanitizers[] = IORACE_SANITIZERS;
    return field_text(sanitizers[0] ? sanitizers : "none");
}

/* The library that is loaded, which need not be the one whose headers were compiled against. */
static json_t *read_libcurl(const char *root, struct field_reason *why)
{
    return field_text(curl_version_info(CURLVERSION_NOW)->version);
}

static json_t *read_libev(const char *root, struct field_reason *why)
{
    return json_sprintf("%d.%02d", ev_version_major(), ev_version_minor());
}

static json_t *read_gnuplot(const char *root, struct field_reason *why)
{
    char version[64];
    struct build_reason reason;
    if (build_gnuplot_version(version, sizeof(version), &reason) < 0)
        return field_unknown(why, "%s", reason.text);
    return field_text(version);
}

/* Weak: the program is linked with one of its own. */
__attribute__((weak)) const struct built_from built_from = {
    .commit = "",
    .commit_unknown = "only the program itself was told",
    .dirty = -1,
    .dirty_unknown = "only the program itself was told",
};

static json_t *read_git_commit(const char *root, struct field_reason *why)
{
    return built_from.commit[0] ? field_text(built_from.commit) : field_unknown(why, "%s", built_from.commit_unknown);
}

static json_t *read_git_dirty(const char *root, struct field_reason *why)
{
    return built_from.dirty < 0 ? field_unknown(why, "%s", built_from.dirty_unknown) : json_boolean(built_from.dirty);
}

static json_t *read_binary_sha256(const char *root, struct field_reason *why)
{
    char hash[80];
    struct build_reason reason;
    if (build_binary_sha256(hash, sizeof(hash), &reason) < 0)
        return field_unknown(why, "%s", reason.text);
    return field_text(hash);
}

static json_t *read_context(const char *root, struct field_reason *why)
{
    return field_text(IORACE_CONTEXT);
}

static json_t *read_stack_guard(const char *root, struct field_reason *why)
{
    const char *word;
    int rc = stack_guard_kind(&word);
    return rc < 0 ? field_unknown(why, "cannot run an event loop: %s", strerror(-rc)) : field_text(word);
}

const struct field fields_of_build[] = {
    {"compiler", read_compiler},
    {"cflags", read_cflags},
    {"build_type", read_build_type},
    {"sanitizers", read_sanitizers},
    {"libcurl", read_libcurl},
    {"libev", read_libev},
    {"gnuplot", read_gnuplot},
    {"git_commit", read_git_commit},
    {"git_dirty", read_git_dirty},
    {"binary_sha256", read_binary_sha256},
    {"context", read_context},
    {"stack_guard", read_stack_guard},
    {NULL, NULL},
};
