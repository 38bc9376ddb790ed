/* at_raw.c - the AT engine: raw bytes in an answer, and where they begin. */
#include "core/at_line.h"
#include "core/text.h"

void at_expect(struct at_engine *at, uint16_t size, bool fresh, char mark)
{
    at->raw_left = size;
    at->mark = mark;
    if (fresh)
        at->framing = AT_FRAMING_UNKNOWN;
    at->raw = AT_RAW_WAIT;
    if (at->framing != AT_FRAMING_BARE)
        at->lead = 0;
    else
        at->raw = at->lead > 0 ? AT_RAW_SKIP : AT_RAW_BYTES;
    at->skip = at->lead;
}

/* "+CFSRFILE: 1024": raw bytes begin behind its LF. */
void at_take_header(struct at_engine *at, size_t length)
{
    struct text text = text_after_colon(at->line, length);
    uint32_t count = 0;
    at->framing = AT_FRAMING_HEADER;
    at->raw = AT_RAW_NONE;
    if (!text_take_number(&text, &count) || count == 0 || count > at->raw_left)
        return; /* without bytes the caller sees that they are missing */
    at->raw_left = (uint16_t)count;
    at->raw = AT_RAW_LINE_END;
}

/* Where raw bytes begin: right behind a known lead, behind a header's LF, or at the mark. Returns
 * how many bytes are none of them and used up. */
static size_t find_raw(struct at_engine *at, char byte)
{
    switch (at->raw) {
    case AT_RAW_SKIP:
        at->raw = --at->skip > 0 ? AT_RAW_SKIP : AT_RAW_BYTES;
        return 1;
    case AT_RAW_LINE_END:
        at->raw = AT_RAW_BYTES;
        return byte == '\n';
    case AT_RAW_WAIT:
        if (at->framing != AT_FRAMING_UNKNOWN || at->line_length > 0 || at->discarding)
            return 0;
        if (at_is_line_end(byte)) {
            if (byte == '\r' || at->lead > 0) /* else the LF of the line before */
                at->lead++;
        } else if (byte == at->mark) {
            at->framing = AT_FRAMING_BARE;
            at->raw = AT_RAW_BYTES;
        } else {
            at->lead = 0;
        }
        return 0;
    default:
        return 0;
    }
}

size_t at_take_raw(struct at_engine *at, const char *data, size_t size, struct at_event *ret_event)
{
    size_t used = find_raw(at, data[0]);
    if (used > 0 || at->raw != AT_RAW_BYTES)
        return used;
    if (size > at->raw_left)
        size = at->raw_left;
    at->raw_left = (uint16_t)(at->raw_left - size);
    if (at->raw_left == 0)
        at->raw = AT_RAW_NONE;
    ret_event->kind = AT_EVENT_DATA;
    ret_event->text = data;
    ret_event->length = (uint16_t)size;
    return size;
}
