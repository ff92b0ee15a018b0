#include <curl/curl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include "url.h"
#include "../clean_text.h"
#include "../loopback.h"

/* Returns why a text cannot be a URL, or NULL. */
static const char *complaint_about(const char *url)
{
    if (!url[0])
        return "is empty";
    if (strlen(url) > URL_LONGEST)
        return "is longer than 8192 bytes";
    for (const unsigned char *p = (const unsigned char *)url; *p; p++)
        if (*p <= 0x20 || *p == 0x7f)
            return *p == ' ' ? "holds a space" : "holds a control character";
    if (!utf8_is_valid(url))
        return "is not UTF-8";
    if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
        return "does not begin with http:// or https://";
    return NULL;
}

int url_check(const char *url, const char *where, struct failure *ret_failure)
{
    const char *complaint = complaint_about(url);
    if (complaint)
        return failure_set(ret_failure, EXIT_USAGE, "%s: '%.80s' %s; an http or https URL is accepted", where, url,
                           complaint);
    CURLU *parsed = curl_url();
    if (!parsed)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "%s: out of memory", where);
    CURLUcode code = curl_url_set(parsed, CURLUPART_URL, url, 0);
    char *user = NULL;
    bool with_user = !code && curl_url_get(parsed, CURLUPART_USER, &user, 0) == CURLUE_OK;
    curl_free(user);
    curl_url_cleanup(parsed);
    if (with_user) /* URLs stand in every result, and results are passed on */
        return failure_set(ret_failure, EXIT_USAGE,
                           "%s: the URL holds a user name or password; give it by --header 'Authorization: ...', whose "
                           "value is not recorded",
                           where);
    if (code)
        return failure_set(ret_failure, EXIT_USAGE, "%s: '%.80s' is not a URL (%s); an http or https URL is accepted",
                           where, url, curl_url_strerror(code));
    return 0;
}

char *url_host(const char *url)
{
    CURLU *parsed = curl_url();
    char *part = NULL, *host = NULL;
    if (parsed && !curl_url_set(parsed, CURLUPART_URL, url, 0) && !curl_url_get(parsed, CURLUPART_HOST, &part, 0)) {
        size_t size = strlen(part);
        bool bracketed = part[0] == '[' && part[size - 1] == ']';
        host = bracketed ? strndup(part + 1, size - 2) : strdup(part);
    }
    curl_free(part);
    curl_url_cleanup(parsed);
    return host;
}

bool host_is_loopback(const char *host)
{
    if (strcasecmp(host, "localhost") == 0) /* by RFC 6761 never another machine's; libcurl asks nobody either */
        return true;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(host, NULL, &hints, &found))
        return false;
    bool loopback = found != NULL;
    for (const struct addrinfo *one = found; one; one = one->ai_next)
        loopback = loopback && address_is_loopback(one->ai_addr);
    freeaddrinfo(found);
    return loopback;
}
