/* Which TCP ports of this machine are listened on? Asks them all, at most 50 at a time: semaphore FROM TO */
#include <iort/iort.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { AT_ONCE = 50 };

static struct rt_semaphore slots;
static int asked, at_once, at_once_most;

static int ask(void *arg)
{
    uint16_t port = (uint16_t)(uintptr_t)arg;
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    asked++;
    if (++at_once > at_once_most)
        at_once_most = at_once;
    int fd = rt_connect((const struct sockaddr *)&address, sizeof(address), rt_deadline_ns(RT_NS_PER_S));
    if (fd >= 0) {
        printf("%d\n", port);
        rt_close(fd);
    }
    at_once--;
    rt_semaphore_release(&slots); /* to whoever has waited longest */
    return 0;                     /* -ECONNREFUSED is an answer, too */
}

static int ask_all(void *arg)
{
    char **argv = arg;
    struct rt_group group;
    rt_semaphore_init(&slots, AT_ONCE);
    int error = rt_group_init(&group);
    if (error < 0)
        return 1;
    /* A permit first, then a task: so there are never more tasks than permits, however many ports. */
    for (int port = atoi(argv[1]); error == 0 && port <= atoi(argv[2]); port++) {
        error = rt_semaphore_acquire(&slots, RT_FOREVER);
        if (error == 0 && (error = rt_group_spawn(&group, NULL, ask, (void *)(uintptr_t)port)) < 0)
            rt_semaphore_release(&slots);
    }
    int failed = rt_group_wait(&group);
    rt_group_finish(&group);
    rt_semaphore_finish(&slots);
    printf("asked %d ports, never more than %d at once\n", asked, at_once_most);
    return error < 0 || failed < 0;
}

int main(int argc, char **argv)
{
    return argc == 3 ? rt_run(ask_all, argv, NULL) : 2;
}
