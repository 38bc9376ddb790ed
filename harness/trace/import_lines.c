/* import_lines.c - lines of logs: their times, and what is no traffic. */
#include <string.h>

#include "harness/trace/import_parts.h"

bool import_line(struct import *import, struct import_line *ret_line)
{
    if (import->at >= import->length)
        return false;
    const char *begin = import->text + import->at;
    size_t left = import->length - import->at;
    const char *end = memchr(begin, '\n', left);
    ret_line->text = begin;
    ret_line->whole = end ? (size_t)(end - begin) + 1 : left;
    ret_line->length = end ? ret_line->whole - 1 : left;
    if (ret_line->length && begin[ret_line->length - 1] == '\r')
        ret_line->length--;
    import->at += ret_line->whole;
    return true;
}

/* Escape sequences of colours are no part of what a line says. */
static size_t colour_length(const char *text, size_t length)
{
    if (length < 3 || text[0] != '\x1b' || text[1] != '[')
        return 0;
    for (size_t i = 2; i < length && i < 12; i++) {
        if (text[i] == 'm')
            return i + 1;
        if ((text[i] < '0' || text[i] > '9') && text[i] != ';')
            return 0;
    }
    return 0;
}

struct import_line import_trimmed(struct import_line line)
{
    for (;;) {
        size_t skip = colour_length(line.text, line.length);
        if (!skip && line.length && (line.text[0] == ' ' || line.text[0] == '\t'))
            skip = 1;
        if (!skip)
            return line;
        line.text += skip;
        line.length -= skip;
        line.whole -= skip;
    }
}

int import_match(const char *const *patterns, const struct import_line *line,
                 struct pattern_found *ret_found)
{
    for (int i = 0; i < IMPORT_PATTERNS && patterns[i]; i++)
        if (pattern_match(patterns[i], line->text, line->length, ret_found))
            return i;
    return -1;
}

/* Times before lines, the longer of two that begin alike first; a zone behind one is no part. */
static const char *const stamps[] = {
    "[%Y-%m-%dT%H:%M:%S.%f]",
    "[%Y-%m-%dT%H:%M:%S]",
    "[%Y-%m-%d %H:%M:%S.%f]",
    "[%Y-%m-%d %H:%M:%S,%f]",
    "[%Y-%m-%d %H:%M:%S:%f]",
    "[%Y-%m-%d %H:%M:%S]",
    "[%Y/%m/%d %H:%M:%S.%f]",
    "[%Y/%m/%d %H:%M:%S]",
    "[%d.%m.%Y %H:%M:%S.%f]",
    "[%d.%m.%Y %H:%M:%S]",
    "[%H:%M:%S.%f]",
    "[%H:%M:%S:%f]",
    "[%H:%M:%S,%f]",
    "[%H:%M:%S]",
    "[%m-%d %H:%M:%S.%f]",
    "[%m-%d %H:%M:%S]",
    "[%a %b %d %H:%M:%S.%f %Y]",
    "[%a %b %d %H:%M:%S %Y]",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S,%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S,%f",
    "%Y-%m-%d %H:%M:%S:%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S.%f",
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %H:%M:%S.%f",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S.%f",
    "%d.%m.%Y %H:%M:%S,%f",
    "%d.%m.%Y %H:%M:%S",
    "%H:%M:%S.%f ->",
    "%H:%M:%S.%f",
    "%H:%M:%S:%f",
    "%H:%M:%S,%f",
    "%H:%M:%S",
    "[%e.%f %n.%n]",
    "[ %e.%f]",
    "[%e.%f]",
    "[ %e]",
    "[%e]",
    "(%k)",
    "%b %d %H:%M:%S.%f",
    "%b %d %H:%M:%S",
    "%e.%f",
};

/* Digits of milliseconds since 1970. */
enum { EPOCH_DIGITS = 13 };

static bool take_epoch_ms(const struct import_line *line, struct pattern_found *found)
{
    size_t digits = 0;
    while (digits < line->length && line->text[digits] >= '0' && line->text[digits] <= '9')
        digits++;
    return digits == EPOCH_DIGITS && pattern_match("%k", line->text, line->length, found);
}

/* "Z", "+01:00", " PM": behind a time. Half a day is added for the afternoon. */
static size_t zone_length(const struct import_line *line, struct pattern_found *found)
{
    enum { HALF_DAY_US = 43200 };
    const char *text = line->text + found->length;
    size_t left = line->length - found->length;
    if (left && text[0] == 'Z')
        return 1;
    if (left >= 5 && (text[0] == '+' || text[0] == '-') && text[1] >= '0' && text[1] <= '1')
        return text[3] == ':' ? (left >= 6 ? 6 : 0) : 5;
    if (left < 3 || text[0] != ' ' || (text[2] | 0x20) != 'm' ||
        (left > 3 && text[3] != ' ' && text[3] != ']'))
        return 0;
    bool afternoon = (text[1] | 0x20) == 'p';
    uint64_t half_us = HALF_DAY_US * 1000000ull;
    if ((!afternoon && (text[1] | 0x20) != 'a') || found->time_us == TRACE_NO_TIME)
        return 0;
    bool second_half = found->time_us % (2 * half_us) >= half_us;
    if (afternoon && !second_half)
        found->time_us += half_us;
    if (!afternoon && second_half)
        found->time_us -= half_us;
    return 3;
}

