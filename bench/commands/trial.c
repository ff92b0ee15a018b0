/* `iorace trial`: one trial, described on standard input, told on standard output. The run starts one such process a trial; by hand it serves
 * to run the same trial under a profiler or on another host. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "command.h"
#include "parse.h"
#include "../out_of_memory.h"
#include "../trial/trial.h"
#include "version.h"

enum { KEY_WITH_PARENT = 256 };

static const struct argp_option options[] = {
    {"with-parent", KEY_WITH_PARENT, "PID", OPTION_HIDDEN, "end when this process does", 0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    if (key == KEY_WITH_PARENT) {
        *(pid_t *)state->input = (pid_t)strtol(value, NULL, 10);
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

extern void __gcov_dump(void) __attribute__((weak));

/* Without the exit handlers of libraries: what they touch last would be in the process's peak of memory, and in nobody's
 * figures. A sanitizer's own have to run. */
static void leave(int status)
{
    if (strcmp(IORACE_SANITIZERS, "none") != 0)
        return;
    if (__gcov_dump)
        __gcov_dump();
    _exit(status);
}

int command_trial(int argc, char **argv, struct failure *ret_failure)
{
    static const struct argp argp = {
        options,
        parse,
        NULL,
        "Run one trial: read its spec (one JSON object) from standard input, write its result (`trial` and `sample` "
        "lines of "
        "run.ndjson) to standard output.\vThe specs of a run are shown by `iorace run --dry-run --json`.\n\n"
        "Exit status: 0 the lines tell how it went, also where jobs failed or it is not supported; 2 no spec that can "
        "be "
        "read; 5 a spec of another protocol; 6 a limit of this machine kept it from beginning.\n",
        NULL,
        NULL,
        NULL,
    };
    pid_t parent = 0;
    int parsed = command_parse(&argp, argc, argv, &parent, ret_failure);
    if (parsed != 0)
        return parsed > 0 ? EXIT_DONE : EXIT_USAGE;
    if (parent) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            return EXIT_INTERRUPTED;
    }

    json_error_t json_error;
    json_t *object = json_loadf(stdin, JSON_REJECT_DUPLICATES, &json_error);
    if (!object) {
        failure_set(ret_failure, EXIT_USAGE, "standard input, line %d: not a trial spec: %s", json_error.line,
                    json_error.text);
        return EXIT_USAGE;
    }
    struct trial_spec spec;
    int error = trial_spec_from_json(&spec, object, ret_failure);
    json_decref(object);
    if (error < 0)
        return ret_failure->status;

    struct trial trial;
    int status = EXIT_DONE;
    if (trial_run(&trial, &spec, ret_failure) < 0) {
        trial_write_failure(&spec, ret_failure, stdout);
        status = ret_failure->status;
    } else if (trial_write(&trial, stdout, ret_failure) < 0) {
        status = ret_failure->status;
    }
    trial_finish(&trial);
    trial_spec_finish(&spec);
    if (status == EXIT_DONE && !out_of_memory()) /* what is written is flushed, and nothing is left to be said */
        leave(status);
    return status;
}
