#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "clean_text.h"
#include "failure.h"

int failure_set(struct failure *failure, enum exit_status status, const char *format, ...)
{
    if (!failure)
        return -1;
    char raw[sizeof(failure->text)];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);

    failure->status = status;
    char *clean = clean_text(raw, sizeof(failure->text) - 1);
    snprintf(failure->text, sizeof(failure->text), "%s", clean ? clean : "out of memory");
    free(clean);
    return -1;
}

const char *failure_cause(int error)
{
    static _Thread_local char words[200];
    snprintf(words, sizeof(words), "%s%s", strerror(error), error == EMFILE ? " (raise the limit: ulimit -n)" : "");
    return words;
}

enum exit_status failure_status(int error, enum exit_status otherwise)
{
    bool limit = error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN;
    return limit ? EXIT_LOCAL_LIMIT : otherwise;
}
