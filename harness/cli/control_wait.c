/* control_wait.c - clients that wait for what a module tells: views of the journal. */
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/control.h"
#include "sim/look.h"

#define DEFAULT_TIMEOUT_US 60000000u

/* ---- what an event's value is -------------------------------------------------------------- */

enum value { VALUE_TEXT, VALUE_NONE, VALUE_NUMBER, VALUE_AT_LEAST, VALUE_NAME };

static const char *on_off(unsigned number)
{
    static const char *const names[] = {"off", "on"};
    return number < 2 ? names[number] : NULL;
}

static const char *up_down(unsigned number)
{
    static const char *const names[] = {"down", "up"};
    return number < 2 ? names[number] : NULL;
}

static const char *phase_name(unsigned number)
{
    return number < SIM_PHASE_COUNT ? sim_phase_name(number) : NULL;
}

static const char *reset_name(unsigned number)
{
    return number < SIM_RESET_COUNT ? sim_reset_name(number) : NULL;
}

static const char *hang_name(unsigned number)
{
    return number < SIM_HANG_COUNT ? sim_hang_name(number) : NULL;
}

/* True when what the event tells is so already, and the number that it would tell. */
static bool now_power(const struct sim *sim, const struct sim_view *view, uint32_t *ret_value)
{
    (void)sim;
    *ret_value = view->powered;
    return true;
}

static bool now_boot(const struct sim *sim, const struct sim_view *view, uint32_t *ret_value)
{
    (void)sim;
    *ret_value = view->boots;
    return view->answering && view->phase == SIM_PHASE_IDLE;
}

static bool now_phase(const struct sim *sim, const struct sim_view *view, uint32_t *ret_value)
{
    (void)sim;
    *ret_value = view->phase;
    return true;
}

static bool now_percent(const struct sim *sim, const struct sim_view *view, uint32_t *ret_value)
{
    (void)sim;
    *ret_value = view->percent;
    return view->phase != SIM_PHASE_IDLE;
}

static bool now_status(const struct sim *sim, const struct sim_view *view, uint32_t *ret_value)
{
    (void)sim;
    *ret_value = view->status;
    return true;
}

static bool now_network(const struct sim *sim, const struct sim_view *view, uint32_t *ret_value)
{
    struct sim_network_view network;

    (void)view;
    sim_look_network(sim, &network);
    *ret_value = network.registration == 1 || network.registration == 5;
    return true;
}

static bool now_bearer(const struct sim *sim, const struct sim_view *view, uint32_t *ret_value)
{
    struct sim_network_view network;

    (void)view;
    sim_look_network(sim, &network);
    *ret_value = network.bearer;
    return true;
}

static bool now_hang(const struct sim *sim, const struct sim_view *view, uint32_t *ret_value)
{
    struct sim_network_view network;

    (void)view;
    sim_look_network(sim, &network);
    *ret_value = network.hang;
    return true;
}

/* A kind that is not named here has a text. */
static const struct {
    uint8_t value; /* enum value */
    const char *(*name)(unsigned number);
    bool (*now)(const struct sim *sim, const struct sim_view *view, uint32_t *ret_value);
} kinds[SIM_EVENT_COUNT] = {
    [SIM_EVENT_POWER] = {VALUE_NAME, on_off, now_power},
    [SIM_EVENT_RESET] = {VALUE_NAME, reset_name, NULL},
    [SIM_EVENT_BOOT] = {VALUE_AT_LEAST, NULL, now_boot},
    [SIM_EVENT_PHASE] = {VALUE_NAME, phase_name, now_phase},
    [SIM_EVENT_PERCENT] = {VALUE_AT_LEAST, NULL, now_percent},
    [SIM_EVENT_STATUS] = {VALUE_NUMBER, NULL, now_status},
    [SIM_EVENT_HTTP] = {VALUE_NUMBER, NULL, NULL},
    [SIM_EVENT_NETWORK] = {VALUE_NAME, up_down, now_network},
    [SIM_EVENT_BEARER] = {VALUE_NAME, up_down, now_bearer},
    [SIM_EVENT_HANG] = {VALUE_NAME, hang_name, now_hang},
};

/* ---- matching ----------------------------------------------------------------------------- */

static bool matches(const struct cli_control_wait *wait, const struct cli_control_event *event)
{
    if (wait->kind != event->kind || wait->module != event->module)
        return false;
    if (wait->any)
        return true;
    switch (kinds[wait->kind].value) {
    case VALUE_TEXT:
        return strstr(event->text, wait->text) != NULL;
    case VALUE_AT_LEAST:
        return event->value >= wait->value;
    default:
        return event->value == wait->value;
    }
}

