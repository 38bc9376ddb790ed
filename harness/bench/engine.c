/* engine.c - the event engine: when a trigger has come, its actions are done. */
#include "harness/bench/engine_parts.h"

#include <stdio.h>
#include <string.h>

const struct scenario_event *bench_engine_event(const struct bench_run *run, unsigned index)
{
    return &run->one->events[index];
}

/* Where points are counted the module asks at each of them. */
#define POINT_HOOKS                                                                                \
    (SCENARIO_HOOK(COMMAND) | SCENARIO_HOOK(PHASE) | SCENARIO_HOOK(PERCENT) |                      \
     SCENARIO_HOOK(FLASH_STEP) | SCENARIO_HOOK(NV_WRITE) | SCENARIO_HOOK(HTTP_BYTE))

/* Hooks of the module that a trigger needs; 0 = none. */
static uint32_t hooks_of(const struct scenario_trigger *when)
{
    const struct scenario_trigger_row *row = &scenario_trigger_rows[when->kind];
    if (row->match != SCENARIO_MATCH_PHASE || when->phase == SIM_PHASE_IDLE)
        return row->hooks;
    return row->hooks & (when->percent ? SCENARIO_HOOK(PERCENT) : SCENARIO_HOOK(PHASE));
}

/* So often an event has fired that was taken out. */
#define DISARMED UINT16_MAX

bool bench_engine_may_fire(const struct bench_run *run, unsigned index)
{
    uint16_t times = bench_engine_event(run, index)->times;
    return run->world.engine.fired[index] < (times ? times : DISARMED);
}

static void find_next(struct bench_run *run)
{
    struct bench_engine *engine = &run->world.engine;
    uint64_t next = BENCH_NEVER;
    for (unsigned i = 0; i < SCENARIO_WATCHED_MAX; i++)
        if (engine->due_at_us[i] < next)
            next = engine->due_at_us[i];
    for (unsigned i = 0; i < run->one->lasting_count; i++)
        if (engine->undo_at_us[i] < next)
            next = engine->undo_at_us[i];
    run->world.event_at_us = next;
}

static void tell_module(struct bench_run *run)
{
    if (run->module->watch)
        run->module->watch(run, run->hook_mask, run->http_mark_bytes);
}

/* The nearest mark of a body behind `from` that an event waits for, 0 = none. */
static uint32_t next_mark(const struct bench_run *run, uint32_t from)
{
    uint32_t mark = 0;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_trigger *when = &bench_engine_event(run, i)->when;
        bool waits = scenario_trigger_rows[when->kind].match == SCENARIO_MATCH_BODY &&
                     !bench_engine_event(run, i)->chosen && when->number > from &&
                     bench_engine_may_fire(run, i);
        if (waits && (mark == 0 || when->number < mark))
            mark = when->number;
    }
    uint32_t block = (from / BENCH_HTTP_BLOCK_BYTES + 1) * BENCH_HTTP_BLOCK_BYTES;
    return run->counts_points && (mark == 0 || block < mark) ? block : mark;
}

/* The module calls its HTTP_BYTE hook at one mark: the next of this body, or the first of one. */
static void find_http_mark(struct bench_run *run)
{
    uint32_t mark = next_mark(run, run->world.engine.body_bytes);
    run->http_mark_bytes = mark ? mark : next_mark(run, 0);
    tell_module(run);
}

/* One of a sweep: its number is that of the place, whatever happens there. */
static bool is_place(const struct bench_run *run, unsigned index, enum bench_point point)
{
    const struct scenario_event *event = bench_engine_event(run, index);
    return point < BENCH_POINT_COUNT && event->chosen == point + 1 &&
           run->points.count[point] == event->when.number;
}

void bench_engine_body_begins(struct bench_run *run)
{
    run->world.engine.body_bytes = 0;
    find_http_mark(run);
    if (!run->counts_points)
        return;
    bench_points_note(run, BENCH_POINT_HTTP_REQUEST);
    for (unsigned i = 0; i < run->one->event_count; i++)
        if (is_place(run, i, BENCH_POINT_HTTP_REQUEST) && bench_engine_may_fire(run, i))
            bench_engine_fire(run, i, run->world.now_us, NULL);
}

