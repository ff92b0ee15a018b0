/* From a text that somebody typed to a setting. Strict: what is not wholly understood is refused, with what would be
 * accepted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nearest.h"
#include "settings.h"
#include "url.h"
#include "../clean_text.h"

static int no_memory(const char *where, struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "%s: out of memory", where);
}

static void join_words(const char *const *words, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; words[i] && used < size; i++) {
        const char *before = i == 0 ? "" : words[i + 1] ? ", " : " or ";
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", before, words[i]);
    }
}

void setting_accepts(const struct setting_key *key, char *buffer, size_t size)
{
    switch (key->kind) {
    case SETTING_COUNT:
        snprintf(buffer, size, "%lld to %lld", (long long)key->min, (long long)key->max);
        break;
    case SETTING_RATE:
        snprintf(buffer, size, "%lld to %lld, or find", (long long)key->min, (long long)key->max);
        break;
    case SETTING_WORD:
    case SETTING_WORD_LIST:
        join_words(key->words(), buffer, size);
        break;
    case SETTING_DELAYS:
        snprintf(buffer, size, "0 to 3600000, or COUNTxMS,COUNTxMS,...");
        break;
    case SETTING_FLAG:
        snprintf(buffer, size, "yes or no");
        break;
    case SETTING_URL:
        snprintf(buffer, size, "http://... or https://...");
        break;
    case SETTING_HEADERS:
        snprintf(buffer, size, "'Name: value'");
        break;
    case SETTING_FILE:
        snprintf(buffer, size, "the name of a file");
        break;
    case SETTING_CPUS:
        snprintf(buffer, size, "one, all, or numbers such as 0-2,4");
        break;
    case SETTING_TEXT:
        snprintf(buffer, size, "a text");
        break;
    }
}

enum number_form { NUMBER, NOT_A_NUMBER, NUMBER_TOO_LARGE };

static enum number_form read_count(const char *text, int64_t *ret_number)
{
    int64_t number = 0;
    bool too_large = false;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, *p - '0', &number))
            too_large = true;
    if (p == text)
        return NOT_A_NUMBER;
    int64_t unit = *p == 'k' ? 1000 : *p == 'M' ? 1000000 : *p == 'G' ? 1000000000 : 1;
    if (unit > 1)
        p++;
    if (*p)
        return NOT_A_NUMBER;
    if (too_large || __builtin_mul_overflow(number, unit, &number))
        return NUMBER_TOO_LARGE;
    *ret_number = number;
    return NUMBER;
}

static int parse_count(int64_t *ret_number, const struct setting_key *key, const char *text, const char *where,
                       struct failure *ret_failure)
{
    int64_t number = 0;
    enum number_form form = read_count(text, &number);
    const char *complaint = NULL;
    if (form == NUMBER_TOO_LARGE || (form == NUMBER && (number < key->min || number > key->max)))
        complaint = "is out of range";
    else if (form == NOT_A_NUMBER && text[0] == '-' && read_count(text + 1, &number) != NOT_A_NUMBER)
        complaint = "is negative";
    else if (form == NOT_A_NUMBER)
        complaint = "is not a whole number";
    if (complaint) {
        char accepted[64];
        setting_accepts(key, accepted, sizeof(accepted));
        return failure_set(ret_failure, EXIT_USAGE, "%s: '%.80s' %s; %s is accepted", where, text, complaint, accepted);
    }
    *ret_number = number;
    return 0;
}

static bool is_search(const struct setting_key *key, const char *text)
{
    return key->kind == SETTING_RATE && strcmp(text, "find") == 0;
}

static int check_word(const struct setting_key *key, const char *word, const char *where, struct failure *ret_failure)
{
    struct nearest nearest = {0};
    const char *const *words = key->words();
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(words[i], word) == 0)
            return 0;
        nearest_consider(&nearest, word, words[i]);
    }
    char accepted[256], hint[80];
    setting_accepts(key, accepted, sizeof(accepted));
    return failure_set(ret_failure, EXIT_USAGE, "%s: '%.80s' is unknown; %s is accepted%s", where, word, accepted,
                       nearest_hint(&nearest, hint, sizeof(hint)));
}

static void trim(char **start, char *end)
{
    while (**start == ' ' || **start == '\t')
        (*start)++;
    while (end > *start && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
}

/* Take the next piece of a comma list out of *rest, trimmed, in place; NULL behind the last. */
static char *next_piece(char **rest)
{
    char *piece = *rest;
    if (!piece)
        return NULL;
    char *end = strchrnul(piece, ',');
    *rest = *end ? end + 1 : NULL;
    trim(&piece, end);
    return piece;
}

