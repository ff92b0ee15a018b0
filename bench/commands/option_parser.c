#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "describe.h"
#include "option_parser.h"
#include "options_help.h"
#include "../plan/nearest.h"

/* getopt rather than argp: argp says what is wrong with an option in two lines, and the program promises one. */

enum { SETTING_CODE = 1000 }; /* + index in setting_keys; below it an index in the own options, + 1 */

struct parsing {
    const struct option_set *set;
    struct plan_words words;
    void *own;
    struct option *known; /* getopt's table, made of both */
    struct failure *failure;
};

static int no_memory(struct parsing *parsing)
{
    return failure_set(parsing->failure, EXIT_LOCAL_LIMIT, "out of memory for the options");
}

static int make_table(struct parsing *parsing)
{
    const struct option_set *set = parsing->set;
    parsing->known = calloc(setting_count() + set->own_count + 1, sizeof(*parsing->known));
    if (!parsing->known)
        return no_memory(parsing);
    struct option *next = parsing->known;
    for (size_t i = 0; i < setting_count(); i++) {
        bool flag = setting_keys[i].kind == SETTING_FLAG;
        if (setting_keys[i].gate_only && !set->gate)
            continue;
        *next++ =
            (struct option){setting_keys[i].name, flag ? no_argument : required_argument, NULL, SETTING_CODE + (int)i};
    }
    for (size_t i = 0; i < set->own_count; i++)
        *next++ =
            (struct option){set->own[i].name, set->own[i].unit ? required_argument : no_argument, NULL, (int)i + 1};
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
                           "option '%.80s' is short for several; `iorace %s --help` lists the whole names", word,
                           parsing->set->command);
    if (nearest.word)
        return failure_set(parsing->failure, EXIT_USAGE, "unknown option '%.80s'; did you mean '--%s'?", word,
                           nearest.word);
    return failure_set(parsing->failure, EXIT_USAGE, "unknown option '%.80s'; `iorace %s --help` lists the options",
                       word, parsing->set->command);
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
        return failure_set(parsing->failure, EXIT_USAGE, "option '--%s' needs a value; `iorace %s --help` says which",
                           known->name, parsing->set->command);
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
    struct plan_words *words = &parsing->words;
    struct plan_override *grown = reallocarray(words->overrides, words->override_count + 1, sizeof(*grown));
    if (!grown)
        return no_memory(parsing);
    words->overrides = grown;
    grown[words->override_count++] = (struct plan_override){.key = key, .value = value};
    return 0;
}

/* Each --header adds a line to the one override there is. */
static int add_header(struct parsing *parsing, const struct setting_key *key, const char *line)
{
    struct plan_words *words = &parsing->words;
    char *joined;
    if (strchr(line, '\n'))
        return failure_set(parsing->failure, EXIT_USAGE,
                           "--header: '%.80s' holds a control character; one 'Name: value' is accepted", line);
    if (asprintf(&joined, "%s%s%s", words->headers ? words->headers : "", words->headers ? "\n" : "", line) < 0)
        return no_memory(parsing);
    bool first = !words->headers;
    free(words->headers);
    words->headers = joined;
    if (first)
        return add_override(parsing, key, joined);
    for (size_t i = 0; i < words->override_count; i++)
        if (words->overrides[i].key == key)
            words->overrides[i].value = joined;
    return 0;
}

static int take_setting(struct parsing *parsing, const struct setting_key *key)
{
    if (key->kind == SETTING_HEADERS)
        return add_header(parsing, key, optarg);
    return add_override(parsing, key, key->kind == SETTING_FLAG ? "yes" : optarg);
}

static int take_own(struct parsing *parsing, const struct own_option *own)
{
    void *field = (char *)parsing->own + own->offset;
    if (!own->unit) {
        *(bool *)field = true;
        return 0;
    }
    if (!*optarg && !own->may_be_empty)
        return failure_set(parsing->failure, EXIT_USAGE, "--%s: nothing is given; a name is accepted", own->name);
    if (!own->repeats) {
        *(const char **)field = optarg;
        return 0;
    }
    struct text_list *list = field;
    const char **grown = reallocarray(list->texts, list->count + 1, sizeof(*grown));
    if (!grown)
        return no_memory(parsing);
    list->texts = grown;
    grown[list->count++] = optarg;
    return 0;
}

static int take_scenario(struct parsing *parsing, int argc, char **argv)
{
    if (argc - optind > 1)
        return failure_set(parsing->failure, EXIT_USAGE, "'%.80s' and '%.80s': one scenario is accepted", argv[optind],
                           argv[optind + 1]);
    if (optind < argc)
        parsing->words.scenario = argv[optind];
    return 0;
}

static int parse(struct parsing *parsing, int argc, char **argv)
{
    const struct option_set *set = parsing->set;
    if (make_table(parsing))
        return -1;
    optind = 0; /* glibc: begin anew, with the globals' hidden parts */
    opterr = 0;
    int answer;
    while ((answer = getopt_long(argc, argv, ":h", parsing->known, NULL)) != -1) {
        bool own = answer > 0 && answer <= (int)set->own_count;
        int result = 0;
        if (answer == 'h' || (own && strcmp(set->own[answer - 1].name, "help") == 0)) {
            if (set->help)
                help_print(set->help, stdout);
            return 1;
        }
        if (answer >= SETTING_CODE)
            result = take_setting(parsing, &setting_keys[answer - SETTING_CODE]);
        else if (own)
            result = take_own(parsing, &set->own[answer - 1]);
        else
            result = refuse(parsing, answer, argv);
        if (result)
            return -1;
    }
    return take_scenario(parsing, argc, argv);
}

int option_parse(struct plan_words *ret_words, void *ret_own, const struct option_set *set, int argc, char **argv,
                 struct failure *ret_failure)
{
    if (set->help && argc == 2 && strcmp(argv[1], "--" DESCRIBE_OPTION) == 0)
        return help_describe(set->help, ret_failure) < 0 ? -1 : 1;
    struct parsing parsing = {.set = set, .own = ret_own, .failure = ret_failure};
    int result = parse(&parsing, argc, argv);
    free(parsing.known);
    if (result)
        plan_words_finish(&parsing.words);
    else
        *ret_words = parsing.words;
    return result;
}

void plan_words_finish(struct plan_words *words)
{
    free(words->overrides);
    free(words->headers);
    *words = (struct plan_words){0};
}

bool plan_words_make_cell(const struct plan_words *words)
{
    for (size_t i = 0; i < words->override_count; i++)
        if (words->overrides[i].key->scope == SETTING_CELL && !words->overrides[i].key->gate_only)
            return true;
    return false;
}
