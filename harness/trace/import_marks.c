/* import_marks.c - lines that say their direction: "10:00:01.250 TX: AT", ">> AT", "RX: 0D 0A 4F".
 */
#include <string.h>
#include <strings.h>

#include "harness/trace/import_parts.h"
#include "sim/catalogue.h"

/* Two marks of one program; which of them is the host's is told by the commands behind it. */
static const struct {
    const char *one, *other;
} pairs[] = {
    /* SSCOM: "out" and "in" with an arrow and a diamond, in English, and in Chinese as UTF-8 and
     * as GBK. Its marks stand before what came at once, whatever lines that has. */
    {"OUT\xe2\x86\x92\xe2\x97\x87", "IN\xe2\x86\x90\xe2\x97\x86"},
    {"\xe5\x8f\x91\xe2\x86\x92\xe2\x97\x87", "\xe6\x94\xb6\xe2\x86\x90\xe2\x97\x86"},
    {"\xb7\xa2\xa1\xfa\xa1\xf3", "\xca\xd5\xa1\xfb\xa1\xf4"},
    {"--->", "<---"},
    {"-->", "<--"},
    {"->", "<-"},
    {"=>", "<="},
    {">>>", "<<<"},
    {">>", "<<"},
    {">", "<"},
    {"TX:", "RX:"},
    {"TX>", "RX<"},
    {"TX>", "RX>"},
    {"[TX]", "[RX]"},
    {"<TX>", "<RX>"},
    {"(TX)", "(RX)"},
    {"TX->", "RX<-"},
    {"TX ->", "RX <-"},
    {"TX =", "RX ="},
    {"TX-", "RX-"},
    {"TX", "RX"},
    {"SENT:", "RECV:"},
    {"SENT:", "RECEIVED:"},
    {"SEND:", "RECV:"},
    {"SEND:", "RECEIVE:"},
    {"SENT", "RECEIVED"},
    {"[SEND->]", "[RECV<-]"},
    {"[SENT]", "[RECV]"},
    {"[SEND]", "[RECV]"},
    {"OUT:", "IN:"},
    {"OUT", "IN"},
    {"[OUT]", "[IN]"},
    {"WRITE:", "READ:"},
    {"WRITE", "READ"},
    {"W:", "R:"},
    {"S:", "R:"},
    {"T:", "R:"},
    {"HOST:", "MODULE:"},
    {"HOST:", "MODEM:"},
    {"MCU:", "MODEM:"},
    {"MCU:", "MODULE:"},
    {"DTE:", "DCE:"},
    {"APP:", "MODEM:"},
    {"CMD:", "RSP:"},
    {"CMD:", "RESP:"},
    {"REQ:", "RSP:"},
    {"COMMAND:", "RESPONSE:"},
    {"[AT] >", "[AT] <"},
    {"AT>", "AT<"},
    {"SENDING:", "RECEIVED:"},
    {"SENDING", "RECEIVED"},
    {"SENDING COMMAND:", "RECEIVED"},
    {"AT SEND", "AT READ"},
};
enum { BLOCK_PAIRS = 3, PAIRS = sizeof pairs / sizeof pairs[0] };

/* SSCOM shows a byte that can't be shown so, the CR of a command among them: UTF-8, GBK. */
static const char *const boxes[] = {"\xe2\x96\xa1", "\xa1\xf5"};

/* How bytes are written behind the marks, in the whole log. */
enum form { PLAIN, ESCAPED, HEXADECIMAL };

struct marked {
    int pair;
    bool turned; /* the host's is the other one */
    bool far;    /* marks stand behind words of the log's own */
    enum form form;
};

/* ---- marks ----------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'z';
}

/* Does the text begin with the mark, and end behind it? */
static bool has_mark(const char *mark, const char *text, size_t length)
{
    size_t size = strlen(mark);
    if (length < size || strncasecmp(text, mark, size) != 0)
        return false;
    /* "RX" of "RXD" is none, and ">" of ">>" neither. */
    char last = mark[size - 1];
    if (length == size)
        return true;
    if (is_letter(last))
        return text[size] == ' ' || text[size] == '\t';
    return text[size] != last || last == ':' || last == ']';
}

/* What stands between a time and a mark. */
static struct import_line without_separators(struct import_line line)
{
    line = import_trimmed(line);
    while (line.length && memchr(":,;|-", line.text[0], 5) &&
           (line.length == 1 || line.text[1] == ' ' || line.text[1] == '\t')) {
        line.text++;
        line.length--;
        line = import_trimmed(line);
    }
    return line;
}

enum { WORDS_MAX = 4 };

