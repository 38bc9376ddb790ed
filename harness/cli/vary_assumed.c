/* vary_assumed.c - the settings sweep: runs it, and tells it on the console or as JSON. */
#include "harness/cli/vary_assumed.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/set_option.h"
#include "harness/cli/version.h"
#include "harness/explore/sweep.h"
#include "harness/ports/loop.h"

/* Version of the JSON form; a change of meaning raises it. */
enum { SWEEP_FORMAT = 1, REPEAT_MAX = 1024, VALUE_MAX = 48 };

struct telling {
    const struct campaign *campaign;
    struct sweep_value *values;
    struct sweep *sweep;
    double seconds;
    size_t counts[SWEEP_ANSWER_COUNT];
    size_t own_failed, own_unknown; /* cases that do not pass as they are */
    size_t settings, hinging_settings, hinging;
};

static const struct sweep_result *result_of(const struct telling *telling, size_t one, size_t value)
{
    return telling->sweep->results[one * telling->sweep->value_count + value];
}

static bool hinges(const struct sweep_result *result)
{
    return result->answer > SWEEP_SAME;
}

static size_t hinging_at(const struct telling *telling, size_t value)
{
    size_t count = 0;
    for (size_t i = 0; i < telling->sweep->case_count; i++)
        count += hinges(result_of(telling, i, value));
    return count;
}

static void count_answers(struct telling *telling)
{
    uint16_t last = UINT16_MAX, last_hinging = UINT16_MAX;
    for (size_t i = 0; i < telling->sweep->case_count; i++) {
        uint8_t own = telling->sweep->own[i]->answer;
        telling->own_failed +=
            own == SWEEP_EXPECTATION || own == SWEEP_RULE || own == SWEEP_NO_STORY;
        telling->own_unknown += own == SWEEP_UNKNOWN;
    }
    for (size_t v = 0; v < telling->sweep->value_count; v++) {
        uint16_t setting = telling->values[v].setting;
        size_t hinging = hinging_at(telling, v);
        for (size_t i = 0; i < telling->sweep->case_count; i++)
            telling->counts[result_of(telling, i, v)->answer]++;
        telling->settings += setting != last;
        telling->hinging_settings += hinging && setting != last_hinging;
        telling->hinging += hinging;
        last = setting;
        last_hinging = hinging ? setting : last_hinging;
    }
}

/* ---- texts ---------------------------------------------------------------------------------- */

static void print_value(const struct sweep_value *value, char text[VALUE_MAX])
{
    cli_setting_print(sim_setting_info(value->setting), value->value, text, VALUE_MAX);
}

static void write_value(const struct sweep_value *value, char *buffer, size_t capacity)
{
    char text[VALUE_MAX];
    print_value(value, text);
    snprintf(buffer, capacity, "%s=%s", sim_setting_info(value->setting)->name, text);
}

/* The command that runs the case with that value. */
static void write_repeat(const struct campaign_case *planned, const struct sweep_value *value,
                         char *buffer, size_t capacity)
{
    char text[2 * VALUE_MAX];
    struct campaign_token token = planned->token;
    if (value->setting == SIM_SETTING_RANDOM_SEED)
        token.seed = (uint64_t)value->value;
    campaign_repeat_command(planned->scenario, &token, buffer, capacity);
    size_t length = strlen(buffer);
    write_value(value, text, sizeof text);
    if (value->setting != SIM_SETTING_RANDOM_SEED)
        snprintf(buffer + length, capacity - length, " --set %s", text);
}

static void repeat_command(const struct telling *telling, size_t one,
                           const struct sweep_value *value, char buffer[REPEAT_MAX])
{
    write_repeat(&telling->campaign->cases[one], value, buffer, REPEAT_MAX);
}

static const struct scenario *scenario_of(const struct telling *telling, size_t one)
{
    return telling->campaign->cases[one].scenario;
}

static const char *name_of(const struct telling *telling, size_t one)
{
    return telling->campaign->cases[one].one->name;
}

