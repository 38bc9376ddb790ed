/* engine_wire.c - the event engine on the line: points that triggers stand on, faults of a lane. */
#include <string.h>

#include "harness/bench/engine_parts.h"

/* ---- actions on the line --------------------------------------------------------------------- */

/* Faults of a lane: X-like rows; `line` is the action on a whole line. */
static const struct {
    uint8_t action, lane; /* enum scenario_action_kind, enum bench_lane_id */
    uint16_t line, bytes; /* offsets of the members that arm it */
} lane_faults[] = {
#define LANE_FAULT(ACTION, name)                                                                   \
    {SCENARIO_ACTION_##ACTION##_TO_HOST, BENCH_TO_HOST, offsetof(struct bench_lane, name##_line),  \
     offsetof(struct bench_lane, name##_bytes)},                                                   \
    {                                                                                              \
        SCENARIO_ACTION_##ACTION##_TO_MODULE, BENCH_TO_MODULE,                                     \
            offsetof(struct bench_lane, name##_line), offsetof(struct bench_lane, name##_bytes)    \
    }
    LANE_FAULT(LOSE, lose),
    LANE_FAULT(GARBLE, garble),
    LANE_FAULT(DUPLICATE, duplicate),
#undef LANE_FAULT
};

static void arm_fault(struct bench_run *run, size_t row, const struct scenario_action *action)
{
    uint8_t *lane = (uint8_t *)&run->world.lanes[lane_faults[row].lane];
    uint32_t bytes;
    if (action->detail) {
        lane[lane_faults[row].line] = 1;
        return;
    }
    memcpy(&bytes, lane + lane_faults[row].bytes, sizeof bytes);
    bytes += action->number;
    if (lane_faults[row].bytes == offsetof(struct bench_lane, duplicate_bytes) &&
        bytes > BENCH_WIRE_DUPLICATE_MAX)
        bytes = BENCH_WIRE_DUPLICATE_MAX;
    memcpy(lane + lane_faults[row].bytes, &bytes, sizeof bytes);
}

static void insert(struct bench_lane *lane, const struct scenario_action *action)
{
    lane->insert_at = lane->byte_count + action->number;
    lane->insert_length =
        (uint16_t)(action->length < BENCH_WIRE_INSERT_MAX ? action->length : BENCH_WIRE_INSERT_MAX);
    memcpy(lane->insert, action->text, lane->insert_length);
}

static void split(struct bench_lane *lane, const struct scenario_action *action)
{
    lane->split_at = lane->byte_count + action->number;
    lane->split_ms = (uint32_t)action->value;
}

bool bench_engine_is_wire(unsigned kind)
{
    return scenario_action_target(kind) == SCENARIO_WIRE;
}

void bench_engine_do_wire(struct bench_run *run, const struct scenario_action *action)
{
    for (size_t i = 0; i < sizeof lane_faults / sizeof lane_faults[0]; i++)
        if (lane_faults[i].action == action->kind)
            arm_fault(run, i, action);
    if (action->kind == SCENARIO_ACTION_INSERT_TO_HOST)
        insert(&run->world.lanes[BENCH_TO_HOST], action);
    if (action->kind == SCENARIO_ACTION_INSERT_TO_MODULE)
        insert(&run->world.lanes[BENCH_TO_MODULE], action);
    if (action->kind == SCENARIO_ACTION_SPLIT_TO_HOST)
        split(&run->world.lanes[BENCH_TO_HOST], action);
    if (action->kind == SCENARIO_ACTION_SPLIT_TO_MODULE)
        split(&run->world.lanes[BENCH_TO_MODULE], action);
}

void bench_engine_spare(struct bench_run *run)
{
    for (unsigned i = 0; i < run->one->action_count; i++) {
        unsigned kind = run->one->actions[i].kind;
        bool to_host =
            kind == SCENARIO_ACTION_INSERT_TO_HOST || kind == SCENARIO_ACTION_DUPLICATE_TO_HOST;
        bool to_module =
            kind == SCENARIO_ACTION_INSERT_TO_MODULE || kind == SCENARIO_ACTION_DUPLICATE_TO_MODULE;
        if (to_host || to_module)
            run->world.lanes[to_host ? BENCH_TO_HOST : BENCH_TO_MODULE].spare_bytes =
                BENCH_WIRE_INSERT_MAX + BENCH_WIRE_DUPLICATE_MAX;
    }
}

/* ---- points on the wire -------------------------------------------------------------------- */

static bool stands_on(const struct scenario_trigger *when, enum bench_lane_id lane)
{
    switch (when->kind) {
    case SCENARIO_TRIGGER_TO_HOST_BYTE:
    case SCENARIO_TRIGGER_TO_HOST_LINE:
    case SCENARIO_TRIGGER_TO_HOST_TEXT:
        return lane == BENCH_TO_HOST;
    case SCENARIO_TRIGGER_TO_MODULE_BYTE:
    case SCENARIO_TRIGGER_TO_MODULE_LINE:
    case SCENARIO_TRIGGER_TO_MODULE_TEXT:
        return lane == BENCH_TO_MODULE;
    default:
        return false;
    }
}

/* Offset of the line-th new line within the bytes, `size` = not among them. */
static size_t line_offset(const struct bench_lane *lane, uint32_t line, const uint8_t *bytes,
                          size_t size, uint8_t line_end)
{
    struct bench_lane probe = {.in_line = lane->in_line};
    uint32_t wanted = line - lane->line_count;
    if (line <= lane->line_count || bench_lane_lines_in(lane, bytes, size, line_end) < wanted)
        return size;
    for (size_t i = 0; i < size; i++)
        if (bench_lane_lines_in(&probe, bytes, i + 1, line_end) == wanted)
            return i;
    return size;
}

/*
 * Where the trigger stands within the bytes: in the next line that begins with its text, all of it
 * among them; `size` = nowhere.
 */
static size_t text_offset(const struct bench_run *run, unsigned index,
                          const struct bench_lane *lane, const uint8_t *bytes, size_t size,
                          uint8_t line_end)
{
    const struct scenario_trigger *when = &bench_engine_event(run, index)->when;
    bool in_line = lane->in_line;
    for (size_t i = 0; i < size; i++) {
        bool is_break = bytes[i] == '\r' || bytes[i] == '\n';
        if (!in_line && !is_break &&
            bench_begins_with((const char *)bytes + i, size - i, when->text) &&
            lane->byte_count + (uint32_t)(i + when->at) + 1 != run->world.engine.point[index])
            return i + when->at;
        in_line = in_line ? bytes[i] != line_end : !is_break;
    }
    return size;
}

static uint8_t line_end_of(const struct bench_run *run, enum bench_lane_id lane)
{
    return lane == BENCH_TO_HOST ? run->module->line_end : run->host->line_end;
}

static bool is_text(const struct scenario_trigger *when)
{
    return when->kind == SCENARIO_TRIGGER_TO_HOST_TEXT ||
           when->kind == SCENARIO_TRIGGER_TO_MODULE_TEXT;
}

/* A text is found when its line enters the lane, and remembered until its byte does. */
static size_t text_point(struct bench_run *run, unsigned index, enum bench_lane_id id,
                         const uint8_t *bytes, size_t size)
{
    struct bench_engine *engine = &run->world.engine;
    const struct bench_lane *lane = &run->world.lanes[id];
    if (!(engine->flags[index] & BENCH_WAITS)) {
        size_t at = text_offset(run, index, lane, bytes, size, line_end_of(run, id));
        if (at == size)
            return size;
        engine->point[index] = lane->byte_count + (uint32_t)at + 1;
        bench_engine_flag(run, index, BENCH_WAITS, true);
    }
    size_t at = engine->point[index] - lane->byte_count - 1;
    return at < size ? at : size;
}

static size_t point_of(struct bench_run *run, unsigned index, enum bench_lane_id id,
                       const uint8_t *bytes, size_t size)
{
    const struct scenario_trigger *when = &bench_engine_event(run, index)->when;
    const struct bench_engine *engine = &run->world.engine;
    const struct bench_lane *lane = &run->world.lanes[id];
    if (!stands_on(when, id) || !bench_engine_is_armed(run, index))
        return size;
    if (is_text(when)) {
        bool open = !when->answers || engine->flags[index] & BENCH_ANSWERS;
        return open && bench_engine_may_fire(run, index) ? text_point(run, index, id, bytes, size)
                                                         : size;
    }
    if (engine->seen[index])
        return size;
    if (when->kind == SCENARIO_TRIGGER_TO_HOST_LINE ||
        when->kind == SCENARIO_TRIGGER_TO_MODULE_LINE)
        return line_offset(lane, when->number, bytes, size, line_end_of(run, id));
    bool within = when->number > lane->byte_count && when->number - lane->byte_count <= size;
    return within ? when->number - lane->byte_count - 1 : size;
}

size_t bench_engine_wire_point(struct bench_run *run, enum bench_lane_id lane, const uint8_t *bytes,
                               size_t size)
{
    size_t first = size;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        size_t at = point_of(run, i, lane, bytes, size);
        if (at < first)
            first = at;
    }
    return first;
}

void bench_engine_wire_fire(struct bench_run *run, enum bench_lane_id lane, const uint8_t *next,
                            size_t size, uint64_t at_us)
{
    struct bench_engine *engine = &run->world.engine;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_event *event = bench_engine_event(run, i);
        if (point_of(run, i, lane, next, size) != 0)
            continue;
        bench_engine_flag(run, i, BENCH_WAITS, false);
        bench_engine_count(run, i);
        if (is_text(&event->when) && engine->seen[i] < event->when.number)
            continue;
        bench_engine_fire(run, i, at_us, NULL);
    }
}
