/* at_line.c - the AT engine: bytes to lines, echoes out of them, lines told apart. */
#include <string.h>

#include "core/at_line.h"
#include "core/text.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* From AT_RESULT_OK on. */
static const struct text_row results[] = {
#define X(name, text, match) TEXT_##match(text),
    AT_RESULTS(X)
#undef X
};

/* Lines without a name that AT_INFO_ANY must not take for an answer (T15, issue "DST: 1" read as
 * an IMSI). */
static const struct text_row unnamed_urcs[] = {
    TEXT_WHOLE("RDY"),           TEXT_WHOLE("SMS Ready"),      TEXT_WHOLE("Call Ready"),
    TEXT_BEGINNING("DST:"),      TEXT_BEGINNING("NORMAL POW"), TEXT_BEGINNING("UNDER-VOLT"),
    TEXT_BEGINNING("OVER-VOLT"), TEXT_WHOLE("RING"),           TEXT_WHOLE("NO CARRIER"),
};

static enum at_result result_of(const struct at_engine *at, size_t length)
{
    bool numeric = at->mode == AT_MODE_PROBE || at->mode == AT_MODE_QUIET;
    size_t count = numeric ? COUNT_OF(results) : AT_RESULT_OK_NUMERIC - AT_RESULT_OK;
    size_t i = text_find(results, count, at->line, length);
    return i < count ? (enum at_result)(AT_RESULT_OK + i) : AT_RESULT_NONE;
}

/* "+CSQ: 1,2" is named by the command "AT+CSQ?": the name ends where the command does or at one
 * of ? and =. */
static bool has_command_name(const struct at_engine *at, size_t length)
{
    size_t i = 0, rest = at->command_length - 2u;
    const char *name = at->command + 2;
    while (i < length && i < rest && at->line[i] == name[i])
        i++;
    if (i < 2 || i >= length || at->line[i] != ':')
        return false;
    return i == rest || name[i] == '?' || name[i] == '=';
}

static bool is_unnamed_text(const struct at_engine *at, size_t length)
{
    if (at->line[0] == '+' || at->line[0] == '*')
        return false;
    return text_find(unnamed_urcs, COUNT_OF(unnamed_urcs), at->line, length) ==
           COUNT_OF(unnamed_urcs);
}

static bool is_information(const struct at_engine *at, size_t length)
{
    if (at->mode != AT_MODE_COMMAND)
        return false;
    switch (at->info) {
    case AT_INFO_NAME:
    case AT_INFO_DATA:
        return has_command_name(at, length);
    case AT_INFO_ANY:
        return is_unnamed_text(at, length);
    default:
        return false;
    }
}

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
    at->line_length = 0;
    at->stat_dropped_lines++;
    return true;
}

/* The LF of an echo that ends in CR LF does not end the line that the echo was found in. */
static bool belongs_to_echo(struct at_engine *at, char end)
{
    bool ours = end == '\n' && at->joined_length > 0 && at->joined_length == at->line_length;
    at->joined_length = 0;
    return ours;
}

/* "+CFSRFILE: 1024": raw bytes begin behind its LF. */
static void take_header(struct at_engine *at, size_t length)
{
    struct text text = text_after_colon(at->line, length);
    uint32_t count = 0;
    at->framing = AT_FRAMING_HEADER;
    at->raw = AT_RAW_NONE;
    if (!text_take_number(&text, &count) || count == 0 || count > at->raw_left)
        return; /* without bytes the caller sees that they are missing */
    at->raw_left = count;
    at->raw = AT_RAW_LINE_END;
}

static bool is_prompt(const struct at_engine *at, size_t length)
{
    static const struct text_row prompt[] = {TEXT_WHOLE("DOWNLOAD")};
    return at->mode == AT_MODE_COMMAND && at->info == AT_INFO_PROMPT && !at->data &&
           text_find(prompt, 1, at->line, length) == 0;
}

static void begin_data(struct at_engine *at, struct at_event *ret_event)
{
    at->data = true;
    at->out_length = at->sent = 0;
    ret_event->kind = AT_EVENT_PROMPT;
}

/* Looking for the module: an error is no contact, the next try may do better. Returns whether OK
 * can be trusted; if not, silence must follow. */
