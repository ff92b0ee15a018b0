/* A stored gate. */
#include "fuzz.h"
#include "../../gate/gate_stored.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gate_stored stored;
    struct failure failure = {0};
    const char *dir = fuzz_file(GATE_FILE, data, size);
    FUZZ_DEMAND(gate_is_stored(dir));
    if (gate_stored_read(&stored, dir, &failure) != 0) {
        fuzz_check_failure(&failure);
        return 0;
    }
    FUZZ_DEMAND(json_is_object(stored.gate));
    FUZZ_DEMAND(!stored.verdicts || json_is_object(stored.verdicts));
    gate_stored_finish(&stored);
    return 0;
}
