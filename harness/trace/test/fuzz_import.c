/* fuzz_import.c - all readers of logs: the first byte chooses one, or what the text looks like;
 * then the dialogue and its outline. */
#include <stddef.h>
#include <stdint.h>

#include "harness/trace/import.h"
#include "harness/trace/outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct trace_import_report report;
    struct trace_log log = {0};
    if (size < 2)
        return 0;
    size_t split = bytes[0] & 0x80 ? (size - 1) / 2 : 0;
    const struct trace_source sources[] = {
        {.name = "one", .text = (const char *)bytes + 1, .length = size - 1 - split, .side = 0},
        {.name = "other", .text = (const char *)bytes + size - split, .length = split, .side = 0},
    };
    const char *format = trace_import_format(bytes[0] & 0x7f, NULL);
    struct dialogue dialogue;
    struct outline outline;
    if (trace_import(&log, sources, split ? 2 : 1, format, &report) &&
        dialogue_make(&dialogue, &log)) {
        if (outline_make(&outline, &dialogue, false))
            outline_done(&outline);
        dialogue_done(&dialogue);
    }
    trace_log_done(&log);
    return 0;
}
