#include <arpa/inet.h>
#include <inttypes.h>
#include <netdb.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <xxhash.h>
#include "preflight.h"
#include "../origin/origin.h"
#include "../plan/url.h"
#include "../plan/url_file.h"
#include "../text_stream.h"
#include "../workloads/easy_options.h"

enum {
    FETCH_MOST = 1000, /* URLs that are fetched beforehand */
    WARM_REQUESTS = 200,
    DESCRIPTORS_BESIDE = 32, /* what a trial has open besides its connections */
};

static bool is_foreign(const struct cell *cell)
{
    return cell->transfers && (cell->settings.url || cell->settings.url_file);
}

/* --- bodies --- */

struct body {
    XXH3_state_t *hash;
    int64_t bytes;
};

static size_t on_body(char *bytes, size_t one, size_t size, void *user)
{
    (void)one;
    struct body *body = user;
    XXH3_64bits_update(body->hash, bytes, size);
    body->bytes += (int64_t)size;
    return size;
}

static CURLcode fetch(CURL *easy, const char *url, struct body *body)
{
    XXH3_64bits_reset(body->hash);
    body->bytes = 0;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, WARMUP_USER_AGENT);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
    return curl_easy_perform(easy);
}

/* Returns 0 with a line added to `out`, also if the URL does not answer (the jobs will say so), or -1. */
static int expect_body(CURL *easy, const char *url, bool whole, struct body *body, FILE *out,
                       struct failure *ret_failure)
{
    uint64_t hash[2];
    int64_t bytes[2];
    for (int i = 0; i < 2; i++) {
        long status = 0;
        if (fetch(easy, url, body) != CURLE_OK)
            return 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        if (status >= 400)
            return 0;
        hash[i] = XXH3_64bits_digest(body->hash);
        bytes[i] = body->bytes;
    }
    if (bytes[0] != bytes[1])
        return failure_set(
            ret_failure, EXIT_USAGE,
            "%.200s gave bodies of two lengths to two requests, so they cannot be compared: use --verify status", url);
    if (whole && hash[0] != hash[1])
        return failure_set(
            ret_failure, EXIT_USAGE,
            "%.200s gave two different bodies to two requests, so they cannot be compared: use --verify length", url);
    fprintf(out, "%s %" PRId64 " %016" PRIx64 "\n", url, body->bytes, hash[0]);
    return 0;
}

static int expect_bodies(struct preflight *preflight, CURL *easy, const struct url_list *list, bool whole,
                         struct failure *ret_failure)
{
    struct body body = {.hash = XXH3_createState()};
    size_t size;
    FILE *out = text_stream_open(&preflight->expect, &size);
    int error = body.hash && out ? 0 : failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    size_t fetched = 0;
    for (size_t i = 0; !error && i < list->count && fetched < FETCH_MOST; i++) {
        if (list->entries[i].has_hash)
            continue;
        fetched++;
        error = expect_body(easy, list->entries[i].url, whole, &body, out, ret_failure);
    }
    if (out)
        fclose(out);
    XXH3_freeState(body.hash);
    return error;
}

/* --- hosts --- */

/* "host:port", the form in which CURLOPT_RESOLVE wants it. */
static char *host_and_port(const char *url, char **ret_host, char **ret_port)
{
    CURLU *parts = curl_url();
    char *text = NULL;
    *ret_host = url_host(url);
    *ret_port = NULL;
    if (parts && *ret_host && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_PORT, ret_port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
        asprintf(&text, "%s:%s", *ret_host, *ret_port) < 0)
        text = NULL;
    curl_url_cleanup(parts);
    return text;
}

