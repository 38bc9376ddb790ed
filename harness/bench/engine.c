#include "harness/bench/engine.h"

#include <string.h>

static const struct scenario_event *event_at(const struct bench_run *run, unsigned index)
{
    return &run->one->events[index];
}

/* Hooks of the module that a kind of trigger needs; 0 = none. */
static uint32_t hook_of(const struct scenario_trigger *when)
{
    switch (when->kind) {
    case SCENARIO_TRIGGER_COMMAND:
        return 1u << SIM_HOOK_COMMAND;
    case SCENARIO_TRIGGER_PHASE:
        return when->percent ? 1u << SIM_HOOK_PERCENT : 1u << SIM_HOOK_PHASE;
    case SCENARIO_TRIGGER_FLASH_STEP:
        return 1u << SIM_HOOK_FLASH_STEP;
    case SCENARIO_TRIGGER_NV_WRITE:
        return 1u << SIM_HOOK_NV_WRITE;
    case SCENARIO_TRIGGER_BOOT:
        return 1u << SIM_HOOK_BOOT;
    case SCENARIO_TRIGGER_HTTP_BYTE:
        return 1u << SIM_HOOK_HTTP_BYTE;
    default:
        return 0;
    }
}

static bool may_fire_again(const struct bench_run *run, unsigned index)
{
    uint16_t times = event_at(run, index)->times;
    return times == 0 || run->world.engine.fired[index] < times;
}

static void find_next(struct bench_run *run)
{
    struct bench_engine *engine = &run->world.engine;
    uint64_t next = BENCH_NEVER;
    for (unsigned i = 0; i < run->one->event_count; i++)
        if (engine->due_at_us[i] < next)
            next = engine->due_at_us[i];
    for (unsigned i = 0; i < run->one->action_count; i++)
        if (engine->undo_at_us[i] < next)
            next = engine->undo_at_us[i];
    engine->next_at_us = next;
}

/* The module calls its HTTP_BYTE hook at one mark: the nearest that still waits. */
static void find_http_mark(struct bench_run *run)
{
    uint32_t mark = 0;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_trigger *when = &event_at(run, i)->when;
        if (when->kind == SCENARIO_TRIGGER_HTTP_BYTE && run->world.engine.seen[i] == 0 &&
            (mark == 0 || when->number < mark))
            mark = when->number;
    }
    run->sim_host.http_mark_bytes = mark;
}

void bench_engine_refresh(struct bench_run *run)
{
    run->trigger_mask = 0;
    run->sim_host.hook_mask = 0;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_trigger *when = &event_at(run, i)->when;
        run->trigger_mask |= 1u << when->kind;
        run->sim_host.hook_mask |= hook_of(when);
    }
    find_http_mark(run);
}

void bench_engine_begin(struct bench_run *run)
{
    struct bench_engine *engine = &run->world.engine;
    memset(engine, 0, sizeof *engine);
    for (unsigned i = 0; i < SCENARIO_EVENTS_MAX; i++)
        engine->due_at_us[i] = BENCH_NEVER;
    for (unsigned i = 0; i < SCENARIO_ACTIONS_MAX; i++)
        engine->undo_at_us[i] = BENCH_NEVER;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_event *event = event_at(run, i);
        if (event->when.kind != SCENARIO_TRIGGER_TIME)
            continue;
        engine->due_at_us[i] = event->when.time_us + event->after_us;
        engine->seen[i] = engine->fired[i] = 1;
    }
    find_next(run);
    bench_engine_refresh(run);
}

/* ---- actions ------------------------------------------------------------------------------- */

static void note_fault(struct bench_run *run, unsigned event, unsigned action)
{
    const char *name = scenario_action_name(run->one->actions[action].kind);
    bench_note(run, BENCH_JOURNAL_FAULT, (uint8_t)event,
               (uint16_t)(action - run->one->events[event].first_action), 0, name, strlen(name));
}

