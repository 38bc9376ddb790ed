/* lift_write.c - a lifted scenario as a file for people. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "harness/trace/lift.h"
#include "harness/trace/lift_facts.h"

enum { TEXT_MAX = 8192, BROKEN_MAX = 8 };

static void put_comment(FILE *file, const char *text)
{
    fputs("# ", file);
    for (; *text; text++)
        fputc(*text == '\n' || *text == '\r' ? ' ' : *text, file);
    fputc('\n', file);
}

static void put_time(FILE *file, uint64_t at_us)
{
    fprintf(file, "%" PRIu64 ".%03" PRIu64 " s", at_us / 1000000, at_us / 1000 % 1000);
}

/* The lines that are left out, each with how often it came, the first few of them. */
static void put_asides(const struct lift_result *result, const struct dialogue *dialogue,
                       FILE *file)
{
    enum { SHOWN_MAX = 6 };
    const struct dialogue_line *shown[SHOWN_MAX];
    size_t counts[SHOWN_MAX] = {0}, count = 0;
    for (size_t i = 0; i < dialogue->line_count && result->asides; i++) {
        const struct dialogue_line *line = &dialogue->lines[i];
        size_t at = 0;
        if (!outline_is_aside(line))
            continue;
        while (at < count && strcmp(shown[at]->text, line->text) != 0)
            at++;
        if (at == SHOWN_MAX)
            continue;
        shown[at] = line;
        counts[at]++;
        count += at == count;
    }
    if (count)
        fprintf(file, "# left out: %zu lines that came by themselves and belong to no update\n",
                result->asides);
    for (size_t i = 0; i < count; i++) {
        fprintf(file, "#   %zu times ", counts[i]);
        for (const char *at = shown[i]->text; *at; at++)
            fputc(*at < ' ' || *at > '~' ? '.' : *at, file);
        fputc('\n', file);
    }
}

/* What is guessed, what is not explained, what only repeats. */
static void put_remarks(const struct lift_result *result, FILE *file)
{
    const struct lift_facts *facts = &result->plan.facts;
    unsigned repeated = 0;
    if (facts->guessed_target)
        put_comment(file, "the trace does not show the target revision; the next one is taken");
    if (facts->guessed_url && !facts->by_push)
        put_comment(file, "the trace does not show where the package lies");
    if (facts->guessed_size)
        put_comment(file, "the trace does not show how long the package is");
    for (size_t i = 0; i < result->plan.event_count; i++)
        repeated += result->plan.events[i].unexplained;
    if (repeated)
        fprintf(file, "# %u of the events only repeat%s what the trace says: unexplained\n",
                repeated, repeated == 1 ? "s" : "");
    if (!result->parts_trace[0] && !result->parts_emulator[0])
        return;
    fputs("# not explained, from ", file);
    put_time(file, result->last_at_us);
    fputs(" of the trace on:\n#   trace:    ", file);
    fputs(result->parts_trace[0] ? result->parts_trace : "(ends)", file);
    fputs("\n#   emulator: ", file);
    fputs(result->parts_emulator[0] ? result->parts_emulator : "(ends)", file);
    fputc('\n', file);
}

static void put_broken(const struct dialogue *dialogue, FILE *file)
{
    struct lift_broken broken[BROKEN_MAX];
    size_t count = lift_broken_rules(dialogue, broken, BROKEN_MAX);
    for (size_t i = 0; i < count && i < BROKEN_MAX; i++) {
        fprintf(file, "# the client broke %s at ", broken[i].rule);
        put_time(file, broken[i].at_us);
        fprintf(file, ": %s\n", broken[i].what);
    }
}

static void put_expectations(const struct lift_result *result, FILE *file)
{
    const struct scenario_observed *observed = &result->last.observed;
    fputs("expect:\n", file);
    if (observed->finished) {
        fprintf(file, "  outcome: %s\n", fota_outcome_name(observed->result.outcome));
        if (observed->result.reason != FOTA_REASON_NONE)
            fprintf(file, "  reason: %s\n", fota_reason_name(observed->result.reason));
    }
    if (result->revision[0])
        fprintf(file, "  revision: %s\n", result->revision);
    fprintf(file, "  resets: %u\n", observed->module.resets);
}

static void put_head(const struct lift_result *result, const struct dialogue *dialogue,
                     const char *name, FILE *file)
{
    fprintf(file, "# lifted from %s: %zu of %zu exchanges and lines are explained (%zu runs)\n",
            name, result->common, result->items, result->runs);
    put_asides(result, dialogue, file);
    put_remarks(result, file);
}

/* In single quotes; false: bytes that are no text. */
static bool put_text(FILE *file, const char *separator, const char *before, const char *text)
{
    for (const char *at = text; *at; at++)
        if (*at < ' ' || *at > '~')
            return false;
    fprintf(file, "%s'%s", separator, before);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', file);
        fputc(*text, file);
    }
    fputc('\'', file);
    return true;
}

enum { EXPECTED_MAX = 24 };

/* What is said, in its order, as expectations. */
static void put_dialogue(const struct dialogue *dialogue, FILE *file)
{
    unsigned count = 0;
    fputs("expect:\n  sent: [", file);
    for (size_t i = 1; i < dialogue->step_count && count < EXPECTED_MAX; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (!(step->marks & TRACE_OPEN) && step->command[0])
            count += put_text(file, count ? ", " : "", "AT", step->command);
    }
    fputs("]\n", file);
    count = 0;
    for (size_t i = 0; i < dialogue->line_count && count < EXPECTED_MAX; i++) {
        const struct dialogue_line *line = &dialogue->lines[i];
        if (line->step > 0 && line->kind == TAP_URC && !(line->flags & TAP_UNKNOWN))
            count += put_text(file, count ? ", " : "  urcs: [", "", line->text);
    }
    if (count)
        fputs("]\n", file);
}

static void put_replay(const struct dialogue *dialogue, const struct lift_result *result,
                       const char *name, FILE *file)
{
    const struct lift_facts *facts = &result->plan.facts;
    fprintf(file, "# lifted from %s: no update by a client that is known, so its host is played\n",
            name);
    put_broken(dialogue, file);
    fprintf(file, "scenario: the dialogue of %s\nwhy: It was recorded, and is to stay as it was.\n",
            name);
    /* The language wants a job; nobody does it here. */
    fprintf(file, "update:\n  from: %s\n  to: %s\n  package: {size: 1KiB}\n  delivery: push\n",
            facts->from, facts->to);
    /* A log that begins in the middle of things has a module that is up. */
    bool is_up = dialogue->boots == 0 || dialogue->lines[0].step > 0;
    fprintf(file, "host: {replay: '%s'%s}\n", name, is_up ? ", starts-after: 10s" : "");
    /* What the log begins with was not its module's first word: the rate is known. */
    fprintf(file, "module: {variant: %s, settings: {%s: 115200}}\n", facts->variant,
            sim_setting_info(SIM_SETTING_PORT_RATE)->name);
    put_dialogue(dialogue, file);
}

void lift_write(const struct lift_result *result, const struct dialogue *dialogue, const char *name,
                FILE *file)
{
    char text[TEXT_MAX];
    if (result->is_replay) {
        put_replay(dialogue, result, name, file);
        return;
    }
    put_head(result, dialogue, name, file);
    put_broken(dialogue, file);
    fprintf(file, "scenario: what happened in %s\n", name);
    fputs("why: It happened in the field; it must not happen unseen again.\n", file);
    lift_render(&result->plan, text, sizeof text);
    fputs(text, file);
    put_expectations(result, file);
}
