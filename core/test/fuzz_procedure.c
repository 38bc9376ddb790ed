/* fuzz_procedure.c - the procedure under libFuzzer; see support_walk.h. */
#include "core/test/support_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    walk_procedure(data, size);
    return 0;
}