/* Which side's mark it is, 0 or 1; -1: none. *ret_rest: behind it. */
static int side_of(int pair, bool far, const struct import_line *line, struct import_line *ret_rest)
{
    struct import_line at = *line;
    for (unsigned words = 0; words <= (far ? WORDS_MAX : 0u) && at.length; words++) {
        for (int side = 0; side < 2; side++) {
            const char *mark = side ? pairs[pair].other : pairs[pair].one;
            if (!has_mark(mark, at.text, at.length))
                continue;
            size_t size = strlen(mark);
            *ret_rest = (struct import_line){at.text + size, at.length - size, 0};
            *ret_rest = without_separators(*ret_rest);
            return side;
        }
        const char *blank = memchr(at.text, ' ', at.length);
        if (!blank)
            break;
        at.length -= (size_t)(blank - at.text);
        at.text = blank;
        at = import_trimmed(at);
    }
    return -1;
}

/* "I (1234) tag: ", of the logger of ESP-IDF: its letter is no part of the time. */
static struct import_line without_level(const struct import_line *line)
{
    struct import_line rest = import_trimmed(*line);
    if (rest.length > 4 && memchr("EWIDV", rest.text[0], 5) && memcmp(rest.text + 1, " (", 2) == 0)
        return (struct import_line){rest.text + 2, rest.length - 2, 0};
    return *line;
}

static struct import_line behind_stamp(const struct import_line *line, struct pattern_found *found,
                                       bool *ret_has)
{
    struct import_line rest = without_level(line);
    *ret_has = import_stamp(&rest, found);
    /* Arduino's arrow behind a time may be a mark as well. */
    if (*ret_has && rest.text - line->text >= 3 && memcmp(rest.text - 3, "-> ", 3) == 0) {
        rest.text -= 3;
        rest.length += 3;
    }
    return *ret_has ? without_separators(rest) : import_trimmed(rest);
}

/* ---- how bytes are written ------------------------------------------------------------------- */

/* How many characters stand before a quoted text: b of Python's bytes, a result and a length
 * ("OK    6 "). 0: that is no such text. */
static size_t before_quotes(const struct import_line *line)
{
    enum { MOST = 16 };
    char quote = line->length ? line->text[line->length - 1] : '\0';
    size_t at = 0;
    if (line->length < 3 || (quote != '"' && quote != '\''))
        return 0;
    if ((line->text[0] | 0x20) == 'b' && line->text[1] == quote)
        return 1;
    while (at < MOST && at < line->length - 1 && line->text[at] != quote)
        at++;
    bool counted = at >= 2 && at < MOST && line->text[at - 1] == ' ' && line->text[at - 2] >= '0' &&
                   line->text[at - 2] <= '9' && line->text[at] == quote && at < line->length - 1;
    for (size_t i = 0; i < at && counted; i++)
        counted = strchr("OKERN+ 0123456789", line->text[i]) != NULL;
    return counted ? at : 0;
}

static struct import_line without_quotes(struct import_line line)
{
    while (line.length && (line.text[line.length - 1] == ' ' || line.text[line.length - 1] == '\t'))
        line.length--;
    size_t before = before_quotes(&line);
    line.text += before;
    line.length -= before;
    if (line.length >= 2 && (line.text[0] == '"' || line.text[0] == '\'') &&
        line.text[line.length - 1] == line.text[0]) {
        line.text++;
        line.length -= 2;
    }
    return line;
}

/* Names of control characters between brackets, as logs write them. */
static const struct {
    const char *name;
    char byte;
} names[] = {
    {"<CR>", '\r'}, {"<LF>", '\n'}, {"[CR]", '\r'},  {"[LF]", '\n'},  {"{CR}", '\r'},
    {"{LF}", '\n'}, {"\\r", '\r'},  {"\\n", '\n'},   {"<0D>", '\r'},  {"<0A>", '\n'},
    {"^M", '\r'},   {"^J", '\n'},   {"<SUB>", 0x1a}, {"<ESC>", 0x1b}, {"\\t", '\t'},
    {"\\\"", '"'},  {"\\\\", '\\'}, {"\\0", '\0'},
};

/* The byte that is written so at the text's beginning; how many characters, 0: none. */
static size_t named_byte(const char *text, size_t length, char *ret_byte)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t size = strlen(names[i].name);
        if (length >= size && strncasecmp(text, names[i].name, size) == 0) {
            *ret_byte = names[i].byte;
            return size;
        }
    }
    if (length >= 4 && text[0] == '\\' && (text[1] | 0x20) == 'x' && import_hex(text[2]) >= 0 &&
        import_hex(text[3]) >= 0) {
        *ret_byte = (char)(import_hex(text[2]) << 4 | import_hex(text[3]));
        return 4;
    }
    return 0;
}

