/* A text that is written as if it were a file. */
#ifndef BENCH_TEXT_STREAM_H
#define BENCH_TEXT_STREAM_H

#include <stdio.h>

/**
 * Open one. open_memstream's differences are that what no memory could be had for shows in ferror, and that there is
 * always a text, of so much as there was memory for.
 *
 * @param ret_text  set at once to an empty text; whole after fclose, or fflush. The caller frees it, after fclose
 * @param ret_size  its bytes without the final NUL; set likewise
 * Returns NULL, having written nothing, when there is no memory.
 */
FILE *text_stream_open(char **ret_text, size_t *ret_size);

#endif
