/* Texts that come from a server, a library, a file name or a command line: is it UTF-8, and how is it shown? */
#ifndef BENCH_CLEAN_TEXT_H
#define BENCH_CLEAN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Make a text safe for a JSON line, a terminal and a table: control characters (C1 among them) and bytes that are not
 * UTF-8 become \xNN; what is longer than max_bytes is cut between characters and ends in "...".
 *
 * @param max_bytes  at least 3
 * Returns a text that the caller frees, or NULL (out of memory). For every foreign text on its way into run.ndjson
 * (json_string refuses what is not UTF-8) or onto a terminal.
 */
char *clean_text(const char *text, size_t max_bytes);

/** Returns whether a text is well-formed: no overlong form, no surrogate, nothing above U+10FFFF. Source: RFC 3629, 4.
 */
bool utf8_is_valid(const char *text);

#endif
