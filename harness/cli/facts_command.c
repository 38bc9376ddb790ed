/* facts_command.c - fotarig facts: what is emulated, and on what evidence. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/set_option.h"
#include "harness/cli/version.h"
#include "harness/cli/words.h"
#include "harness/conform/library.h"
#include "sim/catalogue.h"
#include "sim/settings.h"

/* Version of the JSON form; a change of meaning raises it. */
enum { FACTS_FORMAT = 1 };

struct facts_options {
    const char *probes;
    struct conform_library library; /* of --assumed; empty when there is no such folder */
    bool json;
    bool manual;
    bool assumed;
};

static const struct cli_option options[] = {
    {"json", 0, NULL, CLI_FLAG, offsetof(struct facts_options, json), NULL,
     "print one JSON object, for programs"},
    {"assumed", 0, NULL, CLI_FLAG, offsetof(struct facts_options, assumed), NULL,
     "list only what no document and no module has shown: what to ask a real one, with the\n"
     "probe of 'fotarig conform' that settles it, or the question where none can"},
    {"probes", 0, "DIR", CLI_TEXT, offsetof(struct facts_options, probes), "scenarios/conform",
     "of --assumed: where the probes are"},
    {"manual", 0, NULL, CLI_FLAG, offsetof(struct facts_options, manual), NULL,
     "list the commands of the AT manual and what is done of each: modelled, kept, not built"},
};

static const char *tag_meaning(char tag)
{
    static const struct {
        char tag;
        const char *meaning;
    } tags[] = {
        {'D', "documented"}, {'O', "observed"}, {'S', "seen on a sibling"}, {'I', "inferred"}};

    for (size_t i = 0; i < CLI_COUNT_OF(tags); i++)
        if (tags[i].tag == tag)
            return tags[i].meaning;
    return "unknown";
}

/* The setting with that name, NULL = none; its default as it would be typed. */
static const struct sim_setting_info *setting_of(const char *name, char *initial, size_t capacity)
{
    int setting = name ? sim_setting_find(name, strlen(name)) : -1;
    const struct sim_setting_info *info = setting < 0 ? NULL : sim_setting_info((unsigned)setting);

    if (info)
        cli_setting_print(info, info->initial, initial, capacity);
    return info;
}

/* The n-th value that an assumed setting may have on a real module, as it would be typed. */
static bool plausible_of(const struct sim_setting_info *info, size_t index, char *text,
                         size_t capacity)
{
    int32_t value;
    if (!sim_setting_plausible((unsigned)sim_setting_find(info->name, strlen(info->name)), index,
                               &value))
        return false;
    cli_setting_print(info, value, text, capacity);
    return true;
}

static void print_values(FILE *out, const struct sim_setting_info *info, const char *initial)
{
    char text[32];
    fprintf(out, " (default: %s", initial);
    for (size_t i = 0; plausible_of(info, i, text, sizeof text); i++)
        fprintf(out, "%s%s", i ? ", " : "; may be: ", text);
    fputc(')', out);
}

/* The setting that a fact hinges on; -1 = none. */
static int setting_behind(const struct sim_fact *fact)
{
    const char *name = strcmp(fact->group, "setting") == 0 ? fact->name : fact->setting;
    return name ? sim_setting_find(name, strlen(name)) : -1;
}

static const char *probe_of(const struct facts_options *given, const struct sim_fact *fact)
{
    int setting = setting_behind(fact);
    const struct scenario_probe *probe =
        setting < 0 ? NULL : conform_library_settles(&given->library, (unsigned)setting);
    return probe ? probe->name : NULL;
}

/* What to ask where no probe can; why nobody need ask. */
static const char *question_of(const struct sim_fact *fact)
{
    int setting = setting_behind(fact);
    const char *text = setting < 0 ? NULL : sim_setting_question((unsigned)setting);
    return text || setting < 0 ? text : sim_setting_no_question((unsigned)setting);
}

static void print_settled(const struct facts_options *given, const struct sim_fact *fact)
{
    const char *probe = probe_of(given, fact), *question = question_of(fact);
    if (probe)
        printf("       probe: %s\n", probe);
    else if (question)
        printf("       question: %s\n", question);
}

static void print_fact(const struct sim_fact *fact)
{
    char initial[32];
    bool is_setting = strcmp(fact->group, "setting") == 0;
    const struct sim_setting_info *info =
        is_setting ? setting_of(fact->name, initial, sizeof initial) : NULL;

    char row[1024] = "";
    FILE *out = fmemopen(row, sizeof row, "w");
    if (!out)
        return;
    fprintf(out, "%s", fact->meaning);
    if (info)
        print_values(out, info, initial);
    fprintf(out, " [%s]", fact->source);
    if (!is_setting && fact->setting)
        fprintf(out, " (setting %s)", fact->setting);
    fclose(out);
    printf("%c  %-28s ", fact->tag, fact->name);
    cli_print_row(row, 32, 5);
}

static int print_table(const struct facts_options *given)
{
    const char *group = "";
    struct sim_fact fact;

    printf("Evidence: D documented, O observed, S seen on a sibling module, I inferred.\n");
    for (size_t i = 0; sim_fact(i, &fact); i++) {
        if (given->assumed && fact.tag != 'I')
            continue;
        if (strcmp(group, fact.group) != 0)
            printf("\n%s\n", fact.group);
        group = fact.group;
        print_fact(&fact);
        if (given->assumed)
            print_settled(given, &fact);
    }
    return CLI_EXIT_OK;
}

static void add_plausible(cJSON *array, const struct sim_setting_info *info)
{
    char text[32];
    for (size_t i = 0; plausible_of(info, i, text, sizeof text); i++)
        cJSON_AddItemToArray(array, cJSON_CreateString(text));
}

