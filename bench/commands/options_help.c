#include <string.h>
#include "options.h"
#include "options_help.h"

enum { NAME_COLUMN = 2, TEXT_COLUMN = 26, WIDTH = 79, HELP_SIZE = 512 };

/* clang-format off */
const struct own_option run_own_options[] = {
    {"quick", offsetof(struct run_options, quick), NULL,
     "6 blocks and the scenario's quick- values: under half a minute, for a first look"},
    {"dry-run", offsetof(struct run_options, dry_run), NULL, "show what would be run and how long it would take"},
    {"out", offsetof(struct run_options, out), "DIR", "write the run's files to DIR, which must not exist yet"},
    {"samples", offsetof(struct run_options, samples), NULL, "keep the times of every job of every trial"},
    {"no-charts", offsetof(struct run_options, no_charts), NULL, "draw nothing"},
    {"no-progress", offsetof(struct run_options, no_progress), NULL, "no progress line on a terminal"},
    {"json", offsetof(struct run_options, json), NULL, "print the summary as JSON in place of the table"},
    {"help", 0, NULL, "print this"},
};
/* clang-format on */

const size_t run_own_option_count = sizeof(run_own_options) / sizeof(run_own_options[0]);

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

static void print_setting(FILE *out, const struct setting_key *key)
{
    char text[HELP_SIZE], accepts[256] = "";
    setting_accepts(key, accepts, sizeof(accepts));
    /* Of a text, a file or a URL the unit and the words say it already; delays have it in theirs. */
    bool shown = setting_is_number(key) || key->kind == SETTING_WORD || key->kind == SETTING_WORD_LIST ||
                 key->kind == SETTING_CPUS;
    bool defaults = key->fallback && key->kind != SETTING_FLAG;
    size_t used = (size_t)snprintf(text, sizeof(text), "%s", key->help);
    if (shown || defaults)
        used += (size_t)snprintf(text + used, sizeof(text) - used, " (%s", shown ? accepts : "");
    if (key->sweeps && used < sizeof(text))
        used += (size_t)snprintf(text + used, sizeof(text) - used, ", or a list");
    if (defaults && used < sizeof(text))
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%sdefault %s", shown ? "; " : "", key->fallback);
    if ((shown || defaults) && used < sizeof(text))
        snprintf(text + used, sizeof(text) - used, ")");
    print_option(out, key->name, key->unit, text);
}

void help_print_settings(FILE *out, enum setting_scope scope, bool gate)
{
    for (const struct setting_key *key = setting_keys; key->name; key++)
        if (key->scope == scope && (gate || !key->gate_only))
            print_setting(out, key);
}

void help_print_own(FILE *out, const struct own_option *own, size_t own_count)
{
    for (size_t i = 0; i < own_count; i++)
        print_option(out, own[i].name, own[i].unit, own[i].help);
}

void run_help_print(FILE *out)
{
    fputs("Usage: iorace run [SCENARIO] [OPTIONS]\n\n"
          "Run the same I/O jobs through several runners, and show what each cost.\n"
          "SCENARIO is a name of `iorace list scenarios` or a file that ends in .ini.\n"
          "Without one: 'default'; or, where options of a cell are given, one cell made\n"
          "of them.\n",
          out);
    fputs("\nWhat a cell is (in place of what the scenario's cells say):\n", out);
    help_print_settings(out, SETTING_CELL, false);
    fputs("\nThe whole run:\n", out);
    help_print_settings(out, SETTING_RUN, false);
    fputs("\nWhat is shown and kept:\n", out);
    help_print_own(out, run_own_options, run_own_option_count);
    fputs("\nNumbers may end in k, M or G (thousands, millions, ...). A list (1,10,100) makes\n"
          "a cell of each value.\n\n"
          "Exit status: 0 done; 1 some jobs failed, or an error of the tool's own;\n"
          "2 usage or a bad input file; 5 no data; 6 a limit of this machine, named;\n"
          "130 interrupted, what was finished is kept.\n",
          out);
}
