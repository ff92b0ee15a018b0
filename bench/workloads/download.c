/*
 * Downloading: each job fetches one URL, checks what came, and keeps it if asked to. The URLs are those of a user, or the
 * test server's, whose bodies are known beforehand.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>
#include "workload.h"
#include "download_target.h"
#include "easy_options.h"
#include "../origin/origin.h"

/* No server may fill this machine's memory: a body beyond this, once decoded, is an error. (MAXFILESIZE does not act in mid-transfer.) */
#define BODY_BYTES_MOST (INT64_C(1) << 30)

enum verify { VERIFY_STATUS, VERIFY_LENGTH, VERIFY_BODY };

struct download_state {
    struct easy_options options;
    struct download_targets targets;
    enum verify verify;
    bool changes_things; /* a method that must not be sent only to warm up */
    bool bodyless;       /* HEAD */
    bool allow_remote;
    int save_fd; /* directory, or -1 */
};

struct download_worker {
    struct download_state *state;
    CURL *easy;
    XXH3_state_t *hash;
    int64_t received;
    bool too_large, no_memory;
    struct easy_sockets sockets;
    char problem[CURL_ERROR_SIZE]; /* libcurl's words for what went wrong */
    char *kept;                    /* the body, only if it is to be saved */
    size_t kept_room;
};

static int download_prepare(void **ret_state, const struct trial_spec *spec, struct failure *ret_failure)
{
    const struct settings *settings = &spec->settings;
    struct download_state *state = calloc(1, sizeof(*state));
    if (!state)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    state->save_fd = -1;
    state->verify = strcmp(settings->verify, "body") == 0     ? VERIFY_BODY
                    : strcmp(settings->verify, "length") == 0 ? VERIFY_LENGTH
                                                              : VERIFY_STATUS;
    const char *method = settings->method ? settings->method : settings->data_file ? "POST" : "GET";
    state->allow_remote = settings->allow_remote;
    state->bodyless = strcmp(method, "HEAD") == 0;
    state->changes_things = !state->bodyless && strcmp(method, "GET") != 0;
    if (download_targets_init(&state->targets, spec, state->verify == VERIFY_BODY, ret_failure) < 0)
        goto free_state;
    if (easy_options_init(&state->options, settings, spec->resolve, state->targets.host_count, ret_failure) < 0)
        goto finish_targets;
    if (spec->save_dir) {
        state->save_fd = open(spec->save_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (state->save_fd < 0) {
            failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot save to %s: %s", spec->save_dir, strerror(errno));
            goto finish_options;
        }
    }
    *ret_state = state;
    return 0;

finish_options:
    easy_options_finish(&state->options);
finish_targets:
    download_targets_finish(&state->targets);
free_state:
    free(state);
    return -1;
}

static void download_finish(void *opaque)
{
    struct download_state *state = opaque;
    download_targets_finish(&state->targets);
    easy_options_finish(&state->options);
    if (state->save_fd >= 0)
        close(state->save_fd);
    free(state);
}

/* --- one worker --- */

static int keep(struct download_worker *worker, const char *bytes, size_t size)
{
    size_t needed = (size_t)worker->received + size;
    if (needed > worker->kept_room) {
        size_t room = needed > worker->kept_room * 2 ? needed : worker->kept_room * 2;
        char *kept = realloc(worker->kept, room);
        if (!kept)
            return -1;
        worker->kept = kept;
        worker->kept_room = room;
    }
    memcpy(worker->kept + worker->received, bytes, size);
    return 0;
}

/* Returning less than it was given makes libcurl end the transfer. */
static size_t on_body(char *bytes, size_t one, size_t size, void *user)
{
    (void)one;
    struct download_worker *worker = user;
    if (worker->received + (int64_t)size > BODY_BYTES_MOST) {
        worker->too_large = true;
        return 0;
    }
    if (worker->state->save_fd >= 0 && keep(worker, bytes, size) < 0) {
        worker->no_memory = true;
        return 0;
    }
    if (worker->state->verify == VERIFY_BODY)
        XXH3_64bits_update(worker->hash, bytes, size);
    worker->received += (int64_t)size;
    return size;
}

static int set_up_handle(struct download_worker *worker)
{
    if (easy_options_apply(&worker->state->options, worker->easy) != CURLE_OK)
        return -ENOMEM;
    curl_easy_setopt(worker->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(worker->easy, CURLOPT_WRITEDATA, worker);
    curl_easy_setopt(worker->easy, CURLOPT_ERRORBUFFER, worker->problem);
    worker->sockets.anywhere = worker->state->allow_remote;
    curl_easy_setopt(worker->easy, CURLOPT_OPENSOCKETFUNCTION, easy_open_socket);
    curl_easy_setopt(worker->easy, CURLOPT_OPENSOCKETDATA, &worker->sockets);
    return 0;
}

static void forget_failure(struct download_worker *worker)
{
    worker->too_large = worker->no_memory = worker->sockets.went_astray = false;
    worker->sockets.error = 0;
}

/* Open the worker's connections, one to each host. A failure here is not one of a job: the jobs will meet it themselves and
 * say what it is. */
static int warm_up(struct download_worker *worker, const struct runner *runner, int64_t *ret_warmups)
{
    CURL *easy = worker->easy;
    curl_easy_setopt(easy, CURLOPT_USERAGENT, WARMUP_USER_AGENT);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L); /* not the one another worker has just put back */
    if (worker->state->changes_things) {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    for (size_t i = 0; i < worker->state->targets.host_count; i++) {
        CURLcode code;
        curl_easy_setopt(easy, CURLOPT_URL, worker->state->targets.warmup_urls[i]);
        int error = runner->wait->fetch(easy, &code);
        if (error < 0)
            return error;
        *ret_warmups += code == CURLE_OK;
    }
    curl_easy_reset(easy);
    forget_failure(worker);
    return set_up_handle(worker);
}

static void download_worker_destroy(void *opaque)
{
    struct download_worker *worker = opaque;
    if (!worker)
        return;
    curl_easy_cleanup(worker->easy);
    XXH3_freeState(worker->hash);
    free(worker->kept);
    free(worker);
}

static int download_worker_create(void **ret_worker, void *state, const struct runner *runner, bool warm,
                                  int64_t *ret_warmups)
{
    struct download_worker *worker = calloc(1, sizeof(*worker));
    if (!worker)
        return -ENOMEM;
    worker->state = state;
    worker->easy = curl_easy_init();
    worker->hash = XXH3_createState();
    int error = worker->easy && worker->hash ? set_up_handle(worker) : -ENOMEM;
    if (!error) {
        XXH3_64bits_reset(worker->hash);
        if (warm)
            error = warm_up(worker, runner, ret_warmups);
    }
    if (error) {
        download_worker_destroy(worker);
        return error;
    }
    *ret_worker = worker;
    return 0;
}

/* --- one job --- */

static enum job_error connect_error(const struct download_worker *worker)
{
    long number = worker->sockets.error;
    if (!number)
        curl_easy_getinfo(worker->easy, CURLINFO_OS_ERRNO, &number);
    switch (number) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL: /* no local port is left */
        return JOB_LOCAL_LIMIT;
    default:
        return JOB_REFUSED;
    }
}

/* libcurl has one code for a connection that broke, chunks that make no sense and a head that is too long. (The OS_ERRNO that
 * it tells may be that of an earlier transfer.) */
static enum job_error receive_error(const char *problem)
{
    if (strstr(problem, "Too large"))
        return JOB_TOO_LARGE;
    bool broke = !problem[0] || strstr(problem, "Recv failure") || strstr(problem, "SSL") || strstr(problem, "TLS");
    return broke ? JOB_RESET : JOB_PROTOCOL;
}

/* A line of the head that is longer than libcurl takes has the same code as memory that ran out. */
static enum job_error memory_error(CURL *easy)
{
    curl_off_t first_byte_us = 0;
    curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte_us);
    return first_byte_us > 0 ? JOB_TOO_LARGE : JOB_LOCAL_LIMIT;
}

