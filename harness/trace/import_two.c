/* import_two.c - logs of programs that see both directions. */
#include <stdio.h>
#include <string.h>

#include "harness/trace/import_parts.h"

/* ---- socat --------------------------------------------------------------------------------- */

static const char *const socat_headers[] = {"> %Y/%m/%d %H:%M:%S.%u length=%n from=%n to=%n",
                                            "< %Y/%m/%d %H:%M:%S.%u length=%n from=%n to=%n", NULL};

static unsigned socat_side(int pattern)
{
    return pattern == 0 ? TRACE_SIDE_LEFT : TRACE_SIDE_RIGHT;
}

/* Offsets that jump: something of this side is not in the log. */
static void socat_gap(struct import *import, uint64_t expected[2], int side,
                      const struct pattern_found *found, uint64_t time_us)
{
    uint64_t from = found->numbers[1];
    if (from > expected[side] && expected[side] > 0) {
        char text[80];
        int length = snprintf(text, sizeof text, "the offsets of socat jump by %llu bytes",
                              (unsigned long long)(from - expected[side]));
        trace_log_add(import->log, TRACE_GAP, time_us, 0, text, (size_t)length);
        if (!import->log->failed && from - expected[side] < UINT32_MAX)
            import->log->pieces[import->log->count - 1].number = (uint32_t)(from - expected[side]);
    }
    expected[side] = found->numbers[2] + 1;
}

/* The column where the text of a row begins. */
enum { SOCAT_TEXT_COLUMN = 49 };

void import_socat_hex(struct import *import)
{
    struct import_line line;
    struct pattern_found found;
    uint64_t time_us = TRACE_NO_TIME, left = 0, expected[2] = {0};
    int side = -1;
    while (import_line(import, &line)) {
        int header = import_match(socat_headers, &line, &found);
        if (header >= 0) {
            time_us = import_time(import, &found);
            socat_gap(import, expected, header, &found, time_us);
            side = header;
            left = found.numbers[0];
            continue;
        }
        uint8_t bytes[TRACE_PIECE_MAX];
        /* Sixteen bytes, two blanks, their text; without it the bytes go on behind one blank. */
        bool has_text = line.length > SOCAT_TEXT_COLUMN &&
                        memcmp(line.text + SOCAT_TEXT_COLUMN - 1, "  ", 2) == 0;
        bool row = side >= 0 && left > 0 && line.length > 2 && line.text[0] == ' ';
        for (size_t at = 0; row && left > 0;) {
            /* A row without text may be as long as it likes. */
            size_t end = has_text ? SOCAT_TEXT_COLUMN - 1 : line.length;
            size_t most = left < sizeof bytes ? (size_t)left : sizeof bytes;
            size_t count = import_hex_row(line.text + at, end - at, most, bytes);
            if (!count)
                break;
            trace_log_add(import->log, socat_side(side), time_us, 0, bytes, count);
            left -= count;
            at += 3 * count;
            if (has_text || at >= end)
                break;
        }
        if (!row && line.length && !(line.length == 2 && memcmp(line.text, "--", 2) == 0))
            import_foreign(import, time_us, line.text, line.length);
    }
}

/* One character of the text of socat -v; how many characters of the log it takes, 0: none. */
static size_t socat_character(const char *text, size_t length, uint8_t *ret_byte)
{
    static const char names[] = "abtnvfr\\", bytes[] = "\a\b\t\n\v\f\r\\";
    const char *name = length > 1 && text[0] == '\\' ? strchr(names, text[1]) : NULL;
    *ret_byte = (uint8_t)(name && *name ? bytes[name - names] : text[0]);
    return name && *name ? 2 : 1;
}

/* Where the next header stands, which need not be at the beginning of a line. */
static bool socat_next(const struct import *import, size_t at, size_t *ret_at, int *ret_side,
                       struct pattern_found *found)
{
    for (; at < import->length; at++) {
        struct import_line rest = {import->text + at, import->length - at, 0};
        if (import->text[at] != '<' && import->text[at] != '>')
            continue;
        *ret_side = import_match(socat_headers, &rest, found);
        *ret_at = at;
        if (*ret_side >= 0)
            return true;
    }
    return false;
}

