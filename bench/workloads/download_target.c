#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "download_target.h"
#include "../origin/body.h"

/* Hashing the bodies beforehand takes time that nobody sees the use of when there are a million: after this many, URLs repeat. */
enum { DISTINCT_MOST = 4096 };

static size_t format_target(const struct download_targets *targets, size_t which, char *buffer, size_t size)
{
    size_t used = 0;
    int64_t delay_ns = targets->delays.count ? targets->delays.delays_ns[which % targets->delays.count] : 0;
    if (delay_ns % 1000000 == 0 && delay_ns > 0)
        used = (size_t)snprintf(buffer, size, "/delay/%lld", (long long)(delay_ns / 1000000));
    else if (delay_ns > 0)
        used = (size_t)snprintf(buffer, size, "/delay/%lld.%06lld", (long long)(delay_ns / 1000000),
                                (long long)(delay_ns % 1000000));
    used +=
        (size_t)snprintf(buffer + used, size - used, "/bytes/%lld?job=%zu", (long long)targets->body_bytes, which + 1);
    return used;
}

/* Returns the length of "http://host:port". */
static size_t origin_length(const char *url)
{
    const char *host = strstr(url, "//");
    return host ? (size_t)(host + 2 - url) + strcspn(host + 2, "/?#") : strlen(url);
}

/* Note a URL's host unless it is known, or there are enough. */
static int add_host(struct download_targets *targets, const char *url)
{
    size_t length = origin_length(url);
    for (size_t i = 0; i < targets->host_count; i++)
        if (origin_length(targets->warmup_urls[i]) == length && strncasecmp(targets->warmup_urls[i], url, length) == 0)
            return 0;
    if (targets->host_count == HOSTS_MOST)
        return 0;
    if (!targets->warmup_urls && !(targets->warmup_urls = calloc(HOSTS_MOST, sizeof(*targets->warmup_urls))))
        return -1;
    targets->warmup_urls[targets->host_count] = strdup(url);
    return targets->warmup_urls[targets->host_count++] ? 0 : -1;
}

static int init_server(struct download_targets *targets, const struct trial_spec *spec, bool hashes,
                       struct failure *ret_failure)
{
    targets->server_url = strdup(spec->server_url);
    targets->body_bytes = spec->settings.body_bytes;
    char url[DOWNLOAD_URL_ROOM];
    snprintf(url, sizeof(url), "%s/bytes/%lld", spec->server_url, (long long)targets->body_bytes);
    if (!targets->server_url || add_host(targets, url) < 0)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    if (spec->settings.delay_ms &&
        delay_list_parse(&targets->delays, spec->settings.delay_ms, "delay-ms", ret_failure) < 0)
        return -1;
    size_t jobs = (size_t)spec->settings.jobs;
    targets->distinct = jobs > DISTINCT_MOST && targets->delays.count <= 1 ? DISTINCT_MOST : jobs;
    targets->expected = calloc(targets->distinct, sizeof(*targets->expected));
    if (!targets->expected)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    for (size_t i = 0; i < targets->distinct; i++) {
        char target[DOWNLOAD_URL_ROOM];
        size_t length = format_target(targets, i, target, sizeof(target));
        targets->expected[i].bytes = targets->body_bytes;
        targets->expected[i].has_hash = hashes;
        if (hashes)
            targets->expected[i].hash =
                origin_body_hash(origin_body_seed(target, length), (uint64_t)targets->body_bytes);
    }
    return 0;
}

static int list_of_one(struct url_list *list, const char *url)
{
    list->entries = calloc(1, sizeof(*list->entries));
    if (!list->entries || !(list->entries[0].url = strdup(url)))
        return -1;
    list->count = 1;
    return 0;
}

/* What the run found out beforehand: "URL BYTES HASH" a line. A hash in the user's own file counts more. */
static void apply_expectations(struct download_targets *targets, const char *lines)
{
    while (lines && *lines) {
        size_t length = strcspn(lines, "\n");
        char *line = strndup(lines, length);
        lines += length + (lines[length] == '\n');
        char *bytes = line ? strchr(line, ' ') : NULL;
        char *hash = bytes ? strchr(bytes + 1, ' ') : NULL;
        if (hash) {
            *bytes++ = *hash++ = '\0';
            for (size_t i = 0; i < targets->distinct; i++) {
                if (targets->expected[i].has_hash || strcmp(targets->list.entries[i].url, line) != 0)
                    continue;
                targets->expected[i].bytes = strtoll(bytes, NULL, 10);
                targets->expected[i].has_hash = true;
                targets->expected[i].hash = strtoull(hash, NULL, 16);
            }
        }
        free(line);
    }
}

static int init_urls(struct download_targets *targets, const struct trial_spec *spec, struct failure *ret_failure)
{
    const struct settings *settings = &spec->settings;
    if (settings->url_file) {
        if (url_list_read(&targets->list, settings->url_file, ret_failure) < 0)
            return -1;
    } else if (!settings->url) {
        return failure_set(ret_failure, EXIT_USAGE, "a download needs a test server's URL, --url or --url-file");
    } else if (list_of_one(&targets->list, settings->url) < 0) {
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    }
    targets->distinct = targets->list.count;
    targets->expected = calloc(targets->distinct, sizeof(*targets->expected));
    if (!targets->expected)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    for (size_t i = 0; i < targets->distinct; i++) {
        if (add_host(targets, targets->list.entries[i].url) < 0)
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
        const struct url_entry *entry = &targets->list.entries[i];
        targets->expected[i] = (struct expected_body){.bytes = -1, .has_hash = entry->has_hash, .hash = entry->hash};
    }
    apply_expectations(targets, spec->expect);
    return 0;
}

int download_targets_init(struct download_targets *targets, const struct trial_spec *spec, bool hashes,
                          struct failure *ret_failure)
{
    memset(targets, 0, sizeof(*targets));
    int error =
        spec->server_url ? init_server(targets, spec, hashes, ret_failure) : init_urls(targets, spec, ret_failure);
    if (error < 0)
        download_targets_finish(targets);
    return error;
}

void download_targets_finish(struct download_targets *targets)
{
    for (size_t i = 0; i < targets->host_count; i++)
        free(targets->warmup_urls[i]);
    free(targets->warmup_urls);
    free(targets->server_url);
    delay_list_finish(&targets->delays);
    url_list_finish(&targets->list);
    free(targets->expected);
    memset(targets, 0, sizeof(*targets));
}

const char *download_targets_url(const struct download_targets *targets, int64_t index, char room[DOWNLOAD_URL_ROOM])
{
    size_t which = (size_t)index % targets->distinct;
    if (!targets->server_url)
        return targets->list.entries[which].url;
    size_t used = (size_t)snprintf(room, DOWNLOAD_URL_ROOM, "%s", targets->server_url);
    format_target(targets, which, room + used, DOWNLOAD_URL_ROOM - used);
    return room;
}

struct expected_body download_targets_expected(const struct download_targets *targets, int64_t index)
{
    return targets->expected[(size_t)index % targets->distinct];
}
