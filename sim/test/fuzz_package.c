/* fuzz_package.c - the check of an update package under libFuzzer: any bytes for a zip. */
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sim_package package;
    uint8_t *bytes = malloc(size ? size : 1); /* ends where it ends */
    if (!bytes)
        return 0;
    memcpy(bytes, data, size);
    memset(&package, 0xa5, sizeof package);
    sim_package_check(bytes, size, &package);
    if (package.verdict > SIM_PACKAGE_BAD_CHECKSUM ||
        !memchr(package.variant, '\0', sizeof package.variant) ||
        !memchr(package.from_revision, '\0', sizeof package.from_revision) ||
        !memchr(package.to_revision, '\0', sizeof package.to_revision))
        abort();
    free(bytes);
    return 0;
}
