/* trail.c - reads a journal with the eyes of the client. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/explore/trail_parts.h"
#include "sim/catalogue.h"

void trail_free(struct trail *trail)
{
    free(trail->events);
    free(trail->turns);
    memset(trail, 0, sizeof *trail);
}

/* Room for one more; NULL: no memory. */
static void *grown(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    size_t more = *room ? 2 * *room : 256;
    void *larger = realloc(list, more * size);
    if (larger)
        *room = more;
    return larger;
}

static unsigned state_now(const struct trail *trail)
{
    return trail->turn_count ? trail->turns[trail->turn_count - 1].to : FOTA_STATE_IDLE;
}

static void add_event(struct trail *trail, enum trail_kind kind, uint64_t digest, const char *what)
{
    struct trail_event *events =
        grown(trail->events, trail->event_count, &trail->event_room, sizeof *events);
    trail->failed = trail->failed || !events;
    if (!events)
        return;
    trail->events = events;
    struct trail_event *event = &events[trail->event_count++];
    *event = (struct trail_event){.digest = digest,
                                  .at_us = trail->now_us,
                                  .step = trail->step,
                                  .stay = (uint32_t)trail->turn_count,
                                  .kind = (uint8_t)kind,
                                  .state = (uint8_t)state_now(trail)};
    snprintf(event->what, sizeof event->what, "%s", what);
}

