/*
 * redact_log.c - logs of other programs, redacted in place: what they hold of a line is put
 * together first, out of hex dumps and across the heads of records, and goes back to where it
 * stood.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/trace/pattern.h"
#include "harness/trace/redact_parts.h"

enum {
    TO_MODULE,
    TO_HOST,
    BOTH,
    SIDES = 2,
    DUMP_COLUMNS_MAX = 8192 /* socat reads so many at once */,
    NONE = -1
};

/* How a record begins. `joined`: the newline before it is the log's own, not the line's. */
static const struct head {
    const char *pattern;
    uint8_t side;
    bool joined;
} heads[] = {
    {"> %Y/%m/%d %H:%M:%S.%f length=%n from=%n to=%n\n", TO_MODULE, true},
    {"< %Y/%m/%d %H:%M:%S.%f length=%n from=%n to=%n\n", TO_HOST, true},
    {"w %n ", TO_MODULE, true},
    {"r %n ", TO_HOST, true},
    {" %n.%f > ", TO_MODULE, true},
    {" %n.%f < ", TO_HOST, true},
    {"%n.%f > ", TO_MODULE, true},
    {"%n.%f < ", TO_HOST, true},
    {"<debug> [%e.%f] [%W] --> '", TO_MODULE, true},
    {"<debug> [%e.%f] [%W] <-- '", TO_HOST, true},
    {"%Y-%m-%d %H:%M:%S.%f: %W\n", BOTH, true},
};

/* Bytes of one side and where each stands in the file. */
struct side {
    uint8_t *bytes, *done;
    struct place {
        size_t at;   /* of the byte, or of its two hex digits */
        size_t text; /* of it in the text beside a dump; SIZE_MAX: none */
    } * places;
    size_t count;
};

struct log {
    struct trace_redactor *redactor;
    uint8_t *bytes, *done;
    size_t size;
    struct side sides[SIDES];
};

/* ---- sides ----------------------------------------------------------------------------------- */

static bool open_sides(struct log *log)
{
    bool good = true;
    for (int i = 0; i < SIDES; i++) {
        log->sides[i].bytes = malloc(log->size + 1);
        log->sides[i].done = malloc(log->size + 1);
        log->sides[i].places = malloc((log->size + 1) * sizeof *log->sides[i].places);
        log->sides[i].count = 0;
        good = good && log->sides[i].bytes && log->sides[i].done && log->sides[i].places;
    }
    return good;
}

static void close_sides(struct log *log)
{
    for (int i = 0; i < SIDES; i++) {
        free(log->sides[i].bytes);
        free(log->sides[i].done);
        free(log->sides[i].places);
    }
}

static void add(struct log *log, int side, uint8_t byte, size_t at, size_t text)
{
    struct side *one = &log->sides[side];
    one->bytes[one->count] = byte;
    one->done[one->count] = log->done[at];
    one->places[one->count++] = (struct place){at, text};
}

static void set(struct log *log, size_t at, uint8_t byte)
{
    log->bytes[at] = byte;
    log->done[at] = 1;
}

/* ---- hex dumps ------------------------------------------------------------------------------- */

static int digit(uint8_t letter)
{
    return letter >= '0' && letter <= '9'                     ? letter - '0'
           : (letter | 0x20) >= 'a' && (letter | 0x20) <= 'f' ? (letter | 0x20) - 'a' + 10
                                                              : NONE;
}

/* A byte of two digits with nothing but blanks around it. */
static int dumped(const struct log *log, size_t at, size_t end)
{
    if (at + 2 > end || digit(log->bytes[at]) < 0 || digit(log->bytes[at + 1]) < 0)
        return NONE;
    if (at + 2 < end && !strchr(" \t\r\n", log->bytes[at + 2]))
        return NONE;
    return digit(log->bytes[at]) << 4 | digit(log->bytes[at + 1]);
}

/* The places of bytes in a line: the first row of a dump in it. */
static size_t find_row(const struct log *log, size_t begin, size_t end,
                       size_t places[DUMP_COLUMNS_MAX])
{
    for (size_t at = begin; at < end; at++) {
        size_t count = 0;
        if (at > begin && !strchr(" \t", log->bytes[at - 1]))
            continue;
        for (size_t i = at; count < DUMP_COLUMNS_MAX && dumped(log, i, end) >= 0;) {
            places[count++] = i;
            i += 2;
            for (int blanks = 0; blanks < 2 && i < end && log->bytes[i] == ' '; blanks++)
                i++;
        }
        bool alone = count > 0 && places[count - 1] + 2 == end;
        if (count > 1 || (count == 1 && (alone || log->bytes[places[0] + 2] == ' ' ||
                                         log->bytes[places[0] + 2] == '\t')))
            return count;
    }
    return 0;
}

/* Where the text beside a row begins: its last characters, in bars or not; SIZE_MAX: none. */
static size_t find_text(const struct log *log, size_t end, const size_t *places, size_t count)
{
    size_t last = places[count - 1] + 2;
    for (int bar = 0; bar < 2; bar++) {
        size_t i = 0, from = end - (size_t)bar - count;
        if (end < last + count + (size_t)bar)
            continue;
        for (; i < count; i++) {
            int byte = dumped(log, places[i], end);
            uint8_t shown = log->bytes[from + i];
            if (byte >= 0x20 && byte < 0x7f && shown != byte)
                break;
        }
        if (i == count)
            return from;
    }
    return SIZE_MAX;
}

