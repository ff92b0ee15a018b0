#include <stdlib.h>
#include "option_parser.h"
#include "options.h"
#include "options_help.h"

int run_options_parse(struct run_options *ret_options, int argc, char **argv, struct failure *ret_failure)
{
    const struct option_set set = {
        .command = "run", .own = run_own_options, .own_count = run_own_option_count, .help = &run_help};
    struct run_options options = {0};
    struct plan_words words;
    int result = option_parse(&words, &options, &set, argc, argv, ret_failure);
    if (result)
        return result;
    options.scenario = words.scenario || plan_words_make_cell(&words) ? words.scenario : "default";
    options.overrides = words.overrides;
    options.override_count = words.override_count;
    options.headers = words.headers;
    *ret_options = options;
    return 0;
}

void run_options_finish(struct run_options *options)
{
    free(options->overrides);
    free(options->headers);
    *options = (struct run_options){0};
}
