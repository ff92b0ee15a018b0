/*
 * Lets the Nth call of a family, counted from the begin of main, fail: loaded into iorace by test_countdown.py through LD_PRELOAD.
 *
 *   COUNTDOWN_FAMILY  memory, mapping, thread or descriptor
 *   COUNTDOWN_N       which; 0: none, and at the end a number is written for each way to such a call that was new
 *   COUNTDOWN_DEPTH   how many callers make up a way
 *   COUNTDOWN_WORD    only in a process with this command (argv[1]); its children are left alone
 *   COUNTDOWN_FILE    where to tell: "way N", "calls COUNT", and "failed FUNCTION CALLER..." for the call that failed
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum family { NONE, MEMORY, MAPPING, THREAD, DESCRIPTOR };
enum { WAY_SLOTS = 1 << 16, DEPTH_MOST = 32 };

static enum family chosen; /* NONE until main begins */
static long target;
static int depth;
static int tell_fd = -1;
static pid_t armed_pid;
static atomic_long calls;
static _Atomic uint64_t ways[WAY_SLOTS];
static __thread int busy; /* backtrace may allocate, and so may dlsym */

static void tell(const char *format, ...)
{
    char line[4096];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (length > 0)
        syscall(SYS_write, tell_fd, line, length < (int)sizeof(line) ? length : (int)sizeof(line) - 1);
}

/* The callers of the function that is to fail, by distance from where their file begins. */
static void tell_failed(const char *function)
{
    void *frames[DEPTH_MOST];
    char text[4000] = "";
    int count = backtrace(frames, DEPTH_MOST), used = 0;
    for (int i = 2; i < count && used < 3800; i++) {
        Dl_info info;
        if (dladdr(frames[i], &info) && info.dli_fname)
            used += snprintf(text + used, sizeof(text) - used, " %.100s+%#lx", info.dli_fname,
                             (unsigned long)((char *)frames[i] - (char *)info.dli_fbase));
    }
    tell("failed %s%s\n", function, text);
}

static int is_new_way(void)
{
    void *frames[DEPTH_MOST];
    int count = backtrace(frames, depth + 2);
    uint64_t hash = 14695981039346656037u;
    for (int i = 2; i < count; i++)
        hash = (hash ^ (uintptr_t)frames[i]) * 1099511628211u;
    hash |= 1;
    for (size_t slot = hash >> 48, tries = 0; tries < WAY_SLOTS; slot = (slot + 1) % WAY_SLOTS, tries++) {
        uint64_t there = 0;
        if (atomic_compare_exchange_strong(&ways[slot], &there, hash))
            return 1;
        if (there == hash)
            return 0;
    }
    return 0;
}

/* Returns whether this call is the one. */
static __attribute__((noinline)) int fails(enum family family, const char *function)
{
    if (family != chosen || busy || getpid() != armed_pid)
        return 0;
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (target && number != target)
        return 0;
    int saved = errno, failed = number == target;
    busy = 1;
    if (failed)
        tell_failed(function);
    else if (is_new_way())
        tell("way %ld\n", number);
    busy = 0;
    errno = saved;
    return failed;
}

static void *find(const char *name)
{
    busy++;
    void *found = dlsym(RTLD_NEXT, name);
    busy--;
    return found;
}

