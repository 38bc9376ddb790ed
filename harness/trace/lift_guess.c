/* lift_guess.c - what may have happened in between: each hypothesis is a plan, and is tried. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "harness/text/setting.h"
#include "harness/trace/lift_parts.h"
#include "sim/catalogue.h"

/* What comes so soon behind the parting may have been before it. */
enum { LATER_US = 1000000 };

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

/* What another program on the port may have sent, and what then comes by itself. */
static const struct {
    const char *command, *sign;
} of_others[] = {
    {"AT+CFUN=0", "+CPIN: NOT READY"},
    {"AT+CFUN=4", "+APP PDP: DEACTIVE"},
    {"AT+CNACT=0", "+APP PDP: DEACTIVE"},
    {"AT+CSQ", "+CSQ: "},
};

/* Does the trace say it where they part, or soon behind? */
static bool says_soon(const struct lifting *lifting, const char *sign)
{
    enum { LINES = 8 };
    const struct dialogue *dialogue = lifting->dialogue;
    if (lifting->best_fit.common >= lifting->recorded.count)
        return false;
    const struct outline_item *item = &lifting->recorded.items[lifting->best_fit.common];
    size_t first = outline_is_exchange(item) ? dialogue->steps[item->step].first_line : item->line;
    for (size_t i = first; i < dialogue->line_count && i < first + LINES; i++)
        if (strncmp(dialogue->lines[i].text, sign, strlen(sign)) == 0)
            return true;
    return false;
}

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
        if (!says_soon(lifting, of_others[i].sign))
            continue;
        snprintf(action, sizeof action, "insert-to-module: \"%s\\r\"", of_others[i].command);
        lift_try_event(lifting, before, action, false);
    }
}

/* A line of the trace that says how the file transfer of a command ended: it did not even begin.
 * That repeats the trace; no action of the emulator is the cause of it. */
static void try_ftp_result(struct lifting *lifting, const char *when)
{
    static const char result[] = "+FTPEXTGET";
    const char *said = strstr(lifting->said, result);
    char action[LIFT_LINE_MAX];
    if (!said)
        return;
    snprintf(action, sizeof action, "reply: ['OK']}, {urc: '%.*s'", (int)strcspn(said, ";"), said);
    if (!strchr(said, '\'') && strlen(said) < LIFT_NAME_MAX)
        lift_try_event(lifting, when, action, true);
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
        bool digit = lift_is_digit(*at);
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
