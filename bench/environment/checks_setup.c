/* Programs and places that a run uses, and two settings of memory. */
#include <inttypes.h>
#include <string.h>
#include "checks.h"

static const int64_t MIB = 1 << 20;
static const int64_t LEAST_FREE_MIB = 200;

/* Trials turn huge pages off for themselves, so no setting of the system disturbs. */
static void check_huge_pages(struct checks *checks, const struct setup_facts *facts)
{
    checks_add(checks, "huge pages", "%s%s", facts->thp[0] ? facts->thp : "none in this kernel",
               strcmp(facts->thp, "always") == 0 ? " (trials turn them off for themselves)" : "");
}

static void check_stack_guard(struct checks *checks, const struct setup_facts *facts)
{
    const char *kind = facts->stack_guard ? facts->stack_guard : "unknown";
    const char *what = strcmp(kind, "madvise") == 0    ? ": any number of coroutine stacks"
                       : strcmp(kind, "mprotect") == 0 ? ": some 30000 coroutine stacks, canaries beyond"
                                                       : "";
    struct check *check = checks_add(checks, "stack guard", "%s%s", kind, what);
    if (strcmp(kind, "none") != 0)
        return;
    check_worsen(check, CHECK_NOTE,
                 "A coroutine that overruns its stack is found out only when it ends, not as it happens.");
    check_advise(check, "Linux 6.13 and later guard any number of stacks; a sandbox may forbid it.");
}

static void check_gnuplot(struct checks *checks, const struct setup_facts *facts)
{
    struct check *check = checks_add(checks, "gnuplot", "%s", facts->gnuplot[0] ? facts->gnuplot : "not installed");
    if (facts->gnuplot[0])
        return;
    check_worsen(check, CHECK_NOTE,
                 "A run gives its tables and CSV files but no charts; `iorace plot` draws them later.");
    check_command(check, "%sapt-get install gnuplot-nox", check_sudo());
    check_advise(check, "Elsewhere the package is gnuplot; `make bench` installs it too.");
}

static void check_results(struct checks *checks, const struct setup_facts *facts)
{
    const char *dir = facts->results_dir;
    if (facts->results_error) {
        struct check *check = checks_add(checks, "results", "%s: %s", dir, strerror(facts->results_error));
        check_worsen(check, CHECK_NOTE, "A run cannot write its files there.");
        check_command(check, "iorace run --out DIR");
        return;
    }
    if (facts->free_bytes < 0) {
        checks_add(checks, "results", "%s can be written", dir);
        return;
    }
    struct check *check =
        checks_add(checks, "results", "%s can be written, %" PRId64 " MiB free", dir, facts->free_bytes / MIB);
    if (facts->free_bytes / MIB >= LEAST_FREE_MIB)
        return;
    check_worsen(check, CHECK_NOTE, "A run with --save or --samples may fill the disk.");
    check_command(check, "iorace run --out DIR");
}

static void check_tools(struct checks *checks, const struct setup_facts *facts)
{
    struct check *check = checks_add(checks, "tools", "sha256sum %s", facts->has_sha256sum ? "present" : "absent");
    if (facts->has_sha256sum)
        return;
    check_worsen(check, CHECK_NOTE, "A run works, but its record lacks the executable's hash.");
    check_command(check, "%sapt-get install coreutils", check_sudo());
}

void checks_of_setup(struct checks *checks, const struct setup_facts *facts)
{
    check_huge_pages(checks, facts);
    check_stack_guard(checks, facts);
    check_gnuplot(checks, facts);
    check_results(checks, facts);
    check_tools(checks, facts);
}
