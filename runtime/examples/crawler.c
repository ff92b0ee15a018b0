/* Fetch each page of a host once, eight at a time, and print status, size and title: crawler http://HOST/ */
#include <iort/curl.h>
#include <iort/iort.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 8, PAGES_MOST = 10000 };
static char *pages[PAGES_MOST]; /* their addresses, as they are found */
static size_t page_count;
static CURLU *parser;

static void add(const char *page, const char *link)
{
    char *url = NULL;
    curl_url_set(parser, CURLUPART_URL, page, 0);
    curl_url_set(parser, CURLUPART_URL, link, 0); /* relative to the page; what is no link changes nothing */
    curl_url_get(parser, CURLUPART_URL, &url, 0);
    bool here = url && (!page_count || strncmp(url, pages[0], strcspn(pages[0] + 8, "/") + 9) == 0);
    if (!here || page_count == PAGES_MOST || hsearch((ENTRY){.key = url}, ENTER)->key != url) /* known: an older key */
        return curl_free(url);
    pages[page_count++] = url;
}

static int fetch(void *arg)
{
    char *url = *(char **)arg, *text;
    size_t bytes;
    long status = 0; /* stays if nobody answers */
    FILE *body = open_memstream(&text, &bytes);
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, body); /* by fwrite, unless told otherwise */
    rt_curl_perform(easy, &(CURLcode){CURLE_OK});
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(easy);
    fclose(body);
    char *title = strcasestr(text, "<title>"), *rest = text;
    printf("%ld %zu %s %.*s\n", status, bytes, url, title ? (int)strcspn(title + 7, "<\n") : 0, title ? title + 7 : "");
    while (rest && (rest = strcasestr(rest, "href=\"")) && strsep(&rest, "\""))
        add(url, strsep(&rest, "\"#"));
    free(text);
    return 0;
}

static int crawl(void *start)
{
    add(start, "");
    int error = page_count == 0;
    for (size_t next = 0, count; error == 0 && (count = page_count - next) > 0; next += count)
        error = rt_gather_each(fetch, &pages[next], sizeof(*pages), count, AT_ONCE, NULL, RT_GATHER_STOP_ON_ERROR);
    return error != 0;
}

int main(int argc, char **argv)
{
    return argc == 2 && hcreate(2 * PAGES_MOST) && (parser = curl_url()) ? rt_run(crawl, argv[1], NULL) : 2;
}
