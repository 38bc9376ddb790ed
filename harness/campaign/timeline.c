/* timeline.c - from a journal, and the tap over it, to entries on lanes. */
#include "harness/campaign/timeline.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/tapped.h"
#include "sim/catalogue.h"

/* What is known while a journal is read. */
struct drawing {
    struct timeline *timeline;
    const struct scenario_case *one;
    const struct bench_deadlines *deadlines;
    struct bench_tapping tapping;
    uint64_t number;      /* of the record, from 1 */
    uint64_t deadline;    /* the next one of the run's that was not looked at yet */
    uint64_t deadline_us; /* of the last command; 0 = not known */
    uint32_t heard;       /* bit n: the tap has read a TAP_ kind n in this record */
    bool has_heard;       /* the module has said something */
    bool module_tells;    /* there is an emulator, which says more than the wire */
    bool is_updating;
    char state[REPORT_LANE_COUNT][TIMELINE_WORDS_MAX]; /* the last of each lane */
};

bool timeline_is_wire(const struct report_event *event)
{
    return event->bytes.data != NULL;
}

/* ---- adding ---------------------------------------------------------------------------------- */

static bool grow(struct timeline *timeline)
{
    size_t room = timeline->room ? timeline->room * 2 : 256;
    void *events = realloc(timeline->events, room * sizeof *timeline->events);
    if (events)
        timeline->events = events;
    void *records = events ? realloc(timeline->records, room * sizeof *timeline->records) : NULL;
    if (records)
        timeline->records = records;
    void *words = records ? realloc(timeline->words, room * sizeof *timeline->words) : NULL;
    if (!words) {
        timeline->failed = true;
        return false;
    }
    timeline->words = words;
    timeline->room = room;
    return true;
}

/* Adds an entry; NULL when memory ran out. Its words are set last, in set_texts(). */
static struct report_event *add(struct drawing *drawing, enum report_lane lane,
                                enum report_event_kind kind, uint64_t t_us)
{
    struct timeline *timeline = drawing->timeline;
    if (timeline->count == timeline->room && !grow(timeline))
        return NULL;
    size_t at = timeline->count++;
    timeline->words[at][0] = '\0';
    timeline->records[at] = drawing->number;
    timeline->events[at] = (struct report_event){.t_us = t_us, .lane = lane, .kind = kind};
    return &timeline->events[at];
}

