#include "notes.h"
#include <stdarg.h>
#include <stdlib.h>
#include "record/record.h"

static int no_memory(struct failure *ret_failure)
{
    return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory for what is to be noted");
}

int notes_add(struct notes *notes, struct failure *ret_failure, const char *format, ...)
{
    char **grown = reallocarray(notes->texts, notes->count + 1, sizeof(*grown));
    if (!grown)
        return no_memory(ret_failure);
    notes->texts = grown;
    va_list args;
    va_start(args, format);
    int size = vasprintf(&grown[notes->count], format, args);
    va_end(args);
    if (size < 0)
        return no_memory(ret_failure);
    notes->count++;
    return 0;
}

void notes_print(const struct notes *notes, FILE *out)
{
    for (size_t i = 0; i < notes->count; i++)
        fprintf(out, "note: %s\n", notes->texts[i]);
}

void notes_append_json(const struct notes *notes, json_t *array)
{
    for (size_t i = 0; i < notes->count; i++)
        json_array_append_new(array, record_json_text(notes->texts[i], RECORD_TEXT_BYTES));
}

void notes_finish(struct notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        free(notes->texts[i]);
    free(notes->texts);
    *notes = (struct notes){0};
}
