/* dialogue.c - works exchanges out of a trace. */
#include "harness/trace/dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "sim/catalogue.h"

/* ---- memory --------------------------------------------------------------------------------- */

static void *grown(void *array, size_t count, size_t *capacity, size_t unit)
{
    if (count < *capacity)
        return array;
    size_t more = *capacity ? *capacity * 2 : 256;
    void *moved = realloc(array, more * unit);
    if (moved)
        *capacity = more;
    return moved;
}

void dialogue_done(struct dialogue *dialogue)
{
    free(dialogue->steps);
    free(dialogue->parts);
    free(dialogue->lines);
    *dialogue = (struct dialogue){0};
}

/* ---- what a command means -------------------------------------------------------------------- */

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* The next character that counts; quoted ones as they are, others in capitals. '\0' at the end. */
static char next_character(const char **text, bool *quoted)
{
    for (; **text; (*text)++) {
        char c = **text;
        if (c == '"') {
            *quoted = !*quoted;
            continue;
        }
        if (!*quoted && (c == ' ' || c == '\t'))
            continue;
        if (!*quoted && (c == ';' || c == ',') && strspn(*text, "; ,\t") == strlen(*text))
            break;
        (*text)++;
        return *quoted ? c : upper(c);
    }
    return '\0';
}

static bool same_from(const char *recorded, bool recorded_quoted, const char *said,
                      bool said_quoted, unsigned depth)
{
    for (;;) {
        const char *here = recorded;
        bool quoted = recorded_quoted;
        char a = next_character(&recorded, &recorded_quoted);
        if (a == '{' && strchr(here, '}') && depth < 4) {
            recorded = strchr(here, '}') + 1;
            /* Any text, and quotes around it do not count. */
            for (const char *rest = said;; rest++) {
                bool in_quotes = said_quoted;
                if (same_from(recorded, quoted, rest, in_quotes, depth + 1))
                    return true;
                if (*rest == '\0')
                    return false;
                said_quoted ^= *rest == '"';
            }
        }
        char b = next_character(&said, &said_quoted);
        if (upper(a) != upper(b) || (recorded_quoted && said_quoted && a != b))
            return false;
        if (a == '\0')
            return true;
    }
}

bool dialogue_same_command(const char *recorded, const char *said)
{
    return same_from(recorded, false, said, false, 0);
}

bool dialogue_reads(const char *command, bool answered)
{
    struct sim_command_piece piece;
    size_t length = strlen(command), cursor = 0;
    if (strchr(command, '{'))
        return false;
    while (sim_command_next(command, length, cursor, &piece)) {
        bool asks = piece.name_length == 0 || piece.asks == SIM_ASKS_READ ||
                    piece.asks == SIM_ASKS_TEST ||
                    (piece.asks == SIM_ASKS_EXECUTE && answered &&
                     sim_command_role(piece.text, piece.length) == SIM_ROLE_NONE &&
                     sim_effect_of(piece.text, piece.length) == SIM_EFFECT_NONE &&
                     !sim_may_prompt(piece.text, piece.length));
        if (!asks)
            return false;
        if (piece.next <= cursor)
            break;
        cursor = piece.next;
    }
    return true;
}

/* ---- making it ------------------------------------------------------------------------------- */

enum { RECENT_BYTES = 1024 };

struct making {
    struct dialogue *dialogue;
    char recent[RECENT_BYTES]; /* the last bytes to the module, a ring by their offset */
    uint64_t line_offset;      /* of the line that the last step has; UINT64_MAX: none */
    uint64_t piece_begin;      /* offset of the piece in its stream */
    uint64_t result_end;       /* offset behind the last result in the module's stream */
    size_t piece;
    bool gap; /* since the last step */
    bool failed;
};

static struct dialogue_step *last_step(struct dialogue *dialogue)
{
    return &dialogue->steps[dialogue->step_count - 1];
}

