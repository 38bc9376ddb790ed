/* trail.c - reads a journal with the eyes of the client. */
#include "harness/explore/trail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/catalogue.h"

enum event_kind { EVENT_OTHER, EVENT_COMMAND, EVENT_LINE, EVENT_ANSWER, EVENT_REFUSAL };

struct trail_event {
    uint64_t digest, at_us, step;
    uint8_t kind;  /* enum event_kind */
    uint8_t state; /* of the client then */
    char what[64];
};

struct trail_turn {
    uint64_t at_us, step;
    uint64_t cause; /* digest of its text */
    uint8_t from, to;
};

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

static void add_event(struct trail *trail, enum event_kind kind, uint64_t digest, const char *what)
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
static void add_record(struct trail *trail, enum event_kind kind, const uint8_t head[3],
                       const char *what)
{
    uint64_t digest = sim_digest(SIM_DIGEST, head, 3);
    add_event(trail, kind, sim_digest(digest, what, strlen(what)), what);
}

static void end_line(struct trail *trail)
{
    if (trail->line_length)
        add_event(trail, EVENT_LINE, trail->line_digest, trail->line);
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

static void read_core(struct trail *trail, const struct bench_record *record)
{
    char text[64];
    const uint8_t head[] = {record->kind, record->a, 0};
    snprintf(text, sizeof text, "%.*s", (int)record->length, (const char *)record->payload);
    if (record->a == FOTA_EVENT_STATE)
        add_turn(trail, record);
    else if (record->a == FOTA_EVENT_COMMAND)
        add_record(trail, EVENT_COMMAND, head, text);
}

static void read_board(struct trail *trail, const struct bench_record *record)
{
    static const char *const said[] = {"asked", "done", "refused", "later"};
    const uint8_t head[] = {record->kind, record->a, (uint8_t)record->b};
    char text[64];
    if (record->kind == BENCH_JOURNAL_HOST)
        snprintf(text, sizeof text, "the host %s", record->a ? "starts" : "is down");
    else
        snprintf(text, sizeof text, "%s %s", fota_request_name(record->a),
                 record->b < sizeof said / sizeof said[0] ? said[record->b] : "?");
    add_record(trail, EVENT_OTHER, head, text);
    bool is_refused = record->kind == BENCH_JOURNAL_REQUEST && record->b == 2;
    const uint8_t in[] = {(uint8_t)state_now(trail), record->a, (uint8_t)record->b};
    if (is_refused)
        add_record(trail, EVENT_REFUSAL, in, text);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* What answers in which state; UINT8_MAX: in any. */
static void add_answer(struct trail *trail, enum event_kind kind, unsigned state,
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
        if (trail->events[i - 1].kind == EVENT_COMMAND &&
            is_named(trail->events[i - 1].what, event))
            return true;
    return false;
}

static void on_tap(void *context, const struct tap_event *event)
{
    struct trail *trail = context;
    const char *good = sim_result_of_digit('0');
    bool is_ok =
        event->text_length == strlen(good) && memcmp(event->text, good, event->text_length) == 0;
    switch (event->kind) {
    case TAP_COMMAND:
        snprintf(trail->command, sizeof trail->command, "%.*s", (int)event->text_length,
                 event->text);
        trail->asked_in = state_now(trail);
        trail->bytes_digest = SIM_DIGEST;
        trail->has_data = false;
        break;
    case TAP_DATA:
        trail->has_data = trail->has_data || event->direction == TAP_TO_HOST;
        break;
    case TAP_URC:
        if (is_late_result(trail, event))
            add_answer(trail, EVENT_ANSWER, UINT8_MAX, event);
        break;
    case TAP_ANSWER:
        add_answer(trail, EVENT_ANSWER, trail->asked_in, event);
        break;
    case TAP_RESULT:
        if (!is_ok || trail->has_data)
            add_answer(trail, is_ok ? EVENT_ANSWER : EVENT_REFUSAL, trail->asked_in, event);
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

/* ---- asking ---------------------------------------------------------------------------------- */

/* The host's restart is no turn that a client makes. */
static bool is_own(const struct trail_turn *turn)
{
    return turn->from != FOTA_STATE_IDLE;
}

/* One cause may take a client through several states at once; its conclusion ends that. */
static bool is_same_turn(const struct trail_turn *turn, const struct trail_turn *first)
{
    return turn->step == first->step && turn->cause == first->cause &&
           turn->from != FOTA_STATE_CLEAN_UP;
}

static void add_state(struct trail_moment *moment, unsigned state)
{
    size_t length = strlen(moment->state);
    snprintf(moment->state + length, sizeof moment->state - length, "%s%s", length ? " and " : "",
             fota_state_name(state));
}

struct trail_moment trail_at(const struct trail *trail, uint64_t step, uint64_t at_us)
{
    struct trail_moment moment = {.at_us = at_us, .step = step};
    const struct trail_turn *first = NULL;
    unsigned state = FOTA_STATE_IDLE;
    for (size_t i = 0; i < trail->turn_count && trail->turns[i].step <= step; i++) {
        const struct trail_turn *turn = &trail->turns[i];
        if (first && !is_same_turn(turn, first))
            break;
        if (first || (turn->step == step && is_own(turn)))
            add_state(&moment, turn->from);
        first = !first && turn->step == step && is_own(turn) ? turn : first;
        state = turn->to;
    }
    if (!first)
        add_state(&moment, state);
    return moment;
}

static struct trail_moment event_moment(const struct trail *trail, const struct trail_event *event)
{
    struct trail_moment moment = trail_at(trail, event->step, event->at_us);
    snprintf(moment.what, sizeof moment.what, "%s", event->what);
    return moment;
}

static bool is_answer(const struct trail_event *event)
{
    return event->kind == EVENT_ANSWER || event->kind == EVENT_REFUSAL;
}

/* The next that is no answer: the same lines stand there as they came. */
static const struct trail_event *next_plain(const struct trail *trail, size_t *at)
{
    while (*at < trail->event_count && is_answer(&trail->events[*at]))
        ++*at;
    return *at < trail->event_count ? &trail->events[(*at)++] : NULL;
}

bool trail_differs(const struct trail *trail, const struct trail *other,
                   struct trail_moment *ret_moment)
{
    size_t at = 0, other_at = 0;
    const struct trail_event *event, *last = NULL, *same;
    do {
        event = next_plain(trail, &at);
        same = next_plain(other, &other_at);
        last = event ? event : last;
    } while (event && same && event->digest == same->digest);
    if (!last || (!event && !same))
        return false;
    *ret_moment = event_moment(trail, last);
    return true;
}

static bool has_answer(const struct trail *trail, uint64_t digest)
{
    for (size_t i = 0; i < trail->event_count; i++)
        if (is_answer(&trail->events[i]) && trail->events[i].digest == digest)
            return true;
    return false;
}

bool trail_told(const struct trail *trail, const struct trail *other, uint64_t last_step, bool last,
                struct trail_moment *ret_told, struct trail_moment *ret_moment)
{
    const struct trail_event *found = NULL;
    for (size_t i = 0; i < trail->event_count && trail->events[i].step <= last_step; i++)
        if ((!found || last) && is_answer(&trail->events[i]) &&
            !has_answer(other, trail->events[i].digest))
            found = &trail->events[i];
    if (!found)
        return false;
    *ret_told = event_moment(trail, found);
    snprintf(ret_told->state, sizeof ret_told->state, "%s", fota_state_name(found->state));
    if (found->kind == EVENT_REFUSAL || !trail_goes_on(trail, found->step, ret_moment) ||
        ret_moment->step > last_step)
        *ret_moment = *ret_told;
    return true;
}

bool trail_last_heard(const struct trail *trail, const char *line, uint64_t last_step,
                      struct trail_moment *ret_moment)
{
    uint64_t digest = sim_digest(SIM_DIGEST, line, strlen(line));
    for (size_t i = trail->event_count; i > 0 && line[0]; i--) {
        const struct trail_event *event = &trail->events[i - 1];
        if (event->step > last_step || event->kind != EVENT_LINE || event->digest != digest)
            continue;
        *ret_moment = event_moment(trail, event);
        return true;
    }
    return false;
}

bool trail_goes_on(const struct trail *trail, uint64_t step, struct trail_moment *ret_moment)
{
    for (size_t i = 0; i < trail->turn_count; i++) {
        const struct trail_turn *turn = &trail->turns[i];
        if (turn->step < step || !is_own(turn))
            continue;
        *ret_moment = trail_at(trail, turn->step, turn->at_us);
        snprintf(ret_moment->what, sizeof ret_moment->what, "%s", fota_state_name(turn->to));
        return true;
    }
    return false;
}

static struct trail_moment moment_of(const struct trail *trail, const struct trail_turn *turn)
{
    struct trail_moment moment = trail_at(trail, turn->step, turn->at_us);
    snprintf(moment.state, sizeof moment.state, "%s", fota_state_name(turn->from));
    snprintf(moment.what, sizeof moment.what, "%s", fota_state_name(turn->to));
    return moment;
}

static bool is_new(const struct trail_turn *turn, const struct trail *other)
{
    return is_own(turn) && !(other->pairs[turn->from] >> turn->to & 1);
}

bool trail_turn(const struct trail *trail, const struct trail *other, uint64_t first_step,
                uint64_t last_step, struct trail_moment *ret_moment)
{
    for (size_t i = 0; i < trail->turn_count; i++) {
        const struct trail_turn *turn = &trail->turns[i];
        if (turn->step < first_step || turn->step > last_step || !is_new(turn, other))
            continue;
        *ret_moment = moment_of(trail, turn);
        return true;
    }
    return false;
}

/* ---- stays ----------------------------------------------------------------------------------- */

/* What the stay behind turn `at` took up to that step; `*next` is the first event behind it. */
static uint64_t amount_of(const struct trail *trail, size_t at, uint64_t last_step,
                          bool in_commands, size_t *next)
{
    bool is_last = at + 1 == trail->turn_count || trail->turns[at + 1].step > last_step;
    uint64_t end = is_last ? last_step : trail->turns[at + 1].step, commands = 0, end_us;
    while (*next < trail->event_count && trail->events[*next].step < trail->turns[at].step)
        ++*next;
    end_us = trail->turns[at].at_us;
    for (; *next < trail->event_count && trail->events[*next].step < end; ++*next) {
        commands += trail->events[*next].kind == EVENT_COMMAND;
        end_us = trail->events[*next].at_us;
    }
    if (in_commands)
        return commands;
    return (is_last ? end_us : trail->turns[at + 1].at_us) - trail->turns[at].at_us;
}

uint64_t trail_stay(const struct trail *trail, const struct trail *other, uint64_t last_step,
                    bool in_commands, struct trail_moment *ret_moment)
{
    uint64_t longest[FOTA_STATE_COUNT] = {0}, most = 0;
    size_t next = 0;
    for (size_t i = 0; i < other->turn_count; i++) {
        uint64_t amount = amount_of(other, i, UINT64_MAX, in_commands, &next);
        unsigned state = other->turns[i].to;
        longest[state] = amount > longest[state] ? amount : longest[state];
    }
    next = 0;
    for (size_t i = 0; i < trail->turn_count && trail->turns[i].step <= last_step; i++) {
        const struct trail_turn *turn = &trail->turns[i];
        uint64_t amount = amount_of(trail, i, last_step, in_commands, &next);
        if (amount <= longest[turn->to] || amount - longest[turn->to] <= most)
            continue;
        most = amount - longest[turn->to];
        *ret_moment = (struct trail_moment){.at_us = turn->at_us, .step = turn->step};
        snprintf(ret_moment->state, sizeof ret_moment->state, "%s", fota_state_name(turn->to));
    }
    return most;
}
