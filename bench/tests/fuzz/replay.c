/*
 * Runs a fuzz target without libFuzzer: every seed, and of each some thousands of mutations that are the same on every
 * machine.
 *
 *     replay_NAME MUTATIONS DIRECTORY      MUTATIONS of each seed, which is a file of the directory
 *
 * The target runs in a child, so that its crash or hang is a failed test that names the seed and the mutation; what it
 * was given is then in the file replay_NAME-failed in the working directory.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include "fuzz.h"

enum { INPUT_MOST = 256 << 10, HANG_S = 60, STEPS_MOST = 4 };

/* Of the child, for the parent to read when it has died. */
struct shared {
    char seed[256];
    unsigned long mutation, inputs;
    size_t size;
    uint8_t input[INPUT_MOST];
};

struct text {
    uint8_t *bytes; /* INPUT_MOST of them */
    size_t size;
};

/* xorshift64*. Source: Vigna, An experimental exploration of Marsaglia's xorshift generators, scrambled. */
static uint64_t random_state;

static size_t below(size_t limit)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return limit ? (size_t)(random_state * UINT64_C(2685821657736338717) >> 11) % limit : 0;
}

/* Put `count` bytes in the place of `gone`; too much is left undone. */
static void replace_bytes(struct text *text, size_t at, size_t gone, const void *bytes, size_t count)
{
    if (text->size - gone + count > INPUT_MOST)
        return;
    memmove(text->bytes + at + count, text->bytes + at + gone, text->size - at - gone);
    memcpy(text->bytes + at, bytes, count);
    text->size += count - gone;
}

static void flip_bit(struct text *text)
{
    if (text->size)
        text->bytes[below(text->size)] ^= (uint8_t)(1u << below(8));
}

static void set_byte(struct text *text)
{
    static const uint8_t bytes[] = "\0\n\r\t \"'\\,:;=-+.%#/@<&[]{}0919aexX\x7f\x80\xc2\xff";
    if (text->size)
        text->bytes[below(text->size)] = bytes[below(sizeof(bytes) - 1)];
}

static void cut(struct text *text)
{
    size_t at = below(text->size + 1);
    /* To the end, as a killed writer does; or a piece. */
    size_t most = text->size - at;
    replace_bytes(text, at, below(4) == 0 ? most : below((most < 64 ? most : 64) + 1), "", 0);
}

static void repeat(struct text *text)
{
    uint8_t piece[256];
    size_t at = below(text->size + 1), most = text->size - at;
    size_t size = below((most < sizeof(piece) ? most : sizeof(piece)) + 1);
    memcpy(piece, text->bytes + at, size);
    for (size_t times = 1 + (below(8) == 0 ? below(200) : 0); times > 0; times--)
        replace_bytes(text, at, 0, piece, size);
}

static void repeat_line(struct text *text)
{
    size_t begin = below(text->size + 1), end = begin;
    while (begin > 0 && text->bytes[begin - 1] != '\n')
        begin--;
    while (end < text->size && text->bytes[end] != '\n')
        end++;
    end += end < text->size;
    uint8_t *line = malloc(end - begin + 1);
    FUZZ_DEMAND(line);
    memcpy(line, text->bytes + begin, end - begin);
    replace_bytes(text, begin, 0, line, end - begin);
    free(line);
}

static bool in_token(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
           c == '+' || c == '-';
}

struct token {
    size_t at, size;
};

static struct token any_token(const struct text *text)
{
    struct token token = {.at = below(text->size + 1)};
    while (token.at < text->size && !in_token(text->bytes[token.at]))
        token.at++;
    while (token.at > 0 && in_token(text->bytes[token.at - 1]))
        token.at--;
    while (token.at + token.size < text->size && in_token(text->bytes[token.at + token.size]))
        token.size++;
    return token;
}

static bool is_number(const struct text *text, struct token token)
{
    uint8_t first = token.size ? text->bytes[token.at] : 0;
    return (first >= '0' && first <= '9') || first == '-';
}

/* A number by a number and a word by a word, so that what reads the form is passed and what reads the meaning is met. */
static void swap_tokens(struct text *text)
{
    uint8_t held[128];
    struct token to = any_token(text), from = any_token(text);
    for (int tries = 0; tries < 8 && is_number(text, to) != is_number(text, from); tries++)
        from = any_token(text);
    if (from.size > sizeof(held))
        return;
    memcpy(held, text->bytes + from.at, from.size);
    replace_bytes(text, to.at, to.size, held, from.size);
}

