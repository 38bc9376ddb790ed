/* list_command.c - fotarig list: which scenarios there are, by tag and by what they say. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/bench/program_job.h"
#include "harness/bench/run.h"
#include "harness/campaign/selection.h"
#include "harness/cli/cli.h"
#include "harness/cli/version.h"
#include "harness/cli/words.h"
#include "reports/report.h"

/* Version of the JSON form; a change of meaning raises it. */
enum { LIST_FORMAT = 1 };

struct list_options {
    struct cli_list tags;
    const char *search;
    bool all_tags;
    bool json;
};

static const struct cli_option options[] = {
    {"tag", 't', "TAG", CLI_LIST, offsetof(struct list_options, tags), NULL,
     "only scenarios with this tag; given twice, with both"},
    {"search", 's', "TEXT", CLI_TEXT, offsetof(struct list_options, search), NULL,
     "only scenarios whose name, title, why or tags hold this text, small or capital"},
    {"tags", 0, NULL, CLI_FLAG, offsetof(struct list_options, all_tags), NULL,
     "list the tags, and how many scenarios have each, in place of the scenarios"},
    {"json", 0, NULL, CLI_FLAG, offsetof(struct list_options, json), NULL,
     "print one JSON object, for programs; `job` is what the first case asks of a client\n"
     "(FOTA_JOB)"},
};

/* ---- choosing ------------------------------------------------------------------------------ */

static bool holds(const char *text, const char *wanted)
{
    size_t length = strlen(wanted);
    for (; strlen(text) >= length; text++)
        if (strncasecmp(text, wanted, length) == 0)
            return true;
    return false;
}

static bool says(const struct scenario *scenario, const char *wanted)
{
    bool any = holds(scenario->name, wanted) || holds(scenario->title, wanted) ||
               holds(scenario->why, wanted);
    for (const char *const *tag = scenario->tags; !any && *tag; tag++)
        any = holds(*tag, wanted);
    return any;
}

/* ---- scenarios ----------------------------------------------------------------------------- */

/* Of the first case: what its client is asked to do. None where its package can't be made. */
static void add_job(cJSON *object, const struct scenario_case *one, struct bench_blobs *packages)
{
    char error[BENCH_TEXT_MAX];
    struct bench_case *made = calloc(1, sizeof *made);
    char *text = made && bench_case_make(made, packages, one, 1, error, sizeof error)
                     ? bench_job_json(made)
                     : NULL;
    if (text)
        cJSON_AddItemToObject(object, "job", cJSON_Parse(text));
    free(text);
    free(made);
}

static cJSON *scenario_object(const struct scenario *scenario, struct bench_blobs *packages)
{
    cJSON *object = cJSON_CreateObject(), *tags;
    cJSON_AddStringToObject(object, "name", scenario->name);
    cJSON_AddStringToObject(object, "group", scenario->group);
    cJSON_AddStringToObject(object, "file", scenario->path);
    cJSON_AddStringToObject(object, "title", scenario->title);
    cJSON_AddStringToObject(object, "why", scenario->why);
    tags = cJSON_AddArrayToObject(object, "tags");
    for (const char *const *tag = scenario->tags; *tag; tag++)
        cJSON_AddItemToArray(tags, cJSON_CreateString(*tag));
    cJSON_AddNumberToObject(object, "cases", (double)scenario->case_count);
    add_job(object, &scenario->cases[0], packages);
    return object;
}

/* A stranger's text may hold what turns a terminal's line around. */
static void print_text(FILE *out, const char *text)
{
    char shown[1024];
    report_escape(shown, sizeof shown, text, strlen(text), REPORT_FORM_TEXT);
    fputs(shown, out);
}

static void print_scenario(const struct scenario *scenario)
{
    char row[1024] = "";
    const char *separator = "  [";
    FILE *out = fmemopen(row, sizeof row, "w");
    if (!out)
        return;
    print_text(out, scenario->group);
    fputs(scenario->group[0] ? "/" : "", out);
    print_text(out, scenario->name);
    fputs("  ", out);
    print_text(out, scenario->title);
    if (scenario->case_count > 1)
        fprintf(out, " (%zu cases)", scenario->case_count);
    for (const char *const *tag = scenario->tags; *tag; tag++, separator = ", ")
        fprintf(out, "%s%s", separator, *tag);
    fputs(scenario->tags[0] ? "]" : "", out);
    fclose(out);
    cli_print_row(row, 0, 4);
}