static bool is_listed(const char *list, const char *word)
{
    size_t size = strlen(word);
    for (const char *p = list; *p; p += *p == ',') {
        size_t length = strcspn(p, ",");
        if (length == size && memcmp(p, word, size) == 0)
            return true;
        p += length;
    }
    return false;
}

static int parse_word_list(char **ret_text, const struct setting_key *key, const char *value, const char *where,
                           struct failure *ret_failure)
{
    char *copy = strdup(value), *list = calloc(1, strlen(value) + 1);
    int result = copy && list ? 0 : no_memory(where, ret_failure);
    char *rest = copy, *word;
    while (result == 0 && (word = next_piece(&rest))) {
        result = check_word(key, word, where, ret_failure);
        if (result == 0 && is_listed(list, word))
            result = failure_set(ret_failure, EXIT_USAGE, "%s: '%s' is there twice; name each once", where, word);
        if (result == 0)
            strcat(strcat(list, list[0] ? "," : ""), word);
    }
    free(copy);
    if (result) {
        free(list);
        return -1;
    }
    *ret_text = list;
    return 0;
}

/* RFC 9110: a name is a token; the value here is whatever is printable. */
static bool is_header(const char *line, size_t size)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t name = strspn(line, token);
    return name > 0 && name < size && line[name] == ':';
}

static int check_headers(const char *value, const char *where, struct failure *ret_failure)
{
    for (const char *line = value;; line++) {
        size_t size = strcspn(line, "\n");
        if (!is_header(line, size))
            return failure_set(ret_failure, EXIT_USAGE, "%s: '%.*s' is not a header; 'Name: value' is accepted", where,
                               (int)(size > 80 ? 80 : size), line);
        line += size;
        if (!*line)
            return 0;
    }
}

/* The form only: whether this machine has them is known where the plan is made. */
static bool is_cpu_list(const char *text)
{
    if (strcmp(text, "one") == 0 || strcmp(text, "all") == 0)
        return true;
    for (;; text++) {
        size_t digits = strspn(text, "0123456789");
        if (digits == 0 || digits > 4)
            return false;
        text += digits;
        if (!*text)
            return true;
        if (*text != ',' && *text != '-')
            return false;
    }
}

/* Lines of headers, and space within lists, which is not kept. */
static bool allows(enum setting_kind kind, unsigned char control)
{
    if (kind == SETTING_HEADERS)
        return control == '\n';
    return control == '\t' && (kind == SETTING_WORD_LIST || kind == SETTING_DELAYS);
}

static int check_text(const struct setting_key *key, const char *value, const char *where, struct failure *ret_failure)
{
    char accepted[256];
    setting_accepts(key, accepted, sizeof(accepted));
    if (!value[0])
        return failure_set(ret_failure, EXIT_USAGE, "%s: nothing is given; %s is accepted", where, accepted);
    for (const unsigned char *p = (const unsigned char *)value; *p; p++)
        if (*p == 0x7f || (*p < 0x20 && !allows(key->kind, *p)))
            return failure_set(ret_failure, EXIT_USAGE,
                               "%s: '%.80s' holds a control character; %s without any is accepted", where, value,
                               accepted);
    if (!utf8_is_valid(value)) /* every setting travels as JSON */
        return failure_set(ret_failure, EXIT_USAGE, "%s: '%.80s' is not valid UTF-8; %s in UTF-8 is accepted", where,
                           value, accepted);
    return 0;
}

/* Spaces within a list of delays or CPUs say nothing; without them the text is canonical. */
static char *without_spaces(const char *value)
{
    char *text = strdup(value);
    if (!text)
        return NULL;
    char *to = text;
    for (const char *from = text; *from; from++)
        if (*from != ' ' && *from != '\t')
            *to++ = *from;
    *to = '\0';
    return text;
}

