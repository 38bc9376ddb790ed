/* lift_guess.c - what may have happened: each hypothesis is a plan, and is tried. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "harness/text/setting.h"
#include "harness/trace/lift_facts.h"
#include "harness/trace/lift_parts.h"
#include "sim/catalogue.h"

/* What is shorter is no package. */
enum { FILE_MIN = 100 };

/* What comes so soon behind the parting may have been before it. */
enum { LATER_US = 1000000 };

/* ---- lines ----------------------------------------------------------------------------------- */

/* Is the key said at that place? */
bool lift_has_line(const struct lift_plan *plan, enum lift_place place, const char *text)
{
    size_t key = strcspn(text, ":") + 1;
    for (size_t i = 0; i < plan->lines[place].count; i++)
        if (strncmp(plan->lines[place].items[i], text, key) == 0)
            return true;
    return false;
}

bool lift_add_line(struct lift_plan *plan, enum lift_place place, const char *text)
{
    struct lift_lines *lines = &plan->lines[place];
    if (lines->count == LIFT_LINES_MAX || lift_has_line(plan, place, text))
        return false;
    snprintf(lines->items[lines->count++], LIFT_NAME_MAX, "%s", text);
    return true;
}

void lift_try_line(struct lifting *lifting, enum lift_place place, const char *text)
{
    struct lift_plan plan = lifting->best;
    if (lift_add_line(&plan, place, text))
        lift_try_plan(lifting, &plan);
}