/* False: the record is no such thing. */
static bool read_event(const struct bench_record *record, uint64_t number,
                       struct cli_control_event *ret_event)
{
    size_t length = record->length;

    if (record->kind != BENCH_JOURNAL_MODULE)
        return false;
    *ret_event = (struct cli_control_event){.number = number,
                                            .module_us = record->time_us,
                                            .module = record->bench,
                                            .value = record->number,
                                            .kind = record->a};
    if (length >= sizeof ret_event->text)
        length = sizeof ret_event->text - 1;
    for (size_t i = 0; i < length; i++)
        ret_event->text[i] = record->payload[i] ? (char)record->payload[i] : '?';
    return true;
}

static bool is_waited_for(const struct cli_control *control)
{
    for (size_t i = 0; i < BENCH_CONTROL_CLIENTS; i++)
        if (control->waits[i].active && !control->waits[i].matched)
            return true;
    return false;
}

void cli_control_take_record(struct cli_control *control, const struct bench_record *record)
{
    struct cli_control_event event;

    if (!is_waited_for(control) ||
        !read_event(record, control->view.cursor.number - 1, &event)) /* it stands behind it */
        return;
    for (size_t i = 0; i < BENCH_CONTROL_CLIENTS; i++) {
        struct cli_control_wait *wait = &control->waits[i];
        if (wait->active && !wait->matched && matches(wait, &event)) {
            wait->matched = control->matched = true;
            wait->event = event;
        }
    }
}

/* ---- answers ------------------------------------------------------------------------------ */

static void add_event(cJSON *answer, const struct cli_control_event *event)
{
    cJSON *json = cJSON_AddObjectToObject(answer, "event");
    const char *name = kinds[event->kind].name ? kinds[event->kind].name(event->value) : NULL;

    cJSON_AddNumberToObject(json, "number", (double)event->number);
    cJSON_AddStringToObject(json, "kind", sim_event_name(event->kind));
    cJSON_AddNumberToObject(json, "time_us", (double)event->module_us);
    cJSON_AddNumberToObject(json, "value", event->value);
    if (name)
        cJSON_AddStringToObject(json, "name", name);
    if (event->text[0])
        cli_control_add_text(json, "text", event->text);
}

static void answer_wait(struct cli_control *control, size_t place)
{
    struct cli_control_wait *wait = &control->waits[place];
    cJSON *answer = cJSON_CreateObject(), *error;

    wait->active = false;
    if (wait->matched) {
        add_event(answer, &wait->event);
    } else {
        error = cJSON_AddObjectToObject(answer, "error");
        cJSON_AddStringToObject(error, "kind", "timeout");
        cJSON_AddStringToObject(error, "what", "it has not happened in time");
        cJSON_AddStringToObject(error, "expected", sim_event_name(wait->kind));
        cJSON_AddStringToObject(error, "do", "wait longer with --timeout");
    }
    cJSON_AddBoolToObject(answer, "ok", wait->matched);
    cJSON_AddNumberToObject(answer, "events", (double)control->serve->journal.record_count);
    cli_control_send(&control->server.clients[place], answer);
}

uint64_t cli_control_advance_waits(struct cli_control *control, uint64_t real_us)
{
    uint64_t next_us = BENCH_NEVER;

    control->matched = false;
    for (size_t i = 0; i < BENCH_CONTROL_CLIENTS; i++) {
        struct cli_control_wait *wait = &control->waits[i];
        if (!wait->active)
            continue;
        if (wait->matched || wait->until_us <= real_us)
            answer_wait(control, i);
        else if (wait->until_us < next_us)
            next_us = wait->until_us;
    }
    return next_us;
}

/* ---- the command -------------------------------------------------------------------------- */

static const char *event_name(size_t index)
{
    return sim_event_name((unsigned)index);
}

/* Lists names for a message: "off|on". */
static const char *list_names(const char *(*name)(unsigned), char *buffer, size_t capacity)
{
    size_t used = 0;

    buffer[0] = '\0';
    for (unsigned i = 0; name(i) && used < capacity; i++)
        used += (size_t)snprintf(buffer + used, capacity - used, "%s%s", i ? "|" : "", name(i));
    return buffer;
}