static void add_step(struct making *making, uint64_t at_us, const char *command, size_t length)
{
    struct dialogue *dialogue = making->dialogue;
    struct dialogue_step *steps =
        grown(dialogue->steps, dialogue->step_count, &dialogue->step_capacity, sizeof *steps);
    if (!steps) {
        making->failed = true;
        return;
    }
    dialogue->steps = steps;
    struct dialogue_step *step = &steps[dialogue->step_count++];
    *step = (struct dialogue_step){.at_us = at_us,
                                   .result_at_us = TRACE_NO_TIME,
                                   .piece = making->piece,
                                   .first_part = dialogue->part_count,
                                   .first_line = dialogue->line_count};
    length = length < sizeof step->command ? length : sizeof step->command - 1;
    memcpy(step->command, command, length);
    step->after_gap = making->gap;
    making->gap = false;
    if (making->piece < dialogue->log->count)
        step->marks = dialogue->log->pieces[making->piece].marks;
}

static void add_line(struct making *making, const struct tap_event *event)
{
    struct dialogue *dialogue = making->dialogue;
    struct dialogue_line *lines =
        grown(dialogue->lines, dialogue->line_count, &dialogue->line_capacity, sizeof *lines);
    if (!lines) {
        making->failed = true;
        return;
    }
    dialogue->lines = lines;
    struct dialogue_line *line = &lines[dialogue->line_count++];
    *line = (struct dialogue_line){.at_us = event->at_us,
                                   .step = (uint32_t)(dialogue->step_count - 1),
                                   .kind = event->kind,
                                   .flags = event->flags,
                                   .cause = event->number};
    size_t length =
        event->text_length < sizeof line->text ? event->text_length : sizeof line->text - 1;
    if (length)
        memcpy(line->text, event->text, length);
    last_step(dialogue)->line_count++;
}

/* The line of a command, once for all commands on it; A/ has the text of what it repeats. */
static void on_command(struct making *making, const struct tap_event *event)
{
    char line[DIALOGUE_COMMAND_MAX + 2];
    size_t length = event->length < sizeof line ? event->length : sizeof line;
    if (event->offset == making->line_offset)
        return;
    making->line_offset = event->offset;
    for (size_t i = 0; i < length; i++)
        line[i] = making->recent[(event->offset + i) % RECENT_BYTES];
    if (length >= 2 && upper(line[0]) == 'A' && upper(line[1]) == 'T')
        add_step(making, event->at_us, line + 2, length - 2);
    else
        add_step(making, event->at_us, event->text ? event->text : "", event->text_length);
    if (!making->failed)
        last_step(making->dialogue)->early = event->flags & TAP_EARLY;
}

static void on_told(void *context, const struct tap_event *event)
{
    struct making *making = context;
    struct dialogue_step *step = last_step(making->dialogue);
    switch (event->kind) {
    case TAP_COMMAND:
        on_command(making, event);
        break;
    case TAP_DATA:
        if (event->direction == TAP_TO_MODULE) {
            step->data_bytes += event->length;
            step->data_end_us = event->at_us;
        } else {
            step->read_bytes += event->length;
        }
        break;
    case TAP_RESULT:
        if (step->result_at_us == TRACE_NO_TIME) {
            step->result_at_us = event->at_us;
            making->result_end = event->offset + event->length;
        }
        add_line(making, event);
        break;
    case TAP_BOOT:
        making->dialogue->boots++;
        add_line(making, event);
        break;
    case TAP_RESET:
        making->dialogue->resets++;
        add_line(making, event);
        break;
    case TAP_ECHO:
        break;
    default:
        if (event->direction == TAP_TO_HOST)
            add_line(making, event);
        break;
    }
}

static void add_part(struct making *making, uint64_t at_us, const uint8_t *bytes, size_t length,
                     bool answer)
{
    struct dialogue *dialogue = making->dialogue;
    if (length == 0)
        return;
    struct dialogue_part *parts =
        grown(dialogue->parts, dialogue->part_count, &dialogue->part_capacity, sizeof *parts);
    if (!parts) {
        making->failed = true;
        return;
    }
    dialogue->parts = parts;
    parts[dialogue->part_count++] =
        (struct dialogue_part){.at_us = at_us,
                               .bytes = bytes,
                               .length = (uint32_t)length,
                               .step = (uint32_t)(dialogue->step_count - 1),
                               .answer = answer};
    last_step(dialogue)->part_count++;
}