void import_socat_text(struct import *import)
{
    struct pattern_found found;
    uint64_t expected[2] = {0};
    size_t at = 0, header;
    int side;
    while (socat_next(import, at, &header, &side, &found)) {
        uint8_t bytes[TRACE_PIECE_MAX];
        size_t used = 0;
        uint64_t time_us = import_time(import, &found), left = found.numbers[0];
        import_foreign(import, time_us, import->text + at, header - at == 1 ? 0 : header - at);
        socat_gap(import, expected, side, &found, time_us);
        at = header + found.length;
        at += at < import->length && import->text[at] == '\n';
        for (; left > 0 && at < import->length; left--) {
            at += socat_character(import->text + at, import->length - at, &bytes[used++]);
            if (used < sizeof bytes && left > 1 && at < import->length)
                continue;
            trace_log_add(import->log, socat_side(side), time_us, 0, bytes, used);
            used = 0;
        }
    }
}

unsigned import_count_socat_text(const char *text, size_t length)
{
    struct import import = {.text = text, .length = length};
    struct pattern_found found;
    size_t at = 0, next;
    unsigned count = 0, hex = 0;
    int side;
    while (socat_next(&import, at, &next, &side, &found)) {
        uint8_t bytes[2];
        at = next + found.length;
        count++;
        at += at < length && text[at] == '\n';
        hex += at < length && text[at] == ' ' && import_hex_row(text + at, length - at, 1, bytes) &&
               (found.numbers[0] > 1 || at + 3 >= length || text[at + 3] < '!');
    }
    return hex * 2 > count ? 0 : count;
}

/* ---- jpnevulator --------------------------------------------------------------------------- */

enum { NAME_MAX_BYTES = 80, JPNEVULATOR_ROW = 16 };

void import_jpnevulator(struct import *import)
{
    static const char *const headers[] = {"%Y-%m-%d %H:%M:%S.%f: %w", NULL};
    char first[NAME_MAX_BYTES] = "";
    unsigned side = 0;
    uint64_t time_us = TRACE_NO_TIME;
    struct import_line line;
    struct pattern_found found;
    while (import_line(import, &line)) {
        uint8_t bytes[JPNEVULATOR_ROW];
        if (import_match(headers, &line, &found) >= 0) {
            size_t length = found.words[0].length;
            length = length < sizeof first ? length : sizeof first - 1;
            if (!first[0])
                memcpy(first, line.text + found.words[0].at, length);
            bool same = strlen(first) == length &&
                        memcmp(first, line.text + found.words[0].at, length) == 0;
            side = same ? TRACE_SIDE_LEFT : TRACE_SIDE_RIGHT;
            time_us = import_time(import, &found);
            continue;
        }
        const char *tab = memchr(line.text, '\t', line.length);
        size_t columns = tab ? (size_t)(tab - line.text) : line.length;
        size_t count = side ? import_hex_row(line.text, columns, sizeof bytes, bytes) : 0;
        if (count)
            trace_log_add(import->log, side, time_us, 0, bytes, count);
        else
            import_foreign(import, time_us, line.text, line.length);
    }
}

/* ---- umockdev ------------------------------------------------------------------------------ */

static size_t umockdev_decode(const char *text, size_t length, uint8_t *bytes, size_t capacity)
{
    size_t used = 0;
    for (size_t i = 0; i < length && used < capacity; i++) {
        if (text[i] == '^' && i + 1 < length) {
            char next = text[++i];
            bytes[used++] = next == '`' ? '^' : (uint8_t)(next - '@');
        } else {
            bytes[used++] = (uint8_t)text[i];
        }
    }
    return used;
}

void import_umockdev(struct import *import)
{
    static const char *const rows[] = {"w %n ", "r %n ", NULL};
    struct import_line line;
    struct pattern_found found;
    uint64_t time_us = 0;
    while (import_line(import, &line)) {
        uint8_t bytes[TRACE_PIECE_MAX];
        size_t length = line.whole - (line.text[line.whole - 1] == '\n');
        int row = import_match(rows, &line, &found);
        if (row < 0) {
            import_foreign(import, time_us, line.text, line.length);
            continue;
        }
        time_us += found.numbers[0] * 1000;
        /* The pattern's blank takes several: the one behind the number ends it. */
        size_t at = 2;
        while (at < length && line.text[at] != ' ')
            at++;
        for (at++; at < length;) {
            size_t part = length - at < sizeof bytes ? length - at : sizeof bytes;
            if (part < length - at && line.text[at + part - 1] == '^')
                part--;
            size_t count = umockdev_decode(line.text + at, part, bytes, sizeof bytes);
            trace_log_add(import->log, row == 0 ? TRACE_TO_MODULE : TRACE_TO_HOST, time_us, 0,
                          bytes, count);
            at += part;
        }
    }
}

