/* import_screen.c - what came to a terminal: one direction, with or without times. */
#include <string.h>
#include <strings.h>

#include "harness/trace/import_parts.h"
#include "sim/catalogue.h"

/* ---- pieces -------------------------------------------------------------------------------- */

static void put(struct import *import, unsigned kind, uint64_t time_us, const char *text,
                size_t length)
{
    while (length) {
        size_t part = length < TRACE_PIECE_MAX ? length : TRACE_PIECE_MAX;
        trace_log_add(import->log, kind, time_us, 0, text, part);
        text += part;
        length -= part;
    }
}

/* ---- what kind of text ---------------------------------------------------------------------- */

struct shape {
    unsigned lines, crlf; /* with something in them; of all, those that end in CR LF */
    unsigned at, echoed;  /* that begin with AT; of them, those that end in CR CR LF */
    unsigned known;       /* results, unsolicited lines */
    unsigned all;
};

static bool begins_with_at(const struct import_line *line)
{
    return line->length >= 2 && strncasecmp(line->text, "AT", 2) == 0 &&
           (line->length == 2 || !strchr("abcfgjklmnrtuw", line->text[2] | 0x20));
}

static void look_at(const struct import_line *raw, size_t skip, struct shape *shape)
{
    struct import_line line = {raw->text + skip, raw->length - skip, raw->whole - skip};
    bool cr = raw->whole - raw->length == 2, second = false;
    shape->all++;
    shape->crlf += cr;
    while (line.length && line.text[line.length - 1] == '\r') {
        line.length--;
        second = cr;
    }
    shape->lines += line.length > 0;
    shape->at += begins_with_at(&line);
    shape->echoed += begins_with_at(&line) && second;
    uint64_t time_us;
    char value[64];
    if (line.length &&
        (sim_is_final_result(line.text, line.length) || sim_is_urc(line.text, line.length) ||
         (line.text[0] == '+' && memchr(line.text, ':', line.length)) ||
         import_is_foreign(line.text, line.length, &time_us) ||
         (sim_question_answer(SIM_QUESTION_REVISION, NULL, line.text, line.length, value,
                              sizeof value) &&
          line.length < sizeof value && strlen(value) < line.length)))
        shape->known++;
}

/* Bytes as they were, or lines of which the ends are gone? */
static bool is_raw(const struct shape *shape)
{
    return shape->at ? shape->echoed > 0 && shape->echoed * 2 >= shape->at
                     : shape->crlf * 4 > shape->all * 3;
}

unsigned import_count_any(const char *text, size_t length)
{
    struct import import = {.text = text, .length = length};
    struct import_line line;
    struct shape shape = {0};
    while (import_line(&import, &line)) {
        struct import_line trimmed = import_trimmed(line);
        look_at(&line, (size_t)(trimmed.text - line.text), &shape);
    }
    return shape.at + shape.known;
}

unsigned import_count_raw(const char *text, size_t length)
{
    struct import import = {.text = text, .length = length};
    struct import_line line;
    struct shape shape = {0};
    while (import_line(&import, &line))
        look_at(&line, 0, &shape);
    return is_raw(&shape) ? shape.at + shape.known : 0;
}

/* ---- without times -------------------------------------------------------------------------- */

static bool is_heading(const struct import_line *line)
{
    static const char *const headings[] = {
        "Script started on ", "Script done on ", "=~=~=~=~=~=~=~=~=~=~=~= PuTTY log ",
        "\aConnected.",       "Connected.",      "\aDisconnected.",
        "Disconnected."};
    for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++)
        if (line->length >= strlen(headings[i]) &&
            memcmp(line->text, headings[i], strlen(headings[i])) == 0)
            return true;
    return false;
}

