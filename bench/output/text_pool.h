/* Many small texts and arrays with one owner: freed together, and lack of memory is looked at once, at the end. */
#ifndef BENCH_REPORT_TEXT_POOL_H
#define BENCH_REPORT_TEXT_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct text_pool;

/** Returns NULL: out of memory. text_pool_destroy accepts NULL. */
struct text_pool *text_pool_create(void);
void text_pool_destroy(struct text_pool *pool);

/** Returns a formatted text that the pool owns; "" where there was no memory. */
const char *pool_printf(struct text_pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Returns a clean copy (clean_text) of what a user or a server may have named; "" for NULL. */
const char *pool_clean(struct text_pool *pool, const char *raw);

/** Returns zeroed memory that the pool owns, or NULL. */
void *pool_array(struct text_pool *pool, size_t count, size_t size);

/** Whether any of the above had no memory. */
bool pool_failed(const struct text_pool *pool);

#endif
