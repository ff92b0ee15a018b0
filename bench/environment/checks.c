/* The list of checks itself. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include "checks.h"

struct check *checks_add(struct checks *checks, const char *name, const char *finding, ...)
{
    assert(checks->count < CHECKS_MOST);
    struct check *check = &checks->items[checks->count++];
    *check = (struct check){.name = name, .verdict = CHECK_OK};
    va_list args;
    va_start(args, finding);
    vsnprintf(check->finding, sizeof(check->finding), finding, args);
    va_end(args);
    return check;
}

void check_worsen(struct check *check, enum check_verdict verdict, const char *meaning, ...)
{
    check->verdict = verdict;
    va_list args;
    va_start(args, meaning);
    vsnprintf(check->meaning, sizeof(check->meaning), meaning, args);
    va_end(args);
}

void check_command(struct check *check, const char *command, ...)
{
    va_list args;
    va_start(args, command);
    vsnprintf(check->command, sizeof(check->command), command, args);
    va_end(args);
}

void check_advise(struct check *check, const char *advice, ...)
{
    va_list args;
    va_start(args, advice);
    vsnprintf(check->advice, sizeof(check->advice), advice, args);
    va_end(args);
}

const char *check_sudo(void)
{
    return geteuid() == 0 ? "" : "sudo ";
}

enum check_verdict checks_worst(const struct checks *checks)
{
    enum check_verdict worst = CHECK_OK;
    for (size_t i = 0; i < checks->count; i++)
        if (checks->items[i].verdict > worst)
            worst = checks->items[i].verdict;
    return worst;
}
