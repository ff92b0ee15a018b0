#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "arms.h"
#include "../environment/build.h"
#include "../record/record.h"

enum { KINDS = 4 };

static const struct {
    const char *name;
    const char *options[SIDES];
} kinds[KINDS] = {
    [ARMS_BINARIES] = {"binaries", {"--base", "--head"}},
    [ARMS_URLS] = {"urls", {"--base-url", "--head-url"}},
    [ARMS_ARGS] = {"args", {"--base-args", "--head-args"}},
    [ARMS_COMMANDS] = {"commands", {"--base-cmd", "--head-cmd"}},
};

const char *side_name(int side)
{
    return side == SIDE_HEAD ? "head" : "base";
}

const char *arms_option(enum arms_kind kind, int side)
{
    return kinds[kind].options[side];
}

/* Returns the word of the record: "binaries", "urls", "args", "commands". */
static const char *arms_kind_name(enum arms_kind kind)
{
    return kinds[kind].name;
}

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the arms");
}

/* --- words --- */

int words_split(char *text, char ***ret_argv)
{
    size_t room = strlen(text) / 2 + 4;
    char **argv = calloc(room, sizeof(*argv)), *to = text, quote = 0;
    int argc = 0;
    bool in_word = false;
    if (!argv)
        return -1;
    argv[argc++] = "";
    for (const char *p = text;; p++) {
        char c = *p;
        if (c == '\0' || (!quote && isspace((unsigned char)c))) {
            if (in_word)
                *to++ = '\0'; /* never ahead of p: a word is no longer than what it is made of */
            in_word = false;
            if (c == '\0')
                break;
            continue;
        }
        if (!in_word)
            argv[argc++] = to;
        in_word = true;
        if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = 0;
        } else if (c == '\\' && quote != '\'' && p[1] && (!quote || p[1] == '"' || p[1] == '\\')) {
            *to++ = *++p;
        } else {
            *to++ = c;
        }
    }
    if (quote) {
        free(argv);
        return -1;
    }
    *ret_argv = argv;
    return argc;
}

/* --- each kind --- */

