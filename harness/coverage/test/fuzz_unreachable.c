/* fuzz_unreachable.c - any bytes as a file of justifications: messages, but no crash. */
#include "harness/coverage/coverage.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* As it was when it was new; making it takes longer than reading a file. */
static void forget(struct coverage *coverage)
{
    for (unsigned t = 0; t < COVERAGE_TABLE_COUNT; t++)
        for (size_t i = coverage_sum(&coverage->tables[t]).cells; i-- > 0;)
            coverage->tables[t].cells[i].justification = NULL;
    while (coverage->text_count > 0)
        free(coverage->texts[--coverage->text_count]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct coverage *coverage;
    static FILE *errors;
    char *text = malloc(size + 1);
    size_t invalid, stale;
    if (!coverage)
        coverage = coverage_new();
    if (!errors)
        errors = fopen("/dev/null", "w");
    if (coverage && text && errors) {
        memcpy(text, bytes, size);
        text[size] = '\0';
        coverage_justify_text(coverage, "fuzz.txt", text, errors, &invalid, &stale);
        forget(coverage);
    }
    free(text);
    return 0;
}
