/* untangle.c - whose bytes they are, where a log does not say so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/trace/import_parts.h"
#include "sim/catalogue.h"

/* ---- two sides ------------------------------------------------------------------------------ */

static bool begins_with_at(const char *text, size_t length)
{
    if (length < 2 || strncasecmp(text, "AT", 2) != 0)
        return false;
    if (length == 2 || text[2] == '\r' || text[2] == '\n')
        return true;
    char third = (char)(text[2] | 0x20);
    bool letter = third >= 'a' && third <= 'z';
    if (!letter)
        return strchr("+&*^$%#!;", text[2]) != NULL || text[2] == '?' || text[2] == '=';
    bool alone = length == 3 || !((text[3] | 0x20) >= 'a' && (text[3] | 0x20) <= 'z');
    return third == 'd' || (alone && strchr("eivzhosqxlmpt", third));
}

/* How much a side talks like a host: commands count for it, results against it. */
static void weigh(const struct trace_log *log, unsigned side, long *ret_weight)
{
    char line[128];
    size_t used = 0;
    for (size_t i = 0; i < log->count; i++) {
        const struct trace_piece *piece = &log->pieces[i];
        const uint8_t *bytes = trace_log_bytes(log, piece);
        for (size_t k = 0; piece->kind == side && k < piece->length; k++) {
            if (bytes[k] != '\r' && bytes[k] != '\n') {
                if (used < sizeof line)
                    line[used++] = (char)bytes[k];
                continue;
            }
            if (begins_with_at(line, used))
                *ret_weight += 1;
            else if (used && (sim_is_final_result(line, used) || sim_is_urc(line, used)))
                *ret_weight -= 2;
            used = 0;
        }
    }
    if (begins_with_at(line, used))
        *ret_weight += 1;
}

void import_settle_sides(struct trace_log *log, struct trace_import_report *report)
{
    long weights[2] = {0};
    weigh(log, TRACE_SIDE_LEFT, &weights[0]);
    weigh(log, TRACE_SIDE_RIGHT, &weights[1]);
    bool left_is_host = weights[0] >= weights[1];
    for (size_t i = 0; i < log->count; i++) {
        struct trace_piece *piece = &log->pieces[i];
        if (piece->kind != TRACE_SIDE_LEFT && piece->kind != TRACE_SIDE_RIGHT)
            continue;
        bool left = piece->kind == TRACE_SIDE_LEFT;
        piece->kind = left == left_is_host ? TRACE_TO_MODULE : TRACE_TO_HOST;
        report->sides_by_grammar = true;
    }
}

/* ---- one stream of lines -------------------------------------------------------------------- */

/* A line of the stream, wherever its pieces are torn. */
struct row {
    size_t begin, length, end; /* in the text; length without line ends, end with them */
    uint64_t time_us;
    size_t piece; /* in which it begins */
    bool command; /* it reads like one */
    bool exact;   /* of SCREEN: its bytes are as they were */
    uint8_t role; /* enum role */
};

enum role { ROLE_MODULE, ROLE_SENT, ROLE_ECHO, ROLE_FOREIGN, ROLE_BLANK };

struct stream {
    const struct trace_log *from;
    struct trace_log to;
    char *text;
    size_t length;
    struct row *rows;
    size_t row_count, row_capacity;
    bool both;  /* the stream holds what was sent, besides its echo */
    bool known; /* what was sent stands in the log already */
    struct trace_import_report *report;
};

static bool is_stream(const struct trace_piece *piece)
{
    return piece->kind == TRACE_SIDE_SCREEN || piece->kind == TRACE_SIDE_LINES;
}

static bool add_row(struct stream *stream, const struct row *row)
{
    if (stream->row_count == stream->row_capacity) {
        size_t more = stream->row_capacity ? stream->row_capacity * 2 : 1024;
        struct row *rows = realloc(stream->rows, more * sizeof *rows);
        if (!rows)
            return false;
        stream->rows = rows;
        stream->row_capacity = more;
    }
    stream->rows[stream->row_count++] = *row;
    return true;
}

static void end_row(struct stream *stream, struct row *row)
{
    row->end = stream->length;
    row->length = row->end - row->begin;
    while (row->length && (stream->text[row->begin + row->length - 1] == '\n' ||
                           stream->text[row->begin + row->length - 1] == '\r'))
        row->length--;
    row->command = begins_with_at(stream->text + row->begin, row->length);
    const char *cr = memchr(stream->text + row->begin, '\r', row->length);
    if (row->command && cr) /* an answer without a line end before it */
        row->length = (size_t)(cr - stream->text) - row->begin;
    if (row->end > row->begin && !add_row(stream, row))
        stream->to.failed = true;
    row->begin = stream->length;
}

