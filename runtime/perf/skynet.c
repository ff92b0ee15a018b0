/*
 * What do a million tasks cost that each await ten others? A tree: each task spawns ten children and adds up what they
 * found, the leaves are their own numbers.
 */
#include "perf.h"
#include <iort/iort.h>

enum { FAN_OUT = 10 };

struct node {
    struct rt_task *task;
    int64_t first, leaves; /* the numbers below this node */
    int64_t sum;
};

static int be_node(void *arg)
{
    struct node *node = arg;
    if (node->leaves == 1) {
        node->sum = node->first;
        return 0;
    }
    /* Not on the stack: a task whose stack is copied out while it waits must not hand out its address. */
    struct node *children = malloc(FAN_OUT * sizeof(*children));
    if (!children)
        abort();
    for (int i = 0; i < FAN_OUT; i++) {
        int64_t leaves = node->leaves / FAN_OUT;
        children[i] = (struct node){.first = node->first + i * leaves, .leaves = leaves};
        if (rt_task_spawn(&children[i].task, be_node, &children[i]) < 0)
            abort();
    }
    node->sum = 0;
    for (int i = 0; i < FAN_OUT; i++) {
        rt_task_join(children[i].task, NULL);
        node->sum += children[i].sum;
    }
    free(children);
    return 0;
}

static int run(void *arg)
{
    struct node *root = malloc(sizeof(*root));
    int64_t leaves = *(long *)arg;
    if (!root)
        return -1;
    *root = (struct node){.leaves = leaves};
    struct perf_span begin = perf_begin();
    if (rt_task_spawn(&root->task, be_node, root) < 0)
        return -1;
    rt_task_join(root->task, NULL);
    struct perf_span span = perf_end(begin);
    bool right = root->sum == leaves * (leaves - 1) / 2;
    free(root);
    if (!right)
        return -1;
    perf_report("skynet", "", (double)leaves, span);
    return 0;
}

/* perf_skynet [LEAVES]: a power of ten; ns_per_op is for a leaf, its share of the inner tasks included. */
int main(int argc, char **argv)
{
    long leaves = perf_argument(argc, argv, 1, 1000000), power = 1;
    while (power < leaves)
        power *= FAN_OUT;
    if (power != leaves) {
        fprintf(stderr, "%s: %ld is no power of %d\n", argv[0], leaves, FAN_OUT);
        return 2;
    }
    return rt_run(run, &leaves, NULL) < 0;
}
