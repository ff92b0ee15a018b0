/* A list of delays: measured and made, it must be the same list. */
#include <math.h>
#include "fuzz.h"
#include "../../plan/settings.h"

enum { MOST_MADE = 100000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct failure failure = {0};
    struct delay_totals totals;
    struct delay_list list;
    char *text = fuzz_text(data, size);
    if (delay_list_measure(&totals, text, "--delay-ms", &failure) != 0) {
        fuzz_check_failure(&failure);
        FUZZ_DEMAND(delay_list_parse(&list, text, "--delay-ms", &failure) != 0);
    } else if (totals.count <= MOST_MADE) {
        FUZZ_DEMAND(delay_list_parse(&list, text, "--delay-ms", &failure) == 0);
        FUZZ_DEMAND(list.count == (size_t)totals.count);
        double sum_ms = 0, max_ms = 0;
        for (size_t i = 0; i < list.count; i++) {
            FUZZ_DEMAND(list.delays_ns[i] >= 0);
            double ms = (double)list.delays_ns[i] / 1e6;
            sum_ms += ms;
            max_ms = fmax(max_ms, ms);
        }
        FUZZ_DEMAND(max_ms == totals.max_ms && fabs(sum_ms - totals.sum_ms) <= 1e-6 * (1 + sum_ms));
        delay_list_finish(&list);
    }
    free(text);
    return 0;
}