static void list_scenarios(const struct campaign_selection *selection, cJSON *root)
{
    cJSON *list = root ? cJSON_AddArrayToObject(root, "scenarios") : NULL;
    struct bench_blobs packages = {0};
    for (size_t i = 0; i < selection->count; i++)
        if (root)
            cJSON_AddItemToArray(list, scenario_object(selection->scenarios[i], &packages));
        else
            print_scenario(selection->scenarios[i]);
    bench_blobs_done(&packages);
    if (root)
        cJSON_AddNumberToObject(root, "cases", (double)selection->case_count);
    else
        printf("%zu %s, %zu %s\n", selection->count,
               selection->count == 1 ? "scenario" : "scenarios", selection->case_count,
               selection->case_count == 1 ? "case" : "cases");
}

/* ---- tags ---------------------------------------------------------------------------------- */

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void tell_tag(cJSON *list, const char *tag, size_t count)
{
    if (!list) {
        printf("%-20s %zu\n", tag, count);
        return;
    }
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "tag", tag);
    cJSON_AddNumberToObject(object, "scenarios", (double)count);
    cJSON_AddItemToArray(list, object);
}

static bool list_tags(const struct campaign_selection *selection, cJSON *root)
{
    cJSON *list = root ? cJSON_AddArrayToObject(root, "tags") : NULL;
    size_t room = 1, count = 0;
    for (size_t i = 0; i < selection->count; i++)
        for (const char *const *tag = selection->scenarios[i]->tags; *tag; tag++)
            room++;
    const char **tags = calloc(room, sizeof *tags);
    if (!tags)
        return false;
    for (size_t i = 0; i < selection->count; i++)
        for (const char *const *tag = selection->scenarios[i]->tags; *tag; tag++)
            tags[count++] = *tag;
    qsort(tags, count, sizeof *tags, compare_texts);
    for (size_t i = 0, same = 1; i < count; i += same, same = 1) {
        while (i + same < count && strcmp(tags[i], tags[i + same]) == 0)
            same++;
        tell_tag(list, tags[i], same);
    }
    free(tags);
    return true;
}

/* ---- the command --------------------------------------------------------------------------- */

static bool print_json(cJSON *root)
{
    char *text = cJSON_Print(root);
    if (text)
        puts(text);
    cJSON_free(text);
    return text != NULL;
}

static bool list_all(const struct list_options *given, const struct campaign_selection *selection)
{
    cJSON *root = given->json ? cJSON_CreateObject() : NULL;
    bool good = true;
    if (root) {
        cJSON_AddNumberToObject(root, "version", LIST_FORMAT);
        cJSON_AddStringToObject(root, "fotarig", FOTARIG_VERSION);
    }
    if (given->all_tags)
        good = list_tags(selection, root);
    else
        list_scenarios(selection, root);
    if (given->json) {
        good = good && print_json(root);
        cJSON_Delete(root);
    }
    return good;
}

static int list(int argc, char **argv)
{
    static char here[] = "scenarios";
    char *standard[] = {here};
    struct list_options given;
    struct cli_operands operands;
    struct campaign_selection selection = {0};
    int status = cli_parse(&cli_command_list, argc, argv, &given, sizeof given, &operands);

    if (status != CLI_GO_ON)
        return status;
    if (operands.count == 0)
        operands = (struct cli_operands){.items = standard, .count = 1};
    status = CLI_EXIT_INTERNAL;
    if (campaign_selection_load(&selection, operands.items, operands.count, stderr))
        status = selection.invalid_count ? CLI_EXIT_INVALID : CLI_EXIT_OK;
    campaign_selection_keep_tagged(&selection, given.tags.items, given.tags.count);
    if (given.search)
        campaign_selection_keep(&selection, says, given.search);
    if (!list_all(&given, &selection)) {
        cli_error(&cli_command_list, "not enough memory");
        status = CLI_EXIT_INTERNAL;
    }
    campaign_selection_done(&selection);
    return status;
}

const struct cli_command cli_command_list = {
    .name = "list",
    .summary = "list scenarios, by tag and by what they say",
    .operands = "[FILE|DIR...]",
    .notes = "Without a file or folder: the folder scenarios. Exit status: 0 listed, even if none\n"
             "was found, 2 usage, 3 an invalid or missing file (the others are listed).\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_max = SIZE_MAX,
    .run = list,
};
