/* The fields of the environment record: one reader each, in the order in which they are written. */
#ifndef BENCH_ENVIRONMENT_FIELDS_H
#define BENCH_ENVIRONMENT_FIELDS_H

#include <jansson.h>

/** Why a field is null: a clause for people. */
struct field_reason {
    char text[600];
};

struct field {
    const char *name;
    /** Returns a new value, or NULL with the reason written ("" stands for out of memory). `root` as in sysfile.h. */
    json_t *(*read)(const char *root, struct field_reason *why);
};

/** Tables end with a field whose name is NULL. */
extern const struct field fields_of_machine[];
extern const struct field fields_of_limits[];
extern const struct field fields_of_build[];

/** Write the reason. Returns NULL always, for `return field_unknown(...)`. */
json_t *field_unknown(struct field_reason *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** field_unknown for a file that could not be read or understood (-EINVAL). */
json_t *field_unreadable(struct field_reason *why, const char *path, int error);

/** Returns a text made fit for JSON, whatever bytes it had. */
json_t *field_text(const char *text);

/** The file's one line, or its one number. */
json_t *field_line_of(const char *root, const char *path, struct field_reason *why);
json_t *field_number_of(const char *root, const char *path, struct field_reason *why);

#endif