/* A time that begins again whenever something is seen. */
static bool is_since(const struct scenario_trigger *when)
{
    return when->kind == SCENARIO_TRIGGER_TIME && when->state != SCENARIO_SINCE_START;
}

static bool acts_on_wire(const struct bench_run *run, const struct scenario_event *event)
{
    for (unsigned i = 0; i < event->action_count; i++)
        if (bench_engine_is_wire(run->one->actions[event->first_action + i].kind))
            return true;
    return false;
}

void bench_engine_refresh(struct bench_run *run)
{
    run->trigger_mask = 0;
    run->lane_mask = 0;
    run->since_mask = 0;
    run->hook_mask = 0;
    run->acts_on_wire = false;
    run->counts_points = run->options.points;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_trigger *when = &bench_engine_event(run, i)->when;
        run->trigger_mask |= 1u << when->kind;
        run->lane_mask = (uint8_t)(run->lane_mask | bench_engine_lanes(when));
        if (is_since(when))
            run->since_mask = (uint8_t)(run->since_mask | 1u << when->state);
        run->hook_mask |= hooks_of(when);
        run->acts_on_wire = run->acts_on_wire || acts_on_wire(run, bench_engine_event(run, i));
        run->counts_points = run->counts_points || bench_engine_event(run, i)->chosen;
    }
    if (run->counts_points)
        run->hook_mask |= POINT_HOOKS;
    run->counts_lines = run->counts_points || run->acts_on_wire || run->lane_mask;
    find_http_mark(run);
}

void bench_engine_begin(struct bench_run *run)
{
    struct bench_engine *engine = &run->world.engine;
    memset(engine, 0, sizeof *engine);
    for (unsigned i = 0; i < SCENARIO_WATCHED_MAX; i++)
        engine->due_at_us[i] = BENCH_NEVER;
    for (unsigned i = 0; i < SCENARIO_LASTING_ROOM; i++)
        engine->undo_at_us[i] = BENCH_NEVER;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_event *event = bench_engine_event(run, i);
        if (event->when.kind != SCENARIO_TRIGGER_TIME || is_since(&event->when))
            continue;
        engine->due_at_us[i] = event->when.time_us + event->after_us;
    }
    find_next(run);
    bench_engine_refresh(run);
    bench_engine_spare(run);
}

void bench_engine_arm(struct bench_run *run, unsigned index)
{
    const struct scenario_event *event = bench_engine_event(run, index);
    if (event->when.kind == SCENARIO_TRIGGER_TIME) {
        run->world.engine.due_at_us[index] = event->when.time_us + event->after_us;
        find_next(run);
    }
    bench_engine_refresh(run);
}

void bench_engine_disarm(struct bench_run *run, unsigned index)
{
    const struct scenario_event *event = bench_engine_event(run, index);
    run->world.engine.fired[index] = event->times ? event->times : DISARMED;
    run->world.engine.seen[index] = UINT16_MAX; /* of the wire, a byte or a line that is counted */
    run->world.engine.due_at_us[index] = BENCH_NEVER;
    find_next(run);
}

/* ---- actions ------------------------------------------------------------------------------- */

static void note_fault(struct bench_run *run, unsigned event, unsigned action)
{
    const char *name = scenario_action_name(run->one->actions[action].kind);
    bench_note(run, BENCH_JOURNAL_FAULT, (uint8_t)event,
               (uint16_t)(action - run->one->events[event].first_action), 0, name, strlen(name));
}

/* An action has a word or a number, never both. */
static bool do_module_action(struct bench_run *run, const struct scenario_action *action)
{
    struct sim_action done = {.kind = scenario_action_rows[action->kind].sim,
                              .number = action->detail + action->number,
                              .value = action->value,
                              .text = action->text,
                              .from = action->from};
    return run->module->apply(run, &done);
}

