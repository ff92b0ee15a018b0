#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "data_path.h"
#include "version.h"

static char *existing(const char *base, const char *relative)
{
    char *path;
    if (asprintf(&path, "%s/%s", base, relative) < 0)
        return NULL;
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return NULL;
}

char *data_path(const char *relative)
{
    const char *told = getenv("IORACE_DATADIR");
    if (told)
        return existing(told, relative);

    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    if (n > 0) {
        exe[n] = '\0';
        char *slash = strrchr(exe, '/');
        if (slash) {
            strcpy(slash, ""); /* the directory of the executable */
            char beside[4200];
            snprintf(beside, sizeof(beside), "%s/../share/iorace", exe);
            char *path = existing(beside, relative);
            if (path)
                return path;
        }
    }
    return existing(IORACE_SOURCE_DIR, relative);
}