/* Bytes to the host: split where a result ends, with the line end behind it. */
static void take_to_host(struct making *making, struct tap *tap, const struct trace_piece *piece,
                         const uint8_t *bytes)
{
    bool open = making->dialogue->step_count > 1 &&
                last_step(making->dialogue)->result_at_us == TRACE_NO_TIME;
    making->piece_begin = tap->sides[TAP_TO_HOST].offset;
    making->result_end = UINT64_MAX;
    tap_feed(tap, TAP_TO_HOST, bytes, piece->length, piece->time_us, on_told, making);
    size_t split = open ? piece->length : 0;
    if (open && making->result_end != UINT64_MAX) {
        split = (size_t)(making->result_end - making->piece_begin);
        while (split < piece->length && (bytes[split] == '\r' || bytes[split] == '\n') &&
               !(bytes[split] == '\r' && split > 0 && bytes[split - 1] == '\n'))
            split++;
    }
    add_part(making, piece->time_us, bytes, split, true);
    add_part(making, piece->time_us, bytes + split, piece->length - split, false);
}

static void take_to_module(struct making *making, struct tap *tap, const struct trace_piece *piece,
                           const uint8_t *bytes)
{
    for (size_t i = 0; i < piece->length; i++) {
        making->recent[tap->sides[TAP_TO_MODULE].offset % RECENT_BYTES] = (char)bytes[i];
        tap_feed(tap, TAP_TO_MODULE, bytes + i, 1, piece->time_us, on_told, making);
    }
}

static void settle(struct dialogue *dialogue)
{
    for (size_t i = 0; i < dialogue->step_count; i++) {
        struct dialogue_step *step = &dialogue->steps[i];
        bool answered = false;
        for (size_t k = 0; k < step->line_count; k++)
            answered |= dialogue->lines[step->first_line + k].kind == TAP_ANSWER;
        step->reads = i > 0 && dialogue_reads(step->command, answered);
    }
}

/* All commands follow from what the module sent. */
static bool is_one_way(const struct trace_log *log)
{
    bool any = false;
    for (size_t i = 0; i < log->count; i++) {
        const struct trace_piece *piece = &log->pieces[i];
        any |= piece->kind == TRACE_TO_MODULE;
        if (piece->kind == TRACE_TO_MODULE && !(piece->marks & TRACE_INFERRED))
            return false;
    }
    return any;
}

bool dialogue_make(struct dialogue *dialogue, const struct trace_log *log)
{
    struct tap tap = {0};
    struct making making = {.dialogue = dialogue, .piece = SIZE_MAX, .line_offset = UINT64_MAX};
    *dialogue = (struct dialogue){.log = log};
    add_step(&making, 0, "", 0);
    for (size_t i = 0; i < log->count && !making.failed; i++) {
        const struct trace_piece *piece = &log->pieces[i];
        making.piece = i;
        if (piece->channel != 0)
            continue;
        if (piece->kind == TRACE_TO_HOST)
            take_to_host(&making, &tap, piece, trace_log_bytes(log, piece));
        else if (piece->kind == TRACE_GAP)
            making.gap = true;
        else if (piece->kind == TRACE_TO_MODULE)
            take_to_module(&making, &tap, piece, trace_log_bytes(log, piece));
    }
    if (making.failed) {
        dialogue_done(dialogue);
        return false;
    }
    settle(dialogue);
    dialogue->one_way = is_one_way(log);
    return true;
}

/* ---- reading it ------------------------------------------------------------------------------ */

const char *dialogue_result(const struct dialogue *dialogue, const struct dialogue_step *step)
{
    for (size_t i = 0; i < step->line_count; i++)
        if (dialogue->lines[step->first_line + i].kind == TAP_RESULT)
            return dialogue->lines[step->first_line + i].text;
    return "";
}

const char *dialogue_lines(const struct dialogue *dialogue, const struct dialogue_step *step,
                           unsigned kind, char *buffer, size_t capacity)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < step->line_count && used + 3 < capacity; i++) {
        const struct dialogue_line *line = &dialogue->lines[step->first_line + i];
        if (line->kind == kind)
            used += (size_t)snprintf(buffer + used, capacity - used, "%s%s", used ? "; " : "",
                                     line->text);
    }
    return buffer;
}
