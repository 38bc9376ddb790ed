/* vary_assumed.c - the settings sweep: runs it, and tells it on the console or as JSON. */
#include "harness/cli/vary_assumed.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/set_option.h"
#include "harness/cli/version.h"
#include "harness/explore/sweep.h"
#include "harness/ports/loop.h"

/* Version of the JSON form; a change of meaning raises it. */
enum { SWEEP_FORMAT = 1, REPEAT_MAX = 1024, VALUE_MAX = 48 };

struct telling {
    const struct cli_sweep_options *options;
    const struct scenario_case **cases;
    const struct scenario **scenarios; /* of cases[i] */
    uint32_t *indices;                 /* of cases[i] in its scenario */
    size_t case_count;
    struct sweep_value *values;
    size_t value_count;
    struct sweep *sweep;
    double seconds;
    size_t counts[SWEEP_ANSWER_COUNT];
    size_t own_failed, own_unknown; /* cases that do not pass as they are */
    size_t settings, hinging_settings, hinging;
};

/* ---- preparing ------------------------------------------------------------------------------ */

static bool take_cases(struct telling *telling, const struct cli_selection *selection)
{
    size_t room = selection->case_count ? selection->case_count : 1;
    telling->cases = calloc(room, sizeof *telling->cases);
    telling->scenarios = calloc(room, sizeof *telling->scenarios);
    telling->indices = calloc(room, sizeof *telling->indices);
    telling->values = sweep_values(&telling->value_count);
    if (!telling->cases || !telling->scenarios || !telling->indices || !telling->values)
        return false;
    for (size_t s = 0; s < selection->count; s++)
        for (size_t i = 0; i < selection->scenarios[s]->case_count; i++) {
            telling->scenarios[telling->case_count] = selection->scenarios[s];
            telling->indices[telling->case_count] = (uint32_t)i;
            telling->cases[telling->case_count++] = &selection->scenarios[s]->cases[i];
        }
    return true;
}

static unsigned jobs_of(const struct cli_sweep_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return options->jobs ? options->jobs : processors > 0 ? (unsigned)processors : 1;
}

static const struct sweep_result *result_of(const struct telling *telling, size_t one, size_t value)
{
    return &telling->sweep->results[one * telling->value_count + value];
}

static bool hinges(const struct sweep_result *result)
{
    return result->answer > SWEEP_SAME;
}

static size_t hinging_at(const struct telling *telling, size_t value)
{
    size_t count = 0;
    for (size_t i = 0; i < telling->case_count; i++)
        count += hinges(result_of(telling, i, value));
    return count;
}