/* ---- ModemManager -------------------------------------------------------------------------- */

static const char *find(const char *text, size_t length, const char *wanted)
{
    size_t size = strlen(wanted);
    for (size_t i = 0; i + size <= length; i++)
        if (memcmp(text + i, wanted, size) == 0)
            return text + i;
    return NULL;
}

/* The bytes of a line of an AT port; NULL: it is none. */
static const char *modem_manager_text(const struct import_line *line, bool *ret_to_module)
{
    const char *to = find(line->text, line->length, "/at] --> '");
    const char *from = find(line->text, line->length, "/at] <-- '");
    *ret_to_module = to != NULL;
    return to ? to + 10 : from ? from + 10 : NULL;
}

unsigned import_count_modem_manager(const char *text, size_t length)
{
    struct import import = {.text = text, .length = length};
    struct import_line line;
    unsigned count = 0, own = 0;
    bool to_module;
    while (import_line(&import, &line)) {
        count += modem_manager_text(&line, &to_module) != NULL;
        own += find(line.text, line.length, "<debug> [") ||
               find(line.text, line.length, "<info> ") || find(line.text, line.length, "<info>  ");
    }
    return count ? count + own : 0;
}

/* <CR>, <LF> and \190 (decimal, 1 to 3 digits, which may swallow a digit that follows). */
static size_t modem_manager_decode(const char *text, size_t length, uint8_t *bytes, size_t capacity,
                                   unsigned *ret_marks)
{
    size_t used = 0;
    *ret_marks = 0;
    for (size_t i = 0; i < length && used < capacity; i++) {
        bool word = length - i >= 4 && text[i] == '<' && text[i + 3] == '>';
        if (word && memcmp(text + i, "<CR>", 4) == 0) {
            bytes[used++] = '\r';
            i += 3;
        } else if (word && memcmp(text + i, "<LF>", 4) == 0) {
            bytes[used++] = '\n';
            i += 3;
        } else if (text[i] == '\\' && i + 1 < length && text[i + 1] >= '0' && text[i + 1] <= '9') {
            unsigned value = 0, digits = 0;
            while (digits < 3 && i + 1 < length && text[i + 1] >= '0' && text[i + 1] <= '9' &&
                   value * 10 + (unsigned)(text[i + 1] - '0') < 256) {
                value = value * 10 + (unsigned)(text[++i] - '0');
                digits++;
            }
            bytes[used++] = (uint8_t)value;
            *ret_marks |= digits > 1 && value < 127 && value > 31 ? TRACE_DAMAGED : 0;
        } else {
            bytes[used++] = (uint8_t)text[i];
        }
    }
    return used;
}

static uint64_t bracketed_time(const struct import_line *line)
{
    struct pattern_found found;
    for (size_t i = 0; i < line->length; i++)
        if (line->text[i] == '[' &&
            pattern_match("[%e.%f]", line->text + i, line->length - i, &found))
            return found.time_us;
    return TRACE_NO_TIME;
}

/* Which port a line is of, from 0 in the order in which they first say something. */
enum { PORTS_MAX = 8, PORT_NAME_MAX = 24 };
struct ports {
    char names[PORTS_MAX][PORT_NAME_MAX];
    uint8_t count;
};

/* "... [ttyUSB2/at] --> '": `text` stands behind that. Beyond PORTS_MAX, the last. */
static uint8_t port_of(struct ports *ports, const struct import_line *line, const char *text)
{
    enum { BEHIND = sizeof "/at] --> '" - 1 };
    const char *end = text - BEHIND, *begin = end;
    uint8_t index = 0;
    while (begin > line->text && begin[-1] != '[')
        begin--;
    int length = end - begin < PORT_NAME_MAX ? (int)(end - begin) : PORT_NAME_MAX - 1;
    while (index < ports->count && (strlen(ports->names[index]) != (size_t)length ||
                                    memcmp(ports->names[index], begin, (size_t)length) != 0))
        index++;
    if (index == PORTS_MAX)
        return PORTS_MAX - 1;
    if (index == ports->count)
        snprintf(ports->names[ports->count++], PORT_NAME_MAX, "%.*s", length, begin);
    return index;
}