static bool is_numeric(const char *host)
{
    unsigned char address[16];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* A name's addresses, once for all trials and lanes: "name:80:10.0.0.1,10.0.0.2". */
static void resolve_host(const char *host, const char *port, FILE *out)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    if (is_numeric(host) || getaddrinfo(host, port, &hints, &list) != 0)
        return;
    fprintf(out, "%s:%s:", host, port);
    for (struct addrinfo *at = list; at; at = at->ai_next) {
        char text[NI_MAXHOST];
        if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
            fprintf(out, at->ai_family == AF_INET6 ? "%s[%s]" : "%s%s", at == list ? "" : ",", text);
    }
    fputc('\n', out);
    freeaddrinfo(list);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Resolve every host, and try to connect until one answers. */
static int look_at_hosts(struct preflight *preflight, const struct cell *cell, const struct url_list *list,
                         struct failure *ret_failure)
{
    struct easy_options options;
    if (easy_options_init(&options, &cell->settings, NULL, 1, ret_failure) < 0)
        return -1;
    CURL *easy = curl_easy_init();
    size_t size;
    FILE *out = text_stream_open(&preflight->resolve, &size);
    void *seen = NULL;
    char problem[CURL_ERROR_SIZE] = "";
    bool reached = false;
    for (size_t i = 0; easy && out && i < list->count; i++) {
        char *host, *port, *key = host_and_port(list->entries[i].url, &host, &port);
        char **found = key ? tsearch(key, &seen, compare_texts) : NULL;
        if (found && *found == key) { /* not seen before; the tree keeps it */
            resolve_host(host, port, out);
            if (!reached) {
                easy_options_apply(&options, easy);
                curl_easy_setopt(easy, CURLOPT_URL, list->entries[i].url);
                curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
                curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, problem);
                CURLcode code = curl_easy_perform(easy);
                reached = code == CURLE_OK;
                if (!reached && !problem[0])
                    snprintf(problem, sizeof(problem), "%s", curl_easy_strerror(code));
            }
        } else {
            free(key);
        }
        free(host);
        curl_free(port);
    }
    if (out)
        fclose(out);
    tdestroy(seen, free);
    curl_easy_cleanup(easy);
    easy_options_finish(&options);
    if (!easy || !out)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    if (!reached)
        return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot reach %.200s%s: %s", list->entries[0].url,
                           list->count > 1 ? " nor any other of the list" : "", problem);
    return 0;
}

static int read_targets(struct url_list *ret_list, const struct settings *settings, struct failure *ret_failure)
{
    if (settings->url_file)
        return url_list_read(ret_list, settings->url_file, ret_failure);
    ret_list->entries = calloc(1, sizeof(*ret_list->entries));
    if (!ret_list->entries || !(ret_list->entries[0].url = strdup(settings->url)))
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    ret_list->count = 1;
    return 0;
}

int preflight_cell(struct preflight *ret_preflight, const struct cell *cell, struct failure *ret_failure)
{
    struct preflight preflight = {0};
    if (!is_foreign(cell)) {
        *ret_preflight = preflight;
        return 0;
    }
    struct url_list list = {0};
    if (read_targets(&list, &cell->settings, ret_failure) < 0)
        return -1;
    int error = look_at_hosts(&preflight, cell, &list, ret_failure);
    struct easy_sockets sockets = {.anywhere = cell->settings.allow_remote}; /* refused: the jobs will say why */
    bool reads_only =
        !cell->settings.data_file && (!cell->settings.method || strcmp(cell->settings.method, "GET") == 0);
    if (!error && reads_only && strcmp(cell->settings.verify, "status") != 0) {
        bool whole = strcmp(cell->settings.verify, "body") == 0;
        struct easy_options options;
        CURL *easy = curl_easy_init();
        error = easy_options_init(&options, &cell->settings, preflight.resolve, 1, ret_failure);
        if (easy) {
            curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, easy_open_socket);
            curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &sockets);
        }
        if (!error) {
            error = easy && easy_options_apply(&options, easy) == CURLE_OK
                        ? expect_bodies(&preflight, easy, &list, whole, ret_failure)
                        : failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
            easy_options_finish(&options);
        }
        curl_easy_cleanup(easy);
    }
    url_list_finish(&list);
    if (error)
        preflight_finish(&preflight);
    else
        *ret_preflight = preflight;
    return error;
}

void preflight_finish(struct preflight *preflight)
{
    free(preflight->resolve);
    free(preflight->expect);
    *preflight = (struct preflight){0};
}

int preflight_limits(const struct plan *plan, struct failure *ret_failure)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return 0;
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct cell *cell = &plan->cells[i];
        int64_t needed = (cell->without_workers ? 1 : cell->settings.concurrency) + DESCRIPTORS_BESIDE;
        if (cell->transfers && files.rlim_max != RLIM_INFINITY && needed > (int64_t)files.rlim_max)
            return failure_set(ret_failure, EXIT_LOCAL_LIMIT,
                               "%s needs %" PRId64 " descriptors at once and the hard limit is %" PRIu64
                               " (ulimit -Hn): raise it, or lower the concurrency",
                               cell->name, needed, (uint64_t)files.rlim_max);
    }
    return 0;
}

void preflight_warm_server(const char *server_url)
{
    CURL *easy = curl_easy_init();
    struct body body = {.hash = XXH3_createState()};
    char url[128];
    snprintf(url, sizeof(url), "%s/bytes/10000", server_url);
    if (easy && body.hash) {
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 5000L);
        for (int i = 0; i < WARM_REQUESTS && fetch(easy, url, &body) == CURLE_OK; i++)
            ;
    }
    XXH3_freeState(body.hash);
    curl_easy_cleanup(easy);
}