static void count_answers(struct telling *telling)
{
    uint16_t last = UINT16_MAX, last_hinging = UINT16_MAX;
    for (size_t i = 0; i < telling->case_count; i++) {
        uint8_t own = telling->sweep->own[i].answer;
        telling->own_failed +=
            own == SWEEP_EXPECTATION || own == SWEEP_RULE || own == SWEEP_NO_STORY;
        telling->own_unknown += own == SWEEP_UNKNOWN;
    }
    for (size_t v = 0; v < telling->value_count; v++) {
        uint16_t setting = telling->values[v].setting;
        size_t hinging = hinging_at(telling, v);
        for (size_t i = 0; i < telling->case_count; i++)
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

/* The command that runs the case with that value. */
static void repeat_command(const struct telling *telling, size_t one,
                           const struct sweep_value *value, char buffer[REPEAT_MAX])
{
    char text[VALUE_MAX];
    const struct scenario *scenario = telling->scenarios[one];
    struct cli_token token = {.digest = cli_token_digest(&scenario->cases[telling->indices[one]]),
                              .case_index = telling->indices[one],
                              .seed = telling->options->seed};
    print_value(value, text);
    if (value->setting == SIM_SETTING_RANDOM_SEED)
        token.seed = (uint64_t)value->value;
    cli_repeat_command(scenario, &token, buffer, REPEAT_MAX);
    size_t length = strlen(buffer);
    if (value->setting != SIM_SETTING_RANDOM_SEED)
        snprintf(buffer + length, REPEAT_MAX - length, " --set %s=%s",
                 sim_setting_info(value->setting)->name, text);
}

static void print_case_name(const struct telling *telling, size_t one)
{
    const char *group = telling->scenarios[one]->group;
    printf("%s%s%s", group, group[0] ? "/" : "", telling->cases[one]->name);
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
    for (size_t v = 0; v < telling->value_count; v++) {
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
        printf("  %s: %zu of %zu\n", text, hinging, telling->case_count);
        for (size_t i = 0; i < telling->case_count; i++)
            if (hinges(result_of(telling, i, v)))
                print_hinging(telling, i, v);
    }
}

static void print_own(const struct telling *telling)
{
    for (size_t i = 0; i < telling->case_count; i++) {
        const struct sweep_result *own = &telling->sweep->own[i];
        if (own->answer == SWEEP_SAME || own->answer == SWEEP_NOT_RUN)
            continue;
        printf("does not pass as it is: ");
        print_case_name(telling, i);
        printf(": %s want %s; got %s\n", own->what, own->want, own->got);
    }
}

static size_t run_count(const struct telling *telling)
{
    return telling->case_count + telling->case_count * telling->value_count -
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
        telling->hinging ? "\n" : "", run_count(telling), telling->seconds, telling->case_count,
        telling->value_count, telling->settings, telling->counts[SWEEP_UNREAD],
        telling->counts[SWEEP_LEFT_OUT]);
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
    cJSON_AddStringToObject(object, "group", telling->scenarios[one]->group);
    cJSON_AddStringToObject(object, "case", telling->cases[one]->name);
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
    for (size_t i = 0; i < telling->case_count; i++)
        if (hinges(result_of(telling, i, value)))
            cJSON_AddItemToArray(list, hinging_object(telling, i, value));
    return object;
}

static bool print_json(const struct telling *telling)
{
    cJSON *root = cJSON_CreateObject(), *list;
    cJSON_AddNumberToObject(root, "version", SWEEP_FORMAT);
    cJSON_AddStringToObject(root, "fotarig", FOTARIG_VERSION);
    cJSON_AddNumberToObject(root, "cases", (double)telling->case_count);
    cJSON_AddNumberToObject(root, "failing", (double)telling->own_failed);
    cJSON_AddNumberToObject(root, "settings", (double)telling->settings);
    cJSON_AddNumberToObject(root, "runs", (double)run_count(telling));
    cJSON_AddNumberToObject(root, "spared", (double)telling->counts[SWEEP_UNREAD]);
    cJSON_AddNumberToObject(root, "leftOut", (double)telling->counts[SWEEP_LEFT_OUT]);
    cJSON_AddNumberToObject(root, "hinging", (double)telling->hinging);
    cJSON_AddNumberToObject(root, "rulesBroken", (double)telling->counts[SWEEP_RULE]);
    cJSON_AddNumberToObject(root, "seconds", telling->seconds);
    list = cJSON_AddArrayToObject(root, "values");
    for (size_t v = 0; v < telling->value_count; v++)
        cJSON_AddItemToArray(list, value_object(telling, v));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text)
        puts(text);
    cJSON_free(text);
    return text != NULL;
}

/* ---- the command ---------------------------------------------------------------------------- */

static int tell(struct telling *telling)
{
    count_answers(telling);
    if (!telling->options->json)
        print_console(telling);
    else if (!print_json(telling))
        return CLI_EXIT_INTERNAL;
    if (telling->own_failed || telling->counts[SWEEP_RULE])
        return CLI_EXIT_FAILED;
    return telling->own_unknown || telling->counts[SWEEP_UNKNOWN] ? CLI_EXIT_ENVIRONMENT
                                                                  : CLI_EXIT_OK;
}

int cli_sweep(const struct cli_selection *selection, const struct cli_sweep_options *options)
{
    struct telling telling = {.options = options};
    uint64_t started_us = bench_clock_us();
    int status = CLI_EXIT_INTERNAL;
    bench_signals_catch();
    if (take_cases(&telling, selection))
        telling.sweep = sweep_run(telling.cases, telling.case_count, telling.values,
                                  telling.value_count, options->seed, jobs_of(options));
    telling.seconds = (double)(bench_clock_us() - started_us) / 1e6;
    if (bench_signal())
        status = 128 + bench_signal();
    else if (telling.sweep)
        status = tell(&telling);
    if (status == CLI_EXIT_INTERNAL)
        cli_error(&cli_command_run, "the sweep could not be run: %s", strerror(errno));
    sweep_free(telling.sweep);
    free(telling.values);
    free(telling.indices);
    free(telling.scenarios);
    free(telling.cases);
    return status;
}
