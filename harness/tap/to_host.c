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

/* Data that a restart has cut is over when so long nothing came. */
enum { PAUSE_US = 1000000 };

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

/* "+CFSGFIS: 1" is an answer to AT+CFSGFIS=…; so is "+CPIN: READY" to AT+CPIN?, but not to =. */
static bool answers(const struct sim_command_piece *piece, const struct tap_text *line, bool is_urc)
{
    size_t length = piece->name_length;
    if (length == 0 || line->text_length <= length || line->text[length] != ':')
        return false;
    for (size_t i = 0; i < length; i++)
        if (upper(piece->text[i]) != upper(line->text[i]))
            return false;
    if (!is_urc)
        return true;
    /* "+CFOTA: "Updating",5" is more than the name that "+CFOTA: 0" begins with. */
    int update = sim_update_urc_find(line->text, line->text_length);
    return (piece->asks & (SIM_ASKS_READ | SIM_ASKS_TEST)) &&
           (update < 0 || strlen(sim_update_urc((size_t)update)) <= length + 2);
}

static bool is_answer(const struct tap *tap, const struct tap_text *line, bool is_urc)
{
    struct sim_command_piece piece;
    size_t cursor = 0;
    while (tap->waits && tap_next_command(tap, &cursor, &piece))
        if (answers(&piece, line, is_urc))
            return true;
    return tap->waits && !is_urc;
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
    bool is_urc = sim_is_urc(line->text, line->text_length);
    if (tap_is_call(tap) && !is_urc) {
        tap_tell(reader, line, TAP_DATA, 0);
    } else if (tap_is_data(tap) && !is_urc) {
        tap_tell(reader, line, TAP_ECHO, 0); /* of the data */
    } else if (is_answer(tap, line, is_urc)) {
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

static void end_line(const struct tap_reader *reader)
{
    struct tap *tap = reader->tap;
    struct tap_text line = tap_collected(tap, TAP_TO_HOST, true);
    const char *result;
    uint32_t bytes;
    if (is_echo(tap, &line)) {
        tap_saw_echo(tap);
        tap->echoed = (uint16_t)(tap->echoed + line.text_length);
        tap_tell(reader, &line, TAP_ECHO, 0);
    } else if ((result = result_of(tap, &line)) != NULL) {
        end_command(reader, &line, result);
    } else if ((bytes = prompted(tap, line.text, line.text_length)) > 0) {
        tap_tell(reader, &line, TAP_PROMPT, 0);
        tap_expect_data(tap, bytes);
    } else {
        tell_line(reader, &line);
        expect_bytes(tap, sim_bytes_behind(line.text, line.text_length), BEFORE_LF);
        return;
    }
    side_of(tap)->state = BETWEEN;
    forget_line(side_of(tap));
}

/* ---- text that goes on with bytes ---------------------------------------------------------- */

/* The line as it would be with its beginning alone. */
static struct tap_text head_of(const struct tap *tap, size_t head)
{
    struct tap_text text = tap_collected(tap, TAP_TO_HOST, true);
    text.length = (uint32_t)head;
    text.text_length = head;
    text.truncated = false;
    return text;
}

/*
 * "> " and "+IPD,5:" are over where their bytes begin; returns their length, 0 = it is no such.
 * `before`: of the text that was there; a command since then does not change what that was.
 */
static size_t take_head(const struct tap_reader *reader, size_t before)
{
    struct tap *tap = reader->tap;
    const struct tap_side *side = side_of(tap);
    const char *command = tap->sides[TAP_TO_MODULE].text;
    size_t head = sim_prompt_head(side->text, side->length);
    uint32_t bytes = head > before ? prompted(tap, side->text, head) : 0;
    if (bytes > 0) {
        struct tap_text prompt = head_of(tap, head);
        tap_tell(reader, &prompt, TAP_PROMPT, 0);
        tap_expect_data(tap, bytes);
        expect_bytes(tap, 0, BETWEEN);
        return head;
    }
    bytes = sim_bytes_within(command, tap->waits ? tap->sides[TAP_TO_MODULE].length : 0, side->text,
                             side->length, &head);
    if (bytes == 0 || head <= before)
        return 0;
    struct tap_text text = head_of(tap, head);
    tell_line(reader, &text);
    expect_bytes(tap, bytes, DATA);
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

static size_t take_line(const struct tap_reader *reader, const char *bytes, size_t size)
{
    struct tap_side *side = side_of(reader->tap);
    size_t span = line_span(bytes, size), before = side->length;
    tap_keep(side, bytes, span);
    size_t head = before < TAP_LINE_BYTES ? take_head(reader, before) : 0;
    if (head > 0) {
        side->offset += head - before;
        side->begin = side->offset;
        return head - before;
    }
    side->offset += span;
    if (span == size)
        return span;
    end_line(reader);
    side->offset++;
    side->last = (uint8_t)bytes[span];
    return span + 1;
}

static size_t take_between(const struct tap_reader *reader, const char *bytes, size_t size)
{
    struct tap_side *side = side_of(reader->tap);
    size_t used = 0;
    while (used < size && is_break(bytes[used]))
        side->last = (uint8_t)bytes[used++];
    side->offset += used;
    if (used == size)
        return used;
    side->begin = side->offset;
    side->state = LINE;
    return used ? used : take_line(reader, bytes, size);
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
    struct tap_side *side = side_of(reader->tap);
    bool paused = reader->now_us - reader->tap->heard_at_us > PAUSE_US;
    reader->tap->heard_at_us = reader->now_us;
    if (side->state >= BEFORE_LF && paused)
        end_data(reader);
    if (side->state == BETWEEN)
        return take_between(reader, bytes, size);
    return side->state == LINE ? take_line(reader, bytes, size) : take_data(reader, bytes, size);
}