static bool do_power(struct bench_run *run, bool on)
{
    struct sim_view view;
    run->module->view(run, &view);
    if (!on && !view.powered)
        return true; /* a hook has cut it at the very point */
    struct sim_action done = {.kind = on ? SIM_ACTION_POWER_ON : SIM_ACTION_POWER_CUT};
    return run->module->apply(run, &done);
}

static bool do_set(struct bench_run *run, unsigned setting, int32_t value)
{
    struct sim_action done = {.kind = SIM_ACTION_SETTING, .number = setting, .value = value};
    return run->module->apply(run, &done);
}

/* Does an action now; false when it made no sense, which is said in the journal. */
static bool do_action(struct bench_run *run, const struct scenario_action *action)
{
    switch ((enum scenario_doing)scenario_action_rows[action->kind].doing) {
    case SCENARIO_DO_MODULE:
        return do_module_action(run, action);
    case SCENARIO_DO_POWER:
        return do_power(run, action->detail);
    case SCENARIO_DO_SETTING:
        return do_set(run, action->setting, action->value);
    case SCENARIO_DO_HOST_RESET:
        run->host->reset(run, action->for_us, action->detail);
        return true;
    case SCENARIO_DO_REQUEST:
        run->world.host.answer_next = (uint8_t)(action->detail + 1);
        return true;
    case SCENARIO_DO_SERVE:
        if (run->module->serve_next)
            run->module->serve_next(run, action->detail);
        run->world.engine.serve_next = (uint8_t)(action->detail + 1);
        return true;
    case SCENARIO_DO_CANCEL:
        run->host->cancel(run);
        return true;
    case SCENARIO_DO_REPLY:
    case SCENARIO_DO_SWALLOW:
    case SCENARIO_DO_DELAY:
        return false; /* at a hook or never */
    case SCENARIO_DO_LOSE:
    case SCENARIO_DO_GARBLE:
    case SCENARIO_DO_DUPLICATE:
    case SCENARIO_DO_INSERT:
    case SCENARIO_DO_SPLIT:
    case SCENARIO_DO_SHARE:
    case SCENARIO_DO_FLIP:
        bench_engine_do_wire(run, action);
        return true;
    }
    return false;
}

/* The end of an action's `for`. */
static void undo_action(struct bench_run *run, const struct scenario_action *action)
{
    const struct scenario_action_row *row = &scenario_action_rows[action->kind];
    struct sim_action undo = {.kind = row->sim, .number = row->back};
    if (row->doing == SCENARIO_DO_POWER)
        do_power(run, row->back);
    else if (row->doing == SCENARIO_DO_SETTING)
        do_set(run, action->setting, run->shared->config.settings[action->setting]);
    else if (row->doing == SCENARIO_DO_MODULE)
        run->module->apply(run, &undo);
}

void bench_engine_count(struct bench_run *run, unsigned index)
{
    if (run->world.engine.seen[index] < UINT16_MAX)
        run->world.engine.seen[index]++;
}

/* The trigger of an event was met. */
void bench_engine_note_fired(struct bench_run *run, unsigned index, uint64_t at_us)
{
    const struct scenario_event *event = bench_engine_event(run, index);
    if (run->world.engine.fired[index] < UINT16_MAX)
        run->world.engine.fired[index]++;
    if (event->mark)
        scenario_saw_mark(&run->world.monitor, event->mark - 1u, at_us);
}

static void arm_undo(struct bench_run *run, unsigned index)
{
    const struct scenario_action *action = &run->one->actions[index];
    if (action->lasting)
        run->world.engine.undo_at_us[action->lasting - 1] = run->world.now_us + action->for_us;
}