static void print_case_name(const struct telling *telling, size_t one)
{
    const char *group = scenario_of(telling, one)->group;
    printf("%s%s%s", group, group[0] ? "/" : "", name_of(telling, one));
}

/* ---- console -------------------------------------------------------------------------------- */

static void print_hinging(const struct telling *telling, size_t one, size_t value)
{
    const struct sweep_result *result = result_of(telling, one, value);
    char repeat[REPEAT_MAX];
    repeat_command(telling, one, &telling->values[value], repeat);
    printf("    ");
    print_case_name(telling, one);
    if (result->answer == SWEEP_UNKNOWN)
        printf(": %s\n", result->got);
    else
        printf(": %s: want %s; got %s\n", result->what, result->want, result->got);
    printf("      repeat: %s\n", repeat);
}

static void print_values(const struct telling *telling)
{
    uint16_t last = UINT16_MAX;
    char text[VALUE_MAX];
    for (size_t v = 0; v < telling->sweep->value_count; v++) {
        const struct sim_setting_info *info = sim_setting_info(telling->values[v].setting);
        size_t hinging = hinging_at(telling, v);
        if (!hinging)
            continue;
        if (telling->values[v].setting != last) {
            print_value(&(struct sweep_value){telling->values[v].setting, info->initial}, text);
            printf("%s: %s; %s as far as we assume [%s]\n", info->name, info->summary, text,
                   info->source);
        }
        last = telling->values[v].setting;
        print_value(&telling->values[v], text);
        printf("  %s: %zu of %zu\n", text, hinging, telling->sweep->case_count);
        for (size_t i = 0; i < telling->sweep->case_count; i++)
            if (hinges(result_of(telling, i, v)))
                print_hinging(telling, i, v);
    }
}

static void print_own(const struct telling *telling)
{
    for (size_t i = 0; i < telling->sweep->case_count; i++) {
        const struct sweep_result *own = telling->sweep->own[i];
        if (own->answer == SWEEP_SAME || own->answer == SWEEP_NOT_RUN)
            continue;
        printf("does not pass as it is: ");
        print_case_name(telling, i);
        printf(": %s want %s; got %s\n", own->what, own->want, own->got);
    }
}

static size_t run_count(const struct telling *telling)
{
    return telling->sweep->case_count + telling->sweep->case_count * telling->sweep->value_count -
           telling->counts[SWEEP_LEFT_OUT] - telling->counts[SWEEP_UNREAD] -
           telling->counts[SWEEP_NOT_RUN];
}

