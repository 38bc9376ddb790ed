/* lift.c - finds what a trace deviates by from the emulator's default. */
#include "harness/trace/lift.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "harness/text/setting.h"
#include "harness/trace/lift_facts.h"
#include "sim/catalogue.h"

enum { TEXT_MAX = 8192, TRIGGERS_MAX = 96, ROUNDS_MAX = 8 };

/* How well a plan explains the trace. */
struct fit {
    size_t common;     /* items of the trace from the first on */
    size_t place;      /* of the run's, behind them */
    bool complete;     /* and neither has more */
    unsigned repeated; /* events that only repeat it */
    uint64_t off_us;   /* how far its times are off, over the common items */
};

struct lifting {
    const struct dialogue *dialogue;
    struct outline recorded, now;
    struct dialogue now_dialogue;
    struct trace_log now_log;
    struct bench_run *run;
    struct lift_result *result;
    char refused[200]; /* why the last plan was no scenario */
    struct lift_plan best;
    struct fit best_fit;
    struct lift_plan found; /* the best candidate of this round */
    struct fit found_fit;
    bool has_found;
};

/* ---- rendering ------------------------------------------------------------------------------ */

/* A scalar in single quotes. */
static size_t put_quoted(char *buffer, size_t capacity, size_t used, const char *text)
{
    if (used < capacity)
        buffer[used++] = '\'';
    for (; *text && used + 3 < capacity; text++) {
        if (*text == '\'')
            buffer[used++] = '\'';
        buffer[used++] = *text;
    }
    if (used < capacity)
        buffer[used++] = '\'';
    return used;
}

#define PUT(...)                                                                                   \
    (used += used < capacity ? (size_t)snprintf(buffer + used, capacity - used, __VA_ARGS__) : 0)

static size_t put_job(const struct lift_facts *facts, char *buffer, size_t capacity)
{
    size_t used = 0;
    PUT("update:\n  from: %s\n  to: %s\n  package: {", facts->from, facts->to);
    if (!facts->by_push) {
        PUT("url: ");
        used = put_quoted(buffer, capacity, used, facts->url);
        PUT(", ");
    }
    PUT("size: %uB}\n", facts->size_bytes);
    PUT("  delivery: %s\n", facts->by_push ? "push" : facts->by_ftp ? "ftp" : "http");
    if (facts->reads_back)
        PUT("  checksum: yes\n");
    if (facts->apn[0]) {
        PUT("  apn: ");
        used = put_quoted(buffer, capacity, used, facts->apn);
        PUT("\n");
    }
    return used < capacity ? used : capacity - 1;
}

size_t lift_render(const struct lift_plan *plan, char *buffer, size_t capacity)
{
    size_t used = put_job(&plan->facts, buffer, capacity);
    for (size_t i = 0; i < plan->host_count; i++)
        PUT("%s%s%s", i ? ", " : "host: {", plan->host[i], i + 1 == plan->host_count ? "}\n" : "");
    PUT("module: {variant: %s", plan->facts.variant);
    for (size_t i = 0; i < plan->setting_count; i++)
        PUT("%s%s%s", i ? ", " : ", settings: {", plan->settings[i],
            i + 1 == plan->setting_count ? "}" : "");
    PUT("}\n");
    if (plan->event_count)
        PUT("events:\n");
    for (size_t i = 0; i < plan->event_count; i++)
        PUT("  - when: {%s}\n    do: [{%s}]\n", plan->events[i].when, plan->events[i].action);
    return used < capacity ? used : capacity - 1;
}

/* ---- running -------------------------------------------------------------------------------- */

static void keep_bytes(struct lifting *lifting)
{
    const struct bench_journal *journal = &lifting->run->journal;
    size_t offset = bench_journal_begin(journal);
    struct bench_record record;
    lifting->now_log.count = lifting->now_log.used = 0;
    while (bench_journal_next(journal, &offset, &record))
        if (record.kind == BENCH_JOURNAL_TO_MODULE || record.kind == BENCH_JOURNAL_TO_HOST)
            trace_log_add(&lifting->now_log,
                          record.kind == BENCH_JOURNAL_TO_MODULE ? TRACE_TO_MODULE : TRACE_TO_HOST,
                          record.time_us, 0, record.payload, record.length);
}

