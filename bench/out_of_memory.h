/*
 * Whether memory ran out. Much of what the program prints is put together from small pieces; where one is missing the
 * rest is still shown, and this is how main hears of it: such output is not to look whole.
 *
 * The linker leads the program's calls of malloc and its kin through watched_calls.c (--wrap in meson.build). What the C
 * library or another library allocates for itself is not seen: they tell whoever calls them.
 */
#ifndef BENCH_OUT_OF_MEMORY_H
#define BENCH_OUT_OF_MEMORY_H

#include <stdbool.h>

/**
 * Look after two libraries that cannot do without: libev would abort, and libjansson (2.14) writes past the end of a text
 * that it had no memory to read whole. They get of a reserve; when that is gone too, the process says so on standard
 * error and exits with EXIT_LOCAL_LIMIT. Context: main, before anything else uses them.
 */
void out_of_memory_watch(void);

/** Note that it did, where only somebody else's errno says so. Context: any thread. */
void out_of_memory_note(void);

/** What failed until now was told where it happened, and is over. */
void out_of_memory_forget(void);

/** Returns whether an allocation has failed since the program began (or since forget). Context: any thread. */
bool out_of_memory(void);

#endif
