/* The first three lines of the input that contain a word: generator WORD. Each stage reads like a loop of its own, and
 * none runs further ahead than it is asked to. For example: dmesg --follow | generator usb */
#include <errno.h>
#include <iort/iort.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES_WANTED = 3 };

static int all_lines(struct rt_generator *generator, void *input)
{
    const char *bytes;
    ssize_t size = 0;
    int error = 0;
    while (error == 0 && (size = rt_stream_read_line(input, RT_FOREVER, &bytes)) > 0) { /* a generator may wait */
        char *line = calloc(1, (size_t)size + 1);
        error = line ? rt_generator_yield(generator, memcpy(line, bytes, (size_t)size)) : -ENOMEM; /* -ECANCELED: enough */
        free(line);
    }
    return error < 0 ? error : (int)size;
}

static const char *word;

static int lines_with_word(struct rt_generator *generator, void *lines)
{
    void *line;
    int got = 0, error = 0;
    while (error == 0 && (got = rt_generator_next(lines, &line, RT_FOREVER)) > 0)
        if (strstr(line, word))
            error = rt_generator_yield(generator, line);
    return error < 0 ? error : got;
}

static int print_some(void *arg)
{
    struct rt_stream *input;
    struct rt_generator *lines, *matches;
    void *line;
    int got = 1;
    word = arg;
    if (rt_stream_open(&input, STDIN_FILENO, NULL) < 0 || rt_generator_create(&lines, all_lines, input) < 0 ||
        rt_generator_create(&matches, lines_with_word, lines) < 0)
        return 1;
    for (int i = 0; i < LINES_WANTED && (got = rt_generator_next(matches, &line, RT_FOREVER)) > 0; i++)
        printf("%s", (char *)line);
    rt_generator_destroy(matches); /* the consumer of the other first; each ends a body that has more to give */
    rt_generator_destroy(lines);
    rt_stream_close(input, RT_FOREVER);
    return got < 0;
}

int main(int argc, char **argv)
{
    return argc == 2 ? rt_run(print_some, argv[1], NULL) : 2;
}
