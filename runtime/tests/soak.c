/*
 * Half an hour of random spawn, cancel, timeout, queue and socket traffic in two loops, or as long as one likes:
 *
 *     soak [--seconds N] [--seed N] [--drivers N]
 *
 * Each driver plays one act after another (see soak.h), which checks what comes of it. What does not end within
 * PATIENCE_S is a lost wake-up, and is named. Every second or two all of them stop: then nothing may be left over, and
 * the memory in use is noted. It must not grow from one such quiet point to the next. Exit status: 0 all is well, 1.
 */
#include <dirent.h>
#include <getopt.h>
#include <malloc.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"
#include "soak.h"
#ifdef RT_VALGRIND
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

enum { PATIENCE_S = 20, REPORT_S = 5, DRIVERS_MOST = 512, ACTS_MOST = 32, SIDES = 2 };

/* A tenth of a byte for each operation is more than this within seconds. */
enum { HEAP_GROWTH_MOST = 64 << 10, RESIDENT_GROWTH_MOST = 8 << 20 };

struct driver {
    struct side *side;
    _Atomic(const char *) act; /* what it plays, for the watchdog; NULL: nothing */
    _Atomic int64_t since_ns;
};

/* What must be the same at every quiet point. */
struct spare {
    uint64_t tasks, stacks;
};

struct run {
    struct side side;
    struct driver drivers[DRIVERS_MOST];
    uint64_t played[ACTS_MOST];
    struct spare spare;
    int64_t round_end_ns;
    struct rt_loop_stats stats;
    pthread_t thread;
};

struct point {
    size_t heap, resident;
};

__thread struct side *here;

static struct run runs[SIDES];
static struct act acts[ACTS_MOST];
static unsigned act_count, driver_count;
static int64_t begun_ns, seconds = 60;
static struct point *points;
static size_t point_count;
static atomic_bool traffic_is_over;

/* --- the watchdog: a thread, since a loop that lost a wake-up may not turn any more --- */

static void *watch(void *arg)
{
    (void)arg;
    while (!traffic_is_over) {
        usleep(100000);
        for (unsigned i = 0; i < SIDES * driver_count; i++) {
            struct driver *driver = &runs[i % SIDES].drivers[i / SIDES];
            const char *act = driver->act;
            if (!act || rt_now_ns() - driver->since_ns < PATIENCE_S * RT_NS_PER_S)
                continue;
            printf("FAILED: \"%s\" of driver %u has not ended after %d s: a lost wake-up\n", act, i, PATIENCE_S);
            fflush(stdout);
            kill(getpid(), SIGUSR1); /* the tasks of both loops, on stderr */
            sleep(2);
            _exit(1);
        }
    }
    return NULL;
}

static void report(const char *text, void *user)
{
    (void)user;
    printf("FAILED: %s\n", text);
    fflush(stdout);
    _exit(1);
}

/* --- traffic --- */

static int drive(void *arg)
{
    struct driver *driver = arg;
    struct run *run = (struct run *)driver->side;
    while (rt_now_ns() < run->round_end_ns) {
        unsigned which = at_random(act_count);
        if (acts[which].rarity && !one_in(acts[which].rarity))
            continue;
        struct crew *crew = crew_create(acts[which].name);
        driver->since_ns = rt_now_ns();
        driver->act = acts[which].name;
        crew_add(crew, acts[which].play, NULL, acts[which].flags);
        crew_disturb(crew, NULL);
        CHECK(crew_end(crew) == 0);
        driver->act = NULL;
        run->played[which]++;
    }
    return 0;
}

/* To be run in the side's loop until its traffic has stopped. */
static int run_round(void *arg)
{
    struct run *run = arg;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    struct rt_task *drivers[DRIVERS_MOST], *server;
    run->side.listen_fd = rt_listen((struct sockaddr *)&address, sizeof(address), 512, 0);
    CHECK(run->side.listen_fd >= 0);
    CHECK(getsockname(run->side.listen_fd, (struct sockaddr *)&address, &size) == 0);
    run->side.port = address.sin_port;
    CHECK(rt_task_spawn(&server, echo_server, &run->side) == 0);
    for (unsigned i = 0; i < driver_count; i++) {
        struct rt_task_options options = {.name = "driver"};
        run->drivers[i].side = &run->side;
        CHECK(rt_task_spawn_with(&drivers[i], drive, &run->drivers[i], &options) == 0);
    }
    for (unsigned i = 0; i < driver_count; i++)
        CHECK(rt_task_join(drivers[i], NULL) == 0);
    CHECK(rt_task_cancel(server) == 0);
    CHECK(rt_task_join(server, NULL) == 0);
    CHECK(rt_close(run->side.listen_fd) == 0);
    return 0;
}

/* --- quiet points --- */

/* Spare tasks are poisoned; that they are counted is no use of them. */
__attribute__((no_sanitize("address"), noinline)) static struct spare count_spare(const struct rt_loop *loop)
{
    struct spare spare = {0};
    for (const struct rt_task *task = loop->tasks.spare; task; task = task->next)
        spare.tasks++;
    for (const struct rt__stack *stack = loop->stacks.free; stack; stack = stack->next_free)
        spare.stacks++;
    return spare;
}

