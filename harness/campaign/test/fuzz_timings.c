/* fuzz_timings.c - any bytes as the report of a former run, and as a shard. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/shard.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const ids[] = {"a/b", "a/c", "", "a/d [x=1]"};
    struct campaign_timings timings;
    struct campaign_shard shard;
    uint32_t numbers[4];
    char error[128], text[32] = "";
    if (campaign_timings_parse(&timings, "a.json", (const char *)bytes, size, error,
                               sizeof error)) {
        if (!campaign_shard_divide(ids, 4, 3, &timings, numbers))
            abort();
        for (int i = 0; i < 4; i++)
            if (numbers[i] < 1 || numbers[i] > 3)
                abort();
        campaign_timings_done(&timings);
    }
    memcpy(text, bytes, size < sizeof text - 1 ? size : sizeof text - 1);
    if (campaign_shard_parse(text, &shard, error, sizeof error) &&
        (shard.number < 1 || shard.number > shard.count))
        abort();
    return 0;
}
