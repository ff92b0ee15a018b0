/* Whether bytes are UTF-8: what JSON can hold. */
#ifndef BENCH_UTF8_H
#define BENCH_UTF8_H

#include <stdbool.h>

/** Returns whether a text is well-formed: no overlong form, no surrogate, nothing above U+10FFFF. Source: RFC 3629, 4.
 */
bool utf8_is_valid(const char *text);

#endif
