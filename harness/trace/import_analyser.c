/* import_analyser.c - tables of logic analysers, USB captures. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/trace/import_parts.h"

/* ---- sigrok-cli ---------------------------------------------------------------------------- */

/* The rate of samples is not in its output; it is told by nobody, so one is taken and the times
   are marked. */
enum { SAMPLE_US = 1 };

static unsigned line_side(const char *text, size_t length)
{
    return length >= 2 && strncasecmp(text, "tx", 2) == 0 ? TRACE_SIDE_LEFT : TRACE_SIDE_RIGHT;
}

void import_sigrok(struct import *import)
{
    static const char *const rows[] = {"%n-%n uart-%n: %W: \"",
                                       "uart-%n: ", "%n-%n uart-%n: ", NULL};
    struct import_line line;
    struct pattern_found found;
    while (import_line(import, &line)) {
        int row = import_match(rows, &line, &found);
        uint8_t bytes[512];
        size_t count = row < 0 ? 0
                               : import_hex_row(line.text + found.length,
                                                line.length - found.length, sizeof bytes, bytes);
        uint64_t time_us = row == 1 || row < 0 ? TRACE_NO_TIME : found.numbers[0] * SAMPLE_US;
        if (!count)
            import_foreign(import, time_us, line.text, line.length);
        else if (row == 0)
            trace_log_add(import->log,
                          line_side(line.text + found.words[0].at, found.words[0].length), time_us,
                          TRACE_GUESSED_TIME, bytes, count);
        else /* both lines mixed */
            trace_log_add(import->log, TRACE_SIDE_SCREEN, time_us, TRACE_GUESSED_TIME, bytes,
                          count);
    }
}

void import_sigrok_json(struct import *import)
{
    static const char *const rows[] = {
        "{\"ph\": \"B\", \"ts\": %e.%f, \"pid\": \"uart-%n\", \"tid\": \"%W\", \"name\": \"", NULL};
    struct import_line line;
    struct pattern_found found;
    while (import_line(import, &line)) {
        uint8_t bytes[1];
        if (import_match(rows, &line, &found) < 0)
            continue;
        size_t count =
            import_hex_row(line.text + found.length, line.length - found.length, 1, bytes);
        if (count) /* its times are microseconds, read as seconds here */
            trace_log_add(import->log,
                          line_side(line.text + found.words[0].at, found.words[0].length),
                          found.time_us / 1000000u, 0, bytes, count);
    }
}

/* ---- Saleae -------------------------------------------------------------------------------- */

enum { SALEAE_COLUMNS = 12, NAME_BYTES = 64 };

struct saleae {
    char delimiter;
    int time, value, name, error, framing; /* columns, -1: none */
    char first[NAME_BYTES];                /* the analyser that was seen first */
};

struct cell {
    const char *text;
    size_t length;
};

/* Splits a row; quotes are taken off. */
static unsigned split(const struct import_line *line, char delimiter, struct cell *cells)
{
    unsigned count = 0;
    size_t at = 0;
    while (count < SALEAE_COLUMNS && at <= line->length) {
        size_t begin = at;
        bool quoted = false;
        while (at < line->length && (quoted || line->text[at] != delimiter))
            quoted ^= line->text[at++] == '"';
        struct cell *cell = &cells[count++];
        *cell = (struct cell){line->text + begin, at - begin};
        while (cell->length && cell->text[0] == ' ' && cell->length > 1)
            cell->text++, cell->length--;
        if (cell->length >= 2 && cell->text[0] == '"' && cell->text[cell->length - 1] == '"')
            cell->text++, cell->length -= 2;
        at++;
    }
    return count;
}

static bool is_cell(const struct cell *cell, const char *text)
{
    return cell->length == strlen(text) && strncasecmp(cell->text, text, cell->length) == 0;
}

