/*
 * The lines of an INI file, as inih's reader: counts them, handles BOM, CRLF and comments of any length, finds the
 * section headers (inih would cut a long name and pass over a section without keys), and refuses what inih would take
 * in silence.
 */
#ifndef BENCH_INI_LINES_H
#define BENCH_INI_LINES_H

#include <stdbool.h>
#include <stdio.h>
#include "../failure.h"

struct ini_lines {
    FILE *file;
    const char *path;
    struct failure *failure;
    int line;    /**< of the line read last, from 1 */
    bool failed; /**< nothing more is read */
    /** A section header was read. Non-zero: failure is set, stop. */
    int (*on_section)(void *context, char *name);
    /** A key was read, within the section whose header came last. Non-zero: failure is set, stop. */
    int (*on_key)(void *context, const char *name, const char *value);
    /** A comment was read: the words behind its # or ;, cut at 1000 bytes. */
    void (*on_comment)(void *context, const char *words);
    void *context;
};

/** Open the file at `path`; the caller closes it. Returns 0, or -1 with the failure set. */
int ini_lines_open(struct ini_lines *lines);

/** An ini_reader (fgets's shape) whose stream is a struct ini_lines *. */
char *ini_lines_next(char *buffer, int size, void *lines);

/**
 * Read the file to its end, or to the first thing that is refused.
 *
 * @param accepted  what a line may be, for the message: "`key = value`, a [section] or a # comment"
 * Returns 0, or -1 with the failure set.
 */
int ini_lines_read(struct ini_lines *lines, const char *accepted);

#endif
