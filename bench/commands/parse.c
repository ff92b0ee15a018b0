#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "describe.h"
#include "parse.h"
#include "../text_stream.h"

enum { KEY_HELP = 0x7000, KEY_USAGE };

/* argp hands a parser one pointer, and that is the command's own: what is ours stands here. */
static struct {
    const struct argp *argp;
    FILE *errors;
    const char *refused; /* the word that argp stopped at */
    bool helped;
} current;

static error_t parse_help(int key, char *arg, struct argp_state *state)
{
    (void)arg;
    if (key != KEY_HELP && key != KEY_USAGE)
        return ARGP_ERR_UNKNOWN;
    state->flags &= ~(unsigned)ARGP_NO_ERRS;
    argp_state_help(state, stdout, key == KEY_HELP ? ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK : ARGP_HELP_USAGE);
    current.helped = true;
    state->next = state->argc; /* nothing after it matters */
    return 0;
}

static error_t parse_outer(int key, char *arg, struct argp_state *state)
{
    if (key == ARGP_KEY_INIT) {
        state->err_stream = current.errors;
        return current.argp->parser(key, arg, state);
    }
    /* Set until here it has kept getopt from printing by itself; left set it would silence argp_error and the help, too. */
    state->flags &= ~(unsigned)ARGP_NO_ERRS;
    if (key == ARGP_KEY_ERROR)
        current.refused = state->argv[state->next - 1];
    if (current.helped) /* what is missing does not matter either */
        return 0;
    return current.argp->parser(key, arg, state);
}

/* "iorace plot: which run?\nTry ..." -> what is between. */
static void set_failure(const char *said, const char *name, struct failure *ret_failure)
{
    size_t prefix = strlen(name);
    if (strncmp(said, name, prefix) == 0 && said[prefix] == ':')
        said += prefix + 1 + (said[prefix + 1] == ' ');
    size_t length = strcspn(said, "\n");
    if (length > 0)
        failure_set(ret_failure, EXIT_USAGE, "%.*s; see `%s --help`", (int)length, said, name);
    else
        failure_set(ret_failure, EXIT_USAGE, "%s is not an option, or its value is missing; see `%s --help`",
                    current.refused, name);
}

int command_parse(const struct argp *argp, int argc, char **argv, void *input, struct failure *ret_failure)
{
    if (argc == 2 && strcmp(argv[1], "--" DESCRIBE_OPTION) == 0)
        return describe_argp(argp, argv[0], ret_failure) < 0 ? -1 : 1;
    static const struct argp_option help_options[] = {
        {"help", KEY_HELP, NULL, 0, "Show this help and end", -1},
        {"usage", KEY_USAGE, NULL, 0, "Show a short usage and end", -1},
        {0},
    };
    static const struct argp help_argp = {help_options, parse_help, NULL, NULL, NULL, NULL, NULL};
    static const struct argp_child children[] = {{&help_argp, 0, NULL, -1}, {0}};
    struct argp outer = *argp;
    outer.parser = parse_outer;
    outer.children = children;

    char *said = NULL;
    size_t size;
    current.argp = argp;
    current.helped = false;
    current.refused = "(an argument)";
    current.errors = text_stream_open(&said, &size);
    if (!current.errors)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    error_t error = argp_parse(&outer, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_NO_ERRS, NULL, input);
    fclose(current.errors);
    int result = current.helped ? 1 : 0;
    if (error == ENOMEM) {
        result = failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    } else if (!result && (error || size > 0)) {
        set_failure(said, argv[0], ret_failure);
        result = -1;
    }
    free(said);
    return result;
}
