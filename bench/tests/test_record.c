/* Records: to JSON and back, as CSV, and their tables against the schema. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../record/summary_record.h"
#include "../record/trial_record.h"
#include "version.h"

struct small {
    char *name, *word;
    double seconds;
    int64_t count;
    double later;
};

static const char *const small_words[] = {"red", "green", NULL};

static const struct record_field small_fields[] = {
    {"name", RECORD_TEXT, offsetof(struct small, name), false, 0, 20, NULL, false},
    {"word", RECORD_TEXT, offsetof(struct small, word), true, 0, 20, small_words, false},
    {"seconds", RECORD_REAL, offsetof(struct small, seconds), true, 0, 100, NULL, false},
    {"count", RECORD_COUNT, offsetof(struct small, count), true, 0, 1000, NULL, false},
    {0},
};

static char *as_json(const struct record_field *fields, const void *record)
{
    json_t *object = record_to_json(fields, record);
    assert_non_null(object);
    char *text = json_dumps(object, RECORD_DUMP_FLAGS);
    json_decref(object);
    return text;
}

static int read_text(struct small *small, const char *json, struct failure *failure)
{
    json_t *object = json_loads(json, 0, NULL);
    assert_non_null(object);
    record_init(small_fields, small);
    int result = record_from_json(small_fields, small, object, failure);
    json_decref(object);
    return result;
}

static void null_is_null(void **state)
{
    (void)state;
    struct small small;
    record_init(small_fields, &small);
    char *text = as_json(small_fields, &small);
    assert_string_equal(text, "{\"name\":null,\"word\":null,\"seconds\":null,\"count\":null}");
    free(text);
}

static void values_survive_the_way_there_and_back(void **state)
{
    (void)state;
    struct small small;
    struct failure failure = {0};
    assert_int_equal(read_text(&small,
                               "{\"name\":\"n\",\"word\":\"green\",\"seconds\":0.123456789,\"count\":7,\"more\":[]}",
                               &failure),
                     0);
    assert_string_equal(small.name, "n");
    assert_string_equal(small.word, "green");
    assert_true(small.seconds == 0.123456789);
    assert_int_equal(small.count, 7);
    char *text = as_json(small_fields, &small);
    assert_string_equal(text, "{\"name\":\"n\",\"word\":\"green\",\"seconds\":0.123456789,\"count\":7}");
    free(text);
    record_finish(small_fields, &small);
    assert_null(small.name);

    assert_int_equal(read_text(&small, "{\"name\":\"\",\"word\":null,\"seconds\":3,\"count\":null}", &failure), 0);
    assert_true(small.seconds == 3);
    assert_int_equal(small.count, -1);
    record_finish(small_fields, &small);
}

/* A file from before there was such a field is read as if it said null; what is written has it. */
static void added_fields_may_be_missing(void **state)
{
    (void)state;
    static const struct record_field fields[] = {
        {"count", RECORD_COUNT, offsetof(struct small, count), true, 0, 1000, NULL, false},
        {"later", RECORD_REAL, offsetof(struct small, later), true, 0, 100, NULL, true},
        {0},
    };
    static const struct {
        const char *json;
        bool known;
        const char *said;
    } rows[] = {
        {"{\"count\":1}", false, NULL},
        {"{\"count\":1,\"later\":null}", false, NULL},
        {"{\"count\":1,\"later\":2.5}", true, NULL},
        {"{\"count\":1,\"later\":101}", false, "later: 101 is not within 0 to 100"},
        {"{\"later\":1}", false, "count is missing"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct small small;
        struct failure failure = {0};
        json_t *object = json_loads(rows[i].json, 0, NULL);
        record_init(fields, &small);
        assert_int_equal(record_from_json(fields, &small, object, &failure), rows[i].said ? -1 : 0);
        json_decref(object);
        if (rows[i].said) {
            assert_string_equal(failure.text, rows[i].said);
            continue;
        }
        assert_int_equal(isfinite(small.later), rows[i].known);
        char *text = as_json(fields, &small);
        assert_string_equal(text, rows[i].known ? "{\"count\":1,\"later\":2.5}" : "{\"count\":1,\"later\":null}");
        free(text);
    }
}

static void wrong_values_are_named(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"word\":null,\"seconds\":1,\"count\":1}", "name is missing"},
        {"{\"name\":null,\"word\":null,\"seconds\":1,\"count\":1}", "name: wanted a text, found null"},
        {"{\"name\":\"n\",\"word\":\"blue\",\"seconds\":1,\"count\":1}", "word: unknown word 'blue'"},
        {"{\"name\":\"n\",\"word\":null,\"seconds\":\"1\",\"count\":1}",
         "seconds: wanted a number or null, found a text"},
        {"{\"name\":\"n\",\"word\":null,\"seconds\":100.5,\"count\":1}", "seconds: 100.5 is not within 0 to 100"},
        {"{\"name\":\"n\",\"word\":null,\"seconds\":1,\"count\":1.0}",
         "count: wanted an integer or null, found a number"},
        {"{\"name\":\"n\",\"word\":null,\"seconds\":1,\"count\":-1}", "count: -1 is not within 0 to 1000"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct small small;
        struct failure failure = {0};
        assert_int_equal(read_text(&small, rows[i][0], &failure), -1);
        assert_string_equal(failure.text, rows[i][1]);
        assert_int_equal(failure.status, EXIT_NO_DATA);
        record_finish(small_fields, &small);
    }
}