/* Actions that replace what the module does at this very point. */
static bool override_with(const struct scenario_action *action, struct sim_override *override)
{
    switch (scenario_action_rows[action->kind].doing) {
    case SCENARIO_DO_SWALLOW:
        override->swallow = true;
        return true;
    case SCENARIO_DO_DELAY:
        override->delay_ms = action->number;
        return true;
    case SCENARIO_DO_REPLY:
        override->reply = action->text;
        override->run = action->run;
        return true;
    case SCENARIO_DO_POWER:
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
    uint32_t hooks = hooks_of(&event->when) & ~SCENARIO_HOOK(BOOT); /* told, not asked */
    return event->after_us == 0 && hooks && override_with(action, &override);
}

/* It says what becomes of the next request, which may be the one that triggers it. */
static bool is_for_the_next(unsigned kind)
{
    unsigned doing = scenario_action_rows[kind].doing;
    return doing == SCENARIO_DO_SERVE || doing == SCENARIO_DO_REQUEST;
}

/* A line fault takes effect on the next byte, which may be the answer to the very command that
 * triggers it, so it does not wait for the end of what the module does at that time. */
static bool is_done_at_once(const struct bench_run *run, const struct scenario_event *event,
                            unsigned action)
{
    return event->after_us == 0 && event->when.kind != SCENARIO_TRIGGER_TIME &&
           (bench_engine_is_wire(run->one->actions[action].kind) ||
            is_for_the_next(run->one->actions[action].kind));
}

void bench_engine_do(struct bench_run *run, unsigned index)
{
    const struct scenario_event *event = bench_engine_event(run, index);
    static const char useless[] = "the action had no effect: it made no sense at this time";
    for (unsigned i = 0; i < event->action_count; i++) {
        unsigned at = event->first_action + i;
        if (is_done_at_once(run, event, at))
            continue;
        bool done = run->module->watch && is_done_at_hook(event, &run->one->actions[at]);
        if (!done)
            note_fault(run, index, at);
        if (!do_action(run, &run->one->actions[at]) && !done)
            bench_note(run, BENCH_JOURNAL_BENCH, BENCH_SAYS_USELESS, 0, 0, useless,
                       sizeof useless - 1);
        arm_undo(run, at);
    }
}

void bench_engine_run(struct bench_run *run)
{
    struct bench_engine *engine = &run->world.engine;
    if (run->world.event_at_us > run->world.now_us)
        return;
    for (unsigned i = 0; i < run->one->action_count; i++) {
        unsigned lasting = run->one->actions[i].lasting;
        if (!lasting || engine->undo_at_us[lasting - 1] > run->world.now_us)
            continue;
        engine->undo_at_us[lasting - 1] = BENCH_NEVER;
        undo_action(run, &run->one->actions[i]);
    }
    for (unsigned i = 0; i < SCENARIO_WATCHED_MAX; i++) {
        if (engine->due_at_us[i] > run->world.now_us)
            continue;
        engine->due_at_us[i] = BENCH_NEVER;
        if (bench_engine_event(run, i)->when.kind == SCENARIO_TRIGGER_TIME)
            bench_engine_note_fired(run, i, run->world.now_us);
        bench_engine_do(run, i);
    }
    find_next(run);
    bench_run_settle(run);
}

/* ---- triggers ------------------------------------------------------------------------------ */

bool bench_begins_with(const char *text, size_t length, const char *wanted)
{
    size_t wanted_length = strlen(wanted);
    return length >= wanted_length && memcmp(text, wanted, wanted_length) == 0;
}

static char upper(char byte)
{
    return byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
}

/* Commands may be typed in either case (V.250 5.2.1). */
static bool begins_command(const char *text, size_t length, const char *wanted)
{
    size_t n = strlen(wanted);
    for (size_t i = 0; i < n && length >= n; i++)
        if (upper(text[i]) != upper(wanted[i]))
            return false;
    return length >= n;
}

/* Some events only count from when another one has fired. */
bool bench_engine_is_armed(const struct bench_run *run, unsigned index)
{
    uint8_t armed_by = bench_engine_event(run, index)->armed_by;
    return armed_by == 0 || run->world.engine.fired[armed_by - 1] > 0;
}

/* True when the happening is one that the trigger counts. */
static bool counts(const struct scenario_trigger *when, const struct bench_happening *happening,
                   uint32_t body_bytes)
{
    if (when->kind != happening->kind)
        return false;
    switch (scenario_trigger_rows[when->kind].match) {
    case SCENARIO_MATCH_COMMAND:
        return begins_command(happening->text, happening->length, when->text);
    case SCENARIO_MATCH_TEXT:
        return bench_begins_with(happening->text, happening->length, when->text);
    case SCENARIO_MATCH_ANY:
        return when->state == SIM_RESET_COUNT || when->state == happening->number;
    case SCENARIO_MATCH_PHASE:
        return when->phase == happening->phase && when->percent == happening->number;
    case SCENARIO_MATCH_STATE:
        return when->state == happening->number;
    case SCENARIO_MATCH_BODY:
        return when->number > body_bytes && when->number <= happening->number;
    case SCENARIO_MATCH_REACHED: /* with `times`, the following ones too */
        return happening->number >= when->number;
    default:
        return when->number == happening->number;
    }
}

/* Triggers whose `number` says the n-th time; the others are met by the number itself. */
static bool is_nth(const struct scenario_trigger *when)
{
    return scenario_trigger_rows[when->kind].takes & SCENARIO_TAKES_NTH;
}

void bench_engine_fire(struct bench_run *run, unsigned index, uint64_t at_us,
                       struct sim_override *override)
{
    const struct scenario_event *event = bench_engine_event(run, index);
    struct bench_engine *engine = &run->world.engine;
    if (event->after_us && engine->due_at_us[index] != BENCH_NEVER)
        return; /* its actions still wait; this time there are none */
    bench_engine_note_fired(run, index, at_us);
    for (unsigned i = 0; event->after_us == 0 && i < event->action_count; i++) {
        unsigned at = event->first_action + i;
        bool at_once = is_done_at_once(run, event, at);
        if (at_once)
            do_action(run, &run->one->actions[at]);
        if (at_once || (override && override_with(&run->one->actions[at], override)))
            note_fault(run, index, at);
    }
    if (!event->action_count)
        return; /* the end of a duration: nothing is to be done */
    engine->due_at_us[index] = at_us + event->after_us;
    if (engine->due_at_us[index] < run->world.event_at_us)
        run->world.event_at_us = engine->due_at_us[index];
}

void bench_engine_match(struct bench_run *run, const struct bench_happening *happening,
                        struct sim_override *override)
{
    struct bench_engine *engine = &run->world.engine;
    enum bench_point point =
        run->counts_points ? bench_points_count(run, happening->kind) : BENCH_POINT_COUNT;
    if (!(run->trigger_mask >> happening->kind & 1) && !run->counts_points)
        return;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_trigger *when = &bench_engine_event(run, i)->when;
        bool chosen = bench_engine_event(run, i)->chosen;
        if (chosen ? !is_place(run, i, point)
                   : !counts(when, happening, engine->body_bytes) || !bench_engine_is_armed(run, i))
            continue;
        bench_engine_count(run, i);
        if (!bench_engine_may_fire(run, i) ||
            (!chosen && is_nth(when) && engine->seen[i] < when->number))
            continue;
        bench_engine_fire(run, i, happening->at_us, override);
    }
    if (happening->kind == SCENARIO_TRIGGER_HTTP_BYTE) {
        engine->body_bytes = happening->number;
        find_http_mark(run);
    }
}

