/* A line of text, put together without a call that a signal handler must not make. What does not fit is cut. */
#ifndef RT_TEXT_H
#define RT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rt__text {
    size_t length;
    char bytes[512]; /* with a NUL at the end */
};

void rt__text_init(struct rt__text *text);
void rt__text_add(struct rt__text *text, const char *more);
void rt__text_add_number(struct rt__text *text, int64_t number);
void rt__text_add_hex(struct rt__text *text, uint64_t number); /* with 0x */

/* Whether a few dozen bytes more would fit. */
bool rt__text_has_room(const struct rt__text *text);

/* Returns 0 or the -errno of write(2). */
int rt__text_write(const struct rt__text *text, int fd);

#endif
