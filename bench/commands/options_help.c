#include <string.h>
#include "describe.h"
#include "options.h"
#include "options_help.h"

enum { NAME_COLUMN = 2, TEXT_COLUMN = 26, WIDTH = 79 };

/* clang-format off */
const struct own_option run_own_options[] = {
    {"quick", offsetof(struct run_options, quick), NULL,
     "6 blocks and the scenario's quick- values: under half a minute, for a first look"},
    {"dry-run", offsetof(struct run_options, dry_run), NULL, "show what would be run and how long it would take"},
    {"out", offsetof(struct run_options, out), "DIR", "write the run's files to DIR, which must not hold a run yet"},
    {"samples", offsetof(struct run_options, samples), NULL, "keep the times of every job of every trial"},
    {"no-charts", offsetof(struct run_options, no_charts), NULL, "draw nothing"},
    {"no-progress", offsetof(struct run_options, no_progress), NULL, "no progress line on a terminal"},
    {"json", offsetof(struct run_options, json), NULL, "print the summary as JSON in place of the table"},
    {"help", 0, NULL, "print this"},
};
/* clang-format on */

const size_t run_own_option_count = sizeof(run_own_options) / sizeof(run_own_options[0]);

static const struct help_group run_groups[] = {
    {.title = "What a cell is (in place of what the scenario's cells say)", .scope = SETTING_CELL},
    {.title = "The whole run", .scope = SETTING_RUN},
    {.title = "What is shown and kept", .own = run_own_options, .own_count = run_own_option_count},
};

const struct help run_help = {
    .command = "run",
    .usage = "[SCENARIO] [OPTIONS]\n",
    .about = "Run the same I/O jobs through several runners, and show what each cost.\n"
             "SCENARIO is a name of `iorace list scenarios`, or a file whose name ends in\n"
             ".ini or holds a slash. Without one: 'default'; or, where options of a cell are\n"
             "given, one cell made of them.\n",
    .groups = run_groups,
    .group_count = sizeof(run_groups) / sizeof(run_groups[0]),
    .notes = "Numbers may end in k, M or G (thousands, millions, ...). A list (1,10,100) makes\n"
             "a cell of each value.\n\n"
             "Exit status: 0 done; 1 some jobs failed, or an error of the tool's own;\n"
             "2 usage or a bad input file; 5 no data; 6 a limit of this machine, named;\n"
             "130 interrupted, what was finished is kept.\n",
};

/* Write `--name=UNIT`, then the words in their column, as many a line as there is room for. */
static void print_option(FILE *out, const char *name, const char *unit, const char *text)
{
    int column = fprintf(out, "%*s--%s%s%s", NAME_COLUMN, "", name, unit ? "=" : "", unit ? unit : "");
    if (column >= TEXT_COLUMN) {
        putc('\n', out);
        column = 0;
    }
    bool first = true;
    for (const char *word = text; *word;) {
        int size = (int)strcspn(word, " ");
        if (!first && column + 1 + size > WIDTH) {
            putc('\n', out);
            column = 0;
            first = true;
        }
        if (first)
            column += fprintf(out, "%*s%.*s", TEXT_COLUMN - column, "", size, word);
        else
            column += fprintf(out, " %.*s", size, word);
        first = false;
        word += size + (word[size] == ' ');
    }
    putc('\n', out);
}

void setting_help(const struct setting_key *key, bool gate, char *text, size_t size)
{
    if (gate && key->gate_help) {
        snprintf(text, size, "%s", key->gate_help);
        return;
    }
    char accepts[256] = "";
    setting_accepts(key, accepts, sizeof(accepts));
    /* Of a text, a file or a URL the unit and the words say it already; delays have it in theirs. */
    bool shown = setting_is_number(key) || key->kind == SETTING_WORD || key->kind == SETTING_WORD_LIST ||
                 key->kind == SETTING_CPUS;
    bool defaults = key->fallback && key->kind != SETTING_FLAG;
    size_t used = (size_t)snprintf(text, size, "%s", key->help);
    if ((shown || defaults) && used < size)
        used += (size_t)snprintf(text + used, size - used, " (%s", shown ? accepts : "");
    if (key->sweeps && used < size)
        used += (size_t)snprintf(text + used, size - used, ", or a list");
    if (defaults && used < size)
        used += (size_t)snprintf(text + used, size - used, "%sdefault %s", shown ? "; " : "", key->fallback);
    if ((shown || defaults) && used < size)
        snprintf(text + used, size - used, ")");
}

static void print_setting(FILE *out, const struct setting_key *key, bool gate)
{
    char text[SETTING_HELP_SIZE];
    setting_help(key, gate, text, sizeof(text));
    print_option(out, key->name, key->unit, text);
}

static void print_group(const struct help_group *group, bool gate, FILE *out)
{
    fprintf(out, "\n%s:\n", group->title);
    for (size_t i = 0; i < group->own_count; i++)
        print_option(out, group->own[i].name, group->own[i].unit, group->own[i].help);
    for (const struct setting_key *key = setting_keys; !group->own && key->name; key++)
        if (key->scope == group->scope && (gate || !key->gate_only))
            print_setting(out, key, gate);
}

void help_print(const struct help *help, FILE *out)
{
    const char *lead = "Usage:";
    for (const char *form = help->usage; *form; form += strcspn(form, "\n") + 1) {
        fprintf(out, "%s iorace %s %.*s\n", lead, help->command, (int)strcspn(form, "\n"), form);
        lead = "      ";
    }
    fprintf(out, "\n%s", help->about);
    for (size_t i = 0; i < help->group_count; i++)
        print_group(&help->groups[i], help->gate, out);
    fprintf(out, "\n%s", help->notes);
}

int help_describe(const struct help *help, struct failure *ret_failure)
{
    char name[64];
    snprintf(name, sizeof(name), "iorace %s", help->command);
    json_t *command = describe_command(name, help->usage, help->about, help->notes);
    for (size_t i = 0; i < help->group_count; i++) {
        const struct help_group *group = &help->groups[i];
        if (group->own)
            describe_own(command, group->title, group->own, group->own_count);
        else
            describe_settings(command, group->title, group->scope, help->gate);
    }
    return describe_print(command, ret_failure);
}