static cJSON *fact_object(const struct facts_options *given, const struct sim_fact *fact)
{
    cJSON *object = cJSON_CreateObject();
    char tag[2] = {fact->tag, '\0'}, initial[32];
    const struct sim_setting_info *info = NULL;

    cJSON_AddStringToObject(object, "group", fact->group);
    cJSON_AddStringToObject(object, "name", fact->name);
    cJSON_AddStringToObject(object, "meaning", fact->meaning);
    cJSON_AddStringToObject(object, "tag", tag);
    cJSON_AddStringToObject(object, "evidence", tag_meaning(fact->tag));
    cJSON_AddStringToObject(object, "source", fact->source);
    if (fact->setting)
        cJSON_AddStringToObject(object, "setting", fact->setting);
    if (strcmp(fact->group, "setting") == 0)
        info = setting_of(fact->name, initial, sizeof initial);
    if (info) {
        cJSON_AddStringToObject(object, "default", initial);
        if (info->choices)
            cJSON_AddStringToObject(object, "choices", info->choices);
        if (plausible_of(info, 0, initial, sizeof initial))
            add_plausible(cJSON_AddArrayToObject(object, "plausible"), info);
    }
    if (fact->tag == 'I' && probe_of(given, fact))
        cJSON_AddStringToObject(object, "probe", probe_of(given, fact));
    else if (fact->tag == 'I' && question_of(fact))
        cJSON_AddStringToObject(object, "question", question_of(fact));
    return object;
}

static void add_facts(cJSON *root, const struct facts_options *given)
{
    cJSON *list = cJSON_AddArrayToObject(root, "facts");
    struct sim_fact fact;

    for (size_t i = 0; sim_fact(i, &fact); i++)
        if (!given->assumed || fact.tag == 'I')
            cJSON_AddItemToArray(list, fact_object(given, &fact));
}

/* ---- --manual ------------------------------------------------------------------------------ */

static void count_manual(unsigned counts[SIM_MANUAL_STATE_COUNT])
{
    struct sim_manual_command row;
    memset(counts, 0, SIM_MANUAL_STATE_COUNT * sizeof counts[0]);
    for (size_t i = 0; sim_manual_command(i, &row); i++)
        counts[row.state]++;
}

static int print_manual(void)
{
    struct sim_manual_command row;
    unsigned counts[SIM_MANUAL_STATE_COUNT];

    for (size_t i = 0; sim_manual_command(i, &row); i++)
        printf("%-8s %-22s %s\n", row.section, row.command, sim_manual_state_name(row.state));
    count_manual(counts);
    printf("\nSIM7000 Series AT Command Manual V1.06");
    for (unsigned i = 0; i < SIM_MANUAL_STATE_COUNT; i++)
        printf("%s%s: %u", i ? ", " : ": ", sim_manual_state_name(i), counts[i]);
    putchar('\n');
    return CLI_EXIT_OK;
}

static void add_manual(cJSON *root)
{
    struct sim_manual_command row;
    unsigned counts[SIM_MANUAL_STATE_COUNT];
    cJSON *list = cJSON_AddArrayToObject(root, "manual");
    cJSON *sums = cJSON_AddObjectToObject(root, "counts");

    for (size_t i = 0; sim_manual_command(i, &row); i++) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "section", row.section);
        cJSON_AddStringToObject(object, "command", row.command);
        cJSON_AddStringToObject(object, "state", sim_manual_state_name(row.state));
        cJSON_AddItemToArray(list, object);
    }
    count_manual(counts);
    for (unsigned i = 0; i < SIM_MANUAL_STATE_COUNT; i++)
        cJSON_AddNumberToObject(sums, sim_manual_state_name(i), counts[i]);
}

/* ---- the command ---------------------------------------------------------------------------- */

static int print_json(const struct facts_options *given)
{
    cJSON *root = cJSON_CreateObject();
    char *text;

    cJSON_AddNumberToObject(root, "version", FACTS_FORMAT);
    cJSON_AddStringToObject(root, "fotarig", FOTARIG_VERSION);
    if (given->manual)
        add_manual(root);
    else
        add_facts(root, given);
    text = cJSON_Print(root);
    cJSON_Delete(root);
    if (!text) {
        cli_error(&cli_command_facts, "out of memory");
        return CLI_EXIT_INTERNAL;
    }
    puts(text);
    cJSON_free(text);
    return CLI_EXIT_OK;
}

/* Without that folder, and where it is not told, facts have no probes. */
static int load_probes(struct facts_options *given)
{
    char *text = NULL;
    if (!given->assumed)
        return CLI_GO_ON;
    if (conform_library_load(&given->library, &given->probes, 1, &text))
        return CLI_GO_ON;
    bool usual = strcmp(given->probes, "scenarios/conform") == 0;
    cli_error(&cli_command_facts, "%s%s", text ? text : "not enough memory",
              usual ? "; --probes names the folder" : "");
    free(text);
    return usual ? CLI_GO_ON : CLI_EXIT_INVALID;
}

static int facts(int argc, char **argv)
{
    struct facts_options given;
    struct cli_operands operands;
    int status = cli_parse(&cli_command_facts, argc, argv, &given, sizeof given, &operands);

    if (status != CLI_GO_ON)
        return status;
    status = load_probes(&given);
    if (status != CLI_GO_ON)
        return status;
    if (given.json)
        status = print_json(&given);
    else
        status = given.manual ? print_manual() : print_table(&given);
    conform_library_done(&given.library);
    return status;
}

const struct cli_command cli_command_facts = {
    .name = "facts",
    .summary = "list what is emulated, and on what evidence",
    .operands = "",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .run = facts,
};
