/* iorace doctor: what on this machine will limit or disturb a run. */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "parse.h"
#include "print_json.h"
#include "../environment/checks.h"
#include "../record/record.h"
#include "../output/printer.h"

enum { KEY_JSON = 0x100 };

static const struct argp_option argp_options[] = {
    {"json", KEY_JSON, NULL, 0, "Print one JSON object instead of the table", 0},
    {0},
};

static const char doc[] =
    "Say what on this machine will limit or disturb a run, what that means, and what to do about it.\v"
    "Takes half a second, changes nothing. Each line is\n"
    "  ok     nothing to do\n"
    "  note   may disturb a run, or limits one with more jobs at once\n"
    "  limit  the default scenario cannot run: the exit status is 6\n";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    bool *json = state->input;
    switch (key) {
    case KEY_JSON:
        *json = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument '%s'", arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct {
    const char *word;
    const char *color; /* green, yellow, bold red */
} verdicts[] = {
    [CHECK_OK] = {"ok", "\033[32m"},
    [CHECK_NOTE] = {"note", "\033[33m"},
    [CHECK_LIMIT] = {"limit", "\033[1;31m"},
};

enum { VERDICT_WIDTH = 5, GAP = 2 };

static void print_check(const struct printer *printer, const struct check *check, int name_width)
{
    char indent[64];
    snprintf(indent, sizeof(indent), "%*s", VERDICT_WIDTH + GAP + name_width + GAP, "");
    /* The padding stands outside of the colour: some terminals underline or fill it. */
    const char *word = verdicts[check->verdict].word;
    fprintf(printer->out, "%s%s%s%*s", printer->styled ? verdicts[check->verdict].color : "", word,
            printer->styled ? "\033[0m" : "", VERDICT_WIDTH + GAP - (int)strlen(word), "");
    fprintf(printer->out, "%-*s%*s", name_width, check->name, GAP, "");
    printer_text(printer, check->finding);
    fputc('\n', printer->out);
    if (check->meaning[0])
        printer_paragraph(printer, indent, check->meaning);
    /* On a line of its own, however long: it is there to be copied. */
    if (check->command[0])
        fprintf(printer->out, "%s$ %s\n", indent, check->command);
    if (check->advice[0])
        printer_paragraph(printer, indent, check->advice);
}

static size_t count_of(const struct checks *checks, enum check_verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < checks->count; i++)
        count += checks->items[i].verdict == verdict;
    return count;
}

static void print_table(const struct checks *checks)
{
    struct printer printer = printer_for(stdout);
    int name_width = 0;
    for (size_t i = 0; i < checks->count; i++)
        if ((int)strlen(checks->items[i].name) > name_width)
            name_width = (int)strlen(checks->items[i].name);
    for (size_t i = 0; i < checks->count; i++)
        print_check(&printer, &checks->items[i], name_width);

    size_t notes = count_of(checks, CHECK_NOTE), limits = count_of(checks, CHECK_LIMIT);
    if (limits)
        printf("\nThe default scenario cannot run here: see the line%s marked limit.\n", limits == 1 ? "" : "s");
    else if (notes)
        printf("\nThe default scenario can run; %zu thing%s may disturb it, or limit larger runs.\n", notes,
               notes == 1 ? "" : "s");
    else
        printf("\nNothing here will disturb a run.\n");
}

static json_t *text_or_null(const char *text)
{
    char *clean = text[0] ? clean_text(text, 1000) : NULL;
    json_t *value = clean ? json_string(clean) : json_null();
    free(clean);
    return value;
}

static int print_as_json(const struct checks *checks, struct failure *ret_failure)
{
    json_t *list = json_array();
    for (size_t i = 0; i < checks->count; i++) {
        const struct check *check = &checks->items[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "check", check->name, "verdict",
                                              verdicts[check->verdict].word, "finding", text_or_null(check->finding),
                                              "meaning", text_or_null(check->meaning), "command",
                                              text_or_null(check->command), "advice", text_or_null(check->advice)));
    }
    return print_json(json_pack("{s:s, s:o}", "verdict", verdicts[checks_worst(checks)].word, "checks", list),
                      ret_failure);
}

/* The default scenario cannot run: one line for stderr that names every reason. */
static void name_limits(const struct checks *checks, struct failure *ret_failure)
{
    char names[256] = "";
    for (size_t i = 0; i < checks->count; i++) {
        size_t used = strlen(names);
        if (checks->items[i].verdict == CHECK_LIMIT)
            snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", checks->items[i].name);
    }
    failure_set(ret_failure, EXIT_LOCAL_LIMIT, "this machine cannot run the default scenario: %s", names);
}

int command_doctor(int argc, char **argv, struct failure *ret_failure)
{
    static const struct argp argp = {argp_options, parse_option, NULL, doc, NULL, NULL, NULL};
    bool json = false;
    int parsed = command_parse(&argp, argc, argv, &json, ret_failure);
    if (parsed != 0)
        return parsed > 0 ? EXIT_DONE : EXIT_USAGE;

    struct checks checks = {.count = 0};
    struct limits limits;
    struct cpu_facts cpu;
    struct setup_facts setup;
    limits_read("", &limits);
    cpu_facts_find("", &cpu); /* before the next, which starts programs: they would be in the load */
    setup_facts_find("", "results", &setup);
    checks_of_limits(&checks, &limits);
    checks_of_cpu(&checks, &cpu);
    checks_of_setup(&checks, &setup);

    if (json && print_as_json(&checks, ret_failure) < 0)
        return (int)ret_failure->status;
    if (!json)
        print_table(&checks);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot write the answer: %s", strerror(errno));
        return EXIT_JOBS_FAILED;
    }
    if (checks_worst(&checks) != CHECK_LIMIT)
        return EXIT_DONE;
    name_limits(&checks, ret_failure);
    return EXIT_LOCAL_LIMIT;
}
