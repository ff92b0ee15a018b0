#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "as_typed.h"

void descriptors_fill(void)
{
    int fd;
    do
        fd = open("/dev/null", fcntl(STDIN_FILENO, F_GETFD) < 0 ? O_WRONLY : O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

char **argv_as_typed(const char *command, int argc, char **argv)
{
    char **copy = calloc((size_t)argc + 2, sizeof(*copy));
    if (!copy)
        return NULL;
    copy[0] = "iorace";
    copy[1] = (char *)command;
    for (int i = 1; i < argc; i++)
        copy[i + 1] = argv[i];
    return copy;
}