void bench_engine_count_from(struct bench_run *run, enum scenario_since since, uint64_t now_us)
{
    struct bench_engine *engine = &run->world.engine;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_event *event = bench_engine_event(run, i);
        if (!is_since(&event->when) || event->when.state != since ||
            !bench_engine_may_fire(run, i) || !bench_engine_is_armed(run, i))
            continue;
        engine->due_at_us[i] = now_us + event->when.time_us + event->after_us;
        if (engine->due_at_us[i] < run->world.event_at_us)
            run->world.event_at_us = engine->due_at_us[i];
    }
}

void bench_engine_flag(struct bench_run *run, unsigned index, uint8_t flag, bool on)
{
    uint8_t *flags = &run->world.engine.flags[index];
    *flags = (uint8_t)(on ? *flags | flag : *flags & ~flag);
}

void bench_engine_saw_command(struct bench_run *run, const char *text, size_t length)
{
    bench_engine_saw(run, SCENARIO_SINCE_COMMAND, run->world.now_us);
    if (!(run->trigger_mask >> SCENARIO_TRIGGER_TO_HOST_TEXT & 1))
        return;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_trigger *when = &bench_engine_event(run, i)->when;
        if (when->kind == SCENARIO_TRIGGER_TO_HOST_TEXT && when->answers)
            bench_engine_flag(run, i, BENCH_ANSWERS, begins_command(text, length, when->answers));
    }
}

