/* A file of accepted regressions. */
#include "fuzz.h"
#include "../../gate/allow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct allow_list list;
    struct failure failure = {0};
    fuzz_file("allow.ini", data, size);
    if (allow_read(&list, fuzz_file_path, "2026-11-20", &failure) != 0) {
        fuzz_check_failure(&failure);
        return 0;
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct allowed *item = &list.items[i];
        FUZZ_DEMAND(item->cell && item->metric && item->reason && strlen(item->until) == 10);
        const struct allowed *found =
            allow_find(&list, item->cell, item->runner ? item->runner : "serial", item->metric);
        FUZZ_DEMAND(found && found->used && (item->expired || !found->expired));
    }
    allow_finish(&list);
    return 0;
}