static bool is_contact(struct at_engine *at, enum at_result result, uint64_t now_us)
{
    if (at->mode == AT_MODE_PROBE && result != AT_RESULT_OK && result != AT_RESULT_OK_NUMERIC)
        return false;
    if (at->mode == AT_MODE_PROBE && at->try_number == 1 && !at->owed)
        return true;
    at->mode = AT_MODE_QUIET;
    at->deadline_at_us = at_after_ms(now_us, AT_QUIET_MS);
    return false;
}

/* A final result was read; returns whether *ret_event was filled. */
static bool take_result(struct at_engine *at, enum at_result result, uint64_t now_us,
                        struct at_event *ret_event)
{
    if (at->mode == AT_MODE_IDLE) {
        at->stat_stray_results++;
        at->owed = false;
        ret_event->kind = AT_EVENT_STRAY;
        ret_event->result = (uint8_t)result;
        return true;
    }
    if (at->mode != AT_MODE_COMMAND) {
        if (!is_contact(at, result, now_us))
            return false;
        result = AT_RESULT_OK;
    }
    at_end(at, AT_EVENT_RESULT, result, ret_event);
    return true;
}

static bool tell_apart(struct at_engine *at, size_t length, uint64_t now_us,
                       struct at_event *ret_event)
{
    ret_event->text = at->line;
    ret_event->length = (uint16_t)length;
    enum at_result result = result_of(at, length);
    if (result != AT_RESULT_NONE)
        return take_result(at, result, now_us, ret_event);
    ret_event->kind = is_information(at, length) ? AT_EVENT_INFO : AT_EVENT_URC;
    if (ret_event->kind == AT_EVENT_INFO && at->raw == AT_RAW_WAIT)
        take_header(at, length);
    else if (is_prompt(at, length))
        begin_data(at, ret_event);
    return true;
}

static bool end_line(struct at_engine *at, char end, uint64_t now_us, struct at_event *ret_event)
{
    if (drop_overlong(at) || belongs_to_echo(at, end) || take_echo(at))
        return false;
    size_t length = at->line_length;
    at->line_length = 0;
    at->line[length] = '\0';
    at->stat_lines++;
    if (length > at->stat_line_high_water)
        at->stat_line_high_water = (uint16_t)length;
    if (at->line[0] == 'A' && at->line[1] == 'T')
        return false;
    return tell_apart(at, length, now_us, ret_event);
}

static void append(struct at_engine *at, const char *text, size_t length)
{
    if (at->discarding)
        return;
    if (length > AT_LINE_BYTES - at->line_length) {
        at->discarding = true;
        return;
    }
    memcpy(at->line + at->line_length, text, length);
    at->line_length = (uint16_t)(at->line_length + length);
}

/* Bytes before the next CR or LF. */
static size_t text_length(const char *text, size_t size)
{
    const char *end = memchr(text, '\r', size);
    if (end != NULL)
        size = (size_t)(end - text);
    end = memchr(text, '\n', size);
    return end != NULL ? (size_t)(end - text) : size;
}

static bool is_line_end(char byte)
{
    return byte == '\r' || byte == '\n';
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
        if (is_line_end(byte)) {
            at->lead++;
            return 1;
        }
        if (byte == at->mark) {
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

/* Returns how many bytes belong to the raw part of an answer; *ret_event tells of raw bytes. */
static size_t take_raw(struct at_engine *at, const char *data, size_t size,
                       struct at_event *ret_event)
{
    size_t used = find_raw(at, data[0]);
    if (used > 0 || at->raw != AT_RAW_BYTES)
        return used;
    if (size > at->raw_left)
        size = at->raw_left;
    if (size > UINT16_MAX)
        size = UINT16_MAX;
    at->raw_left -= (uint32_t)size;
    if (at->raw_left == 0)
        at->raw = AT_RAW_NONE;
    ret_event->kind = AT_EVENT_DATA;
    ret_event->text = data;
    ret_event->length = (uint16_t)size;
    return size;
}

size_t at_receive(struct at_engine *at, const void *bytes, size_t size, uint64_t now_us,
                  struct at_event *ret_event)
{
    const char *data = bytes;
    size_t used = 0;
    memset(ret_event, 0, sizeof *ret_event);
    ret_event->text = "";
    while (used < size) {
        size_t raw = at->raw != AT_RAW_NONE ? take_raw(at, data + used, size - used, ret_event) : 0;
        used += raw;
        if (ret_event->kind != AT_EVENT_NONE)
            break;
        if (raw > 0)
            continue;
        if (!is_line_end(data[used])) {
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