/* It has fired, but the run was over before its `after` was. */
static bool waits_in_vain(const struct bench_run *run, unsigned index)
{
    const struct scenario_event *event = bench_engine_event(run, index);
    return event->when.kind != SCENARIO_TRIGGER_TIME && event->after_us != 0 &&
           run->world.engine.due_at_us[index] != BENCH_NEVER;
}

unsigned bench_engine_done(const struct bench_run *run, unsigned index)
{
    return run->world.engine.fired[index] - (unsigned)waits_in_vain(run, index);
}

int bench_engine_unfired(const struct bench_run *run)
{
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_event *event = bench_engine_event(run, i);
        if (!event->may_not_fire && bench_engine_done(run, i) < scenario_wanted_times(event))
            return (int)i;
    }
    return -1;
}

/* "{power: cut, for: 5s}", or the first and how many more. */
static void name_faults(const struct bench_run *run, unsigned index, char *buffer, size_t capacity)
{
    const struct scenario_event *event = bench_engine_event(run, index);
    const struct scenario_action *action = &run->one->actions[event->first_action];
    char first[120];
    scenario_action_write(action, first, sizeof first);
    if (event->action_count > 1)
        snprintf(buffer, capacity, "{%s} and %u more", first, event->action_count - 1u);
    else
        snprintf(buffer, capacity, "{%s}", first);
}

/* An event that fires so often without an end is fed by what it does, or by another's doing. */
enum { FIRED_MAX = 10000, FIRED_BESIDE = FIRED_MAX / 10 };

static bool fires_without_end(const struct bench_run *run, unsigned index)
{
    uint16_t fired = run->world.engine.fired[index];
    return bench_engine_event(run, index)->times == 0 && fired >= FIRED_MAX && fired != DISARMED;
}

bool bench_engine_turns(const struct bench_run *run, char *reterr_text, size_t capacity)
{
    const struct bench_engine *engine = &run->world.engine;
    bool turns = false;
    for (unsigned i = 0; i < run->one->event_count && !turns; i++)
        turns = fires_without_end(run, i);
    if (!turns)
        return false;
    int length =
        snprintf(reterr_text, capacity,
                 "the scenario turns in circles, at %.6f s:", (double)run->world.now_us / 1e6);
    for (unsigned i = 0; i < run->one->event_count; i++) {
        char trigger[100], faults[140];
        const struct scenario_event *event = bench_engine_event(run, i);
        if (engine->fired[i] < FIRED_BESIDE || length < 0 || (size_t)length >= capacity)
            continue;
        name_faults(run, i, faults, sizeof faults);
        length +=
            snprintf(reterr_text + length, capacity - (size_t)length,
                     " event %u (line %u: {%s}, then %s) fired %u times;", i + 1, event->place.line,
                     scenario_trigger_write(&event->when, trigger, sizeof trigger), faults,
                     engine->fired[i]);
    }
    if (length > 0 && (size_t)length < capacity)
        snprintf(reterr_text + length, capacity - (size_t)length,
                 " `times: N` instead of `always` ends it");
    return true;
}

void bench_engine_tell_unfired(const struct bench_run *run, unsigned index, char *buffer,
                               size_t capacity)
{
    unsigned done = bench_engine_done(run, index);
    unsigned wanted = scenario_wanted_times(bench_engine_event(run, index));
    const char *why = waits_in_vain(run, index) ? "the run was over before `after` was; " : "";
    char faults[140];
    name_faults(run, index, faults, sizeof faults);
    if (done)
        snprintf(buffer, capacity, "fired %u of %u; %sthe rest was not tried", done, wanted, why);
    else
        snprintf(buffer, capacity, "%s%s%s %s not tried",
                 *why ? "it did, but " : "it never happened; ", why, faults,
                 bench_engine_event(run, index)->action_count > 1 ? "were" : "was");
}
