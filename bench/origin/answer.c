/* Heads are put together by copying, not by printf: at 100,000 answers a second it shows. */
#include <http_parser.h>
#include <string.h>
#include "answer.h"

bool answer_has_body(int status)
{
    return status != 204 && status != 205 && status != 304;
}

const char *answer_error_text(int status)
{
    switch (status) {
    case 400:
        return "bad request: malformed, a number out of range, or a part given twice; GET / lists the paths\n";
    case 404:
        return "no such path; GET / lists them\n";
    case 405:
        return "this method is not served\n";
    case 408:
        return "the request did not arrive in time\n";
    case 417:
        return "only 100-continue can be expected\n";
    case 431:
        return "request line and headers are over 16 KiB\n";
    case 501:
        return "unknown method\n";
    case 505:
        return "only HTTP/1.0 and HTTP/1.1 are spoken\n";
    default:
        return "error\n";
    }
}

static char *put_number(char *out, uint64_t number)
{
    char digits[20];
    size_t first = sizeof(digits);
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return mempcpy(out, digits + first, sizeof(digits) - first);
}

static const char *reason_of(int status)
{
    switch (status) {
#define XX(number, name, string)                                                                                       \
    case number:                                                                                                       \
        return #string;
        HTTP_STATUS_MAP(XX)
#undef XX
    default:
        return "Unnamed";
    }
}

size_t answer_head(char *buffer, int status, uint64_t body_bytes, bool is_json, enum answer_connection connection)
{
    char *out = buffer;
    if (status == 200) {
        out = stpcpy(out, "HTTP/1.1 200 OK\r\n");
    } else {
        out = put_number(stpcpy(out, "HTTP/1.1 "), (uint64_t)status);
        *out++ = ' ';
        out = stpcpy(stpcpy(out, reason_of(status)), "\r\n");
    }
    out = stpcpy(out, "Server: iorace\r\n");
    if (status == 405)
        out = stpcpy(out, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");

    if (answer_has_body(status)) {
        out = is_json ? stpcpy(out, "Content-Type: application/json\r\n") : stpcpy(out, "Content-Type: text/plain\r\n");
        out = stpcpy(put_number(stpcpy(out, "Content-Length: "), body_bytes), "\r\n");
    } else if (status == 205) {
        out = stpcpy(out, "Content-Length: 0\r\n");
    }

    if (connection == ANSWER_CLOSE)
        out = stpcpy(out, "Connection: close\r\n");
    else if (connection == ANSWER_KEEP_1_0)
        out = stpcpy(out, "Connection: keep-alive\r\n");
    out = stpcpy(out, "\r\n");
    return (size_t)(out - buffer);
}
