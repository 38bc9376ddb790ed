/* sim_scenario.c - a scenario for `fotarig sim`: loading, what it cannot play, and what has fired.
 */
#include "harness/cli/sim_scenario.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/bench/engine.h"
#include "harness/bench/run.h"
#include "harness/cli/cli.h"
#include "harness/scenario/needs.h"

/* ---- what a client of its own cannot be told ----------------------------------------------- */

static bool is_playable(const struct cli_sim_scenario *played)
{
    struct scenario_lack lacks[SCENARIO_WATCHED_MAX + SCENARIO_ACTIONS_ROOM];
    size_t count = scenario_lacks(played->one, SCENARIO_CAN_SERVE, lacks, CLI_COUNT_OF(lacks));
    bool good = true;

    for (size_t i = 0; i < count && i < CLI_COUNT_OF(lacks); i++) {
        if (lacks[i].fit != SCENARIO_CANNOT_DO)
            continue; /* expectations are those of the client's own bench */
        fprintf(stderr,
                "%s:%lu:%lu: error: '%s' needs the core of 'fotarig run', and sim serves a client "
                "of its own; use what the module sees, such as 'command', 'phase', 'boot' or "
                "'time'\n",
                played->scenario->path, (unsigned long)lacks[i].place.line,
                (unsigned long)lacks[i].place.column, lacks[i].word);
        good = false;
    }
    return good;
}

/* ---- what fires ---------------------------------------------------------------------------- */

static void print_event(const struct cli_sim_scenario *played, uint32_t module, unsigned index)
{
    const struct scenario_event *event = &played->one->events[index];

    char trigger[160];

    printf("sim: ");
    if (played->serve->module_count > 1)
        printf("module %lu: ", (unsigned long)module);
    printf("event %u (line %lu, %s)", index + 1, (unsigned long)event->place.line,
           scenario_trigger_write(&event->when, trigger, sizeof trigger));
}

/* The first of its actions is done: the others are with it. */
static void on_record(void *context, const struct bench_record *record)
{
    const struct cli_sim_scenario *played = context;
    const struct scenario_event *event = &played->one->events[record->a];

    if (record->kind != BENCH_JOURNAL_FAULT || record->b != 0)
        return;
    print_event(played, record->bench, record->a);
    printf(" fired at %.3f s:", (double)record->time_us / 1e6);
    for (unsigned i = 0; i < event->action_count; i++)
        printf(" %s", scenario_action_name(played->one->actions[event->first_action + i].kind));
    printf("\n");
    fflush(stdout);
}

/* ---- opening ------------------------------------------------------------------------------- */

static int load(struct cli_sim_scenario *played, const char *path)
{
    struct scenario_errors errors = {0};

    played->scenario = scenario_load(path, &errors);
    if (errors.text)
        fputs(errors.text, stderr);
    if (!played->scenario)
        cli_error(&cli_command_sim, "scenario '%s' cannot be played", path);
    scenario_errors_done(&errors);
    return played->scenario ? CLI_GO_ON : CLI_EXIT_INVALID;
}

static void say_case(const struct cli_sim_scenario *played, uint32_t number)
{
    size_t count = played->scenario->case_count;

    printf("sim: %s", played->scenario->title);
    if (count > 1)
        printf(" [%s], case %lu of %lu", played->one->values, (unsigned long)number,
               (unsigned long)count);
    unsigned events = scenario_event_count(played->one);
    printf(", %u %s\n", events, events == 1 ? "event" : "events");
}

int cli_sim_scenario_open(struct cli_sim_scenario *played, const char *path, uint32_t number,
                          struct bench_serve *serve)
{
    int status = load(played, path);

    if (status != CLI_GO_ON)
        return status;
    if (number > played->scenario->case_count)
        return cli_usage_error(&cli_command_sim, "'--case %lu': '%s' has %lu",
                               (unsigned long)number, path,
                               (unsigned long)played->scenario->case_count);
    played->one = &played->scenario->cases[number - 1];
    if (!is_playable(played))
        return CLI_EXIT_INVALID;
    char error[BENCH_TEXT_MAX];
    if (!bench_case_make(&played->shared, &played->packages, played->one, 1, error, sizeof error)) {
        cli_error(&cli_command_sim, "%s", error);
        return CLI_EXIT_ENVIRONMENT;
    }
    played->serve = serve;
    played->view = (struct bench_view){.record = on_record, .context = played};
    say_case(played, number);
    return CLI_GO_ON;
}

/* ---- what has not fired -------------------------------------------------------------------- */

/* Says so when an event has not fired, or not as often as it had to; true: it has. */
static bool has_fired(const struct cli_sim_scenario *played, uint32_t module, unsigned index)
{
    const struct scenario_event *event = &played->one->events[index];
    unsigned count = bench_engine_done(&played->serve->modules[module]->run, index);
    unsigned wanted = scenario_wanted_times(event);

    if (count >= wanted)
        return true;
    print_event(played, module, index);
    if (count > 0)
        printf(" fired %u of %u times", count, wanted);
    else
        printf(" never fired");
    printf("%s\n", event->may_not_fire ? ", which it may"
                   : count > 0         ? "; the rest was not tried"
                                       : "; the fault was not tried");
    return false;
}

bool cli_sim_scenario_end(const struct cli_sim_scenario *played)
{
    unsigned fired = 0, all = 0;
    bool good = true;

    for (uint32_t module = 0; module < played->serve->module_count; module++)
        for (unsigned i = 0;
             played->serve->modules[module] && i < scenario_event_count(played->one); i++) {
            bool has = has_fired(played, module, i);
            all++;
            fired += has;
            good = good && (has || played->one->events[i].may_not_fire);
        }
    printf("sim: %u of %u events fired\n", fired, all);
    return good;
}

void cli_sim_scenario_free(struct cli_sim_scenario *played)
{
    bench_blobs_done(&played->packages);
    scenario_free(played->scenario);
    *played = (struct cli_sim_scenario){0};
}
