#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "clean_text.h"

/*
 * Returns the length of the UTF-8 character at `p` and writes its code point, or 0 where no well-formed one starts:
 * stray or missing continuation bytes, overlong forms, surrogates, beyond U+10FFFF. Source: RFC 3629, section 4.
 */
static size_t decode(const unsigned char *p, unsigned long *ret_code)
{
    static const unsigned long smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : 4;
    if (length == 4 && (p[0] < 0xf0 || p[0] > 0xf4))
        return 0;
    unsigned long code = length == 1 ? p[0] : p[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) /* the text's final zero ends here too */
            return 0;
        code = code << 6 | (p[i] & 0x3f);
    }
    if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *ret_code = code;
    return length;
}

/* C0, DEL and C1 drive terminals; the bidirectional overrides make a line read as what it is not. */
static bool is_harmful(unsigned long code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

/* Cut to at most max_bytes, between two characters, and say so. */
static void cut(char *text, size_t max_bytes)
{
    if (strlen(text) <= max_bytes)
        return;
    size_t keep = max_bytes - 3;
    while (keep > 0 && ((unsigned char)text[keep] & 0xc0) == 0x80)
        keep--;
    strcpy(text + keep, "...");
}

char *clean_text(const char *text, size_t max_bytes)
{
    assert(max_bytes >= 3);
    char *clean = malloc(strlen(text) * 4 + 1); /* a byte may become \xNN, three may become \u202e */
    if (!clean)
        return NULL;
    char *out = clean;
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        unsigned long code = *p;
        size_t length = decode(p, &code);
        if (length && !is_harmful(code)) {
            memcpy(out, p, length);
            out += length;
        } else if (code < 0x100) {
            out += sprintf(out, "\\x%02lx", code);
        } else {
            out += sprintf(out, "\\u%04lx", code);
        }
        p += length ? length : 1;
    }
    *out = '\0';
    cut(clean, max_bytes);
    return clean;
}

bool utf8_is_valid(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        unsigned long code;
        size_t length = decode(p, &code);
        if (!length)
            return false;
        p += length;
    }
    return true;
}
