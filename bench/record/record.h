/*
 * A record is a flat struct described by a table of fields. The table is the one place that knows a field's name, kind
 * and range: the JSON writer and reader, the CSV header and rows, and the schema's test all walk it.
 */
#ifndef BENCH_RECORD_H
#define BENCH_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "../clean_text.h"
#include "../failure.h"

enum record_kind {
    RECORD_TEXT,  /**< char *, owned by the record; NULL is null; cleaned (clean_text) as it is written */
    RECORD_REAL,  /**< double; NAN is null (JSON null, empty in CSV); written with up to 9 significant digits */
    RECORD_COUNT, /**< int64_t; -1 is null */
};

struct record_field {
    const char *name; /**< the JSON key and the CSV column, unit last */
    enum record_kind kind;
    size_t offset; /**< offsetof in the struct */
    bool nullable;
    double min, max;          /**< inclusive; of TEXT: its length, cut as it is written, not checked as it is read */
    const char *const *words; /**< of TEXT: the only values allowed, NULL-terminated; or NULL for any */
    bool added; /**< the first files of the schema do not have it: missing is null as it is read; always written */
};

/** Tables end with a field whose name is NULL. */

/** How a line of run.ndjson is dumped: one line, reals with the digits that record_to_json promises. */
#define RECORD_DUMP_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(9))

/** How JSON is dumped that people may read, too: the same digits, on lines of their own. */
#define RECORD_PRETTY_FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(9))

/** Set every field to null. */
void record_init(const struct record_field *fields, void *record);

/** Free the texts and set every field to null. */
void record_finish(const struct record_field *fields, void *record);

/** The most bytes of a name, and of a longer text, that results/schema.json allows. */
enum { RECORD_NAME_BYTES = 200, RECORD_TEXT_BYTES = 2000 };

/** Returns clean_text as a new JSON string; JSON null for NULL (or where memory ran out). */
json_t *record_json_text(const char *text, size_t max_bytes);

/** Write a number with up to 9 significant digits and a dot in every locale; "" for NAN. Returns text. */
#define RECORD_REAL_SIZE 32
char *record_format_real(char text[RECORD_REAL_SIZE], double value);

/** Returns a new JSON object with every field of the record (the caller's), or NULL (out of memory). */
json_t *record_to_json(const struct record_field *fields, const void *record);

/**
 * Fill a record (already record_init'ed) from an object. Missing (but of those that were added), mistyped or out-of-range
 * fields are errors that name the field; unknown keys are ignored. After an error the record is part filled: record_finish it.
 *
 * Returns 0 or -1 (status EXIT_NO_DATA, text without file and line: the caller adds them).
 */
int record_from_json(const struct record_field *fields, void *record, const json_t *object,
                     struct failure *ret_failure);

/** Write the header line, or a row: RFC 4180 quoting where needed, "\n" ends, a leading = + - @ of a text is made inert
 * by a leading apostrophe, control characters are written as \xNN: a row is a line. Numbers have a dot in every locale.
 * Errors show in ferror(out). */
void record_csv_header(const struct record_field *fields, FILE *out);
void record_csv_row(const struct record_field *fields, const void *record, FILE *out);

#endif
