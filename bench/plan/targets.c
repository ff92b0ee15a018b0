#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "targets.h"
#include "url.h"

struct target_file {
    char *path;
    struct url_list list;
    bool searched;
    const struct url_entry *remote; /* once searched: the first that is not this machine; NULL: none */
};

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the URLs");
}

void targets_finish(struct targets *targets)
{
    for (size_t i = 0; i < targets->file_count; i++) {
        url_list_finish(&targets->files[i].list);
        free(targets->files[i].path);
    }
    free(targets->files);
    tdestroy(targets->loopback_hosts, free);
    *targets = (struct targets){0};
}

static struct target_file *find_file(struct targets *targets, const char *path, struct failure *ret_failure)
{
    for (size_t i = 0; i < targets->file_count; i++)
        if (strcmp(targets->files[i].path, path) == 0)
            return &targets->files[i];
    struct target_file *grown = reallocarray(targets->files, targets->file_count + 1, sizeof(*grown));
    if (!grown) {
        no_memory(ret_failure);
        return NULL;
    }
    targets->files = grown;
    struct target_file file = {0};
    if (url_list_read(&file.list, path, ret_failure))
        return NULL;
    file.path = strdup(path);
    if (!file.path) {
        url_list_finish(&file.list);
        no_memory(ret_failure);
        return NULL;
    }
    grown[targets->file_count] = file;
    return &grown[targets->file_count++];
}

int targets_count(struct targets *targets, const char *path, int64_t *ret_count, struct failure *ret_failure)
{
    const struct target_file *file = find_file(targets, path, ret_failure);
    if (!file)
        return -1;
    *ret_count = (int64_t)file->list.count;
    return 0;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* A host that memory fails for is taken to be elsewhere: the safe side. */
static bool is_loopback(struct targets *targets, const char *url)
{
    char *host = url_host(url);
    if (!host)
        return false;
    if (tfind(host, &targets->loopback_hosts, by_bytes)) {
        free(host);
        return true;
    }
    bool loopback = host_is_loopback(host);
    if (!loopback || !tsearch(host, &targets->loopback_hosts, by_bytes))
        free(host);
    return loopback;
}

static const struct url_entry *first_remote(struct targets *targets, struct target_file *file)
{
    for (size_t i = 0; i < file->list.count && !file->searched; i++)
        if (!is_loopback(targets, file->list.entries[i].url)) {
            file->remote = &file->list.entries[i];
            break;
        }
    file->searched = true;
    return file->remote;
}

static int refuse(const struct settings *settings, int64_t concurrency, const char *where, const char *url,
                  struct failure *ret_failure)
{
    char *host = url_host(url);
    const char *shown = host ? host : url;
    if (!settings->allow_remote)
        failure_set(ret_failure, EXIT_USAGE,
                    "%s: '%.80s' is not this machine; with the owner's leave --allow-remote permits it", where, shown);
    else
        failure_set(ret_failure, EXIT_USAGE,
                    "%s: concurrency %lld is more than the %lld requests at once that '%.80s', not this machine, may "
                    "get; lower --concurrency, or raise --per-host with the owner's leave",
                    where, (long long)concurrency, (long long)settings->per_host, shown);
    free(host);
    return -1;
}

int targets_check(struct targets *targets, const struct settings *settings, int64_t concurrency, const char *where,
                  struct failure *ret_failure)
{
    if (settings->allow_remote && concurrency <= settings->per_host)
        return 0;
    if (settings->url && !is_loopback(targets, settings->url))
        return refuse(settings, concurrency, where, settings->url, ret_failure);
    if (!settings->url_file)
        return 0;
    struct target_file *file = find_file(targets, settings->url_file, ret_failure);
    if (!file)
        return -1;
    const struct url_entry *remote = first_remote(targets, file);
    if (!remote)
        return 0;
    char line[512];
    snprintf(line, sizeof(line), "%.400s:%d", settings->url_file, remote->line);
    return refuse(settings, concurrency, line, remote->url, ret_failure);
}
