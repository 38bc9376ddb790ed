/* trace_log.c - a trace in memory. */
#include "harness/trace/trace_log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void trace_log_done(struct trace_log *log)
{
    free(log->pieces);
    free(log->bytes);
    *log = (struct trace_log){0};
}

static bool grow(void **memory, size_t *capacity, size_t wanted, size_t unit, size_t least)
{
    if (wanted <= *capacity)
        return true;
    size_t more = *capacity ? *capacity * 2 : least;
    if (more < wanted)
        more = wanted;
    void *grown = realloc(*memory, more * unit);
    if (!grown)
        return false;
    *memory = grown;
    *capacity = more;
    return true;
}

void trace_log_add(struct trace_log *log, unsigned kind, uint64_t time_us, unsigned marks,
                   const void *bytes, size_t length)
{
    void *pieces = log->pieces, *store = log->bytes;
    bool room = log->used + length <= TRACE_LOG_BYTES_MAX &&
                grow(&store, &log->room, log->used + length, 1, 65536) &&
                grow(&pieces, &log->capacity, log->count + 1, sizeof *log->pieces, 1024);
    log->pieces = pieces;
    log->bytes = store;
    if (!room) {
        log->failed = true;
        return;
    }
    log->pieces[log->count++] = (struct trace_piece){.time_us = time_us,
                                                     .offset = log->used,
                                                     .length = (uint32_t)length,
                                                     .kind = (uint8_t)kind,
                                                     .marks = (uint8_t)marks};
    if (length)
        memcpy(log->bytes + log->used, bytes, length);
    log->used += length;
}

void trace_log_copy(struct trace_log *log, const struct trace_log *from, size_t index)
{
    const struct trace_piece *piece = &from->pieces[index];
    trace_log_add(log, piece->kind, piece->time_us, piece->marks, trace_log_bytes(from, piece),
                  piece->length);
    if (log->failed)
        return;
    log->pieces[log->count - 1].number = piece->number;
    log->pieces[log->count - 1].channel = piece->channel;
}