/* What a job, its package, its host or its module may be like from the beginning. */
static const struct {
    enum lift_place place;
    const char *text;
} ways[] = {
    {LIFT_JOB, "download-tries: 1"},
    {LIFT_JOB, "download-tries: 2"},
    {LIFT_JOB, "download-tries: 5"},
    {LIFT_JOB, "attempts: 1"},
    {LIFT_JOB, "attempts: 2"},
    {LIFT_JOB, "checksum: yes"},
    {LIFT_JOB, "trust-report: yes"},
    {LIFT_JOB, "expected-size: unknown"},
    {LIFT_JOB, "downgrade: yes"},
    {LIFT_JOB, "supply-min: 3000mV"}, /* it is asked, and is enough */
    {LIFT_JOB, "supply-min: 4200mV"}, /* it is not */
    {LIFT_JOB, "never-restart: yes"},
    {LIFT_JOB, "network-timeout: 60s"},
    {LIFT_JOB, "download-timeout: 60s"},
    {LIFT_JOB, "update-timeout: 10min"},
    {LIFT_JOB, "total-timeout: 30min"},
    {LIFT_JOB, "model: another"}, /* than the module says; which one nothing shows */
    {LIFT_JOB, "unjudged: [registration]"},
    {LIFT_JOB, "unjudged: [bearer]"},
    {LIFT_JOB, "unjudged: [registration, bearer]"},
    {LIFT_JOB, "baud: 9600"},
    {LIFT_JOB, "baud: 115200"},
    {LIFT_JOB, "baud: 460800"},
    {LIFT_JOB, "baud: 921600"},
    {LIFT_PACKAGE, "damage-at: 20000B"},
    {LIFT_PACKAGE, "http: 404"},
    {LIFT_PACKAGE, "http: 500"},
    {LIFT_PACKAGE, "http: 601"},
    {LIFT_PACKAGE, "sent: 5000B"},
    {LIFT_RESTORE, "psm: on"},
    {LIFT_RESTORE, "psm: off"},
    {LIFT_RESTORE, "operator: ''"},
    {LIFT_HOST, "starts-after: 5s"},
    {LIFT_HOST, "starts-after: 10s"},
    {LIFT_HOST, "starts-after: 20s"},
    {LIFT_HOST, "starts-after: 30s"},
    {LIFT_HOST, "starts-after: 1min"},
    {LIFT_HOST, "refuses: [save-checkpoint]"},
    {LIFT_HOST, "refuses: [pwrkey-pulse]"},
    {LIFT_HOST, "refuses: [power-cycle]"},
    {LIFT_HOST, "refuses: [pwrkey-pulse, power-cycle]"},
    {LIFT_HOST, "refuses: [set-baud]"},
    {LIFT_HOST, "refuses: [give-bytes]"},
    {LIFT_HOST, "baud: 9600"},
    {LIFT_HOST, "baud: 57600"},
    {LIFT_HOST, "baud: 460800"},
    {LIFT_HOST, "request-time: 1s"},
    {LIFT_HOST, "request-time: 10s"},
    {LIFT_HOST, "says-later: yes"},
    {LIFT_PARAMETER, "E: 0"},
    {LIFT_PARAMETER, "IPR: 9600"},
    {LIFT_PARAMETER, "IPR: 57600"},
    {LIFT_PARAMETER, "IPR: 115200"},
    {LIFT_PARAMETER, "CFUN: 0"},
    {LIFT_PARAMETER, "CFUN: 4"},
    {LIFT_PARAMETER, "CMEE: 2"},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next number of a command, up to where its answer begins. */
static bool next_number(const char **text, unsigned long *ret_number)
{
    char *end;
    for (; **text && strncmp(*text, " -> ", 4) != 0; (*text)++)
        if (is_digit(**text)) {
            *ret_number = strtoul(*text, &end, 10);
            *text = end;
            return true;
        }
    return false;
}

/* The name of a network: letters and what stands between them, as YAML takes it without quotes. */
static bool next_name(const char **text, char name[LIFT_NAME_MAX])
{
    const char *begin, *end;
    while ((begin = strchr(*text, '"')) != NULL && (end = strchr(begin + 1, '"')) != NULL) {
        size_t length = (size_t)(end - begin - 1);
        *text = end + 1;
        bool plain = length > 0 && length < 40;
        for (const char *at = begin + 1; at < end; at++)
            plain &=
                is_letter(*at) || (at > begin + 1 && (is_digit(*at) || *at == '.' || *at == '-'));
        if (!plain)
            continue;
        snprintf(name, LIFT_NAME_MAX, "%.*s", (int)length, begin + 1);
        return true;
    }
    return false;
}

/* The whole value of a command, up to where its answer begins. */
static void try_restored_value(struct lifting *lifting)
{
    char text[2 * LIFT_NAME_MAX];
    size_t used = (size_t)snprintf(text, sizeof text, "bandcfg: ");
    const char *value = strchr(lifting->said, '='), *end = strstr(lifting->said, " -> ");
    if (!value || !end || value >= end || (size_t)(end - value) > LIFT_NAME_MAX / 2)
        return;
    snprintf(text + used, sizeof text - used, "'%.*s'", (int)(end - value - 1), value + 1);
    if (!strchr(text + used + 1, '\'') || strchr(text + used + 1, '\'')[1] == '\0')
        lift_try_line(lifting, LIFT_RESTORE, text);
}

/* Digits in quotes may be an operator. */
static void try_restored_operator(struct lifting *lifting)
{
    const char *begin = strchr(lifting->said, '"');
    size_t length = begin ? strspn(begin + 1, "0123456789") : 0;
    char text[LIFT_NAME_MAX];
    if (length == 0 || length > LIFT_NAME_MAX / 2 || begin[1 + length] != '"')
        return;
    snprintf(text, sizeof text, "operator: '%.*s'", (int)length, begin + 1);
    lift_try_line(lifting, LIFT_RESTORE, text);
}

/* The rate of a job, and an OK that was lost behind it: the host looks for the module at both. */
static void try_restored_rate(struct lifting *lifting, unsigned long baud_bps)
{
    struct lift_plan plan = lifting->best;
    char text[LIFT_NAME_MAX];
    snprintf(text, sizeof text, "baud: %lu", baud_bps);
    if (plan.event_count == LIFT_LINES_MAX || !strstr(lifting->said, "IPR=") ||
        !lift_add_line(&plan, LIFT_RESTORE, text))
        return;
    struct lift_event *event = &plan.events[plan.event_count++];
    *event = (struct lift_event){.often = 0};
    snprintf(event->when, sizeof event->when, "command: 'AT+IPR=%lu'", baud_bps);
    snprintf(event->action, sizeof event->action, "lose-to-host: line");
    lift_try_plan(lifting, &plan);
    lift_add_line(&plan, LIFT_JOB, "baud: 115200");
    lift_try_plan(lifting, &plan);
}

/* What a job wants set again: the numbers and names of the command that the emulator did not get.
 */
static void try_restore(struct lifting *lifting)
{
    static const char *const keys[] = {"baud", "cfun", "cnmp", "cmnb"};
    char text[2 * LIFT_NAME_MAX], name[LIFT_NAME_MAX]; /* what is too long is no scenario */
    unsigned long number;
    if (!strchr(lifting->said, '=') || !strstr(lifting->said, " -> "))
        return;
    try_restored_value(lifting);
    try_restored_operator(lifting);
    for (const char *at = lifting->said; next_number(&at, &number);) {
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            snprintf(text, sizeof text, "%s: %lu", keys[i], number);
            lift_try_line(lifting, LIFT_RESTORE, text);
        }
        try_restored_rate(lifting, number);
    }
    for (const char *at = lifting->said; next_name(&at, name);) {
        snprintf(text, sizeof text, "apn: %s", name);
        lift_try_line(lifting, LIFT_RESTORE, text);
        for (const char *other = lifting->said; next_number(&other, &number);) {
            snprintf(text, sizeof text, "apn: %s, context: %lu", name, number);
            lift_try_line(lifting, LIFT_RESTORE, text);
        }
    }
}

