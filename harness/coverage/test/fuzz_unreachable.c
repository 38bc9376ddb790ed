/* fuzz_unreachable.c - any bytes as a file of justifications: messages, but no crash. */
#include "harness/coverage/coverage.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static FILE *errors;
    struct coverage *coverage = coverage_new();
    char *text = malloc(size + 1);
    size_t invalid, stale;
    if (!errors)
        errors = fopen("/dev/null", "w");
    if (coverage && text && errors) {
        memcpy(text, bytes, size);
        text[size] = '\0';
        coverage_justify_text(coverage, "fuzz.txt", text, errors, &invalid, &stale);
    }
    free(text);
    coverage_free(coverage);
    return 0;
}
