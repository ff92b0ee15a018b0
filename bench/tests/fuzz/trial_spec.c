/* What a trial's process is told. What is taken must be the same after another way through JSON. */
#include "fuzz.h"
#include "../../plan/plan.h"

static void there_and_back(const struct trial_spec *spec)
{
    struct trial_spec back;
    struct failure failure = {0};
    json_t *object = trial_spec_to_json(spec);
    FUZZ_DEMAND(object);
    if (trial_spec_from_json(&back, object, &failure) != 0) {
        fprintf(stderr, "%s\n", failure.text);
        abort();
    }
    json_t *again = trial_spec_to_json(&back);
    FUZZ_DEMAND(json_equal(object, again));
    json_decref(again);
    json_decref(object);
    trial_spec_finish(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *object = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    if (!object)
        return 0;
    struct trial_spec spec;
    struct failure failure = {0};
    int result = trial_spec_from_json(&spec, object, &failure);
    json_decref(object);
    if (result != 0) {
        fuzz_check_failure(&failure);
        return 0;
    }
    FUZZ_DEMAND(spec.run && spec.cell && spec.runner && spec.block >= 1 && spec.settings.jobs >= 1);
    there_and_back(&spec);
    trial_spec_finish(&spec);
    return 0;
}
