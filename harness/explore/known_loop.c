/* known_loop.c - finds loops by equal places, and brings deadlines nearer. */
#include "harness/explore/known_loop.h"

/* Of a loop; what comes round later is run. */
enum { LOOP_PLACES_MAX = 32 };

/* Places that differ in nothing but time and deadlines, and how far a run has come. */
static bool is_round(const struct merge_place *from, const struct merge_place *to)
{
    const struct merge_marks *a = &from->limits.marks, *b = &to->limits.marks;
    return from->key == to->key && from->check == to->check && a->tail_in_us == b->tail_in_us &&
           a->fault_ago_us == b->fault_ago_us && a->repeats == b->repeats &&
           a->random == b->random && a->is_spoilt == b->is_spoilt &&
           a->is_crowded == b->is_crowded && from->crowds == to->crowds &&
           from->excused_starts == to->excused_starts;
}

/* What is asked of the host may put a deadline off, and so does a restart, long before it is due
 * (core/fota_run.c, core/fota_recover.c): then the next round may differ from this one. */
static bool may_put_off(const struct merge_place *from, const struct merge_place *to)
{
    return from->requests != to->requests || from->boot_lines != to->boot_lines ||
           from->cost.count[EXPLORE_RULE_RESTARTS] != to->cost.count[EXPLORE_RULE_RESTARTS];
}

/* Rounds before one in which it comes due; false: it neither comes nearer by a round's time nor
 * stays where it is. */
static bool limit_by_deadline(uint64_t before_us, uint64_t due_in_us, uint64_t round_us,
                              bool *ret_nearer, uint64_t *rounds)
{
    *ret_nearer = due_in_us != before_us;
    if (!*ret_nearer)
        return true;
    if (before_us - due_in_us != round_us)
        return false;
    uint64_t most = due_in_us / round_us;
    most = most ? most - 1 : 0;
    *rounds = most < *rounds ? most : *rounds;
    return true;
}

static bool limit(const struct merge_place *from, const struct merge_place *to,
                  struct merge_loop *loop)
{
    const struct merge_limits *limits = &to->limits;
    uint64_t round_us = to->at_us - from->at_us;
    uint32_t commands =
        to->cost.count[EXPLORE_RULE_COMMANDS] - from->cost.count[EXPLORE_RULE_COMMANDS];
    loop->rounds = limits->end_at_us > to->at_us ? (limits->end_at_us - to->at_us) / round_us : 0;
    if (commands && limits->commands_left / commands < loop->rounds)
        loop->rounds = limits->commands_left / commands;
    loop->nearer = 0;
    for (unsigned due = 0; due < MERGE_DUE_COUNT; due++) {
        bool nearer;
        if (!limit_by_deadline(from->limits.marks.due_in_us[due], limits->marks.due_in_us[due],
                               round_us, &nearer, &loop->rounds))
            return false;
        loop->nearer |= (uint32_t)nearer << due;
    }
    return loop->rounds > 0;
}

static void sum_up(const struct merge_place *from, const struct merge_place *to,
                   struct merge_loop *loop)
{
    loop->left_out = (struct merge_left_out){.time_us = loop->rounds * (to->at_us - from->at_us),
                                             .steps = loop->rounds * (to->steps - from->steps),
                                             .sent_bytes = (uint32_t)loop->rounds *
                                                           (to->sent_bytes - from->sent_bytes)};
    for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++)
        loop->cost.count[rule] =
            (uint32_t)loop->rounds * (to->cost.count[rule] - from->cost.count[rule]);
}

bool merge_find_loop(const struct merge_table *table, const struct merge_place *place,
                     struct merge_loop *ret_loop)
{
    unsigned behind = table->place_count;
    for (unsigned i = 0; i < LOOP_PLACES_MAX && behind > 0; i++) {
        const struct merge_place *from = &table->places[--behind];
        if (!is_round(from, place))
            continue;
        if (from->at_us == place->at_us || may_put_off(from, place) ||
            !limit(from, place, ret_loop))
            return false;
        sum_up(from, place, ret_loop);
        return true;
    }
    return false;
}

/* Deadlines that are told by when something began may lie before the begin of all time then: they
 * are only used in differences. */
void merge_leave_loop(struct bench_run *run, struct merge_watch *watch,
                      const struct merge_loop *loop)
{
    struct bench_world *world = &run->world;
    uint64_t *const deadlines[MERGE_DUE_COUNT] = {
        [MERGE_DUE_TOTAL] = &world->core.timers_at_us[FOTA_TIMER_TOTAL],
        [MERGE_DUE_STATE] = &world->core.timers_at_us[FOTA_TIMER_STATE],
        [MERGE_DUE_WORST] = &world->core.worst_case_at_us,
        [MERGE_DUE_ATTEMPT] = &world->monitor.attempt_began_at_us,
        [MERGE_DUE_CONDUCT] = &watch->conduct.started_at_us,
        [MERGE_DUE_SILENT] = &watch->conduct.back_at_us};
    for (unsigned due = 0; due < MERGE_DUE_COUNT; due++)
        if (loop->nearer >> due & 1)
            *deadlines[due] -= loop->left_out.time_us;
    world->host_at_us = run->host->advance(run);
    watch->left_out.time_us += loop->left_out.time_us;
    watch->left_out.steps += loop->left_out.steps;
    watch->left_out.sent_bytes += loop->left_out.sent_bytes;
    watch->conduct.commands += loop->cost.count[EXPLORE_RULE_COMMANDS];
    for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++)
        watch->cost.count[rule] += loop->cost.count[rule];
}