void import_screen_raw(struct import *import)
{
    struct import_line line;
    uint64_t time_us;
    while (import_line(import, &line)) {
        struct import rest = *import;
        struct import_line next;
        bool before_end = line.whole == 1 && import_line(&rest, &next) && is_heading(&next);
        if (before_end)
            continue; /* script writes it before its last line */
        if (is_heading(&line) || import_is_foreign(line.text, line.length, &time_us))
            import_foreign(import, TRACE_NO_TIME, line.text, line.length);
        else
            put(import, TRACE_SIDE_SCREEN, TRACE_NO_TIME, line.text, line.whole);
    }
}

/* PuTTY appends: its heading may stand anywhere, and names the time at which the log was opened. */
void import_putty(struct import *import)
{
    static const char *const headings[] = {"=~=~=~=~=~=~=~=~=~=~=~= PuTTY log %Y.%m.%d %H:%M:%S",
                                           NULL};
    struct import_line line;
    struct pattern_found found;
    struct shape shape = {0};
    struct import look = *import;
    while (import_line(&look, &line))
        look_at(&line, 0, &shape);
    unsigned kind = is_raw(&shape) ? TRACE_SIDE_SCREEN : TRACE_SIDE_LINES;
    uint64_t time_us = TRACE_NO_TIME;
    while (import_line(import, &line)) {
        if (import_match(headings, &line, &found) >= 0) {
            time_us = import_time(import, &found);
            import_foreign(import, time_us, line.text, line.length);
        } else {
            put(import, kind, time_us, line.text, line.whole);
            time_us = TRACE_NO_TIME;
        }
    }
}

/* A dump of the bytes beside the library's own words has it already. */
static bool is_known_already(const struct import *import, const char *text, size_t length)
{
    for (size_t i = import->log->count; i-- > 0;) {
        const struct trace_piece *piece = &import->log->pieces[i];
        const uint8_t *bytes = trace_log_bytes(import->log, piece);
        if (piece->kind == TRACE_SIDE_LINES && piece->length > 1)
            return piece->length >= length && memcmp(bytes, text, length) == 0;
    }
    return false;
}

/* TinyGSM tells what came and it did not wait for: that is the module's. */
static bool take_unhandled(struct import *import, const struct import_line *line)
{
    struct pattern_found found;
    if (!pattern_match("[%k] ### Unhandled: ", line->text, line->length, &found) ||
        is_known_already(import, line->text + found.length, line->length - found.length))
        return false;
    import_answer(import, found.time_us, TRACE_GUESSED_END, line->text + found.length,
                  line->length - found.length);
    return true;
}

void import_lines(struct import *import)
{
    struct import_line line;
    while (import_line(import, &line)) {
        if (take_unhandled(import, &line))
            continue;
        if (is_heading(&line))
            import_foreign(import, TRACE_NO_TIME, line.text, line.length);
        else
            put(import, TRACE_SIDE_LINES, TRACE_NO_TIME, line.text, line.whole);
    }
}

/* ---- screen -L ------------------------------------------------------------------------------ */

/* "-- 0:s1 -- time-stamp -- Nov/26/26 16:18:23 --", which may stand within a line. */
static const char screen_mark[] = "-- time-stamp -- ";

static const char *find_mark(const char *text, size_t length)
{
    const char *end = text + length;
    for (const char *at = text; (at = memchr(at, '-', (size_t)(end - at))) != NULL; at++)
        if ((size_t)(end - at) >= sizeof screen_mark - 1 &&
            memcmp(at, screen_mark, sizeof screen_mark - 1) == 0)
            return at;
    return NULL;
}

unsigned import_count_screen_log(const char *text, size_t length)
{
    unsigned count = 0;
    const char *end = text + length;
    while ((text = find_mark(text, (size_t)(end - text))) != NULL) {
        count++;
        text++;
    }
    return count;
}

