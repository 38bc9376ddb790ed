/* import_chat.c - logs of programs that dial: `chat -v` of pppd, wvdial. What they send has a mark,
 * what they get stands as it came.
 */
#include <string.h>

#include "harness/trace/import_parts.h"

/* ---- chat ------------------------------------------------------------------------------------ */

/* What chat says between what it sends and gets (chat.8, -v, -s). */
static const char *const chat_words[] = {
    "expect (",       "abort on (",        "report (",        "clear abort on (",
    "clear report (", "timeout set to ",   "Connect script ", "alarm",
    "Failed",         "SIGTERM",           "Can't ",          "Could not ",
    "-- failed",      "-- write timed out"};

static bool begins(const struct import_line *line, const char *word)
{
    size_t size = strlen(word);
    return line->length >= size && memcmp(line->text, word, size) == 0;
}

static bool is_got_it(const struct import_line *line)
{
    struct import_line trimmed = import_trimmed(*line);
    return begins(&trimmed, "-- got it");
}

static bool is_chat_word(const struct import_line *line)
{
    bool found = is_got_it(line);
    for (size_t i = 0; i < sizeof chat_words / sizeof chat_words[0] && !found; i++)
        found = begins(line, chat_words[i]);
    return found;
}

static bool is_sent(const struct import_line *line)
{
    return begins(line, "send (") && line->text[line->length - 1] == ')';
}

/* "Mar  5 10:11:12 board chat[123]: " of the system's log; without it the line stays. */
static struct import_line behind_origin(struct import *import, struct import_line line,
                                        uint64_t *time_us)
{
    struct pattern_found found;
    struct import_line rest = line;
    if (!import_stamp(&rest, &found))
        return line;
    *time_us = import_time(import, &found);
    return rest;
}

/* "^M" is CR, "^?" DEL, "M-x" x with its highest bit: as chat writes them. From *ret_at on, which
 * is behind what was read then. */
static size_t chat_bytes(const char *text, size_t length, size_t *ret_at, uint8_t *bytes,
                         size_t most)
{
    size_t count = 0, at = *ret_at;
    for (; at < length && count < most; count++) {
        uint8_t high = 0;
        if (length - at > 2 && text[at] == 'M' && text[at + 1] == '-') {
            high = 0x80;
            at += 2;
        }
        bool control = length - at > 1 && text[at] == '^' &&
                       (text[at + 1] == '?' || (text[at + 1] >= '@' && text[at + 1] <= '_'));
        bytes[count] = high | (control ? (uint8_t)(text[at + 1] ^ 0x40) : (uint8_t)text[at]);
        at += control ? 2 : 1;
    }
    *ret_at = at;
    return count;
}

/* Lines end with the LF that came, but for one that chat had waited for: it was cut there. */
static void put_chat(struct import *import, const struct import_line *line, bool sent, bool ended,
                     uint64_t time_us)
{
    uint8_t bytes[TRACE_PIECE_MAX];
    size_t at = 0;
    do {
        size_t count = chat_bytes(line->text, line->length, &at, bytes, sizeof bytes - 1);
        if (ended && at == line->length)
            bytes[count++] = '\n';
        if (count)
            trace_log_add(import->log, sent ? TRACE_TO_MODULE : TRACE_TO_HOST, time_us, 0, bytes,
                          count);
    } while (at < line->length);
}

/* The line behind this one, which says whether this one was cut. */
static struct import_line next_of(const struct import *import)
{
    struct import ahead = *import;
    struct import_line next = {"", 0, 0}, none = next;
    uint64_t time_us;
    return import_line(&ahead, &next) ? behind_origin(&ahead, next, &time_us) : none;
}

void import_chat(struct import *import)
{
    struct import_line line;
    uint64_t time_us = TRACE_NO_TIME;
    bool after_match = false;
    while (import_line(import, &line)) {
        line = behind_origin(import, line, &time_us);
        if (is_sent(&line)) {
            struct import_line text = {line.text + 6, line.length - 7, 0};
            put_chat(import, &text, true, false, time_us);
        } else if (is_chat_word(&line)) {
            after_match = is_got_it(&line);
            import_foreign(import, time_us, line.text, line.length);
            continue;
        } else if (line.length || !after_match) {
            /* behind its "got it" chat ends its own line, which is nothing that came */
            struct import_line next = next_of(import);
            put_chat(import, &line, false, !is_got_it(&next), time_us);
        }
        after_match = false;
    }
}

/* Lines of a log in which one at least is sent; 0: none is. */
static unsigned count_lines(const char *text, size_t length,
                            bool (*sends)(const struct import_line *line))
{
    struct import import = {.text = text, .length = length};
    struct import_line line;
    uint64_t time_us;
    unsigned sent = 0, lines = 0;
    while (import_line(&import, &line)) {
        line = behind_origin(&import, line, &time_us);
        sent += sends(&line);
        lines += line.length > 0;
    }
    return sent ? lines : 0;
}

unsigned import_count_chat(const char *text, size_t length)
{
    return count_lines(text, length, is_sent);
}

/* ---- wvdial ---------------------------------------------------------------------------------- */

#define WVDIAL_SAYS  "--> "
#define WVDIAL_SENDS "--> Sending: "

static bool wvdial_sends(const struct import_line *line)
{
    return begins(line, WVDIAL_SENDS);
}

void import_wvdial(struct import *import)
{
    struct import_line line;
    uint64_t time_us = TRACE_NO_TIME;
    while (import_line(import, &line)) {
        line = behind_origin(import, line, &time_us);
        size_t skip = sizeof WVDIAL_SENDS - 1;
        if (wvdial_sends(&line))
            import_command(import, time_us, 0, line.text + skip, line.length - skip);
        else if (begins(&line, WVDIAL_SAYS))
            import_foreign(import, time_us, line.text, line.length);
        else if (line.length >= 2 && (begins(&line, "AT") || begins(&line, "at")))
            import_echo(import, time_us, 0, line.text, line.length);
        else if (line.length)
            import_answer(import, time_us, 0, line.text, line.length);
    }
}

unsigned import_count_wvdial(const char *text, size_t length)
{
    return count_lines(text, length, wvdial_sends);
}
