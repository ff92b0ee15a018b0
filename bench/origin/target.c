#include <string.h>
#include <strings.h>
#include "body.h"
#include "target.h"

const char target_help[] =
    "iorace serve: a test server whose answers depend on nothing but the URL.\n"
    "\n"
    "  /                   this text\n"
    "  /bytes/N            a body of N bytes (200 where no path names a size; at most 2^40)\n"
    "  /delay/MS           the answer comes MS milliseconds after the request (such as 20 or 0.5)\n"
    "  /status/CODE        an answer with this status, 200 to 599\n"
    "  /stats              counters, as JSON; /stats?reset=1 also sets them back to zero\n"
    "\n"
    "Parts can be put together: /delay/20/bytes/10000?job=7. The query is free; it makes another body.\n";

/* A part of the text, never terminated. */
struct span {
    const char *at;
    size_t bytes;
};

static bool span_is(struct span span, const char *word)
{
    return span.bytes == strlen(word) && memcmp(span.at, word, span.bytes) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Leaves the span at the first byte that is not a digit. */
static bool take_integer(struct span *span, uint64_t limit, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (span->bytes == 0 || !is_digit(span->at[0]))
        return false;
    for (; span->bytes > 0 && is_digit(span->at[0]); span->at++, span->bytes--) {
        number = number * 10 + (uint64_t)(span->at[0] - '0');
        if (number > limit) /* checked at each digit, so nothing can overflow */
            return false;
    }
    *ret_number = number;
    return true;
}

static bool parse_integer(struct span span, uint64_t limit, uint64_t *ret_number)
{
    uint64_t number;
    if (!take_integer(&span, limit, &number) || span.bytes > 0)
        return false;
    *ret_number = number;
    return true;
}

/* Milliseconds with any number of decimals; those finer than a nanosecond are read and dropped. */
static bool parse_delay(struct span span, int64_t *ret_delay_ns)
{
    uint64_t whole_ms;
    int64_t fraction_ns = 0;
    if (!take_integer(&span, TARGET_DELAY_MAX_MS, &whole_ms))
        return false;
    if (span.bytes > 0) {
        if (span.at[0] != '.' || span.bytes < 2)
            return false;
        int64_t unit_ns = 100000;
        for (size_t i = 1; i < span.bytes; i++, unit_ns /= 10) {
            if (!is_digit(span.at[i]))
                return false;
            fraction_ns += unit_ns * (span.at[i] - '0');
        }
    }
    int64_t delay_ns = (int64_t)whole_ms * 1000000 + fraction_ns;
    if (delay_ns > TARGET_DELAY_MAX_MS * 1000000)
        return false;
    *ret_delay_ns = delay_ns;
    return true;
}

/* Cuts "/name" off the front of a path. */
static bool take_segment(struct span *path, struct span *ret_segment)
{
    if (path->bytes == 0 || path->at[0] != '/')
        return false;
    const char *name = path->at + 1;
    const char *slash = memchr(name, '/', path->bytes - 1);
    size_t name_bytes = slash ? (size_t)(slash - name) : path->bytes - 1;
    *ret_segment = (struct span){name, name_bytes};
    path->at = name + name_bytes;
    path->bytes -= 1 + name_bytes;
    return true;
}

static int parse_parts(struct span path, struct target *target)
{
    bool has_delay = false, has_bytes = false, has_status = false;
    uint64_t number;

    while (path.bytes > 0) {
        struct span name, value = {"", 0};
        bool *seen;
        if (!take_segment(&path, &name))
            return 400;
        if (span_is(name, "delay"))
            seen = &has_delay;
        else if (span_is(name, "bytes"))
            seen = &has_bytes;
        else if (span_is(name, "status"))
            seen = &has_status;
        else
            return 404;
        if (*seen || !take_segment(&path, &value))
            return 400;
        *seen = true;

        if (seen == &has_delay) {
            if (!parse_delay(value, &target->delay_ns))
                return 400;
        } else if (seen == &has_bytes) {
            if (!parse_integer(value, TARGET_BYTES_MAX, &target->body_bytes))
                return 400;
        } else {
            if (!parse_integer(value, 599, &number) || number < 200)
                return 400;
            target->status = (int)number;
        }
    }
    return 0;
}

static bool query_has(struct span query, const char *item)
{
    while (query.bytes > 0) {
        const char *end = memchr(query.at, '&', query.bytes);
        size_t bytes = end ? (size_t)(end - query.at) : query.bytes;
        if (span_is((struct span){query.at, bytes}, item))
            return true;
        bytes += end ? 1 : 0;
        query.at += bytes;
        query.bytes -= bytes;
    }
    return false;
}

/* RFC 9112, 3.2.2: a server takes the absolute form too. What is left starts at the path. */
static struct span strip_authority(struct span text)
{
    static const char scheme[] = "http://";
    size_t scheme_bytes = sizeof(scheme) - 1;
    if (text.bytes <= scheme_bytes || strncasecmp(text.at, scheme, scheme_bytes) != 0)
        return text;
    const char *host = text.at + scheme_bytes;
    const char *path = memchr(host, '/', text.bytes - scheme_bytes);
    if (!path)
        return (struct span){"/", 1};
    return (struct span){path, text.bytes - (size_t)(path - text.at)};
}

int target_parse(const char *text, size_t text_bytes, struct target *ret_target)
{
    struct span whole = {text, text_bytes};
    if (text_bytes == 0)
        return 400;
    if (text[0] != '/')
        whole = strip_authority(whole);
    /* A fragment is the client's own business and must not be sent. */
    if (whole.at[0] != '/' || memchr(whole.at, '#', whole.bytes))
        return 400;

    struct span path = whole, query = {"", 0};
    const char *question = memchr(whole.at, '?', whole.bytes);
    if (question) {
        path.bytes = (size_t)(question - whole.at);
        query = (struct span){question + 1, whole.bytes - path.bytes - 1};
    }

    struct target target = {
        .kind = TARGET_BODY,
        .status = 200,
        .body_bytes = ORIGIN_DEFAULT_BODY_BYTES,
    };
    if (path.bytes == 1) {
        target.kind = TARGET_HELP;
    } else if (span_is(path, "/stats")) {
        target.kind = TARGET_STATS;
        target.reset = query_has(query, "reset=1");
    } else {
        int status = parse_parts(path, &target);
        if (status != 0)
            return status;
        target.seed = origin_body_seed(whole.at, whole.bytes);
    }
    *ret_target = target;
    return 0;
}
