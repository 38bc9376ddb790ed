/* coverage_command.c - `fotarig coverage`: what the scenarios try, and what they do not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/cli/campaign_options.h"
#include "harness/cli/cli.h"
#include "harness/coverage/coverage_use.h"
#include "reports/file.h"

struct coverage_options {
    struct cli_campaign_options campaign;
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
    CLI_CAMPAIGN_OPTIONS(struct coverage_options, campaign),
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

struct mapping {
    struct coverage_options options;
    struct cli_campaign campaign;
    struct coverage *coverage;
};

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

/* The map is told after a signal as well: what was tried until then. */
static int finish(struct mapping *mapping, const struct cli_operands *operands, int status)
{
    char path[1024];
    size_t invalid = 0, stale = 0;
    if (find_justifications(mapping, operands, path, sizeof path) &&
        !coverage_justify(mapping->coverage, path, stderr, &invalid, &stale))
        return CLI_EXIT_INVALID;
    enum cli_exit written = write_map(mapping);
    if (written != CLI_EXIT_OK)
        return (int)written;
    if (invalid)
        return CLI_EXIT_INVALID;
    if (status != CLI_EXIT_OK && status != CLI_EXIT_ENVIRONMENT)
        return status;
    if (stale || coverage_sum_all(mapping->coverage).missing)
        return CLI_EXIT_FAILED;
    return status;
}

static int make_map(struct mapping *mapping, const struct cli_operands *operands)
{
    struct coverage_context context = {.coverage = coverage_new()};
    mapping->coverage = context.coverage;
    if (!context.coverage) {
        cli_error(&cli_command_coverage, "not enough memory");
        return CLI_EXIT_INTERNAL;
    }
    int status = cli_campaign_run(&mapping->campaign, &coverage_use, &context);
    coverage_context_done(&context);
    return mapping->campaign.campaign.ran && !mapping->campaign.campaign.error[0]
               ? finish(mapping, operands, status)
               : status;
}

static int coverage(int argc, char **argv)
{
    static char folder[] = "scenarios";
    static char *bundled[] = {folder};
    struct mapping mapping = {0};
    struct cli_operands operands;
    const struct campaign_options more = {.out = stderr, .quiet = true, .no_table = true};
    int status = cli_parse(&cli_command_coverage, argc, argv, &mapping.options,
                           sizeof mapping.options, &operands);
    if (status != CLI_GO_ON)
        return status;
    if (operands.count == 0)
        operands = (struct cli_operands){.items = bundled, .count = 1};
    status = cli_campaign_begin(&mapping.campaign, &cli_command_coverage, &mapping.options.campaign,
                                &more);
    if (status == CLI_GO_ON)
        status = cli_campaign_load(&mapping.campaign, &operands);
    if (status == CLI_GO_ON)
        status = make_map(&mapping, &operands);
    status = cli_campaign_end(&mapping.campaign, status);
    coverage_free(mapping.coverage);
    return status;
}
