/* import_host.c - what hosts log of themselves: esp_modem, Zephyr, dialogue notation. */
#include <string.h>
#include <strings.h>

#include "harness/trace/import_parts.h"

/* ---- esp_modem ----------------------------------------------------------------------------- */

/* Buffers: one base of what is sent, one of what is received, which may go on behind its base. */
struct esp_buffers {
    uint64_t base[2], next; /* the address at which a dump would go on */
    unsigned known, last;
};

static unsigned esp_side(struct esp_buffers *buffers, uint64_t address, size_t count)
{
    unsigned side = buffers->last;
    if (buffers->known == 0 || address != buffers->next) {
        for (side = 0; side < buffers->known && buffers->base[side] != address; side++)
            ;
        if (side == buffers->known && buffers->known < 2)
            buffers->base[buffers->known++] = address;
        else if (side == buffers->known)
            side = address >= buffers->base[1] && address - buffers->base[1] < 4096 ? 1 : 0;
    }
    buffers->last = side;
    buffers->next = address + count;
    return side == 0 ? TRACE_SIDE_LEFT : TRACE_SIDE_RIGHT;
}

void import_esp_modem(struct import *import)
{
    static const char *const rows[] = {"D (%k) %w 0x%x ", NULL};
    struct esp_buffers buffers = {{0}, 0, 0, 0};
    struct import_line line;
    struct pattern_found found;
    while (import_line(import, &line)) {
        uint8_t bytes[16];
        struct import_line row = import_trimmed(line);
        size_t count = 0;
        uint64_t time_us = TRACE_NO_TIME;
        if (import_match(rows, &row, &found) >= 0) {
            const char *bar = memchr(row.text, '|', row.length);
            size_t end = bar ? (size_t)(bar - row.text) : row.length;
            time_us = found.time_us;
            count = end > found.length ? import_hex_row(row.text + found.length, end - found.length,
                                                        sizeof bytes, bytes)
                                       : 0;
        } else if (import_is_foreign(row.text, row.length, &time_us)) {
            count = 0;
        }
        if (count)
            trace_log_add(import->log, esp_side(&buffers, found.numbers[0], count), time_us, 0,
                          bytes, count);
        else
            import_foreign(import, time_us, row.text, row.length);
    }
}

/* ---- Zephyr -------------------------------------------------------------------------------- */

static bool after(const struct import_line *line, const char *mark, struct import_line *ret_rest)
{
    size_t size = strlen(mark);
    for (size_t i = 0; i + size <= line->length; i++) {
        if (memcmp(line->text + i, mark, size) != 0)
            continue;
        *ret_rest = (struct import_line){line->text + i + size, line->length - i - size, 0};
        return true;
    }
    return false;
}

/* The library tells a matched line in parts, joined by blanks: separators are lost. */
static bool was_split(const struct import_line *line)
{
    const char *colon = memchr(line->text, ':', line->length);
    return colon && (size_t)(colon - line->text) + 2 < line->length && colon[1] == ' ' &&
           colon[2] == ' ';
}

void import_zephyr(struct import *import)
{
    static const char *const stamps[] = {"[%H:%M:%S.%f,%n] <", "[%e.%f] <", NULL};
    struct import_line line, rest;
    struct pattern_found found;
    while (import_line(import, &line)) {
        struct import_line row = import_trimmed(line);
        uint64_t time_us = TRACE_NO_TIME;
        if (import_match(stamps, &row, &found) == 0)
            time_us = import_time(import, &found) + found.numbers[0];
        else if (import_match(stamps, &row, &found) == 1)
            time_us = found.time_us;
        if (after(&row, "sending: ", &rest))
            import_command(import, time_us, 0, rest.text, rest.length);
        else if (after(&row, "received_command: ", &rest) ||
                 after(&row, "on_unknown_command_received: ", &rest))
            import_answer(import, time_us, was_split(&rest) ? TRACE_DAMAGED : 0, rest.text,
                          rest.length);
        else
            import_foreign(import, time_us, row.text, row.length);
    }
}

/* ---- dialogue notation --------------------------------------------------------------------- */

static const char *const case_rows[] = {"> %w", "< %w", ">t %n", ">> %w", NULL};
static const char *const case_keys[] = {
    "listen ", "sleep ", "start:", "set:", "speed:", "baud:", "baudto ", "ctl ", "raw ", NULL};

static bool begins(const struct import_line *line, const char *text)
{
    size_t size = strlen(text);
    return line->length >= size && memcmp(line->text, text, size) == 0;
}

unsigned import_count_case(const char *text, size_t length)
{
    struct import import = {.text = text, .length = length};
    struct import_line line;
    struct pattern_found found;
    unsigned rows = 0, keys = 0, at = 0;
    while (import_line(&import, &line)) {
        rows += import_match(case_rows, &line, &found) >= 0;
        at += line.length >= 4 && strncasecmp(line.text, "> AT", 4) == 0;
        for (size_t i = 0; case_keys[i]; i++)
            keys += begins(&line, case_keys[i]);
    }
    return at && rows ? rows + keys : 0;
}

static void case_command(struct import *import, uint64_t time_us, const struct import_line *line,
                         size_t skip)
{
    size_t begin = skip < line->length ? skip : line->length;
    const char *text = line->text + begin;
    size_t length = line->length - begin;
    bool open = memchr(text, '{', length) && memchr(text, '}', length);
    import_command(import, time_us, open ? TRACE_OPEN | TRACE_GUESSED_TIME : TRACE_GUESSED_TIME,
                   text, length);
}

/* Seconds with a fraction behind a word, in microseconds. */
static uint64_t seconds_of(const struct import_line *line)
{
    struct pattern_found found;
    const char *blank = memchr(line->text, ' ', line->length);
    size_t left = blank ? (size_t)(line->text + line->length - blank) : 0;
    if (left && pattern_match(" %e.%f", blank, left, &found))
        return found.time_us;
    return left && pattern_match(" %e", blank, left, &found) ? found.time_us : 0;
}

enum { CASE_ANSWER_US = 20000, CASE_COMMAND_US = 100000 };

void import_case(struct import *import)
{
    struct import_line line;
    uint64_t now_us = 0;
    while (import_line(import, &line)) {
        bool command = begins(&line, "> "), raw = begins(&line, ">> ");
        if (line.length == 0)
            continue;
        if (begins(&line, "< ?")) {
            import_foreign(import, now_us, line.text, line.length);
        } else if (begins(&line, "< ") || begins(&line, "<")) {
            const char *open = memchr(line.text, '{', line.length);
            size_t skip = line.length > 1 && line.text[1] == ' ' ? 2 : 1;
            import_answer(import, now_us += CASE_ANSWER_US,
                          TRACE_GUESSED_TIME | (open ? TRACE_OPEN : 0), line.text + skip,
                          line.length - skip);
        } else if (command || raw || begins(&line, ">t ") || begins(&line, "raw ")) {
            size_t skip = command ? 2 : raw ? 3 : 4;
            while (begins(&line, ">t ") && skip < line.length && line.text[skip - 1] != ' ')
                skip++;
            case_command(import, now_us += CASE_COMMAND_US, &line, skip);
            now_us += begins(&line, ">t ") ? seconds_of(&line) : 0;
        } else {
            if (begins(&line, "listen ") || begins(&line, "sleep "))
                now_us += seconds_of(&line);
            import_foreign(import, now_us, line.text, line.length);
        }
    }
}
