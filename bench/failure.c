#include <stdarg.h>
#include <stdio.h>
#include "failure.h"

int failure_set(struct failure *failure, enum exit_status status, const char *format, ...)
{
    if (!failure)
        return -1;
    char raw[sizeof(failure->text)];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);

    failure->status = status;
    size_t used = 0;
    for (const unsigned char *p = (const unsigned char *)raw; *p && used + 5 < sizeof(failure->text); p++) {
        if (*p < 0x20 || *p == 0x7f)
            used += (size_t)snprintf(failure->text + used, sizeof(failure->text) - used, "\\x%02x", *p);
        else
            failure->text[used++] = (char)*p;
    }
    failure->text[used] = '\0';
    return -1;
}
