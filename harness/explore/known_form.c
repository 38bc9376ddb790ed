/* known_form.c - forms in pieces: what is empty is left out, what stayed is not digested again. */
#include "harness/explore/known_form.h"

#include <stdlib.h>
#include <string.h>

/* ---- pieces ---------------------------------------------------------------------------------- */

/* When there is something in a piece: else all of it is zero in a comparable form. What stands in
   none always is. */
enum use { ALWAYS, OUTPUT, TO_MODULE, TO_HOST };

#define AT(member)     offsetof(struct merge_form, member)
#define BEHIND(member) (AT(member) + sizeof(((struct merge_form *)0)->member))
static const struct piece {
    size_t begin, end;
    enum use use;
} pieces[] = {
    {0, AT(world.sim.port.output), ALWAYS},
    {AT(world.sim.port.output), BEHIND(world.sim.port.output), OUTPUT},
    {BEHIND(world.sim.port.output), AT(world.sim.files.extents), ALWAYS},
    {BEHIND(world.sim.files.extents), AT(world.lanes[BENCH_TO_MODULE].bytes), ALWAYS},
    {AT(world.lanes[BENCH_TO_MODULE].bytes), BEHIND(world.lanes[BENCH_TO_MODULE]), TO_MODULE},
    {AT(world.lanes[BENCH_TO_HOST]), AT(world.lanes[BENCH_TO_HOST].bytes), ALWAYS},
    {AT(world.lanes[BENCH_TO_HOST].bytes), BEHIND(world.lanes[BENCH_TO_HOST]), TO_HOST},
    {AT(world.tap), AT(conduct.watch.evidence), ALWAYS},
    {BEHIND(conduct.watch.evidence), sizeof(struct merge_form), ALWAYS},
};
enum { PIECES = sizeof pieces / sizeof pieces[0] };

static bool is_lane_used(const struct bench_lane *lane)
{
    return lane->byte_fill || lane->duplicate_length || lane->burst_fill;
}

static bool is_used(const struct piece *piece, const struct bench_world *world)
{
    switch (piece->use) {
    case OUTPUT:
        return world->sim.port.output_end != 0;
    case TO_MODULE:
        return is_lane_used(&world->lanes[BENCH_TO_MODULE]);
    case TO_HOST:
        return is_lane_used(&world->lanes[BENCH_TO_HOST]);
    default:
        return true;
    }
}

void merge_form_copy(struct merge_form *ret_form, const struct bench_world *world)
{
    for (unsigned i = 0; i < PIECES && pieces[i].begin < sizeof *world; i++) {
        size_t end = pieces[i].end < sizeof *world ? pieces[i].end : sizeof *world;
        if (is_used(&pieces[i], world))
            memcpy((uint8_t *)ret_form + pieces[i].begin, (const uint8_t *)world + pieces[i].begin,
                   end - pieces[i].begin);
    }
}

/* ---- digests --------------------------------------------------------------------------------- */

enum { UNIT_WORDS = 8, UNIT_BYTES = 8 * UNIT_WORDS, SPAN_BYTES = 4 * UNIT_BYTES };
enum { UNITS_MAX = sizeof(struct merge_form) / UNIT_BYTES + PIECES };

struct sums {
    uint64_t key, check;
};

struct merge_digests {
    struct merge_form last;
    struct sums units[UNITS_MAX];
    struct sums pieces[PIECES]; /* of their units */
    unsigned first_unit[PIECES];
};

static const uint64_t factor[4] = {UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xbf58476d1ce4e5b9),
                                   UINT64_C(0x94d049bb133111eb), UINT64_C(0xd6e8feb86659fd93)};

static uint64_t mix(uint64_t number)
{
    number = (number ^ number >> 31) * factor[1];
    number = (number ^ number >> 29) * factor[2];
    return number ^ number >> 32;
}

/* Units are added up, so each goes by its place too. Four words side by side, so that none waits
   for the one before. */
static struct sums digest_unit(const uint64_t words[UNIT_WORDS], uint64_t unit)
{
    uint64_t key = unit * factor[3], check = unit * factor[0];
    for (unsigned i = 0; i < 4; i++) {
        uint64_t sum = (words[i] ^ i) * factor[i];
        sum = ((sum ^ sum >> 31) ^ words[4 + i]) * factor[i];
        key = (key ^ sum ^ sum >> 29) * factor[0];
        check = (check << 17 | check >> 47) + (words[i] ^ (words[4 + i] + i) * factor[3 - i]);
        check *= factor[2];
    }
    return (struct sums){mix(key), mix(check)};
}

static void digest_units(struct merge_digests *last, const uint8_t *form, unsigned piece, size_t at,
                         size_t end)
{
    unsigned unit = last->first_unit[piece] + (unsigned)((at - pieces[piece].begin) / UNIT_BYTES);
    for (; at < end; at += UNIT_BYTES, unit++) {
        uint64_t words[UNIT_WORDS] = {0};
        size_t size = end - at < UNIT_BYTES ? end - at : UNIT_BYTES;
        uint8_t *known = (uint8_t *)&last->last + at;
        if (memcmp(known, form + at, size) == 0)
            continue;
        memcpy(known, form + at, size);
        memcpy(words, form + at, size);
        struct sums sums = digest_unit(words, unit);
        last->pieces[piece].key += sums.key - last->units[unit].key;
        last->pieces[piece].check += sums.check - last->units[unit].check;
        last->units[unit] = sums;
    }
}

static void digest_piece(struct merge_digests *last, const uint8_t *form, unsigned piece)
{
    const uint8_t *known = (const uint8_t *)&last->last;
    size_t end = pieces[piece].end;
    for (size_t at = pieces[piece].begin; at < end; at += SPAN_BYTES) {
        size_t size = end - at < SPAN_BYTES ? end - at : SPAN_BYTES;
        if (memcmp(known + at, form + at, size) != 0)
            digest_units(last, form, piece, at, at + size);
    }
}

void merge_form_digest(struct merge_digests *last, const struct merge_form *form, uint64_t *ret_key,
                       uint64_t *ret_check)
{
    uint64_t key = 0, check = 0;
    for (unsigned piece = 0; piece < PIECES; piece++) {
        if (!is_used(&pieces[piece], &form->world))
            continue;
        digest_piece(last, (const uint8_t *)form, piece);
        key += last->pieces[piece].key;
        check += last->pieces[piece].check;
    }
    *ret_key = key ? key : 1;
    *ret_check = check;
}

struct merge_digests *merge_digests_new(void)
{
    static const uint64_t none[UNIT_WORDS];
    struct merge_digests *digests = calloc(1, sizeof *digests);
    unsigned unit = 0;
    for (unsigned piece = 0; digests && piece < PIECES; piece++) {
        digests->first_unit[piece] = unit;
        for (size_t at = pieces[piece].begin; at < pieces[piece].end; at += UNIT_BYTES, unit++) {
            digests->units[unit] = digest_unit(none, unit);
            digests->pieces[piece].key += digests->units[unit].key;
            digests->pieces[piece].check += digests->units[unit].check;
        }
    }
    return digests;
}
