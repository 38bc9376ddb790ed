/* known_rest.c - the form of a run at a place, and the table of rests. */
#include "harness/explore/known_rest.h"

#include <stdlib.h>
#include <string.h>

#include "harness/bench/end.h"

void merge_watch_begin(struct merge_watch *watch, const struct bench_run *run)
{
    bench_conduct_begin(&watch->conduct, run);
    watch->cost = (struct explore_cost){{0}};
    watch->cost_offset = bench_journal_begin(&run->journal);
}

void merge_watch_read(struct merge_watch *watch, const struct bench_run *run)
{
    bench_conduct_read(&watch->conduct);
    explore_cost_read(&watch->cost, &watch->cost_offset, run);
}

/* ---- the form ------------------------------------------------------------------------------ */

struct form {
    struct bench_world world;
    struct bench_conduct_form conduct;
    uint64_t reserved[4]; /* zero; a digest takes four words at once */
};

static const struct {
    size_t offset, size;
} parts[MERGE_PART_COUNT] = {
#define PART(name, member)                                                                         \
    [MERGE_PART_##name] = {offsetof(struct form, member), sizeof(((struct form *)0)->member)}
    PART(HOST, world.host), PART(MODULE, world.sim),      PART(LANES, world.lanes),
    PART(TAP, world.tap),   PART(MONITOR, world.monitor), PART(ENGINE, world.engine),
    PART(CORE, world.core), PART(CONDUCT, conduct.watch),
#undef PART
};

/* A choice that was done is as if it had never been. False: it waits, or what it did does. */
static bool forget_choices(struct bench_world *world, const struct scenario_case *one,
                           unsigned count)
{
    struct bench_engine *engine = &world->engine;
    for (unsigned i = 0; i < SCENARIO_LASTING_ROOM; i++)
        if (engine->undo_at_us[i] != BENCH_NEVER)
            return false;
    for (unsigned i = one->event_count - count; i < one->event_count; i++) {
        if (!engine->fired[i] || engine->due_at_us[i] != BENCH_NEVER)
            return false;
        engine->seen[i] = engine->fired[i] = 0;
        engine->point[i] = 0;
        engine->flags[i] = 0;
    }
    return true;
}

static void take_deadline(uint64_t *due_at_us, uint64_t now_us, uint64_t *ret_due_in_us)
{
    *ret_due_in_us = BENCH_NEVER;
    if (*due_at_us == BENCH_NEVER)
        return;
    *ret_due_in_us = *due_at_us > now_us ? *due_at_us - now_us : 0;
    *due_at_us = 0;
}

/* What follows from them, and from others that stand in the form, is left out as well. */
static void leave_out_deadlines(const struct bench_run *run, struct bench_world *world,
                                struct merge_limits *limits)
{
    struct fota *core = &world->core;
    uint64_t now_us = world->now_us, *due_in_us = limits->due_in_us;
    take_deadline(&core->timers_at_us[FOTA_TIMER_TOTAL], now_us, &due_in_us[MERGE_DUE_TOTAL]);
    take_deadline(&core->timers_at_us[FOTA_TIMER_STATE], now_us, &due_in_us[MERGE_DUE_STATE]);
    take_deadline(&core->worst_case_at_us, now_us, &due_in_us[MERGE_DUE_WORST]);
    world->host_at_us = 0;
    uint64_t ends_at_us = scenario_attempt_ends(&world->monitor, run->one);
    bool is_over = ends_at_us <= now_us;
    world->monitor.attempt_began_at_us = is_over ? BENCH_NEVER : 0;
    ends_at_us = is_over ? BENCH_NEVER : ends_at_us;
    take_deadline(&ends_at_us, now_us, &due_in_us[MERGE_DUE_ATTEMPT]);
}

/* Nobody asks what o'clock it is, nor how much there was up to now. */
static void leave_out_counts(struct bench_world *world)
{
    for (unsigned i = 0; i < BENCH_LANES; i++)
        world->lanes[i].byte_count = world->lanes[i].line_count = 0;
    world->sim.interpreter.command_count = 0;
    world->sim.radio.clock_s = 0;
    world->sim.radio.clock_at_us = 0;
    world->monitor.statuses_read = 0;
}

/* Two digests at once; four words side by side, so that none waits for the one before. */
static void digest(const struct form *form, uint64_t *ret_key, uint64_t *ret_check)
{
    static const uint64_t factor[4] = {UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xbf58476d1ce4e5b9),
                                       UINT64_C(0x94d049bb133111eb), UINT64_C(0xd6e8feb86659fd93)};
    uint64_t sums[4] = {1, 2, 3, 4}, check = 0, word[4];
    const uint8_t *bytes = (const uint8_t *)form;
    for (size_t at = 0; at + sizeof word <= sizeof *form; at += sizeof word) {
        memcpy(word, bytes + at, sizeof word);
        if (!(word[0] | word[1] | word[2] | word[3]))
            continue;
        for (unsigned i = 0; i < 4; i++) {
            sums[i] = (sums[i] ^ word[i] ^ at) * factor[i];
            sums[i] ^= sums[i] >> 31;
        }
        check = (check << 7 | check >> 57) + (word[0] ^ (word[1] + at) * factor[1]) +
                (word[2] * factor[2] ^ word[3] * factor[3]);
    }
    uint64_t key = 0;
    for (unsigned i = 0; i < 4; i++) {
        key = (key ^ sums[i]) * factor[0];
        key ^= key >> 29;
    }
    *ret_key = key ? key : 1;
    *ret_check = check;
}

