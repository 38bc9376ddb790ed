/* at.c - the AT engine: commands, results, time. Lines are assembled in at_line.c. */
#include <string.h>

#include "core/at.h"
#include "core/at_line.h"
#include "core/core_holds.h"

void at_init(struct at_engine *at)
{
    memset(at, 0, sizeof *at);
    at->deadline_at_us = AT_NEVER;
}

bool at_busy(const struct at_engine *at)
{
    return at->mode != AT_MODE_IDLE;
}

bool at_owed(const struct at_engine *at)
{
    return at->owed;
}

static void load_command(struct at_engine *at, const char *command, size_t length)
{
    if (command != at->command)
        memcpy(at->command, command, length);
    at->command[length] = '\r';
    at->command_length = (uint16_t)length;
    at->out_length = (uint16_t)(length + 1);
    at->sent = 0;
    at->echo_matched = 0;
    at->echo_done = false;
}

bool at_send(struct at_engine *at, const char *command, size_t length, enum at_info info,
             uint32_t timeout_ms, uint64_t now_us)
{
    if (at->mode != AT_MODE_IDLE || length < 2 || length > AT_COMMAND_BYTES)
        return false;
    load_command(at, command, length);
    at->mode = AT_MODE_COMMAND;
    at->info = (uint8_t)info;
    at->deadline_at_us = at_after_ms(now_us, timeout_ms);
    return true;
}

static void next_try(struct at_engine *at, uint64_t now_us)
{
    uint8_t number = ++at->try_number;
    load_command(at, "ATE0V1Q0", number >= 3 && number % 2 == 1 ? 8 : 2);
    at->deadline_at_us = at_after_ms(now_us, at->interval_ms);
}

void at_synchronise(struct at_engine *at, uint8_t tries, uint32_t interval_ms, uint64_t now_us)
{
    at_abort(at);
    at->mode = AT_MODE_PROBE;
    at->info = AT_INFO_NONE;
    at->tries_max = tries;
    at->try_number = 0;
    at->interval_ms = interval_ms;
    next_try(at, now_us);
}

static void become_idle(struct at_engine *at)
{
    at->mode = AT_MODE_IDLE;
    at->deadline_at_us = AT_NEVER;
    at->raw = AT_RAW_NONE;
    at->data = false;
}

void at_abort(struct at_engine *at)
{
    if (at->mode == AT_MODE_IDLE)
        return;
    if (at->sent > 0)
        at->owed = true;
    become_idle(at);
}

void at_forget(struct at_engine *at)
{
    at->owed = false;
    at->line_length = 0;
    at->joined_length = 0;
    at->discarding = false;
}

bool at_wants_bytes(const struct at_engine *at)
{
    return at->data && at->sent == at->out_length;
}

size_t at_give(struct at_engine *at, const void *bytes, size_t size)
{
    if (!at_wants_bytes(at))
        return 0;
    if (size > sizeof at->command)
        size = sizeof at->command;
    memcpy(at->command, bytes, size);
    at->out_length = (uint16_t)size;
    at->sent = 0;
    return size;
}

size_t at_transmit(struct at_engine *at, void *buffer, size_t capacity)
{
    if (at->mode != AT_MODE_COMMAND && at->mode != AT_MODE_PROBE)
        return 0;
    size_t rest = (size_t)at->out_length - at->sent;
    if (rest > capacity)
        rest = capacity;
    memcpy(buffer, at->command + at->sent, rest);
    at->sent = (uint16_t)(at->sent + rest);
    return rest;
}

void at_end(struct at_engine *at, enum at_event_kind kind, enum at_result result,
            struct at_event *ret_event)
{
    become_idle(at);
    ret_event->kind = (uint8_t)kind;
    ret_event->result = (uint8_t)result;
    ret_event->echoed = at->echo_done;
}

static void due(struct at_engine *at, uint64_t now_us, struct at_event *ret_event)
{
    bool quiet = at->mode == AT_MODE_QUIET;
    at->owed = !quiet;
    if (at->mode == AT_MODE_PROBE && at->try_number < at->tries_max) {
        next_try(at, now_us);
        return;
    }
    if (quiet) {
        ret_event->text = "OK";
        ret_event->length = 2;
    } else {
        at->stat_timeouts++;
    }
    at_end(at, quiet ? AT_EVENT_RESULT : AT_EVENT_TIMEOUT, quiet ? AT_RESULT_OK : AT_RESULT_NONE,
           ret_event);
}

uint64_t at_advance(struct at_engine *at, uint64_t now_us, struct at_event *ret_event)
{
    CORE_HOLDS(at_state_holds(at));
    memset(ret_event, 0, sizeof *ret_event);
    ret_event->text = "";
    if (now_us >= at->deadline_at_us)
        due(at, now_us, ret_event);
    return at->deadline_at_us;
}
