#include <stdlib.h>
#include <string.h>
#include "out_of_memory.h"
#include "text_stream.h"

struct text_stream {
    char **text;
    size_t *size;
    size_t room;
};

static ssize_t write_piece(void *cookie, const char *piece, size_t bytes)
{
    struct text_stream *stream = cookie;
    size_t size = *stream->size;
    if (stream->room - size <= bytes) {
        size_t room = size + bytes < 2 * stream->room ? 2 * stream->room : size + bytes + 1;
        char *text = realloc(*stream->text, room);
        if (!text)
            return 0; /* an error, to whom fopencookie leads it */
        *stream->text = text;
        stream->room = room;
    }
    memcpy(*stream->text + size, piece, bytes);
    (*stream->text)[size + bytes] = '\0';
    *stream->size = size + bytes;
    return (ssize_t)bytes;
}

static int close_stream(void *cookie)
{
    free(cookie);
    return 0;
}

FILE *text_stream_open(char **ret_text, size_t *ret_size)
{
    static const cookie_io_functions_t functions = {.write = write_piece, .close = close_stream};
    enum { FIRST_ROOM = 256 };
    struct text_stream *stream = malloc(sizeof(*stream));
    char *text = malloc(FIRST_ROOM);
    FILE *file = stream && text ? fopencookie(stream, "w", functions) : NULL;
    if (!file) {
        out_of_memory_note(); /* nothing else can be wrong */
        free(stream);
        free(text);
        return NULL;
    }
    text[0] = '\0';
    *ret_text = text;
    *ret_size = 0;
    *stream = (struct text_stream){ret_text, ret_size, FIRST_ROOM};
    return file;
}
