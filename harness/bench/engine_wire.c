/* engine_wire.c - the event engine on the line: points that triggers stand on, faults of a lane. */
#include <string.h>

#include "harness/bench/engine_parts.h"

/* ---- actions on the line --------------------------------------------------------------------- */

static struct bench_lane *lane_of(struct bench_run *run, const struct scenario_action *action)
{
    bool to_host = scenario_action_rows[action->kind].where == SCENARIO_TO_HOST;
    return &run->world.lanes[to_host ? BENCH_TO_HOST : BENCH_TO_MODULE];
}

/* Arms a fault of the next bytes, or of all up to the end of the next line. */
static void arm(uint8_t *line, uint32_t *bytes, const struct scenario_action *action)
{
    if (action->detail)
        *line = 1;
    else
        *bytes += action->number;
}

static void duplicate(struct bench_lane *lane, const struct scenario_action *action)
{
    arm(&lane->duplicate_line, &lane->duplicate_bytes, action);
    if (lane->duplicate_bytes > BENCH_WIRE_DUPLICATE_MAX)
        lane->duplicate_bytes = BENCH_WIRE_DUPLICATE_MAX;
}

static bool is_text(const struct scenario_trigger *when)
{
    return scenario_trigger_rows[when->kind].match == SCENARIO_MATCH_BEGIN;
}

/* Whether a line that begins so begins within the bytes. */
static bool has_line(const struct scenario_action *action, size_t size, bool in_line,
                     const char *begin)
{
    for (size_t i = 0; i < size; i++) {
        bool is_break = action->text[i] == '\r' || action->text[i] == '\n';
        if (!in_line && !is_break && bench_begins_with(action->text + i, size - i, begin))
            return true;
        in_line = !is_break;
    }
    return false;
}

/* A line that was inserted is seen like one of the end that speaks there, but for what is inserted
 * because of it. */
static void see_inserted(struct bench_run *run, enum bench_lane_id id,
                         const struct scenario_action *action, size_t size)
{
    bool in_line = run->world.lanes[id].in_line;
    if (run->sees_inserted)
        return;
    run->sees_inserted = true;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_trigger *when = &bench_engine_event(run, i)->when;
        if (!(bench_engine_lanes(when) >> id & 1) || !is_text(when) || when->answers ||
            !bench_engine_is_armed(run, i) || !bench_engine_may_fire(run, i) ||
            !has_line(action, size, in_line, when->text))
            continue;
        bench_engine_count(run, i);
        if (run->world.engine.seen[i] >= when->number)
            bench_engine_fire(run, i, run->world.now_us, NULL);
    }
    run->sees_inserted = false;
}

/* With no bytes to wait for it goes at once: a silent line may stay silent. */
static void insert(struct bench_run *run, struct bench_lane *lane,
                   const struct scenario_action *action)
{
    size_t size = action->length;
    uint32_t baud_bps = lane->baud_bps ? lane->baud_bps : run->one->host.baud_bps;
    if (action->number == 0) {
        bench_lane_insert(lane, (const uint8_t *)action->text, size, baud_bps,
                          !run->options.unpaced, run->world.now_us);
        see_inserted(run, (enum bench_lane_id)(lane - run->world.lanes), action, size);
        return;
    }
    if (size > BENCH_WIRE_INSERT_MAX)
        size = BENCH_WIRE_INSERT_MAX;
    lane->insert_at = lane->byte_count + action->number;
    lane->insert_length = (uint16_t)size;
    memcpy(lane->insert, action->text, size);
}

/* When the time of a fault is over, which counts from when the next byte could begin. */
static uint64_t end_of(const struct bench_run *run, const struct bench_lane *lane,
                       const struct scenario_action *action)
{
    uint64_t from_us = run->world.now_us;
    return (lane->busy_until_at_us > from_us ? lane->busy_until_at_us : from_us) + action->for_us;
}

static void lose(struct bench_run *run, struct bench_lane *lane,
                 const struct scenario_action *action)
{
    uint64_t until_us = end_of(run, lane, action);
    if (!action->for_us)
        arm(&lane->lose_line, &lane->lose_bytes, action);
    else if (lane->lose_until_at_us < until_us)
        lane->lose_until_at_us = until_us;
}

