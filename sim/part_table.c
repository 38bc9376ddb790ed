/*
 * part_table.c - the lists that the table of parts makes, and what walks them.
 */
#include "sim/internal.h"

_Static_assert((int)SIM_TIMER_COUNT == (int)SIM_TIMER_SLOTS, "state.h holds one slot a timer");

const struct sim_command *const sim_chapters[SIM_CHAPTERS] = {
#define X(table) sim_commands_##table,
    SIM_PARTS_COMMANDS(X)
#undef X
};

void sim_parts_start(struct sim_context *ctx)
{
#define X(function) function(ctx);
    SIM_PARTS_START(X)
#undef X
}

void sim_parts_reset(struct sim_context *ctx, enum sim_reset reset)
{
#define X(function) function(ctx, reset);
    SIM_PARTS_RESET(X)
#undef X
}

bool sim_parts_lose(struct sim_context *ctx, enum sim_loss loss)
{
    bool any = false;
#define X(function) any |= function(ctx, loss);
    SIM_PARTS_LOST(X)
#undef X
    return any;
}

void sim_parts_hear(struct sim_context *ctx, enum sim_news news)
{
#define X(function) function(ctx, news);
    SIM_PARTS_HEARD(X)
#undef X
}

void sim_parts_changed(struct sim_context *ctx, enum sim_setting_id setting)
{
#define X(function) function(ctx, setting);
    SIM_PARTS_CHANGED(X)
#undef X
}

int sim_parts_take(struct sim_context *ctx, enum sim_data_taker taker, const uint8_t *bytes,
                   size_t size, bool complete)
{
    static int (*const takers[])(struct sim_context *, const uint8_t *, size_t, bool) = {
#define X(NAME, function, span) [SIM_TAKER_##NAME] = function,
        SIM_PARTS_TAKES(X)
#undef X
    };
    return takers[taker](ctx, bytes, size, complete);
}

size_t sim_parts_span(struct sim_context *ctx, enum sim_data_taker taker, const uint8_t *bytes,
                      size_t size, bool *ret_complete)
{
    static size_t (*const spans[])(struct sim_context *, const uint8_t *, size_t, bool *) = {
#define X(NAME, function, span) [SIM_TAKER_##NAME] = (span),
        SIM_PARTS_TAKES(X)
#undef X
    };
    return spans[taker](ctx, bytes, size, ret_complete);
}

void sim_parts_due(struct sim_context *ctx, enum sim_timer timer)
{
    static void (*const handlers[])(struct sim_context *) = {
#define X(NAME, text, function) [SIM_TIMER_##NAME] = function,
        SIM_PARTS_TIMER(X)
#undef X
    };
    handlers[timer](ctx);
}

const char *sim_timer_name(enum sim_timer timer)
{
    static const char *const names[] = {
#define X(NAME, text, function) [SIM_TIMER_##NAME] = (text),
        SIM_PARTS_TIMER(X)
#undef X
    };
    return names[timer];
}

bool sim_parts_apply(struct sim_context *ctx, const struct sim_action *action)
{
    static bool (*const appliers[])(struct sim_context *, const struct sim_action *) = {
#define X(NAME, function) [SIM_ACTION_##NAME] = function,
        SIM_PARTS_ACTION(X)
#undef X
    };
    enum {
        COUNT = 0
#define X(NAME, function) +1
        SIM_PARTS_ACTION(X)
#undef X
    };
    _Static_assert((int)COUNT == (int)SIM_ACTION_COUNT, "each action has one part");
    _Static_assert(sizeof appliers / sizeof appliers[0] == SIM_ACTION_COUNT, "and none is missing");
    return action->kind < SIM_ACTION_COUNT && appliers[action->kind](ctx, action);
}
