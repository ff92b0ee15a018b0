/* The program's commands: one function each, all with main's shape; the table is in main.c. */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

#include "../failure.h"

/**
 * Run one command.
 *
 * @param argv  argv[0] is the command's name ("run"), the rest its arguments (parse.h, options.h)
 *
 * Returns the exit status; when it is neither EXIT_DONE nor EXIT_INTERRUPTED, *ret_failure may say why (text not empty) and
 * main prints it as one line.
 */
typedef int (*command_fn)(int argc, char **argv, struct failure *ret_failure);

int command_run(int argc, char **argv, struct failure *ret_failure);
int command_list(int argc, char **argv, struct failure *ret_failure);
int command_serve(int argc, char **argv, struct failure *ret_failure);
int command_plot(int argc, char **argv, struct failure *ret_failure);
int command_report(int argc, char **argv, struct failure *ret_failure);
int command_compare(int argc, char **argv, struct failure *ret_failure);
int command_history(int argc, char **argv, struct failure *ret_failure);
int command_doctor(int argc, char **argv, struct failure *ret_failure);
int command_gate(int argc, char **argv, struct failure *ret_failure);
int command_trial(int argc, char **argv, struct failure *ret_failure);

#endif
