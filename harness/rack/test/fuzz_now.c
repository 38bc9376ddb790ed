/* fuzz_now.c - slots.json of any bytes: texts within their bounds, never a crash. */
#include <assert.h>
#include <string.h>

#include "harness/rack/now.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct rack_now_list list;
    bool good = rack_now_parse((const char *)bytes, size, &list);
    assert(good == (list.count > 0));
    for (size_t i = 0; i < list.count; i++) {
        const struct rack_now *now = &list.slots[i];
        assert(memchr(now->slot, '\0', sizeof now->slot));
        assert(memchr(now->case_name, '\0', sizeof now->case_name));
        assert(rack_now_find(&list, now->slot));
    }
    rack_now_done(&list);
    return 0;
}
