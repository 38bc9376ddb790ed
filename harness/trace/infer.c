/* infer.c - commands that a log can't hold (the echo was off), from their answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "harness/trace/import_parts.h"
#include "harness/trace/oracle.h"
#include "sim/catalogue.h"

enum { HEARD_TEXT = TAP_LINE_BYTES, BURST_US = 300000, LOOK_AHEAD = 6 };

/* A line of the module as the tap tells it. */
struct heard {
    uint64_t at_us, offset; /* offset in the module's stream */
    size_t length;          /* of the text */
    uint8_t kind, flags;
    char text[HEARD_TEXT];
};

struct inferring {
    struct trace_log *log;
    struct trace_import_report *report;
    struct heard *heard;
    size_t count, capacity;
    struct trace_oracle *oracle;
    bool failed;
};

/* A command to put before a place of the module's stream. */
struct insertion {
    uint64_t offset;
    bool open;
    char text[HEARD_TEXT + 8];
};

static void on_told(void *context, const struct tap_event *event)
{
    struct inferring *inferring = context;
    if (event->kind == TAP_RESET || event->kind == TAP_BOOT)
        return;
    if (inferring->count == inferring->capacity) {
        size_t more = inferring->capacity ? inferring->capacity * 2 : 256;
        struct heard *grown = realloc(inferring->heard, more * sizeof *grown);
        if (!grown) {
            inferring->failed = true;
            return;
        }
        inferring->heard = grown;
        inferring->capacity = more;
    }
    struct heard *heard = &inferring->heard[inferring->count++];
    *heard = (struct heard){.at_us = event->at_us,
                            .offset = event->direction == TAP_TO_HOST ? event->offset : 0,
                            .kind = event->kind,
                            .flags = event->flags};
    heard->length = event->text_length < HEARD_TEXT ? event->text_length : HEARD_TEXT - 1;
    if (heard->length)
        memcpy(heard->text, event->text, heard->length);
}

static void listen(struct inferring *inferring)
{
    struct tap tap = {0};
    const struct trace_log *log = inferring->log;
    for (size_t i = 0; i < log->count; i++) {
        const struct trace_piece *piece = &log->pieces[i];
        if (piece->kind > TRACE_TO_HOST)
            continue;
        uint64_t at_us = piece->time_us == TRACE_NO_TIME ? 0 : piece->time_us;
        tap_feed(&tap, piece->kind == TRACE_TO_HOST ? TAP_TO_HOST : TAP_TO_MODULE,
                 trace_log_bytes(log, piece), piece->length, at_us, on_told, inferring);
    }
}

static bool is_line(const struct heard *heard)
{
    return heard->kind == TAP_URC || heard->kind == TAP_ANSWER || heard->kind == TAP_NOISE;
}

static bool near(const struct heard *a, const struct heard *b)
{
    return b->at_us < a->at_us + BURST_US;
}

/* A bare result: what follows may be what the command brought. */
static bool of_what_follows(struct inferring *inferring, size_t index, char *text, size_t capacity,
                            bool *ret_open)
{
    for (size_t i = index + 1; i < inferring->count && i <= index + LOOK_AHEAD; i++) {
        const struct heard *next = &inferring->heard[i];
        if (next->kind == TAP_RESULT || next->kind == TAP_COMMAND)
            return false;
        /* The next answer is no consequence. */
        char asked[HEARD_TEXT];
        bool answer = i + 1 < inferring->count && inferring->heard[i + 1].kind == TAP_RESULT;
        if (answer &&
            (trace_oracle_asks(inferring->oracle, next->text, next->length, asked, sizeof asked) ||
             trace_oracle_named(next->text, next->length, asked, sizeof asked)))
            return false;
        if (is_line(next) && trace_oracle_cause(next->text, next->length, text, capacity, ret_open))
            return true;
    }
    return false;
}

