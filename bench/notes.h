/* Sentences for a reader, gathered while something is planned and printed when it is shown. */
#ifndef BENCH_NOTES_H
#define BENCH_NOTES_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include "failure.h"

/** All zero is an empty list. */
struct notes {
    char **texts;
    size_t count;
};

/** Add one. Returns 0, or -1 (EXIT_LOCAL_LIMIT: memory), with the list as it was. */
int notes_add(struct notes *notes, struct failure *ret_failure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Write "note: ..." lines. Errors show in ferror(out). */
void notes_print(const struct notes *notes, FILE *out);

/** Append them to an array of texts, such as a run's warnings. */
void notes_append_json(const struct notes *notes, json_t *array);

/** Free the texts; the list is empty afterwards. */
void notes_finish(struct notes *notes);

#endif