/* A package that lies there before, whole or not, or of another pair of revisions. */
static void try_file(struct lifting *lifting, uint32_t bytes)
{
    const struct lift_facts *facts = &lifting->best.facts;
    char text[LIFT_NAME_MAX];
    snprintf(text, sizeof text, "files: [{path: %s, size: %uB}]", sim_package_path, bytes);
    lift_try_line(lifting, LIFT_MODULE, text);
    snprintf(text, sizeof text, "files: [{path: %s, size: %uB, from: %.20s, to: %.20s}]",
             sim_package_path, bytes, facts->to, facts->from);
    lift_try_line(lifting, LIFT_MODULE, text);
}

/* The package is longer than all that ever came of it. */
static void try_longer(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    char text[LIFT_NAME_MAX];
    snprintf(text, sizeof text, "sent: %uB", plan.facts.size_bytes);
    plan.facts.size_bytes += plan.facts.size_bytes / 4;
    if (lift_add_line(&plan, LIFT_PACKAGE, text))
        lift_try_plan(lifting, &plan);
}

/* The server says each time what the trace has. */
static void try_codes(struct lifting *lifting)
{
    enum { CODE_MIN = 201, CODE_MAX = 699 };
    char text[LIFT_NAME_MAX];
    for (const char *at = lifting->said; *at; at++) {
        char *end;
        unsigned long code = *at == ' ' ? strtoul(at, &end, 10) : 0;
        if (code < CODE_MIN || code > CODE_MAX)
            continue;
        snprintf(text, sizeof text, "http: %lu", code);
        lift_try_line(lifting, LIFT_PACKAGE, text);
    }
}

/* Names of files in flash that the trace lists and the emulator has not; how much came; what the
   module may run already. */
static void try_of_the_trace(struct lifting *lifting)
{
    char text[LIFT_NAME_MAX];
    try_file(lifting, lifting->best.facts.size_bytes);
    try_file(lifting, lifting->best.facts.size_bytes / 2);
    for (const char *at = lifting->said; *at;) {
        char *end;
        unsigned long number = is_digit(*at) ? strtoul(at, &end, 10) : 0;
        at = is_digit(*at) ? end : at + 1;
        if (number >= FILE_MIN && number <= UINT32_MAX)
            try_file(lifting, (uint32_t)number);
        snprintf(text, sizeof text, "sent: %luB", number);
        if (number > 0 && number < lifting->best.facts.size_bytes)
            lift_try_line(lifting, LIFT_PACKAGE, text);
    }
    snprintf(text, sizeof text, "sent: %uB", lifting->best.facts.size_bytes / 2);
    lift_try_line(lifting, LIFT_PACKAGE, text);
    try_codes(lifting);
    try_longer(lifting);
    snprintf(text, sizeof text, "revision: %.48s", lifting->best.facts.to);
    lift_try_line(lifting, LIFT_MODULE, text);
}

