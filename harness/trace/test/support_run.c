/* support_run.c - runs cases and makes traces of their journals. */
#include "harness/trace/test/support_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct scenario *support_load(const char *path)
{
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_load(path, &errors);
    if (!scenario)
        fail_msg("%s can't be loaded", path);
    scenario_errors_done(&errors);
    return scenario;
}

void support_trace(const struct bench_run *run, struct trace_log *ret_log)
{
    static const char *const host[] = {"down", "started", "resumed"};
    size_t offset = bench_journal_begin(&run->journal);
    struct bench_record record;
    *ret_log = (struct trace_log){0};
    snprintf(ret_log->header.revision, sizeof ret_log->header.revision, "%s", run->start_revision);
    while (bench_journal_next(&run->journal, &offset, &record)) {
        if (record.kind == BENCH_JOURNAL_TO_MODULE || record.kind == BENCH_JOURNAL_TO_HOST)
            trace_log_add(ret_log,
                          record.kind == BENCH_JOURNAL_TO_MODULE ? TRACE_TO_MODULE : TRACE_TO_HOST,
                          record.time_us, 0, record.payload, record.length);
        else if (record.kind == BENCH_JOURNAL_HOST && record.a < 3)
            trace_log_add(ret_log, TRACE_HOST, record.time_us, 0, host[record.a],
                          strlen(host[record.a]));
    }
}

void support_run(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                 struct bench_result *ret_result)
{
    const struct bench_options options = {.seed = seed, .sink = BENCH_SINK_MEMORY};
    run->module = &bench_module_sim;
    if (!bench_run_begin(run, one, &options))
        fail_msg("%s: %s", one->name, run->error);
    bench_run_all(run, ret_result);
}