/* Reads the header; false when it is none. */
static bool saleae_header(const struct import_line *line, struct saleae *table)
{
    struct cell cells[SALEAE_COLUMNS];
    *table = (struct saleae){',', -1, -1, -1, -1, -1, ""};
    for (const char *delimiter = ",\t;"; *delimiter; delimiter++) {
        unsigned count = split(line, *delimiter, cells);
        for (unsigned i = 0; i < count; i++) {
            if (is_cell(&cells[i], "Time [s]") || is_cell(&cells[i], "start_time"))
                table->time = (int)i;
            else if (is_cell(&cells[i], "Value") || is_cell(&cells[i], "data") ||
                     is_cell(&cells[i], "Decoded Protocol Result"))
                table->value = (int)i;
            else if (is_cell(&cells[i], "name") || is_cell(&cells[i], "Analyzer Name"))
                table->name = (int)i;
            else if (is_cell(&cells[i], "error") || is_cell(&cells[i], "Framing Error"))
                table->error = (int)i;
        }
        table->delimiter = *delimiter;
        if (table->time >= 0 && table->value >= 0)
            return true;
    }
    return false;
}

unsigned import_count_saleae(const char *text, size_t length)
{
    struct import import = {.text = text, .length = length};
    struct import_line line;
    struct saleae table;
    unsigned count = 0;
    if (!import_line(&import, &line) || !saleae_header(&line, &table))
        return 0;
    while (import_line(&import, &line))
        count += line.length > 0;
    return count + 1;
}

static bool number_of(const char *text, size_t length, int base, unsigned *ret_value)
{
    unsigned value = 0;
    size_t digits = 0;
    for (; digits < length; digits++) {
        int digit = import_hex(text[digits]);
        if (digit < 0 || digit >= base || value > 255)
            break;
        value = value * (unsigned)base + (unsigned)digit;
    }
    *ret_value = value;
    return digits > 0 && digits == length && value < 256;
}

/* A byte in one of the radices: 0x41, 0b01000001, '13', 'A', \r, COMMA, A (0x41), 65. */
static bool saleae_byte(const struct cell *cell, uint8_t *ret_byte)
{
    static const struct {
        const char *name;
        uint8_t byte;
    } words[] = {{"COMMA", ','}, {"\\r", '\r'},  {"\\n", '\n'}, {"\\t", '\t'},
                 {"\\0", 0},     {"\\\\", '\\'}, {"' '", ' '},  {"TAB", '\t'}};
    unsigned value = 0;
    const char *hex = memchr(cell->text, 'x', cell->length);
    const char *end = cell->text + cell->length;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (is_cell(cell, words[i].name)) {
            *ret_byte = words[i].byte;
            return true;
        }
    if (hex && hex > cell->text && hex[-1] == '0') {
        size_t digits = 0;
        while (hex + 1 + digits < end && import_hex(hex[1 + digits]) >= 0)
            digits++;
        bool good = number_of(hex + 1, digits, 16, &value);
        *ret_byte = (uint8_t)value;
        return good;
    }
    bool quoted = cell->length > 2 && cell->text[0] == '\'' && end[-1] == '\'';
    bool good = quoted ? number_of(cell->text + 1, cell->length - 2, 10, &value)
                       : cell->length > 1 && number_of(cell->text, cell->length, 10, &value);
    *ret_byte = (uint8_t)value;
    if (good)
        return true;
    *ret_byte = (uint8_t)(quoted ? cell->text[1] : cell->length ? cell->text[0] : 0);
    return cell->length == 1 || (quoted && cell->length == 3);
}

static uint64_t saleae_time(const struct cell *cell)
{
    char text[40];
    size_t length = cell->length < sizeof text ? cell->length : sizeof text - 1;
    memcpy(text, cell->text, length);
    text[length] = '\0';
    struct pattern_found found;
    if (pattern_match("%Y-%m-%dT%H:%M:%S.%f", text, length, &found))
        return found.time_us;
    double seconds = strtod(text, NULL);
    /* 0 is the trigger; what is before it has a place as well */
    return seconds > -3600.0 && seconds < 4e9 ? (uint64_t)((seconds + 3600.0) * 1e6 + 0.5)
                                              : TRACE_NO_TIME;
}

