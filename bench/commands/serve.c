/* iorace serve: the test server by itself. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "command.h"
#include "parse.h"
#include "../out_of_memory.h"
#include "../origin/origin.h"

enum { KEY_HOST = 0x100, KEY_PORT, KEY_CPUS, KEY_JSON, KEY_ALLOW_REMOTE, KEY_WITH_PARENT };

static const struct argp_option argp_options[] = {
    {"host", KEY_HOST, "ADDRESS", 0, "Listen on this numeric address (default: 127.0.0.1)", 0},
    {"port", KEY_PORT, "PORT", 0, "Listen on this port; 0 takes any free one (default: 8080)", 0},
    {"cpus", KEY_CPUS, "LIST", 0, "Run on these CPUs, such as 1 or 0-2,4, with one thread on each (default: all)", 0},
    {"json", KEY_JSON, NULL, 0, "Announce the URL as a line of JSON", 0},
    {"allow-remote", KEY_ALLOW_REMOTE, NULL, 0, "Permit a --host that other machines can reach", 0},
    {"with-parent", KEY_WITH_PARENT, "PID", OPTION_HIDDEN, "End when this parent does", 0},
    {0},
};

static const char doc[] =
    "Run the test server by itself: HTTP/1.1, answers that depend on nothing but the URL, delays as asked.\v"
    "Examples, once it runs:\n"
    "  curl http://127.0.0.1:8080/                     the list of paths\n"
    "  curl http://127.0.0.1:8080/bytes/1000           a body of 1000 bytes\n"
    "  curl http://127.0.0.1:8080/delay/250            an answer after 250 ms\n"
    "  curl http://127.0.0.1:8080/status/503           an answer with status 503\n"
    "  curl 'http://127.0.0.1:8080/delay/20/bytes/5?x' parts put together; the query makes another body\n"
    "  curl http://127.0.0.1:8080/stats                counters; how late the delays were\n"
    "  curl 'http://127.0.0.1:8080/stats?reset=1'      the same, and back to zero\n"
    "\n"
    "It runs until Ctrl-C or SIGTERM and then ends with status 0.\n";

struct arguments {
    struct origin_options options;
    bool allow_remote;
    long parent_pid; /* 0: none */
};

static long parse_long(const char *text, long low, long high, const char *name, struct argp_state *state)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno || end == text || *end != '\0' || number < low || number > high)
        argp_error(state, "--%s=%s: give a whole number from %ld to %ld", name, text, low, high);
    return number;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct origin_options *options = &arguments->options;
    switch (key) {
    case KEY_HOST:
        options->host = strcmp(arg, "localhost") == 0 ? "127.0.0.1" : arg;
        return 0;
    case KEY_PORT:
        options->port = (uint16_t)parse_long(arg, 0, 65535, "port", state);
        return 0;
    case KEY_CPUS:
        options->cpus = arg;
        return 0;
    case KEY_JSON:
        options->announce_json = true;
        return 0;
    case KEY_ALLOW_REMOTE:
        arguments->allow_remote = true;
        return 0;
    case KEY_WITH_PARENT:
        arguments->parent_pid = parse_long(arg, 1, INT32_MAX, "with-parent", state);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument '%s'", arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* Returns false where the parent is gone already. SIGKILL, not SIGTERM: there is nothing to save, and nothing may stay.
 */
static bool tie_to_parent(long parent_pid)
{
    prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL);
    return (long)getppid() == parent_pid; /* asked second: the parent may have died before the first */
}

int command_serve(int argc, char **argv, struct failure *ret_failure)
{
    static const struct argp argp = {argp_options, parse_option, NULL, doc, NULL, NULL, NULL};
    struct arguments arguments = {.options = {.host = "127.0.0.1", .port = 8080}};
    int parsed = command_parse(&argp, argc, argv, &arguments, ret_failure);
    if (parsed != 0)
        return parsed > 0 ? EXIT_DONE : EXIT_USAGE;

    if (!arguments.allow_remote && !is_loopback(arguments.options.host)) {
        failure_set(
            ret_failure, EXIT_USAGE,
            "--host %.64s is not a loopback address (127.0.0.1, ::1); --allow-remote opens the server to others",
            arguments.options.host);
        return EXIT_USAGE;
    }
    if (arguments.parent_pid != 0 && !tie_to_parent(arguments.parent_pid))
        return EXIT_JOBS_FAILED;
    if (origin_serve(&arguments.options, ret_failure) < 0)
        return ret_failure->status;
    out_of_memory_forget(); /* one connection's, long ago */
    return EXIT_DONE;
}