static struct report_event *say(struct drawing *drawing, enum report_lane lane,
                                enum report_event_kind kind, uint64_t t_us, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static struct report_event *say(struct drawing *drawing, enum report_lane lane,
                                enum report_event_kind kind, uint64_t t_us, const char *format, ...)
{
    va_list arguments;
    struct report_event *event = add(drawing, lane, kind, t_us);
    if (!event)
        return NULL;
    va_start(arguments, format);
    vsnprintf(drawing->timeline->words[drawing->timeline->count - 1], TIMELINE_WORDS_MAX, format,
              arguments);
    va_end(arguments);
    return event;
}

/* A lane's state; the one that is there already is not told again. */
static void enter(struct drawing *drawing, enum report_lane lane, uint64_t t_us, const char *state)
{
    char *last = drawing->state[lane];
    if (strcmp(last, state) == 0)
        return;
    snprintf(last, TIMELINE_WORDS_MAX, "%s", state);
    say(drawing, lane, REPORT_EVENT_STATE, t_us, "%s", state);
}

/* ---- what the tap reads ---------------------------------------------------------------------- */

static void saw_urc(struct drawing *drawing, const struct tap_event *event)
{
    unsigned order;
    enum sim_sign sign = sim_sign_of(event->text, event->text_length, &order);
    if (drawing->module_tells)
        return;
    if (sign == SIM_SIGN_UPDATER || sim_is_progress(event->text, event->text_length))
        enter(drawing, REPORT_LANE_POWER, event->at_us, "updating");
    else if (sign == SIM_SIGN_UPDATED)
        enter(drawing, REPORT_LANE_POWER, event->at_us, "updated");
}

static void saw_reset(struct drawing *drawing, const struct tap_event *event)
{
    if (!drawing->module_tells)
        say(drawing, REPORT_LANE_POWER, REPORT_EVENT_RESET, event->at_us, "restart, cause: %s",
            tap_cause_name(event->number));
    enter(drawing, REPORT_LANE_MODULE, event->at_us, "restarting");
}

/* Of an answer: whether the app network is up. */
static void saw_answer(struct drawing *drawing, const struct tap_event *event)
{
    char value[16];
    if (!sim_question_answer(SIM_QUESTION_BEARER, NULL, event->text, event->text_length, value,
                             sizeof value))
        return;
    enter(drawing, REPORT_LANE_NETWORK, event->at_us,
          strcmp(value, "1") == 0 ? "app network up" : "app network down");
}

static void told(void *context, const struct tap_event *event)
{
    struct drawing *drawing = context;
    drawing->heard |= 1u << event->kind;
    switch (event->kind) {
    case TAP_URC:
        saw_urc(drawing, event);
        break;
    case TAP_ANSWER:
        saw_answer(drawing, event);
        break;
    case TAP_RESET:
        saw_reset(drawing, event);
        break;
    case TAP_BOOT:
        if (!drawing->module_tells)
            enter(drawing, REPORT_LANE_POWER, event->at_us, "on");
        enter(drawing, REPORT_LANE_MODULE, event->at_us, "up");
        break;
    default:
        break;
    }
}

/* ---- records --------------------------------------------------------------------------------- */

/* Until when the host waits for an answer to what stands in this record. */
static uint64_t find_deadline(struct drawing *drawing)
{
    const struct bench_deadlines *known = drawing->deadlines;
    while (known && drawing->deadline < known->count &&
           known->ring[drawing->deadline % BENCH_DEADLINES].record < drawing->number) {
        drawing->deadline_us = known->ring[drawing->deadline % BENCH_DEADLINES].at_us;
        drawing->deadline++;
    }
    return drawing->deadline_us == BENCH_NEVER ? 0 : drawing->deadline_us;
}

static void set_bytes(struct report_event *event, const struct bench_record *record)
{
    size_t kept = record->length < TIMELINE_BYTES_MAX ? record->length : TIMELINE_BYTES_MAX;
    if (!event)
        return;
    event->bytes = (struct report_bytes){record->length ? record->payload : (const void *)"", kept};
    event->size = record->length;
}

static bool heard_only(const struct drawing *drawing, uint32_t kinds)
{
    return drawing->heard && (drawing->heard & ~kinds) == 0;
}

static void draw_sent(struct drawing *drawing, const struct bench_record *record)
{
    bool is_data = heard_only(drawing, 1u << TAP_DATA);
    bool is_noise = heard_only(drawing, 1u << TAP_NOISE);
    struct report_event *event = add(drawing, REPORT_LANE_HOST,
                                     is_data    ? REPORT_EVENT_DATA
                                     : is_noise ? REPORT_EVENT_NOISE
                                                : REPORT_EVENT_SENT,
                                     record->time_us);
    set_bytes(event, record);
    if (event && !is_data)
        event->deadline_us = find_deadline(drawing);
}

static void draw_heard(struct drawing *drawing, const struct bench_record *record)
{
    const uint32_t life = 1u << TAP_URC | 1u << TAP_BOOT | 1u << TAP_RESET;
    enum report_event_kind kind = heard_only(drawing, 1u << TAP_DATA)    ? REPORT_EVENT_DATA
                                  : heard_only(drawing, 1u << TAP_NOISE) ? REPORT_EVENT_NOISE
                                  : heard_only(drawing, life)            ? REPORT_EVENT_URC
                                                                         : REPORT_EVENT_ANSWER;
    if (!drawing->has_heard && strcmp(drawing->state[REPORT_LANE_MODULE], "silent") == 0)
        enter(drawing, REPORT_LANE_MODULE, record->time_us, "up");
    drawing->has_heard = true;
    set_bytes(add(drawing, REPORT_LANE_MODULE, kind, record->time_us), record);
}

static void draw_core(struct drawing *drawing, const struct bench_record *record)
{
    unsigned a = record->b & 0xff, b = record->b >> 8;
    switch (record->a) {
    case FOTA_EVENT_STATE:
        enter(drawing, REPORT_LANE_HOST, record->time_us,
              b == FOTA_STATE_DONE ? "" : fota_state_name(b));
        break;
    case FOTA_EVENT_RESULT:
        if (record->length == strlen(fota_cause_name(FOTA_CAUSE_TIMEOUT)) &&
            memcmp(record->payload, fota_cause_name(FOTA_CAUSE_TIMEOUT), record->length) == 0)
            say(drawing, REPORT_LANE_HOST, REPORT_EVENT_MARK, record->time_us,
                "gives up waiting for an answer");
        break;
    case FOTA_EVENT_ATTEMPT:
        say(drawing, REPORT_LANE_HOST, REPORT_EVENT_MARK, record->time_us,
            "attempt %u begins: from here there is no way back", a);
        break;
    case FOTA_EVENT_OUTCOME:
        say(drawing, REPORT_LANE_HOST, REPORT_EVENT_MARK, record->time_us, "outcome %s: %s",
            fota_outcome_name(a), fota_reason_meaning(b));
        break;
    case FOTA_EVENT_REMARK:
        say(drawing, REPORT_LANE_HOST, REPORT_EVENT_MARK, record->time_us, "remark: %s",
            fota_remark_name(a));
        break;
    case FOTA_EVENT_HEALTH:
        say(drawing, REPORT_LANE_HOST, REPORT_EVENT_MARK, record->time_us,
            "health check failed: %s", fota_reason_meaning(a));
        break;
    default:
        break;
    }
}

/* What only an emulator can tell. */
static void draw_module(struct drawing *drawing, const struct bench_record *record)
{
    uint64_t t_us = record->time_us;
    switch (record->a) {
    case SIM_EVENT_POWER:
        enter(drawing, REPORT_LANE_POWER, t_us, record->number ? "on" : "off");
        if (!record->number)
            enter(drawing, REPORT_LANE_MODULE, t_us, "silent");
        break;
    case SIM_EVENT_RESET:
        say(drawing, REPORT_LANE_POWER, REPORT_EVENT_RESET, t_us, "restart, cause: %s",
            sim_reset_name(record->number));
        break;
    case SIM_EVENT_PHASE:
        enter(drawing, REPORT_LANE_POWER, t_us,
              record->number == SIM_PHASE_IDLE ? "on" : sim_phase_name(record->number));
        break;
    case SIM_EVENT_HTTP:
        if (record->number)
            say(drawing, REPORT_LANE_NETWORK, REPORT_EVENT_MARK, t_us,
                "download ends with %" PRIu32, record->number);
        else
            say(drawing, REPORT_LANE_NETWORK, REPORT_EVENT_MARK, t_us, "download of %.*s",
                record->length < 100 ? record->length : 100, (const char *)record->payload);
        break;
    case SIM_EVENT_NETWORK:
        enter(drawing, REPORT_LANE_NETWORK, t_us, record->number ? "registered" : "not registered");
        break;
    case SIM_EVENT_BEARER:
        enter(drawing, REPORT_LANE_NETWORK, t_us,
              record->number ? "app network up" : "app network down");
        break;
    case SIM_EVENT_HANG:
        say(drawing, REPORT_LANE_MODULE, REPORT_EVENT_MARK, t_us, "hangs: %s",
            sim_hang_name(record->number));
        break;
    default:
        break;
    }
}

/* What an action does, as a scenario says it, and what set it off. */
static void draw_fault(struct drawing *drawing, const struct bench_record *record)
{
    const struct scenario_case *one = drawing->one;
    const struct scenario_event *event =
        one && record->a < one->event_count ? &one->events[record->a] : NULL;
    const struct scenario_action *action =
        event && record->b < event->action_count
            ? &one->actions[(size_t)event->first_action + record->b]
            : NULL;
    char does[TIMELINE_WORDS_MAX / 2], when[TIMELINE_WORDS_MAX / 2] = "";
    if (action)
        scenario_action_write(action, does, sizeof does);
    else
        snprintf(does, sizeof does, "%.*s", record->length < 60 ? record->length : 60,
                 (const char *)record->payload);
    if (event)
        scenario_trigger_write(&event->when, when, sizeof when);
    struct report_event *drawn =
        say(drawing, REPORT_LANE_MODULE, REPORT_EVENT_FAULT, record->time_us, "%s%s%s", does,
            when[0] ? ", when " : "", when);
    if (drawn && action)
        drawn->line = action->place.line ? action->place.line : event->place.line;
}

static void draw_request(struct drawing *drawing, const struct bench_record *record)
{
    static const char *const what[] = {"asks for", "was given", "was refused",
                                       "will be given later"};
    say(drawing, REPORT_LANE_HOST, REPORT_EVENT_MARK, record->time_us, "%s: %s",
        what[record->b < 4 ? record->b : 0], fota_request_name(record->a));
}

static void draw_host(struct drawing *drawing, const struct bench_record *record)
{
    static const char *const what[] = {"the host is down", "the host starts",
                                       "the host starts from its checkpoint",
                                       "the program ended: ", "the program at the end: "};
    if (record->a == 0)
        enter(drawing, REPORT_LANE_HOST, record->time_us, "down");
    say(drawing, REPORT_LANE_HOST, record->a == 0 ? REPORT_EVENT_RESET : REPORT_EVENT_MARK,
        record->time_us, "%s%.*s", what[record->a < 5 ? record->a : 1],
        record->length < 100 ? record->length : 100, (const char *)record->payload);
}

static void draw(struct drawing *drawing, const struct bench_record *record)
{
    drawing->heard = 0;
    bench_tap_record(&drawing->tapping, record, told, drawing);
    switch (record->kind) {
    case BENCH_JOURNAL_TO_MODULE:
        draw_sent(drawing, record);
        break;
    case BENCH_JOURNAL_TO_HOST:
        draw_heard(drawing, record);
        break;
    case BENCH_JOURNAL_CORE:
        draw_core(drawing, record);
        break;
    case BENCH_JOURNAL_MODULE:
        draw_module(drawing, record);
        break;
    case BENCH_JOURNAL_FAULT:
        draw_fault(drawing, record);
        break;
    case BENCH_JOURNAL_REQUEST:
        draw_request(drawing, record);
        break;
    case BENCH_JOURNAL_HOST:
        draw_host(drawing, record);
        break;
    case BENCH_JOURNAL_BENCH:
        say(drawing, REPORT_LANE_HOST, REPORT_EVENT_MARK, record->time_us, "bench: %.*s",
            record->length < 120 ? record->length : 120, (const char *)record->payload);
        break;
    default:
        break;
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool has_module(const struct bench_journal *journal)
{
    struct bench_record record;
    size_t offset = bench_journal_begin(journal);
    while (bench_journal_next(journal, &offset, &record))
        if (record.kind == BENCH_JOURNAL_MODULE)
            return true;
    return false;
}

/* Only now do the words stay where they are. */
static void set_texts(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->count; i++) {
        bool is_state = timeline->events[i].kind == REPORT_EVENT_STATE;
        timeline->events[i].text = timeline->words[i][0] || is_state ? timeline->words[i] : NULL;
    }
}

void timeline_make(struct timeline *timeline, const struct bench_journal *journal,
                   const struct scenario_case *one, const struct bench_deadlines *deadlines)
{
    struct drawing drawing = {.timeline = timeline, .one = one, .deadlines = deadlines};
    struct bench_record record;
    size_t offset = bench_journal_begin(journal);
    timeline->count = 0;
    timeline->left_out = 0;
    timeline->failed = false;
    if (deadlines && deadlines->count > BENCH_DEADLINES)
        drawing.deadline = deadlines->count - BENCH_DEADLINES;
    drawing.module_tells = has_module(journal);
    enter(&drawing, REPORT_LANE_MODULE, 0, "silent");
    while (bench_journal_next(journal, &offset, &record)) {
        drawing.number++;
        draw(&drawing, &record);
    }
    set_texts(timeline);
}

enum { BUDGETS = 4 };

/* Which of the budgets of timeline_cut() an entry takes from. */
static unsigned budget_of(const struct report_event *event)
{
    return timeline_is_wire(event)             ? 0
           : event->kind == REPORT_EVENT_MARK  ? 1
           : event->kind == REPORT_EVENT_STATE ? 2
                                               : 3;
}

/* Moves what cites entry `from` (from 1) to `to`; false when nothing does. */
static bool move_citations(struct report_reason *reasons, size_t count, size_t from, size_t to)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (reasons[i].event != from)
            continue;
        reasons[i].event = (uint32_t)to;
        any = true;
    }
    return any;
}

void timeline_cut(struct timeline *timeline, size_t wire, size_t others,
                  struct report_reason *reasons, size_t reason_count)
{
    const size_t budgets[BUDGETS] = {wire, others, others, others};
    size_t skip[BUDGETS] = {0}, kept = 0;
    for (size_t i = 0; i < timeline->count; i++)
        skip[budget_of(&timeline->events[i])]++;
    for (unsigned i = 0; i < BUDGETS; i++)
        skip[i] = skip[i] > budgets[i] ? skip[i] - budgets[i] : 0;
    for (size_t i = 0; i < timeline->count; i++) {
        unsigned budget = budget_of(&timeline->events[i]);
        bool skipped = skip[budget] > 0;
        skip[budget] -= skipped;
        if (!move_citations(reasons, reason_count, i + 1, kept + 1) && skipped) {
            timeline->left_out++;
            continue;
        }
        timeline->events[kept] = timeline->events[i];
        timeline->records[kept++] = timeline->records[i];
    }
    timeline->count = kept;
}

void timeline_done(struct timeline *timeline)
{
    free(timeline->events);
    free(timeline->records);
    free(timeline->words);
    *timeline = (struct timeline){0};
}
