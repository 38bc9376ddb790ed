/* figures.c - the core's counts as a record of the journal. */
#include "harness/bench/figures.h"

#include <stdio.h>

enum { WORD_BYTES = 4 };

static void put(uint8_t *bytes, unsigned index, uint64_t value)
{
    uint32_t word = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
    for (unsigned i = 0; i < WORD_BYTES; i++)
        bytes[WORD_BYTES * index + i] = (uint8_t)(word >> (8 * i));
}

void bench_figures_note(struct bench_run *run, const struct fota_statistics *counts)
{
    uint8_t bytes[WORD_BYTES * BENCH_FIGURE_COUNT];
#define X(member, name) put(bytes, BENCH_FIGURE_##member, counts->member);
    BENCH_FIGURES(X)
#undef X
    for (unsigned state = 0; state < FOTA_STATE_COUNT; state++)
        put(bytes, BENCH_FIGURE_FIRST_STATE + state, counts->state_us[state] / 1000u);
    bench_note(run, BENCH_JOURNAL_FIGURES, 0, 0, run->world.host.start_count, bytes, sizeof bytes);
}

uint32_t bench_figure(const struct bench_record *record, unsigned index)
{
    uint32_t word = 0;
    size_t at = (size_t)WORD_BYTES * index;
    if (record->length < at + WORD_BYTES)
        return 0;
    for (unsigned i = WORD_BYTES; i-- > 0;)
        word = word << 8 | record->payload[at + i];
    return word;
}

void bench_figure_name(unsigned index, char name[BENCH_FIGURE_NAME_BYTES])
{
    static const char *const names[] = {
#define X(member, name) name,
        BENCH_FIGURES(X)
#undef X
    };
    if (index < BENCH_FIGURE_FIRST_STATE)
        snprintf(name, BENCH_FIGURE_NAME_BYTES, "%s", names[index]);
    else
        snprintf(name, BENCH_FIGURE_NAME_BYTES, "%s-ms",
                 fota_state_name(index - BENCH_FIGURE_FIRST_STATE));
}