const char *lift_limit(size_t index)
{
    static const char *const limits[] = {"download-timeout: 60s", "network-timeout: 60s",
                                         "update-timeout: 10min", "total-timeout: 30min",
                                         "download-tries: 1",     "download-tries: 5",
                                         "attempts: 1",           "never-restart: yes"};
    return index < sizeof limits / sizeof limits[0] ? limits[index] : NULL;
}

enum { WAY_COUNT = sizeof ways / sizeof ways[0] };

/* Nothing says where the package comes from: from the host, that got no byte of it through. */
static void try_push(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    plan.facts.by_push = true;
    if (plan.facts.guessed_url && !lifting->best.facts.by_push && !plan.facts.by_ftp)
        lift_try_plan(lifting, &plan);
}

/* The job is for another base than the module runs; for which one nothing shows. */
static void try_base(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    char text[LIFT_NAME_MAX];
    snprintf(text, sizeof text, "revision: %.48s", plan.facts.from);
    snprintf(plan.facts.from, sizeof plan.facts.from, "%s", lifting->best.facts.to);
    lift_next_revision(plan.facts.from, plan.facts.to);
    if (plan.facts.guessed_target && lift_add_line(&plan, LIFT_MODULE, text))
        lift_try_plan(lifting, &plan);
}

/* The trace ends where the run goes on: the job's time was over, a round one as a rule. */
static void try_total_time(struct lifting *lifting)
{
    static const uint64_t rounds_s[] = {60, 10, 1};
    char text[LIFT_NAME_MAX];
    if (lifting->best_fit.common < lifting->recorded.count || lifting->best_fit.complete)
        return;
    const struct trace_log *log = lifting->dialogue->log;
    uint64_t ended_us = log->pieces[log->count - 1].time_us;
    for (size_t i = 0; i < sizeof rounds_s / sizeof rounds_s[0]; i++) {
        uint64_t seconds = ended_us / 1000000 / rounds_s[i] * rounds_s[i] + rounds_s[i];
        snprintf(text, sizeof text, "total-timeout: %" PRIu64 "s", seconds);
        lift_try_line(lifting, LIFT_JOB, text);
    }
}

/* It ends in calls that nobody answers: the host could do no more for the module, and what ailed it
   lasted. */
static void try_given_up(struct lifting *lifting)
{
    static const char refuses[] = "refuses: [pwrkey-pulse, power-cycle]", lasts[] = ", for: ";
    struct lift_plan plan = lifting->best;
    const struct dialogue *dialogue = lifting->dialogue;
    const struct dialogue_step *last = &dialogue->steps[dialogue->step_count - 1];
    if (lifting->best_fit.common < lifting->recorded.count || lifting->best_fit.complete ||
        last->result_at_us != TRACE_NO_TIME || !lift_add_line(&plan, LIFT_HOST, refuses))
        return;
    lift_try_plan(lifting, &plan);
    char *action = plan.event_count ? plan.events[plan.event_count - 1].action : NULL;
    char *time = action ? strstr(action, lasts) : NULL;
    if (!time)
        return;
    *time = '\0';
    lift_try_plan(lifting, &plan);
}

/* The module came back with a revision that the job did not want; which one it wanted nothing
   shows. */
static void try_third_revision(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    lift_next_revision(plan.facts.from, plan.facts.to);
    if (strcmp(plan.facts.to, lifting->best.facts.to) == 0)
        return;
    plan.facts.guessed_target = true;
    if (lift_add_line(&plan, LIFT_SETTING, "revision-after: third"))
        lift_try_plan(lifting, &plan);
}

/* Those of the table, then what the trace itself says. */
static size_t count_ways(const struct lifting *lifting)
{
    (void)lifting;
    return WAY_COUNT + 9;
}

static void try_way(struct lifting *lifting, size_t index)
{
    if (index < WAY_COUNT)
        lift_try_line(lifting, ways[index].place, ways[index].text);
    else if (index == WAY_COUNT)
        try_of_the_trace(lifting);
    else if (index == WAY_COUNT + 1)
        try_restore(lifting);
    else if (index == WAY_COUNT + 2)
        try_push(lifting);
    else if (index == WAY_COUNT + 3)
        try_base(lifting);
    else if (index == WAY_COUNT + 4)
        lift_try_rates(lifting);
    else if (index == WAY_COUNT + 5)
        lift_try_ends(lifting);
    else if (index == WAY_COUNT + 6)
        try_total_time(lifting);
    else if (index == WAY_COUNT + 7)
        try_given_up(lifting);
    else
        try_third_revision(lifting);
}

