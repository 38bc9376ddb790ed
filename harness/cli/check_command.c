/* check_command.c - fotarig check: loads scenario files and shows all that is wrong with them. */
#include <cjson/cJSON.h>
#include <stdio.h>

#include "harness/cli/cli.h"
#include "harness/cli/version.h"
#include "harness/scenario/json_schema.h"
#include "harness/scenario/probes.h"
#include "harness/trace/trace.h"

/* Version of the JSON form; a change of meaning raises it. */
enum { CHECK_FORMAT = 1 };

struct check_options {
    bool json;
    bool schema;
    bool trace_schema;
};

static const struct cli_option options[] = {
    {"json", 0, NULL, CLI_FLAG, offsetof(struct check_options, json), NULL,
     "print one JSON object, for programs"},
    {"schema", 0, NULL, CLI_FLAG, offsetof(struct check_options, schema), NULL,
     "print the JSON Schema of scenario files, for editors, and check nothing"},
    {"trace-schema", 0, NULL, CLI_FLAG, offsetof(struct check_options, trace_schema), NULL,
     "print the JSON Schema of a line of a trace, and check nothing"},
};

struct check {
    cJSON *files; /* NULL: errors are printed as text */
    size_t file_count, error_count;
};

/* ---- what was found ------------------------------------------------------------------------ */

static cJSON *error_object(const struct scenario_error *error)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "file", error->path);
    if (error->line > 0) {
        cJSON_AddNumberToObject(object, "line", error->line);
        cJSON_AddNumberToObject(object, "column", error->column);
        cJSON_AddNumberToObject(object, "length", error->length);
    }
    cJSON_AddStringToObject(object, "message", error->message);
    if (error->hint)
        cJSON_AddStringToObject(object, "hint", error->hint);
    return object;
}

static cJSON *add_file(struct check *check, const char *path, const char *kind, bool good)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "file", path);
    cJSON_AddStringToObject(object, "kind", kind);
    cJSON_AddBoolToObject(object, "good", good);
    cJSON_AddItemToArray(check->files, object);
    return cJSON_AddArrayToObject(object, "errors");
}

static void tell(struct check *check, const char *path, const char *kind, bool good,
                 const struct scenario_errors *errors)
{
    if (!check->files) {
        if (errors->text)
            fprintf(stderr, "%s\n", errors->text);
        return;
    }
    cJSON *list = add_file(check, path, kind, good);
    for (size_t i = 0; i < errors->listed; i++)
        cJSON_AddItemToArray(list, error_object(&errors->list[i]));
}

static void check_file(struct check *check, const char *path)
{
    struct scenario_errors errors = {0};
    const char *kind = "scenario";
    bool good;

    if (scenario_is_profile(path)) {
        kind = "profile";
        good = scenario_check_profile(path, &errors);
    } else if (scenario_is_dialogue(path)) {
        struct scenario_dialogue *dialogue = scenario_dialogue_load(path, &errors);
        kind = "dialogue";
        good = dialogue != NULL;
        scenario_dialogue_free(dialogue);
    } else {
        struct scenario *scenario = scenario_load(path, &errors);
        good = scenario != NULL;
        scenario_free(scenario);
    }
    tell(check, path, kind, good, &errors);
    /* Never say that a file which was not loaded is good. */
    check->error_count += !good && errors.count == 0 ? 1 : errors.count;
    check->file_count++;
    scenario_errors_done(&errors);
}

static void tell_missing(struct check *check, const char *path, const char *problem)
{
    check->error_count++;
    if (!check->files) {
        cli_error(&cli_command_check, "%s", problem);
        return;
    }
    cJSON *list = add_file(check, path, "missing", false), *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "message", problem);
    cJSON_AddItemToArray(list, object);
}

/* ---- the command --------------------------------------------------------------------------- */

static void check_all(struct check *check, const struct cli_operands *operands)
{
    struct scenario_list list = {0};
    char problem[300];
    for (size_t i = 0; i < operands->count; i++)
        if (scenario_find(operands->items[i], &list, problem, sizeof problem) ||
            scenario_find_profiles(operands->items[i], &list, problem, sizeof problem) ||
            scenario_find_dialogues(operands->items[i], &list, problem, sizeof problem))
            tell_missing(check, operands->items[i], problem);
    for (size_t i = 0; i < list.count; i++)
        check_file(check, list.paths[i]);
    scenario_list_done(&list);
}

static int print_json(const struct check *check, cJSON *root)
{
    cJSON_AddNumberToObject(root, "errors", (double)check->error_count);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (!text) {
        cli_error(&cli_command_check, "not enough memory");
        return CLI_EXIT_INTERNAL;
    }
    puts(text);
    cJSON_free(text);
    return check->error_count ? CLI_EXIT_INVALID : CLI_EXIT_OK;
}

static int check_json(const struct cli_operands *operands)
{
    struct check check = {0};
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", CHECK_FORMAT);
    cJSON_AddStringToObject(root, "fotarig", FOTARIG_VERSION);
    check.files = cJSON_AddArrayToObject(root, "files");
    check_all(&check, operands);
    return print_json(&check, root);
}

static int check_text(const struct cli_operands *operands)
{
    struct check check = {0};
    check_all(&check, operands);
    printf("%zu %s, %zu %s\n", check.file_count, check.file_count == 1 ? "file" : "files",
           check.error_count, check.error_count == 1 ? "error" : "errors");
    return check.error_count ? CLI_EXIT_INVALID : CLI_EXIT_OK;
}

static int print_schema(char *text)
{
    if (!text) {
        cli_error(&cli_command_check, "not enough memory");
        return CLI_EXIT_INTERNAL;
    }
    puts(text);
    cJSON_free(text);
    return CLI_EXIT_OK;
}

static int check(int argc, char **argv)
{
    struct check_options given;
    struct cli_operands operands;
    int status = cli_parse(&cli_command_check, argc, argv, &given, sizeof given, &operands);

    if (status != CLI_GO_ON)
        return status;
    if ((given.schema || given.trace_schema) && operands.count)
        return cli_usage_error(&cli_command_check, "a schema takes no files");
    if (given.schema || given.trace_schema)
        return print_schema(given.schema ? scenario_json_schema() : trace_json_schema());
    if (operands.count == 0)
        return cli_usage_error(&cli_command_check, "name a file or a folder to check");
    return given.json ? check_json(&operands) : check_text(&operands);
}

const struct cli_command cli_command_check = {
    .name = "check",
    .summary = "validate scenario files; all errors are shown",
    .operands = "FILE|DIR...",
    .notes = "Exit status: 0 all are good, 2 usage, 3 invalid or missing file.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_max = SIZE_MAX,
    .run = check,
};
