/* KEY=VALUE a line, as on the command line. What is taken must be taken again, and be the same. */
#include "fuzz.h"
#include "../../plan/params.h"
#include "../../plan/settings.h"

/* Each value of a sweep is in the form that a trial is told, so it must be one that is accepted alone. */
static void parse_value(struct settings *settings, const struct setting_key *key, const char *text)
{
    struct failure failure = {0};
    struct setting_values values;
    if (setting_values(&values, key, text, "--option", &failure) != 0) {
        fuzz_check_failure(&failure);
        return;
    }
    FUZZ_DEMAND(values.count >= 1);
    for (size_t i = 0; i < values.count; i++)
        if (setting_parse(settings, key, values.texts[i], "--option", &failure) != 0) {
            fprintf(stderr, "%s\n", failure.text);
            abort();
        }
    setting_values_finish(&values);
}

static void there_and_back(const struct settings *settings)
{
    struct failure failure = {0};
    struct settings back;
    json_t *object = settings_to_json(settings);
    FUZZ_DEMAND(object && settings_init(&back) == 0);
    if (settings_from_json(&back, object, &failure) != 0) {
        fprintf(stderr, "%s\n", failure.text);
        abort();
    }
    json_t *again = settings_to_json(&back);
    FUZZ_DEMAND(json_equal(object, again));
    json_decref(again);
    json_decref(object);
    settings_finish(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings settings;
    char *text = fuzz_text(data, size), *rest = text, *line;
    FUZZ_DEMAND(settings_init(&settings) == 0);
    while ((line = strsep(&rest, "\n"))) {
        char *value = strchr(line, '=');
        if (!value)
            continue;
        *value = '\0';
        const struct setting_key *key = setting_find(line);
        if (key)
            parse_value(&settings, key, value + 1);
    }
    there_and_back(&settings);
    char *params = params_text(&settings);
    FUZZ_DEMAND(params && !strchr(params, '\n'));
    free(params);
    settings_finish(&settings);
    free(text);
    return 0;
}
