#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "../record/record.h"
#include "text_pool.h"

/* Longer is no name or reason, and would spoil every table. */
#define MOST_CLEAN_BYTES 400

struct text_pool {
    void **blocks;
    size_t count, room;
    bool failed;
};

struct text_pool *text_pool_create(void)
{
    return calloc(1, sizeof(struct text_pool));
}

void text_pool_destroy(struct text_pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < pool->count; i++)
        free(pool->blocks[i]);
    free(pool->blocks);
    free(pool);
}

/* Take ownership of a block, NULL included. Returns it, or NULL if it could not be kept. */
static void *keep(struct text_pool *pool, void *block)
{
    if (block && pool->count == pool->room) {
        size_t room = pool->room ? pool->room * 2 : 64;
        void **blocks = reallocarray(pool->blocks, room, sizeof(*blocks));
        if (blocks) {
            pool->blocks = blocks;
            pool->room = room;
        } else {
            free(block);
            block = NULL;
        }
    }
    if (block)
        pool->blocks[pool->count++] = block;
    else
        pool->failed = true;
    return block;
}

const char *pool_printf(struct text_pool *pool, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    const char *kept = keep(pool, text);
    return kept ? kept : "";
}

const char *pool_clean(struct text_pool *pool, const char *raw)
{
    const char *kept = raw ? keep(pool, clean_text(raw, MOST_CLEAN_BYTES)) : "";
    return kept ? kept : "";
}

void *pool_array(struct text_pool *pool, size_t count, size_t size)
{
    return keep(pool, calloc(count ? count : 1, size));
}

bool pool_failed(const struct text_pool *pool)
{
    return pool->failed;
}
