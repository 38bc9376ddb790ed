/* fota_comparable.c - the form in which equal clients are equal bytes, for benches that explore. */
#include <string.h>

#include "core/at_line.h"
#include "core/fota.h"

struct place {
    size_t offset, size;
};

#define PLACE(member)                                                                              \
    {                                                                                              \
        offsetof(struct fota, member), sizeof(((struct fota *)0)->member)                          \
    }

/* Every member named ..._at_us; a check of the project finds one that is missing. */
static const struct place times[] = {
    PLACE(at.deadline_at_us),
    PLACE(timers_at_us),
    PLACE(worst_case_at_us),
    PLACE(boot_tail_at_us),
};

/* Every member named stat_..., when the state began, and how events are numbered: nothing hinges on
 * it. */
static const struct place ignored[] = {
    PLACE(at.stat_lines),    PLACE(at.stat_dropped_lines),   PLACE(at.stat_stray_results),
    PLACE(at.stat_timeouts), PLACE(at.stat_line_high_water), PLACE(state_since_at_us),
    PLACE(stat_counts),      PLACE(command_number),
};

/* Zero and FOTA_NEVER mean "none" everywhere; the rest is a distance. */
static void make_relative(uint8_t *at, size_t size, uint64_t now_us)
{
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        uint64_t time_us;
        memcpy(&time_us, at + i, sizeof time_us);
        if (time_us != 0 && time_us != FOTA_NEVER)
            time_us -= now_us;
        memcpy(at + i, &time_us, sizeof time_us);
    }
}

/* What stands behind the end of a buffer's text is written before it is read. */
static void forget_behind(char *buffer, size_t length, size_t capacity)
{
    memset(buffer + length, 0, capacity - length);
}

void fota_make_comparable(struct fota *fota, uint64_t now_us)
{
    uint8_t *bytes = (uint8_t *)fota;
    bool synchronises = fota->at.mode == AT_MODE_PROBE || fota->at.mode == AT_MODE_QUIET;
    if (fota->boot_tail_at_us && fota->boot_tail_at_us <= now_us)
        fota->boot_tail_at_us = FOTA_NEVER; /* over, since whenever */
    if (!synchronises) {
        fota->at.try_number = fota->at.tries_max = 0;
        fota->at.interval_ms = 0;
    }
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        make_relative(bytes + times[i].offset, times[i].size, now_us);
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        memset(bytes + ignored[i].offset, 0, ignored[i].size);
    forget_behind(fota->at.line, fota->at.line_length, sizeof fota->at.line);
    forget_behind(fota->at.command, fota->at.command_length, sizeof fota->at.command);
}
