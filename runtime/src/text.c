#include "text.h"
#include <errno.h>
#include <unistd.h>

void rt__text_init(struct rt__text *text)
{
    text->length = 0;
    text->bytes[0] = '\0';
}

void rt__text_add(struct rt__text *text, const char *more)
{
    while (*more && text->length + 1 < sizeof(text->bytes))
        text->bytes[text->length++] = *more++;
    text->bytes[text->length] = '\0';
}

static void add_digits(struct rt__text *text, uint64_t number, unsigned base)
{
    char digits[24], *first = digits + sizeof(digits) - 1;
    *first = '\0';
    do
        *--first = "0123456789abcdef"[number % base];
    while ((number /= base));
    rt__text_add(text, first);
}

void rt__text_add_number(struct rt__text *text, int64_t number)
{
    if (number < 0)
        rt__text_add(text, "-");
    add_digits(text, number < 0 ? -(uint64_t)number : (uint64_t)number, 10);
}

void rt__text_add_hex(struct rt__text *text, uint64_t number)
{
    rt__text_add(text, "0x");
    add_digits(text, number, 16);
}

bool rt__text_has_room(const struct rt__text *text)
{
    return text->length + 128 < sizeof(text->bytes);
}

int rt__text_write(const struct rt__text *text, int fd)
{
    size_t written = 0;
    while (written < text->length) {
        ssize_t n = write(fd, text->bytes + written, text->length - written);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            written += (size_t)n;
    }
    return 0;
}