static int take_binary(struct arm *arm, const char *path, const char *option, struct failure *ret_failure)
{
    struct stat status;
    struct build_reason reason;
    if (!path)
        path = "/proc/self/exe";
    arm->text = realpath(path, NULL);
    if (!arm->text || stat(arm->text, &status) < 0 || access(arm->text, X_OK) < 0)
        return failure_set(ret_failure, EXIT_USAGE, "%s: %s cannot be run: %s", option, path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return failure_set(ret_failure, EXIT_USAGE, "%s: %s is no program; give the file, such as build/bench/iorace",
                           option, path);
    if (build_file_sha256(arm->text, arm->sha256, sizeof(arm->sha256), &reason) < 0)
        arm->sha256[0] = '\0';
    return 0;
}

static int take_args(struct arm *arm, const char *text, const char *option, struct failure *ret_failure)
{
    static const struct option_set set = {.command = "run"};
    struct failure cause = {0};
    arm->text = strdup(text);
    arm->argv_text = strdup(text);
    if (!arm->text || !arm->argv_text)
        return no_memory(ret_failure);
    int argc = words_split(arm->argv_text, &arm->argv);
    if (argc < 0)
        return failure_set(ret_failure, EXIT_USAGE, "%s: a quote is not closed in '%.200s'", option, text);
    int parsed = option_parse(&arm->words, NULL, &set, argc, arm->argv, &cause);
    if (parsed < 0)
        return failure_set(ret_failure, cause.status, "%s: %s", option, cause.text);
    if (parsed > 0 || arm->words.scenario)
        return failure_set(ret_failure, EXIT_USAGE,
                           "%s: '%.200s': options of run are accepted, such as '--concurrency 50'", option, text);
    for (size_t i = 0; i < arm->words.override_count; i++)
        if (arm->words.overrides[i].key->scope != SETTING_CELL)
            return failure_set(ret_failure, EXIT_USAGE, "%s: --%s holds for the whole gate; give it outside", option,
                               arm->words.overrides[i].key->name);
    return 0;
}

static int take_command(struct arm *arm, const char *text, const char *option, struct failure *ret_failure)
{
    if (!strstr(text, "{port}"))
        return failure_set(ret_failure, EXIT_USAGE,
                           "%s: '%.200s' does not say {port}, where the port to listen on is put in", option, text);
    arm->text = strdup(text);
    return arm->text ? 0 : no_memory(ret_failure);
}

static int take(struct arms *arms, int side, const struct arms_said *said, struct failure *ret_failure)
{
    struct arm *arm = &arms->sides[side];
    const char *option = arms_option(arms->kind, side);
    switch (arms->kind) {
    case ARMS_BINARIES:
        return take_binary(arm, said->binary[side], option, ret_failure);
    case ARMS_ARGS:
        return take_args(arm, said->args[side], option, ret_failure);
    case ARMS_COMMANDS:
        return take_command(arm, said->command[side], option, ret_failure);
    case ARMS_URLS:
        break;
    }
    arm->text = strdup(said->url[side]); /* checked with the plan */
    return arm->text ? 0 : no_memory(ret_failure);
}

/* --- all --- */

static int choose_kind(enum arms_kind *ret_kind, const struct arms_said *said, struct failure *ret_failure)
{
    const char *const *const texts[KINDS] = {[ARMS_BINARIES] = said->binary,
                                             [ARMS_URLS] = said->url,
                                             [ARMS_ARGS] = said->args,
                                             [ARMS_COMMANDS] = said->command};
    int chosen = -1;
    for (int kind = 0; kind < KINDS; kind++) {
        if (!texts[kind][SIDE_BASE] && !texts[kind][SIDE_HEAD])
            continue;
        if (chosen >= 0)
            return failure_set(ret_failure, EXIT_USAGE, "%s and %s: the arms are of one kind; one pair is accepted",
                               arms_option(chosen, SIDE_BASE), arms_option(kind, SIDE_BASE));
        chosen = kind;
        for (int side = 0; side < SIDES; side++)
            if (!texts[kind][side] && !(kind == ARMS_BINARIES && side == SIDE_HEAD))
                return failure_set(ret_failure, EXIT_USAGE, "%s is missing, for %s to be compared with",
                                   arms_option(kind, side), arms_option(kind, !side));
    }
    if (chosen < 0)
        return failure_set(ret_failure, EXIT_USAGE,
                           "what is to be compared? --base and --head, or --base-url, --base-args or --base-cmd with "
                           "their heads; `iorace gate --help`");
    *ret_kind = (enum arms_kind)chosen;
    return 0;
}

int arms_make(struct arms *ret_arms, const struct arms_said *said, struct failure *ret_failure)
{
    struct arms arms = {0};
    if (choose_kind(&arms.kind, said, ret_failure) < 0)
        return -1;
    for (int side = 0; side < SIDES; side++)
        if (take(&arms, side, said, ret_failure) < 0) {
            arms_finish(&arms);
            return -1;
        }
    const struct arm *base = &arms.sides[SIDE_BASE], *head = &arms.sides[SIDE_HEAD];
    arms.equal = strcmp(base->text, head->text) == 0;
    if (arms.kind == ARMS_BINARIES && base->sha256[0] && strcmp(base->sha256, head->sha256) == 0)
        arms.equal = true; /* a copy */
    *ret_arms = arms;
    return 0;
}

void arms_finish(struct arms *arms)
{
    for (int side = 0; side < SIDES; side++) {
        struct arm *arm = &arms->sides[side];
        plan_words_finish(&arm->words);
        free(arm->argv);
        free(arm->argv_text);
        free(arm->text);
    }
    *arms = (struct arms){0};
}

char *arm_shown(const struct arms *arms, int side)
{
    const struct arm *arm = &arms->sides[side];
    if (arms->kind == ARMS_ARGS && strstr(arm->text, "--hea"))
        return strdup("(not recorded: it holds a header)");
    return clean_text(arm->text, RECORD_TEXT_BYTES);
}

json_t *arms_json(const struct arms *arms)
{
    json_t *json = json_pack("{s:s, s:b}", "kind", arms_kind_name(arms->kind), "equal", arms->equal);
    for (int side = 0; side < SIDES; side++) {
        char *shown = arm_shown(arms, side);
        json_t *one = json_pack("{s:o}", "text", record_json_text(shown, RECORD_TEXT_BYTES));
        if (arms->kind == ARMS_BINARIES)
            json_object_set_new(one, "sha256",
                                arms->sides[side].sha256[0] ? json_string(arms->sides[side].sha256) : json_null());
        json_object_set_new(json, side_name(side), one);
        free(shown);
    }
    return json;
}
