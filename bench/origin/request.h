/*
 * Reads requests off a stream of bytes: http_parser's events, made into whole requests. Does no I/O.
 *
 *     for (;;)
 *         switch (request_parse(r)) {
 *         case REQUEST_READY:   answer it; parse again: there may be another in the buffer
 *         case REQUEST_PARTIAL: room = request_room(r, &space); read up to `space` bytes to it; request_received(r, n)
 *         case REQUEST_REFUSED: answer r->refusal and close
 *         }
 */
#ifndef BENCH_ORIGIN_REQUEST_H
#define BENCH_ORIGIN_REQUEST_H

#include <http_parser.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "target.h"

/** The longest head (request line and headers) that is taken, bytes. */
#define REQUEST_HEAD_MAX 16384

enum request_progress {
    REQUEST_PARTIAL, /**< more bytes are needed */
    REQUEST_READY,   /**< one request, its body included, has been read; the fields below are valid until the next parse
                      */
    REQUEST_REFUSED, /**< where the next request would begin is unknown: answer `refusal`, then close */
};

struct request {
    /* Of a request that is READY. */
    int error; /**< 0: `target` is valid; else the status to answer: the connection can go on */
    struct target target;
    bool head_only;   /**< the method is HEAD */
    bool keep_alive;  /**< the client wants, or may have, another answer on this connection */
    bool old_version; /**< HTTP/1.0: keeping the connection has to be said */
    bool warmup;      /**< carries WARMUP_USER_AGENT */
    int refusal;      /**< the status, after REQUEST_REFUSED */

    /* Of a request that is PARTIAL. */
    bool begun;            /**< its first byte is there */
    bool head_complete;    /**< what is missing is (part of) the body */
    bool expects_continue; /**< the client waits for "100 Continue"; to be cleared by who sends it */

    /* The reader's own. Places are counted from `head`, the place in `buffer` where the request begins. */
    http_parser parser;
    size_t head, parsed, filled;
    size_t target_at, target_bytes;
    size_t field_at, field_bytes, value_at, value_bytes;
    bool in_value;
    unsigned host_count;
    bool expects_unknown;
    bool bad_header;
    char buffer[REQUEST_HEAD_MAX];
};

/** Make a reader at the start of a stream. The buffer is not touched. */
void request_init(struct request *request);

/** Read on in what was received, up to the end of the next request. */
enum request_progress request_parse(struct request *request);

/**
 * Returns where the next bytes are to be put, and in *ret_space how many fit: 0 means that the head is too long, and
 * then the request is to be refused with 431. Context: after REQUEST_PARTIAL.
 */
char *request_room(struct request *request, size_t *ret_space);

/** Say that `bytes` were put there. */
void request_received(struct request *request, size_t bytes);

#endif
