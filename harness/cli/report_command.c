/* report_command.c - fotarig report: reports of parts as one, of two runs side by side, of many. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/campaign/campaign.h"
#include "harness/cli/cli.h"
#include "harness/cli/report_history.h"
#include "harness/cli/version.h"
#include "harness/cli/whole_file.h"
#include "harness/results/compare.h"
#include "harness/results/excuse.h"
#include "harness/results/whole.h"
#include "reports/file.h"

struct report_options {
    const char *folder, *quarantine;
    double slower;
    bool json, fail_on_slower, quiet, all, rich;
};

static const struct cli_option options[] = {
    {"output", 'o', "DIR", CLI_TEXT, offsetof(struct report_options, folder), NULL,
     "merge: folder of the merged reports"},
    {"rich", 0, NULL, CLI_FLAG, offsetof(struct report_options, rich), NULL,
     "merge: JUnit with attributes that not all readers take"},
    {"quarantine", 0, "FILE", CLI_TEXT, offsetof(struct report_options, quarantine), NULL,
     "merge, history: cases whose failure is known, with reason and last day"},
    {"slower", 0, "X", CLI_SPEED, offsetof(struct report_options, slower), "1.5",
     "compare: what takes X times as long is slower"},
    {"fail-on-slower", 0, NULL, CLI_FLAG, offsetof(struct report_options, fail_on_slower), NULL,
     "compare: exit status 1 when something is slower, too"},
    {"all", 0, NULL, CLI_FLAG, offsetof(struct report_options, all), NULL,
     "history: cases that always passed, too; compare: what is the same, too"},
    {"quiet", 'q', NULL, CLI_FLAG, offsetof(struct report_options, quiet), NULL,
     "merge: no line for a case that passed"},
    {"json", 0, NULL, CLI_FLAG, offsetof(struct report_options, json), NULL,
     "compare, history: print one JSON object, for programs"},
};

/* ---- what is read ---------------------------------------------------------------------------- */

/* False when it said what is wrong. *ret_excuses stays NULL without a file. */
static bool load_excuses(const char *path, struct results_excuses **ret_excuses)
{
    struct scenario_errors errors;
    size_t size = 0;
    *ret_excuses = NULL;
    if (!path)
        return true;
    uint8_t *bytes = cli_file_read(path, RESULTS_EXCUSE_FILE_BYTES_MAX + 1, &size);
    if (!bytes) {
        cli_error(&cli_command_report, "%s cannot be read: %s", path, report_file_reason(errno));
        return false;
    }
    results_excuses_read(path, (const char *)bytes, size, ret_excuses, &errors);
    if (errors.text)
        fprintf(stderr, "%s\n", errors.text);
    scenario_errors_done(&errors);
    cli_file_free(bytes);
    return *ret_excuses != NULL;
}

/* The parts that the operands name, each with its report or why it has none. */
struct loaded {
    struct results_part *parts;
    struct results *reports;
    struct results_paths *found; /* one an operand */
    char (*problems)[RESULTS_TEXT_MAX];
    size_t operand_count, count;
};

static void unload(struct loaded *loaded)
{
    for (size_t i = 0; loaded->reports && i < loaded->count; i++)
        results_done(&loaded->reports[i]);
    for (size_t i = 0; loaded->found && i < loaded->operand_count; i++)
        results_paths_done(&loaded->found[i]);
    free(loaded->parts);
    free(loaded->reports);
    free(loaded->found);
    free(loaded->problems);
}

static void load_part(struct loaded *loaded, const char *path)
{
    size_t index = loaded->count++;
    struct results_part *part = &loaded->parts[index];
    part->path = path;
    if (results_read(&loaded->reports[index], path, loaded->problems[index], RESULTS_TEXT_MAX))
        part->results = &loaded->reports[index];
    else
        part->problem = loaded->problems[index];
}

/* What a folder hides is missing, whatever else was found there. */
static void add_unseen(struct loaded *loaded, const char *path, int trouble)
{
    size_t index = loaded->count++;
    loaded->parts[index].path = path;
    loaded->parts[index].problem = loaded->problems[index];
    snprintf(loaded->problems[index], RESULTS_TEXT_MAX, "%.300s cannot be looked through: %s", path,
             report_file_reason(trouble));
}

