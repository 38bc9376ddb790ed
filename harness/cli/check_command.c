/* check_command.c - fotarig check: loads scenario files and shows all that is wrong with them. */
#include <stdio.h>

#include "harness/cli/cli.h"
#include "harness/scenario/scenario.h"

struct check_options {
    char none; /* there is none yet */
};

static size_t check_file(const char *path)
{
    struct scenario_errors errors = {0};
    bool profile = scenario_is_profile(path);
    struct scenario *scenario = profile ? NULL : scenario_load(path, &errors);
    bool good = profile ? scenario_check_profile(path, &errors) : scenario != NULL;
    size_t count = errors.count;

    if (errors.text)
        fprintf(stderr, "%s\n", errors.text);
    scenario_free(scenario);
    if (!good && count == 0)
        count = 1; /* never say that a file which was not loaded is good */
    scenario_errors_done(&errors);
    return count;
}

static int check(int argc, char **argv)
{
    struct check_options given;
    struct cli_operands operands;
    struct scenario_list list = {0};
    size_t error_count = 0;
    char error[300];
    int status = cli_parse(&cli_command_check, argc, argv, &given, sizeof(given), &operands);

    if (status != CLI_GO_ON)
        return status;
    for (size_t i = 0; i < operands.count; i++)
        if (scenario_find(operands.items[i], &list, error, sizeof(error)) ||
            scenario_find_profiles(operands.items[i], &list, error, sizeof(error))) {
            cli_error(&cli_command_check, "%s", error);
            error_count++;
        }
    for (size_t i = 0; i < list.count; i++)
        error_count += check_file(list.paths[i]);
    printf("%lu %s, %lu %s\n", (unsigned long)list.count, list.count == 1 ? "file" : "files",
           (unsigned long)error_count, error_count == 1 ? "error" : "errors");
    scenario_list_done(&list);
    return error_count ? CLI_EXIT_INVALID : CLI_EXIT_OK;
}

const struct cli_command cli_command_check = {
    .name = "check",
    .summary = "validate scenario files; all errors are shown",
    .operands = "FILE|DIR...",
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .run = check,
};
