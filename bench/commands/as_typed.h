/* What commands that run something do first. */
#ifndef BENCH_AS_TYPED_H
#define BENCH_AS_TYPED_H

/**
 * Open what is closed of the standard descriptors: the next file that is opened would get its number, and what is
 * printed would land in that. What is put in its place fails when it is used, as a closed one does.
 */
void descriptors_fill(void);

/**
 * Returns the command line as it was typed, argc + 1 words (main gives the command its name in place of the first, and
 * parsing reorders the rest), or NULL (memory). The array is the caller's, the words are borrowed.
 */
char **argv_as_typed(const char *command, int argc, char **argv);

#endif
