/* known_rest.c - the form of a run at a place, and the table of rests. */
#include "harness/explore/known_rest.h"

#include <stdlib.h>
#include <string.h>

#include "harness/bench/end.h"
#include "harness/explore/known_form.h"

void merge_watch_begin(struct merge_watch *watch, const struct bench_run *run)
{
    bench_conduct_begin(&watch->conduct, run);
    watch->cost = (struct explore_cost){{0}};
    watch->left_out = (struct merge_left_out){0};
}

void merge_watch_read(struct merge_watch *watch)
{
    struct bench_record record;
    while (bench_conduct_read_one(&watch->conduct, &record))
        explore_cost_add(&watch->cost, &record);
}

/* ---- the form ------------------------------------------------------------------------------ */

#define AT(member) offsetof(struct merge_form, member)
static const struct {
    size_t offset, size;
} parts[MERGE_PART_COUNT] = {
#define PART(name, member)                                                                         \
    [MERGE_PART_##name] = {AT(member), sizeof(((struct merge_form *)0)->member)}
    PART(HOST, world.host), PART(MODULE, world.sim),      PART(LANES, world.lanes),
    PART(TAP, world.tap),   PART(MONITOR, world.monitor), PART(ENGINE, world.engine),
    PART(CORE, world.core), PART(CONDUCT, conduct.watch),
#undef PART
};

/* A choice that was done is as if it had never been. False: it waits, or what it did does. */
static bool are_forgotten(const struct bench_engine *engine, const struct scenario_case *one,
                          unsigned count)
{
    for (unsigned i = 0; i < SCENARIO_LASTING_ROOM; i++)
        if (engine->undo_at_us[i] != BENCH_NEVER)
            return false;
    for (unsigned i = one->event_count - count; i < one->event_count; i++)
        if (!engine->fired[i] || engine->due_at_us[i] != BENCH_NEVER)
            return false;
    return true;
}

static void forget_choices(struct bench_engine *engine, const struct scenario_case *one,
                           unsigned count)
{
    for (unsigned i = one->event_count - count; i < one->event_count; i++) {
        engine->seen[i] = engine->fired[i] = 0;
        engine->point[i] = 0;
        engine->flags[i] = 0;
    }
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
                                struct merge_marks *marks)
{
    struct fota *core = &world->core;
    uint64_t now_us = world->now_us, *due_in_us = marks->due_in_us;
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

/* Zero of a core that has met no module yet stays apart: the tail begins when it does. */
static uint64_t take_tail(struct fota *core, uint64_t now_us)
{
    uint64_t tail_at_us = core->boot_tail_at_us;
    core->boot_tail_at_us = tail_at_us ? FOTA_NEVER : 0;
    return tail_at_us > now_us && tail_at_us != FOTA_NEVER ? tail_at_us - now_us : 0;
}

static bool has_trigger(const struct scenario_case *one, unsigned trigger)
{
    for (unsigned i = 0; i < scenario_event_count(one); i++)
        if (one->events[i].when.kind == trigger && !one->events[i].chosen)
            return true;
    return false;
}

/* Nobody asks what o'clock it is, nor how much there was up to now; and what the client tells of
   its evidence is only read while an answer that it holds is not complete. */
static void leave_out_told(struct bench_world *world, const struct scenario_case *one)
{
    struct fota *core = &world->core;
    if (!core->info_seen || !at_busy(&core->at))
        memset(core->result.evidence, 0, sizeof core->result.evidence);
    if (core->at.info < AT_INFO_PROMPT || !at_busy(&core->at))
        core->chunk_crc = 0; /* begins anew with the next piece */
    for (unsigned i = 0; i < BENCH_LANES; i++)
        world->lanes[i].byte_count = world->lanes[i].line_count = 0;
    world->sim.interpreter.command_count = 0;
    world->sim.power.nv_writes = 0;
    world->sim.power.random = 0;
    world->sim.power.resets = 0;
    if (!has_trigger(one, SCENARIO_TRIGGER_BOOT))
        world->sim.power.boots = 0;
    world->tap.boots = world->tap.resets = 0;
    world->sim.radio.clock_s = 0;
    world->sim.radio.clock_at_us = 0;
    world->monitor.statuses_read = 0;
}

static void leave_out_parts(const struct merge_table *table, struct merge_form *form,
                            struct merge_marks *marks)
{
    for (unsigned part = 0; part < MERGE_PART_COUNT; part++)
        if (table->leave_out >> part & 1 && parts[part].size)
            memset((uint8_t *)form + parts[part].offset, 0, parts[part].size);
    if (table->leave_out >> MERGE_PART_DEADLINES & 1)
        for (unsigned due = 0; due < MERGE_DUE_COUNT; due++)
            marks->due_in_us[due] = BENCH_NEVER;
    if (table->leave_out >> MERGE_PART_SPOILT & 1)
        marks->is_spoilt = false;
    if (table->leave_out >> MERGE_PART_TAIL & 1)
        marks->tail_in_us = 0;
    if (table->leave_out >> MERGE_PART_EXCUSE & 1)
        marks->fault_ago_us = 0;
    if (table->leave_out >> MERGE_PART_RANDOM & 1)
        marks->random = 0;
    if (table->leave_out >> MERGE_PART_REPEATS & 1)
        marks->repeats = 0;
}

static bool is_broken(const struct bench_run *run, const struct merge_watch *watch)
{
    bool broken = bench_conduct_is_broken(&watch->conduct, run->options.conduct_left_out);
    for (unsigned i = 0; i < SCENARIO_RULES_MAX; i++)
        broken = broken || run->world.monitor.broken[i];
    return broken;
}

/* How far the run has come. */
static void measure(const struct bench_run *run, const struct merge_watch *watch,
                    struct merge_place *ret_place)
{
    const struct bench_world *world = &run->world;
    ret_place->at_us = world->now_us + watch->left_out.time_us;
    ret_place->steps = run->step_count + watch->left_out.steps;
    ret_place->sent_bytes = world->lanes[BENCH_TO_MODULE].byte_count + watch->left_out.sent_bytes;
    ret_place->random = world->sim.power.random;
    ret_place->boot_lines = world->core.stat_counts.boot_lines;
    ret_place->requests = run->points.count[BENCH_POINT_REQUEST];
    ret_place->result_at_us = watch->conduct.result_at_us;
    ret_place->excused_starts = watch->conduct.excused_starts;
    ret_place->crowds = watch->conduct.crowds;
    ret_place->cost = watch->cost;
}

struct merge_place merge_end_of(const struct bench_run *run, struct merge_watch *watch)
{
    struct merge_place end = {.at_us = 0};
    merge_watch_read(watch);
    measure(run, watch, &end);
    return end;
}

bool merge_place_of(struct merge_table *table, const struct bench_run *run,
                    const struct merge_watch *watch, unsigned count, struct merge_place *ret_place,
                    bool *ret_never)
{
    struct merge_form made, *form = &made;
    struct merge_limits *limits = &ret_place->limits;
    const struct bench_world *world = &run->world;
    *ret_never = !table->outcomes_only && is_broken(run, watch);
    if (*ret_never || !are_forgotten(&world->engine, run->one, count))
        return false;
    merge_form_copy(form, world);
    forget_choices(&form->world.engine, run->one, count);
    bench_conduct_form(&watch->conduct, world->now_us, &form->conduct);
    *limits = (struct merge_limits){.end_at_us = run->shared->end_at_us,
                                    .commands_left = form->conduct.commands_left,
                                    .marks = {.fault_ago_us = form->conduct.fault_ago_us,
                                              .repeats = form->conduct.repeats,
                                              .is_crowded = form->conduct.is_crowded,
                                              .is_spoilt = form->conduct.is_spoilt}};
    take_deadline(&form->conduct.worst_at_us, world->now_us,
                  &limits->marks.due_in_us[MERGE_DUE_CONDUCT]);
    take_deadline(&form->conduct.silent_at_us, world->now_us,
                  &limits->marks.due_in_us[MERGE_DUE_SILENT]);
    memset(&form->conduct.worst_at_us, 0, sizeof *form - AT(conduct.worst_at_us));
    leave_out_deadlines(run, &form->world, &limits->marks);
    limits->marks.random = world->sim.power.random;
    limits->marks.tail_in_us = take_tail(&form->world.core, world->now_us);
    leave_out_told(&form->world, run->one);
    form->conduct.watch.tapping.tap.boots = form->conduct.watch.tapping.tap.resets = 0;
    bench_world_make_comparable(&form->world);
    leave_out_parts(table, form, &limits->marks);
    merge_form_digest(table->last, form, &ret_place->key, &ret_place->check);
    measure(run, watch, ret_place);
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
    table->last = merge_digests_new();
    table->slots = calloc(table->capacity, sizeof *table->slots);
    table->entries = malloc(table->capacity / 2 * sizeof *table->entries);
    if (table->slots && table->entries && table->last)
        return true;
    merge_table_free(table);
    return false;
}

void merge_table_free(struct merge_table *table)
{
    free(table->slots);
    free(table->entries);
    free(table->last);
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
        table->slots[table->entries[--table->count].slot].key = 0;
    table->place_count = 0;
}

enum { TWINS_MAX = 8 }; /* of one key, with other marks */

static size_t slot_behind(const struct merge_table *table, size_t slot)
{
    return (slot + 1) & (table->capacity - 1);
}

/* Whether a rest with these marks is the same with others. That a fault was near only excuses: a
   rest that is good without it is good with it. */
static bool is_blind(const struct merge_reach *reach, const struct merge_marks *marks,
                     const struct merge_marks *others)
{
    for (unsigned due = 0; due < MERGE_DUE_COUNT; due++)
        if (marks->due_in_us[due] != others->due_in_us[due] &&
            (marks->due_in_us[due] <= reach->duration_us ||
             others->due_in_us[due] <= reach->duration_us))
            return false;
    bool is_over = marks->tail_in_us <= reach->quiet_us && others->tail_in_us <= reach->quiet_us;
    return (is_over || marks->tail_in_us == others->tail_in_us) &&
           (!reach->has_excuse || marks->fault_ago_us == others->fault_ago_us) &&
           (!reach->has_draw || marks->random == others->random) &&
           ((!reach->has_crowd && !marks->is_crowded && !others->is_crowded) ||
            marks->repeats == others->repeats) &&
           (reach->has_result || !marks->is_spoilt || others->is_spoilt);
}

bool merge_is_within(const struct merge_limits *limits, uint64_t at_us,
                     const struct merge_marks *marks, const struct merge_reach *reach)
{
    return is_blind(reach, marks, &limits->marks) &&
           at_us + reach->duration_us <= limits->end_at_us &&
           reach->commands <= limits->commands_left;
}

struct merge_reach merge_reach_from(const struct merge_place *from, const struct merge_place *to,
                                    const struct merge_reach *reach)
{
    uint64_t apart_us = to->at_us - from->at_us;
    bool is_quiet = from->boot_lines == to->boot_lines;
    return (struct merge_reach){
        .duration_us = reach->duration_us + apart_us,
        .quiet_us = is_quiet ? reach->quiet_us + apart_us : 0,
        .commands = reach->commands + to->cost.count[EXPLORE_RULE_COMMANDS] -
                    from->cost.count[EXPLORE_RULE_COMMANDS],
        .has_result = reach->has_result || to->result_at_us > from->result_at_us,
        .has_excuse = reach->has_excuse || to->excused_starts != from->excused_starts,
        .has_draw = reach->has_draw || to->random != from->random,
        .has_crowd = reach->has_crowd || to->crowds != from->crowds};
}

const struct merge_rest *merge_find(struct merge_table *table, const struct merge_place *place)
{
    size_t at = (size_t)place->key & (table->capacity - 1);
    table->lookups++;
    for (; table->slots[at].key; at = slot_behind(table, at)) {
        const struct merge_entry *entry = &table->entries[table->slots[at].entry];
        const struct merge_rest *rest = &entry->rest;
        if (table->slots[at].key == place->key && entry->check == place->check &&
            merge_is_within(&place->limits, place->at_us, &rest->marks, &rest->reach)) {
            table->hits++;
            return rest;
        }
    }
    return NULL;
}

void merge_remember(struct merge_table *table, const struct merge_place *place)
{
    if (table->place_count < MERGE_PLACES_MAX)
        table->places[table->place_count++] = *place;
}

/* Of a place whose rest is not known from another one of its key, nor is one of too many of them.
 */
static struct merge_slot *room_for(struct merge_table *table, const struct merge_place *place)
{
    size_t at = (size_t)place->key & (table->capacity - 1);
    unsigned twins = 0;
    for (; table->slots[at].key; at = slot_behind(table, at)) {
        const struct merge_entry *entry = &table->entries[table->slots[at].entry];
        if (table->slots[at].key != place->key)
            continue;
        if (++twins == TWINS_MAX ||
            is_blind(&entry->rest.reach, &entry->rest.marks, &place->limits.marks))
            return NULL;
    }
    return table->count == table->capacity / 2 ? NULL : &table->slots[at];
}

static void store_one(struct merge_table *table, const struct merge_place *place,
                      const struct merge_rest *rest)
{
    struct merge_slot *slot = room_for(table, place);
    if (!slot)
        return;
    struct merge_entry *entry = &table->entries[table->count];
    *entry = (struct merge_entry){place->check, *rest, (uint32_t)(slot - table->slots)};
    entry->rest.marks = place->limits.marks;
    *slot = (struct merge_slot){place->key, (uint32_t)table->count++};
}

void merge_store(struct merge_table *table, const struct merge_place *end,
                 const struct merge_rest *rest, bool is_good)
{
    struct merge_reach reach = rest->reach;
    const struct merge_place *next = end;
    for (unsigned i = table->place_count; i > 0 && is_good; i--) {
        const struct merge_place *place = &table->places[i - 1];
        struct merge_rest whole = *rest;
        whole.reach = reach = merge_reach_from(place, next, &reach);
        whole.steps += end->steps - place->steps;
        whole.sent_bytes += end->sent_bytes - place->sent_bytes;
        for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++)
            whole.cost.count[rule] += end->cost.count[rule] - place->cost.count[rule];
        store_one(table, place, &whole);
        next = place;
    }
    table->place_count = 0;
}