/* "host name[7]: " behind a time of syslog; without the last blank. */
static size_t origin_length(const char *text, size_t length)
{
    struct pattern_found found;
    if (!pattern_match(" %w %w", text, length, &found) || found.words[1].length < 2 ||
        text[found.length - 1] != ':')
        return 0;
    return found.length;
}

bool import_stamp(struct import_line *line, struct pattern_found *found)
{
    struct import_line trimmed = import_trimmed(*line);
    for (size_t i = 0; i <= sizeof stamps / sizeof stamps[0]; i++) {
        bool matches = i == sizeof stamps / sizeof stamps[0]
                           ? take_epoch_ms(&trimmed, found)
                           : pattern_match(stamps[i], trimmed.text, trimmed.length, found);
        if (!matches)
            continue;
        size_t skip = found->length + zone_length(&trimmed, found);
        if (skip < trimmed.length && trimmed.text[skip] == ':')
            skip++;
        if (i < sizeof stamps / sizeof stamps[0] && stamps[i][1] == 'b')
            skip += origin_length(trimmed.text + skip, trimmed.length - skip);
        bool blank =
            skip < trimmed.length && (trimmed.text[skip] == ' ' || trimmed.text[skip] == '\t');
        /* Behind a time of day in brackets anything may stand: "[10:11:12.123]text". */
        bool closed = trimmed.text[skip - 1] == ']' && found->time_us != TRACE_NO_TIME &&
                      (found->has_date || found->of_day);
        if (skip < trimmed.length && !blank && !closed && !strchr("[<>", trimmed.text[skip]))
            continue;
        skip += blank;
        *line =
            (struct import_line){trimmed.text + skip, trimmed.length - skip, trimmed.whole - skip};
        return true;
    }
    return false;
}

#define DAY_US (86400ull * 1000000u)

uint64_t import_time(struct import *import, const struct pattern_found *found)
{
    if (!found->of_day || found->time_us == TRACE_NO_TIME)
        return found->time_us;
    if (import->last_day_us > found->time_us + DAY_US / 2)
        import->day_us += DAY_US;
    import->last_day_us = found->time_us;
    return import->day_us + found->time_us;
}

void import_foreign(struct import *import, uint64_t time_us, const char *text, size_t length)
{
    if (length)
        trace_log_add(import->log, TRACE_FOREIGN, time_us, 0, text, length);
}

bool import_is_foreign(const char *text, size_t length, uint64_t *ret_time_us)
{
    static const char *const patterns[] = {
        "[%k] ###",           "I (%k) ",      "W (%k) ", "E (%k) ", "D (%k) ", "V (%k) ",
        "[%H:%M:%S.%f,%n] <", "<%W> [%e.%f]",
    };
    struct pattern_found found;
    struct import_line line = import_trimmed((struct import_line){text, length, length});
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        if (pattern_match(patterns[i], line.text, line.length, &found)) {
            *ret_time_us = found.time_us;
            return true;
        }
    return false;
}

/* People and programs leave out, and say so in many ways. */
bool import_is_gap(const char *text, size_t length)
{
    static const char *const words[] = {"lost", "skipped", "missing", "dropped", "omitted", "cut"};
    char copy[96];
    size_t size = length < sizeof copy ? length : sizeof copy - 1;
    for (size_t i = 0; i < size; i++)
        copy[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    copy[size] = '\0';
    if (size < 3 || !strstr(copy, "..."))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(copy, words[i]))
            return true;
    return strcmp(copy, "[...]") == 0 || strcmp(copy, "...") == 0;
}

/* A line in pieces that fit. */
static void put_line(struct import *import, unsigned kind, uint64_t time_us, unsigned marks,
                     const char *before, const char *text, size_t length, const char *after)
{
    char buffer[TRACE_PIECE_MAX];
    size_t used = strlen(before), end = strlen(after);
    memcpy(buffer, before, used);
    while (used + length + end > sizeof buffer) {
        size_t part = sizeof buffer - used;
        part = part < length ? part : length;
        memcpy(buffer + used, text, part);
        trace_log_add(import->log, kind, time_us, marks, buffer, used + part);
        text += part;
        length -= part;
        used = 0;
    }
    memcpy(buffer + used, text, length);
    memcpy(buffer + used + length, after, end);
    trace_log_add(import->log, kind, time_us, marks, buffer, used + length + end);
}

void import_command(struct import *import, uint64_t time_us, unsigned marks, const char *text,
                    size_t length)
{
    put_line(import, TRACE_TO_MODULE, time_us, marks, "", text, length, "\r");
}

void import_answer(struct import *import, uint64_t time_us, unsigned marks, const char *text,
                   size_t length)
{
    put_line(import, TRACE_TO_HOST, time_us, marks, "\r\n", text, length, "\r\n");
}

void import_echo(struct import *import, uint64_t time_us, unsigned marks, const char *text,
                 size_t length)
{
    put_line(import, TRACE_TO_HOST, time_us, marks, "", text, length, "\r");
}

int import_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t import_hex_row(const char *text, size_t length, size_t most, uint8_t *bytes)
{
    size_t count = 0, at = 0;
    while (count < most) {
        while (at < length && text[at] == ' ')
            at++;
        if (at + 1 >= length || import_hex(text[at]) < 0 || import_hex(text[at + 1]) < 0)
            break;
        bytes[count++] = (uint8_t)(import_hex(text[at]) << 4 | import_hex(text[at + 1]));
        at += 2;
    }
    return count;
}
