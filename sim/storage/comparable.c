/*
 * comparable.c - the form in which equal modules are equal bytes, whenever and wherever they are.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/look.h"
#include "sim/power/boot.h"
#include "sim/storage/image_fields.h"

struct place {
    size_t offset, size;
};

#define PLACE(member) {offsetof(struct sim, member), sizeof(((struct sim *)0)->member)},

#define NOTHING(...)
#define TIME(member, keep) PLACE(member)

/* Every time of an image is one here; the rows of all other kinds say nothing. */
static const struct place times[] = {SIM_IMAGE_FIELDS(
    NOTHING, TIME, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, TIME) PLACE(timer_at_us)};

#undef TIME
#undef NOTHING

/* Statistics, and where file contents lie: their digests stand for them. */
static const struct place ignored[] = {PLACE(stat_lost_output_bytes) PLACE(stat_lost_input_bytes)
                                           PLACE(files.extents)};

/* Zero and SIM_NEVER mean "none" everywhere; the rest is a distance. */
static void make_relative(uint8_t *at, size_t size, uint64_t now_us)
{
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        uint64_t time_us;
        memcpy(&time_us, at + i, sizeof time_us);
        if (time_us != 0 && time_us != SIM_NEVER)
            time_us -= now_us;
        memcpy(at + i, &time_us, sizeof time_us);
    }
}

/* Times that say something only for a while. */
static void forget_times(struct sim *sim, uint64_t now_us)
{
    uint64_t window_us =
        (uint64_t)sim_look_setting(sim, SIM_SETTING_LINE_FEED_WINDOW) * UINT64_C(1000);
    bool houses = sim_look_setting(sim, SIM_SETTING_HOUSEKEEPING) != 0;
    bool grows_deaf = sim_look_setting(sim, SIM_SETTING_HEARS_FOR) != 0;
    if (sim_echoed(sim) == 0 && sim->port.echo_at_us < sim->seen_at_us)
        sim->port.echo_at_us = sim->port.echo_end = 0;
    if (sim->port.ring_at_us <= sim->seen_at_us)
        sim->port.ring_at_us = 0;
    /* When it was told the time last is only read with one of those. */
    if (sim->port.echo_at_us == 0 && sim->port.ring_at_us == 0)
        sim->seen_at_us = 0;
    if (!sim->port.line_ended)
        sim->port.ended_at_us = 0;
    else if (now_us > sim->port.ended_at_us + window_us)
        sim->port.ended_at_us = SIM_NEVER; /* long ago; zero is now */
    if (sim->download.state == SIM_DOWNLOAD_IDLE)
        sim->download.job = 0; /* nobody serves one */
    if (sim->power.state != SIM_POWER_OFF)
        sim->power.off_at_us = 0; /* set anew when it is switched off again */
    sim->power.way = (uint8_t)sim_boot_told_way(sim);
    if (!sim_boot_asks_for_start(sim))
        sim->power.started_at_us = 0;
    if (!sim_boot_is_told(sim))
        return;
    sim->power.way = 0; /* of interest to the boot only */
    if (!houses && !grows_deaf)
        sim->power.engine_at_us = 0;
}

void sim_make_comparable(struct sim *sim, uint64_t now_us)
{
    uint8_t *bytes = (uint8_t *)sim;
    forget_times(sim, now_us);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        make_relative(bytes + times[i].offset, times[i].size, now_us);
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        memset(bytes + ignored[i].offset, 0, ignored[i].size);
}
