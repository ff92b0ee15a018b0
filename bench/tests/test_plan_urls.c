/* URLs: files of them, and hosts that are not this machine. */
#include <sys/stat.h>
#include "test_plan_support.h"
#include "../plan/plan.h"
#include "../plan/url.h"
#include "../plan/url_file.h"

static void test_list(void **state)
{
    (void)state;
    struct url_list list;
    struct failure failure = {0};
    write_text("urls.txt", "\xef\xbb\xbf# a comment\r\n"
                           "http://localhost/1\r\n"
                           "\n"
                           "  \t\n"
                           "https://localhost/2#top\t0123456789abcDEF\n"
                           " http://localhost/3   ffffffffffffffff  ");
    assert_int_equal(url_list_read(&list, "urls.txt", &failure), 0);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.entries[0].url, "http://localhost/1");
    assert_false(list.entries[0].has_hash);
    assert_int_equal(list.entries[0].line, 2);
    assert_string_equal(list.entries[1].url, "https://localhost/2#top");
    assert_true(list.entries[1].has_hash && list.entries[1].hash == 0x0123456789abcdef);
    assert_string_equal(list.entries[2].url, "http://localhost/3");
    assert_true(list.entries[2].has_hash && list.entries[2].hash == UINT64_MAX);
    assert_int_equal(list.entries[2].line, 6);
    url_list_finish(&list);
    assert_int_equal(list.count, 0);
}

static void test_bad_lists(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"", "urls.txt: lists no URL"},
        {"# only this\n\n", "urls.txt: lists no URL"},
        {"http://localhost/\n\nlocalhost\n", "urls.txt:3: 'localhost' does not begin with http://"},
        {"ftp://localhost/\n", "urls.txt:1: 'ftp://localhost/'"},
        {"http://localhost/ a\n", "urls.txt:1: what follows the URL is not a hash"},
        {"http://localhost/ 0123456789abcde\n", "urls.txt:1: what follows the URL is not a hash"},
        {"http://localhost/ 0123456789abcdef0\n", "urls.txt:1: what follows"},
        {"http://localhost/ 0123456789abcdeg\n", "urls.txt:1: what follows"},
        {"http://localhost/ 0123456789abcdef x\n", "urls.txt:1: what follows"},
        {"http://localhost/\x1b[2J\n", "urls.txt:1: 'http://localhost/\\x1b[2J' holds a control character"},
        {"http://localhost/\rX: y\n", "urls.txt:1: what follows"},
        {"http://a/\rb\n", "urls.txt:1: 'http://a/\\x0db' holds a control character"},
        {"http://[::1/\n", "urls.txt:1: 'http://[::1/' is not a URL"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct url_list list;
        struct failure failure = {0};
        write_text("urls.txt", cases[i].text);
        if (url_list_read(&list, "urls.txt", &failure) != -1)
            fail_msg("accepted: %s", cases[i].text);
        assert_int_equal(failure.status, EXIT_USAGE);
        assert_holds(failure.text, cases[i].said);
    }
    struct url_list list;
    struct failure failure = {0};
    static const char nul[] = "http://localhost/\nhttp://lo\0calhost/\n";
    write_bytes("urls.txt", nul, sizeof(nul) - 1);
    assert_int_equal(url_list_read(&list, "urls.txt", &failure), -1);
    assert_holds(failure.text, "urls.txt:2: the line holds a NUL byte");
    assert_int_equal(url_list_read(&list, "absent.txt", &failure), -1);
    assert_holds(failure.text, "absent.txt: cannot be read: No such file");
    assert_int_equal(url_list_read(&list, ".", &failure), -1);
    assert_holds(failure.text, ".: cannot be read");
}

/* Row 12 of the faults: 100,000 bytes are refused, 1,000,000 URLs are handled, one more is not. */
static void test_long_lines_and_lists(void **state)
{
    (void)state;
    struct url_list list;
    struct failure failure = {0};
    static char text[100002];
    memset(text, 'a', sizeof(text) - 1);
    memcpy(text, "http://localhost/", 17);
    text[100000] = '\n';
    write_text("urls.txt", text);
    assert_int_equal(url_list_read(&list, "urls.txt", &failure), -1);
    assert_holds(failure.text, "urls.txt:1: the line is too long, a URL has at most 8192 bytes");
    text[8192] = '\0';
    write_text("urls.txt", text);
    assert_int_equal(url_list_read(&list, "urls.txt", &failure), 0);
    url_list_finish(&list);

    FILE *file = fopen("urls.txt", "w");
    for (int i = 1; i <= 1000000; i++)
        fprintf(file, "http://127.0.0.1/%d\n", i);
    fclose(file);
    assert_int_equal(url_list_read(&list, "urls.txt", &failure), 0);
    assert_int_equal(list.count, 1000000);
    assert_string_equal(list.entries[999999].url, "http://127.0.0.1/1000000");
    url_list_finish(&list);
    file = fopen("urls.txt", "a");
    fputs("http://127.0.0.1/1000001\n", file);
    fclose(file);
    assert_int_equal(url_list_read(&list, "urls.txt", &failure), -1);
    assert_holds(failure.text, "urls.txt:1000001: more than 1000000 URLs");
}

