/* A scenario file, and the plan that is made of it. */
#include "fuzz.h"
#include "../../plan/plan.h"
#include "../../plan/scenario.h"

static void make_plan(bool quick)
{
    /* So that nothing is asked of a resolver. */
    const struct plan_override overrides[] = {
        {setting_find("allow-remote"), "yes"},
        {setting_find("per-host"), "1000000"},
    };
    struct plan plan;
    struct failure failure = {0};
    if (plan_make(&plan, fuzz_file_path, overrides, sizeof(overrides) / sizeof(overrides[0]), quick, &failure) != 0) {
        /* A cell may want more CPUs than there are. */
        if (failure.status == EXIT_LOCAL_LIMIT && strstr(failure.text, "nothing to run"))
            fuzz_check_cause(&failure);
        else
            fuzz_check_failure(&failure);
        return;
    }
    for (size_t i = 0; i < plan.cell_count; i++)
        FUZZ_DEMAND(plan.cells[i].settings.jobs > 0 && plan.cells[i].settings.concurrency > 0);
    FUZZ_DEMAND(plan_estimate_s(&plan) >= 0);
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    FUZZ_DEMAND(out);
    plan_print(&plan, out);
    FUZZ_DEMAND(fclose(out) == 0);
    free(text);
    plan_finish(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scenario scenario;
    struct failure failure = {0};
    fuzz_file("fuzz.ini", data, size);
    if (scenario_read(&scenario, fuzz_file_path, &failure) != 0) {
        fuzz_check_failure(&failure);
        return 0;
    }
    FUZZ_DEMAND(scenario.cell_count >= 1 && strcmp(scenario.name, "fuzz") == 0);
    scenario_finish(&scenario);
    make_plan(false);
    make_plan(true);
    return 0;
}
