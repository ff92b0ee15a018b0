/* Texts and pictures on their way into a page, where nothing they hold may act. */
#ifndef BENCH_REPORT_HTML_TEXT_H
#define BENCH_REPORT_HTML_TEXT_H

#include <stddef.h>
#include <stdio.h>
#include "../failure.h"

/** Write a text with & < > " ' as entities; control characters, C1 included, and what is not UTF-8 as \xNN. NULL:
 * nothing. */
void html_text(FILE *out, const char *text);

/** The same of a text that is prose: with no-break spaces between a figure and its unit. */
void html_prose(FILE *out, const char *text);

/** Write bytes in base64 (RFC 4648), for a data: URL. */
void html_base64(FILE *out, const unsigned char *bytes, size_t size);

/**
 * Read a whole file of at most `most` bytes; a final zero is added.
 *
 * Returns the bytes (the caller frees them) and their number, or NULL with "cannot read PATH: ..."; a missing file is
 * an error like any other. Symbolic links and what is no regular file are refused.
 */
char *html_read_file(const char *path, size_t most, size_t *ret_size, struct failure *ret_failure);

#endif
