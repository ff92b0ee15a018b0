#include "print_json.h"
#include <stdio.h>
#include "../record/record.h"

int print_json(json_t *object, struct failure *ret_failure)
{
    if (!object)
        return failure_set(ret_failure, EXIT_LOCAL_LIMIT, "out of memory");
    json_dumpf(object, stdout, RECORD_PRETTY_FLAGS);
    putchar('\n');
    json_decref(object);
    return 0;
}