/* Runs a plan; false: the scenario can't be. The outline is in lifting->now then. */
static bool run_plan(struct lifting *lifting, const struct lift_plan *plan,
                     struct bench_result *ret_result)
{
    char text[TEXT_MAX];
    struct scenario_errors errors = {0};
    const struct bench_options options = {.seed = 1, .sink = BENCH_SINK_MEMORY};
    size_t used = (size_t)snprintf(text, sizeof text, "scenario: lifted\nwhy: lifted\n");
    used += lift_render(plan, text + used, sizeof text - used);
    used += (size_t)snprintf(text + used, sizeof text - used, "expect: {within: 6h}\n");
    struct scenario *scenario = scenario_parse("lifted.yaml", text, used, &errors);
    if (!scenario && errors.text)
        snprintf(lifting->refused, sizeof lifting->refused, "%.160s", errors.text);
    scenario_errors_done(&errors);
    outline_done(&lifting->now);
    dialogue_done(&lifting->now_dialogue);
    if (!scenario)
        return false;
    lifting->result->runs++;
    bool began = bench_run_begin(lifting->run, &scenario->cases[0], &options);
    if (began) {
        bench_run_all(lifting->run, ret_result);
        keep_bytes(lifting);
        began = dialogue_make(&lifting->now_dialogue, &lifting->now_log) &&
                outline_make(&lifting->now, &lifting->now_dialogue, lifting->dialogue->one_way);
    }
    scenario_free(scenario);
    return began;
}

static bool has_no_times(const struct lifting *lifting)
{
    const struct trace_log *log = lifting->dialogue->log;
    for (size_t i = 0; i < log->count; i++)
        if (!(log->pieces[i].marks & TRACE_GUESSED_TIME))
            return false;
    return true;
}

static struct fit fit_of(const struct lifting *lifting, const struct lift_plan *plan)
{
    size_t place;
    struct fit fit = {.common = outline_common(&lifting->recorded, &lifting->now, &place)};
    const struct outline_item *a = lifting->recorded.items, *b = lifting->now.items;
    fit.place = place;
    fit.complete = fit.common == lifting->recorded.count && place == lifting->now.count;
    for (size_t i = 1; i < fit.common && place == fit.common && !has_no_times(lifting); i++) {
        uint64_t want = a[i].at_us - a[i - 1].at_us, got = b[i].at_us - b[i - 1].at_us;
        fit.off_us += want > got ? want - got : got - want;
    }
    for (size_t i = 0; i < plan->event_count; i++)
        fit.repeated += plan->events[i].unexplained;
    return fit;
}

static bool is_better(const struct fit *a, const struct fit *b)
{
    if (a->complete != b->complete)
        return a->complete;
    if (a->common != b->common)
        return a->common > b->common;
    if (a->repeated != b->repeated)
        return a->repeated < b->repeated;
    return a->off_us + a->off_us / 64 + 20000 < b->off_us;
}

static void try_plan(struct lifting *lifting, const struct lift_plan *plan)
{
    struct bench_result result;
    if (!run_plan(lifting, plan, &result))
        return;
    struct fit fit = fit_of(lifting, plan);
    if (lifting->has_found && !is_better(&fit, &lifting->found_fit))
        return;
    lifting->found = *plan;
    lifting->found_fit = fit;
    lifting->has_found = true;
}

/* ---- hypotheses: settings ------------------------------------------------------------------- */

static void try_setting(struct lifting *lifting, unsigned setting, int32_t value)
{
    const struct sim_setting_info *info = sim_setting_info(setting);
    char text[48];
    struct lift_plan plan = lifting->best;
    size_t name = strlen(info->name);
    if (value == info->initial || plan.setting_count == LIFT_LINES_MAX)
        return;
    for (size_t i = 0; i < plan.setting_count; i++)
        if (strncmp(plan.settings[i], info->name, name) == 0 && plan.settings[i][name] == ':')
            return;
    snprintf(plan.settings[plan.setting_count++], LIFT_NAME_MAX, "%s: %s", info->name,
             text_setting_write(info, value, text, sizeof text));
    try_plan(lifting, &plan);
}

enum { FEW_VALUES = 16 };

static void try_settings(struct lifting *lifting)
{
    for (unsigned setting = 0; setting < SIM_SETTING_COUNT; setting++) {
        const struct sim_setting_info *info = sim_setting_info(setting);
        int32_t value;
        if (info->maximum - (int64_t)info->minimum < FEW_VALUES)
            for (value = info->minimum; value <= info->maximum; value++)
                try_setting(lifting, setting, value);
        else
            for (size_t i = 0; sim_setting_plausible(setting, i, &value); i++)
                try_setting(lifting, setting, value);
    }
}

/* ---- hypotheses: events --------------------------------------------------------------------- */

struct triggers {
    char when[TRIGGERS_MAX][LIFT_LINE_MAX];
    size_t count;
    bool on_command[TRIGGERS_MAX]; /* actions that need a command make sense */
};