void trace_log_note(struct trace_log *log, uint64_t time_us, const char *format, ...)
{
    char text[TRACE_WORD_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t kept = length < 0 ? 0 : (size_t)length;
    trace_log_add(log, TRACE_NOTE, time_us, 0, text, kept < sizeof text ? kept : sizeof text - 1);
}

const uint8_t *trace_log_bytes(const struct trace_log *log, const struct trace_piece *piece)
{
    return log->bytes + piece->offset;
}

/* ---- times --------------------------------------------------------------------------------- */

/* How long after what stands before a piece without a time came: a module answers at once, whoever
   asks takes a while. */
enum { GUESS_ANSWER_US = 20000, GUESS_COMMAND_US = 100000 };

static uint64_t first_time(const struct trace_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        if (log->pieces[i].time_us != TRACE_NO_TIME)
            return log->pieces[i].time_us;
    return TRACE_NO_TIME;
}

/* The time of the next piece that has one. */
static uint64_t time_after(const struct trace_log *log, size_t index)
{
    for (; index < log->count; index++)
        if (log->pieces[index].time_us != TRACE_NO_TIME)
            return log->pieces[index].time_us;
    return TRACE_NO_TIME;
}

static uint64_t guess(const struct trace_piece *piece, uint64_t last_us)
{
    if (piece->kind == TRACE_TO_MODULE)
        return last_us + GUESS_COMMAND_US;
    return piece->kind == TRACE_TO_HOST ? last_us + GUESS_ANSWER_US : last_us;
}

void trace_log_time(struct trace_log *log)
{
    uint64_t base_us = first_time(log), last_us = 0, next_us = 0;
    for (size_t i = 0; i < log->count; i++) {
        struct trace_piece *piece = &log->pieces[i];
        if (piece->time_us != TRACE_NO_TIME) {
            piece->time_us = piece->time_us > base_us ? piece->time_us - base_us : 0;
        } else {
            if (next_us != TRACE_NO_TIME && next_us <= last_us + base_us)
                next_us = base_us == TRACE_NO_TIME ? TRACE_NO_TIME : time_after(log, i);
            piece->time_us = guess(piece, last_us);
            if (next_us != TRACE_NO_TIME && piece->time_us + base_us > next_us)
                piece->time_us = next_us > base_us ? next_us - base_us : 0;
            piece->marks |= TRACE_GUESSED_TIME;
        }
        if (piece->time_us < last_us)
            piece->time_us = last_us;
        last_us = piece->time_us;
    }
}

/* ---- files --------------------------------------------------------------------------------- */

static void write_piece(const struct trace_log *log, const struct trace_piece *piece,
                        struct trace_writer *writer)
{
    bool text = piece->kind == TRACE_NOTE || piece->kind == TRACE_GAP;
    char word[TRACE_WORD_MAX + 1];
    struct trace_event event = {.time_us = piece->time_us,
                                .kind = piece->kind,
                                .channel = piece->channel,
                                .marks = piece->marks,
                                .number = piece->number,
                                .bytes = trace_log_bytes(log, piece),
                                .length = piece->length};
    if (text) {
        snprintf(word, sizeof word, "%.*s", (int)piece->length, (const char *)event.bytes);
        event.detail = word;
        event.bytes = NULL;
        event.length = 0;
    }
    trace_write(writer, &event);
}

/* What a machine that does other things too comes late by, at each piece. */
enum { REAL_SLACK_US = 2000 };

void trace_log_to_module_time(struct trace_log *log)
{
    uint64_t speed = log->header.module_speed;
    if (strcmp(log->header.clock, "virtual") != 0)
        log->slack_us = (uint32_t)(speed ? REAL_SLACK_US * speed / TRACE_SPEED_ONE : REAL_SLACK_US);
    if (speed == 0 || speed == TRACE_SPEED_ONE)
        return;
    for (size_t i = 0; i < log->count; i++)
        log->pieces[i].time_us =
            (uint64_t)((double)log->pieces[i].time_us * (double)speed / TRACE_SPEED_ONE);
    log->header.host_speed = log->header.host_speed * TRACE_SPEED_ONE / speed;
    log->header.module_speed = 0;
}

bool trace_log_write(const struct trace_log *log, int descriptor)
{
    struct trace_writer writer;
    if (!trace_begin(&writer, descriptor, &log->header)) {
        errno = ENOMEM;
        return false;
    }
    for (size_t i = 0; i < log->count; i++)
        write_piece(log, &log->pieces[i], &writer);
    if (trace_finish(&writer))
        return true;
    errno = writer.error;
    return false;
}

static void keep_event(struct trace_log *log, const struct trace_event *event)
{
    const char *word = event->kind == TRACE_HOST ? event->event : event->detail;
    bool text = event->length == 0 && word && word[0];
    if (event->channel != 0)
        return;
    trace_log_add(log, event->kind, event->time_us, event->marks,
                  text ? (const void *)word : event->bytes, text ? strlen(word) : event->length);
    if (!log->failed)
        log->pieces[log->count - 1].number = event->number;
}

bool trace_log_read(struct trace_log *log, int descriptor, struct trace_error *reterr_error,
                    size_t *ret_bad)
{
    struct trace_reader reader;
    struct trace_event event;
    enum trace_result result = TRACE_FAILED;
    *log = (struct trace_log){0};
    *ret_bad = 0;
    *reterr_error = (struct trace_error){0};
    if (!trace_open(&reader, descriptor)) {
        *reterr_error = reader.error;
        return false;
    }
    log->header = reader.header;
    while ((result = trace_next(&reader, &event)) == TRACE_EVENT || result == TRACE_BAD) {
        if (result == TRACE_EVENT)
            keep_event(log, &event);
        else if ((*ret_bad)++ == 0)
            *reterr_error = reader.error;
    }
    if (result == TRACE_FAILED || log->failed) {
        *reterr_error = reader.error;
        if (log->failed)
            snprintf(reterr_error->text, sizeof reterr_error->text,
                     "it is too long to be taken into memory; cut it");
        trace_close(&reader);
        trace_log_done(log);
        return false;
    }
    trace_close(&reader);
    return true;
}
