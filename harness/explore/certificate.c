/* certificate.c - points, faults, classes of ends and digests of a sweep, as JSON. */
#include "harness/explore/certificate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "harness/campaign/kept_journal.h"
#include "reports/file.h"

static void put_points(const struct explore_summary *summary, FILE *out)
{
    fprintf(out, "  \"points\": {");
    for (unsigned point = 0; point < BENCH_POINT_COUNT; point++)
        fprintf(out, "%s\"%s\": %" PRIu32, point ? ", " : "", bench_point_name(point),
                summary->extent.points.count[point]);
    fprintf(out, "},\n");
}

static void put_outcomes(const struct explore_counts *counts, FILE *out)
{
    const char *between = "";
    fprintf(out, "{");
    for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++) {
        if (!counts->outcomes[outcome])
            continue;
        fprintf(out, "%s\"%s\": %" PRIu32, between, fota_outcome_name(outcome),
                counts->outcomes[outcome]);
        between = ", ";
    }
    fprintf(out, "}");
}

static void put_faults(const struct explore_summary *summary, FILE *out)
{
    const char *between = "";
    fprintf(out, "  \"faults\": {");
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        const struct explore_counts *counts = &summary->faults[fault];
        fprintf(out,
                "%s\n    \"%s\": {\"runs\": %" PRIu32 ", \"errors\": %" PRIu32 ", \"outcomes\": ",
                between, explore_fault_name(fault), counts->runs, counts->errors);
        put_outcomes(counts, out);
        fprintf(out, "}");
        between = ",";
    }
    fprintf(out, "\n  },\n");
}

static void put(const struct campaign_case *planned, const struct explore_wish *wish,
                const struct explore_summary *summary, uint64_t clean_digest, uint64_t findings,
                uint64_t accepted, FILE *out)
{
    fprintf(out, "{\n  \"fotarig-certificate\": 1,\n  \"case\": \"%s/%s\",\n",
            planned->scenario->group, planned->one->name);
    fprintf(out, "  \"seed\": %" PRIu64 ",\n  \"depth\": %u,\n  \"whole-table\": %s,\n",
            planned->token.seed, wish->depth ? wish->depth : 1,
            wish->points || wish->faults ? "false" : "true");
    if (wish->parts)
        fprintf(out, "  \"part\": %u,\n  \"parts\": %u,\n", wish->part, wish->parts);
    put_points(summary, out);
    put_faults(summary, out);
    fprintf(out, "  \"choices\": %" PRIu64 ",\n  \"runs\": %" PRIu64 ",\n", summary->extent.choices,
            summary->figures.runs);
    fprintf(out, "  \"steps\": %" PRIu64 ",\n  \"steps-from-the-start\": %" PRIu64 ",\n",
            summary->figures.executed_steps, summary->figures.whole_steps);
    fprintf(out, "  \"findings\": %" PRIu64 ",\n  \"accepted\": %" PRIu64 ",\n", findings,
            accepted);
    fprintf(out,
            "  \"clean-digest\": \"%016" PRIx64 "\",\n  \"runs-digest\": \"%016" PRIx64 "\"\n}\n",
            clean_digest, summary->figures.digest);
}

/* The undisturbed run, with its points told. */
static bool write_journal(const char *path, struct bench_run *run,
                          const struct campaign_case *planned, struct scenario_case *changed,
                          uint64_t *ret_digest)
{
    struct report_file file;
    errno = 0;
    if (!branch_begin(run, planned->one, planned->token.seed, NULL, 0, changed))
        return false;
    while (bench_run_step(run))
        ;
    *ret_digest = bench_journal_digest(&run->journal, 0);
    if (report_file_open(&file, path) != 0)
        return false;
    campaign_journal_print(&run->journal, file.out);
    return report_file_close(&file, REPORT_FILE_WHOLE) == 0;
}

bool explore_certify(const char *folder, const struct campaign_case *planned,
                     const struct explore_wish *wish, const struct explore_summary *summary,
                     uint64_t findings, uint64_t accepted)
{
    char path[CAMPAIGN_PATH_MAX];
    struct report_file file;
    uint64_t clean_digest = 0;
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario_case *changed = malloc(sizeof *changed);
    campaign_case_path(folder, planned->scenario, planned->one->name, ".journal", path);
    bool good = run && changed && campaign_make_folders(folder) &&
                write_journal(path, run, planned, changed, &clean_digest);
    bench_run_free(run);
    free(changed);
    campaign_case_path(folder, planned->scenario, planned->one->name, ".certificate.json", path);
    if (!good || report_file_open(&file, path) != 0)
        return false;
    put(planned, wish, summary, clean_digest, findings, accepted, file.out);
    return report_file_close(&file, REPORT_FILE_WHOLE) == 0;
}