/* What can't be written in a scenario: bytes that are no text. */
static bool is_text(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

static void add_trigger(struct triggers *triggers, bool on_command, const char *key,
                        const char *text, unsigned nth)
{
    char *buffer;
    enum { capacity = LIFT_LINE_MAX };
    if (triggers->count == TRIGGERS_MAX || !is_text(text))
        return;
    buffer = triggers->when[triggers->count];
    size_t used = (size_t)snprintf(buffer, capacity, "%s: ", key);
    used = put_quoted(buffer, capacity, used, text);
    if (nth > 1)
        PUT(", nth: %u", nth);
    buffer[used < capacity ? used : capacity - 1] = '\0';
    triggers->on_command[triggers->count++] = on_command;
}

static void add_item_trigger(struct triggers *triggers, const struct outline *outline, size_t index)
{
    const struct outline_item *item = &outline->items[index];
    const struct dialogue *dialogue = outline->dialogue;
    char text[DIALOGUE_COMMAND_MAX + 2];
    if (outline_is_exchange(item)) {
        snprintf(text, sizeof text, "AT%s", dialogue->steps[item->step].command);
        add_trigger(triggers, true, "command", text, item->nth);
        return;
    }
    const char *line = dialogue->lines[item->line].text;
    unsigned nth = 0;
    for (size_t i = 0; i <= item->line; i++)
        nth += dialogue->lines[i].kind == TAP_URC && strcmp(dialogue->lines[i].text, line) == 0;
    add_trigger(triggers, false, "urc", line, nth);
}

/* Near the place where they part: what was said last on either side. */
static void near_triggers(const struct lifting *lifting, struct triggers *triggers)
{
    size_t at = lifting->best_fit.common;
    triggers->count = 0;
    size_t place = lifting->best_fit.place;
    for (size_t back = 0; back < 4; back++) {
        if (place >= back && place - back < lifting->now.count)
            add_item_trigger(triggers, &lifting->now, place - back);
        if (back == 0 && at < lifting->recorded.count)
            add_item_trigger(triggers, &lifting->recorded, at);
    }
}

static void far_triggers(struct triggers *triggers)
{
    static const unsigned percents[] = {1, 10, 37, 50, 90, 99};
    triggers->count = 0;
    for (unsigned phase = SIM_PHASE_IDLE + 1; phase < SIM_PHASE_COUNT; phase++)
        for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
            if (triggers->count == TRIGGERS_MAX)
                return;
            snprintf(triggers->when[triggers->count], LIFT_LINE_MAX, "phase: %s, percent: %u%%",
                     sim_phase_name(phase), percents[i]);
            triggers->on_command[triggers->count++] = false;
        }
    for (unsigned state = 1; state < FOTA_STATE_COUNT && triggers->count < TRIGGERS_MAX; state++) {
        snprintf(triggers->when[triggers->count], LIFT_LINE_MAX, "core-state: %s",
                 fota_state_name(state));
        triggers->on_command[triggers->count++] = false;
    }
}

static void try_event(struct lifting *lifting, const char *when, const char *action,
                      bool unexplained)
{
    struct lift_plan plan = lifting->best;
    if (plan.event_count == LIFT_LINES_MAX)
        return;
    struct lift_event *event = &plan.events[plan.event_count++];
    snprintf(event->when, sizeof event->when, "%s", when);
    snprintf(event->action, sizeof event->action, "%s", action);
    event->unexplained = unexplained;
    try_plan(lifting, &plan);
}

/* What may happen to a module anywhere. */
static const char *const anywhere[] = {
    "power: cut, for: 1s",
    "power: cut, for: 5s",
    "power: cut, for: 1min",
    "reset: crash",
    "reset: brownout",
    "reset-pin: 300ms",
    "pwrkey: 1500ms",
    "hang: both, for: 5s",
    "hang: both, for: 20s",
    "hang: both, for: 1min",
    "hang: deaf, for: 20s",
    "hang: mute, for: 20s",
    "hang: both",
    "network: down, for: 10s",
    "network: down, for: 1min",
    "network: down, for: 5min",
    "network: down",
    "bearer: lost",
    "host-reset: yes, for: 100ms",
    "host-reset: yes, for: 5s",
    "cancel: yes",
    "lose-to-host: line",
    "lose-to-module: line",
    "garble-to-module: line",
    "garble-to-host: line",
    "duplicate-to-host: line",
    "lose-to-module: 1",
};

/* What a command may meet. */
static const char *const on_commands[] = {"swallow: yes", "delay: 1s", "delay: 5s", "delay: 30s"};

