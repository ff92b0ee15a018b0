#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "percent.h"

int percent_parse(const char *text, double *ret_share)
{
    char *end;
    errno = 0;
    double percent = strtod(text, &end);
    if (end == text || errno || (*end && strcmp(end, "%") != 0) || !(percent > 0 && percent <= 1000))
        return -1;
    *ret_share = percent / 100;
    return 0;
}
