/* points.c - counts the places at which something may be done to a run. */
#include "harness/bench/points.h"

#include <string.h>

#include "harness/bench/engine.h"

struct row {
    const char *name, *help;
    uint8_t trigger, noted;
};

static const struct row rows[BENCH_POINT_COUNT] = {
#define X(id, text, kind, is_noted, what) {text, what, SCENARIO_TRIGGER_##kind, is_noted},
    BENCH_POINTS(X)
#undef X
};

const char *bench_point_name(unsigned point)
{
    return point < BENCH_POINT_COUNT ? rows[point].name : "?";
}

const char *bench_point_help(unsigned point)
{
    return point < BENCH_POINT_COUNT ? rows[point].help : "?";
}

unsigned bench_point_trigger(unsigned point)
{
    return rows[point].trigger;
}

static const uint8_t of_trigger[SCENARIO_TRIGGER_COUNT] = {
    [SCENARIO_TRIGGER_COMMAND] = BENCH_POINT_COMMAND,
    [SCENARIO_TRIGGER_FLASH_STEP] = BENCH_POINT_FLASH_STEP,
    [SCENARIO_TRIGGER_NV_WRITE] = BENCH_POINT_NV_WRITE,
    [SCENARIO_TRIGGER_PHASE] = BENCH_POINT_PHASE,
    [SCENARIO_TRIGGER_BOOT] = BENCH_POINT_BOOT,
    [SCENARIO_TRIGGER_HTTP_BYTE] = BENCH_POINT_HTTP_BLOCK,
    [SCENARIO_TRIGGER_REQUEST] = BENCH_POINT_REQUEST,
};

void bench_points_note(struct bench_run *run, enum bench_point point)
{
    uint32_t number = ++run->points.count[point];
    if (rows[point].noted)
        bench_note(run, BENCH_JOURNAL_BENCH, BENCH_SAYS_POINT, (uint16_t)point, number,
                   rows[point].name, strlen(rows[point].name));
}

enum bench_point bench_points_count(struct bench_run *run, unsigned trigger)
{
    enum bench_point point = (enum bench_point)of_trigger[trigger];
    if (!point)
        return BENCH_POINT_COUNT;
    bench_points_note(run, point);
    return point;
}

/* One that has been passed already is part of what happens at that time. */
void bench_points_count_deadline(struct bench_run *run, uint64_t at_us)
{
    const struct bench_world *world = &run->world;
    if (at_us > world->now_us && (world->host_at_us <= at_us || world->module_at_us <= at_us))
        bench_points_note(run, BENCH_POINT_DEADLINE);
}

struct bench_points bench_points_of(const struct bench_run *run)
{
    struct bench_points points = run->points;
    const struct bench_lane *lanes = run->world.lanes;
    points.count[BENCH_POINT_TO_HOST_BYTE] = lanes[BENCH_TO_HOST].byte_count;
    points.count[BENCH_POINT_TO_MODULE_BYTE] = lanes[BENCH_TO_MODULE].byte_count;
    points.count[BENCH_POINT_TO_HOST_LINE] = lanes[BENCH_TO_HOST].line_count;
    points.count[BENCH_POINT_TO_MODULE_LINE] = lanes[BENCH_TO_MODULE].line_count;
    return points;
}