static void leave_out_parts(const struct merge_table *table, struct form *form,
                            struct merge_limits *limits)
{
    for (unsigned part = 0; part < MERGE_PART_COUNT; part++)
        if (table->leave_out >> part & 1 && parts[part].size)
            memset((uint8_t *)form + parts[part].offset, 0, parts[part].size);
    if (table->leave_out >> MERGE_PART_DEADLINES & 1)
        for (unsigned due = 0; due < MERGE_DUE_COUNT; due++)
            limits->due_in_us[due] = BENCH_NEVER;
    if (table->leave_out >> MERGE_PART_SPOILT & 1)
        limits->is_spoilt = false;
}

bool merge_place_of(const struct merge_table *table, const struct bench_run *run,
                    const struct merge_watch *watch, unsigned count, struct merge_place *ret_place,
                    bool *ret_never)
{
    struct form form;
    struct merge_limits *limits = &ret_place->limits;
    const struct bench_world *world = &run->world;
    *ret_never = bench_conduct_is_broken(&watch->conduct, run->options.conduct_left_out);
    for (unsigned i = 0; i < SCENARIO_RULES_MAX; i++)
        *ret_never = *ret_never || world->monitor.broken[i];
    if (*ret_never)
        return false;
    memcpy(&form.world, world, sizeof form.world);
    memset(&form.conduct, 0, sizeof form.conduct);
    memset(form.reserved, 0, sizeof form.reserved);
    if (!forget_choices(&form.world, run->one, count))
        return false;
    bench_conduct_form(&watch->conduct, world->now_us, &form.conduct);
    *limits = (struct merge_limits){.end_at_us = run->shared->end_at_us,
                                    .commands_left = form.conduct.commands_left,
                                    .is_spoilt = form.conduct.is_spoilt};
    take_deadline(&form.conduct.worst_at_us, world->now_us, &limits->due_in_us[MERGE_DUE_CONDUCT]);
    form.conduct.worst_at_us = 0;
    form.conduct.commands_left = 0;
    form.conduct.is_spoilt = false;
    leave_out_deadlines(run, &form.world, limits);
    leave_out_counts(&form.world);
    bench_world_make_comparable(&form.world);
    leave_out_parts(table, &form, limits);
    digest(&form, &ret_place->key, &ret_place->check);
    ret_place->at_us = world->now_us;
    ret_place->steps = run->step_count;
    ret_place->sent_bytes = world->lanes[BENCH_TO_MODULE].byte_count;
    ret_place->result_at_us = watch->conduct.result_at_us;
    ret_place->cost = watch->cost;
    return true;
}

bool merge_is_possible(const struct bench_run *run, const struct scenario_case *one)
{
    static const uint32_t counted =
        1u << SCENARIO_TRIGGER_TO_HOST_BYTE | 1u << SCENARIO_TRIGGER_TO_MODULE_BYTE |
        1u << SCENARIO_TRIGGER_TO_HOST_LINE | 1u << SCENARIO_TRIGGER_TO_MODULE_LINE |
        1u << SCENARIO_TRIGGER_TO_HOST_TEXT | 1u << SCENARIO_TRIGGER_TO_MODULE_TEXT |
        1u << SCENARIO_TRIGGER_COMMAND | 1u << SCENARIO_TRIGGER_TIME;
    for (unsigned i = 0; i < scenario_event_count(one); i++)
        if (counted >> one->events[i].when.kind & 1)
            return false;
    return run->host == &bench_host_core && run->module == &bench_module_sim;
}