void import_screen_log(struct import *import)
{
    static const char *const stamps[] = {"%b/%d/%y %H:%M:%S --", NULL};
    struct import_line line;
    struct pattern_found found;
    uint64_t time_us = TRACE_NO_TIME;
    while (import_line(import, &line)) {
        const char *mark = find_mark(line.text, line.length);
        if (!mark) {
            put(import, TRACE_SIDE_SCREEN, time_us, line.text, line.whole);
            time_us = TRACE_NO_TIME;
            continue;
        }
        const char *begin = mark;
        while (begin > line.text && !(begin[0] == '-' && begin[1] == '-' && begin < mark))
            begin--;
        put(import, TRACE_SIDE_SCREEN, time_us, line.text, (size_t)(begin - line.text));
        const char *stamp = mark + sizeof screen_mark - 1;
        size_t left = (size_t)(line.text + line.length - stamp);
        time_us = TRACE_NO_TIME;
        if (import_match(stamps, &(struct import_line){stamp, left, left}, &found) >= 0)
            time_us = import_time(import, &found);
        import_foreign(import, time_us, begin, (size_t)(line.text + line.length - begin));
    }
}

/* ---- script --log-timing -------------------------------------------------------------------- */

/* The rows of the timing, then the log itself, in one text: bytes count from behind its first line.
 */
void import_script(struct import *import)
{
    static const char *const rows[] = {"O %e.%f %n", "I %e.%f %n", "H %e.%f ", "S %e.%f ", NULL};
    struct import timing = *import;
    struct import_line line;
    struct pattern_found found;
    uint64_t now_us = 0;
    while (import_line(import, &line) && import_match(rows, &line, &found) >= 0)
        ;
    if (!is_heading(&line))
        import->at -= line.whole;
    while (import_line(&timing, &line)) {
        int row = import_match(rows, &line, &found);
        if (row < 0)
            break;
        now_us += found.time_us;
        size_t left = import->length - import->at;
        size_t size =
            found.number_count && found.numbers[0] < left ? (size_t)found.numbers[0] : left;
        if (row > 1)
            continue;
        put(import, row == 1 ? TRACE_TO_MODULE : TRACE_SIDE_SCREEN, now_us,
            import->text + import->at, size);
        import->at += size;
    }
}

/* ---- times before lines --------------------------------------------------------------------- */

unsigned import_count_stamped(const char *text, size_t length)
{
    struct import import = {.text = text, .length = length};
    struct import_line line;
    struct pattern_found found;
    unsigned count = 0, lines = 0;
    while (import_line(&import, &line)) {
        lines += import_trimmed(line).length > 0;
        count += import_stamp(&line, &found);
    }
    return count * 2 > lines ? count : 0;
}

/* Times since the line before look like times of a day that go back. */
static bool are_deltas(const struct import *from)
{
    struct import import = *from;
    struct import_line line;
    struct pattern_found found;
    uint64_t last_us = 0;
    unsigned back = 0, count = 0;
    while (import_line(&import, &line)) {
        if (!import_stamp(&line, &found) || !found.of_day)
            continue;
        back += found.time_us < last_us && last_us - found.time_us < 3600u * 1000000u;
        last_us = found.time_us;
        count++;
    }
    return back > 2 && back * 5 > count;
}

static void look_at_stamped(const struct import *from, struct shape *shape)
{
    struct import import = *from;
    struct import_line line;
    struct pattern_found found;
    while (import_line(&import, &line)) {
        (void)import_stamp(&line, &found);
        look_at(&line, 0, shape);
    }
}

void import_stamped(struct import *import)
{
    struct import_line line;
    struct pattern_found found;
    struct shape shape = {0};
    uint64_t now_us = TRACE_NO_TIME;
    bool deltas = are_deltas(import);
    look_at_stamped(import, &shape);
    bool raw = is_raw(&shape);
    if (deltas)
        now_us = 0;
    while (import_line(import, &line)) {
        uint64_t foreign_us;
        if (take_unhandled(import, &line))
            continue;
        if (import_stamp(&line, &found))
            now_us = deltas ? now_us + found.time_us : import_time(import, &found);
        if (import_is_foreign(line.text, line.length, &foreign_us))
            import_foreign(import, now_us, line.text, line.length);
        else
            put(import, raw ? TRACE_SIDE_SCREEN : TRACE_SIDE_LINES, now_us, line.text, line.whole);
    }
}
