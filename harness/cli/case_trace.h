/* case_trace.h - `run --trace`: each case as a trace. */
#ifndef FOTARIG_HARNESS_CLI_CASE_TRACE_H
#define FOTARIG_HARNESS_CLI_CASE_TRACE_H

#include "harness/campaign/case_use.h"

/*
 * For campaign_case_context.keep; its context is the folder's name. Writes GROUP-NAME.jsonl there
 * (with the seed behind the name when cases are repeated), an older one is replaced.
 */
bool cli_case_trace(const struct campaign_case_context *context,
                    const struct campaign_case *planned, const struct bench_run *run,
                    const struct bench_result *result, const char *repeat,
                    char reterr_text[BENCH_TEXT_MAX]);

#endif
