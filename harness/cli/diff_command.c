/* diff_command.c - fotarig diff: two dialogues side by side, or a recorded module and the emulator.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/trace/diff.h"
#include "harness/trace/host_replay.h"
#include "harness/trace/journal_trace.h"
#include "harness/trace/kept_replay.h"
#include "harness/trace/lift.h"

struct diff_options {
    bool emulator, all;
};

static const struct cli_option options[] = {
    {"emulator", 0, NULL, CLI_FLAG, offsetof(struct diff_options, emulator), NULL,
     "compare with an emulator of the same revision that is told what the recorded module was"},
    {"all", 0, NULL, CLI_FLAG, offsetof(struct diff_options, all), NULL, "list what agrees, too"},
};

static int diff(int argc, char **argv);

const struct cli_command cli_command_diff = {
    .name = "diff",
    .summary = "compare two traces by meaning, or a trace with the emulator",
    .operands = "TRACE [TRACE]",
    .notes = "Repeats are folded; measured values, numbers of cards and addresses do not count.\n"
             "Exit status: 0 nothing differs, 1 something does.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = 2,
    .run = diff};

/* A trace with all that is made of it. */
struct side {
    struct trace_log log;
    struct dialogue dialogue;
    struct outline outline;
};

static bool make_side(struct side *side, bool one_way)
{
    return dialogue_make(&side->dialogue, &side->log) &&
           outline_make(&side->outline, &side->dialogue, one_way || side->dialogue.one_way);
}

static void side_done(struct side *side)
{
    outline_done(&side->outline);
    dialogue_done(&side->dialogue);
    trace_log_done(&side->log);
}

static bool load_side(struct side *side, const char *path)
{
    char text[512];
    if (trace_log_load(&side->log, path, text, sizeof text) && make_side(side, false))
        return true;
    cli_error(&cli_command_diff, "%s", text);
    return false;
}

/* ---- the emulator in place of the second ------------------------------------------------------
 */

/* The scenario whose host is the recorded one; NULL: it can't be made. */
static struct scenario *scenario_of(const struct side *recorded)
{
    struct scenario_errors errors = {0};
    struct lift_result *lifted = calloc(1, sizeof *lifted);
    char *text = NULL;
    size_t length = 0;
    FILE *file = lifted ? open_memstream(&text, &length) : NULL;
    if (!file) {
        free(lifted);
        return NULL;
    }
    lift_played(&recorded->dialogue, lifted);
    lift_write(lifted, &recorded->dialogue, "trace", file);
    fclose(file);
    struct scenario *scenario = scenario_parse("diff.yaml", text, length, &errors);
    scenario_errors_done(&errors);
    free(text);
    free(lifted);
    return scenario;
}

static bool ask_emulator(const struct side *recorded, struct side *emulated)
{
    const struct bench_options bench = {.seed = 1, .sink = BENCH_SINK_MEMORY};
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = scenario_of(recorded);
    struct bench_result result;
    bool good = run && scenario && host_replay_use(run, &recorded->log);
    if (good) {
        if (bench_run_begin(run, &scenario->cases[0], &bench))
            bench_run_all(run, &result);
        trace_log_of_journal(&emulated->log, &run->journal);
        host_replay_close(run);
        good = make_side(emulated, recorded->dialogue.one_way);
    }
    if (scenario)
        scenario_free(scenario);
    bench_run_free(run);
    if (!good)
        cli_error(&cli_command_diff, "the emulator can't be asked: not enough memory");
    return good;
}

/* ---- telling ----------------------------------------------------------------------------------
 */

static void print_item(const char *mark, const struct outline *outline, uint32_t index)
{
    char text[OUTLINE_TEXT_MAX];
    if (index == DIFF_NONE)
        return;
    const struct outline_item *item = &outline->items[index];
    printf("  %s %9" PRIu64 ".%03" PRIu64 " s  %s\n", mark, item->at_us / 1000000,
           item->at_us / 1000 % 1000, outline_text(outline, item, text));
}

static void print_times(const char *name, const struct diff_times *times)
{
    if (times->count)
        printf("answers of %s: %u, least %.1f ms, median %.1f ms, most %.1f ms\n", name,
               times->count, (double)times->least_us / 1e3, (double)times->median_us / 1e3,
               (double)times->most_us / 1e3);
}

static void print_diff(const struct diff *made, const struct diff_options *chosen)
{
    for (size_t i = 0; i < made->count; i++) {
        const struct diff_row *row = &made->rows[i];
        bool same = row->verdict == DIFF_AGREE || row->verdict == DIFF_UNKNOWN;
        if (same && !chosen->all)
            continue;
        if (same && row->first != DIFF_NONE && row->second != DIFF_NONE) {
            print_item("=", made->first, row->first);
        } else {
            print_item("-", made->first, row->first);
            print_item("+", made->second, row->second);
        }
    }
    for (unsigned i = 0; i < DIFF_VERDICT_COUNT; i++)
        printf("%s%s %zu", i ? ", " : "", diff_verdict_name(i), made->counts[i]);
    printf("; score %u %%\n", diff_score(made));
    print_times("the first", &made->times[0]);
    print_times(chosen->emulator ? "the emulator" : "the second", &made->times[1]);
}

static int compare(struct side *first, struct side *second, const struct diff_options *chosen)
{
    struct diff made;
    if (!diff_make(&made, &first->outline, &second->outline)) {
        cli_error(&cli_command_diff, "not enough memory");
        return CLI_EXIT_INTERNAL;
    }
    print_diff(&made, chosen);
    bool differs = made.counts[DIFF_DIFFER] || made.counts[DIFF_FIRST] || made.counts[DIFF_SECOND];
    diff_done(&made);
    return differs ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}

static int diff(int argc, char **argv)
{
    struct diff_options chosen;
    struct cli_operands operands;
    struct side first = {0}, second = {0};
    int status = cli_parse(&cli_command_diff, argc, argv, &chosen, sizeof chosen, &operands);
    if (status != CLI_GO_ON)
        return status;
    if ((operands.count == 2) == chosen.emulator)
        return cli_usage_error(&cli_command_diff, "name a second trace, or --emulator");
    bool good =
        load_side(&first, operands.items[0]) &&
        (chosen.emulator ? ask_emulator(&first, &second) : load_side(&second, operands.items[1]));
    status = good ? compare(&first, &second, &chosen) : CLI_EXIT_INVALID;
    side_done(&first);
    side_done(&second);
    return status;
}
