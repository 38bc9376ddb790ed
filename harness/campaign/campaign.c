/* campaign.c - a campaign from its begin to its end: signals, reports, exit status. */
#include "harness/campaign/campaign.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/campaign/internal.h"
#include "harness/campaign/pool.h"
#include "harness/ports/loop.h"

bool campaign_fail(struct campaign *campaign, enum campaign_exit status, const char *format, ...)
{
    va_list arguments;
    if (campaign->error[0]) /* the first one is the cause */
        return false;
    va_start(arguments, format);
    vsnprintf(campaign->error, sizeof campaign->error, format, arguments);
    va_end(arguments);
    campaign->error_status = status;
    return false;
}

uint64_t campaign_wall_clock_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000u + (uint64_t)time.tv_nsec / 1000000u;
}

unsigned campaign_jobs(const struct campaign *campaign)
{
    const struct campaign_options *options = &campaign->options;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned jobs = options->jobs        ? options->jobs
                    : options->real_time ? 1
                    : processors > 0     ? (unsigned)processors
                                         : 1;
    if (options->one_process)
        return 1;
    return jobs < CAMPAIGN_JOBS_MAX ? jobs : CAMPAIGN_JOBS_MAX;
}

/* ---- reports --------------------------------------------------------------------------------- */

bool campaign_make_folders(const char *path)
{
    char part[1024];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part)
        return false;
    memcpy(part, path, length + 1);
    for (char *at = part + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return false;
        *at = '/';
    }
    return mkdir(part, 0777) == 0 || errno == EEXIST;
}

/* The reports there are: a row each. */
static const struct {
    const char *file;
    int (*open)(struct report_run *, const char *, struct report_error *);
    int (*open_rich)(struct report_run *, const char *, struct report_error *);
} reports[] = {
    {"junit.xml", report_open_junit, report_open_junit_rich},
    {"ctrf.json", report_open_ctrf, report_open_ctrf},
    {"report.html", report_open_html, report_open_html},
    {"summary.md", report_open_markdown, report_open_markdown},
    {"results.tap", report_open_tap, report_open_tap},
};

bool campaign_reports_open(struct report_run *run, const char *folder, bool rich,
                           struct report_error *reterr_error)
{
    char path[1100];
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, reports[i].file);
        if ((rich ? reports[i].open_rich : reports[i].open)(run, path, reterr_error) != 0)
            return false;
    }
    return true;
}

static bool open_reports(struct campaign *campaign)
{
    const char *folder = campaign->options.reports;
    struct report_error error;
    if (campaign->options.json &&
        report_open_ctrf_out(campaign->report, campaign->options.json, &error) != 0)
        return campaign_fail(campaign, CAMPAIGN_EXIT_INTERNAL, "%s", error.message);
    if (!folder)
        return true;
    if (!campaign_make_folders(folder))
        return campaign_fail(campaign, CAMPAIGN_EXIT_ENVIRONMENT,
                             "%.300s: %s; name a folder that can be written", folder,
                             strerror(errno));
    if (!campaign_reports_open(campaign->report, folder, campaign->options.rich, &error))
        return campaign_fail(campaign, CAMPAIGN_EXIT_ENVIRONMENT, "%s", error.message);
    return campaign_snapshot(campaign);
}

bool campaign_snapshot(struct campaign *campaign)
{
    struct report_error error;
    uint64_t began_us = bench_clock_us();
    bool good = report_write_unfinished(campaign->report, campaign_wall_clock_ms(), &error) == 0;
    campaign->written_us = bench_clock_us();
    campaign->writing_us = campaign->written_us - began_us;
    if (good)
        return true;
    return campaign_fail(campaign, CAMPAIGN_EXIT_ENVIRONMENT, "%s", error.message);
}

/* ---- begin and end --------------------------------------------------------------------------- */

