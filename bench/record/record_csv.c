/* Records as CSV: the same table, so a column cannot be forgotten. */
#include <inttypes.h>
#include <string.h>
#include "record.h"

/* Spreadsheets run a cell that starts like this as a formula; an apostrophe makes it a text again. */
static bool is_formula(const char *text)
{
    return strchr("=+-@", text[0]) && text[0];
}

/* Escaped byte by byte: cleaning would allocate, and a row has no way to say that it could not. */
static void write_text(const char *text, FILE *out)
{
    bool quoted = strpbrk(text, ",\"") != NULL;
    if (quoted)
        putc('"', out);
    if (is_formula(text))
        putc('\'', out);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        bool c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;
        if (c1)
            p++; /* U+0080 to U+009F: the second byte is the code */
        if (c1 || *p < 0x20 || *p == 0x7f) {
            fprintf(out, "\\x%02x", *p);
            continue;
        }
        if (*p == '"')
            putc('"', out);
        putc(*p, out);
    }
    if (quoted)
        putc('"', out);
}

static void write_field(const struct record_field *field, const void *record, FILE *out)
{
    const char *at = (const char *)record + field->offset;
    char number[RECORD_REAL_SIZE];
    switch (field->kind) {
    case RECORD_TEXT:
        if (*(char *const *)at)
            write_text(*(char *const *)at, out);
        break;
    case RECORD_REAL:
        fputs(record_format_real(number, *(const double *)at), out);
        break;
    case RECORD_COUNT:
        if (*(const int64_t *)at != -1)
            fprintf(out, "%" PRId64, *(const int64_t *)at);
        break;
    }
}

void record_csv_header(const struct record_field *fields, FILE *out)
{
    for (const struct record_field *field = fields; field->name; field++)
        fprintf(out, "%s%s", field == fields ? "" : ",", field->name);
    putc('\n', out);
}

void record_csv_row(const struct record_field *fields, const void *record, FILE *out)
{
    for (const struct record_field *field = fields; field->name; field++) {
        if (field != fields)
            putc(',', out);
        write_field(field, record, out);
    }
    putc('\n', out);
}
