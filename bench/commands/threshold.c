#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "threshold.h"

int threshold_parse(const char *text, double *ret_share, struct failure *ret_failure)
{
    char *end;
    double percent = strtod(text, &end);
    bool plain = end > text && strspn(text, "0123456789.") == (size_t)(end - text); /* no sign, exponent, inf, 0x10 */
    bool in_percent = strcmp(end, "%") == 0;
    if (!plain || (*end && !in_percent) || !(percent >= (in_percent ? 0.1 : 1) && percent <= 100))
        return failure_set(ret_failure, EXIT_USAGE,
                           "--threshold: '%.40s': a share from 0.1%% to 100%% is accepted, such as 5%%", text);
    *ret_share = percent / 100;
    return 0;
}
