/* The libcurl options of a download: one table, applied to every handle of every runner, and shown in the trial's record. */
#ifndef BENCH_EASY_OPTIONS_H
#define BENCH_EASY_OPTIONS_H

#include <curl/curl.h>
#include <jansson.h>
#include "../plan/settings.h"

enum { EASY_OPTIONS_MOST = 40 };

struct easy_options {
    struct easy_option {
        CURLoption option;
        const char *name;
        long number;      /**< where text and list are NULL */
        const char *text; /**< borrowed from the settings */
        struct curl_slist *list;
    } options[EASY_OPTIONS_MOST];
    size_t count;
    struct curl_slist *headers, *resolve;
    char *data; /**< the request's body, from data_file */
    long data_bytes;
};

/**
 * Work out the options.
 *
 * @param settings  must outlive the options
 * @param resolve   CURLOPT_RESOLVE entries, one a line, or NULL
 * @param host_count  connections that a handle keeps where they are its own: as many as a runner's loop keeps for it
 * Returns 0 or -1 (data file not readable, memory).
 */
int easy_options_init(struct easy_options *options, const struct settings *settings, const char *resolve,
                      size_t host_count, struct failure *ret_failure);
void easy_options_finish(struct easy_options *options);

/** Set them all on a handle. Returns the first CURLcode that is not CURLE_OK. */
CURLcode easy_options_apply(const struct easy_options *options, CURL *easy);

/** What may be connected to, and why the last socket was not made. */
struct easy_sockets {
    bool anywhere;    /**< not only to this machine */
    bool went_astray; /**< an address was refused */
    int error;        /**< the errno of a socket that could not be had; 0: it could */
};

/**
 * A CURLOPT_OPENSOCKETFUNCTION that refuses every address but those of this machine's loopback: the URLs have been looked at, a
 * redirect could still lead a thousand connections to somebody else's machine. And it remembers what libcurl does not tell: that
 * it was for want of a descriptor that there is no connection.
 *
 * @param sockets  CURLOPT_OPENSOCKETDATA: a struct easy_sockets
 */
curl_socket_t easy_open_socket(void *sockets, curlsocktype purpose, struct curl_sockaddr *address);

/** Returns {"CURLOPT_NOSIGNAL":1,...}, a new object. */
json_t *easy_options_json(const struct easy_options *options);

#endif
