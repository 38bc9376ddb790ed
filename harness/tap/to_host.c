/* to_host.c - what the module sends: echo, answers, results, unsolicited lines, prompts, data. */
#include <string.h>

#include "harness/tap/parts.h"

/* tap_side.state */
enum {
    BETWEEN,   /* lines */
    LINE,      /* in one */
    BEFORE_LF, /* of the line that tells how many bytes follow */
    DATA
};

static struct tap_side *side_of(struct tap *tap)
{
    return &tap->sides[TAP_TO_HOST];
}

static bool is_break(char byte)
{
    return byte == '\r' || byte == '\n';
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* ---- echo ---------------------------------------------------------------------------------- */

/* The n-th character of the command line as it was sent; '\0': behind its end or cut off. */
static char sent(const struct tap *tap, size_t index)
{
    const struct tap_side *host = &tap->sides[TAP_TO_MODULE];
    static const char at[] = "AT";
    if (index < 2)
        return at[index];
    return index - 2 < host->length ? host->text[index - 2] : '\0';
}

/* The line is what comes next of the command line: all of it, or a piece that a URC has cut off. */
static bool is_echo(const struct tap *tap, const struct tap_text *line)
{
    if (tap->echoed == 0 && upper(line->text[0]) != sent(tap, 0))
        return false;
    size_t kept = 2 + (size_t)tap->sides[TAP_TO_MODULE].length;
    for (size_t i = 0; i < line->text_length; i++) {
        size_t at = tap->echoed + i;
        if (at >= kept)
            return tap->is_cut && i > 0;
        if (upper(sent(tap, at)) != upper(line->text[i]))
            return false;
    }
    return line->text_length > 0;
}

/* ---- lines --------------------------------------------------------------------------------- */

static const char *result_of(const struct tap *tap, const struct tap_text *line)
{
    const struct tap_side *side = &tap->sides[TAP_TO_HOST];
    bool short_form = tap->digits || side->last != '\n';
    if (sim_is_final_result(line->text, line->text_length))
        return line->text;
    if (line->text_length == 1 && tap->waits && short_form)
        return sim_result_of_digit(line->text[0]);
    return NULL;
}

static void end_command(const struct tap_reader *reader, struct tap_text *line, const char *result)
{
    struct tap *tap = reader->tap;
    const char *good = sim_result_of_digit('0');
    bool waited = tap->waits;
    if (result != line->text) {
        line->text = result;
        line->text_length = strlen(result);
    }
    bool is_good = line->text_length == strlen(good) && memcmp(line->text, good, strlen(good)) == 0;
    tap_end_data(reader);
    tap_saw_answer(reader, line);
    tap_tell(reader, line, TAP_RESULT, waited ? 0 : TAP_UNASKED);
    tap->waits = 0;
    if (waited)
        tap_saw_result(tap, is_good);
    if (waited && sim_is_connect(line->text, line->text_length))
        tap_expect_call(tap);
}

/* The bytes that the text asks for, of whichever command of the line. */
static uint32_t prompted(const struct tap *tap, const char *text, size_t length)
{
    struct sim_command_piece piece;
    size_t cursor = 0;
    uint32_t bytes = 0;
    while (tap->waits && !bytes && tap_next_command(tap, &cursor, &piece))
        bytes = sim_prompt_bytes(piece.text, piece.length, text, length);
    return bytes;
}

enum bearing { NONE, ANSWERS, ASKED }; /* of a line on the command that waits */

/* The line begins with that name and a colon. */
static bool is_named(const struct tap_text *line, const char *name, size_t length)
{
    size_t i = 0;
    if (length == 0 || line->text_length <= length || line->text[length] != ':')
        return false;
    while (i < length && upper(name[i]) == upper(line->text[i]))
        i++;
    return i == length;
}

static enum bearing bearing_by(uint8_t asks)
{
    return asks & (SIM_ASKS_READ | SIM_ASKS_TEST) ? ASKED : ANSWERS;
}

/* The line begins with the name of a command of the line that waits, and with a colon. */
static enum bearing bearing_of(const struct tap *tap, const struct tap_text *line,
                               size_t *ret_name_length)
{
    struct sim_command_piece piece;
    size_t cursor = 0;
    if (tap->waits && tap->name_length) {
        *ret_name_length = tap->name_length;
        return is_named(line, tap->sides[TAP_TO_MODULE].text, tap->name_length)
                   ? bearing_by(tap->asks)
                   : NONE;
    }
    while (tap->waits && tap_next_command(tap, &cursor, &piece)) {
        *ret_name_length = piece.name_length;
        if (is_named(line, piece.text, piece.name_length))
            return bearing_by(piece.asks);
    }
    return NONE;
}

/*
 * "+CFSGFIS: 1" is an answer to AT+CFSGFIS=…; so is "+CPIN: READY" to AT+CPIN?, but not to =; and
 * "+CFOTA: "Updating",5" is more than the name that the answer to AT+CFOTA? begins with.
 */
static bool is_answer(const struct tap *tap, const struct tap_text *line, bool *ret_is_urc)
{
    size_t name_length = 0;
    enum bearing bearing = bearing_of(tap, line, &name_length);
    if (bearing == ASKED) {
        int update = sim_update_urc_find(line->text, line->text_length);
        *ret_is_urc = update >= 0 && strlen(sim_update_urc((size_t)update)) > name_length + 2;
    } else {
        *ret_is_urc = sim_is_urc(line->text, line->text_length);
    }
    return tap->waits && !*ret_is_urc;
}

/* A line that no catalogue knows may be one of another firmware. */
static bool looks_unsolicited(const struct tap_text *line)
{
    char first = line->text[0];
    for (size_t i = 0; i < line->text_length; i++)
        if (line->text[i] < ' ' || line->text[i] > '~')
            return false;
    return line->text_length > 1 && first != '>' && (first < '0' || first > '9') &&
           (first < 'a' || first > 'z');
}

static void tell_line(const struct tap_reader *reader, const struct tap_text *line)
{
    struct tap *tap = reader->tap;
    bool is_urc, is_one = is_answer(tap, line, &is_urc);
    if (tap_is_call(tap) && !is_urc) {
        tap_tell(reader, line, TAP_DATA, 0);
    } else if (tap_is_data(tap) && !is_urc) {
        tap_tell(reader, line, TAP_ECHO, 0); /* of the data */
    } else if (is_one) {
        tap_saw_answer(reader, line);
        tap_tell(reader, line, TAP_ANSWER, 0);
    } else if (is_urc) {
        tap_saw_unsolicited(reader, line);
        tap_tell(reader, line, TAP_URC, 0);
    } else {
        bool noise = !looks_unsolicited(line);
        tap_tell(reader, line, noise ? TAP_NOISE : TAP_URC, noise ? 0 : TAP_UNKNOWN);
    }
}

/* Equal taps are equal bytes: what is not kept is wiped. */
static void forget_line(struct tap_side *side)
{
    if (side->length == 0)
        return;
    memset(side->text, 0, side->length);
    side->length = 0;
}

static void expect_bytes(struct tap *tap, uint32_t bytes, uint8_t state)
{
    struct tap_side *side = side_of(tap);
    side->left = bytes;
    side->state = bytes > 0 ? state : BETWEEN;
    side->begin = side->offset;
    forget_line(side);
}

/* A whole line, wherever its text lies; side->offset is where it ends. */
static void end_line(const struct tap_reader *reader, struct tap_text *line)
{
    struct tap *tap = reader->tap;
    const char *result;
    uint32_t bytes = 0;
    if (is_echo(tap, line)) {
        tap_saw_echo(tap);
        tap->echoed = (uint16_t)(tap->echoed + line->text_length);
        tap_tell(reader, line, TAP_ECHO, 0);
    } else if ((result = result_of(tap, line)) != NULL) {
        end_command(reader, line, result);
    } else if (tap->may_prompt && (bytes = prompted(tap, line->text, line->text_length)) > 0) {
        tap_tell(reader, line, TAP_PROMPT, 0);
        tap_expect_data(tap, bytes);
        bytes = 0;
    } else {
        tell_line(reader, line);
        bytes = sim_bytes_behind(line->text, line->text_length);
    }
    expect_bytes(tap, bytes, BEFORE_LF);
}

/* ---- text that goes on with bytes ---------------------------------------------------------- */

/*
 * "> " and "+IPD,5:" are over where their bytes begin; returns their length, 0 = it is no such.
 * `before`: of the text that was there; a command since then does not change what that was.
 */
static size_t take_head(const struct tap_reader *reader, struct tap_text *line, size_t before)
{
    struct tap *tap = reader->tap;
    const struct tap_side *host = &tap->sides[TAP_TO_MODULE];
    size_t head = sim_prompt_head(line->text, line->text_length);
    uint32_t bytes = head > before && tap->may_prompt ? prompted(tap, line->text, head) : 0;
    bool is_prompt = bytes > 0;
    if (!is_prompt)
        bytes = sim_bytes_within(host->text, tap->waits ? host->length : 0, line->text,
                                 line->text_length, &head);
    if (bytes == 0 || head <= before)
        return 0;
    line->length = (uint32_t)head;
    line->text_length = head;
    line->truncated = false;
    side_of(tap)->offset = line->offset + head;
    if (is_prompt) {
        tap_tell(reader, line, TAP_PROMPT, 0);
        tap_expect_data(tap, bytes);
    } else {
        tell_line(reader, line);
    }
    expect_bytes(tap, is_prompt ? 0 : bytes, DATA);
    return head;
}

/* ---- taking -------------------------------------------------------------------------------- */

static size_t line_span(const char *bytes, size_t size)
{
    const char *cr = memchr(bytes, '\r', size);
    size_t span = cr ? (size_t)(cr - bytes) : size;
    const char *lf = memchr(bytes, '\n', span);
    return lf ? (size_t)(lf - bytes) : span;
}

/* The break behind a line; the LF of its CR goes with it. */
static size_t take_break(struct tap_side *side, const char *bytes, size_t size)
{
    size_t used =
        side->state == BETWEEN && size > 1 && bytes[0] == '\r' && bytes[1] == '\n' ? 2 : 1;
    side->offset += used;
    side->last = (uint8_t)bytes[used - 1];
    return used;
}

/* The line has come to this break. */
static size_t take_end(const struct tap_reader *reader, struct tap_text *line, const char *bytes,
                       size_t size)
{
    end_line(reader, line);
    return take_break(side_of(reader->tap), bytes, size);
}

static size_t take_line(const struct tap_reader *reader, const char *bytes, size_t size)
{
    struct tap_side *side = side_of(reader->tap);
    size_t span = line_span(bytes, size), before = side->length;
    tap_keep(side, bytes, span);
    side->offset += span;
    struct tap_text line = tap_collected(reader->tap, TAP_TO_HOST, true);
    size_t head = before < TAP_LINE_BYTES ? take_head(reader, &line, before) : 0;
    if (head > 0)
        return head - before;
    return span == size ? span : span + take_end(reader, &line, bytes + span, size - span);
}

static struct tap_text text_here(const struct tap_side *side, const char *bytes, size_t span)
{
    return (struct tap_text){.direction = TAP_TO_HOST,
                             .offset = side->offset,
                             .length = (uint32_t)span,
                             .text = bytes,
                             .text_length = span};
}

/* Most lines of an update: no need to look further. */
static size_t take_progress(const struct tap_reader *reader, const char *bytes, size_t size,
                            size_t span)
{
    struct tap_side *side = side_of(reader->tap);
    struct tap_text line = text_here(side, bytes, span);
    side->offset += span;
    tap_tell(reader, &line, TAP_URC, 0);
    expect_bytes(reader->tap, 0, BETWEEN);
    return span + take_break(side, bytes + span, size - span);
}

/* A line that is there as a whole is read where it lies. */
static size_t take_begin(const struct tap_reader *reader, const char *bytes, size_t size)
{
    struct tap_side *side = side_of(reader->tap);
    size_t span = sim_progress_length(bytes, size);
    if (span > 0)
        return take_progress(reader, bytes, size, span);
    span = line_span(bytes, size);
    side->begin = side->offset;
    side->state = LINE;
    if (span == size || span > TAP_LINE_BYTES)
        return take_line(reader, bytes, size);
    struct tap_text line = text_here(side, bytes, span);
    side->offset += span;
    size_t head = take_head(reader, &line, 0);
    return head > 0 ? head : span + take_end(reader, &line, bytes + span, size - span);
}

static size_t take_between(const struct tap_reader *reader, const char *bytes, size_t size)
{
    struct tap_side *side = side_of(reader->tap);
    size_t used = 0;
    while (used < size && is_break(bytes[used]))
        side->last = (uint8_t)bytes[used++];
    side->offset += used;
    return used == size ? used : used + take_begin(reader, bytes + used, size - used);
}

static void end_data(const struct tap_reader *reader)
{
    struct tap *tap = reader->tap;
    struct tap_text data = tap_collected(tap, TAP_TO_HOST, false);
    if (data.length > 0 && side_of(tap)->state == DATA)
        tap_tell(reader, &data, TAP_DATA, 0);
    expect_bytes(tap, 0, BETWEEN);
}

static size_t take_data(const struct tap_reader *reader, const char *bytes, size_t size)
{
    struct tap_side *side = side_of(reader->tap);
    if (side->state == BEFORE_LF) {
        bool feed = bytes[0] == '\n';
        side->offset += feed;
        side->begin = side->offset;
        side->state = DATA;
        if (feed)
            return 1;
    }
    size_t span = size < side->left ? size : side->left;
    side->offset += span;
    side->left -= (uint32_t)span;
    side->last = (uint8_t)bytes[span - 1];
    if (side->left == 0)
        end_data(reader);
    return span;
}

size_t tap_take_to_host(const struct tap_reader *reader, const char *bytes, size_t size)
{
    switch (side_of(reader->tap)->state) {
    case BETWEEN:
        return take_between(reader, bytes, size);
    case LINE:
        return take_line(reader, bytes, size);
    default:
        return take_data(reader, bytes, size);
    }
}

void tap_begin_to_host(const struct tap_reader *reader)
{
    bool paused = reader->now_us - reader->tap->heard_at_us > TAP_PAUSE_US;
    reader->tap->heard_at_us = reader->now_us;
    if (paused && side_of(reader->tap)->state >= BEFORE_LF)
        end_data(reader);
}