/* How an action becomes one of the module's: X-like rows, the rest is done by the bench. */
static const struct {
    uint8_t action;      /* enum scenario_action_kind */
    uint8_t sim;         /* enum sim_action_kind */
    uint8_t from_detail; /* 1: number = detail, else number = number */
} module_actions[] = {
    {SCENARIO_ACTION_PWRKEY, SIM_ACTION_PWRKEY, 0},
    {SCENARIO_ACTION_RESET_PIN, SIM_ACTION_RESET_PIN, 0},
    {SCENARIO_ACTION_SUPPLY, SIM_ACTION_SUPPLY, 0},
    {SCENARIO_ACTION_DTR, SIM_ACTION_DTR, 1},
    {SCENARIO_ACTION_RTS, SIM_ACTION_RTS, 1},
    {SCENARIO_ACTION_URC, SIM_ACTION_URC, 0},
    {SCENARIO_ACTION_RESET, SIM_ACTION_RESET, 1},
    {SCENARIO_ACTION_HANG, SIM_ACTION_HANG, 1},
    {SCENARIO_ACTION_NETWORK, SIM_ACTION_NETWORK, 1},
    {SCENARIO_ACTION_BEARER, SIM_ACTION_BEARER_LOST, 0},
    {SCENARIO_ACTION_HTTP_RESULT, SIM_ACTION_HTTP_RESULT, 0},
    {SCENARIO_ACTION_HTTP_SHORT, SIM_ACTION_HTTP_SHORT, 0},
    {SCENARIO_ACTION_FILE_DAMAGE, SIM_ACTION_FILE_DAMAGE, 0},
    {SCENARIO_ACTION_FILE_TRUNCATE, SIM_ACTION_FILE_TRUNCATE, 0},
    {SCENARIO_ACTION_FILE_DELETE, SIM_ACTION_FILE_DELETE, 0},
    {SCENARIO_ACTION_SMS, SIM_ACTION_SMS, 0},
};

static bool do_module_action(struct bench_run *run, const struct scenario_action *action)
{
    for (size_t i = 0; i < sizeof module_actions / sizeof module_actions[0]; i++) {
        if (module_actions[i].action != action->kind)
            continue;
        struct sim_action done = {.kind = module_actions[i].sim,
                                  .number = module_actions[i].from_detail ? action->detail
                                                                          : action->number,
                                  .value = action->value,
                                  .text = action->text,
                                  .from = action->from};
        return bench_module_apply(run, &done);
    }
    return false;
}

static bool do_power(struct bench_run *run, bool on)
{
    struct sim_view view;
    bench_module_view(run, &view);
    if (!on && !view.powered)
        return true; /* a hook has cut it at the very point */
    struct sim_action done = {.kind = on ? SIM_ACTION_POWER_ON : SIM_ACTION_POWER_CUT};
    return bench_module_apply(run, &done);
}

static bool do_set(struct bench_run *run, const struct scenario_action *action)
{
    struct sim_action done = {
        .kind = SIM_ACTION_SETTING, .number = action->setting, .value = action->value};
    return bench_module_apply(run, &done);
}

static bool do_wire(struct bench_run *run, const struct scenario_action *action)
{
    struct bench_lane *to_host = &run->world.lanes[BENCH_TO_HOST];
    struct bench_lane *lane = action->kind == SCENARIO_ACTION_LOSE_TO_MODULE
                                  ? &run->world.lanes[BENCH_TO_MODULE]
                                  : to_host;
    switch (action->kind) {
    case SCENARIO_ACTION_LOSE_TO_HOST:
    case SCENARIO_ACTION_LOSE_TO_MODULE:
        if (action->detail)
            lane->lose_line = 1;
        else
            lane->lose_bytes += action->number;
        return true;
    case SCENARIO_ACTION_GARBLE_TO_HOST:
        to_host->garble_bytes += action->number;
        return true;
    default:
        to_host->insert_at = to_host->byte_count + action->number;
        to_host->insert_length =
            (uint16_t)(action->length < BENCH_WIRE_INSERT_MAX ? action->length
                                                              : BENCH_WIRE_INSERT_MAX);
        memcpy(to_host->insert, action->text, to_host->insert_length);
        return true;
    }
}

/* Does an action now; false when it made no sense, which is said in the journal. */
static bool do_action(struct bench_run *run, const struct scenario_action *action)
{
    switch (action->kind) {
    case SCENARIO_ACTION_POWER:
        return do_power(run, action->detail);
    case SCENARIO_ACTION_SET:
        return do_set(run, action);
    case SCENARIO_ACTION_LOSE_TO_HOST:
    case SCENARIO_ACTION_LOSE_TO_MODULE:
    case SCENARIO_ACTION_GARBLE_TO_HOST:
    case SCENARIO_ACTION_INSERT_TO_HOST:
        return do_wire(run, action);
    case SCENARIO_ACTION_HOST_RESET:
        bench_host_reset(run, action->for_us);
        return true;
    case SCENARIO_ACTION_CANCEL:
        bench_host_cancel(run);
        return true;
    case SCENARIO_ACTION_REPLY:
    case SCENARIO_ACTION_SWALLOW:
    case SCENARIO_ACTION_DELAY:
        return true; /* was done at the hook */
    default:
        return do_module_action(run, action);
    }
}