const struct lift_kind lift_ways = {count_ways, try_way};

/* ---- events ---------------------------------------------------------------------------------- */

static void add_trigger(struct triggers *triggers, bool on_command, const char *key,
                        const char *text, unsigned nth)
{
    char *buffer;
    enum { capacity = LIFT_LINE_MAX };
    if (triggers->count == LIFT_TRIGGERS_MAX || !lift_is_text(text))
        return;
    buffer = triggers->when[triggers->count];
    size_t used = (size_t)snprintf(buffer, capacity, "%s: ", key);
    used = lift_put_quoted(buffer, capacity, used, text);
    if (nth > 1)
        PUT(", nth: %u", nth);
    buffer[used < capacity ? used : capacity - 1] = '\0';
    triggers->on_command[triggers->count++] = on_command;
}

/* How often a command that begins so was sent, up to that step. */
static unsigned nth_command(const struct dialogue *dialogue, size_t step)
{
    const char *wanted = dialogue->steps[step].command;
    size_t length = strlen(wanted);
    unsigned nth = 0;
    for (size_t i = 1; i <= step; i++)
        nth += strncmp(dialogue->steps[i].command, wanted, length) == 0;
    return nth;
}

static void add_item_trigger(struct triggers *triggers, const struct outline *outline, size_t index)
{
    const struct outline_item *item = &outline->items[index];
    const struct dialogue *dialogue = outline->dialogue;
    char text[DIALOGUE_COMMAND_MAX + 2];
    if (outline_is_exchange(item)) {
        const char *command = dialogue->steps[item->step].command;
        snprintf(text, sizeof text, "AT%s", command);
        if (command[0])
            add_trigger(triggers, true, "command", text, nth_command(dialogue, item->step));
        return;
    }
    const char *line = dialogue->lines[item->line].text;
    unsigned nth = 0;
    for (size_t i = 0; i <= item->line; i++)
        nth += dialogue->lines[i].kind == TAP_URC && strcmp(dialogue->lines[i].text, line) == 0;
    add_trigger(triggers, false, "urc", line, nth);
}

/* What was said before an item of the run, last first. */
static void add_before(struct triggers *triggers, const struct outline *outline, size_t place,
                       size_t many)
{
    for (size_t back = 0; back < many; back++)
        if (place >= back && place - back < outline->count)
            add_item_trigger(triggers, outline, place - back);
}

/* The last boot and the last line of the updater before the parting. */
static void add_lives(struct triggers *triggers, const struct lifting *lifting)
{
    const struct dialogue *dialogue = &lifting->now_dialogue;
    unsigned boots = 0;
    for (size_t i = 0; i < dialogue->line_count; i++)
        if (dialogue->lines[i].at_us <= lifting->parting_us + LATER_US)
            boots += dialogue->lines[i].kind == TAP_BOOT;
    for (unsigned boot = boots; boot > 0 && boot + 2 > boots; boot--) {
        if (triggers->count == LIFT_TRIGGERS_MAX)
            return;
        snprintf(triggers->when[triggers->count], LIFT_LINE_MAX, "boot: %u", boot);
        triggers->on_command[triggers->count++] = false;
    }
}

static void far_triggers(struct triggers *triggers)
{
    static const unsigned percents[] = {1, 10, 37, 50, 90, 99};
    triggers->count = 0;
    snprintf(triggers->when[0], LIFT_LINE_MAX, "time: 0s");
    triggers->on_command[triggers->count++] = false;
    for (unsigned phase = SIM_PHASE_IDLE + 1; phase < SIM_PHASE_COUNT; phase++)
        for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
            if (triggers->count == LIFT_TRIGGERS_MAX)
                return;
            snprintf(triggers->when[triggers->count], LIFT_LINE_MAX, "phase: %s, percent: %u%%",
                     sim_phase_name(phase), percents[i]);
            triggers->on_command[triggers->count++] = false;
        }
    for (unsigned state = 1; state < FOTA_STATE_COUNT && triggers->count < LIFT_TRIGGERS_MAX;
         state++) {
        snprintf(triggers->when[triggers->count], LIFT_LINE_MAX, "core-state: %s",
                 fota_state_name(state));
        triggers->on_command[triggers->count++] = false;
    }
}

