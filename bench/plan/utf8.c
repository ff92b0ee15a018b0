#include "utf8.h"

/* Of a first byte: how many more belong to it, or -1. The second byte is narrower than the others behind some. */
static int more_after(unsigned char first, unsigned char *ret_low, unsigned char *ret_high)
{
    *ret_low = 0x80;
    *ret_high = 0xbf;
    if (first < 0x80)
        return 0;
    if (first >= 0xc2 && first <= 0xdf)
        return 1;
    if (first == 0xe0)
        *ret_low = 0xa0;
    if (first == 0xed)
        *ret_high = 0x9f;
    if (first >= 0xe0 && first <= 0xef)
        return 2;
    if (first == 0xf0)
        *ret_low = 0x90;
    if (first == 0xf4)
        *ret_high = 0x8f;
    return first >= 0xf0 && first <= 0xf4 ? 3 : -1;
}

bool utf8_is_valid(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        unsigned char low, high;
        int more = more_after(*p++, &low, &high);
        if (more < 0)
            return false;
        for (; more > 0; more--, p++) {
            /* The NUL at the end lies below every bound. */
            if (*p < low || *p > high)
                return false;
            low = 0x80;
            high = 0xbf;
        }
    }
    return true;
}
