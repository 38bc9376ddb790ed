/* kept_journal.c - writes journals for people to read: what happened on a port can't be repeated.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/campaign/kept_journal.h"
#include "reports/file.h"

void campaign_journal_print(const struct bench_journal *journal, FILE *out)
{
    size_t offset = bench_journal_begin(journal);
    struct bench_record record;
    char line[4 * BENCH_RECORD_PAYLOAD_MAX + 256];
    while (bench_journal_next(journal, &offset, &record)) {
        bench_record_format(&record, line, sizeof line);
        fprintf(out, "%s\n", line);
    }
}

void campaign_case_path(const char *folder, const struct scenario *scenario, const char *name,
                        const char *ending, char path[CAMPAIGN_PATH_MAX])
{
    int length = snprintf(path, CAMPAIGN_PATH_MAX, "%s/", folder ? folder : ".");
    char *at = path + (length < CAMPAIGN_PATH_MAX ? length : 0);
    snprintf(at, CAMPAIGN_PATH_MAX - (size_t)(at - path), "%s-%s", scenario->group, name);
    for (; *at; at++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=%.", *at))
            *at = '-';
    snprintf(at, CAMPAIGN_PATH_MAX - (size_t)(at - path), "%s", ending);
}

bool campaign_journal_keep(const char *folder, const struct scenario *scenario,
                           const struct bench_run *run, const struct bench_run *asker,
                           const struct bench_result *result, char path[CAMPAIGN_PATH_MAX])
{
    struct report_file file;
    char module[BENCH_TEXT_MAX], ending[48] = ".journal";
    if (run->options.seed > 1) /* one of many runs of this case; 0: it has not begun */
        snprintf(ending, sizeof ending, "--seed=%" PRIu64 ".journal", run->options.seed);
    campaign_case_path(folder, scenario, run->one->name, ending, path);
    if (report_file_open(&file, path) != 0)
        return false;
    run->module->describe(run, module, sizeof module);
    fprintf(file.out, "# case: %s\n# module: %s\n# verdict: %s %s\n", run->one->name, module,
            bench_verdict_name(result->verdict), result->error);
    for (size_t i = 0; i < result->finding_count && i < BENCH_FINDINGS_MAX; i++)
        fprintf(file.out, "# %s: want %s, got %s\n", result->findings[i].what,
                result->findings[i].want, result->findings[i].got);
    campaign_journal_print(&run->journal, file.out);
    if (asker) {
        fprintf(file.out, "# what the bench asked the module last\n");
        campaign_journal_print(&asker->journal, file.out);
    }
    return report_file_close(&file, REPORT_FILE_DURABLE) == 0;
}