static char *csv_row(const struct small *small)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    record_csv_row(small_fields, small, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void csv_is_quoted_and_inert(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"plain", "plain,,,\n"},
        {"a,b", "\"a,b\",,,\n"},
        {"say \"x\"", "\"say \"\"x\"\"\",,,\n"},
        {"=1+1", "'=1+1,,,\n"},
        {"+1", "'+1,,,\n"},
        {"-1", "'-1,,,\n"},
        {"@sum(a,b)", "\"'@sum(a,b)\",,,\n"},
        {"two\nlines\033[2J", "two\\x0alines\\x1b[2J,,,\n"},
        {"\xc2\x9b\x32J", "\\x9b2J,,,\n"},
        {"\u00e9", "\u00e9,,,\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct small small = {.name = (char *)rows[i][0], .seconds = NAN, .count = -1};
        char *text = csv_row(&small);
        assert_string_equal(text, rows[i][1]);
        free(text);
    }
    char *header = NULL;
    size_t size;
    FILE *out = open_memstream(&header, &size);
    record_csv_header(small_fields, out);
    fclose(out);
    assert_string_equal(header, "name,word,seconds,count\n");
    free(header);
}

static void numbers_have_nine_digits_and_a_dot(void **state)
{
    (void)state;
    /* Not every machine has a locale with a decimal comma; where one is, it must make no difference. */
    const char *locale = setlocale(LC_NUMERIC, "de_DE.UTF-8");
    print_message("# locale with a comma: %s\n", locale ? locale : "not here");
    struct small small = {.name = (char *)"n", .seconds = 0.1234567891, .count = 1000};
    char *text = csv_row(&small);
    assert_string_equal(text, "n,,0.123456789,1000\n");
    free(text);
    char buffer[RECORD_REAL_SIZE];
    assert_string_equal(record_format_real(buffer, -0.0), "0");
    assert_string_equal(record_format_real(buffer, 1e-9), "1e-09");
    assert_string_equal(record_format_real(buffer, 12345678), "12345678");
    assert_string_equal(record_format_real(buffer, NAN), "");
    setlocale(LC_NUMERIC, "C");
}

static void cleaned(const char *raw, size_t most, const char *wanted)
{
    char *clean = clean_text(raw, most);
    assert_string_equal(clean, wanted);
    free(clean);
}

static void texts_are_cleaned(void **state)
{
    (void)state;
    cleaned("", 10, "");
    cleaned("\u00e9\u20ac\U0001f600", 100, "\u00e9\u20ac\U0001f600");
    cleaned("a\tb\x7f", 100, "a\\x09b\\x7f");
    cleaned("\xff\xc3", 100, "\\xff\\xc3");                   /* no UTF-8; cut in the middle */
    cleaned("\xc0\xaf", 100, "\\xc0\\xaf");                   /* overlong */
    cleaned("\xed\xa0\x80", 100, "\\xed\\xa0\\x80");          /* a surrogate */
    cleaned("\xf4\x90\x80\x80", 100, "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
    cleaned("\xc2\x9b", 100, "\\x9b");                        /* CSI in one character */
    cleaned("\u202e", 100, "\\u202e");
    cleaned("abcdefghij", 10, "abcdefghij");
    cleaned("abcdefghijk", 10, "abcdefg...");
    cleaned("abcdef\u20acxyz", 10, "abcdef..."); /* not in the middle of a character */
}

static void texts_are_cut_and_cleaned_as_they_are_written(void **state)
{
    (void)state;
    struct small small = {.name = (char *)"a server said: \xff\xfe\n and more", .seconds = NAN, .count = -1};
    char *text = as_json(small_fields, &small);
    assert_string_equal(text, "{\"name\":\"a server said: \\\\x...\",\"word\":null,\"seconds\":null,\"count\":null}");
    free(text);
}

static double schema_number(const json_t *property, const char *name)
{
    const json_t *value = json_object_get(property, name);
    if (!json_is_number(value))
        fail_msg("%s is missing", name);
    return json_number_value(value);
}

static bool has_word(const json_t *list, const char *word)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        if (word ? json_is_string(item) && strcmp(json_string_value(item), word) == 0 : json_is_null(item))
            return true;
    }
    return false;
}