static bool has_named_end(const struct import_line *line)
{
    char byte;
    for (size_t i = 0; i < line->length; i++)
        if (named_byte(line->text + i, line->length - i, &byte) && (byte == '\r' || byte == '\n'))
            return true;
    return false;
}

/* Pairs of digits with blanks, commas and 0x between, and nothing else but the text in bars; from
 * *ret_at on, which is behind what was read then. */
static size_t hex_bytes(const struct import_line *line, size_t *ret_at, uint8_t *bytes, size_t most)
{
    size_t count = 0, at = *ret_at;
    while (at < line->length && count < most) {
        char c = line->text[at];
        if (c == ' ' || c == ',' || c == '\t' || c == ':') {
            at++;
        } else if (c == '|') {
            break;
        } else if (c == '0' && at + 1 < line->length && (line->text[at + 1] | 0x20) == 'x') {
            at += 2;
        } else if (at + 1 < line->length && import_hex(c) >= 0 &&
                   import_hex(line->text[at + 1]) >= 0) {
            bytes[count++] = (uint8_t)(import_hex(c) << 4 | import_hex(line->text[at + 1]));
            at += 2;
        } else {
            return 0;
        }
    }
    *ret_at = at;
    return count;
}

/* The same of text with escapes. */
static size_t escaped_bytes(const struct import_line *line, size_t *ret_at, uint8_t *bytes,
                            size_t most)
{
    size_t count = 0, at = *ret_at;
    while (at < line->length && count < most) {
        char byte = line->text[at];
        size_t size = named_byte(line->text + at, line->length - at, &byte);
        at += size ? size : 1;
        bytes[count++] = (uint8_t)byte;
    }
    *ret_at = at;
    return count;
}

/* ---- looking --------------------------------------------------------------------------------- */

struct counts {
    unsigned lines[2], at[2], hex, escaped;
    unsigned first_at; /* the side of the first command: its echo comes behind it */
};

static bool begins_with_at(const struct import_line *line)
{
    return line->length >= 2 && strncasecmp(line->text, "AT", 2) == 0;
}

static void count_line(const struct import_line *payload, unsigned side, struct counts *counts)
{
    uint8_t bytes[64];
    struct import_line text = without_quotes(*payload);
    size_t at = 0, count = hex_bytes(&text, &at, bytes, sizeof bytes);
    counts->lines[side]++;
    counts->hex += count > 0 || text.length == 0;
    counts->escaped += has_named_end(&text);
    struct import_line raw = {(const char *)bytes, count, 0};
    if (!begins_with_at(&text) && !begins_with_at(&raw))
        return;
    if (counts->at[0] + counts->at[1] == 0)
        counts->first_at = side;
    counts->at[side]++;
}

static void count_pairs(bool far, const char *text, size_t length, struct counts counts[PAIRS])
{
    struct import import = {.text = text, .length = length};
    struct import_line line, payload;
    struct pattern_found found;
    bool has;
    while (import_line(&import, &line)) {
        struct import_line rest = behind_stamp(&line, &found, &has);
        for (int pair = 0; pair < PAIRS; pair++) {
            int side = side_of(pair, far && has, &rest, &payload);
            if (side >= 0)
                count_line(&payload, (unsigned)side, &counts[pair]);
        }
    }
}

enum { LOOK_BYTES = 65536 };

static struct marked marked_by(int pair, bool far, const struct counts *counts)
{
    unsigned lines = counts->lines[0] + counts->lines[1];
    bool tie = counts->at[0] == counts->at[1];
    return (struct marked){.pair = pair,
                           .turned = tie ? counts->first_at == 1 : counts->at[1] > counts->at[0],
                           .far = far,
                           .form = counts->hex * 10 > lines * 9 ? HEXADECIMAL
                                   : counts->escaped            ? ESCAPED
                                                                : PLAIN};
}

/* The pair with the most lines; 0: none is one of a dialogue. */
static unsigned look(const char *text, size_t length, struct marked *ret_marked)
{
    unsigned best = 0;
    length = length < LOOK_BYTES ? length : LOOK_BYTES;
    for (int far = 0; far < 2 && best == 0; far++) {
        struct counts counts[PAIRS] = {{{0}, {0}, 0, 0, 0}};
        count_pairs(far, text, length, counts);
        for (int pair = 0; pair < PAIRS; pair++) {
            const struct counts *one = &counts[pair];
            /* Arduino's "time -> line" has one arrow only, which points nowhere. */
            if (!one->lines[0] || !one->lines[1] || one->at[0] + one->at[1] == 0 ||
                one->lines[0] + one->lines[1] <= best)
                continue;
            best = one->lines[0] + one->lines[1];
            *ret_marked = marked_by(pair, far, one);
        }
    }
    return best;
}

