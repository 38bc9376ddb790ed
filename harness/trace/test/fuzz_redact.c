/*
 * fuzz_redact.c - the redactor under libFuzzer: any log ends, in its length, and redacted once more
 * with another key its shape stays; what is no letter or digit is never touched.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/trace/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static bool is_text(uint8_t byte)
{
    return byte < 0x80 && isalnum(byte);
}

static void compare(const uint8_t *data, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        demand(bytes[i] == data[i] || (is_text(bytes[i]) && is_text(data[i])));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trace_redactor redactor = {.key = size};
    uint8_t *bytes = malloc(size + 1);
    demand(bytes != NULL);
    if (size > 0)
        memcpy(bytes, data, size);
    trace_redact(&redactor, bytes, size, NULL);
    compare(data, bytes, size);
    if (size > 0)
        memcpy(bytes, data, size);
    demand(trace_redact_log(&redactor, bytes, size));
    free(bytes);
    return 0;
}