/* In the side's loop, in the only task there is: nothing is left over. */
static int check_quiet(void *arg)
{
    struct run *run = arg;
    struct rt_loop *loop = run->side.loop;
    rt_loop_stats(loop, &run->stats);
    CHECK(run->stats.tasks_now == 1 && rt_task_list(loop, NULL, NULL) == 1);
    CHECK(run->stats.tasks_parked == 0);
    CHECK(loop->timers.count == 0);
    CHECK(loop->outside == 1); /* the hold */
    CHECK(!loop->calls && !loop->ready_first && !loop->finished && !loop->resume);
    CHECK(run->stats.stacks_now - count_spare(loop).stacks == 1u + (loop->stage.stack != NULL));
    /* A task that somebody still holds is neither there nor spare. More than before: there had never been so many. */
    struct spare spare = count_spare(loop);
    CHECK(spare.tasks >= run->spare.tasks);
    run->spare = spare;
    return 0;
}

static unsigned count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    unsigned count = 0;
    CHECK(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static size_t resident_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%*u %lu", &pages) == 1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void note_point(unsigned descriptors)
{
    struct mallinfo2 heap = mallinfo2();
    CHECK(count_descriptors() == descriptors);
    points[point_count++] = (struct point){heap.uordblks + heap.hblkhd, resident_bytes()};
}

static void print_progress(void)
{
    struct point last = points[point_count - 1];
    printf("%4d s  quiet %zu  heap %zu  resident %zu KiB  peak %llu+%llu tasks ",
           (int)((rt_now_ns() - begun_ns) / RT_NS_PER_S), point_count, last.heap, last.resident >> 10,
           (unsigned long long)runs[0].stats.tasks_peak, (unsigned long long)runs[1].stats.tasks_peak);
    for (unsigned i = 0; i < act_count; i++)
        printf(" %s %llu", acts[i].name, (unsigned long long)(runs[0].played[i] + runs[1].played[i]));
    printf("\n");
    fflush(stdout);
}

/* --- warming up: as much at once as there will never be again --- */

static int sleep_deep(void *arg)
{
    volatile char pages[10 << 10]; /* so that no stack gets a new page later */
    (void)arg;
    memset((char *)pages, 1, sizeof(pages));
    return rt_sleep_ns(1000 * RT_NS_PER_S) + !pages[0];
}

static int flood(void *arg)
{
    unsigned count = driver_count * 16;
    struct rt_task **tasks = soak_alloc(count * sizeof(struct rt_task *));
    (void)arg;
    for (unsigned i = 0; i < count; i++) {
        struct rt_task_options options = {.parkable = i % 4 == 0, .name = "flood"};
        CHECK(rt_task_spawn_with(&tasks[i], sleep_deep, NULL, &options) == 0);
    }
    CHECK(rt_sleep_ns(RT_NS_PER_MS) == 0);
    for (unsigned i = 0; i < count; i++)
        CHECK(rt_task_cancel(tasks[i]) == 0);
    for (unsigned i = 0; i < count; i++)
        CHECK(rt_task_join(tasks[i], NULL) == 0);
    free(tasks);
    return 0;
}

/* --- both sides --- */

static int submit_round(void *arg)
{
    CHECK(rt_submit(runs[1].side.loop, run_round, arg, NULL) == 0);
    return 0;
}

/* A round is a second or two, but one ends whenever a line is due, and as the time is over. */
static void plan_round(int64_t line_ns)
{
    int64_t last_ns = begun_ns + seconds * RT_NS_PER_S;
    if (line_ns > last_ns)
        line_ns = last_ns;
    int64_t end_ns = rt_deadline_ns((500 + at_random(1500)) * RT_NS_PER_MS);
    if (end_ns > line_ns - 200 * RT_NS_PER_MS)
        end_ns = line_ns;
    runs[0].round_end_ns = runs[1].round_end_ns = end_ns;
}

static int lead(void *arg)
{
    (void)arg;
    CHECK(flood(NULL) == 0 && rt_submit(runs[1].side.loop, flood, NULL, NULL) == 0);
    CHECK(check_quiet(&runs[0]) == 0 && rt_submit(runs[1].side.loop, check_quiet, &runs[1], NULL) == 0);
    unsigned descriptors = count_descriptors();
    int64_t line_ns = begun_ns = rt_now_ns();
    while (rt_now_ns() < begun_ns + seconds * RT_NS_PER_S) {
        struct rt_task *other;
        if (rt_now_ns() >= line_ns) {
            if (point_count)
                print_progress();
            line_ns += REPORT_S * RT_NS_PER_S;
        }
        plan_round(line_ns);
        CHECK(rt_task_spawn(&other, submit_round, &runs[1]) == 0);
        CHECK(run_round(&runs[0]) == 0);
        CHECK(rt_task_join(other, NULL) == 0);
        CHECK(check_quiet(&runs[0]) == 0);
        CHECK(rt_submit(runs[1].side.loop, check_quiet, &runs[1], NULL) == 0);
        note_point(descriptors);
    }
    print_progress();
    return 0;
}

static void *run_other(void *arg)
{
    struct run *run = arg;
    here = &run->side;
    CHECK(rt_loop_run(run->side.loop, NULL, NULL) == 0);
    rt_loop_destroy(run->side.loop);
    return NULL;
}

/* --- the verdict --- */

static struct point lowest(size_t from, size_t to)
{
    struct point least = points[from];
    for (size_t i = from; i < to; i++) {
        if (points[i].heap < least.heap)
            least.heap = points[i].heap;
        if (points[i].resident < least.resident)
            least.resident = points[i].resident;
    }
    return least;
}

/*
 * What is in use as all is quiet goes up and down with what malloc keeps at hand, but the least of it does not rise.
 * The first quarter is left out; of the rest the last third is held against the first.
 */
static bool has_grown(void)
{
    size_t from = point_count / 4, third = (point_count - from) / 3;
    if (third == 0)
        return false;
    struct point early = lowest(from, from + third), late = lowest(point_count - third, point_count);
    long heap = (long)late.heap - (long)early.heap, resident = (long)late.resident - (long)early.resident;
    printf("growth: heap %ld bytes (at most %d), resident %ld KiB (at most %d)\n", heap, HEAP_GROWTH_MOST,
           resident / 1024, RESIDENT_GROWTH_MOST / 1024);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false; /* their allocators keep what was freed; the address sanitizer looks for leaks itself */
#else
    return !RUNNING_ON_VALGRIND && (heap > HEAP_GROWTH_MOST || resident > RESIDENT_GROWTH_MOST);
#endif
}

static void parse(int argc, char **argv, uint64_t *seed)
{
    static const struct option options[] = {
        {"seconds", required_argument, NULL, 's'},
        {"seed", required_argument, NULL, 'r'},
        {"drivers", required_argument, NULL, 'd'},
        {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        uint64_t number = optarg ? strtoull(optarg, NULL, 10) : 0;
        if (option == 's')
            seconds = (int64_t)number;
        else if (option == 'r')
            *seed = number;
        else if (option == 'd' && number > 0 && number <= DRIVERS_MOST)
            driver_count = (unsigned)number;
        else
            exit(2);
    }
}

static void collect_acts(const struct act *from)
{
    for (; from->name; from++) {
        CHECK(act_count < ACTS_MOST);
        acts[act_count++] = *from;
    }
}

int main(int argc, char **argv)
{
    uint64_t seed = (uint64_t)rt_now_ns();
    struct rt_executor *executor;
    pthread_t watchdog;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    driver_count = 20;
#else
    driver_count = RUNNING_ON_VALGRIND ? 8 : 100;
#endif
    parse(argc, argv, &seed);
    printf("soak: %lld s, seed %llu, %u drivers in each of %d loops\n", (long long)seconds, (unsigned long long)seed,
           driver_count, SIDES);
    collect_acts(task_acts);
    collect_acts(sync_acts);
    collect_acts(flow_acts);
    collect_acts(outside_acts);
    points = soak_alloc(((size_t)seconds * 4 + 64) * sizeof(*points));
    CHECK(rt_executor_create(&executor, 2) == 0);
    CHECK(rt_dump_on_signal(SIGUSR1) == 0);
    for (unsigned i = 0; i < SIDES; i++) {
        /* The second one's schedule is random. */
        struct rt_loop_options options = {.executor_threads = 2, .report = report, .schedule_seed = i ? seed | 1 : 0};
        runs[i].side = (struct side){
            .other = &runs[1 - i].side, .executor = executor, .random_state = seed + i * UINT64_C(0x123456789abcdef)};
        CHECK(rt_loop_create(&runs[i].side.loop, &options) == 0);
        rt_loop_hold(runs[i].side.loop);
    }
    CHECK(pthread_create(&watchdog, NULL, watch, NULL) == 0);
    CHECK(pthread_create(&runs[1].thread, NULL, run_other, &runs[1]) == 0);
    here = &runs[0].side;
    CHECK(rt_loop_run(runs[0].side.loop, lead, NULL) == 0);
    CHECK(rt_loop_stop(runs[1].side.loop) == 0);
    pthread_join(runs[1].thread, NULL);
    traffic_is_over = true;
    pthread_join(watchdog, NULL);
    rt_loop_destroy(runs[0].side.loop);
    rt_executor_destroy(executor);
    bool grown = has_grown();
    uint64_t operations = 0;
    for (unsigned i = 0; i < act_count; i++)
        operations += runs[0].played[i] + runs[1].played[i];
    printf("%s: %llu acts, %zu quiet points\n", grown ? "FAILED, memory grows" : "all is well",
           (unsigned long long)operations, point_count);
    free(points);
    return grown;
}
