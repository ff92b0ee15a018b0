/*
 * A file of URLs, one a line: `URL`, or `URL HASH` with the XXH3 (64 bits) of the body it must give as 16 hexadecimal
 * digits. Blank lines and lines that begin with # are skipped; BOM and CRLF are handled.
 */
#ifndef BENCH_URL_FILE_H
#define BENCH_URL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../failure.h"

enum { URL_LIST_LONGEST = 1000000 };

struct url_entry {
    char *url;
    bool has_hash;
    uint64_t hash;
    int line; /**< where it stands in the file */
};

struct url_list {
    struct url_entry *entries;
    size_t count; /**< at least 1 */
};

/**
 * Read and check a file of URLs.
 *
 * @param ret_list  written on success only; url_list_finish frees it
 * Returns 0, or -1: EXIT_USAGE with file, line and what would be accepted; EXIT_LOCAL_LIMIT (memory).
 */
int url_list_read(struct url_list *ret_list, const char *path, struct failure *ret_failure);
void url_list_finish(struct url_list *list);

#endif
