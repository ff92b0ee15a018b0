/* Foreign texts on their way to a terminal and a page, and --threshold. */
#include "fuzz.h"
#include "../../clean_text.h"
#include "../../commands/threshold.h"

static void check_clean(const char *text, size_t most)
{
    char *clean = clean_text(text, most);
    FUZZ_DEMAND(clean && strlen(clean) <= most && utf8_is_valid(clean));
    for (const char *p = clean; *p; p++) {
        FUZZ_DEMAND((unsigned char)*p >= ' ' && *p != 0x7f);
        FUZZ_DEMAND(!((unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0)); /* C1 */
    }
    free(clean);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct failure failure = {0};
    double share;
    char *text = fuzz_text(data, size);
    check_clean(text, 4 * size + 3);
    check_clean(text, 3);
    check_clean(text, 20);
    if (threshold_parse(text, &share, &failure) == 0)
        FUZZ_DEMAND(share >= 0.001 && share <= 1);
    else
        fuzz_check_failure(&failure);
    free(text);
    return 0;
}
