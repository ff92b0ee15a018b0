#include <stdlib.h>
#include "gate_options.h"
#include "options_help.h"
#include "threshold.h"
#include "../gate/gate_export.h"

#define FIELD(member) offsetof(struct gate_options, member)

/* clang-format off */
static const struct own_option arm_options[] = {
    {"base", FIELD(arms.binary[SIDE_BASE]), "BIN",
     "the program that runs the base's trials: an iorace built from it"},
    {"head", FIELD(arms.binary[SIDE_HEAD]), "BIN", "the one of the head; without it this program"},
    {"base-args", FIELD(arms.args[SIDE_BASE]), "OPTIONS",
     "options of run for the base, as one word: '--concurrency 20'; they win over the scenario",
     .may_be_empty = true},
    {"head-args", FIELD(arms.args[SIDE_HEAD]), "OPTIONS", "the same for the head", .may_be_empty = true},
    {"base-url", FIELD(arms.url[SIDE_BASE]), "URL",
     "what the base's jobs fetch: a server of yours, which runs already"},
    {"head-url", FIELD(arms.url[SIDE_HEAD]), "URL", "what the head's fetch"},
    {"base-cmd", FIELD(arms.command[SIDE_BASE]), "COMMAND",
     "what starts the base's server on 127.0.0.1:{port}, run by sh -c, for each trial anew and in the "
     "foreground; --url http://127.0.0.1:{port}/path says what is fetched"},
    {"head-cmd", FIELD(arms.command[SIDE_HEAD]), "COMMAND", "what starts the head's"},
    {"aa", FIELD(aa), NULL, "run also where both arms are equal, or without a head: a gate that must find nothing"},
    {"threshold", FIELD(threshold), "PERCENT", "smaller changes count as the same, 0.1% to 100% (default 5%)"},
    {"strict", FIELD(strict), NULL, "exit with 4 where a cell is inconclusive"},
    {"allow", FIELD(allow), "FILE",
     "regressions that are accepted, each with cell, metric, until (a date) and reason"},
    {"dry-run", FIELD(dry_run), NULL,
     "show what would be run, how long it would take and the smallest change it could find"},
    {"json", FIELD(json), NULL, "print gate.json in place of the table"},
    {"md", FIELD(markdown), "FILE", "append the table as Markdown to FILE, such as $GITHUB_STEP_SUMMARY"},
    {"export", FIELD(exports), "FORMAT=FILE",
     "write the head's figures for a service: github-action-benchmark=FILE or bencher=FILE; may be repeated",
     .repeats = true},
    {"out", FIELD(out), "DIR", "write the gate's files to DIR, which must not hold a gate yet"},
    {"no-charts", FIELD(no_charts), NULL, "draw nothing"},
    {"no-progress", FIELD(no_progress), NULL, "no progress line on a terminal"},
    {"help", FIELD(help), NULL, "print this"},
};
/* clang-format on */

enum { OWN_COUNT = sizeof(arm_options) / sizeof(arm_options[0]) };

static const struct help_group gate_groups[] = {
    {.title = "The arms, and what is made of them", .own = arm_options, .own_count = OWN_COUNT},
    {.title = "What a cell is, for both arms (in place of what the scenario's cells say)", .scope = SETTING_CELL},
    {.title = "The whole gate (blocks: at least 12, and what the number of cells needs)", .scope = SETTING_RUN},
};

static const struct help gate_help = {
    .command = "gate",
    .usage = "[SCENARIO] --base BIN [--head BIN] [OPTIONS]\n"
             "[SCENARIO] --base-args OPTIONS --head-args OPTIONS [OPTIONS]\n"
             "[SCENARIO] --base-url URL --head-url URL [OPTIONS]\n"
             "[SCENARIO] --base-cmd COMMAND --head-cmd COMMAND [OPTIONS]\n",
    .about = "Is the head slower than the base, and not by chance? Base, head and base again\n"
             "run in turn in every block; what looks changed is run again in reversed order; a\n"
             "cell is a regression only if both agree. Without SCENARIO: 'gate'; for URLs\n"
             "and commands one cell made of the options.\n",
    .groups = gate_groups,
    .group_count = sizeof(gate_groups) / sizeof(gate_groups[0]),
    .notes = "Where the arms are URLs, CPU and memory of the jobs are no metric; where they\n"
             "are commands, both are the server's: of all processes of its session, CPU\n"
             "between the first job and the last. Unless a cell says another metric, one that\n"
             "waits, or fetches from a server of yours, is judged by its wall time, one that\n"
             "works by CPU per job, and one whose jobs arrive at a rate by its response.\n"
             "Equal arms are not run, "
             "unless --aa is said.\n\n"
             "Exit status: 0 no regression; 1 jobs failed, or an error of the tool's own;\n"
             "2 usage or a bad input file; 3 a regression; 4 inconclusive, with --strict;\n"
             "5 no data, or a program of another protocol; 6 a limit of this machine, named;\n"
             "130 interrupted, what was finished is kept.\n",
    .gate = true,
};

int gate_options_parse(struct gate_options *ret_options, int argc, char **argv, struct failure *ret_failure)
{
    static const struct option_set set = {
        .command = "gate", .own = arm_options, .own_count = OWN_COUNT, .gate = true, .help = &gate_help};
    struct gate_options options = {0};
    int result = option_parse(&options.words, &options, &set, argc, argv, ret_failure);
    for (size_t i = 0; result == 0 && i < options.exports.count; i++)
        result = gate_export_check(options.exports.texts[i], ret_failure);
    options.threshold_share = THRESHOLD_DEFAULT;
    if (result == 0 && options.threshold)
        result = threshold_parse(options.threshold, &options.threshold_share, ret_failure);
    if (result)
        gate_options_finish(&options);
    else
        *ret_options = options;
    return result;
}

void gate_options_finish(struct gate_options *options)
{
    plan_words_finish(&options->words);
    free(options->exports.texts);
    *options = (struct gate_options){0};
}