static void add_turn(struct trail *trail, const struct bench_record *record)
{
    struct trail_turn *turns =
        grown(trail->turns, trail->turn_count, &trail->turn_room, sizeof *turns);
    trail->failed = trail->failed || !turns;
    if (!turns)
        return;
    trail->turns = turns;
    unsigned from = record->b & 0xff, to = record->b >> 8;
    turns[trail->turn_count++] =
        (struct trail_turn){.at_us = trail->now_us,
                            .step = trail->step,
                            .cause = sim_digest(SIM_DIGEST, record->payload, record->length),
                            .from = (uint8_t)from,
                            .to = (uint8_t)to};
    trail->pairs[from] |= UINT64_C(1) << to;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Each begins with what kind of record it is of, so that none is like one of another kind. */
static void add_record(struct trail *trail, enum trail_kind kind, const uint8_t head[3],
                       const char *what)
{
    uint64_t digest = sim_digest(SIM_DIGEST, head, 3);
    add_event(trail, kind, sim_digest(digest, what, strlen(what)), what);
}

static void end_line(struct trail *trail)
{
    if (trail->line_length)
        add_event(trail, TRAIL_LINE, trail->line_digest, trail->line);
    trail->line_length = 0;
    trail->line_digest = SIM_DIGEST;
    memset(trail->line, 0, sizeof trail->line);
}

static void read_bytes(struct trail *trail, const struct bench_record *record)
{
    for (size_t i = 0; i < record->length; i++) {
        uint8_t byte = record->payload[i];
        if (byte == '\r' || byte == '\n') {
            end_line(trail);
            continue;
        }
        if (trail->line_length + 1 < sizeof trail->line)
            trail->line[trail->line_length] = byte >= ' ' && byte < 127 ? (char)byte : '.';
        trail->line_digest = sim_digest(trail->line_digest, &byte, 1);
        trail->line_length++;
    }
    trail->bytes_digest = sim_digest(trail->bytes_digest, record->payload, record->length);
}

/* A bare AT, when something of an earlier stay still waits for its answer. */
static bool is_clearing(const struct trail *trail, const char *command)
{
    return trail->is_owed && trail->asked_after < trail->turn_count && strcmp(command, "AT") == 0;
}

static void read_core(struct trail *trail, const struct bench_record *record)
{
    char text[64];
    const uint8_t head[] = {record->kind, record->a, 0};
    snprintf(text, sizeof text, "%.*s", (int)record->length, (const char *)record->payload);
    if (record->a == FOTA_EVENT_STATE)
        add_turn(trail, record);
    else if (record->a == FOTA_EVENT_COMMAND)
        add_record(trail, is_clearing(trail, text) ? TRAIL_CLEARING : TRAIL_COMMAND, head, text);
}

static void read_board(struct trail *trail, const struct bench_record *record)
{
    static const char *const said[] = {"asked", "done", "refused", "later"};
    const uint8_t head[] = {record->kind, record->a, (uint8_t)record->b};
    const uint8_t in[] = {(uint8_t)state_now(trail), record->a, (uint8_t)record->b};
    bool is_host = record->kind == BENCH_JOURNAL_HOST;
    char text[64];
    if (is_host)
        snprintf(text, sizeof text, "the host %s", record->a ? "starts" : "is down");
    else
        snprintf(text, sizeof text, "%s %s", fota_request_name(record->a),
                 record->b < sizeof said / sizeof said[0] ? said[record->b] : "?");
    enum trail_kind kind = record->b == 0 ? TRAIL_REQUEST : TRAIL_SAID;
    add_record(trail, is_host ? TRAIL_OTHER : kind, head, text);
    if (!is_host && record->b == 2)
        add_record(trail, TRAIL_REFUSAL, in, text);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* What answers in which state; UINT8_MAX: in any. */
static void add_answer(struct trail *trail, enum trail_kind kind, unsigned state,
                       const struct tap_event *event)
{
    char what[64];
    const uint8_t in = (uint8_t)state;
    uint64_t digest = SIM_DIGEST;
    if (event->kind != TAP_URC)
        digest = sim_digest(digest, trail->command, strlen(trail->command) + 1);
    digest = sim_digest(sim_digest(digest, event->text, event->text_length), &in, 1);
    if (event->kind == TAP_RESULT && trail->has_data)
        digest ^= trail->bytes_digest;
    snprintf(what, sizeof what, "%.*s", (int)event->text_length, event->text);
    add_event(trail, kind, digest, what);
    if (!trail->failed && event->kind != TAP_URC)
        trail->events[trail->event_count - 1].asked =
            sim_digest(sim_digest(SIM_DIGEST, trail->command, strlen(trail->command) + 1), &in, 1);
}

/* "+CGATT: 1" of "AT+CGATT=1"; a question has its answer at once. */
static bool is_named(const char *command, const struct tap_event *event)
{
    size_t skipped = strncmp(command, "AT", 2) == 0 ? 2 : 0;
    size_t length = strcspn(command + skipped, "=?");
    bool asks = command[skipped + length] == '?';
    return length > 0 && !asks && event->text_length > length &&
           memcmp(event->text, command + skipped, length) == 0 && event->text[length] == ':';
}

/* A line that comes unasked, but tells of a command that was sent. */
static bool is_late_result(const struct trail *trail, const struct tap_event *event)
{
    for (size_t i = trail->event_count; i > 0; i--)
        if (trail->events[i - 1].kind == TRAIL_COMMAND &&
            is_named(trail->events[i - 1].what, event))
            return true;
    return false;
}

/* The good result says something by itself only of data, or where nothing else was said. */
static void add_result(struct trail *trail, const struct tap_event *event)
{
    const char *good = sim_result_of_digit('0');
    bool is_good =
        event->text_length == strlen(good) && memcmp(event->text, good, event->text_length) == 0;
    enum trail_kind kind = !is_good ? TRAIL_REFUSAL : trail->has_data ? TRAIL_ANSWER : TRAIL_BARE;
    if (kind != TRAIL_BARE || !trail->has_text)
        add_answer(trail, kind, trail->asked_in, event);
}

static void on_tap(void *context, const struct tap_event *event)
{
    struct trail *trail = context;
    switch (event->kind) {
    case TAP_COMMAND:
        snprintf(trail->command, sizeof trail->command, "%.*s", (int)event->text_length,
                 event->text);
        trail->asked_in = state_now(trail);
        trail->asked_after = trail->turn_count;
        trail->is_owed = true;
        trail->bytes_digest = SIM_DIGEST;
        trail->has_data = trail->has_text = false;
        break;
    case TAP_DATA:
        trail->has_data = trail->has_data || event->direction == TAP_TO_HOST;
        break;
    case TAP_URC:
        if (is_late_result(trail, event))
            add_answer(trail, TRAIL_ANSWER, UINT8_MAX, event);
        break;
    case TAP_ANSWER:
        trail->has_text = true;
        add_answer(trail, TRAIL_ANSWER, trail->asked_in, event);
        break;
    case TAP_RESULT:
        trail->is_owed = false;
        add_result(trail, event);
        break;
    default:
        break;
    }
}

void trail_read(struct trail *trail, const struct bench_run *run, uint64_t step)
{
    struct bench_record record;
    trail->step = step;
    if (!trail->begun) {
        trail->begun = true;
        trail->offset = bench_journal_begin(&run->journal);
        end_line(trail);
    }
    while (bench_journal_next(&run->journal, &trail->offset, &record)) {
        trail->now_us = record.time_us;
        if (record.kind == BENCH_JOURNAL_TO_HOST)
            read_bytes(trail, &record);
        else if (record.kind == BENCH_JOURNAL_CORE)
            read_core(trail, &record);
        else if (record.kind == BENCH_JOURNAL_REQUEST || record.kind == BENCH_JOURNAL_HOST)
            read_board(trail, &record);
        bench_tap_record(&trail->tapping, &record, on_tap, trail);
    }
}
