/* What bare_curl and rt_curl share, so that they differ in who drives libcurl and in nothing else. */
#ifndef PERF_CURL_COMMON_H
#define PERF_CURL_COMMON_H

#include "perf.h"
#include <argp.h>
#include <curl/curl.h>
#include <xxhash.h>

/* --- the command line --- */

struct settings {
    const char *url;
    long requests;
    int connections;
    bool warm;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct settings *settings = state->input;
    switch (key) {
    case 'u':
        settings->url = arg;
        return 0;
    case 'n':
        settings->requests = atol(arg);
        return 0;
    case 'c':
        settings->connections = atoi(arg);
        return 0;
    case 'w':
        settings->warm = true;
        return 0;
    case ARGP_KEY_END:
        if (!settings->url || settings->requests < 1 || settings->connections < 1)
            argp_error(state, "--url is needed, and at least one request and one connection");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static inline struct settings parse_settings(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"url", 'u', "URL", 0, "what to fetch", 0},
        {"requests", 'n', "N", 0, "how often (10000)", 0},
        {"connections", 'c', "N", 0, "over how many connections (64)", 0},
        {"warm", 'w', NULL, 0, "start the clock when each connection has carried one request", 0},
        {0},
    };
    static const struct argp argp = {options, parse_option, NULL, "Fetch one URL again and again.", NULL, NULL, NULL};
    struct settings settings = {.requests = 10000, .connections = 64};
    argp_parse(&argp, argc, argv, 0, NULL, &settings);
    return settings;
}

/* --- one connection's handle --- */

struct download {
    CURL *easy;
    CURLU *target;
    XXH3_state_t *hash;
    size_t bytes;
};

static inline size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct download *download = user;
    XXH3_64bits_update(download->hash, bytes, size * count);
    download->bytes += size * count;
    return size * count;
}

static inline void download_init(struct download *download, const char *url)
{
    CURL *easy = curl_easy_init();
    *download = (struct download){.easy = easy, .target = curl_url(), .hash = XXH3_createState()};
    if (!easy || !download->target || !download->hash) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    /* Those of iorace's download (bench/workloads/easy_options.c) but for the time limit, which the other languages'
     * clients are not given either: scripts/peers compares like with like. */
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 16384L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "iorace/0.1.0");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    /* There is one URL, so it is read once; one that comes as CURLOPT_URL is read for each request, and put together
     * again from its parts. */
    curl_url_set(download->target, CURLUPART_URL, url, 0);
    curl_easy_setopt(easy, CURLOPT_CURLU, download->target);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, download);
}

static inline void download_finish(struct download *download)
{
    curl_easy_cleanup(download->easy);
    curl_url_cleanup(download->target);
    XXH3_freeState(download->hash);
}

static inline void download_begin(struct download *download)
{
    XXH3_64bits_reset(download->hash);
    download->bytes = 0;
}

/* Every body must be like the first. */
static inline bool download_good(struct download *download, CURLcode code)
{
    static size_t first_bytes;
    static XXH64_hash_t first_hash;
    long status = 0;
    curl_easy_getinfo(download->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status != 200)
        return false;
    XXH64_hash_t hash = XXH3_64bits_digest(download->hash);
    if (!first_hash) {
        first_hash = hash;
        first_bytes = download->bytes;
    }
    return hash == first_hash && download->bytes == first_bytes;
}

/* --- what is reported --- */

static inline void downloads_report(const char *program, const struct settings *settings, struct perf_span span,
                                    long failed)
{
    char more[192];
    snprintf(more, sizeof(more), ",\"connections\":%d,\"failed\":%ld,\"cpu_us_per_job\":%.3f,\"requests_per_s\":%.1f",
             settings->connections, failed, (double)span.cpu_ns / 1e3 / (double)settings->requests,
             (double)settings->requests * 1e9 / (double)span.wall_ns);
    perf_report(program, more, (double)settings->requests, span);
}

#endif
