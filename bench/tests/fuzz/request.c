/*
 * The origin's reader of requests. The input's first byte says into how long pieces the stream is cut: whatever the
 * cut, the same requests must come out of it.
 */
#include "fuzz.h"
#include "../../origin/request.h"

enum { MOST_ANSWERS = 64 };

/* What is answered, in order. */
struct answers {
    struct answer {
        int error;
        bool head_only, keep_alive, old_version, warmup;
        struct target target;
    } items[MOST_ANSWERS];
    size_t count;
    bool refused;
};

static void take(struct answers *answers, const struct request *request)
{
    FUZZ_DEMAND(request->error == 0 || (request->error >= 400 && request->error < 600));
    struct answer answer = {
        .error = request->error,
        .head_only = request->head_only,
        .keep_alive = request->keep_alive,
        .old_version = request->old_version,
        .warmup = request->warmup,
    };
    if (!request->error) {
        answer.target = request->target;
        FUZZ_DEMAND(answer.target.status >= 200 && answer.target.status <= 599);
        FUZZ_DEMAND(answer.target.delay_ns >= 0 && answer.target.delay_ns <= TARGET_DELAY_MAX_MS * 1000000);
        FUZZ_DEMAND(answer.target.body_bytes <= TARGET_BYTES_MAX);
    }
    answers->items[answers->count++] = answer;
}

static void read_stream(struct answers *answers, const uint8_t *data, size_t size, size_t piece)
{
    struct request *request = malloc(sizeof(*request));
    FUZZ_DEMAND(request);
    request_init(request);
    *answers = (struct answers){0};
    while (answers->count < MOST_ANSWERS && !answers->refused)
        switch (request_parse(request)) {
        case REQUEST_READY:
            take(answers, request);
            break;
        case REQUEST_REFUSED:
            FUZZ_DEMAND(request->refusal >= 400 && request->refusal < 600);
            answers->refused = true;
            break;
        case REQUEST_PARTIAL: {
            size_t space;
            char *room = request_room(request, &space);
            if (space == 0)
                answers->refused = true;
            if (size == 0 || space == 0)
                goto out;
            size_t bytes = piece < size ? piece : size;
            if (bytes > space)
                bytes = space;
            memcpy(room, data, bytes);
            request_received(request, bytes);
            data += bytes;
            size -= bytes;
            break;
        }
        }
out:
    free(request);
}

static bool same(const struct answer *a, const struct answer *b)
{
    const struct target *x = &a->target, *y = &b->target;
    return a->error == b->error && a->head_only == b->head_only && a->keep_alive == b->keep_alive &&
           a->old_version == b->old_version && a->warmup == b->warmup && x->kind == y->kind && x->status == y->status &&
           x->delay_ns == y->delay_ns && x->body_bytes == y->body_bytes && x->seed == y->seed && x->reset == y->reset;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct answers whole, cut;
    if (size == 0)
        return 0;
    size_t piece = (size_t)data[0] + 1;
    read_stream(&whole, data + 1, size - 1, SIZE_MAX);
    read_stream(&cut, data + 1, size - 1, piece);
    /* A head that is too long is found out sooner in one piece than in another. */
    if (size >= REQUEST_HEAD_MAX)
        return 0;
    FUZZ_DEMAND(whole.count == cut.count && whole.refused == cut.refused);
    for (size_t i = 0; i < whole.count; i++)
        FUZZ_DEMAND(same(&whole.items[i], &cut.items[i]));
    return 0;
}
