/* iorace: finds the command, runs it, and is the one place that prints an error. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "commands/command.h"
#include "commands/describe.h"
#include "out_of_memory.h"
#include "version.h"

struct command {
    const char *name;
    command_fn fn;
    const char *summary;
};

/* clang-format off */
static const struct command commands[] = {
    { "run",    command_run,    "run a scenario through every runner, and plot it" },
    { "gate",   command_gate,   "compare two programs, servers or sets of options, and fail on a regression" },
    { "list",   command_list,   "show scenarios, workloads and runners" },
    { "plot",   command_plot,   "draw the charts of a stored run again" },
    { "report", command_report, "write the tables and report.html of a stored run again" },
    { "compare", command_compare, "say what differs between two stored runs" },
    { "history", command_history, "show how stored runs went on, and where they changed" },
    { "serve",  command_serve,  "run the test server by itself" },
    { "doctor", command_doctor, "say what on this machine would limit or disturb a run" },
    { "trial",  command_trial,  "run one trial described on standard input (used by run)" },
};
/* clang-format on */

static const char question[] = "What do a serial loop, a thread pool and coroutines cost for the same I/O jobs?";
static const char exit_statuses[] =
    "Exit status: 0 done; 1 some jobs failed, or an error of the tool's own; 2 usage or a bad input file;\n"
    "3 a regression; 4 inconclusive (with --strict); 5 no data, or runs that must not be compared;\n"
    "6 a limit of this machine, named; 130 interrupted, what was finished is kept.\n";

static void print_help(FILE *out)
{
    fprintf(out, "Usage: iorace COMMAND [OPTIONS]\n\n%s\n\nCommands:\n", question);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fprintf(out, "\n`iorace COMMAND --help` lists a command's options; `iorace --version` prints the version.\n\n%s",
            exit_statuses);
}

/* For what is made of the tables when the program is built: a line for the program, then one for each command. */
static int describe(struct failure *ret_failure)
{
    json_t *summaries = json_array();
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        json_array_append_new(summaries,
                              json_pack("{s:s, s:s}", "name", commands[i].name, "summary", commands[i].summary));
    json_t *program = json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", "program", "version", IORACE_VERSION, "about",
                                question, "notes", exit_statuses, "commands", summaries);
    if (describe_print(program, ret_failure) < 0)
        return ret_failure->status;
    int status = EXIT_DONE;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]) && status == EXIT_DONE; i++) {
        char name[64];
        snprintf(name, sizeof(name), "iorace %s", commands[i].name);
        status = commands[i].fn(2, (char *[]){name, "--" DESCRIBE_OPTION, NULL}, ret_failure);
    }
    return status;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* Print what went wrong, if anything did. A full disk behind a redirection must not look like success. */
static int finish(int status, struct failure *failure)
{
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && !failure->text[0]) {
        failure_set(failure, EXIT_JOBS_FAILED, "cannot write to standard output: %s", strerror(errno ? errno : EIO));
        status = status == EXIT_DONE ? EXIT_JOBS_FAILED : status;
    }
    if (out_of_memory() && status != EXIT_INTERRUPTED) {
        /* What failed because of it may know no better than that a file is damaged. */
        char said[sizeof(failure->text)];
        snprintf(said, sizeof(said), "%s", failure->text);
        if (!strstr(said, "memory"))
            failure_set(failure, EXIT_LOCAL_LIMIT, "out of memory: %.900s",
                        said[0] ? said : "what was printed or written may not be whole");
        status = EXIT_LOCAL_LIMIT;
    }
    if (failure->text[0])
        fprintf(stderr, "iorace: %s\n", failure->text);
    return status;
}

int main(int argc, char **argv)
{
    /* LC_NUMERIC stays "C": every number we read or write has a dot. */
    setlocale(LC_CTYPE, "");
    out_of_memory_watch();
    signal(SIGPIPE, SIG_IGN);

    struct failure failure = {0};
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return finish(EXIT_DONE, &failure);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("iorace " IORACE_VERSION);
        return finish(EXIT_DONE, &failure);
    }
    if (strcmp(argv[1], "--" DESCRIBE_OPTION) == 0)
        return finish(describe(&failure), &failure);
    const struct command *command = find_command(argv[1]);
    if (!command) {
        fprintf(stderr, "iorace: unknown command '%s'; `iorace --help` lists them\n", argv[1]);
        return EXIT_USAGE;
    }

    /* Messages and --help derive the name from argv[0]. */
    char name[64];
    snprintf(name, sizeof(name), "iorace %s", command->name);
    argv[1] = name;
    return finish(command->fn(argc - 1, argv + 1, &failure), &failure);
}
