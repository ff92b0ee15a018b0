/*
 * The doctor's judgements, apart from how they are found out and printed: facts go in as plain structs, so that odd
 * machines can be tested, and a list of checks comes out.
 */
#ifndef BENCH_ENVIRONMENT_CHECKS_H
#define BENCH_ENVIRONMENT_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "clock_probe.h"
#include "local_limits.h"

enum check_verdict {
    CHECK_OK,
    CHECK_NOTE,  /**< may disturb a run, or limits one that is larger than the default scenario */
    CHECK_LIMIT, /**< the default scenario cannot run */
};

struct check {
    const char *name;
    enum check_verdict verdict;
    char finding[200]; /**< what there is */
    char meaning[400]; /**< unless ok: what it means for a run */
    char command[200]; /**< what to type against it; "" where no one command helps */
    char advice[300];  /**< what else can be done, in words; or "" */
};

enum { CHECKS_MOST = 24 };

struct checks {
    struct check items[CHECKS_MOST];
    size_t count;
};

/** Append a check that is ok so far. Returns it, valid as long as the list. */
struct check *checks_add(struct checks *checks, const char *name, const char *finding, ...)
    __attribute__((format(printf, 3, 4)));

/** Say what is wrong with it; the meaning is a sentence. */
void check_worsen(struct check *check, enum check_verdict verdict, const char *meaning, ...)
    __attribute__((format(printf, 3, 4)));

/** Give the command that helps. It may hold check_sudo(). */
void check_command(struct check *check, const char *command, ...) __attribute__((format(printf, 2, 3)));

/** Say what can be done where a command is not enough. */
void check_advise(struct check *check, const char *advice, ...) __attribute__((format(printf, 2, 3)));

/** Returns what a command of root's begins with here: "sudo ", or "" as root. */
const char *check_sudo(void);

/** Returns the worst verdict of the list. */
enum check_verdict checks_worst(const struct checks *checks);

/** The processors and clocks; texts "" and numbers -1 where unknown. */
struct cpu_facts {
    int online, allowed;
    int cores;    /**< physical ones among those allowed */
    double quota; /**< CPUs of the control group; -1: no limit, or unknown */
    char governor[128];
    int turbo; /**< 0 or 1 */
    char virtualisation[32];
    double load_average; /**< of the last minute */
    double busy_percent, steal_percent, steal_percent_since_boot;
    char clocksource[64], clocksources[256]; /**< in use; on offer */
    double reading_ns;
    struct clock_lateness lateness; /**< median_ns -1: unknown */
};

/** Programs and places; texts "" where there is none. */
struct setup_facts {
    char thp[32];
    const char *stack_guard; /**< as stack_guard_kind; NULL: unknown */
    char gnuplot[64];        /**< version */
    const char *results_dir;
    int results_error;  /**< 0, or the errno of writing there */
    int64_t free_bytes; /**< of that file system; -1: unknown */
    bool has_sha256sum;
};

void checks_of_limits(struct checks *checks, const struct limits *limits);
void checks_of_cpu(struct checks *checks, const struct cpu_facts *facts);
void checks_of_setup(struct checks *checks, const struct setup_facts *facts);

/** Find the facts out. The first takes 0.4 s, for what is measured. @param root  as in sysfile.h */
void cpu_facts_find(const char *root, struct cpu_facts *ret_facts);
void setup_facts_find(const char *root, const char *results_dir, struct setup_facts *ret_facts);

#endif
