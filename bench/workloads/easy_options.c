#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "easy_options.h"
#include "../loopback.h"
#include "../record/record.h"
#include "version.h"

enum {
    RECEIVE_BUFFER_BYTES = 16384, /* libcurl's default, said so that it is held whatever the version */
    REDIRECTS_MOST = 10,          /* 7.88 has no limit of its own */
};

static struct easy_option *add(struct easy_options *options, CURLoption option, const char *name)
{
    struct easy_option *slot = &options->options[options->count++];
    *slot = (struct easy_option){.option = option, .name = name};
    return slot;
}

#define NUMBER(option, value) add(options, option, #option)->number = (value)
#define TEXT(option, value)   add(options, option, #option)->text = (value)
#define LIST(option, value)   add(options, option, #option)->list = (value)

static int add_lines(struct curl_slist **list, const char *lines)
{
    while (lines && *lines) {
        size_t length = strcspn(lines, "\n");
        char *line = strndup(lines, length);
        struct curl_slist *longer = line ? curl_slist_append(*list, line) : NULL;
        free(line);
        if (!longer)
            return -1;
        *list = longer;
        lines += length + (lines[length] == '\n');
    }
    return 0;
}

static int read_data(struct easy_options *options, const char *path, struct failure *ret_failure)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return failure_set(ret_failure, EXIT_USAGE, "--data-file: cannot read %s: %s", path, strerror(errno));
    size_t room = 0;
    int error = 0;
    for (;;) {
        if ((size_t)options->data_bytes == room) {
            room = room ? room * 2 : 65536;
            char *data = realloc(options->data, room);
            if (!data) {
                error = failure_set(ret_failure, EXIT_LOCAL_LIMIT, "--data-file: out of memory for %s", path);
                break;
            }
            options->data = data;
        }
        size_t n = fread(options->data + options->data_bytes, 1, room - (size_t)options->data_bytes, file);
        if (n == 0)
            break;
        options->data_bytes += (long)n;
    }
    if (!error && ferror(file))
        error = failure_set(ret_failure, EXIT_USAGE, "--data-file: cannot read %s: %s", path, strerror(errno));
    fclose(file);
    return error;
}

int easy_options_init(struct easy_options *options, const struct settings *settings, const char *resolve,
                      size_t host_count, struct failure *ret_failure)
{
    memset(options, 0, sizeof(*options));
    NUMBER(CURLOPT_NOSIGNAL, 1); /* no SIGALRM among threads, no SIGPIPE */
    NUMBER(CURLOPT_TCP_NODELAY, 1);
    NUMBER(CURLOPT_BUFFERSIZE, RECEIVE_BUFFER_BYTES);
    NUMBER(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    TEXT(CURLOPT_NOPROXY, "*"); /* libcurl would obey http_proxy even for 127.0.0.1 */
    TEXT(CURLOPT_USERAGENT, "iorace/" IORACE_VERSION);
    NUMBER(CURLOPT_TIMEOUT_MS, settings->timeout_ms);
    NUMBER(CURLOPT_MAXCONNECTS, (long)host_count);
    NUMBER(CURLOPT_FOLLOWLOCATION, 1);
    NUMBER(CURLOPT_MAXREDIRS, REDIRECTS_MOST);
    TEXT(CURLOPT_PROTOCOLS_STR, "http,https");
    TEXT(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    NUMBER(CURLOPT_SSL_VERIFYPEER, 1);
    NUMBER(CURLOPT_SSL_VERIFYHOST, 2);
    if (settings->cacert)
        TEXT(CURLOPT_CAINFO, settings->cacert);
    if (strcmp(settings->connections, "cold") == 0) {
        NUMBER(CURLOPT_FRESH_CONNECT, 1);
        NUMBER(CURLOPT_FORBID_REUSE, 1);
    }

    if (add_lines(&options->headers, settings->header) < 0 || add_lines(&options->resolve, resolve) < 0)
        goto no_memory;
    if (settings->data_file) {
        if (read_data(options, settings->data_file, ret_failure) < 0)
            goto fail;
        NUMBER(CURLOPT_POST, 1);
        NUMBER(CURLOPT_POSTFIELDSIZE, options->data_bytes);
        TEXT(CURLOPT_POSTFIELDS, options->data);
    }
    if (settings->method && strcmp(settings->method, "HEAD") == 0)
        NUMBER(CURLOPT_NOBODY, 1);
    else if (settings->method && strcmp(settings->method, "GET") != 0)
        TEXT(CURLOPT_CUSTOMREQUEST, settings->method);
    if (options->headers)
        LIST(CURLOPT_HTTPHEADER, options->headers);
    if (options->resolve)
        LIST(CURLOPT_RESOLVE, options->resolve);
    return 0;

no_memory:
    failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
fail:
    easy_options_finish(options);
    return -1;
}

void easy_options_finish(struct easy_options *options)
{
    curl_slist_free_all(options->headers);
    curl_slist_free_all(options->resolve);
    free(options->data);
    memset(options, 0, sizeof(*options));
}

CURLcode easy_options_apply(const struct easy_options *options, CURL *easy)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct easy_option *option = &options->options[i];
        CURLcode code = option->list   ? curl_easy_setopt(easy, option->option, option->list)
                        : option->text ? curl_easy_setopt(easy, option->option, option->text)
                                       : curl_easy_setopt(easy, option->option, option->number);
        if (code != CURLE_OK)
            return code;
    }
    return CURLE_OK;
}

/* Of headers only the names: values may be passwords, and results are passed on. */
static json_t *json_list(const struct curl_slist *list, bool names_only)
{
    char joined[RECORD_TEXT_BYTES] = "";
    for (size_t used = 0; list && used < sizeof(joined); list = list->next) {
        size_t length = names_only ? strcspn(list->data, ":;") : strlen(list->data);
        used += (size_t)snprintf(joined + used, sizeof(joined) - used, "%s%.*s", used ? " | " : "", (int)length,
                                 list->data);
    }
    return record_json_text(joined, RECORD_TEXT_BYTES);
}

curl_socket_t easy_open_socket(void *opaque, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct easy_sockets *sockets = opaque;
    if (!sockets->anywhere && !address_is_loopback(&address->addr)) {
        sockets->went_astray = true;
        return CURL_SOCKET_BAD;
    }
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    sockets->error = fd < 0 ? errno : 0;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

json_t *easy_options_json(const struct easy_options *options)
{
    json_t *object = json_object();
    for (size_t i = 0; i < options->count; i++) {
        const struct easy_option *option = &options->options[i];
        json_t *value;
        if (option->option == CURLOPT_POSTFIELDS) {
            value = json_string("(the data file)");
        } else if (option->list) {
            value = json_list(option->list, option->option == CURLOPT_HTTPHEADER);
        } else {
            value = option->text ? record_json_text(option->text, RECORD_TEXT_BYTES) : json_integer(option->number);
        }
        json_object_set_new(object, option->name, value);
    }
    return object;
}
