/* to_module.c - what the host sends: command lines, A/, the bytes that a prompt asked for. */
#include <string.h>

#include "harness/tap/parts.h"

/* tap_side.state */
enum {
    GAP,   /* between lines */
    NOISE, /* bytes that belong to no line */
    A,     /* an A: T or / may follow */
    LINE,  /* behind AT */
    DATA,  /* bytes of a prompt */
    CALL   /* bytes of a data call */
};

enum { BACKSPACE = 8, CTRL_Z = 0x1a, ESCAPE = 0x1b }; /* S5; TS 27.005 3.5.1 */

static struct tap_side *side_of(struct tap *tap)
{
    return &tap->sides[TAP_TO_MODULE];
}

bool tap_is_data(const struct tap *tap)
{
    return tap->sides[TAP_TO_MODULE].state >= DATA;
}

bool tap_is_call(const struct tap *tap)
{
    return tap->sides[TAP_TO_MODULE].state == CALL;
}

bool tap_next_command(const struct tap *tap, size_t *cursor, struct sim_command_piece *ret_piece)
{
    const struct tap_side *side = &tap->sides[TAP_TO_MODULE];
    if (!sim_command_next(side->text, side->length, *cursor, ret_piece))
        return false;
    *cursor = ret_piece->next;
    return true;
}

/* ---- lines --------------------------------------------------------------------------------- */

/* Tells the first bytes of what was collected as noise; what follows them begins a line. */
static void tell_noise(const struct tap_reader *reader, uint32_t length)
{
    struct tap_text noise = tap_collected(reader->tap, TAP_TO_MODULE, false);
    noise.length = length;
    if (length > 0)
        tap_tell(reader, &noise, TAP_NOISE, 0);
    side_of(reader->tap)->begin += length;
}

/* Keeps what each line to the host is held against, where the whole line is one command. */
static void note_only(struct tap *tap, const struct sim_command_piece *piece)
{
    const struct tap_side *side = side_of(tap);
    bool only = piece->text == side->text && piece->next >= side->length;
    tap->name_length = only ? (uint8_t)piece->name_length : 0;
    tap->asks = only ? piece->asks : 0;
}

/* The line is complete, or is to run once more: tells its commands. */
static void run_line(const struct tap_reader *reader)
{
    struct tap *tap = reader->tap;
    struct tap_text line = tap_collected(tap, TAP_TO_MODULE, false);
    struct sim_command_piece piece;
    size_t cursor = 0;
    tap->name_length = tap->asks = 0;
    bool early = tap->waits && reader->now_us - tap->line_at_us < TAP_EARLY_US;
    tap->waits = 1;
    tap->line_at_us = reader->now_us;
    tap->may_prompt = tap->effects = tap->may_restart = 0;
    while (tap_next_command(tap, &cursor, &piece)) {
        line.text = piece.text;
        line.text_length = piece.length;
        line.truncated =
            tap->is_cut && piece.text + piece.length == side_of(tap)->text + side_of(tap)->length;
        note_only(tap, &piece);
        tap_saw_command(tap, &piece);
        tap_tell(reader, &line, TAP_COMMAND, early ? TAP_EARLY : 0);
    }
}

static void begin_line(struct tap *tap)
{
    struct tap_side *side = side_of(tap);
    memset(side->text, 0, side->length);
    side->state = LINE;
    side->length = 0;
    tap->echoed = 0;
    tap->is_cut = 0;
    tap->name_length = tap->asks = 0;
}

static void keep_byte(struct tap *tap, char byte)
{
    struct tap_side *side = side_of(tap);
    if (byte == BACKSPACE && side->length > 0)
        side->text[--side->length] = '\0';
    else if (byte == BACKSPACE)
        return;
    else if (byte != '\n' && side->length < TAP_LINE_BYTES)
        tap_keep(side, &byte, 1);
    else if (byte != '\n')
        tap->is_cut = 1;
}