/* Lines without a mark that belong to the one before them count as well. */
unsigned import_count_arrows(const char *text, size_t length)
{
    struct marked marked;
    struct import import = {.text = text, .length = length};
    struct import_line line;
    unsigned count = look(text, length, &marked), lines = 0;
    bool blocks = count && marked.pair < BLOCK_PAIRS, escaped = count && marked.form == ESCAPED;
    while ((blocks || escaped) && import_line(&import, &line)) {
        line = import_trimmed(line);
        lines += line.length > 0 && (blocks || has_named_end(&line));
    }
    return lines > count ? lines : count;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void put_exact(struct import *import, const struct marked *marked, bool to_module,
                      uint64_t time_us, const struct import_line *payload)
{
    uint8_t bytes[TRACE_PIECE_MAX];
    size_t at = 0, count;
    do {
        count = marked->form == HEXADECIMAL ? hex_bytes(payload, &at, bytes, sizeof bytes)
                                            : escaped_bytes(payload, &at, bytes, sizeof bytes);
        if (count)
            trace_log_add(import->log, to_module ? TRACE_TO_MODULE : TRACE_TO_HOST, time_us, 0,
                          bytes, count);
    } while (count == sizeof bytes);
}

/* A line as it is shown: its ends are those that modules print. */
static void put_plain(struct import *import, bool to_module, uint64_t time_us,
                      const struct import_line *payload)
{
    if (to_module)
        import_command(import, time_us, 0, payload->text, payload->length);
    else if (begins_with_at(payload)) /* bytes came with the echo of a command: it is what it is */
        import_echo(import, time_us, 0, payload->text, payload->length);
    else
        import_answer(import, time_us, 0, payload->text, payload->length);
}

/* A line without a mark goes on with what the one before it brought, if it looks like that. */
static bool goes_on(const struct import_line *line)
{
    return sim_is_final_result(line->text, line->length) || line->text[0] == '+' ||
           line->text[0] == '*' || sim_is_urc(line->text, line->length) ||
           !memchr(line->text, ':', line->length);
}

/* Boxes at the end of a line of SSCOM are no text of the line's. */
static struct import_line without_boxes(struct import_line line)
{
    for (size_t i = 0; i < sizeof boxes / sizeof boxes[0]; i++) {
        size_t size = strlen(boxes[i]);
        while (line.length >= size && memcmp(line.text + line.length - size, boxes[i], size) == 0)
            line.length -= size;
    }
    return line;
}

static void take_unmarked(struct import *import, const struct marked *marked, int last,
                          uint64_t time_us, const struct import_line *plain)
{
    uint64_t foreign_us;
    bool from_module = last >= 0 && (last == 1) != marked->turned;
    bool blocks = marked->pair < BLOCK_PAIRS;
    if (import_is_gap(plain->text, plain->length))
        trace_log_add(import->log, TRACE_GAP, time_us, 0, plain->text, plain->length);
    else if (last >= 0 && marked->form == ESCAPED && has_named_end(plain))
        put_exact(import, marked, !from_module, time_us, plain);
    else if (import_is_foreign(plain->text, plain->length, &foreign_us) || !from_module ||
             marked->form != PLAIN || (!blocks && !goes_on(plain)))
        import_foreign(import, time_us, plain->text, plain->length);
    else if (begins_with_at(plain))
        import_echo(import, time_us, 0, plain->text, plain->length);
    else
        import_answer(import, time_us, 0, plain->text, plain->length);
}

void import_arrows(struct import *import)
{
    struct import_line line, payload;
    struct pattern_found found;
    struct marked marked = {.pair = 0};
    uint64_t last_us = TRACE_NO_TIME;
    int last = -1;
    bool has;
    (void)look(import->text, import->length, &marked);
    while (import_line(import, &line)) {
        struct import_line plain = import_trimmed(line), rest = behind_stamp(&line, &found, &has);
        if (has)
            last_us = import_time(import, &found);
        if (marked.pair < BLOCK_PAIRS)
            plain = without_boxes(plain);
        if (plain.length == 0)
            continue;
        int side = side_of(marked.pair, marked.far && has, &rest, &payload);
        if (side < 0) {
            take_unmarked(import, &marked, last, last_us, &plain);
            continue;
        }
        last = side;
        payload = without_quotes(marked.pair < BLOCK_PAIRS ? without_boxes(payload) : payload);
        bool to_module = (side == 0) != marked.turned;
        if (payload.length && marked.form == PLAIN)
            put_plain(import, to_module, last_us, &payload);
        else if (payload.length)
            put_exact(import, &marked, to_module, last_us, &payload);
    }
}