/* False: no memory. A folder without a report is a part that has none. */
static bool load(struct loaded *loaded, char *const *operands, size_t count, bool any_name)
{
    size_t paths = 0;
    *loaded = (struct loaded){.operand_count = count};
    loaded->found = calloc(count + 1, sizeof *loaded->found);
    for (size_t i = 0; loaded->found && i < count; i++) {
        (void)results_find(&loaded->found[i], operands[i], any_name);
        paths += loaded->found[i].count + 1;
    }
    loaded->parts = calloc(paths + 1, sizeof *loaded->parts);
    loaded->reports = calloc(paths + 1, sizeof *loaded->reports);
    loaded->problems = calloc(paths + 1, sizeof *loaded->problems);
    if (!loaded->found || !loaded->parts || !loaded->reports || !loaded->problems)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct results_paths *found = &loaded->found[i];
        for (size_t j = 0; j < found->count; j++)
            load_part(loaded, found->paths[j]);
        if (found->trouble)
            add_unseen(loaded, operands[i], found->trouble);
        else if (!found->count)
            load_part(loaded, operands[i]);
    }
    return true;
}

static int no_memory(void)
{
    cli_error(&cli_command_report, "not enough memory");
    return CLI_EXIT_INTERNAL;
}

/* ---- merge ----------------------------------------------------------------------------------- */

struct merging {
    const struct report_options *given;
    struct results_excuses *excuses;
    struct report_console console;
    size_t bad, excused, missing;
};

static void tell_case(void *context, const struct report_case *c)
{
    struct merging *merging = context;
    report_console_case(&merging->console, c);
    if (c->verdict != REPORT_FAILED && c->verdict != REPORT_ERROR)
        return;
    const struct results_excuse *excuse = results_excuse_find(merging->excuses, c->id ? c->id : "",
                                                              c->name, campaign_wall_clock_ms());
    merging->bad += c->verdict == REPORT_FAILED && !excuse;
    merging->missing += c->verdict == REPORT_ERROR && !excuse;
    if (!excuse)
        return;
    merging->excused++;
    printf("          quarantined until %s: %s\n", excuse->until, excuse->reason);
}

static struct report_run *open_merged(const struct report_run_info *info, const char *folder,
                                      bool rich, struct report_error *reterr_error)
{
    struct report_run *run = report_run_new(info);
    snprintf(reterr_error->message, sizeof reterr_error->message, "not enough memory");
    bool good = run && campaign_reports_open(run, folder, rich, reterr_error);
    if (good)
        return run;
    report_run_free(run);
    return NULL;
}

/* What stood in the folder is not the result of this merge, however it ends. */
static bool spoil_old(const char *folder, struct report_error *reterr_error)
{
    const struct report_run_info info = {.tool_version = FOTARIG_VERSION,
                                         .started_at_ms = campaign_wall_clock_ms()};
    struct report_run *run = open_merged(&info, folder, false, reterr_error);
    bool good = run && report_write_unfinished(run, info.started_at_ms, reterr_error) == 0;
    report_run_free(run);
    return good;
}

/* The folder that is written is none that is read. */
static bool reads_output(const struct loaded *loaded, const char *folder)
{
    char *output = realpath(folder, NULL);
    bool same = false;
    for (size_t i = 0; i < loaded->count && output; i++) {
        char *path =
            loaded->parts[i].results ? realpath(loaded->parts[i].results->path, NULL) : NULL;
        char *end = path ? strrchr(path, '/') : NULL;
        if (end)
            *end = '\0';
        same = same || (end && strcmp(path, output) == 0);
        free(path);
    }
    free(output);
    return same;
}

static int merge_status(const struct merging *merging)
{
    return merging->bad ? CLI_EXIT_FAILED : merging->missing ? CLI_EXIT_ENVIRONMENT : CLI_EXIT_OK;
}

/* That of all of them, 0 when they differ. */
static uint64_t seed_of(const struct loaded *loaded)
{
    const char *seed = NULL;
    for (size_t i = 0; i < loaded->count; i++) {
        const struct results *results = loaded->parts[i].results;
        if (!results || !results->seed)
            continue;
        if (seed && strcmp(seed, results->seed) != 0)
            return 0;
        seed = results->seed;
    }
    return seed ? strtoull(seed, NULL, 10) : 0;
}