static void test_hosts(void **state)
{
    (void)state;
    static const char *const here[] = {
        "http://127.0.0.1/", "http://127.255.1.2:80/", "http://localhost:8080/",
        "http://[::1]/",     "http://user@127.0.0.1/", "http://[::ffff:127.0.0.1]/",
    };
    /* The last two only look as if: the host is what libcurl will connect to. Addresses of RFC 5737, never reached. */
    static const char *const elsewhere[] = {
        "http://192.0.2.1/",    "http://128.0.0.1/",           "http://[2001:db8::1]/",
        "http://name.invalid/", "http://127.0.0.1@192.0.2.1/", "http://127.0.0.1.name.invalid/",
    };
    for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
        char *host = url_host(here[i]);
        if (!host_is_loopback(host))
            fail_msg("%s", here[i]);
        free(host);
    }
    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
        char *host = url_host(elsewhere[i]);
        if (host_is_loopback(host))
            fail_msg("%s", elsewhere[i]);
        free(host);
    }
}

/* Returns what plan_make said of options given as pairs; "" where it made a plan. */
static const char *said_of(const char *const *pairs)
{
    static struct failure failure;
    struct plan_override overrides[8];
    struct plan plan;
    size_t count = 0;
    for (; *pairs; pairs += 2)
        overrides[count++] = (struct plan_override){setting_find(pairs[0]), pairs[1]};
    failure = (struct failure){0};
    if (plan_make(&plan, NULL, overrides, count, false, &failure) == 0)
        plan_finish(&plan);
    else
        assert_int_equal(failure.status, EXIT_USAGE);
    return failure.text;
}

#define SAID(...) said_of((const char *const[]){__VA_ARGS__, NULL})

static void test_remote_targets(void **state)
{
    (void)state;
    assert_string_equal(SAID("url", "http://127.0.0.1/", "concurrency", "1000"), "");
    assert_holds(SAID("url", "http://192.0.2.1/"), "--url: '192.0.2.1' is not this machine");
    assert_holds(SAID("url", "http://192.0.2.1/"), "--allow-remote permits it");
    assert_string_equal(SAID("url", "http://192.0.2.1/", "allow-remote", "yes", "concurrency", "32"), "");
    const char *text = SAID("url", "http://192.0.2.1/", "allow-remote", "yes", "concurrency", "33");
    assert_holds(text, "--url: concurrency 33 is more than the 32 requests at once");
    assert_holds(text, "--per-host");
    /* One point of a sweep is enough. */
    assert_holds(SAID("url", "http://192.0.2.1/", "allow-remote", "yes", "concurrency", "1,500"), "--per-host");
    assert_string_equal(SAID("url", "http://192.0.2.1/", "allow-remote", "yes", "concurrency", "33", "per-host", "33"),
                        "");
    /* One worker is never more than one. */
    assert_string_equal(
        SAID("url", "http://192.0.2.1/", "allow-remote", "yes", "concurrency", "500", "runner", "serial"), "");
    assert_holds(SAID("url", "http://127.0.0.1@192.0.2.1/"), "the URL holds a user name");

    write_text("urls.txt", "http://127.0.0.1/\nhttp://localhost/\n# c\nhttp://192.0.2.7/\n");
    assert_holds(SAID("url-file", "urls.txt"), "urls.txt:4: '192.0.2.7' is not this machine");
    assert_holds(SAID("url-file", "urls.txt", "allow-remote", "yes", "concurrency", "99"),
                 "urls.txt:4: concurrency 99 is more than the 32");
    assert_string_equal(SAID("url-file", "urls.txt", "allow-remote", "yes"), "");
    write_text("urls.txt", "http://127.0.0.1/\nhttp://local host/\n");
    assert_holds(SAID("url-file", "urls.txt"), "urls.txt:2: what follows the URL is not a hash");
}

/* Opening one would wait for a writer, and a second trial would find nothing in it. */
static void test_fifo_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_holds(SAID("url-file", "fifo"), "--url-file: fifo is no regular file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_bad_lists),
        cmocka_unit_test(test_long_lines_and_lists),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_remote_targets),
        cmocka_unit_test(test_fifo_is_refused),
    };
    return cmocka_run_group_tests_name("plan_urls", tests, enter_directory, leave_directory);
}