/* All bytes of the stream behind each other, and its lines. */
static bool collect(struct stream *stream)
{
    const struct trace_log *log = stream->from;
    struct row row = {.piece = SIZE_MAX};
    stream->text = malloc(log->used + 1);
    if (!stream->text)
        return false;
    for (size_t i = 0; i < log->count; i++) {
        const struct trace_piece *piece = &log->pieces[i];
        const uint8_t *bytes = trace_log_bytes(log, piece);
        if (!is_stream(piece))
            continue;
        for (size_t k = 0; k < piece->length; k++) {
            if (row.begin == stream->length) {
                row.piece = i;
                row.time_us = piece->time_us;
                row.exact = piece->kind == TRACE_SIDE_SCREEN;
            }
            stream->text[stream->length++] = (char)bytes[k];
            if (bytes[k] == '\n')
                end_row(stream, &row);
        }
    }
    end_row(stream, &row);
    return !stream->to.failed;
}

static const char *text_of(const struct stream *stream, const struct row *row)
{
    return stream->text + row->begin;
}

/* ---- who sent it ---------------------------------------------------------------------------- */

static bool same(const struct stream *stream, const struct row *a, const struct row *b)
{
    return a->length == b->length &&
           strncasecmp(text_of(stream, a), text_of(stream, b), a->length) == 0;
}

/* The next line with something in it. */
static const struct row *next_row(const struct stream *stream, size_t index)
{
    for (index++; index < stream->row_count; index++)
        if (stream->rows[index].length)
            return &stream->rows[index];
    return NULL;
}

static enum sim_effect effect_of(const struct stream *stream, const struct row *row)
{
    struct sim_command_piece piece;
    const char *text = text_of(stream, row);
    enum sim_effect effect = SIM_EFFECT_NONE;
    for (size_t cursor = 0;
         row->length > 2 && sim_command_next(text + 2, row->length - 2, cursor, &piece);
         cursor = piece.next) {
        enum sim_effect one = sim_effect_of(piece.text, piece.length);
        bool echo = one == SIM_EFFECT_ECHO_OFF || one == SIM_EFFECT_ECHO_ON;
        effect = effect == SIM_EFFECT_NONE || echo ? one : effect;
        if (piece.next <= cursor)
            break;
    }
    return effect;
}

/*
 * A terminal shows what the module sends: commands as their echo, and none while the echo is off.
 * When there are some all the same, the log holds what was sent as well.
 */
static bool holds_both(const struct stream *stream)
{
    bool echo = true, pending_off = false;
    unsigned sent = 0, twice = 0, commands = 0;
    for (size_t i = 0; i < stream->row_count; i++) {
        const struct row *row = &stream->rows[i];
        const char *text = text_of(stream, row);
        if (row->command) {
            const struct row *next = next_row(stream, i);
            enum sim_effect effect = effect_of(stream, row);
            commands++;
            sent += !echo;
            twice += next && next->command && same(stream, row, next);
            pending_off = effect == SIM_EFFECT_ECHO_OFF;
            if (effect == SIM_EFFECT_ECHO_ON || effect == SIM_EFFECT_AS_SAVED)
                echo = true;
        } else if (row->length && sim_is_final_result(text, row->length)) {
            if (pending_off)
                echo = false;
            pending_off = false;
        } else if (row->length && sim_is_boot_line(text, row->length)) {
            echo = true;
        }
    }
    return sent > 0 || twice * 3 > commands;
}

static bool is_module_line(const char *text, size_t length, bool waits)
{
    uint64_t time_us;
    char value[64];
    if (import_is_foreign(text, length, &time_us))
        return false;
    /* With its name before it; a revision alone may be any word. */
    if (sim_question_answer(SIM_QUESTION_REVISION, NULL, text, length, value, sizeof value) &&
        length < sizeof value && strlen(value) < length)
        return true;
    if (sim_is_final_result(text, length) || sim_is_urc(text, length) ||
        sim_is_boot_line(text, length) || sim_prompt_head(text, length))
        return true;
    return waits || ((text[0] == '+' || text[0] == '*') && memchr(text, ':', length));
}

/* Words with blanks between, in small letters: programs talk so, modules rarely. */
static bool is_prose(const char *text, size_t length)
{
    unsigned words = 0;
    for (size_t i = 1; i + 1 < length; i++)
        words += text[i] == ' ' && text[i + 1] >= 'a' && text[i + 1] <= 'z';
    return words > 0 || (length && text[0] == '[');
}

