/* coverage_command.c - `fotarig coverage`: what the scenarios try, and what they do not. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/bench/run.h"
#include "harness/cli/cli.h"
#include "harness/cli/selection.h"
#include "harness/coverage/coverage.h"
#include "harness/ports/loop.h"
#include "reports/file.h"

struct coverage_options {
    uint64_t seed;
    const char *unreachable;
    const char *html;
    bool json;
};

static const struct cli_option options[] = {
    {"json", 0, NULL, CLI_FLAG, offsetof(struct coverage_options, json), NULL,
     "print one JSON object, for programs"},
    {"html", 0, "FILE", CLI_TEXT, offsetof(struct coverage_options, html), NULL,
     "write the map as a page, too"},
    {"unreachable", 0, "FILE", CLI_TEXT, offsetof(struct coverage_options, unreachable), NULL,
     "cells that can't be reached, and why; without it,\n"
     "unreachable.txt in the first folder that is named, if there is one"},
    {"seed", 0, "N", CLI_NUMBER, offsetof(struct coverage_options, seed), "1",
     "of the module's jitter and noise"},
};

static int coverage(int argc, char **argv);

const struct cli_command cli_command_coverage = {
    .name = "coverage",
    .summary = "run scenarios and print what they have tried, and what not",
    .operands = "[SCENARIO|DIR...]",
    .notes =
        "Without operands the folder scenarios. Counted from the journals of the runs: statuses,\n"
        "outcomes, reasons, codes, resets and lines of the module, and which fault fell into "
        "which\n"
        "phase and state. A line of the file of unreachable cells is 'table: row / column -- "
        "why',\n"
        "with * and | in row and column.\n"
        "Exit status: 0 each cell was reached or can't be, 1 cells are missing, a line of that "
        "file\n"
        "is stale (its cell was reached) or a scenario failed, 2 usage, 3 invalid file,\n"
        "4 environment.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_max = SIZE_MAX,
    .run = coverage};

/* ---- running -------------------------------------------------------------------------------- */

struct mapping {
    struct coverage_options options;
    struct cli_selection selection;
    struct coverage *coverage;
    struct bench_run *run;
    size_t failed, unknown; /* cases */
};

static bool run_case(struct mapping *mapping, const struct scenario *scenario,
                     const struct scenario_case *one)
{
    const struct bench_options bench = {.seed = mapping->options.seed, .sink = BENCH_SINK_MEMORY};
    struct bench_result result;
    char name[512];
    if (bench_run_begin(mapping->run, one, &bench))
        bench_run_all(mapping->run, &result);
    else
        bench_run_judge(mapping->run, &result);
    snprintf(name, sizeof name, "%s%s%s", scenario->group, scenario->group[0] ? "/" : "",
             one->name);
    mapping->failed += result.verdict == BENCH_FAILED;
    mapping->unknown += result.verdict == BENCH_ERROR;
    if (result.verdict == BENCH_FAILED || result.verdict == BENCH_ERROR)
        cli_error(&cli_command_coverage, "%s %s; 'fotarig run %s' explains it", name,
                  result.verdict == BENCH_FAILED ? "fails" : "could not be run", scenario->path);
    return coverage_add(mapping->coverage, name, &mapping->run->journal);
}

static bool run_cases(struct mapping *mapping)
{
    bool good = true;
    for (size_t s = 0; s < mapping->selection.count; s++) {
        const struct scenario *scenario = mapping->selection.scenarios[s];
        for (size_t i = 0; good && i < scenario->case_count && !bench_signal(); i++)
            good = run_case(mapping, scenario, &scenario->cases[i]);
    }
    return good;
}

/* ---- justifications ------------------------------------------------------------------------- */

/* The file that the options name, or that lies in the first folder; false: there is none. */
static bool find_justifications(const struct mapping *mapping, const struct cli_operands *operands,
                                char *path, size_t capacity)
{
    struct stat info;
    if (mapping->options.unreachable) {
        snprintf(path, capacity, "%s", mapping->options.unreachable);
        return true;
    }
    for (size_t i = 0; i < operands->count; i++) {
        size_t length = strlen(operands->items[i]);
        if (stat(operands->items[i], &info) != 0 || !S_ISDIR(info.st_mode))
            continue;
        while (length > 1 && operands->items[i][length - 1] == '/')
            length--;
        snprintf(path, capacity, "%.*s/unreachable.txt", (int)length, operands->items[i]);
        return access(path, R_OK) == 0;
    }
    return false;
}

/* ---- telling -------------------------------------------------------------------------------- */

static enum cli_exit write_page(const struct mapping *mapping)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (memory) {
        coverage_write_html(mapping->coverage, memory);
        fclose(memory);
    }
    int result =
        text ? report_file_write(mapping->options.html, text, size, REPORT_FILE_WHOLE) : -1;
    if (result != 0)
        cli_error(&cli_command_coverage, "%s: %s", mapping->options.html, strerror(errno));
    free(text);
    return result == 0 ? CLI_EXIT_OK : CLI_EXIT_ENVIRONMENT;
}

static enum cli_exit write_map(const struct mapping *mapping)
{
    if (!mapping->options.json) {
        coverage_write_text(mapping->coverage, stdout);
    } else if (!coverage_write_json(mapping->coverage, stdout)) {
        cli_error(&cli_command_coverage, "not enough memory");
        return CLI_EXIT_INTERNAL;
    }
    return mapping->options.html ? write_page(mapping) : CLI_EXIT_OK;
}

static int finish(struct mapping *mapping, const struct cli_operands *operands)
{
    char path[1024];
    size_t invalid = 0, stale = 0;
    if (find_justifications(mapping, operands, path, sizeof path) &&
        !coverage_justify(mapping->coverage, path, stderr, &invalid, &stale))
        return CLI_EXIT_INVALID;
    enum cli_exit status = write_map(mapping);
    if (status != CLI_EXIT_OK)
        return status;
    if (invalid)
        return CLI_EXIT_INVALID;
    if (mapping->failed || stale || coverage_sum_all(mapping->coverage).missing)
        return CLI_EXIT_FAILED;
    return mapping->unknown ? CLI_EXIT_ENVIRONMENT : CLI_EXIT_OK;
}

static int make_map(struct mapping *mapping, const struct cli_operands *operands)
{
    mapping->coverage = coverage_new();
    mapping->run = bench_run_new(BENCH_SINK_MEMORY);
    bench_signals_catch();
    if (!mapping->coverage || !mapping->run || !run_cases(mapping)) {
        cli_error(&cli_command_coverage, "not enough memory");
        return CLI_EXIT_INTERNAL;
    }
    return bench_signal() ? 128 + bench_signal() : finish(mapping, operands);
}

static int coverage(int argc, char **argv)
{
    static char folder[] = "scenarios";
    static char *bundled[] = {folder};
    struct mapping mapping = {0};
    struct cli_operands operands;
    int status = cli_parse(&cli_command_coverage, argc, argv, &mapping.options,
                           sizeof mapping.options, &operands);
    if (status != CLI_GO_ON)
        return status;
    if (operands.count == 0)
        operands = (struct cli_operands){.items = bundled, .count = 1};
    status = (int)cli_selection_load(&mapping.selection, &operands);
    if (status == CLI_EXIT_OK)
        status = make_map(&mapping, &operands);
    bench_run_free(mapping.run);
    coverage_free(mapping.coverage);
    cli_selection_done(&mapping.selection);
    return status;
}