static int parse_text(char **ret_text, const struct setting_key *key, const char *value, const char *where,
                      struct failure *ret_failure)
{
    if (check_text(key, value, where, ret_failure))
        return -1;
    struct delay_totals totals;
    switch (key->kind) {
    case SETTING_WORD_LIST:
        return parse_word_list(ret_text, key, value, where, ret_failure);
    case SETTING_WORD:
        if (check_word(key, value, where, ret_failure))
            return -1;
        break;
    case SETTING_DELAYS:
        if (delay_list_measure(&totals, value, where, ret_failure))
            return -1;
        break;
    case SETTING_URL:
        if (url_check(value, where, ret_failure))
            return -1;
        break;
    case SETTING_HEADERS:
        if (check_headers(value, where, ret_failure))
            return -1;
        break;
    case SETTING_CPUS:
        if (!is_cpu_list(value))
            return failure_set(ret_failure, EXIT_USAGE,
                               "%s: '%.80s' is not a list of CPUs; one, all, or numbers such as 0-2,4 is accepted",
                               where, value);
        break;
    default:
        break;
    }
    char *text = key->kind == SETTING_DELAYS ? without_spaces(value) : strdup(value);
    if (!text)
        return no_memory(where, ret_failure);
    *ret_text = text;
    return 0;
}

int setting_parse(struct settings *settings, const struct setting_key *key, const char *value, const char *where,
                  struct failure *ret_failure)
{
    void *field = setting_field(settings, key);
    if (is_search(key, value)) {
        *(int64_t *)field = RATE_FIND;
        return 0;
    }
    if (setting_is_number(key))
        return parse_count(field, key, value, where, ret_failure);
    if (key->kind == SETTING_FLAG) {
        bool yes = strcmp(value, "yes") == 0;
        if (!yes && strcmp(value, "no") != 0)
            return failure_set(ret_failure, EXIT_USAGE, "%s: '%.80s' is neither; yes or no is accepted", where, value);
        *(bool *)field = yes;
        return 0;
    }
    char *text;
    if (parse_text(&text, key, value, where, ret_failure))
        return -1;
    free(*(char **)field);
    *(char **)field = text;
    return 0;
}

static int add_value(struct setting_values *values, const struct setting_key *key, const char *piece, const char *where,
                     struct failure *ret_failure)
{
    int64_t number;
    if (is_search(key, piece))
        return failure_set(ret_failure, EXIT_USAGE, "%s: find in a list; a list of numbers, or find alone is accepted",
                           where);
    if (parse_count(&number, key, piece, where, ret_failure))
        return -1;
    char canonical[24];
    snprintf(canonical, sizeof(canonical), "%lld", (long long)number);
    for (size_t i = 0; i < values->count; i++)
        if (strcmp(values->texts[i], canonical) == 0)
            return failure_set(ret_failure, EXIT_USAGE, "%s: %s is there twice; each value once is accepted", where,
                               canonical);
    char **grown = reallocarray(values->texts, values->count + 1, sizeof(*grown));
    if (grown)
        values->texts = grown;
    char *text = strdup(canonical);
    if (!grown || !text) {
        free(text);
        return no_memory(where, ret_failure);
    }
    values->texts[values->count++] = text;
    return 0;
}

static int single_value(struct setting_values *values, const struct setting_key *key, const char *text,
                        const char *where, struct failure *ret_failure)
{
    /* Parsed into a scratch copy, so that what is wrong is said where it stands and not when it is used. */
    struct settings scratch = {0};
    if (setting_parse(&scratch, key, text, where, ret_failure))
        return -1;
    settings_finish(&scratch);
    values->texts = calloc(1, sizeof(*values->texts));
    if (!values->texts || !(values->texts[0] = strdup(text)))
        return no_memory(where, ret_failure);
    values->count = 1;
    return 0;
}

int setting_values(struct setting_values *ret_values, const struct setting_key *key, const char *text,
                   const char *where, struct failure *ret_failure)
{
    struct setting_values values = {0};
    int result = 0;
    if (!key->sweeps || is_search(key, text)) {
        result = single_value(&values, key, text, where, ret_failure);
    } else {
        char *copy = strdup(text);
        result = copy ? 0 : no_memory(where, ret_failure);
        char *rest = copy, *piece;
        while (result == 0 && (piece = next_piece(&rest)))
            result = add_value(&values, key, piece, where, ret_failure);
        free(copy);
    }
    if (result) {
        setting_values_finish(&values);
        return -1;
    }
    *ret_values = values;
    return 0;
}

void setting_values_finish(struct setting_values *values)
{
    for (size_t i = 0; i < values->count; i++)
        free(values->texts[i]);
    free(values->texts);
    *values = (struct setting_values){0};
}