static void share(struct bench_run *run, struct bench_lane *lane,
                  const struct scenario_action *action)
{
    uint64_t until_us = end_of(run, lane, action);
    if (lane->share_until_at_us < until_us)
        lane->share_until_at_us = until_us;
}

/* A line needs time to come in behind a pause. */
enum { SHORT_OF_MS = 20 };

/* Of a sweep: up to just before or just after the time at which the host has waited enough. */
static uint32_t pause_ms(const struct bench_run *run, const struct scenario_action *action)
{
    uint64_t deadline_us = run->world.host_at_us, now_us = run->world.now_us;
    if (action->value >= 0)
        return (uint32_t)action->value;
    if (deadline_us == BENCH_NEVER || deadline_us <= now_us)
        return 1;
    uint32_t left_ms = (uint32_t)((deadline_us - now_us) / 1000);
    if (action->value == SCENARIO_PAST_DEADLINE)
        return left_ms + 1;
    return left_ms > SHORT_OF_MS ? left_ms - SHORT_OF_MS : 1;
}

static void split(const struct bench_run *run, struct bench_lane *lane,
                  const struct scenario_action *action)
{
    lane->split_at = lane->byte_count + action->number;
    lane->split_ms = pause_ms(run, action);
}

bool bench_engine_is_wire(unsigned kind)
{
    return scenario_action_rows[kind].where >= SCENARIO_TO_HOST;
}

void bench_engine_do_wire(struct bench_run *run, const struct scenario_action *action)
{
    struct bench_lane *lane = lane_of(run, action);
    switch (scenario_action_rows[action->kind].doing) {
    case SCENARIO_DO_LOSE:
        lose(run, lane, action);
        break;
    case SCENARIO_DO_GARBLE:
        arm(&lane->garble_line, &lane->garble_bytes, action);
        break;
    case SCENARIO_DO_DUPLICATE:
        duplicate(lane, action);
        break;
    case SCENARIO_DO_INSERT:
        insert(run, lane, action);
        break;
    case SCENARIO_DO_SPLIT:
        split(run, lane, action);
        break;
    case SCENARIO_DO_FLIP:
        lane->flip_mask = (uint8_t)(1u << action->number);
        break;
    case SCENARIO_DO_SHARE:
        share(run, lane, action);
        break;
    default:
        break;
    }
}

static void spare(struct bench_lane *lane, size_t inserted)
{
    if (inserted < BENCH_WIRE_INSERT_MAX)
        inserted = BENCH_WIRE_INSERT_MAX;
    inserted += BENCH_WIRE_DUPLICATE_MAX;
    if (lane->spare_bytes < inserted)
        lane->spare_bytes = (uint16_t)inserted;
}

void bench_engine_spare(struct bench_run *run)
{
    for (unsigned lane = 0; lane < BENCH_LANES && run->counts_points; lane++)
        spare(&run->world.lanes[lane], BENCH_WIRE_INSERT_MAX);
    for (unsigned i = 0; i < run->one->action_count; i++) {
        const struct scenario_action *action = &run->one->actions[i];
        unsigned doing = scenario_action_rows[action->kind].doing;
        if (doing == SCENARIO_DO_INSERT || doing == SCENARIO_DO_DUPLICATE)
            spare(lane_of(run, action), action->length);
    }
}

/* ---- points on the wire -------------------------------------------------------------------- */

