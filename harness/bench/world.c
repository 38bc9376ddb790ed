/*
 * world.c - what makes two worlds equal: all bytes, but deadlines as they stand to now, file
 * contents by their digests instead of where they lie, and no statistics.
 */
#include "harness/bench/world.h"

#include <string.h>

enum kind {
    TIME,   /* absolute times: relative to now */
    SKIPPED /* statistics, and places that digests stand for */
};

struct field {
    size_t offset, size;
    enum kind kind;
};

#define FIELD(member, kind)                                                                        \
    {                                                                                              \
        offsetof(struct bench_world, member), sizeof(((struct bench_world *)0)->member), kind      \
    }

/* Every member named ..._at_us or stat_...; ci/test/world.sh checks that none is missing. */
static const struct field fields[] = {
    FIELD(now_us, SKIPPED),
    FIELD(module_at_us, TIME),
    FIELD(host_at_us, TIME),
    FIELD(core.at.deadline_at_us, TIME),
    FIELD(core.at.stat_lines, SKIPPED),
    FIELD(core.at.stat_dropped_lines, SKIPPED),
    FIELD(core.at.stat_stray_results, SKIPPED),
    FIELD(core.at.stat_timeouts, SKIPPED),
    FIELD(core.at.stat_line_high_water, SKIPPED),
    FIELD(core.timers_at_us, TIME),
    FIELD(core.worst_case_at_us, TIME),
    FIELD(core.boot_tail_at_us, TIME),
    FIELD(core.state_since_at_us, SKIPPED),
    FIELD(core.stat_counts, SKIPPED),
    FIELD(sim.timer_at_us, TIME),
    FIELD(sim.seen_at_us, TIME),
    FIELD(sim.stat_lost_output_bytes, SKIPPED),
    FIELD(sim.stat_lost_input_bytes, SKIPPED),
    FIELD(sim.power.started_at_us, TIME),
    FIELD(sim.power.engine_at_us, TIME),
    FIELD(sim.port.ended_at_us, TIME),
    FIELD(sim.port.echo_at_us, TIME),
    FIELD(sim.port.dtr_at_us, TIME),
    FIELD(sim.port.ring_at_us, TIME),
    FIELD(sim.power.off_at_us, TIME),
    FIELD(sim.supply.point_at_us, TIME),
    FIELD(sim.radio.clock_at_us, TIME),
    FIELD(sim.radio.gnss_on_at_us, TIME),
    FIELD(sim.files.extents, SKIPPED),
    FIELD(sim.download.body_at_us, TIME),
    FIELD(sim.download.due_at_us, TIME),
    FIELD(sim.download.refused_at_us, TIME),
    FIELD(sim.sockets.due_at_us, TIME),
    FIELD(sim.data_call.heard_at_us, TIME),
    FIELD(sim.updater.phase_at_us, TIME),
    FIELD(lanes[BENCH_TO_MODULE].busy_until_at_us, TIME),
    FIELD(lanes[BENCH_TO_MODULE].lose_until_at_us, TIME),
    FIELD(lanes[BENCH_TO_MODULE].stat_lost_bytes, SKIPPED),
    FIELD(lanes[BENCH_TO_MODULE].stat_garbled_bytes, SKIPPED),
    FIELD(lanes[BENCH_TO_MODULE].end_at_us, TIME),
    FIELD(lanes[BENCH_TO_HOST].busy_until_at_us, TIME),
    FIELD(lanes[BENCH_TO_HOST].lose_until_at_us, TIME),
    FIELD(lanes[BENCH_TO_HOST].stat_lost_bytes, SKIPPED),
    FIELD(lanes[BENCH_TO_HOST].stat_garbled_bytes, SKIPPED),
    FIELD(lanes[BENCH_TO_HOST].end_at_us, TIME),
    FIELD(engine.next_at_us, TIME),
    FIELD(engine.due_at_us, TIME),
    FIELD(engine.undo_at_us, TIME),
    FIELD(host.restart_at_us, TIME),
    FIELD(host.request_at_us, TIME),
    FIELD(monitor.attempt_began_at_us, TIME),
    FIELD(monitor.mark_at_us, TIME),
};

/* Eight bytes at a time: exploration hashes a world of some 16 KiB at every step. */
static uint64_t add_number(uint64_t digest, uint64_t number)
{
    digest = (digest ^ number) * UINT64_C(0x9e3779b97f4a7c15);
    return digest ^ (digest >> 29);
}

static uint64_t add_bytes(uint64_t digest, const uint8_t *bytes, size_t size)
{
    uint64_t number = 0;
    for (; size >= sizeof number; size -= sizeof number, bytes += sizeof number) {
        memcpy(&number, bytes, sizeof number);
        digest = add_number(digest, number);
    }
    number = 0;
    memcpy(&number, bytes, size);
    return add_number(digest, number);
}

/* Zero and NEVER mean "none" everywhere; the rest is a distance. */
static uint64_t add_times(uint64_t digest, const uint8_t *at, size_t size, uint64_t now_us)
{
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        uint64_t time_us;
        memcpy(&time_us, at + i, sizeof time_us);
        digest =
            add_number(digest, time_us == 0 || time_us == BENCH_NEVER ? time_us : time_us - now_us);
    }
    return digest;
}

enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

/* The rooms order their members as they like; the walk needs them by offset. */
static void sort_fields(const struct field *sorted[FIELD_COUNT])
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        size_t at = i;
        for (; at > 0 && sorted[at - 1]->offset > fields[i].offset; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = &fields[i];
    }
}

uint64_t bench_world_hash(const struct bench_world *world)
{
    const struct field *sorted[FIELD_COUNT];
    const uint8_t *bytes = (const uint8_t *)world;
    uint64_t digest = SIM_DIGEST;
    size_t at = 0;
    sort_fields(sorted);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = sorted[i];
        digest = add_bytes(digest, bytes + at, field->offset - at);
        if (field->kind == TIME)
            digest = add_times(digest, bytes + field->offset, field->size, world->now_us);
        at = field->offset + field->size;
    }
    return add_bytes(digest, bytes + at, sizeof *world - at);
}
