/*
 * world.c - what makes two worlds equal: all bytes, but deadlines as they stand to now, file
 * contents by their digests instead of where they lie, and no statistics. What lies inside of the
 * core, the module, the lanes and the tap is known to them (..._make_comparable()).
 */
#include "harness/bench/world.h"

#include <string.h>

struct place {
    size_t offset, size;
};

#define PLACE(member)                                                                              \
    {                                                                                              \
        offsetof(struct bench_world, member), sizeof(((struct bench_world *)0)->member)            \
    }

/* Every member of the bench's own part named ..._at_us; ci/test/world.sh checks that none is
   missing. */
static const struct place times[] = {
    PLACE(module_at_us),       PLACE(host_at_us),
    PLACE(event_at_us),        PLACE(engine.due_at_us),
    PLACE(engine.undo_at_us),  PLACE(host.restart_at_us),
    PLACE(host.request_at_us), PLACE(monitor.attempt_began_at_us),
    PLACE(monitor.mark_at_us),
};

/* Zero and NEVER mean "none" everywhere; the rest is a distance. */
static void make_relative(uint8_t *at, size_t size, uint64_t now_us)
{
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        uint64_t time_us;
        memcpy(&time_us, at + i, sizeof time_us);
        if (time_us != 0 && time_us != BENCH_NEVER)
            time_us -= now_us;
        memcpy(at + i, &time_us, sizeof time_us);
    }
}

void bench_world_make_comparable(struct bench_world *world)
{
    uint8_t *bytes = (uint8_t *)world;
    uint64_t now_us = world->now_us;
    scenario_told_make_comparable(&world->monitor.told, &world->core);
    fota_make_comparable(&world->core, now_us);
    sim_make_comparable(&world->sim, now_us);
    tap_make_comparable(&world->tap, now_us);
    for (unsigned i = 0; i < BENCH_LANES; i++)
        bench_lane_make_comparable(&world->lanes[i], now_us);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        make_relative(bytes + times[i].offset, times[i].size, now_us);
    world->now_us = 0;
}

/* Eight bytes at a time: exploration hashes a world of some 16 KiB at every step. */
static uint64_t add_number(uint64_t digest, uint64_t number)
{
    digest = (digest ^ number) * UINT64_C(0x9e3779b97f4a7c15);
    return digest ^ (digest >> 29);
}

uint64_t bench_world_hash(const struct bench_world *world)
{
    struct bench_world copy;
    const uint8_t *bytes = (const uint8_t *)&copy;
    uint64_t digest = SIM_DIGEST, number;
    memcpy(&copy, world, sizeof copy); /* bytes without a name too */
    bench_world_make_comparable(&copy);
    for (size_t at = 0; at < sizeof copy; at += sizeof number) {
        memcpy(&number, bytes + at, sizeof number);
        digest = add_number(digest, number);
    }
    return digest;
}