/* By how much what the run says where they part comes later in the trace; 0: it never comes. */
static int64_t lateness_us(const struct lifting *lifting)
{
    const struct outline *recorded = &lifting->recorded, *now = &lifting->now;
    const struct fit *fit = &lifting->best_fit;
    if (fit->common == 0 || fit->place == 0 || fit->place >= now->count)
        return 0;
    int64_t begun_us = (int64_t)(now->items[fit->place].at_us - now->items[fit->place - 1].at_us);
    for (size_t i = fit->common; i < recorded->count; i++)
        if (outline_same(recorded, &recorded->items[i], now, &now->items[fit->place]))
            return (int64_t)(recorded->items[i].at_us - recorded->items[fit->common - 1].at_us) -
                   begun_us;
    return 0;
}

void lift_look(struct lifting *lifting)
{
    struct triggers *triggers = &lifting->near;
    const struct fit *fit = &lifting->best_fit;
    const struct outline *recorded = &lifting->recorded, *now = &lifting->now;
    size_t at = fit->common, place = fit->place;
    triggers->count = 0;
    lifting->parting_us = place < now->count ? now->items[place].at_us
                          : now->count       ? now->items[now->count - 1].at_us
                                             : 0;
    lifting->late_us = lateness_us(lifting);
    lifting->best_common_at_us =
        place > 0 && place <= now->count ? (int64_t)now->items[place - 1].at_us : 0;
    lifting->said[0] = '\0';
    if (at < recorded->count) {
        outline_text(recorded, &recorded->items[at], lifting->said);
        add_item_trigger(triggers, recorded, at);
    }
    lifting->next_command[0] = '\0';
    if (place < now->count && outline_is_exchange(&now->items[place]) &&
        lift_is_text(now->dialogue->steps[now->items[place].step].command))
        snprintf(lifting->next_command, sizeof lifting->next_command, "AT%.*s", LIFT_NAME_MAX - 3,
                 now->dialogue->steps[now->items[place].step].command);
    if (!fit->complete)
        add_before(triggers, now, place, 4);
    if (fit->parted < fit->common)
        add_before(triggers, now, fit->parted, 3);
    add_lives(triggers, lifting);
    far_triggers(&lifting->far);
}

static void try_times(struct lifting *lifting, const char *when, const char *action,
                      bool unexplained, unsigned often)
{
    struct lift_plan plan = lifting->best;
    if (plan.event_count == LIFT_LINES_MAX)
        return;
    struct lift_event *event = &plan.events[plan.event_count++];
    snprintf(event->when, sizeof event->when, "%s", when);
    snprintf(event->action, sizeof event->action, "%s", action);
    event->unexplained = unexplained;
    event->often = often;
    lift_try_plan(lifting, &plan);
}

void lift_try_event(struct lifting *lifting, const char *when, const char *action, bool unexplained)
{
    try_times(lifting, when, action, unexplained, 0);
}

static void try_counts(struct lifting *lifting, const struct lift_plan *base, size_t event)
{
    static const unsigned counts[] = {0, 2, 3, 4, 5, LIFT_ALWAYS};
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        struct lift_plan plan = *base;
        plan.events[event].often = counts[k];
        if (counts[k] != base->events[event].often)
            lift_try_plan(lifting, &plan);
    }
}

