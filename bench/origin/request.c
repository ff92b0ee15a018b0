#include <string.h>
#include <strings.h>
#include "origin.h"
#include "request.h"

static void begin_next(struct request *request)
{
    request->error = 0;
    request->head_only = false;
    request->warmup = false;
    request->begun = false;
    request->head_complete = false;
    request->expects_continue = false;
    request->expects_unknown = false;
    request->bad_header = false;
    request->in_value = false;
    request->host_count = 0;
    request->target_bytes = 0;
    request->field_bytes = 0;
    if (request->parsed == request->filled)
        request->parsed = request->filled = 0;
    request->head = request->parsed;
}

void request_init(struct request *request)
{
    http_parser_init(&request->parser, HTTP_REQUEST);
    request->parser.data = request;
    request->parsed = request->filled = 0;
    request->refusal = 0;
    begin_next(request);
}

/*
 * The events. The head stays in the buffer in one piece while it is read, so what the parser hands over in several
 * pieces (a header that two reads brought) is only made longer here, and nothing is copied.
 */

static int on_message_begin(http_parser *parser)
{
    struct request *request = parser->data;
    request->begun = true;
    return 0;
}

static size_t place_of(const struct request *request, const char *at)
{
    return (size_t)(at - request->buffer) - request->head;
}

static int on_url(http_parser *parser, const char *at, size_t bytes)
{
    struct request *request = parser->data;
    if (request->target_bytes == 0)
        request->target_at = place_of(request, at);
    request->target_bytes += bytes;
    return 0;
}

/* Looks at a header once both halves are whole; the length alone rules out nearly all. */
static void take_header(struct request *request)
{
    const char *head = request->buffer + request->head;
    const char *field = head + request->field_at, *value = head + request->value_at;

    /* The parser lets spaces pass in a name, and "Content-Length : 5" must not mean two things to two programs. */
    if (memchr(field, ' ', request->field_bytes))
        request->bad_header = true;

    switch (request->field_bytes) {
    case sizeof("Host") - 1:
        if (strncasecmp(field, "Host", 4) == 0)
            request->host_count++;
        break;
    case sizeof("Expect") - 1:
        if (strncasecmp(field, "Expect", 6) == 0) {
            request->expects_continue = request->value_bytes == 12 && strncasecmp(value, "100-continue", 12) == 0;
            request->expects_unknown = !request->expects_continue;
        }
        break;
    case sizeof("User-Agent") - 1:
        if (strncasecmp(field, "User-Agent", 10) == 0)
            request->warmup = request->value_bytes == sizeof(WARMUP_USER_AGENT) - 1 &&
                              memcmp(value, WARMUP_USER_AGENT, sizeof(WARMUP_USER_AGENT) - 1) == 0;
        break;
    }
    request->field_bytes = 0;
    request->in_value = false;
}

static int on_header_field(http_parser *parser, const char *at, size_t bytes)
{
    struct request *request = parser->data;
    if (request
            ->head_complete) /* a trailer: nothing in there is of interest, and the head is no longer in the buffer */
        return 0;
    if (request->in_value)
        take_header(request);
    if (request->field_bytes == 0)
        request->field_at = place_of(request, at);
    request->field_bytes += bytes;
    return 0;
}

static int on_header_value(http_parser *parser, const char *at, size_t bytes)
{
    struct request *request = parser->data;
    if (request->head_complete)
        return 0;
    if (!request->in_value) {
        request->in_value = true;
        request->value_at = place_of(request, at);
        request->value_bytes = 0;
    }
    request->value_bytes += bytes;
    return 0;
}

static bool is_served(unsigned method)
{
    switch (method) {
    case HTTP_GET:
    case HTTP_HEAD:
    case HTTP_POST:
    case HTTP_PUT:
    case HTTP_PATCH:
    case HTTP_DELETE:
    case HTTP_OPTIONS:
        return true;
    default:
        return false;
    }
}