/* libcurl takes a Content-Length that it cannot hold for none at all, and then whatever comes for the whole body. */
static bool length_overflows(CURL *easy)
{
    curl_off_t length = -1;
    struct curl_header *header;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return length < 0 && curl_easy_header(easy, "Content-Length", 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
           curl_easy_header(easy, "Transfer-Encoding", 0, CURLH_HEADER, -1, &header) != CURLHE_OK;
}

static enum job_error classify(const struct download_worker *worker, CURLcode code)
{
    enum { CURLE_TOO_LARGE_ = 100 }; /* a name since 8.6 */
    if ((int)code == CURLE_TOO_LARGE_)
        return JOB_TOO_LARGE;
    if (worker->sockets.went_astray)
        return JOB_PROTOCOL;
    switch (code) {
    case CURLE_OK:
        return JOB_OK;
    case CURLE_COULDNT_CONNECT:
        return connect_error(worker);
    case CURLE_COULDNT_RESOLVE_HOST:
        return JOB_RESOLVE;
    case CURLE_OPERATION_TIMEDOUT:
        return JOB_TIMEOUT;
    case CURLE_PARTIAL_FILE:
        return JOB_SHORT_BODY;
    case CURLE_RECV_ERROR:
        return receive_error(worker->problem);
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
        return JOB_RESET;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return JOB_TLS;
    case CURLE_WRITE_ERROR:
        return worker->too_large ? JOB_TOO_LARGE : worker->no_memory ? JOB_LOCAL_LIMIT : JOB_OTHER;
    case CURLE_OUT_OF_MEMORY:
        return memory_error(worker->easy);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return JOB_PROTOCOL;
    default:
        return JOB_OTHER;
    }
}

static enum job_error verify_body(const struct download_worker *worker, int64_t index)
{
    const struct download_state *state = worker->state;
    if (state->verify == VERIFY_STATUS || state->bodyless)
        return JOB_OK;
    struct expected_body expected = download_targets_expected(&state->targets, index);
    if (expected.bytes >= 0 && worker->received != expected.bytes)
        return worker->received < expected.bytes ? JOB_SHORT_BODY : JOB_WRONG_BODY;
    if (state->verify == VERIFY_BODY && expected.has_hash && XXH3_64bits_digest(worker->hash) != expected.hash)
        return JOB_WRONG_BODY;
    return JOB_OK;
}

static enum job_error download_body(void *opaque, void *opaque_worker, const struct runner *runner, int64_t index,
                                    struct job_result *result)
{
    const struct download_state *state = opaque;
    struct download_worker *worker = opaque_worker;
    char url[DOWNLOAD_URL_ROOM];
    worker->received = 0;
    forget_failure(worker);
    if (state->verify == VERIFY_BODY)
        XXH3_64bits_reset(worker->hash);
    curl_easy_setopt(worker->easy, CURLOPT_URL, download_targets_url(&state->targets, index, url));

    CURLcode code;
    int error = runner->wait->fetch(worker->easy, &code);
    if (error < 0)
        return error == -ECANCELED ? JOB_CANCELED : JOB_LOCAL_LIMIT;
    long status = 0;
    curl_easy_getinfo(worker->easy, CURLINFO_RESPONSE_CODE, &status);
    result->http_status = (int16_t)status;
    result->curl_code = (uint8_t)code;
    result->bytes = worker->received;
    if (code != CURLE_OK)
        return classify(worker, code);
    if (status >= 400)
        return JOB_HTTP_STATUS;
    if (length_overflows(worker->easy))
        return JOB_PROTOCOL;
    enum job_error wrong = verify_body(worker, index);
    if (wrong || state->save_fd < 0)
        return wrong;

    char name[24];
    snprintf(name, sizeof(name), "%06lld", (long long)index + 1);
    return runner->wait->save(state->save_fd, name, worker->kept, (size_t)worker->received) < 0 ? JOB_SAVE : JOB_OK;
}

static void download_describe(void *opaque, int64_t index, const struct job_result *result, char *buffer, size_t size)
{
    struct download_state *state = opaque;
    char room[DOWNLOAD_URL_ROOM];
    const char *url = download_targets_url(&state->targets, index, room);
    struct expected_body expected = download_targets_expected(&state->targets, index);
    if (result->error == JOB_HTTP_STATUS)
        snprintf(buffer, size, "%s: HTTP %d", url, result->http_status);
    else if (result->error == JOB_PROTOCOL && result->curl_code == CURLE_COULDNT_CONNECT)
        snprintf(buffer, size, "%s: redirected to another machine, which needs --allow-remote", url);
    else if (result->curl_code)
        snprintf(buffer, size, "%s: %s (CURLcode %d)", url, curl_easy_strerror((CURLcode)result->curl_code),
                 result->curl_code);
    else if (result->error == JOB_PROTOCOL)
        snprintf(buffer, size, "%s: its Content-Length is too large to be one", url);
    else if (expected.bytes >= 0 && result->bytes != expected.bytes)
        snprintf(buffer, size, "%s: %lld bytes, expected %lld", url, (long long)result->bytes,
                 (long long)expected.bytes);
    else if (result->error == JOB_WRONG_BODY)
        snprintf(buffer, size, "%s: the body differs from what was expected", url);
    else if (result->error == JOB_SAVE)
        snprintf(buffer, size, "%s: cannot save file %06lld", url, (long long)index + 1);
    else
        snprintf(buffer, size, "%s", url);
}

static json_t *download_held(void *opaque)
{
    struct download_state *state = opaque;
    return easy_options_json(&state->options);
}

static unsigned download_connections(const void *opaque)
{
    return (unsigned)((const struct download_state *)opaque)->targets.host_count;
}

const struct workload workload_download = {
    .name = "download",
    .summary = "jobs that fetch a page, from the built-in test server or from --url, and check every byte",
    .title = "Downloads",
    .job = "page",
    .jobs = "pages",
    .transfers = true,
    .prepare = download_prepare,
    .finish = download_finish,
    .worker_create = download_worker_create,
    .worker_destroy = download_worker_destroy,
    .body = download_body,
    .connections = download_connections,
    .describe = download_describe,
    .held = download_held,
};
