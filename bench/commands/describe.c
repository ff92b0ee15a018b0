#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "describe.h"
#include "options_help.h"
#include "../plan/metrics.h"

json_t *describe_command(const char *name, const char *usage, const char *about, const char *notes)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:[]}", "type", "command", "name", name, "usage", usage ? usage : "",
                     "about", about, "notes", notes ? notes : "", "groups");
}

json_t *describe_group(json_t *command, const char *title)
{
    json_t *group = json_pack("{s:s?, s:[]}", "title", title, "options");
    return json_array_append_new(json_object_get(command, "groups"), group) == 0 ? group : NULL;
}

static json_t *words_to_json(const char *const *words)
{
    json_t *list = json_array();
    for (; *words; words++)
        json_array_append_new(list, json_string(*words));
    return list;
}

void describe_option(json_t *group, const struct described_option *option)
{
    char letter[] = {option->letter, '\0'};
    json_t *object =
        json_pack("{s:s, s:s?, s:s?, s:s, s:s, s:b, s:b}", "name", option->name, "letter", letter[0] ? letter : NULL,
                  "unit", option->unit, "help", option->help, "brief", option->brief ? option->brief : option->help,
                  "list", option->is_list, "optional", option->is_optional);
    if (option->words)
        json_object_set_new(object, "words", words_to_json(option->words));
    json_array_append_new(json_object_get(group, "options"), object);
}

void describe_own(json_t *command, const char *title, const struct own_option *own, size_t own_count)
{
    json_t *group = describe_group(command, title);
    for (size_t i = 0; i < own_count; i++)
        describe_option(group,
                        &(struct described_option){.name = own[i].name, .unit = own[i].unit, .help = own[i].help});
}

void describe_settings(json_t *command, const char *title, enum setting_scope scope, bool gate)
{
    json_t *group = describe_group(command, title);
    json_object_set_new(group, "keys", json_string(scope == SETTING_RUN ? "run" : "cell"));
    for (const struct setting_key *key = setting_keys; key->name; key++) {
        char help[SETTING_HELP_SIZE];
        if (key->scope != scope || (key->gate_only && !gate))
            continue;
        setting_help(key, gate, help, sizeof(help));
        describe_option(group, &(struct described_option){
                                   .name = key->name,
                                   .unit = key->kind == SETTING_FLAG ? NULL : key->unit,
                                   .help = help,
                                   .brief = key->help,
                                   .words = key->words ? key->words() : NULL,
                                   .is_list = key->kind == SETTING_WORD_LIST,
                               });
    }
}

int describe_print(json_t *command, struct failure *ret_failure)
{
    char *line = command ? json_dumps(command, JSON_COMPACT) : NULL;
    json_decref(command);
    if (!line)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the description");
    puts(line);
    free(line);
    return 0;
}

/* argp's tables have no place for words. */
static const char *const *words_of(const struct argp_option *option)
{
    return strcmp(option->name, "metric") == 0 ? metric_names() : NULL;
}

int describe_argp(const struct argp *argp, const char *name, struct failure *ret_failure)
{
    const char *doc = argp->doc ? argp->doc : "", *notes = strchr(doc, '\v');
    char *about = strndup(doc, notes ? (size_t)(notes - doc) : strlen(doc));
    if (!about)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for the description");
    json_t *command = describe_command(name, argp->args_doc, about, notes ? notes + 1 : NULL);
    free(about);
    json_t *group = NULL;
    for (const struct argp_option *option = argp->options; option && (option->name || option->doc); option++) {
        if (!option->name) { /* a heading */
            group = describe_group(command, option->doc);
            continue;
        }
        if (option->flags & (OPTION_HIDDEN | OPTION_ALIAS))
            continue;
        if (!group)
            group = describe_group(command, NULL);
        describe_option(
            group,
            &(struct described_option){
                .name = option->name,
                .letter = option->key > 0 && option->key < 128 && isalnum(option->key) ? (char)option->key : '\0',
                .unit = option->arg,
                .help = option->doc ? option->doc : "",
                .words = words_of(option),
                .is_list = option->arg && strcmp(option->arg, "LIST") == 0,
                .is_optional = option->flags & OPTION_ARG_OPTIONAL,
            });
    }
    return describe_print(command, ret_failure);
}
