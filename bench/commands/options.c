#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "describe.h"
#include "options.h"
#include "options_help.h"
#include "../plan/nearest.h"

/* getopt rather than argp: argp says what is wrong with an option in two lines, and the program promises one. */

enum { SETTING_CODE = 1000 }; /* + index in setting_keys; below it an index in run_own_options, + 1 */

struct parsing {
    struct run_options options;
    struct option *known; /* getopt's table, made of both of ours */
    struct failure *failure;
};

static int no_memory(struct parsing *parsing)
{
    return failure_set(parsing->failure, EXIT_LOCAL_LIMIT, "out of memory for the options");
}

static int make_table(struct parsing *parsing)
{
    parsing->known = calloc(setting_count() + run_own_option_count + 1, sizeof(*parsing->known));
    if (!parsing->known)
        return no_memory(parsing);
    struct option *next = parsing->known;
    for (size_t i = 0; i < setting_count(); i++) {
        bool flag = setting_keys[i].kind == SETTING_FLAG;
        *next++ =
            (struct option){setting_keys[i].name, flag ? no_argument : required_argument, NULL, SETTING_CODE + (int)i};
    }
    for (size_t i = 0; i < run_own_option_count; i++)
        *next++ = (struct option){run_own_options[i].name, run_own_options[i].unit ? required_argument : no_argument,
                                  NULL, (int)i + 1};
    return 0;
}

/* --- what is wrong --- */

static int refuse_unknown(struct parsing *parsing, const char *word)
{
    char name[80];
    const char *start = word + strspn(word, "-");
    int size = (int)strcspn(start, "=");
    snprintf(name, sizeof(name), "%.*s", size, start);
    size_t alike = 0;
    struct nearest nearest = {0};
    for (const struct option *known = parsing->known; known->name; known++) {
        alike += strncmp(known->name, name, strlen(name)) == 0;
        nearest_consider(&nearest, name, known->name);
    }
    if (alike > 1 && word[1] == '-')
        return failure_set(parsing->failure, EXIT_USAGE,
                           "option '%.80s' is short for several; `iorace run --help` lists the whole names", word);
    if (nearest.word)
        return failure_set(parsing->failure, EXIT_USAGE, "unknown option '%.80s'; did you mean '--%s'?", word,
                           nearest.word);
    return failure_set(parsing->failure, EXIT_USAGE, "unknown option '%.80s'; `iorace run --help` lists the options",
                       word);
}

static const struct option *option_of(const struct parsing *parsing, int code)
{
    for (const struct option *known = parsing->known; known->name; known++)
        if (known->val == code)
            return known;
    return NULL;
}

/* After getopt's ':' or '?': optopt is the code of an option that it knows, or the letter, or 0. */
static int refuse(struct parsing *parsing, int answer, char **argv)
{
    const struct option *known = option_of(parsing, optopt);
    if (answer == ':' && known)
        return failure_set(parsing->failure, EXIT_USAGE, "option '--%s' needs a value; `iorace run --help` says which",
                           known->name);
    if (known)
        return failure_set(parsing->failure, EXIT_USAGE,
                           "option '--%s' takes no value; leave out what follows the =", known->name);
    if (optopt) {
        char letter[] = {'-', (char)optopt, '\0'};
        return refuse_unknown(parsing, letter);
    }
    return refuse_unknown(parsing, argv[optind - 1]);
}

/* --- what is right --- */

static int add_override(struct parsing *parsing, const struct setting_key *key, const char *value)
{
    struct run_options *options = &parsing->options;
    struct plan_override *grown = reallocarray(options->overrides, options->override_count + 1, sizeof(*grown));
    if (!grown)
        return no_memory(parsing);
    options->overrides = grown;
    grown[options->override_count++] = (struct plan_override){.key = key, .value = value};
    return 0;
}

/* Each --header adds a line to the one override there is. */
static int add_header(struct parsing *parsing, const struct setting_key *key, const char *line)
{
    struct run_options *options = &parsing->options;
    char *joined;
    if (strchr(line, '\n'))
        return failure_set(parsing->failure, EXIT_USAGE,
                           "--header: '%.80s' holds a control character; one 'Name: value' is accepted", line);
    if (asprintf(&joined, "%s%s%s", options->headers ? options->headers : "", options->headers ? "\n" : "", line) < 0)
        return no_memory(parsing);
    bool first = !options->headers;
    free(options->headers);
    options->headers = joined;
    if (first)
        return add_override(parsing, key, joined);
    for (size_t i = 0; i < options->override_count; i++)
        if (options->overrides[i].key == key)
            options->overrides[i].value = joined;
    return 0;
}

static int take_setting(struct parsing *parsing, const struct setting_key *key)
{
    if (key->kind == SETTING_HEADERS)
        return add_header(parsing, key, optarg);
    return add_override(parsing, key, key->kind == SETTING_FLAG ? "yes" : optarg);
}

static int take_own(struct parsing *parsing, const struct run_own_option *own)
{
    if (!own->unit) {
        *(bool *)((char *)&parsing->options + own->offset) = true;
        return 0;
    }
    if (!*optarg)
        return failure_set(parsing->failure, EXIT_USAGE, "--%s: nothing is given; a name is accepted", own->name);
    *(const char **)((char *)&parsing->options + own->offset) = optarg;
    return 0;
}

static int take_scenario(struct parsing *parsing, int argc, char **argv)
{
    struct run_options *options = &parsing->options;
    if (argc - optind > 1)
        return failure_set(parsing->failure, EXIT_USAGE, "'%.80s' and '%.80s': one scenario is accepted", argv[optind],
                           argv[optind + 1]);
    if (optind < argc) {
        options->scenario = argv[optind];
        return 0;
    }
    for (size_t i = 0; i < options->override_count; i++)
        if (options->overrides[i].key->scope == SETTING_CELL)
            return 0;
    options->scenario = "default";
    return 0;
}

static int parse(struct parsing *parsing, int argc, char **argv)
{
    if (make_table(parsing))
        return -1;
    optind = 0; /* glibc: begin anew, with the globals' hidden parts */
    opterr = 0;
    int answer;
    while ((answer = getopt_long(argc, argv, ":h", parsing->known, NULL)) != -1) {
        int result = 0;
        if (answer == 'h' || (answer > 0 && answer <= (int)run_own_option_count &&
                              strcmp(run_own_options[answer - 1].name, "help") == 0)) {
            run_help_print(stdout);
            return 1;
        }
        if (answer >= SETTING_CODE)
            result = take_setting(parsing, &setting_keys[answer - SETTING_CODE]);
        else if (answer > 0 && answer <= (int)run_own_option_count)
            result = take_own(parsing, &run_own_options[answer - 1]);
        else
            result = refuse(parsing, answer, argv);
        if (result)
            return -1;
    }
    return take_scenario(parsing, argc, argv);
}

int run_options_parse(struct run_options *ret_options, int argc, char **argv, struct failure *ret_failure)
{
    if (argc == 2 && strcmp(argv[1], "--" DESCRIBE_OPTION) == 0)
        return run_help_describe(ret_failure) < 0 ? -1 : 1;
    struct parsing parsing = {.failure = ret_failure};
    int result = parse(&parsing, argc, argv);
    free(parsing.known);
    if (result)
        run_options_finish(&parsing.options);
    else
        *ret_options = parsing.options;
    return result;
}

void run_options_finish(struct run_options *options)
{
    free(options->overrides);
    free(options->headers);
    *options = (struct run_options){0};
}
