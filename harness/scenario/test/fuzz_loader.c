/* fuzz_loader.c - the scenario loader under libFuzzer: any bytes for a file. */
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scenario_errors errors = {0};
    char *text = malloc(size ? size : 1); /* ends where it ends, no NUL follows */
    if (!text)
        return 0;
    memcpy(text, data, size);
    struct scenario *scenario = scenario_parse("fuzz.yaml", text, size, &errors);
    /* Either a scenario with a case, or errors that say why not. */
    if (scenario ? scenario->case_count == 0 || errors.count > 0
                 : errors.count == 0 || !errors.text || !strstr(errors.text, "error: "))
        abort();
    scenario_free(scenario);
    scenario_errors_done(&errors);
    free(text);
    return 0;
}