/* "0x41" in a table of an analyser, or data: "41": one byte a line. */
static size_t find_single(const struct log *log, size_t begin, size_t end)
{
    for (size_t at = begin; at + 4 <= end; at++) {
        bool is_value = memcmp(log->bytes + at, "0x", 2) == 0 &&
                        (at + 4 == end || digit(log->bytes[at + 4]) < 0);
        bool is_quoted = at > begin + 6 && log->bytes[at - 1] == '"' &&
                         memcmp(log->bytes + at - 7, "data: ", 6) == 0;
        if (is_value && digit(log->bytes[at + 2]) >= 0 && digit(log->bytes[at + 3]) >= 0)
            return at + 2;
        if (is_quoted && digit(log->bytes[at]) >= 0 && digit(log->bytes[at + 1]) >= 0)
            return at;
    }
    return SIZE_MAX;
}

static bool holds(const struct log *log, size_t begin, size_t end, const char *word)
{
    size_t size = strlen(word);
    for (; begin + size <= end; begin++)
        if (memcmp(log->bytes + begin, word, size) == 0)
            return true;
    return false;
}

static void take_dump_line(struct log *log, int side, size_t begin, size_t end)
{
    size_t places[DUMP_COLUMNS_MAX];
    size_t count = find_row(log, begin, end, places);
    if (count > 0) {
        size_t text = find_text(log, end, places, count);
        for (size_t i = 0; i < count; i++)
            add(log, side, (uint8_t)dumped(log, places[i], end), places[i],
                text == SIZE_MAX ? SIZE_MAX : text + i);
        return;
    }
    size_t single = find_single(log, begin, end);
    if (single != SIZE_MAX)
        add(log, holds(log, begin, end, "tx-data") ? TO_MODULE : side,
            (uint8_t)(digit(log->bytes[single]) << 4 | digit(log->bytes[single + 1])), single,
            SIZE_MAX);
}

static void put_dump(struct log *log, const struct place *place, uint8_t byte)
{
    bool upper = memchr("ABCDEF", log->bytes[place->at], 6) ||
                 memchr("ABCDEF", log->bytes[place->at + 1], 6);
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    set(log, place->at, (uint8_t)digits[byte >> 4]);
    set(log, place->at + 1, (uint8_t)digits[byte & 15]);
    if (place->text != SIZE_MAX)
        set(log, place->text, byte);
}

/* ---- records --------------------------------------------------------------------------------- */

static const struct head *head_at(const struct log *log, size_t at, size_t *ret_size)
{
    struct pattern_found found;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (pattern_match(heads[i].pattern, (const char *)log->bytes + at, log->size - at,
                          &found)) {
            *ret_size = found.length;
            return &heads[i];
        }
    return NULL;
}

/* What a log puts behind a record: the newline, and what stands before that. */
static void drop_end_of_record(struct side *side)
{
    if (side->count > 0 && side->bytes[side->count - 1] == '\n')
        side->count--;
    if (side->count > 2 && memcmp(side->bytes + side->count - 3, "\n--", 3) == 0)
        side->count -= 3;
    if (side->count > 0 && side->bytes[side->count - 1] == '\'')
        side->count--;
}

static size_t line_end(const struct log *log, size_t at)
{
    const uint8_t *newline = memchr(log->bytes + at, '\n', log->size - at);
    return newline ? (size_t)(newline - log->bytes) : log->size;
}

/* As text: what stands behind the heads, of each side in one piece. */
static void take_text(struct log *log)
{
    int side = TO_MODULE;
    for (size_t at = 0; at < log->size;) {
        bool may_begin =
            at == 0 || log->bytes[at - 1] == '\n' || log->bytes[at] == '<' || log->bytes[at] == '>';
        size_t size = 0;
        const struct head *head = may_begin ? head_at(log, at, &size) : NULL;
        if (!head) {
            add(log, side, log->bytes[at], at, SIZE_MAX);
            at++;
            continue;
        }
        if (head->joined)
            drop_end_of_record(&log->sides[side]);
        side = head->side < SIDES ? head->side : side;
        at += size;
    }
}

static void take_dumps(struct log *log)
{
    int side = TO_MODULE;
    for (size_t at = 0; at < log->size;) {
        size_t size = 0, end;
        const struct head *head = head_at(log, at, &size);
        if (head && head->side < SIDES)
            side = head->side;
        at += head ? size : 0;
        end = line_end(log, at);
        size_t before_cr = end > at && log->bytes[end - 1] == '\r' ? end - 1 : end;
        take_dump_line(log, side, at, before_cr);
        at = end + 1;
    }
}

/* Redacts what was taken, and puts back what has changed. */
static void redact_sides(struct log *log, bool is_dump)
{
    for (int i = 0; i < SIDES; i++) {
        struct side *side = &log->sides[i];
        uint8_t *before = malloc(side->count + 1);
        if (!before)
            continue;
        memcpy(before, side->bytes, side->count);
        trace_redact(log->redactor, side->bytes, side->count, side->done);
        for (size_t k = 0; k < side->count; k++) {
            if (side->bytes[k] == before[k] && !side->done[k])
                continue;
            if (is_dump)
                put_dump(log, &side->places[k], side->bytes[k]);
            else
                set(log, side->places[k].at, side->bytes[k]);
        }
        side->count = 0;
        free(before);
    }
}

bool trace_redact_log(struct trace_redactor *redactor, uint8_t *bytes, size_t size)
{
    struct log log = {
        .redactor = redactor, .bytes = bytes, .done = calloc(1, size + 1), .size = size};
    bool good = open_sides(&log) && log.done;
    if (good) {
        take_dumps(&log);
        redact_sides(&log, true);
        take_text(&log);
        redact_sides(&log, false);
        trace_redact(redactor, bytes, size, log.done);
    }
    close_sides(&log);
    free(log.done);
    return good;
}