static void try_download(struct lifting *lifting, const char *when)
{
    static const unsigned codes[] = {404, 500, 600, 601, 602, 603, 604, 605};
    char action[LIFT_LINE_MAX];
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        snprintf(action, sizeof action, "http-result: %u", codes[i]);
        try_event(lifting, when, action, false);
    }
    snprintf(action, sizeof action, "http-short: %uB", lifting->best.facts.size_bytes / 2);
    try_event(lifting, when, action, false);
    snprintf(action, sizeof action, "file-damage: '%s', at: %uB", sim_package_path,
             lifting->best.facts.size_bytes / 2);
    try_event(lifting, when, action, false);
    snprintf(action, sizeof action, "file-delete: '%s'", sim_package_path);
    try_event(lifting, when, action, false);
}

/* The answer as it was: it explains nothing. */
static void try_reply(struct lifting *lifting, const char *when)
{
    const struct outline *recorded = &lifting->recorded;
    size_t at = lifting->best_fit.common;
    char buffer[LIFT_LINE_MAX];
    enum { capacity = LIFT_LINE_MAX };
    if (at >= recorded->count)
        return;
    const struct outline_item *item = &recorded->items[at];
    if (!outline_is_exchange(item)) {
        if (!is_text(recorded->dialogue->lines[item->line].text))
            return;
        size_t used = (size_t)snprintf(buffer, capacity, "urc: ");
        used = put_quoted(buffer, capacity, used, recorded->dialogue->lines[item->line].text);
        buffer[used < capacity ? used : capacity - 1] = '\0';
        try_event(lifting, when, buffer, true);
        return;
    }
    const struct dialogue_step *step = &recorded->dialogue->steps[item->step];
    size_t used = (size_t)snprintf(buffer, capacity, "reply: ["), first = used;
    for (size_t i = 0; i < step->line_count; i++) {
        const struct dialogue_line *line = &recorded->dialogue->lines[step->first_line + i];
        if ((line->kind != TAP_ANSWER && line->kind != TAP_RESULT) || !is_text(line->text))
            continue;
        if (used > first)
            PUT(", ");
        used = put_quoted(buffer, capacity, used, line->text);
    }
    bool any = used > first;
    PUT("]");
    if (any && used < capacity)
        try_event(lifting, when, buffer, true);
}

static void try_near(struct lifting *lifting, const struct triggers *triggers)
{
    for (size_t t = 0; t < triggers->count; t++) {
        for (size_t i = 0; i < sizeof anywhere / sizeof anywhere[0]; i++)
            try_event(lifting, triggers->when[t], anywhere[i], false);
        for (size_t i = 0; triggers->on_command[t] && i < sizeof on_commands / sizeof *on_commands;
             i++)
            try_event(lifting, triggers->when[t], on_commands[i], false);
        try_download(lifting, triggers->when[t]);
    }
}

static void try_repeating(struct lifting *lifting, const struct triggers *triggers)
{
    for (size_t t = 0; t < triggers->count; t++)
        try_reply(lifting, triggers->when[t]);
}

/* ---- the search ------------------------------------------------------------------------------ */

/* Takes the best candidate if it explains more than what is known. */
static bool take_found(struct lifting *lifting)
{
    bool better = lifting->has_found && is_better(&lifting->found_fit, &lifting->best_fit);
    if (better) {
        lifting->best = lifting->found;
        lifting->best_fit = lifting->found_fit;
    }
    lifting->has_found = false;
    return better;
}

/* The outline of the best plan so far. */
static bool run_best(struct lifting *lifting)
{
    return run_plan(lifting, &lifting->best, &lifting->result->last);
}

/* Times that are off by less are the line's and the reader's. */
enum { OFF_ENOUGH_US = 500000 };

static bool is_explained(const struct fit *fit)
{
    return fit->complete && fit->off_us < OFF_ENOUGH_US;
}

static bool explain_more(struct lifting *lifting)
{
    static struct triggers near, far;
    near_triggers(lifting, &near);
    far_triggers(&far);
    try_settings(lifting);
    try_near(lifting, &near);
    if (!lifting->has_found || !is_explained(&lifting->found_fit))
        try_near(lifting, &far);
    if (take_found(lifting))
        return run_best(lifting);
    near_triggers(lifting, &near);
    try_repeating(lifting, &near);
    return take_found(lifting) && run_best(lifting);
}