static bool parse_value(struct cli_control_request *request, struct cli_control_wait *wait,
                        const char *word)
{
    const char *(*name)(unsigned) = kinds[wait->kind].name;
    const char *kind = sim_event_name(wait->kind);
    char names[200];
    uint64_t number;

    if (kinds[wait->kind].value == VALUE_TEXT) {
        snprintf(wait->text, sizeof wait->text, "%s", word);
        return true;
    }
    for (unsigned i = 0; name && name(i); i++)
        if (strcmp(name(i), word) == 0) {
            wait->value = i;
            return true;
        }
    if (!name && cli_value_number(word, &number) && number <= UINT32_MAX) {
        wait->value = (uint32_t)number;
        return true;
    }
    cli_control_fail(request, CLI_CONTROL_USAGE,
                     name ? list_names(name, names, sizeof names) : "a number", NULL,
                     "'%.40s' is no value of %s", word, kind);
    return false;
}

static bool parse_kind(struct cli_control_request *request, struct cli_control_wait *wait)
{
    const char *word = request->words[0];

    for (wait->kind = 0; wait->kind < SIM_EVENT_COUNT; wait->kind++)
        if (strcmp(sim_event_name(wait->kind), word) == 0)
            return true;
    cli_control_fail(request, CLI_CONTROL_USAGE, cli_nearest(word, SIM_EVENT_COUNT, event_name),
                     "see 'fotarig ctl --help'", "there is no event '%.40s'", word);
    return false;
}

static bool parse_options(struct cli_control_request *request, struct cli_control_wait *wait,
                          uint64_t *ret_after)
{
    const char *timeout = cli_control_option(request, "--timeout");
    const char *after = cli_control_option(request, "--after");
    uint64_t timeout_us = DEFAULT_TIMEOUT_US;

    *ret_after = UINT64_MAX;
    if (timeout && (!cli_value_duration(timeout, &timeout_us) || timeout_us > UINT64_C(1) << 50)) {
        cli_control_fail(request, CLI_CONTROL_USAGE, "a duration such as 50ms, 6s or 3min", NULL,
                         "--timeout: '%.40s' is no duration", timeout);
        return false;
    }
    if (after && !cli_value_number(after, ret_after)) {
        cli_control_fail(request, CLI_CONTROL_USAGE, "the number 'events' of an earlier answer",
                         NULL, "--after: '%.40s' is no number", after);
        return false;
    }
    wait->until_us = bench_clock_us() + timeout_us;
    return true;
}

/* Something that has happened since record number `after`. */
static bool has_been(const struct bench_journal *journal, struct cli_control_wait *wait,
                     uint64_t after)
{
    struct bench_journal_cursor cursor = {0};
    struct bench_record record;
    uint64_t lost;

    while (bench_journal_follow(journal, &cursor, &record, &lost))
        if (cursor.number - 1 > after && read_event(&record, cursor.number - 1, &wait->event) &&
            matches(wait, &wait->event))
            return true;
    return false;
}

/* A state that is so. */
static bool is_so(struct cli_control_request *request, struct cli_control_wait *wait)
{
    const struct sim *sim = bench_module_sim_of(request->module);
    struct cli_control_event now = {.kind = wait->kind, .module = wait->module};
    struct sim_view view;

    sim_view(sim, &view);
    if (!kinds[wait->kind].now || !kinds[wait->kind].now(sim, &view, &now.value))
        return false;
    now.number = request->control->serve->journal.record_count;
    now.module_us = bench_module_now_us(request->module);
    wait->event = now;
    return wait->any ? wait->kind == SIM_EVENT_BOOT : matches(wait, &now);
}

void cli_control_run_wait(struct cli_control_request *request)
{
    struct cli_control *control = request->control;
    size_t place = (size_t)(request->client - control->server.clients);
    struct cli_control_wait wait = {.active = true, .module = request->module->index};
    uint64_t after;

    if (!parse_options(request, &wait, &after) || !parse_kind(request, &wait))
        return;
    wait.any = request->word_count < 2;
    if (!wait.any && !parse_value(request, &wait, request->words[1]))
        return;
    bench_module_enter(request->module); /* what is due by now has happened */
    bench_module_leave(request->module);
    bench_serve_show(control->serve); /* what has happened before is nobody's answer */
    if (after == UINT64_MAX ? is_so(request, &wait)
                            : has_been(&control->serve->journal, &wait, after)) {
        add_event(request->answer, &wait.event);
        return;
    }
    control->waits[place] = wait;
    request->later = true;
}