static int write_merged(struct merging *merging, struct loaded *loaded)
{
    struct report_error error = {0};
    uint64_t ended_ms;
    char host[256];
    struct report_run_info info = {
        .name = "fotarig", .tool_version = FOTARIG_VERSION, .host = host};
    const char *folder = merging->given->folder;
    results_merge_describe(loaded->parts, loaded->count, &info.started_at_ms, &ended_ms, host,
                           sizeof host);
    info.seed = seed_of(loaded);
    struct report_run *run = open_merged(&info, folder, merging->given->rich, &error);
    bool good = run && results_merge(loaded->parts, loaded->count, folder, run, tell_case, merging);
    for (size_t i = 0; i < loaded->count; i++)
        if (loaded->parts[i].left_out)
            printf("%s: the shard was run again; this report is left out\n", loaded->parts[i].path);
    good = good && report_end(run, ended_ms, NULL) == 0 && report_close(run, &error) == 0;
    if (good)
        report_console_end(&merging->console, run);
    else
        cli_error(&cli_command_report, "%s",
                  error.message[0] ? error.message : "memory ran out in the middle of the merge");
    report_run_free(run);
    return good ? merge_status(merging) : CLI_EXIT_ENVIRONMENT;
}

static int merge(const struct cli_operands *operands, const struct report_options *given)
{
    struct merging merging = {.given = given,
                              .console = {.out = stdout,
                                          .colour = report_console_wants_colour(stdout),
                                          .quiet = given->quiet}};
    struct report_error error;
    struct loaded loaded;
    int status = CLI_EXIT_INVALID;
    if (!given->folder)
        return cli_usage_error(&cli_command_report, "merge needs -o DIR");
    if (!load(&loaded, operands->items + 1, operands->count - 1, false)) {
        unload(&loaded);
        return no_memory();
    }
    if (reads_output(&loaded, given->folder)) {
        status = cli_usage_error(&cli_command_report,
                                 "%s is one of the folders that are merged; name another one",
                                 given->folder);
    } else if (!campaign_make_folders(given->folder)) {
        cli_error(&cli_command_report, "%s cannot be written: %s", given->folder,
                  report_file_reason(errno));
        status = CLI_EXIT_ENVIRONMENT;
    } else if (!spoil_old(given->folder, &error)) {
        cli_error(&cli_command_report, "%s", error.message);
        status = CLI_EXIT_ENVIRONMENT;
    } else if (load_excuses(given->quarantine, &merging.excuses)) {
        status = write_merged(&merging, &loaded);
        if (merging.excused)
            printf("%zu of a known failure, which do not count\n", merging.excused);
    }
    results_excuses_free(merging.excuses);
    unload(&loaded);
    return status;
}

/* ---- compare --------------------------------------------------------------------------------- */

static void print_pair(const struct results_pair *pair)
{
    const struct results_test *test = pair->after ? pair->after : pair->before;
    printf("%-14s %s\n", results_change_name(pair->change), test->id);
    if (pair->change == RESULTS_SLOWER) {
        const struct results_test *before = pair->before;
        bool bench = pair->bench_slower;
        printf("               %.3f s, was %.3f s%s\n",
               (double)(bench ? test->virtual_us : test->wall_us) / 1e6,
               (double)(bench ? before->virtual_us : before->wall_us) / 1e6,
               bench ? ", on the bench's clock" : "");
    } else if (pair->after && test->message) {
        printf("               %s: %s\n", report_verdict_name(test->verdict), test->message);
    }
}

static void print_comparison(const struct results_comparison *comparison, bool all)
{
    for (size_t i = 0; i < comparison->count; i++)
        if (all || comparison->pairs[i].change != RESULTS_SAME)
            print_pair(&comparison->pairs[i]);
    for (int i = 0; i < RESULTS_CHANGE_COUNT; i++)
        printf("%s%zu %s", i ? ", " : "", comparison->counts[i],
               results_change_name((enum results_change)i));
    putchar('\n');
}

static int compare_loaded(const struct results *before, const struct results *after,
                          const struct report_options *given)
{
    struct results_comparison comparison;
    bool worse = false;
    if (!results_compare(before, after, given->slower, &comparison)) {
        results_comparison_done(&comparison);
        return no_memory();
    }
    for (int i = 0; i < RESULTS_CHANGE_COUNT; i++)
        worse = worse || (comparison.counts[i] && results_change_is_worse((enum results_change)i));
    worse = worse || (given->fail_on_slower && comparison.counts[RESULTS_SLOWER]);
    bool good = true;
    if (given->json)
        good = cli_report_comparison_json(&comparison);
    else
        print_comparison(&comparison, given->all);
    if (!given->json && after->unfinished)
        printf("%s is not finished: %s\n", after->path, after->unfinished);
    results_comparison_done(&comparison);
    return !good ? no_memory() : worse || after->unfinished ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}