/* The words of an enum, or the type and range; `type` is a word or [word, "null"]. */
static void compare_field(const struct record_field *field, const json_t *property)
{
    static const char *const types[] = {[RECORD_TEXT] = "string", [RECORD_REAL] = "number", [RECORD_COUNT] = "integer"};
    if (field->words) {
        const json_t *words = json_object_get(property, "enum");
        size_t count = 0;
        for (; field->words[count]; count++)
            assert_true(has_word(words, field->words[count]));
        assert_int_equal(json_array_size(words), count + field->nullable);
        assert_int_equal(has_word(words, NULL), field->nullable);
        return;
    }
    const json_t *type = json_object_get(property, "type");
    const char *word = json_string_value(json_is_array(type) ? json_array_get(type, 0) : type);
    assert_string_equal(word, types[field->kind]);
    assert_int_equal(json_is_array(type), field->nullable);
    bool is_text = field->kind == RECORD_TEXT;
    assert_true(schema_number(property, is_text ? "minLength" : "minimum") == field->min);
    assert_true(schema_number(property, is_text ? "maxLength" : "maximum") == field->max);
}

static void compare_table(const json_t *schema, const char *name, const struct record_field *fields, size_t others)
{
    const json_t *object = json_object_get(json_object_get(schema, "$defs"), name);
    const json_t *properties = json_object_get(object, "properties");
    size_t count = 0;
    for (; fields[count].name; count++) {
        print_message("# %s.%s\n", name, fields[count].name);
        assert_int_equal(has_word(json_object_get(object, "required"), fields[count].name), !fields[count].added);
        compare_field(&fields[count], json_object_get(properties, fields[count].name));
    }
    assert_int_equal(json_object_size(properties), count + others);
}

static void the_schema_says_what_the_tables_say(void **state)
{
    (void)state;
    json_t *schema = json_load_file(IORACE_SOURCE_DIR "/results/schema.json", 0, NULL);
    assert_non_null(schema);
    compare_table(schema, "trial", trial_fields, 5); /* type, started, failures, held, server */
    compare_table(schema, "summary_lane", summary_fields, 0);
    json_decref(schema);
}

/* Every column has a row in the README. */
static void the_readme_explains_every_column(void **state)
{
    (void)state;
    FILE *file = fopen(IORACE_SOURCE_DIR "/results/README.md", "r");
    assert_non_null(file);
    char *text = NULL;
    size_t room = 0;
    assert_true(getdelim(&text, &room, '\0', file) > 0);
    fclose(file);
    const struct record_field *const tables[] = {trial_fields, summary_fields};
    const char *const headings[] = {"## Columns of `trials.csv`", "## Columns of `summary.csv`"};
    for (size_t t = 0; t < 2; t++) {
        const char *section = strstr(text, headings[t]);
        assert_non_null(section);
        const char *end = strstr(section + 3, "\n## ");
        assert_non_null(end);
        for (const struct record_field *field = tables[t]; field->name; field++) {
            char quoted[100];
            snprintf(quoted, sizeof(quoted), "`%s`", field->name);
            const char *found = strstr(section, quoted);
            if (!found || found > end)
                fail_msg("%s does not explain %s", headings[t], quoted);
        }
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_is_null),
        cmocka_unit_test(values_survive_the_way_there_and_back),
        cmocka_unit_test(added_fields_may_be_missing),
        cmocka_unit_test(wrong_values_are_named),
        cmocka_unit_test(csv_is_quoted_and_inert),
        cmocka_unit_test(numbers_have_nine_digits_and_a_dot),
        cmocka_unit_test(texts_are_cleaned),
        cmocka_unit_test(texts_are_cut_and_cleaned_as_they_are_written),
        cmocka_unit_test(the_schema_says_what_the_tables_say),
        cmocka_unit_test(the_readme_explains_every_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