#define NEXT(name)                                                                                                     \
    static __typeof__(&name) next;                                                                                     \
    if (!next)                                                                                                         \
    next = (__typeof__(&name))find(#name)

#define DEFINE(family, error, failure, type, name, parameters, arguments)                                              \
    type name parameters                                                                                               \
    {                                                                                                                  \
        NEXT(name);                                                                                                    \
        if (fails(family, #name)) {                                                                                    \
            errno = error;                                                                                             \
            return failure;                                                                                            \
        }                                                                                                              \
        return next arguments;                                                                                         \
    }

#define POINTER(name, parameters, arguments)    DEFINE(MEMORY, ENOMEM, NULL, void *, name, parameters, arguments)
#define TEXT(name, parameters, arguments)       DEFINE(MEMORY, ENOMEM, NULL, char *, name, parameters, arguments)
#define DESCRIPTOR(name, parameters, arguments) DEFINE(DESCRIPTOR, EMFILE, -1, int, name, parameters, arguments)

#define DESCRIPTOR_OF_PATH(name, parameters, ...)                                                                      \
    int name parameters                                                                                                \
    {                                                                                                                  \
        NEXT(name);                                                                                                    \
        va_list args;                                                                                                  \
        va_start(args, flags);                                                                                         \
        mode_t mode = va_arg(args, mode_t);                                                                            \
        va_end(args);                                                                                                  \
        if (fails(DESCRIPTOR, #name)) {                                                                                \
            errno = EMFILE;                                                                                            \
            return -1;                                                                                                 \
        }                                                                                                              \
        return next(__VA_ARGS__, mode);                                                                                \
    }

POINTER(malloc, (size_t size), (size))
POINTER(realloc, (void *old, size_t size), (old, size))
POINTER(aligned_alloc, (size_t alignment, size_t size), (alignment, size))
POINTER(memalign, (size_t alignment, size_t size), (alignment, size))
DEFINE(MEMORY, ENOMEM, ENOMEM, int, posix_memalign, (void **ret, size_t alignment, size_t size), (ret, alignment, size))

/* A sanitizer's of these do not go through malloc; the C library's do, and are counted there. */
#ifdef SANITIZED
POINTER(reallocarray, (void *old, size_t count, size_t size), (old, count, size))
TEXT(strdup, (const char *text), (text))
TEXT(strndup, (const char *text, size_t most), (text, most))
#endif

/* dlsym calls it before there is another to call. */
void *calloc(size_t count, size_t size)
{
    static void *(*next)(size_t, size_t);
    static char first[4096];
    static size_t used;
    if (!next && busy) {
        void *piece = first + used;
        used += (count * size + 15) & ~(size_t)15;
        return used <= sizeof(first) ? piece : NULL;
    }
    if (!next)
        next = (void *(*)(size_t, size_t))find("calloc");
    if (fails(MEMORY, "calloc")) {
        errno = ENOMEM;
        return NULL;
    }
    return next(count, size);
}

DEFINE(MAPPING, ENOMEM, MAP_FAILED, void *, mmap,
       (void *at, size_t size, int protection, int flags, int fd, off_t offset),
       (at, size, protection, flags, fd, offset))
DEFINE(MAPPING, ENOMEM, MAP_FAILED, void *, mmap64,
       (void *at, size_t size, int protection, int flags, int fd, off_t offset),
       (at, size, protection, flags, fd, offset))
DEFINE(THREAD, EAGAIN, EAGAIN, int, pthread_create,
       (pthread_t * ret, const pthread_attr_t *attr, void *(*body)(void *), void *context), (ret, attr, body, context))

DESCRIPTOR_OF_PATH(open, (const char *path, int flags, ...), path, flags)
DESCRIPTOR_OF_PATH(open64, (const char *path, int flags, ...), path, flags)
DESCRIPTOR_OF_PATH(openat, (int dir, const char *path, int flags, ...), dir, path, flags)
DESCRIPTOR_OF_PATH(openat64, (int dir, const char *path, int flags, ...), dir, path, flags)
DESCRIPTOR(socket, (int domain, int type, int protocol), (domain, type, protocol))
DESCRIPTOR(socketpair, (int domain, int type, int protocol, int ret[2]), (domain, type, protocol, ret))
DESCRIPTOR(accept, (int fd, struct sockaddr *ret, socklen_t *size), (fd, ret, size))
DESCRIPTOR(accept4, (int fd, struct sockaddr *ret, socklen_t *size, int flags), (fd, ret, size, flags))
DESCRIPTOR(pipe, (int ret[2]), (ret))
DESCRIPTOR(pipe2, (int ret[2], int flags), (ret, flags))
DESCRIPTOR(dup, (int fd), (fd))
DESCRIPTOR(eventfd, (unsigned count, int flags), (count, flags))
DESCRIPTOR(epoll_create, (int size), (size))
DESCRIPTOR(epoll_create1, (int flags), (flags))
DESCRIPTOR(timerfd_create, (int clock, int flags), (clock, flags))
DESCRIPTOR(signalfd, (int fd, const sigset_t *mask, int flags), (fd, mask, flags))
DESCRIPTOR(memfd_create, (const char *name, unsigned flags), (name, flags))
DESCRIPTOR(inotify_init1, (int flags), (flags))
DESCRIPTOR(mkstemp, (char *path), (path))
DESCRIPTOR(mkostemp, (char *path, int flags), (path, flags))
DESCRIPTOR(mkostemp64, (char *path, int flags), (path, flags))
DEFINE(DESCRIPTOR, EMFILE, NULL, FILE *, fopen, (const char *path, const char *mode), (path, mode))
DEFINE(DESCRIPTOR, EMFILE, NULL, FILE *, fopen64, (const char *path, const char *mode), (path, mode))
DEFINE(DESCRIPTOR, EMFILE, NULL, DIR *, opendir, (const char *path), (path))

int fcntl(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);
    NEXT(fcntl);
    if ((command == F_DUPFD || command == F_DUPFD_CLOEXEC) && fails(DESCRIPTOR, "fcntl")) {
        errno = EMFILE;
        return -1;
    }
    return next(fd, command, argument);
}

/* --- when --- */

void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static int (*real_main)(int, char **, char **);

static void tell_calls(void)
{
    if (chosen && getpid() == armed_pid)
        tell("calls %ld\n", atomic_load(&calls));
}

/* A trial leaves so: without the exit handlers. */
void _exit(int status)
{
    tell_calls();
    for (;;)
        syscall(SYS_exit_group, status);
}

static int main_counted(int argc, char **argv, char **environment)
{
    static const char *const names[] = {"none", "memory", "mapping", "thread", "descriptor"};
    const char *word = getenv("COUNTDOWN_WORD"), *family = getenv("COUNTDOWN_FAMILY"), *file = getenv("COUNTDOWN_FILE");
    if (word && family && file && argc > 1 && strcmp(argv[1], word) == 0) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        tell_fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 900);
        syscall(SYS_close, fd);
        target = atol(getenv("COUNTDOWN_N"));
        depth = atoi(getenv("COUNTDOWN_DEPTH"));
        depth = depth < DEPTH_MOST - 2 ? depth : DEPTH_MOST - 2;
        armed_pid = getpid();
        void *frame;
        if (__lsan_disable)
            __lsan_disable();
        backtrace(&frame, 1); /* loads what it needs, which allocates */
        if (__lsan_enable)
            __lsan_enable();
        atexit(tell_calls);
        enum family wanted = NONE;
        for (int i = 0; i < 5; i++)
            if (strcmp(names[i], family) == 0)
                wanted = i;
        chosen = wanted;
    }
    return real_main(argc, argv, environment);
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end)
{
    int (*next)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void), void *) =
        find("__libc_start_main");
    real_main = main;
    return next(main_counted, argc, argv, init, fini, rtld_fini, stack_end);
}
