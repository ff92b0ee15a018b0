#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "directories.h"

int directories_make(const char *path, struct failure *ret_failure)
{
    char partial[4096];
    if (strlen(path) >= sizeof(partial))
        return failure_set(ret_failure, EXIT_USAGE, "the path is too long: %.60s...", path);
    for (size_t i = 0;; i++) {
        if (i > 0 && (path[i] == '/' || path[i] == '\0')) {
            memcpy(partial, path, i);
            partial[i] = '\0';
            if (mkdir(partial, 0777) < 0 && errno != EEXIST)
                return failure_set(ret_failure, EXIT_JOBS_FAILED, "cannot make the directory %s: %s", partial,
                                   strerror(errno));
        }
        if (path[i] == '\0')
            return 0;
    }
}