/* With the echo off: what stands before a result is an answer, whatever it says. */
static bool is_answer(const struct stream *stream, size_t index)
{
    const struct row *next = next_row(stream, index);
    uint64_t time_us;
    return next && !is_prose(text_of(stream, &stream->rows[index]), stream->rows[index].length) &&
           sim_is_final_result(text_of(stream, next), next->length) &&
           !import_is_foreign(text_of(stream, &stream->rows[index]), stream->rows[index].length,
                              &time_us);
}

/* Answers to AT+X? and AT+X=… begin with a name; those to ATI and AT+X may be anything. */
static bool may_say_anything(const char *text, size_t length)
{
    struct sim_command_piece piece;
    return length > 2 && sim_command_next(text + 2, length - 2, 0, &piece) &&
           (piece.asks & SIM_ASKS_EXECUTE) && piece.name_length > 0;
}

static void give_roles(struct stream *stream)
{
    bool waits = false, silent = false;
    for (size_t i = 0; i < stream->row_count; i++) {
        struct row *row = &stream->rows[i];
        const struct row *next = next_row(stream, i);
        const char *text = text_of(stream, row);
        if (row->length == 0 && !row->exact) {
            row->role = ROLE_BLANK;
        } else if (row->command) {
            bool again = next && next->command && same(stream, row, next);
            bool is_echo = row->role == ROLE_ECHO;
            if (!is_echo)
                row->role = stream->both ? ROLE_SENT : ROLE_ECHO;
            if (stream->both && !is_echo && again)
                stream->rows[next - stream->rows].role = ROLE_ECHO;
            waits = may_say_anything(text, row->length);
            silent = effect_of(stream, row) == SIM_EFFECT_ECHO_OFF;
        } else if (!row->exact && import_is_gap(text, row->length)) {
            row->role = ROLE_FOREIGN;
            waits = false;
        } else if (row->exact || is_module_line(text, row->length, waits) ||
                   (silent && is_answer(stream, i))) {
            row->role = ROLE_MODULE;
            if (row->length && sim_is_final_result(text, row->length))
                waits = false;
        } else {
            row->role = ROLE_FOREIGN;
        }
    }
}

/* ---- lines that were broken at the edge of a screen ------------------------------------------ */

enum { SCREEN_LEAST = 40, SCREEN_MOST = 250 };

/* The width at which lines were broken; 0: they were not. */
static size_t screen_width(const struct stream *stream)
{
    size_t longest = 0, at_edge = 0;
    for (size_t i = 0; i < stream->row_count; i++)
        if (stream->rows[i].length > longest)
            longest = stream->rows[i].length;
    for (size_t i = 0; i < stream->row_count; i++)
        at_edge += stream->rows[i].length == longest;
    return at_edge >= 1 && longest >= SCREEN_LEAST && longest <= SCREEN_MOST ? longest : 0;
}

static bool begins_anew(const char *text, size_t length)
{
    uint64_t time_us;
    return length == 0 || begins_with_at(text, length) || sim_is_final_result(text, length) ||
           sim_is_urc(text, length) || sim_is_boot_line(text, length) || text[0] == '+' ||
           text[0] == '*' || text[0] == '[' || import_is_foreign(text, length, &time_us);
}

/* Has the line an open quote? Then it can't be over. */
static bool is_open(const char *text, size_t length)
{
    unsigned quotes = 0;
    for (size_t i = 0; i < length; i++)
        quotes += text[i] == '"';
    return quotes % 2 == 1;
}

/* Joins what was broken: the row that goes on is emptied, its text moves up. */
static void join_broken(struct stream *stream)
{
    size_t width = screen_width(stream);
    for (size_t i = 0; width && i + 1 < stream->row_count; i++) {
        struct row *row = &stream->rows[i], *next = &stream->rows[i + 1];
        const char *text = text_of(stream, row);
        bool broken = !row->exact && row->length == width && !next->exact &&
                      (!begins_anew(text_of(stream, next), next->length) ||
                       (is_open(text, row->length) && next->length));
        if (!broken)
            continue;
        memmove(stream->text + row->begin + row->length, text_of(stream, next), next->length);
        row->length += next->length;
        next->begin = row->begin + row->length;
        next->length = 0;
        row->command = begins_with_at(text_of(stream, row), row->length);
        /* A third part: the joined row's last part was as wide as the screen. */
        if (row->length % width == 0 && i + 2 < stream->row_count) {
            struct row *third = &stream->rows[i + 2];
            if (!begins_anew(text_of(stream, third), third->length)) {
                memmove(stream->text + row->begin + row->length, text_of(stream, third),
                        third->length);
                row->length += third->length;
                third->begin = row->begin + row->length;
                third->length = 0;
            }
        }
    }
}