/* The end of an action's `for`. */
static void undo_action(struct bench_run *run, const struct scenario_action *action)
{
    struct sim_action undo = {.kind = SIM_ACTION_HANG, .number = SIM_HANG_NONE};
    switch (action->kind) {
    case SCENARIO_ACTION_POWER:
        do_power(run, !action->detail);
        break;
    case SCENARIO_ACTION_HANG:
        bench_module_apply(run, &undo);
        break;
    case SCENARIO_ACTION_NETWORK:
        undo.kind = SIM_ACTION_NETWORK;
        undo.number = !action->detail;
        bench_module_apply(run, &undo);
        break;
    default:
        break;
    }
}

static void arm_undo(struct bench_run *run, unsigned index)
{
    const struct scenario_action *action = &run->one->actions[index];
    if (action->for_us && action->kind != SCENARIO_ACTION_HOST_RESET)
        run->world.engine.undo_at_us[index] = run->world.now_us + action->for_us;
}

/* Actions that replace what the module does at this very point. */
static bool override_with(const struct scenario_action *action, struct sim_override *override)
{
    switch (action->kind) {
    case SCENARIO_ACTION_SWALLOW:
        override->swallow = true;
        return true;
    case SCENARIO_ACTION_DELAY:
        override->delay_ms = action->number;
        return true;
    case SCENARIO_ACTION_REPLY:
        override->reply = action->text;
        override->run = action->run;
        return true;
    case SCENARIO_ACTION_POWER:
        override->cut_power = override->cut_power || !action->detail;
        override->cut_when = action->cut;
        return !action->detail;
    default:
        return false;
    }
}

/* It was done when the trigger happened, and noted there. */
static bool is_done_at_hook(const struct scenario_event *event,
                            const struct scenario_action *action)
{
    struct sim_override override = {0};
    uint32_t hook = hook_of(&event->when) & ~(1u << SIM_HOOK_BOOT); /* boots are told, not asked */
    return event->after_us == 0 && hook && override_with(action, &override);
}

static bool is_wire_action(unsigned kind)
{
    return kind == SCENARIO_ACTION_LOSE_TO_HOST || kind == SCENARIO_ACTION_LOSE_TO_MODULE ||
           kind == SCENARIO_ACTION_GARBLE_TO_HOST || kind == SCENARIO_ACTION_INSERT_TO_HOST;
}

/* A line fault takes effect on the next byte, which may be the answer to the very command that
 * triggers it, so it does not wait for the end of what the module does at that time. */
static bool is_done_at_once(const struct bench_run *run, const struct scenario_event *event,
                            unsigned action)
{
    return event->after_us == 0 && event->when.kind != SCENARIO_TRIGGER_TIME &&
           is_wire_action(run->one->actions[action].kind);
}

static void do_event(struct bench_run *run, unsigned index)
{
    const struct scenario_event *event = event_at(run, index);
    static const char useless[] = "the action had no effect: it made no sense at this time";
    for (unsigned i = 0; i < event->action_count; i++) {
        unsigned at = event->first_action + i;
        if (is_done_at_once(run, event, at))
            continue;
        if (!is_done_at_hook(event, &run->one->actions[at]))
            note_fault(run, index, at);
        if (!do_action(run, &run->one->actions[at]))
            bench_note(run, BENCH_JOURNAL_BENCH, 0, 0, 0, useless, sizeof useless - 1);
        arm_undo(run, at);
    }
}

void bench_engine_run(struct bench_run *run)
{
    struct bench_engine *engine = &run->world.engine;
    if (engine->next_at_us > run->world.now_us)
        return;
    for (unsigned i = 0; i < run->one->action_count; i++) {
        if (engine->undo_at_us[i] > run->world.now_us)
            continue;
        engine->undo_at_us[i] = BENCH_NEVER;
        undo_action(run, &run->one->actions[i]);
    }
    for (unsigned i = 0; i < run->one->event_count; i++) {
        if (engine->due_at_us[i] > run->world.now_us)
            continue;
        engine->due_at_us[i] = BENCH_NEVER;
        do_event(run, i);
    }
    find_next(run);
    bench_run_settle(run);
}

/* ---- triggers ------------------------------------------------------------------------------ */

/* True when the happening is one that the trigger counts. */
static bool counts(const struct scenario_trigger *when, const struct bench_happening *happening)
{
    if (when->kind != happening->kind)
        return false;
    switch (when->kind) {
    case SCENARIO_TRIGGER_COMMAND:
    case SCENARIO_TRIGGER_NV_WRITE: {
        size_t length = strlen(when->text);
        return happening->length >= length && memcmp(happening->text, when->text, length) == 0;
    }
    case SCENARIO_TRIGGER_PHASE:
        return when->phase == happening->phase && when->percent == happening->number;
    case SCENARIO_TRIGGER_CORE_STATE:
        return when->state == happening->number;
    case SCENARIO_TRIGGER_HTTP_BYTE:
    case SCENARIO_TRIGGER_BOOT: /* with `times`, the following ones too */
        return happening->number >= when->number;
    default:
        return when->number == happening->number;
    }
}