unsigned bench_engine_lanes(const struct scenario_trigger *when)
{
    unsigned where = scenario_trigger_rows[when->kind].where;
    return where == SCENARIO_TO_HOST     ? 1u << BENCH_TO_HOST
           : where == SCENARIO_TO_MODULE ? 1u << BENCH_TO_MODULE
                                         : 0;
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
 * Where the trigger stands: in the next line that begins within the bytes, and with its text, the
 * rest of which may be among those that follow; `size` and `ahead` together = nowhere.
 */
static size_t text_offset(const struct bench_run *run, unsigned index,
                          const struct bench_lane *lane, const struct bench_passing *passing,
                          uint8_t line_end)
{
    const struct scenario_trigger *when = &bench_engine_event(run, index)->when;
    const uint8_t *bytes = passing->bytes;
    size_t all = passing->size + passing->ahead;
    bool in_line = lane->in_line;
    for (size_t i = 0; i < passing->size; i++) {
        bool is_break = bytes[i] == '\r' || bytes[i] == '\n';
        if (!in_line && !is_break &&
            bench_begins_with((const char *)bytes + i, all - i, when->text) &&
            lane->byte_count + (uint32_t)(i + when->at) + 1 != run->world.engine.point[index])
            return i + when->at;
        in_line = in_line ? bytes[i] != line_end : !is_break;
    }
    return all;
}

static uint8_t line_end_of(const struct bench_run *run, enum bench_lane_id lane)
{
    return lane == BENCH_TO_HOST ? run->module->line_end : run->host->line_end;
}

/* A text is found when its line enters the lane, and remembered until its byte does. */
static size_t text_point(struct bench_run *run, unsigned index, enum bench_lane_id id,
                         const struct bench_passing *passing)
{
    struct bench_engine *engine = &run->world.engine;
    const struct bench_lane *lane = &run->world.lanes[id];
    if (!(engine->flags[index] & BENCH_WAITS)) {
        size_t at = text_offset(run, index, lane, passing, line_end_of(run, id));
        if (at == passing->size + passing->ahead)
            return passing->size;
        engine->point[index] = lane->byte_count + (uint32_t)at + 1;
        bench_engine_flag(run, index, BENCH_WAITS, true);
    }
    size_t at = engine->point[index] - lane->byte_count - 1;
    return at < passing->size ? at : passing->size;
}

static size_t point_of(struct bench_run *run, unsigned index, enum bench_lane_id id,
                       const struct bench_passing *passing)
{
    const struct scenario_trigger *when = &bench_engine_event(run, index)->when;
    const struct bench_engine *engine = &run->world.engine;
    const struct bench_lane *lane = &run->world.lanes[id];
    size_t size = passing->size;
    if (!(bench_engine_lanes(when) >> id & 1) || !bench_engine_is_armed(run, index))
        return size;
    if (is_text(when)) {
        bool open = !when->answers || engine->flags[index] & BENCH_ANSWERS;
        return open && bench_engine_may_fire(run, index) ? text_point(run, index, id, passing)
                                                         : size;
    }
    if (engine->seen[index])
        return size;
    if (scenario_trigger_rows[when->kind].match == SCENARIO_MATCH_LINE)
        return line_offset(lane, when->number, passing->bytes, size, line_end_of(run, id));
    bool within = when->number > lane->byte_count && when->number - lane->byte_count <= size;
    return within ? when->number - lane->byte_count - 1 : size;
}

size_t bench_engine_wire_point(struct bench_run *run, enum bench_lane_id lane,
                               const struct bench_passing *passing)
{
    size_t first = passing->size;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        size_t at = point_of(run, i, lane, passing);
        if (at < first)
            first = at;
    }
    return first;
}

void bench_engine_wire_fire(struct bench_run *run, enum bench_lane_id lane,
                            const struct bench_passing *next, uint64_t at_us)
{
    struct bench_engine *engine = &run->world.engine;
    for (unsigned i = 0; i < run->one->event_count; i++) {
        const struct scenario_event *event = bench_engine_event(run, i);
        if (point_of(run, i, lane, next) != 0)
            continue;
        bench_engine_flag(run, i, BENCH_WAITS, false);
        bench_engine_count(run, i);
        if (is_text(&event->when) && engine->seen[i] < event->when.number)
            continue;
        bench_engine_fire(run, i, at_us, NULL);
    }
}

void bench_engine_wire_cut(struct bench_run *run, enum bench_lane_id lane)
{
    for (unsigned i = 0; i < run->one->event_count; i++)
        if (bench_engine_lanes(&bench_engine_event(run, i)->when) >> lane & 1)
            bench_engine_flag(run, i, BENCH_WAITS, false);
}
