/* case_trace.c - `run --trace`: each case as a trace. */
#include "harness/cli/case_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

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

/* Straight to its name: what a stopped run leaves of it loads as well, and a fresh file beside it
   for each case costs a tenth of the run. */
static int write_file(const char *path, const struct trace_header *header,
                      const struct bench_run *run, const struct bench_result *result)
{
    int descriptor = report_file_sink(path);
    if (descriptor < 0)
        return errno;
    int error = write_trace(descriptor, header, run, result);
    if (close(descriptor) != 0 && !error)
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
