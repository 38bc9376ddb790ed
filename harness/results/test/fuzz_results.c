/* fuzz_results.c - reports and quarantine files of any bytes: read, merged with themselves and
 * compared, never a crash. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/results/compare.h"
#include "harness/results/excuse.h"
#include "harness/results/history.h"
#include "harness/results/whole.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void use(struct results *results)
{
    struct results_part parts[2] = {{.path = "a", .results = results}, {.path = "b"}};
    struct results_comparison comparison;
    struct results_histories histories;
    const struct report_run_info info = {.name = "fuzz"};
    struct report_run *run = report_run_new(&info);
    parts[1].problem = "not there";
    assert(run && results_merge(parts, 2, NULL, run, NULL, NULL));
    assert(report_count(run, REPORT_ERROR) > 0); /* a part is missing */
    report_run_free(run);
    assert(results_compare(results, results, 1.5, &comparison));
    assert(comparison.counts[RESULTS_NEW_FAILURE] == 0 && comparison.counts[RESULTS_FIXED] == 0);
    results_comparison_done(&comparison);
    assert(results_histories_make(results, 1, &histories));
    results_histories_done(&histories);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct results results;
    struct results_excuses *excuses;
    struct scenario_errors errors;
    char text[RESULTS_TEXT_MAX];
    if (results_parse(&results, "report", (const char *)bytes, size, text, sizeof text))
        use(&results);
    results_done(&results);
    bool good =
        results_excuses_read("quarantine.yaml", (const char *)bytes, size, &excuses, &errors);
    assert(good == (excuses != NULL) && good == (errors.count == 0));
    (void)results_excuse_find(excuses, "a/b", "b", 0);
    scenario_errors_done(&errors);
    results_excuses_free(excuses);
    return 0;
}
