/* A file of URLs. */
#include "fuzz.h"
#include "../../plan/url.h"
#include "../../plan/url_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct url_list list;
    struct failure failure = {0};
    fuzz_file("urls.txt", data, size);
    if (url_list_read(&list, fuzz_file_path, &failure) != 0) {
        fuzz_check_failure(&failure);
        return 0;
    }
    FUZZ_DEMAND(list.count >= 1);
    for (size_t i = 0; i < list.count; i++) {
        const struct url_entry *entry = &list.entries[i];
        FUZZ_DEMAND(entry->line >= 1 && (i == 0 || entry->line > list.entries[i - 1].line));
        FUZZ_DEMAND(strlen(entry->url) <= URL_LONGEST && !strpbrk(entry->url, " \t\r\n"));
        char *host = url_host(entry->url);
        FUZZ_DEMAND(host && host[0]);
        free(host);
    }
    url_list_finish(&list);
    return 0;
}