static void put_token(struct text *text)
{
    static const char *const numbers[] = {"0",
                                          "-1",
                                          "1",
                                          "2",
                                          "255",
                                          "65536",
                                          "2147483648",
                                          "4294967295",
                                          "9223372036854775807",
                                          "-9223372036854775808",
                                          "18446744073709551616",
                                          "1e308",
                                          "-1e308",
                                          "1e-320",
                                          "0.000001",
                                          "1e999",
                                          "null",
                                          "0x10",
                                          "00",
                                          "1k",
                                          "100M"};
    static const char *const words[] = {
        "",     "null", "true", "../..", "%s%n", "\xef\xbb\xbf", "\x1b[2J",      "`id`", "=1+1", "<script>",
        "null", "[]",   "{}",   "\"",    "\r\n", "a b",          "\xed\xa0\x80", "\n\n", "all",  "http://[::1]:1/"};
    struct token token = any_token(text);
    bool number = is_number(text, token);
    const char *other =
        number ? numbers[below(sizeof(numbers) / sizeof(numbers[0]))] : words[below(sizeof(words) / sizeof(words[0]))];
    replace_bytes(text, token.at, token.size, other, strlen(other));
}

static void mutate(struct text *text)
{
    static void (*const steps[])(struct text *) = {
        flip_bit, set_byte, cut, repeat, repeat_line, swap_tokens, swap_tokens, put_token, put_token,
    };
    for (size_t count = 1 + below(STEPS_MOST); count > 0; count--)
        steps[below(sizeof(steps) / sizeof(steps[0]))](text);
}

/* The target gets memory of just this size, so that a sanitizer sees what is read behind it. */
static void run_target(struct shared *shared, const struct text *text)
{
    memcpy(shared->input, text->bytes, text->size);
    shared->size = text->size;
    uint8_t *copy = malloc(text->size + !text->size);
    FUZZ_DEMAND(copy);
    memcpy(copy, text->bytes, text->size);
    alarm(HANG_S);
    LLVMFuzzerTestOneInput(copy, text->size);
    alarm(0);
    free(copy);
    shared->inputs++;
}

static void run_seed(struct shared *shared, const char *dir, const char *name, unsigned long mutations)
{
    struct text seed = {.bytes = malloc(INPUT_MOST)}, text = {.bytes = malloc(INPUT_MOST)};
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    snprintf(shared->seed, sizeof(shared->seed), "%s", name);
    FILE *file = fopen(path, "re");
    FUZZ_DEMAND(seed.bytes && text.bytes && file);
    seed.size = fread(seed.bytes, 1, INPUT_MOST, file);
    FUZZ_DEMAND(!ferror(file) && fgetc(file) == EOF);
    fclose(file);
    for (shared->mutation = 0; shared->mutation <= mutations; shared->mutation++) {
        memcpy(text.bytes, seed.bytes, seed.size);
        text.size = seed.size;
        random_state = UINT64_C(0x9e3779b97f4a7c15) + shared->mutation * UINT64_C(0xbf58476d1ce4e5b9);
        if (shared->mutation > 0)
            mutate(&text);
        run_target(shared, &text);
    }
    free(seed.bytes);
    free(text.bytes);
}

static int is_seed(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void run_seeds(struct shared *shared, const char *dir, unsigned long mutations)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, is_seed, alphasort);
    FUZZ_DEMAND(count > 0);
    for (int i = 0; i < count; i++) {
        run_seed(shared, dir, entries[i]->d_name, mutations);
        free(entries[i]);
    }
    free(entries);
}

static void tell_failure(const struct shared *shared, int status)
{
    printf("not ok 1 - every input is survived\n");
    printf("# %s %d after %lu inputs: seed %s, mutation %lu (0: the seed itself)\n",
           WIFSIGNALED(status) ? "signal" : "exit status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
           shared->inputs, shared->seed, shared->mutation);
    char path[128];
    snprintf(path, sizeof(path), "%s-failed", program_invocation_short_name);
    FILE *file = fopen(path, "we");
    if (!file)
        return;
    fwrite(shared->input, 1, shared->size, file);
    if (fclose(file) == 0)
        printf("# the input is in the file %s\n", path);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s MUTATIONS DIRECTORY\n", argv[0]);
        return EXIT_USAGE;
    }
    struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FUZZ_DEMAND(shared != MAP_FAILED);
    printf("1..1\n");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        run_seeds(shared, argv[2], strtoul(argv[1], NULL, 10));
        exit(0);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        FUZZ_DEMAND(errno == EINTR);
    if (status != 0) {
        tell_failure(shared, status);
        return 1;
    }
    printf("ok 1 - every input is survived\n# %lu inputs\n", shared->inputs);
    return 0;
}