/* ---- writing it anew ------------------------------------------------------------------------- */

static void put_command(struct stream *stream, const struct row *row, unsigned marks)
{
    struct import import = {.log = &stream->to};
    import_command(&import, row->time_us, marks, text_of(stream, row), row->length);
}

static void put_line(struct stream *stream, const struct row *row)
{
    struct import import = {.log = &stream->to};
    const char *text = text_of(stream, row);
    /* "AT+CSQ   -> +CSQ: 99,99" in one line, as people write it down */
    switch (row->role) {
    case ROLE_SENT:
        put_command(stream, row, TRACE_GUESSED_END);
        break;
    case ROLE_ECHO:
        if (!stream->both) {
            put_command(stream, row, TRACE_INFERRED);
            stream->report->commands_of_echo++;
        }
        import_echo(&import, row->time_us, TRACE_GUESSED_END, text, row->length);
        break;
    case ROLE_MODULE:
        import_answer(&import, row->time_us, TRACE_GUESSED_END, text, row->length);
        break;
    case ROLE_FOREIGN:
        if (import_is_gap(text, row->length))
            trace_log_add(&stream->to, TRACE_GAP, row->time_us, 0, text, row->length);
        else
            import_foreign(&import, row->time_us, text, row->length);
        break;
    default:
        break;
    }
}

/* Exact bytes stay in their pieces; before an echo the command comes in. */
static void put_piece(struct stream *stream, size_t index, size_t *row, size_t *at)
{
    const struct trace_piece *piece = &stream->from->pieces[index];
    size_t end = *at + piece->length;
    while (*at < end) {
        while (*row < stream->row_count && stream->rows[*row].end <= *at)
            (*row)++;
        const struct row *here = &stream->rows[*row];
        size_t stop = here->end < end ? here->end : end;
        bool begins = here->begin == *at;
        if (begins && here->role == ROLE_ECHO && !stream->both && !stream->known) {
            put_command(stream, here, TRACE_INFERRED);
            stream->report->commands_of_echo++;
        }
        /* Up to the next line that must be told apart. */
        size_t next = *row;
        while (here->role == ROLE_MODULE && stop < end && next + 1 < stream->row_count &&
               stream->rows[next + 1].role == ROLE_MODULE) {
            next++;
            stop = stream->rows[next].end < end ? stream->rows[next].end : end;
        }
        bool sent = here->role == ROLE_SENT;
        trace_log_add(&stream->to, sent ? TRACE_TO_MODULE : TRACE_TO_HOST, piece->time_us,
                      piece->marks | (sent ? TRACE_GUESSED_END : 0), stream->text + *at,
                      stop - *at);
        *at = stop;
    }
}

static void rewrite(struct stream *stream)
{
    const struct trace_log *from = stream->from;
    size_t row = 0, at = 0, line = 0;
    for (size_t i = 0; i < from->count; i++) {
        const struct trace_piece *piece = &from->pieces[i];
        if (piece->kind == TRACE_SIDE_SCREEN) {
            put_piece(stream, i, &row, &at);
        } else if (piece->kind == TRACE_SIDE_LINES) {
            at += piece->length;
            while (line < stream->row_count && stream->rows[line].piece < i)
                line++;
            for (; line < stream->row_count && stream->rows[line].piece == i; line++)
                put_line(stream, &stream->rows[line]);
        } else {
            trace_log_copy(&stream->to, from, i);
        }
    }
}

void import_untangle(struct trace_log *log, struct trace_import_report *report)
{
    struct stream stream = {.from = log, .report = report};
    bool any = false;
    for (size_t i = 0; i < log->count; i++)
        any |= is_stream(&log->pieces[i]);
    for (size_t i = 0; i < log->count; i++)
        stream.known |= log->pieces[i].kind == TRACE_TO_MODULE;
    if (!any)
        return;
    stream.to.header = log->header;
    if (collect(&stream)) {
        join_broken(&stream);
        stream.both = holds_both(&stream);
        give_roles(&stream);
        rewrite(&stream);
    } else {
        stream.to.failed = true;
    }
    stream.to.failed |= log->failed;
    trace_log_done(log);
    *log = stream.to;
    free(stream.text);
    free(stream.rows);
}
