/* redact_trace.c - events held back until their lines are whole, redacted, and given on. */
#include "harness/trace/redact_trace.h"

#include <stdlib.h>
#include <string.h>

static unsigned stream_of(const struct trace_event *event)
{
    return (event->kind == TRACE_TO_HOST ? 8u : 0u) + event->channel % 8u;
}

bool trace_redaction_begin(struct trace_redaction *redaction)
{
    redaction->held = malloc(TRACE_HELD_EVENTS * sizeof *redaction->held);
    redaction->room = malloc(TRACE_HELD_BYTES);
    redaction->joined = malloc(TRACE_HELD_BYTES);
    redaction->held_count = redaction->room_used = 0;
    redaction->unfinished = 0;
    if (redaction->held && redaction->room && redaction->joined)
        return true;
    trace_redaction_end(redaction);
    return false;
}

/* ---- redacting ------------------------------------------------------------------------------- */

/* All bytes of a stream in one piece, and back to where they came from. */
static void redact_stream(struct trace_redaction *redaction, unsigned stream)
{
    size_t size = 0;
    for (int back = 0; back < 2; back++) {
        size = 0;
        for (size_t i = 0; i < redaction->held_count; i++) {
            const struct trace_held_event *held = &redaction->held[i];
            uint8_t *bytes = redaction->room + held->bytes;
            if (!trace_is_traffic(held->event.kind) || stream_of(&held->event) != stream)
                continue;
            memcpy(back ? bytes : redaction->joined + size, back ? redaction->joined + size : bytes,
                   held->event.length);
            size += held->event.length;
        }
        if (!back && size > 0)
            trace_redact(&redaction->redactor, redaction->joined, size, NULL);
    }
}

static void redact_words(struct trace_redactor *redactor, char *words)
{
    trace_redact(redactor, (uint8_t *)words, strlen(words), NULL);
}

void trace_redaction_flush(struct trace_redaction *redaction)
{
    for (unsigned stream = 0; stream < TRACE_HELD_STREAMS; stream++)
        redact_stream(redaction, stream);
    for (size_t i = 0; i < redaction->held_count; i++) {
        struct trace_held_event *held = &redaction->held[i];
        char *event = (char *)redaction->room + held->words_event;
        char *detail = (char *)redaction->room + held->words_detail;
        if (!trace_is_traffic(held->event.kind))
            trace_redact(&redaction->redactor, redaction->room + held->bytes, held->event.length,
                         NULL);
        redact_words(&redaction->redactor, event);
        redact_words(&redaction->redactor, detail);
        held->event.bytes = redaction->room + held->bytes;
        held->event.event = event;
        held->event.detail = detail;
        redaction->give(redaction->context, &held->event);
    }
    redaction->held_count = redaction->room_used = 0;
    redaction->unfinished = 0;
}

/* ---- holding back ---------------------------------------------------------------------------- */

static size_t keep(struct trace_redaction *redaction, const void *bytes, size_t size)
{
    size_t at = redaction->room_used;
    if (size > 0)
        memcpy(redaction->room + at, bytes, size);
    redaction->room_used += size;
    return at;
}

static size_t keep_words(struct trace_redaction *redaction, const char *words)
{
    size_t at = keep(redaction, words ? words : "", words ? strnlen(words, TRACE_WORD_MAX) : 0);
    redaction->room[redaction->room_used++] = '\0';
    return at;
}

static bool ends_line(const struct trace_event *event)
{
    uint8_t last = event->bytes[event->length - 1];
    return event->kind == TRACE_TO_HOST ? last == '\n' : last == '\r' || last == 0x1a;
}

static void take_piece(struct trace_redaction *redaction, const struct trace_event *event)
{
    struct trace_held_event *held;
    if (redaction->held_count == TRACE_HELD_EVENTS ||
        redaction->room_used + event->length + 2 * TRACE_WORD_MAX + 2 > TRACE_HELD_BYTES)
        trace_redaction_flush(redaction);
    held = &redaction->held[redaction->held_count++];
    held->event = *event;
    held->bytes = keep(redaction, event->bytes, event->length);
    held->words_event = keep_words(redaction, event->event);
    held->words_detail = keep_words(redaction, event->detail);
    if (!trace_is_traffic(event->kind) || event->length == 0)
        return;
    uint16_t bit = (uint16_t)(1u << stream_of(event));
    redaction->unfinished &= (uint16_t)~bit;
    if (!ends_line(event))
        redaction->unfinished |= bit;
}

void trace_redaction_take(struct trace_redaction *redaction, const struct trace_event *event)
{
    struct trace_event piece = *event;
    size_t left = event->length;
    do {
        piece.length = left < TRACE_PIECE_MAX ? left : TRACE_PIECE_MAX;
        take_piece(redaction, &piece);
        piece.bytes += piece.length;
        left -= piece.length;
    } while (left > 0);
    if (!redaction->unfinished)
        trace_redaction_flush(redaction);
}

void trace_redaction_end(struct trace_redaction *redaction)
{
    if (redaction->held && redaction->room && redaction->joined)
        trace_redaction_flush(redaction);
    free(redaction->held);
    free(redaction->room);
    free(redaction->joined);
    redaction->held = NULL;
    redaction->room = redaction->joined = NULL;
}

void trace_redact_header(struct trace_redactor *redactor, struct trace_header *header)
{
    redact_words(redactor, header->subject);
    redact_words(redactor, header->host_end);
    redact_words(redactor, header->module_end);
    redact_words(redactor, header->repeat);
}