/* The command of a result that none waits for. */
static void explain(struct inferring *inferring, size_t index, struct insertion *insertion)
{
    const struct heard *result = &inferring->heard[index];
    *insertion = (struct insertion){.offset = result->offset};
    for (size_t i = index; i > 0; i--) {
        const struct heard *line = &inferring->heard[i - 1];
        if (!is_line(line) || !near(line, result))
            break;
        char text[HEARD_TEXT];
        bool asked =
            trace_oracle_asks(inferring->oracle, line->text, line->length, text, sizeof text);
        bool named =
            !asked && i == index && trace_oracle_named(line->text, line->length, text, sizeof text);
        if (!asked && !named)
            break;
        insertion->open |= named;
        if (insertion->text[0] && strcmp(insertion->text, text) != 0)
            break;
        memcpy(insertion->text, text, sizeof text);
        insertion->offset = line->offset;
    }
    if (insertion->text[0])
        return;
    if (!of_what_follows(inferring, index, insertion->text, sizeof insertion->text,
                         &insertion->open)) {
        snprintf(insertion->text, sizeof insertion->text, "AT{x}");
        insertion->open = true;
    }
}

/* ---- putting them in ------------------------------------------------------------------------ */

static void put_insertion(struct trace_log *to, const struct insertion *insertion, uint64_t time_us)
{
    char text[HEARD_TEXT + 16];
    int length = snprintf(text, sizeof text, "%s\r", insertion->text);
    trace_log_add(to, TRACE_TO_MODULE, time_us,
                  TRACE_INFERRED | TRACE_GUESSED_END | TRACE_GUESSED_TIME |
                      (insertion->open ? TRACE_OPEN : 0),
                  text, (size_t)length);
}

/* The line end before a line belongs to it. */
static size_t line_begin(const uint8_t *bytes, size_t at)
{
    while (at > 0 && at < TRACE_PIECE_MAX * 2 && (bytes[at - 1] == '\n' || bytes[at - 1] == '\r') &&
           !(bytes[at - 1] == '\n' && at > 2 && bytes[at - 2] == '\r' && bytes[at] == '\r'))
        at--;
    return at;
}

static void rewrite(struct inferring *inferring, const struct insertion *insertions, size_t count)
{
    struct trace_log to = {.header = inferring->log->header};
    const struct trace_log *from = inferring->log;
    uint64_t offset = 0;
    size_t next = 0;
    for (size_t i = 0; i < from->count; i++) {
        const struct trace_piece *piece = &from->pieces[i];
        const uint8_t *bytes = trace_log_bytes(from, piece);
        size_t at = 0;
        if (piece->channel != 0) {
            trace_log_copy(&to, from, i);
            continue;
        }
        if (piece->kind == TRACE_TO_HOST) {
            for (; next < count && insertions[next].offset < offset + piece->length; next++) {
                uint64_t here = insertions[next].offset;
                size_t split = here > offset ? line_begin(bytes, (size_t)(here - offset)) : 0;
                split = split < at ? at : split;
                if (split > at)
                    trace_log_add(&to, piece->kind, piece->time_us, piece->marks, bytes + at,
                                  split - at);
                put_insertion(&to, &insertions[next], piece->time_us);
                at = split;
            }
            offset += piece->length;
        }
        trace_log_add(&to, piece->kind, piece->time_us, piece->marks, bytes + at,
                      piece->length - at);
        if (!to.failed)
            to.pieces[to.count - 1].number = piece->number;
    }
    to.failed |= from->failed;
    trace_log_done(inferring->log);
    *inferring->log = to;
}

void import_infer(struct trace_log *log, struct trace_import_report *report)
{
    struct inferring inferring = {.log = log, .report = report};
    size_t count = 0;
    listen(&inferring);
    struct insertion *insertions = calloc(inferring.count + 1, sizeof *insertions);
    for (size_t i = 0; insertions && i < inferring.count; i++)
        if (inferring.heard[i].kind == TAP_RESULT && inferring.heard[i].flags & TAP_UNASKED) {
            if (!inferring.oracle)
                inferring.oracle = trace_oracle_new();
            explain(&inferring, i, &insertions[count++]);
        }
    if (!insertions || inferring.failed)
        log->failed = true;
    else if (count)
        rewrite(&inferring, insertions, count);
    report->exchanges_inferred = (unsigned)count;
    trace_oracle_free(inferring.oracle);
    free(insertions);
    free(inferring.heard);
}
