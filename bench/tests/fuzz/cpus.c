/* A list of CPUs: its canonical form must name the same. */
#include "fuzz.h"
#include "../../cpus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cpu_set_t set, again;
    struct failure failure = {0};
    char *text = fuzz_text(data, size), canonical[4096];
    if (cpus_parse(text, &set, &failure) != 0) {
        fuzz_check_failure(&failure);
    } else {
        FUZZ_DEMAND(CPU_COUNT(&set) > 0);
        cpus_format(&set, canonical, sizeof(canonical));
        FUZZ_DEMAND(cpus_parse(canonical, &again, &failure) == 0 && CPU_EQUAL(&set, &again));
    }
    free(text);
    return 0;
}