void lift_try_counts(struct lifting *lifting, const struct lift_plan *base, size_t first)
{
    for (size_t i = first; i < base->event_count; i++)
        try_counts(lifting, base, i);
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

/* What another program on the port may have sent; only what comes of it shows. */
static const char *const of_others[] = {"AT+CFUN=0", "AT+CFUN=4", "AT+CNACT=0", "AT+CSQ"};

/* They stand in front of the client's own command. */
static void try_others(struct lifting *lifting, const char *when)
{
    static const char key[] = "command: ";
    char before[LIFT_LINE_MAX], action[LIFT_LINE_MAX];
    if (strncmp(when, key, sizeof key - 1) != 0)
        return;
    snprintf(before, sizeof before, "to-module-text: %.*s",
             (int)(sizeof before - sizeof "to-module-text: "), when + sizeof key - 1);
    for (size_t i = 0; i < sizeof of_others / sizeof of_others[0]; i++) {
        snprintf(action, sizeof action, "insert-to-module: \"%s\\r\"", of_others[i]);
        lift_try_event(lifting, before, action, false);
    }
}

/* A line of the trace that says how the file transfer of a command ended: it did not even begin. */
static void try_ftp_result(struct lifting *lifting, const char *when)
{
    static const char result[] = "+FTPEXTGET";
    const char *said = strstr(lifting->said, result);
    char action[LIFT_LINE_MAX];
    if (!said)
        return;
    snprintf(action, sizeof action, "reply: ['OK']}, {urc: '%.*s'", (int)strcspn(said, ";"), said);
    if (!strchr(said, '\'') && strlen(said) < LIFT_NAME_MAX)
        lift_try_event(lifting, when, action, false);
}

static void try_download(struct lifting *lifting, const char *when)
{
    enum { CODE_MIN = 201, CODE_MAX = 699 };
    char action[LIFT_LINE_MAX];
    for (const char *at = lifting->said; *at; at++) {
        char *end;
        unsigned long code = *at == ' ' ? strtoul(at, &end, 10) : 0;
        if (code < CODE_MIN || code > CODE_MAX)
            continue;
        snprintf(action, sizeof action, "http-result: %lu", code);
        lift_try_event(lifting, when, action, false);
        try_times(lifting, when, action, false, LIFT_ALWAYS);
    }
    for (const char *at = lifting->said; *at;) {
        char *end;
        bool digit = is_digit(*at);
        unsigned long bytes = digit ? strtoul(at, &end, 10) : 0;
        at = digit ? end : at + 1;
        snprintf(action, sizeof action, "http-short: %luB", bytes);
        if (bytes > 0 && bytes < lifting->best.facts.size_bytes)
            lift_try_event(lifting, when, action, false);
    }
    snprintf(action, sizeof action, "http-short: %uB", lifting->best.facts.size_bytes / 2);
    lift_try_event(lifting, when, action, false);
    snprintf(action, sizeof action, "file-damage: '%s', at: %uB", sim_package_path,
             lifting->best.facts.size_bytes / 2);
    lift_try_event(lifting, when, action, false);
    snprintf(action, sizeof action, "file-delete: '%s'", sim_package_path);
    lift_try_event(lifting, when, action, false);
}

/* A bridge that gives nothing more until its port is opened anew: nothing on the line tells it from
   a module that hangs, but what helped. */
static void try_until_reopened(struct lifting *lifting, const char *when)
{
    struct lift_plan plan = lifting->best;
    if (plan.event_count + 2 > LIFT_LINES_MAX)
        return;
    struct lift_event *hangs = &plan.events[plan.event_count++];
    struct lift_event *helps = &plan.events[plan.event_count++];
    snprintf(hangs->when, sizeof hangs->when, "%s", when);
    snprintf(hangs->action, sizeof hangs->action, "hang: both");
    snprintf(helps->when, sizeof helps->when, "request: %s",
             fota_request_name(FOTA_REQUEST_REOPEN_PORT));
    snprintf(helps->action, sizeof helps->action, "hang: none");
    lift_try_plan(lifting, &plan);
}

/* All that may happen there. Up to where it happens each run is the best one: where the first of
   them does not happen before what is to be explained, none of them does. */
static void try_at(struct lifting *lifting, const struct triggers *triggers, size_t t)
{
    for (size_t i = 0; i < sizeof anywhere / sizeof anywhere[0]; i++) {
        lift_try_event(lifting, triggers->when[t], anywhere[i], false);
        if (!lifting->happened)
            return;
    }
    for (size_t i = 0; triggers->on_command[t] && i < sizeof on_commands / sizeof *on_commands; i++)
        lift_try_event(lifting, triggers->when[t], on_commands[i], false);
    try_others(lifting, triggers->when[t]);
    try_until_reopened(lifting, triggers->when[t]);
    try_download(lifting, triggers->when[t]);
    if (triggers->on_command[t])
        try_ftp_result(lifting, triggers->when[t]);
}

static size_t count_near(const struct lifting *lifting)
{
    return lifting->near.count;
}

static void try_near(struct lifting *lifting, size_t t)
{
    try_at(lifting, &lifting->near, t);
}

const struct lift_kind lift_near = {count_near, try_near};

static size_t count_far(const struct lifting *lifting)
{
    return lifting->far.count;
}

static void try_far(struct lifting *lifting, size_t t)
{
    try_at(lifting, &lifting->far, t);
}

const struct lift_kind lift_far = {count_far, try_far};

/* ---- tuning ---------------------------------------------------------------------------------- */

/* The number with a unit in a text; false: there is none. */
static bool find_quantity(const char *text, size_t *ret_begin, size_t *ret_end,
                          enum text_quantity *ret_quantity, int64_t *ret_value)
{
    static const enum text_quantity kinds[] = {TEXT_DURATION, TEXT_SIZE, TEXT_PERCENT};
    for (size_t at = 1; text[at]; at++) {
        if (text[at] < '0' || text[at] > '9' || text[at - 1] != ' ')
            continue;
        size_t length = strcspn(text + at, ",} ");
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            if (text_number_parse(kinds[i], text + at, length, ret_value) == TEXT_NUMBER_GOOD) {
                *ret_begin = at;
                *ret_end = at + length;
                *ret_quantity = kinds[i];
                return *ret_value > 0;
            }
    }
    return false;
}

/* The text with another value in it; false: it has none. */
static bool tuned(const char *text, unsigned way, int64_t parted_us, char *changed, size_t capacity)
{
    static const int percents[] = {10, 25, 50, 75, 90, 110, 125, 150, 200, 400, 1000, 5000};
    enum { WAYS = sizeof percents / sizeof percents[0] };
    enum text_quantity quantity;
    size_t begin, end;
    int64_t value;
    char number[32];
    if (!find_quantity(text, &begin, &end, &quantity, &value))
        return false;
    if (way < WAYS)
        value = value * percents[way] / 100;
    else if (way < WAYS + 2 && quantity == TEXT_DURATION && parted_us)
        value += way == WAYS ? parted_us : -parted_us;
    else
        return false;
    if (quantity == TEXT_DURATION)
        value = (value + 500) / 1000 * 1000;
    if (value <= 0 || (quantity == TEXT_PERCENT && value > 100))
        return true;
    text_number_write(number, sizeof number, quantity, value);
    snprintf(changed, capacity, "%.*s%s%s", (int)begin, text, number, text + end);
    return true;
}

static size_t count_tuning(const struct lifting *lifting)
{
    size_t count = lifting->best.event_count;
    for (size_t place = 0; place < LIFT_PLACES; place++)
        count += lifting->best.lines[place].count;
    return count;
}

static void tune_event(struct lifting *lifting, size_t i)
{
    const struct lift_event *event = &lifting->best.events[i];
    int64_t parted_us = lifting->best_fit.parted_us;
    try_counts(lifting, &lifting->best, i);
    for (unsigned way = 0;; way++) {
        struct lift_plan plan = lifting->best;
        bool action = tuned(event->action, way, parted_us, plan.events[i].action, LIFT_LINE_MAX);
        if (!action && !tuned(event->when, way, parted_us, plan.events[i].when, LIFT_LINE_MAX))
            break;
        lift_try_plan(lifting, &plan);
    }
}

static void tune_line(struct lifting *lifting, size_t place, size_t i)
{
    for (unsigned way = 0;; way++) {
        struct lift_plan plan = lifting->best;
        if (!tuned(lifting->best.lines[place].items[i], way, lifting->best_fit.parted_us,
                   plan.lines[place].items[i], LIFT_NAME_MAX))
            break;
        lift_try_plan(lifting, &plan);
    }
}

/* Another number in what was added before. */
static void try_tuning(struct lifting *lifting, size_t index)
{
    for (size_t place = 0; place < LIFT_PLACES; place++) {
        if (index < lifting->best.lines[place].count) {
            tune_line(lifting, place, index);
            return;
        }
        index -= lifting->best.lines[place].count;
    }
    tune_event(lifting, index);
}

const struct lift_kind lift_tuning = {count_tuning, try_tuning};
