/* case_trace.c - `run --trace`: each case as a trace. */
#include "harness/cli/case_trace.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/campaign/kept_journal.h"
#include "harness/cli/version.h"
#include "harness/trace/journal_trace.h"
#include "reports/file.h"

/* 0, or what went wrong (errno). */
static int write_trace(int descriptor, const struct trace_header *header,
                       const struct bench_run *run, const struct bench_result *result)
{
    struct trace_writer writer;
    if (!trace_begin(&writer, descriptor, header))
        return ENOMEM;
    trace_write_journal(&writer, &run->journal);
    trace_write_result(&writer, result);
    trace_finish(&writer);
    return writer.error;
}

static int write_file(const char *path, const struct trace_header *header,
                      const struct bench_run *run, const struct bench_result *result)
{
    struct report_file file;
    if (report_file_open(&file, path) != 0)
        return errno;
    int error = write_trace(fileno(file.out), header, run, result);
    if (error)
        report_file_discard(&file);
    else if (report_file_close(&file, REPORT_FILE_WHOLE) != 0)
        error = errno;
    return error;
}

bool cli_case_trace(const struct campaign_case_context *context,
                    const struct campaign_case *planned, const struct bench_run *run,
                    const struct bench_result *result, const char *repeat,
                    char reterr_text[BENCH_TEXT_MAX])
{
    char path[CAMPAIGN_PATH_MAX], ending[40] = ".jsonl";
    struct trace_header header;
    trace_header_of_run(run, &header);
    snprintf(header.made_by, sizeof header.made_by, "fotarig %s run", FOTARIG_VERSION);
    snprintf(header.subject, sizeof header.subject, "%s/%s", planned->scenario->group,
             planned->one->name);
    snprintf(header.repeat, sizeof header.repeat, "%s", repeat);
    if (context->campaign->options.repeat > 1)
        snprintf(ending, sizeof ending, "-seed-%" PRIu64 ".jsonl", planned->token.seed);
    campaign_case_path(context->keep_context, planned->scenario, planned->one->name, ending, path);
    int error = write_file(path, &header, run, result);
    if (error)
        snprintf(reterr_text, BENCH_TEXT_MAX, "the trace %.180s could not be written: %.40s", path,
                 strerror(error));
    return error == 0;
}
