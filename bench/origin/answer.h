/* The head of an answer. */
#ifndef BENCH_ORIGIN_ANSWER_H
#define BENCH_ORIGIN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum answer_connection {
    ANSWER_KEEP,     /**< HTTP/1.1: kept unless said otherwise */
    ANSWER_KEEP_1_0, /**< kept, and the client has to be told */
    ANSWER_CLOSE,
};

/** No head is longer, bytes. */
#define ANSWER_HEAD_MAX 320

/** Returns whether answers with this status have a body (RFC 9110, 15: 204, 205 and 304 have none). */
bool answer_has_body(int status);

/** Returns a few words on an error, the body that goes with it. */
const char *answer_error_text(int status);

/**
 * Write a head, up to and with the empty line.
 *
 * @param buffer      at least ANSWER_HEAD_MAX bytes; not terminated
 * @param body_bytes  Content-Length; ignored where the status allows none
 * @param is_json     application/json instead of text/plain
 *
 * Returns its length.
 */
size_t answer_head(char *buffer, int status, uint64_t body_bytes, bool is_json, enum answer_connection connection);

#endif