static bool make_report(struct campaign *campaign)
{
    char host[256] = "localhost";
    if (gethostname(host, sizeof host - 1) != 0)
        snprintf(host, sizeof host, "localhost");
    char shard[32];
    const struct report_property property = {"shard", shard};
    snprintf(shard, sizeof shard, "%u/%u", (unsigned)campaign->options.shard.number,
             (unsigned)campaign->options.shard.count);
    const struct report_run_info info = {.tool_version = campaign->options.version,
                                         .command = campaign->options.command,
                                         .host = host,
                                         .seed = campaign->options.seed,
                                         .started_at_ms = campaign_wall_clock_ms(),
                                         .properties = &property,
                                         .property_count = campaign->options.shard.count > 0};
    campaign->report = report_run_new(&info);
    return campaign->report != NULL;
}

bool campaign_begin(struct campaign *campaign, const struct campaign_options *options)
{
    FILE *out = options->out;
    *campaign = (struct campaign){.options = *options, .began_us = bench_clock_us()};
    bench_signals_catch();
    campaign->console =
        (struct report_console){.out = out,
                                .colour = out && report_console_wants_colour(out),
                                .progress = out && isatty(fileno(out)) == 1,
                                .quiet = options->quiet,
                                .verbose = options->verbose,
                                .narrow = out && isatty(fileno(out)) == 1 && !options->verbose};
    if (!make_report(campaign))
        return campaign_fail(campaign, CAMPAIGN_EXIT_INTERNAL, "not enough memory");
    return open_reports(campaign);
}

bool campaign_load(struct campaign *campaign, char *const *operands, size_t operand_count)
{
    if (campaign_selection_load(&campaign->selection, operands, operand_count,
                                campaign->options.errors))
        return true;
    return campaign_fail(campaign, CAMPAIGN_EXIT_INTERNAL, "not enough memory for the scenarios");
}

static const char *signal_name(int number)
{
    return number == SIGTERM   ? "stopped by SIGTERM"
           : number == SIGINT  ? "stopped by SIGINT"
           : number == SIGPIPE ? "stopped: nobody reads its output any more"
                               : "stopped by a signal";
}

static void tell_end(struct campaign *campaign, const char *stopped)
{
    if (!campaign->options.untold && !campaign->options.no_table)
        report_console_end(&campaign->console, campaign->report);
    else if (stopped)
        fprintf(campaign->options.out, "%s; %zu of %zu cases were not run to their end\n", stopped,
                report_count(campaign->report, REPORT_NOT_RUN), campaign->case_count);
}

bool campaign_end(struct campaign *campaign)
{
    struct report_error error;
    const char *stopped = campaign->stopped[0] ? campaign->stopped
                          : bench_signal()     ? signal_name(bench_signal())
                          : campaign->error[0] ? campaign->error
                                               : NULL;
    if (!campaign->report || campaign->ended)
        return !campaign->error[0];
    campaign->ended = true;
    if ((campaign->options.closing &&
         !campaign->options.closing(campaign->options.closing_context, campaign->report)) ||
        report_end(campaign->report, campaign_wall_clock_ms(), stopped) != 0)
        return campaign_fail(campaign, CAMPAIGN_EXIT_INTERNAL, "not enough memory for the report");
    /* First the files: who reads what is told may be gone, and the telling end this program. */
    bool written = report_close(campaign->report, &error) == 0;
    if (campaign->ran && campaign->options.out && !campaign->error[0])
        tell_end(campaign, stopped);
    return written || campaign_fail(campaign, CAMPAIGN_EXIT_ENVIRONMENT, "%s", error.message);
}

int campaign_status(const struct campaign *campaign)
{
    const struct report_run *report = campaign->report;
    if (bench_signal())
        return 128 + bench_signal();
    if (report && report_count(report, REPORT_FAILED))
        return CAMPAIGN_EXIT_FAILED;
    if (campaign->error[0])
        return campaign->error_status;
    if (campaign->invalid_count)
        return CAMPAIGN_EXIT_INVALID;
    if ((report && report_count(report, REPORT_ERROR)) || campaign->timed_out)
        return CAMPAIGN_EXIT_ENVIRONMENT;
    if (report && campaign->options.fail_on_skip && report_count(report, REPORT_SKIPPED))
        return CAMPAIGN_EXIT_FAILED;
    return CAMPAIGN_EXIT_OK;
}

void campaign_done(struct campaign *campaign)
{
    report_run_free(campaign->report);
    campaign_selection_done(&campaign->selection);
    free(campaign->cases);
    campaign->report = NULL;
    campaign->cases = NULL;
}
