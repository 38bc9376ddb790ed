/* fuzz_rack.c - rack files of any bytes: a slot list or errors, never a crash. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/rack/rack.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct scenario_errors errors;
    struct rack *rack;
    bool good = rack_read("rack.yaml", (const char *)bytes, size, &rack, &errors);
    assert(good == (rack != NULL));
    assert(good == (errors.count == 0));
    for (size_t i = 0; rack && i < rack->slot_count; i++)
        assert(rack_find(rack, rack->slots[i].name) == &rack->slots[i]);
    scenario_errors_done(&errors);
    rack_free(rack);
    return 0;
}