static unsigned saleae_side(struct saleae *table, const struct cell *cell)
{
    size_t length = cell->length < NAME_BYTES ? cell->length : NAME_BYTES - 1;
    if (!table->first[0])
        memcpy(table->first, cell->text, length);
    bool same = strlen(table->first) == length && memcmp(table->first, cell->text, length) == 0;
    return same ? TRACE_SIDE_LEFT : TRACE_SIDE_RIGHT;
}

static bool says_wrong(const struct cell *cell)
{
    return cell->length && !is_cell(cell, "false") && !is_cell(cell, "0");
}

void import_saleae(struct import *import)
{
    struct import_line line;
    struct saleae table;
    if (!import_line(import, &line) || !saleae_header(&line, &table))
        return;
    while (import_line(import, &line)) {
        struct cell cells[SALEAE_COLUMNS];
        uint8_t byte;
        int count = (int)split(&line, table.delimiter, cells);
        if (count <= table.time || count <= table.value ||
            !saleae_byte(&cells[table.value], &byte)) {
            import_foreign(import, TRACE_NO_TIME, line.text, line.length);
            continue;
        }
        unsigned side = table.name >= 0 && count > table.name
                            ? saleae_side(&table, &cells[table.name])
                            : TRACE_SIDE_SCREEN;
        bool wrong = table.error >= 0 && count > table.error && says_wrong(&cells[table.error]);
        trace_log_add(import->log, side, saleae_time(&cells[table.time]), wrong ? TRACE_DAMAGED : 0,
                      &byte, 1);
    }
}

/* ---- USB ----------------------------------------------------------------------------------- */

void import_usbmon(struct import *import)
{
    static const char *const rows[] = {"%x %n S B%w %w %n = ", "%x %n C B%w %w %n = ", NULL};
    struct import_line line;
    struct pattern_found found;
    uint64_t last = 0, wrapped = 0;
    while (import_line(import, &line)) {
        uint8_t bytes[32];
        int row = import_match(rows, &line, &found);
        char way = row < 0 || !found.words[0].length ? '?' : line.text[found.words[0].at];
        /* What is sent counts when it is submitted, what is received when it is complete. */
        if (!(way == 'o' && row == 0) && !(way == 'i' && row == 1))
            continue;
        size_t count = 0;
        const char *data = line.text + found.length;
        for (size_t left = line.length - found.length; left && count < sizeof bytes;) {
            size_t more = import_hex_row(data, left, sizeof bytes - count, bytes + count);
            if (!more)
                break;
            count += more;
            size_t used = 0;
            for (size_t digits = 0; used < left && digits < 2 * more; used++)
                digits += data[used] != ' ';
            data += used;
            left -= used;
        }
        if (found.numbers[1] + 0x80000000u < last)
            wrapped += 1ull << 32;
        last = found.numbers[1];
        /* usbmon cuts data at 32 bytes; the length tells what is missing. */
        bool cut = found.number_count > 2 && found.numbers[2] > count;
        if (count)
            trace_log_add(import->log, way == 'o' ? TRACE_TO_MODULE : TRACE_TO_HOST, last + wrapped,
                          cut ? TRACE_DAMAGED : 0, bytes, count);
    }
}

void import_tshark(struct import *import)
{
    static const char *const rows[] = {"%e.%f 0 ", "%e.%f 1 ", NULL};
    struct import_line line;
    struct pattern_found found;
    while (import_line(import, &line)) {
        int row = import_match(rows, &line, &found);
        if (row < 0) {
            import_foreign(import, TRACE_NO_TIME, line.text, line.length);
            continue;
        }
        uint8_t bytes[TRACE_PIECE_MAX];
        size_t count = 0, at = found.length;
        while (at + 1 < line.length && count < sizeof bytes && import_hex(line.text[at]) >= 0 &&
               import_hex(line.text[at + 1]) >= 0) {
            bytes[count++] =
                (uint8_t)(import_hex(line.text[at]) << 4 | import_hex(line.text[at + 1]));
            at += 2;
            at += at < line.length && line.text[at] == ':';
        }
        if (count)
            trace_log_add(import->log, row == 0 ? TRACE_TO_MODULE : TRACE_TO_HOST, found.time_us, 0,
                          bytes, count);
    }
}
