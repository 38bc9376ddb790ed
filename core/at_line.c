/* at_line.c - the AT engine: bytes to lines, echoes out of them, lines told apart. */
#include <string.h>

#include "core/at_line.h"
#include "core/core_holds.h"

/* Removes the part of the echo that the line holds or ends with. What stood before it stays in the
 * buffer and is joined with what follows. Returns whether the line was used up. */
static bool take_echo(struct at_engine *at)
{
    const char *rest = at->command + at->echo_matched;
    size_t length = at->line_length, rest_length = at->command_length - at->echo_matched;
    if ((at->mode != AT_MODE_COMMAND && at->mode != AT_MODE_PROBE) || at->echo_done || at->data)
        return false;
    /* A short remainder ("1" of AT+CFOTA=1) may end a line by chance. */
    bool inside_line = at->echo_matched == 0 || rest_length >= 3;
    if (length == rest_length || (length > rest_length && inside_line)) {
        if (memcmp(at->line + length - rest_length, rest, rest_length) != 0)
            return false;
        at->echo_done = true;
        at->line_length = (uint16_t)(length - rest_length);
        at->joined_length = at->line_length;
        return true;
    }
    if (length < rest_length && memcmp(at->line, rest, length) == 0) {
        at->echo_matched = (uint16_t)(at->echo_matched + length);
        at->line_length = 0;
        return true;
    }
    return false;
}

static bool drop_overlong(struct at_engine *at)
{
    if (!at->discarding)
        return false;
    at->discarding = false;
    at->line_length = at->joined_length = 0;
    at->stat_dropped_lines++;
    return true;
}

/* The LF of an echo that ends in CR LF does not end the line that the echo was found in. */
static bool belongs_to_echo(struct at_engine *at, char end)
{
    bool ours = end == '\n' && at->joined_length == at->line_length;
    at->joined_length = 0;
    return ours;
}

/* Of a command before: no answer begins like that. */
static bool is_old_echo(struct at_engine *at)
{
    bool echo = at->line_length > 1 && at->line[0] == 'A' && at->line[1] == 'T';
    if (echo)
        at->line_length = 0;
    return echo;
}

static bool end_line(struct at_engine *at, char end, uint64_t now_us, struct at_event *ret_event)
{
    if (drop_overlong(at) || belongs_to_echo(at, end))
        return false;
    if (take_echo(at) || is_old_echo(at)) {
        at->unknown_bytes = 0;
        return false;
    }
    size_t length = at->line_length;
    at->line_length = 0;
    at->line[length] = '\0';
    at->stat_lines++;
    if (length > at->stat_line_high_water)
        at->stat_line_high_water = (uint16_t)length;
    return at_tell_apart(at, length, now_us, ret_event);
}

static void append(struct at_engine *at, const char *text, size_t length)
{
    if (at->discarding)
        return;
    if (length > AT_LINE_BYTES - at->line_length) {
        at->discarding = true;
        return;
    }
    size_t unknown = at->unknown_bytes + length;
    at->unknown_bytes = (uint8_t)(unknown < AT_UNKNOWN_MAX ? unknown : AT_UNKNOWN_MAX);
    memcpy(at->line + at->line_length, text, length);
    at->line_length = (uint16_t)(at->line_length + length);
}

/* Bytes before the next CR or LF. */
static size_t text_length(const char *text, size_t size)
{
    const char *cr = memchr(text, '\r', size);
    size_t length = cr ? (size_t)(cr - text) : size;
    const char *lf = memchr(text, '\n', length);
    return lf ? (size_t)(lf - text) : length;
}

size_t at_receive(struct at_engine *at, const void *bytes, size_t size, uint64_t now_us,
                  struct at_event *ret_event)
{
    const char *data = bytes;
    size_t used = 0;
    CORE_HOLDS(at_state_holds(at));
    memset(ret_event, 0, sizeof *ret_event);
    ret_event->text = "";
    while (used < size) {
        size_t raw =
            at->raw != AT_RAW_NONE ? at_take_raw(at, data + used, size - used, ret_event) : 0;
        used += raw;
        if (ret_event->kind != AT_EVENT_NONE)
            break;
        if (raw > 0)
            continue;
        if (!at_is_line_end(data[used])) {
            size_t stretch = text_length(data + used, size - used);
            append(at, data + used, stretch);
            used += stretch;
        } else {
            char end = data[used++];
            bool empty = at->line_length == 0 && !at->discarding;
            if (empty || !end_line(at, end, now_us, ret_event))
                continue;
            if (at->raw != AT_RAW_LINE_END) /* saves a call for the LF of CR LF */
                used += used < size && data[used] == '\n';
            break;
        }
    }
    return used;
}