void import_modem_manager(struct import *import)
{
    struct import_line line;
    struct ports ports = {.count = 0};
    uint64_t time_us = TRACE_NO_TIME;
    while (import_line(import, &line)) {
        bool to_module;
        unsigned marks;
        uint8_t bytes[TRACE_PIECE_MAX];
        const char *text = modem_manager_text(&line, &to_module);
        uint64_t own_us = bracketed_time(&line);
        time_us = own_us == TRACE_NO_TIME ? time_us : own_us;
        if (!text) {
            import_foreign(import, time_us, line.text, line.length);
            continue;
        }
        size_t length = (size_t)(line.text + line.length - text);
        length -= length && text[length - 1] == '\'';
        size_t count = modem_manager_decode(text, length, bytes, sizeof bytes, &marks);
        trace_log_add(import->log, to_module ? TRACE_TO_MODULE : TRACE_TO_HOST, time_us, marks,
                      bytes, count);
        if (!import->log->failed)
            import->log->pieces[import->log->count - 1].channel = port_of(&ports, &line, text);
    }
}

/* ---- fotarig sim --log --------------------------------------------------------------------- */

static size_t sim_decode(const char *text, size_t length, uint8_t *bytes, size_t capacity)
{
    size_t used = 0;
    for (size_t i = 0; i < length && used < capacity; i++) {
        char next = i + 1 < length ? text[i + 1] : '\0';
        if (text[i] != '\\' || !next) {
            bytes[used++] = (uint8_t)text[i];
            continue;
        }
        i++;
        if (next == 'x' && i + 2 < length && import_hex(text[i + 1]) >= 0 &&
            import_hex(text[i + 2]) >= 0) {
            bytes[used++] = (uint8_t)(import_hex(text[i + 1]) << 4 | import_hex(text[i + 2]));
            i += 2;
        } else {
            bytes[used++] = next == 'r'   ? '\r'
                            : next == 'n' ? '\n'
                            : next == 't' ? '\t'
                                          : (uint8_t)next;
        }
    }
    return used;
}

/* Only the first module of several, and its first port. */
void import_sim_log(struct import *import)
{
    static const char *const rows[] = {"%e.%f > ",    "%e.%f < ",    "%e.%f * ",
                                       "%n %e.%f > ", "%n %e.%f < ", NULL};
    struct import_line line;
    struct pattern_found found;
    uint64_t only = UINT64_MAX;
    while (import_line(import, &line)) {
        uint8_t bytes[TRACE_PIECE_MAX];
        struct import_line row_line = import_trimmed(line);
        int row = import_match(rows, &row_line, &found);
        bool several = row >= 3;
        if (several && only == UINT64_MAX)
            only = found.numbers[0];
        if (row < 0 || row == 2 || (several && found.numbers[0] != only)) {
            import_foreign(import, row < 0 ? TRACE_NO_TIME : found.time_us, row_line.text,
                           row_line.length);
            continue;
        }
        /* Blanks that belong to the bytes are not the pattern's. */
        const char *mark = memchr(row_line.text, row % 3 == 0 ? '>' : '<', row_line.length);
        size_t at = (size_t)(mark - row_line.text) + 3;
        size_t count = sim_decode(row_line.text + at, row_line.length - at, bytes, sizeof bytes);
        trace_log_add(import->log, row % 3 == 0 ? TRACE_TO_MODULE : TRACE_TO_HOST, found.time_us, 0,
                      bytes, count);
    }
}

/* Its bytes are escaped and its other lines have a star: others write times and marks as well. */
unsigned import_count_sim_log(const char *text, size_t length)
{
    static const char *const rows[] = {"%e.%f > ",    "%e.%f < ",    "%e.%f * ",
                                       "%n %e.%f > ", "%n %e.%f < ", "%n %e.%f * "};
    struct import import = {.text = text, .length = length};
    struct import_line line;
    struct pattern_found found;
    unsigned count = 0;
    bool own = false;
    while (import_line(&import, &line)) {
        struct import_line trimmed = import_trimmed(line);
        int row = import_match(rows, &trimmed, &found);
        count += row >= 0;
        own |= row == 2 || row == 5;
        for (size_t i = found.length; row >= 0 && i + 1 < trimmed.length; i++)
            own |= trimmed.text[i] == '\\' && trimmed.text[i + 1] == 'r';
    }
    return own ? count : 0;
}