static int refuse(struct request *request, int status)
{
    request->refusal = status;
    return -1;
}

static int on_headers_complete(http_parser *parser)
{
    struct request *request = parser->data;
    if (request->in_value)
        take_header(request);
    request->head_complete = true;
    parser->upgrade = 0; /* we change to no other protocol: what follows is read as HTTP/1.1 */

    if (parser->http_major == 0)
        return refuse(request, 400);
    if (parser->http_major > 1)
        return refuse(request, 505);
    request->old_version = parser->http_minor == 0;
    /* RFC 9112, 3.2: a request without exactly one Host is answered 400; HTTP/1.0 did not have the header. */
    if (request->bad_header || request->host_count > 1 || (request->host_count == 0 && !request->old_version))
        return refuse(request, 400);
    if (request->expects_unknown)
        return refuse(request, 417);
    if (request->old_version)
        request->expects_continue = false;

    if (!is_served(parser->method))
        request->error = 405;
    else
        request->error =
            target_parse(request->buffer + request->head + request->target_at, request->target_bytes, &request->target);
    request->head_only = parser->method == HTTP_HEAD;
    if (request->target.kind == TARGET_STATS && parser->method != HTTP_GET)
        request->target.reset = false;
    return 0;
}

static int on_message_complete(http_parser *parser)
{
    struct request *request = parser->data;
    request->keep_alive = http_should_keep_alive(parser);
    http_parser_pause(parser, 1); /* one request at a time: the next stays in the buffer until this one is answered */
    return 0;
}

static const http_parser_settings settings = {
    .on_message_begin = on_message_begin,
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_message_complete = on_message_complete,
};

/* A method that the parser does not know, such as BREW, is 501; bytes that are no method at all are 400. */
static int judge_method(const struct request *request)
{
    const char *line = request->buffer + request->head;
    size_t bytes = request->filled - request->head, length = 0;
    while (length < bytes && line[length] >= 'A' && line[length] <= 'Z')
        length++;
    return length > 0 && length < bytes && line[length] == ' ' ? 501 : 400;
}

static int judge_error(const struct request *request)
{
    switch (HTTP_PARSER_ERRNO(&request->parser)) {
    case HPE_CB_headers_complete:
        return request->refusal;
    case HPE_HEADER_OVERFLOW:
        return 431;
    case HPE_INVALID_METHOD:
        return judge_method(request);
    default:
        return 400;
    }
}

enum request_progress request_parse(struct request *request)
{
    http_parser *parser = &request->parser;
    if (HTTP_PARSER_ERRNO(parser) == HPE_PAUSED) {
        http_parser_pause(parser, 0);
        begin_next(request);
    }
    /* An empty piece would tell the parser that the stream has ended. */
    if (request->parsed == request->filled)
        return REQUEST_PARTIAL;

    request->parsed +=
        http_parser_execute(parser, &settings, request->buffer + request->parsed, request->filled - request->parsed);
    switch (HTTP_PARSER_ERRNO(parser)) {
    case HPE_OK:
        return REQUEST_PARTIAL;
    case HPE_PAUSED:
        return REQUEST_READY;
    default:
        request->refusal = judge_error(request);
        return REQUEST_REFUSED;
    }
}

char *request_room(struct request *request, size_t *ret_space)
{
    if (!request->begun || request->head_complete) {
        /* All that is here has been read, and of a body nothing is kept. */
        request->head = request->parsed = request->filled = 0;
    } else if (request->filled == sizeof(request->buffer) && request->head > 0) {
        size_t kept = request->filled - request->head;
        memmove(request->buffer, request->buffer + request->head, kept);
        request->head = 0;
        request->parsed = request->filled = kept;
    }
    *ret_space = sizeof(request->buffer) - request->filled;
    return request->buffer + request->filled;
}

void request_received(struct request *request, size_t bytes)
{
    request->filled += bytes;
}