/* ---- the table ----------------------------------------------------------------------------- */

bool merge_table_make(struct merge_table *table, size_t capacity)
{
    memset(table, 0, sizeof *table);
    table->capacity = 4;
    while (table->capacity < 2 * capacity)
        table->capacity *= 2;
    table->entries = calloc(table->capacity, sizeof *table->entries);
    table->order = calloc(table->capacity / 2, sizeof *table->order);
    if (table->entries && table->order)
        return true;
    merge_table_free(table);
    return false;
}

void merge_table_free(struct merge_table *table)
{
    free(table->entries);
    free(table->order);
    memset(table, 0, sizeof *table);
}

void merge_table_keep(struct merge_table *table)
{
    table->kept = table->count;
}

void merge_table_empty(struct merge_table *table)
{
    table->kept = 0;
    merge_table_forget(table);
}

/* The last ones go first, so that no search that passed them ends early. */
void merge_table_forget(struct merge_table *table)
{
    while (table->count > table->kept)
        table->entries[table->order[--table->count]].key = 0;
    table->place_count = 0;
}

static struct merge_entry *entry_of(struct merge_table *table, uint64_t key)
{
    size_t at = (size_t)key & (table->capacity - 1);
    while (table->entries[at].key && table->entries[at].key != key)
        at = (at + 1) & (table->capacity - 1);
    return &table->entries[at];
}

bool merge_is_within(const struct merge_limits *limits, uint64_t at_us,
                     const uint64_t due_in_us[MERGE_DUE_COUNT], uint64_t duration_us,
                     uint32_t commands)
{
    for (unsigned due = 0; due < MERGE_DUE_COUNT; due++)
        if (limits->due_in_us[due] != due_in_us[due] &&
            (limits->due_in_us[due] <= duration_us || due_in_us[due] <= duration_us))
            return false;
    return at_us + duration_us <= limits->end_at_us && commands <= limits->commands_left;
}

const struct merge_rest *merge_find(struct merge_table *table, const struct merge_place *place)
{
    const struct merge_entry *entry = entry_of(table, place->key);
    const struct merge_rest *rest = &entry->rest;
    table->lookups++;
    if (entry->key != place->key || entry->check != place->check ||
        !merge_is_within(&place->limits, place->at_us, rest->due_in_us, rest->duration_us,
                         rest->cost.count[EXPLORE_RULE_COMMANDS]) ||
        (!rest->has_result && rest->is_spoilt != place->limits.is_spoilt))
        return NULL;
    table->hits++;
    return rest;
}

void merge_remember(struct merge_table *table, const struct merge_place *place)
{
    if (table->place_count < MERGE_PLACES_MAX)
        table->places[table->place_count++] = *place;
}

/* No deadline that is left out came due in it: it holds from more places than others. */
static bool is_free(const struct merge_rest *rest)
{
    for (unsigned due = 0; due < MERGE_DUE_COUNT; due++)
        if (rest->due_in_us[due] <= rest->duration_us)
            return false;
    return true;
}

static void store_one(struct merge_table *table, const struct merge_place *place,
                      const struct merge_rest *rest)
{
    struct merge_entry *entry = entry_of(table, place->key);
    struct merge_entry stored = {place->key, place->check, *rest};
    memcpy(stored.rest.due_in_us, place->limits.due_in_us, sizeof stored.rest.due_in_us);
    bool is_new = !entry->key;
    if (is_new ? table->count == table->capacity / 2
               : is_free(&entry->rest) || !is_free(&stored.rest))
        return;
    *entry = stored;
    if (!is_new)
        return;
    table->order[table->count++] = (uint32_t)(entry - table->entries);
}

void merge_store(struct merge_table *table, const struct merge_place *end,
                 const struct merge_rest *rest, bool is_good)
{
    for (unsigned i = 0; i < table->place_count && is_good; i++) {
        const struct merge_place *place = &table->places[i];
        struct merge_rest whole = *rest;
        whole.duration_us += end->at_us - place->at_us;
        whole.steps += end->steps - place->steps;
        whole.sent_bytes += end->sent_bytes - place->sent_bytes;
        for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++)
            whole.cost.count[rule] += end->cost.count[rule] - place->cost.count[rule];
        whole.has_result = rest->has_result || end->result_at_us > place->result_at_us;
        whole.is_spoilt = place->limits.is_spoilt;
        store_one(table, place, &whole);
    }
    table->place_count = 0;
}
