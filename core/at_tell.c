/* at_tell.c - the AT engine: results, information and unsolicited lines told apart. */
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

bool at_tell_apart(struct at_engine *at, size_t length, uint64_t now_us, struct at_event *ret_event)
{
    ret_event->text = at->line;
    ret_event->length = (uint16_t)length;
    enum at_result result = result_of(at, length);
    if (result != AT_RESULT_NONE) {
        at->unknown_bytes = 0;
        return take_result(at, result, now_us, ret_event);
    }
    ret_event->kind = is_information(at, length) ? AT_EVENT_INFO : AT_EVENT_URC;
    if (ret_event->kind == AT_EVENT_INFO && at->raw == AT_RAW_WAIT)
        at_take_header(at, length);
    else if (is_prompt(at, length))
        begin_data(at, ret_event);
    return true;
}