/* Leaves out what turned out to be not needed. */
static void thin_out(struct lifting *lifting)
{
    struct bench_result result;
    for (size_t i = lifting->best.event_count; i-- > 0;) {
        struct lift_plan plan = lifting->best;
        memmove(&plan.events[i], &plan.events[i + 1],
                (plan.event_count - i - 1) * sizeof plan.events[0]);
        plan.event_count--;
        if (!run_plan(lifting, &plan, &result))
            continue;
        struct fit fit = fit_of(lifting, &plan);
        if (is_better(&lifting->best_fit, &fit))
            continue;
        lifting->best = plan;
        lifting->best_fit = fit;
    }
}

static void conclude(struct lifting *lifting)
{
    struct lift_result *result = lifting->result;
    result->plan = lifting->best;
    result->items = lifting->recorded.count;
    result->common = lifting->best_fit.common;
    size_t at = result->common;
    if (at < lifting->recorded.count) {
        result->last_at_us = lifting->recorded.items[at].at_us;
        outline_text(&lifting->recorded, &lifting->recorded.items[at], result->parts_trace);
    }
    at = lifting->best_fit.place;
    if (at < lifting->now.count)
        outline_text(&lifting->now, &lifting->now.items[at], result->parts_emulator);
}

/* When nothing says how long a boot was waited for: long enough for all that it prints. */
enum { START_GUESS_MS = 10000 };

/* The module was up and said something before the host's first word. */
static void take_start(struct lifting *lifting)
{
    const struct dialogue *dialogue = lifting->dialogue;
    struct lift_plan *plan = &lifting->best;
    if (dialogue->step_count > 1 && dialogue->steps[0].part_count > 0)
        snprintf(plan->host[plan->host_count++], LIFT_NAME_MAX, "starts-after: %llums",
                 (unsigned long long)(has_no_times(lifting) ? START_GUESS_MS
                                                            : dialogue->steps[1].at_us / 1000));
}

/* Nothing says whether the host waited for the boot: it may have asked from the beginning. */
static void try_at_once(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    plan.host_count = 0;
    try_plan(lifting, &plan);
    take_found(lifting);
    run_best(lifting);
}

static void search(struct lifting *lifting)
{
    take_start(lifting);
    if (!run_best(lifting)) {
        snprintf(lifting->result->error, sizeof lifting->result->error,
                 "no scenario can be made of it: %.180s", lifting->refused);
        return;
    }
    lifting->best_fit = fit_of(lifting, &lifting->best);
    if (has_no_times(lifting) && lifting->best.host_count)
        try_at_once(lifting);
    for (unsigned round = 0; round < ROUNDS_MAX && !is_explained(&lifting->best_fit); round++)
        if (!explain_more(lifting))
            break;
    thin_out(lifting);
    run_best(lifting);
    conclude(lifting);
}

/* What was observed points into the run, which goes. */
static void keep_revision(struct lift_result *result)
{
    const char *revision = result->last.observed.module.revision;
    if (revision)
        snprintf(result->revision, sizeof result->revision, "%s", revision);
    result->last.observed.module.revision = NULL;
}

bool lift_trace(const struct dialogue *dialogue, struct lift_result *ret_result)
{
    struct lifting *lifting = calloc(1, sizeof *lifting);
    *ret_result = (struct lift_result){.runs = 0};
    if (!lifting || !outline_make(&lifting->recorded, dialogue, dialogue->one_way)) {
        free(lifting);
        snprintf(ret_result->error, sizeof ret_result->error, "not enough memory");
        return false;
    }
    lifting->dialogue = dialogue;
    lifting->result = ret_result;
    lift_facts(dialogue, &lifting->best.facts);
    ret_result->plan = lifting->best;
    ret_result->items = lifting->recorded.count;
    ret_result->is_replay = !lifting->best.facts.has_update;
    if (lifting->recorded.count == 0)
        snprintf(ret_result->error, sizeof ret_result->error,
                 "there is no exchange in the trace: no command, no line of a module");
    else if (!ret_result->is_replay && !(lifting->run = bench_run_new(BENCH_SINK_MEMORY)))
        snprintf(ret_result->error, sizeof ret_result->error, "not enough memory");
    else if (!ret_result->is_replay)
        search(lifting);
    keep_revision(ret_result);
    bench_run_free(lifting->run);
    outline_done(&lifting->now);
    dialogue_done(&lifting->now_dialogue);
    trace_log_done(&lifting->now_log);
    outline_done(&lifting->recorded);
    free(lifting);
    return ret_result->error[0] == '\0';
}

void lift_played(const struct dialogue *dialogue, struct lift_result *ret_result)
{
    *ret_result = (struct lift_result){.is_replay = true};
    lift_facts(dialogue, &ret_result->plan.facts);
}