static void print_console(const struct telling *telling)
{
    print_own(telling);
    print_values(telling);
    printf(
        "%s%zu runs in %.1f s: %zu cases, each with %zu values of %zu assumed settings, one at "
        "a time\n(%zu spared: the run never looks at the setting; %zu left out: the scenario names "
        "it, or does\nnot pass)\n",
        telling->hinging ? "\n" : "", run_count(telling), telling->seconds,
        telling->sweep->case_count, telling->sweep->value_count, telling->settings,
        telling->counts[SWEEP_UNREAD], telling->counts[SWEEP_LEFT_OUT]);
    printf("%zu verdicts hinge on %zu of the settings: in %zu a rule is broken, in %zu an "
           "expectation is\nnot met, in %zu the story does not happen, %zu could not be run\n",
           telling->hinging, telling->hinging_settings, telling->counts[SWEEP_RULE],
           telling->counts[SWEEP_EXPECTATION], telling->counts[SWEEP_NO_STORY],
           telling->counts[SWEEP_UNKNOWN]);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static cJSON *hinging_object(const struct telling *telling, size_t one, size_t value)
{
    const struct sweep_result *result = result_of(telling, one, value);
    cJSON *object = cJSON_CreateObject();
    char repeat[REPEAT_MAX];
    repeat_command(telling, one, &telling->values[value], repeat);
    cJSON_AddStringToObject(object, "group", scenario_of(telling, one)->group);
    cJSON_AddStringToObject(object, "case", name_of(telling, one));
    cJSON_AddStringToObject(object, "answer", sweep_answer_name(result->answer));
    cJSON_AddStringToObject(object, "what", result->what);
    cJSON_AddStringToObject(object, "want", result->want);
    cJSON_AddStringToObject(object, "got", result->got);
    cJSON_AddStringToObject(object, "repeat", repeat);
    return object;
}

static cJSON *value_object(const struct telling *telling, size_t value)
{
    const struct sim_setting_info *info = sim_setting_info(telling->values[value].setting);
    cJSON *object = cJSON_CreateObject(), *list;
    char text[VALUE_MAX];
    cJSON_AddStringToObject(object, "setting", info->name);
    cJSON_AddStringToObject(object, "source", info->source);
    print_value(&(struct sweep_value){telling->values[value].setting, info->initial}, text);
    cJSON_AddStringToObject(object, "default", text);
    print_value(&telling->values[value], text);
    cJSON_AddStringToObject(object, "value", text);
    list = cJSON_AddArrayToObject(object, "hinging");
    for (size_t i = 0; i < telling->sweep->case_count; i++)
        if (hinges(result_of(telling, i, value)))
            cJSON_AddItemToArray(list, hinging_object(telling, i, value));
    return object;
}

static bool print_json(const struct telling *telling)
{
    cJSON *root = cJSON_CreateObject(), *list;
    cJSON_AddNumberToObject(root, "version", SWEEP_FORMAT);
    cJSON_AddStringToObject(root, "fotarig", FOTARIG_VERSION);
    cJSON_AddNumberToObject(root, "cases", (double)telling->sweep->case_count);
    cJSON_AddNumberToObject(root, "failing", (double)telling->own_failed);
    cJSON_AddNumberToObject(root, "settings", (double)telling->settings);
    cJSON_AddNumberToObject(root, "runs", (double)run_count(telling));
    cJSON_AddNumberToObject(root, "spared", (double)telling->counts[SWEEP_UNREAD]);
    cJSON_AddNumberToObject(root, "leftOut", (double)telling->counts[SWEEP_LEFT_OUT]);
    cJSON_AddNumberToObject(root, "hinging", (double)telling->hinging);
    cJSON_AddNumberToObject(root, "rulesBroken", (double)telling->counts[SWEEP_RULE]);
    cJSON_AddNumberToObject(root, "seconds", telling->seconds);
    list = cJSON_AddArrayToObject(root, "values");
    for (size_t v = 0; v < telling->sweep->value_count; v++)
        cJSON_AddItemToArray(list, value_object(telling, v));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text)
        puts(text);
    cJSON_free(text);
    return text != NULL;
}

/* ---- the command ---------------------------------------------------------------------------- */

static bool tell(struct telling *telling, bool json)
{
    count_answers(telling);
    if (json)
        return print_json(telling);
    print_console(telling);
    return true;
}

/* What was done until a signal came is told like the whole. */
static int run_and_tell(struct telling *telling, struct cli_campaign *made, bool json)
{
    struct sweep_context context = {.campaign = &made->campaign,
                                    .sweep = telling->sweep,
                                    .write_value = write_value,
                                    .write_repeat = write_repeat};
    uint64_t started_us = bench_clock_us();
    int status = cli_campaign_run_planned(made, &sweep_use, &context);
    telling->seconds = (double)(bench_clock_us() - started_us) / 1e6;
    sweep_context_done(&context);
    if (!made->campaign.error[0] && !tell(telling, json))
        return CLI_EXIT_INTERNAL;
    fflush(stdout);
    return status;
}

int cli_sweep(struct cli_campaign *made, bool json)
{
    struct telling telling = {.campaign = &made->campaign};
    size_t count;
    int status;
    status = cli_campaign_plan(made);
    if (status != CLI_GO_ON)
        return status;
    status = CLI_EXIT_INTERNAL;
    telling.values = sweep_values(&count);
    if (telling.values)
        telling.sweep = sweep_new(made->campaign.case_count, telling.values, count);
    if (telling.sweep)
        status = run_and_tell(&telling, made, json);
    else
        cli_error(&cli_command_run, "not enough memory for the sweep");
    sweep_free(telling.sweep);
    free(telling.values);
    return status;
}