/* Triggers whose `number` says the n-th time; the others are met by the number itself. */
static bool is_nth(const struct scenario_trigger *when)
{
    return when->kind == SCENARIO_TRIGGER_COMMAND || when->kind == SCENARIO_TRIGGER_NV_WRITE ||
           when->kind == SCENARIO_TRIGGER_CORE_STATE;
}

static void fire(struct bench_run *run, unsigned index, uint64_t at_us,
                 struct sim_override *override)
{
    const struct scenario_event *event = event_at(run, index);
    struct bench_engine *engine = &run->world.engine;
    engine->fired[index]++;
    for (unsigned i = 0; event->after_us == 0 && i < event->action_count; i++) {
        unsigned at = event->first_action + i;
        bool at_once = is_done_at_once(run, event, at);
        if (at_once)
            do_wire(run, &run->one->actions[at]);
        if (at_once || (override && override_with(&run->one->actions[at], override)))
            note_fault(run, index, at);
    }
    engine->due_at_us[index] = at_us + event->after_us;
    if (engine->due_at_us[index] < engine->next_at_us)
        engine->next_at_us = engine->due_at_us[index];
}

void bench_engine_match(struct bench_run *run, const struct bench_happening *happening,
                        struct sim_override *override)
{
    struct bench_engine *engine = &run->world.engine;
    if (!(run->trigger_mask >> happening->kind & 1))
        return;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_trigger *when = &event_at(run, i)->when;
        if (!counts(when, happening))
            continue;
        engine->seen[i]++;
        if (!may_fire_again(run, i) || (is_nth(when) && engine->seen[i] < when->number))
            continue;
        fire(run, i, happening->at_us, override);
    }
    if (happening->kind == SCENARIO_TRIGGER_HTTP_BYTE)
        find_http_mark(run);
}

/* ---- points on the wire -------------------------------------------------------------------- */

static bool stands_on(const struct scenario_trigger *when, enum bench_lane_id lane)
{
    return lane == BENCH_TO_HOST ? when->kind == SCENARIO_TRIGGER_TO_HOST_BYTE ||
                                       when->kind == SCENARIO_TRIGGER_TO_HOST_LINE
                                 : when->kind == SCENARIO_TRIGGER_TO_MODULE_BYTE;
}

/* Offset of the line-th new line within the bytes, `size` = not among them. */
static size_t line_offset(const struct bench_lane *lane, uint32_t line, const uint8_t *bytes,
                          size_t size)
{
    struct bench_lane probe = {.in_line = lane->in_line};
    uint32_t wanted = line - lane->line_count;
    if (line <= lane->line_count || bench_lane_lines_in(lane, bytes, size, '\n') < wanted)
        return size;
    for (size_t i = 0; i < size; i++)
        if (bench_lane_lines_in(&probe, bytes, i + 1, '\n') == wanted)
            return i;
    return size;
}

static size_t point_of(const struct bench_run *run, unsigned index, const struct bench_lane *lane,
                       const uint8_t *bytes, size_t size)
{
    const struct scenario_trigger *when = &event_at(run, index)->when;
    if (run->world.engine.seen[index])
        return size;
    if (when->kind == SCENARIO_TRIGGER_TO_HOST_LINE)
        return line_offset(lane, when->number, bytes, size);
    bool within = when->number > lane->byte_count && when->number - lane->byte_count <= size;
    return within ? when->number - lane->byte_count - 1 : size;
}

size_t bench_engine_wire_point(const struct bench_run *run, enum bench_lane_id lane,
                               const uint8_t *bytes, size_t size)
{
    size_t first = size;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        if (!stands_on(&event_at(run, i)->when, lane))
            continue;
        size_t at = point_of(run, i, &run->world.lanes[lane], bytes, size);
        if (at < first)
            first = at;
    }
    return first;
}

void bench_engine_wire_fire(struct bench_run *run, enum bench_lane_id lane, const uint8_t *next,
                            uint64_t at_us)
{
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_event *event = event_at(run, i);
        if (!stands_on(&event->when, lane) ||
            point_of(run, i, &run->world.lanes[lane], next, 1) != 0)
            continue;
        run->world.engine.seen[i] = 1;
        fire(run, i, at_us, NULL);
    }
}

int bench_engine_unfired(const struct bench_run *run)
{
    for (unsigned i = 0; i < run->one->event_count; i++)
        if (!event_at(run, i)->may_not_fire && run->world.engine.fired[i] == 0)
            return (int)i;
    return -1;
}