static int compare(const struct cli_operands *operands, const struct report_options *given)
{
    struct results sides[2] = {{0}, {0}};
    char text[RESULTS_TEXT_MAX];
    int status = CLI_EXIT_OK;
    if (operands->count != 3)
        return cli_usage_error(&cli_command_report, "compare takes two reports");
    for (size_t i = 0; i < 2 && status == CLI_EXIT_OK; i++)
        if (!results_read(&sides[i], operands->items[i + 1], text, sizeof text)) {
            cli_error(&cli_command_report, "%s", text);
            status = CLI_EXIT_INVALID;
        }
    if (status == CLI_EXIT_OK)
        status = compare_loaded(&sides[0], &sides[1], given);
    results_done(&sides[0]);
    results_done(&sides[1]);
    return status;
}

/* ---- history --------------------------------------------------------------------------------- */

static int history(const struct cli_operands *operands, const struct report_options *given)
{
    struct results_excuses *excuses = NULL;
    struct loaded loaded;
    size_t count = 0;
    int status = CLI_EXIT_INVALID;
    if (!load_excuses(given->quarantine, &excuses))
        return CLI_EXIT_INVALID;
    if (!load(&loaded, operands->items + 1, operands->count - 1, true)) {
        unload(&loaded);
        results_excuses_free(excuses);
        return no_memory();
    }
    for (size_t i = 0; i < loaded.count; i++)
        if (loaded.parts[i].results) { /* at the front, to be one list */
            loaded.reports[count++] = loaded.reports[i];
        } else {
            cli_error(&cli_command_report, "left out: %s", loaded.parts[i].problem);
            results_done(&loaded.reports[i]);
        }
    loaded.count = count;
    if (count)
        status = cli_report_history(loaded.reports, count, excuses, campaign_wall_clock_ms(),
                                    given->all, given->json)
                     ? CLI_EXIT_OK
                     : no_memory();
    else
        cli_error(&cli_command_report, "there is no report");
    unload(&loaded);
    results_excuses_free(excuses);
    return status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static const struct verb {
    const char *name;
    int (*use)(const struct cli_operands *operands, const struct report_options *given);
} verbs[] = {{"merge", merge}, {"compare", compare}, {"history", history}};

static int report(int argc, char **argv)
{
    struct report_options given;
    struct cli_operands operands;
    int result = cli_parse(&cli_command_report, argc, argv, &given, sizeof given, &operands);
    if (result != CLI_GO_ON)
        return result;
    for (size_t i = 0; i < CLI_COUNT_OF(verbs); i++)
        if (strcmp(operands.items[0], verbs[i].name) == 0)
            return verbs[i].use(&operands, &given);
    return cli_usage_error(&cli_command_report, "'%s' is none of merge, compare, history",
                           operands.items[0]);
}

const struct cli_command cli_command_report = {
    .name = "report",
    .summary = "merge reports, compare two, or look through many",
    .operands = "merge DIR... -o DIR | compare A B | history DIR...",
    .notes =
        "  merge DIR... -o DIR  make one report of those in DIR and below it (ctrf.json); what is\n"
        "                       missing is named and is an error: a shard that is not there or\n"
        "                       not finished, a DIR without a report, parts of different runs. Of\n"
        "                       a shard that was run again, the newest finished report counts\n"
        "  compare A B          what passed in A and does not in B, what is fixed, new, gone or\n"
        "                       slower\n"
        "  history DIR...       cases that did not always pass in the reports in DIR and below it\n"
        "                       (*.json): how often, when last, on which slot, what else did not\n"
        "                       pass in the same hour, and how likely the fault is still there\n\n"
        "A quarantine file excuses failures until a day; reports keep their verdict:\n\n"
        "  quarantine:\n"
        "    - {case: 'power/restore *', reason: 'LAB-12, supply of a4', until: '2026-12-31'}\n\n"
        "Exit status of merge: 0 whole and green, 1 a case failed, 4 an error or something is\n"
        "missing; of compare: 1 something passed before and does not, or is not run, now.\n"
        "2 usage, 3 invalid or missing file.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 2,
    .operands_max = SIZE_MAX,
    .run = report,
};