/* Takes what stands before CR, and CR itself when it is there. */
static size_t take_line(const struct tap_reader *reader, const char *bytes, size_t size)
{
    struct tap_side *side = side_of(reader->tap);
    const char *cr = memchr(bytes, '\r', size);
    size_t span = cr ? (size_t)(cr - bytes) : size;
    bool plain = side->length + span <= TAP_LINE_BYTES && !memchr(bytes, BACKSPACE, span) &&
                 !memchr(bytes, '\n', span);
    if (plain)
        tap_keep(side, bytes, span);
    for (size_t i = 0; i < span && !plain; i++)
        keep_byte(reader->tap, bytes[i]);
    side->offset += span;
    if (!cr)
        return span;
    run_line(reader);
    side->offset++;
    side->state = GAP;
    return span + 1;
}

/* ---- outside of lines ---------------------------------------------------------------------- */

/* AT, or A/: it begins where the A stands, `left` bytes behind the noise's beginning. */
static void take_start(const struct tap_reader *reader, char byte)
{
    struct tap_side *side = side_of(reader->tap);
    tell_noise(reader, side->left);
    side->offset++;
    if (byte != '/') {
        begin_line(reader->tap);
        return;
    }
    run_line(reader);
    side->state = GAP;
}

static size_t take_outside(const struct tap_reader *reader, char byte)
{
    struct tap_side *side = side_of(reader->tap);
    bool is_a = byte == 'A' || byte == 'a', is_break = byte == '\r' || byte == '\n';
    if (side->state == A && (byte == 'T' || byte == 't' || byte == '/')) {
        take_start(reader, byte);
        return 1;
    }
    if (side->state != GAP && is_break)
        tell_noise(reader, (uint32_t)(side->offset - side->begin));
    if (side->state == GAP)
        side->begin = side->offset;
    if (is_a)
        side->left = (uint32_t)(side->offset - side->begin);
    side->state = is_a ? A : is_break ? GAP : NOISE;
    side->offset++;
    return 1;
}

/* ---- data ---------------------------------------------------------------------------------- */

static void expect(struct tap *tap, uint8_t state, uint32_t bytes)
{
    struct tap_side *side = side_of(tap);
    side->state = state;
    side->left = bytes;
    side->begin = side->offset;
}

void tap_expect_data(struct tap *tap, uint32_t bytes)
{
    expect(tap, DATA, bytes);
}

void tap_expect_call(struct tap *tap)
{
    expect(tap, CALL, SIM_BYTES_TO_END);
}

void tap_end_data(const struct tap_reader *reader)
{
    struct tap *tap = reader->tap;
    struct tap_text data = tap_collected(tap, TAP_TO_MODULE, false);
    if (!tap_is_data(tap))
        return;
    side_of(tap)->state = GAP;
    side_of(tap)->left = 0;
    if (data.length > 0)
        tap_tell(reader, &data, TAP_DATA, 0);
}

/* How many of the bytes are data; true in *ret_over: the last of them ends it. */
static size_t data_span(const struct tap_side *side, const char *bytes, size_t size, bool *ret_over)
{
    *ret_over = false;
    if (side->state == CALL)
        return size;
    if (side->left != SIM_BYTES_TO_END) {
        *ret_over = size >= side->left;
        return *ret_over ? side->left : size;
    }
    for (size_t i = 0; i < size; i++)
        if (bytes[i] == CTRL_Z || bytes[i] == ESCAPE) {
            *ret_over = true;
            return i + 1;
        }
    return size;
}

static size_t take_data(const struct tap_reader *reader, const char *bytes, size_t size)
{
    struct tap_side *side = side_of(reader->tap);
    bool over;
    size_t span = data_span(side, bytes, size, &over);
    side->offset += span;
    if (side->left != SIM_BYTES_TO_END)
        side->left -= (uint32_t)span;
    if (over)
        tap_end_data(reader);
    return span;
}

size_t tap_take_to_module(const struct tap_reader *reader, const char *bytes, size_t size)
{
    switch (side_of(reader->tap)->state) {
    case LINE:
        return take_line(reader, bytes, size);
    case DATA:
    case CALL:
        return take_data(reader, bytes, size);
    default:
        return take_outside(reader, bytes[0]);
    }
}
