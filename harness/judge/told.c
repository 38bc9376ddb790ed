/* told.c - holds each event of a client against what the bench saw of it before. */
#include "harness/judge/told.h"

#include <stdlib.h>
#include <string.h>

#include "sim/catalogue.h"

#define FNV_START UINT32_C(0x811c9dc5)

enum { ASKED, DONE, REFUSED, LATER };

/* Only a client that looks for its module tells a command of AT alone. */
enum { LOOK_BYTES = 2 };

static uint32_t add(uint32_t digest, uint8_t byte)
{
    return (digest ^ byte) * UINT32_C(0x01000193);
}

static uint32_t digest_of(const char *text, size_t length)
{
    uint32_t digest = FNV_START;
    for (size_t i = 0; i < length; i++)
        digest = add(digest, (uint8_t)text[i]);
    return digest;
}

/* The first one counts. */
static bool hold(struct scenario_told *told, enum scenario_told_breach breach, bool holds)
{
    if (!holds && !told->broken)
        told->broken = (uint8_t)(1 + breach);
    return holds;
}

const char *scenario_told_breach(const struct scenario_told *told)
{
    static const char *const texts[] = {
#define X(name, text) text,
        SCENARIO_TOLD(X)
#undef X
    };
    return told->broken ? texts[told->broken - 1] : NULL;
}

bool scenario_told_start(struct scenario_told *told, bool resumed, uint64_t now_us)
{
    *told = (struct scenario_told){.entered_at_us = now_us,
                                   .heard = true,
                                   .resumed = resumed,
                                   .call = resumed ? SCENARIO_CALL_RESUME : SCENARIO_CALL_START,
                                   .broken = told->broken};
    return !told->broken;
}

/* ---- what is done with it ------------------------------------------------------------------ */

void scenario_told_call(struct scenario_told *told, enum scenario_told_call call)
{
    told->call = (uint8_t)call;
    told->answered = false;
}

bool scenario_told_return(struct scenario_told *told, bool must)
{
    told->call = SCENARIO_CALL_OTHER;
    return hold(told, SCENARIO_TOLD_UNTOLD_REQUEST, told->answered || !must);
}

bool scenario_told_asks(struct scenario_told *told, unsigned request, uint32_t argument)
{
    bool takes_none =
        request == FOTA_REQUEST_SAVE_CHECKPOINT || request == FOTA_REQUEST_REOPEN_PORT;
    return hold(told, SCENARIO_TOLD_UNTOLD_REQUEST, told->request == request) &&
           hold(told, SCENARIO_TOLD_FORM, !takes_none || argument == 0);
}

static void forget_line(struct scenario_told *told)
{
    told->wanted = told->sent = 0;
    told->sent_length = 0;
}

/* The end of a line that is no package's. */
static bool end_line(struct scenario_told *told)
{
    bool was_told = told->looks || told->wanted;
    bool as_told = told->looks ? told->sent_length == LOOK_BYTES : told->sent == told->wanted;
    uint32_t wanted = told->looks ? told->wanted : 0;
    forget_line(told);
    told->wanted = wanted; /* a look is repeated */
    return hold(told, SCENARIO_TOLD_UNTOLD_COMMAND, was_told) &&
           hold(told, SCENARIO_TOLD_COMMAND, as_told);
}

/*
 * A byte of a look, which begins as it was told; basic commands may follow. One that has no room on
 * the line gives way to the next, which begins as every command.
 */
static bool look(struct scenario_told *told, char byte)
{
    if (byte == 'A')
        told->sent = told->sent_length = 0;
    told->sent = add(told->sent ? told->sent : FNV_START, (uint8_t)byte);
    if (byte == '\r')
        return end_line(told);
    bool begins = told->sent_length < LOOK_BYTES;
    told->sent_length = (uint8_t)(told->sent_length + begins);
    bool as_told = told->sent_length < LOOK_BYTES || !begins || told->sent == told->wanted;
    return hold(told, SCENARIO_TOLD_COMMAND, as_told && byte != '+');
}

/* A line that is no look, up to its end or the end of the bytes. Returns how many. */
static size_t send_plain(struct scenario_told *told, const char *bytes, size_t size, bool *good)
{
    uint32_t digest = told->sent ? told->sent : FNV_START;
    size_t i = 0;
    bool ends = false;
    while (i < size && !ends) {
        ends = bytes[i] == '\r';
        digest = add(digest, (uint8_t)bytes[i++]);
    }
    told->sent = digest;
    *good = (!ends || end_line(told)) && *good;
    return i;
}

bool scenario_told_sends(struct scenario_told *told, const void *bytes, size_t size)
{
    const char *at = bytes;
    size_t line = 0;
    bool good = true;
    told->sent_bytes += (uint32_t)size;
    told->unanswered = told->unanswered || size > 0;
    while (line < size && (told->wanted || !told->given_bytes)) {
        if (told->looks)
            good = look(told, at[line++]) && good;
        else
            line += send_plain(told, at + line, size - line, &good);
    }
    size_t rest = size - line, given = told->given_bytes;
    told->given_bytes = (uint16_t)(given > rest ? given - rest : 0);
    return good;
}

bool scenario_told_given(struct scenario_told *told, uint32_t size)
{
    told->given_bytes = (uint16_t)(told->given_bytes + size);
    told->package_bytes += size;
    return hold(told, SCENARIO_TOLD_FORM, size > 0);
}

/* ---- what it tells ------------------------------------------------------------------------- */

/* Bit n: cause n may stand behind what is told in a call. */
#define CAUSE(name) (UINT32_C(1) << FOTA_CAUSE_##name)
static const uint32_t causes[] = {
    [SCENARIO_CALL_OTHER] =
        CAUSE(LINE) | CAUSE(ECHO) | CAUSE(TIMEOUT) | CAUSE(DEADLINE) | CAUSE(PAUSE_OVER),
    [SCENARIO_CALL_START] = CAUSE(START),
    [SCENARIO_CALL_RESUME] = CAUSE(START) | CAUSE(CHECKPOINT),
    [SCENARIO_CALL_DONE] = CAUSE(ANSWER),
    [SCENARIO_CALL_REFUSED] = CAUSE(ANSWER),
    [SCENARIO_CALL_LATER] = CAUSE(ANSWER),
    [SCENARIO_CALL_NO_BYTES] = CAUSE(ANSWER),
    [SCENARIO_CALL_CANCEL] = CAUSE(CANCEL),
};

/* What the event may say besides its text: a below this, b or nothing. */
static const struct {
    uint16_t a_end;
    uint8_t b_end;
} forms[FOTA_EVENT_COUNT] = {
    [FOTA_EVENT_STATE] = {FOTA_STATE_COUNT, FOTA_STATE_COUNT},
    [FOTA_EVENT_COMMAND] = {256, 1},
    [FOTA_EVENT_RESULT] = {1, 1},
    [FOTA_EVENT_URC] = {1, 1},
    [FOTA_EVENT_REQUEST] = {FOTA_REQUEST_COUNT, LATER + 1},
    [FOTA_EVENT_STATUS] = {256, 1},
    [FOTA_EVENT_ATTEMPT] = {256, 1},
    [FOTA_EVENT_OUTCOME] = {FOTA_OUTCOME_COUNT, FOTA_REASON_COUNT},
    [FOTA_EVENT_REMARK] = {FOTA_REMARK_COUNT, 1},
    [FOTA_EVENT_HEALTH] = {FOTA_REASON_COUNT, 1},
};

static bool has_form(const struct fota_event *event)
{
    return event->kind < FOTA_EVENT_COUNT && event->a < forms[event->kind].a_end &&
           event->b < forms[event->kind].b_end && event->cause < FOTA_CAUSE_COUNT;
}

/* What it asked and has not told an answer to has been dropped. */
static bool tells_state(struct scenario_told *told, const struct fota_event *event, uint64_t now_us)
{
    bool leaves = event->a == told->state && event->a != event->b;
    told->state_times += (event->a + UINT64_C(1)) * (now_us - told->entered_at_us);
    told->entered_at_us = now_us;
    told->state = event->b;
    told->request = FOTA_REQUEST_NONE;
    return hold(told, SCENARIO_TOLD_STATE, leaves);
}

static bool tells_command(struct scenario_told *told, const struct fota_event *event)
{
    bool follows = event->a == (uint8_t)(told->command + 1);
    bool in_turn = event->length == LOOK_BYTES || !told->unanswered;
    forget_line(told);
    told->given_bytes = 0;
    told->command = event->a;
    told->request = FOTA_REQUEST_NONE;
    told->waits = true;
    told->looks = event->length == LOOK_BYTES;
    told->wanted = digest_of(event->text, event->length);
    if (!told->looks) {
        told->wanted = add(told->wanted, '\r');
        told->commands++;
        if (event->length > told->command_bytes_max)
            told->command_bytes_max = event->length;
    }
    return hold(told, SCENARIO_TOLD_NUMBER, follows) &&
           hold(told, SCENARIO_TOLD_UNANSWERED, in_turn);
}

static bool tells_result(struct scenario_told *told, const struct fota_event *event)
{
    bool came = event->cause == FOTA_CAUSE_LINE && event->length > 0;
    bool none = event->cause == FOTA_CAUSE_TIMEOUT && event->length == 0;
    told->looks = told->unanswered = told->waits = false;
    told->given_bytes = 0;
    told->timeouts += none;
    forget_line(told);
    return hold(told, SCENARIO_TOLD_RESULT, came || none);
}

/* Its engine has counted each line that it tells, as what it is. A command that was given up is
 * told by nothing, so that only without one a result must be a stray. */
static bool counts_line(struct scenario_told *told, const struct fota_event *event,
                        const struct at_engine *engine)
{
    uint32_t strays = engine->stat_stray_results - told->strays;
    bool is_line = event->cause == FOTA_CAUSE_LINE, is_result = event->kind == FOTA_EVENT_RESULT;
    bool awaited = is_result && told->looks; /* silence behind it, where other lines may stand */
    bool counted = !is_line || awaited || engine->stat_lines != told->lines;
    bool strayed = strays == 0 || (is_result && strays == 1);
    told->strays = engine->stat_stray_results;
    told->lines = engine->stat_lines;
    return hold(told, SCENARIO_TOLD_LINE, counted) &&
           hold(told, SCENARIO_TOLD_STRAY,
                strayed && (!is_result || !is_line || told->waits || strays == 1));
}

/* Whether it has just that answer; bytes are never promised, and asked for without a word. */
static bool is_answer(const struct scenario_told *told, const struct fota_event *event)
{
    if (event->a == FOTA_REQUEST_GIVE_BYTES)
        return event->b == REFUSED;
    if (event->a != told->request || event->a == FOTA_REQUEST_NONE)
        return false;
    switch (told->call) {
    case SCENARIO_CALL_DONE:
        return event->b == DONE;
    case SCENARIO_CALL_LATER:
        return event->b == LATER;
    default: /* refused, or waited for too long */
        return event->b == REFUSED;
    }
}

static bool tells_request(struct scenario_told *told, const struct fota_event *event)
{
    if (event->b == ASKED) {
        told->request = event->a;
        return hold(told, SCENARIO_TOLD_REQUEST,
                    event->a != FOTA_REQUEST_NONE && event->a != FOTA_REQUEST_GIVE_BYTES);
    }
    bool good = is_answer(told, event);
    told->answered = true;
    if (event->b != LATER)
        told->request = FOTA_REQUEST_NONE;
    return hold(told, SCENARIO_TOLD_REQUEST, good);
}

static bool tells_status(struct scenario_told *told, const struct fota_event *event)
{
    char value[8];
    unsigned long number = event->a;
    if (sim_question_answer(SIM_QUESTION_STATUS, NULL, event->text, event->length, value,
                            sizeof value))
        number = strtoul(value, NULL, 10);
    told->status = event->a;
    return hold(told, SCENARIO_TOLD_STATUS, event->a == (number < 255 ? number : 255));
}

static bool tells_attempt(struct scenario_told *told, const struct fota_event *event)
{
    bool first = told->attempts == 0 && (event->a == 1 || told->resumed);
    bool follows = first || event->a == told->attempts + 1;
    told->attempts = event->a;
    return hold(told, SCENARIO_TOLD_ATTEMPT, follows && event->a > 0);
}

static bool tells_remark(struct scenario_told *told, const struct fota_event *event,
                         const struct scenario_told_view *view)
{
    bool again = told->remarks >> event->a & 1;
    bool is_own = view->job_bps != 0 && view->job_bps == view->port_bps;
    told->remarks = (uint8_t)(told->remarks | 1u << event->a);
    return hold(told, SCENARIO_TOLD_REMARK,
                !again && !(event->a == FOTA_REMARK_RATE_FOUND && is_own));
}

static bool tells_outcome(struct scenario_told *told, const struct fota_event *event)
{
    told->is_over = 1;
    told->outcome = event->a;
    told->reason = event->b;
    told->evidence = digest_of(event->text, event->length);
    return hold(told, SCENARIO_TOLD_OUTCOME, told->state == FOTA_STATE_DONE);
}

/* One that begins with + may be an answer that comes late. */
static uint8_t boot_of(const struct fota_event *event)
{
    if (event->length == 0 || !sim_is_boot_line(event->text, event->length))
        return SCENARIO_TOLD_NO_BOOT;
    return event->text[0] == '+' ? SCENARIO_TOLD_MAY_BOOT : SCENARIO_TOLD_BOOT;
}

static bool tells_line(struct scenario_told *told, const struct fota_event *event)
{
    told->boots |= boot_of(event);
    return hold(told, SCENARIO_TOLD_LINE, event->length > 0);
}

/* Of an update most are lines: what the others need lies out of their way. */
__attribute__((noinline)) static bool take(struct scenario_told *told,
                                           const struct fota_event *event,
                                           const struct scenario_told_view *view, uint64_t now_us)
{
    switch (event->kind) {
    case FOTA_EVENT_STATE:
        return tells_state(told, event, now_us);
    case FOTA_EVENT_COMMAND:
        return tells_command(told, event);
    case FOTA_EVENT_RESULT:
        return tells_result(told, event);
    case FOTA_EVENT_REQUEST:
        return tells_request(told, event);
    case FOTA_EVENT_STATUS:
        return tells_status(told, event);
    case FOTA_EVENT_ATTEMPT:
        return tells_attempt(told, event);
    case FOTA_EVENT_OUTCOME:
        return tells_outcome(told, event);
    case FOTA_EVENT_REMARK:
        return tells_remark(told, event, view);
    default:
        told->health = event->a;
        return true;
    }
}

bool scenario_told_event(struct scenario_told *told, const struct fota_event *event,
                         const struct scenario_told_view *view, uint64_t now_us)
{
    if (!hold(told, SCENARIO_TOLD_FORM, has_form(event)))
        return false;
    bool good = hold(told, SCENARIO_TOLD_CAUSE, causes[told->call] >> event->cause & 1);
    good = hold(told, SCENARIO_TOLD_OUTCOME, !told->is_over) && good;
    if (view->engine && (event->kind == FOTA_EVENT_RESULT || event->kind == FOTA_EVENT_URC))
        good = counts_line(told, event, view->engine) && good;
    return (event->kind == FOTA_EVENT_URC ? tells_line(told, event)
                                          : take(told, event, view, now_us)) &&
           good;
}

/* ---- what it leaves ------------------------------------------------------------------------ */

static uint64_t times_of(const struct fota_statistics *counts)
{
    uint64_t sum = 0;
    for (unsigned state = 0; state < FOTA_STATE_COUNT; state++)
        sum += (state + UINT64_C(1)) * counts->state_us[state];
    return sum;
}

static bool has_counted_boots(uint8_t told, uint32_t boot_lines)
{
    return boot_lines > 0 ? told != SCENARIO_TOLD_NO_BOOT : !(told & SCENARIO_TOLD_BOOT);
}

bool scenario_told_counts(struct scenario_told *told, const struct fota_statistics *counts,
                          const struct at_engine *engine)
{
    bool good =
        told->sent_bytes == counts->sent_bytes && told->received_bytes == counts->received_bytes &&
        told->package_bytes == counts->package_bytes && told->commands == counts->exchanges &&
        told->command_bytes_max == counts->command_bytes_max &&
        counts->retries <= counts->exchanges &&
        has_counted_boots(told->boots, counts->boot_lines) &&
        told->timeouts == engine->stat_timeouts;
    return hold(told, SCENARIO_TOLD_COUNTS, good) &&
           hold(told, SCENARIO_TOLD_TIMES, told->state_times == times_of(counts));
}

bool scenario_told_end(struct scenario_told *told, unsigned outcome, unsigned reason)
{
    return hold(told, SCENARIO_TOLD_UNTOLD_RESULT,
                told->is_over && told->outcome == outcome && told->reason == reason);
}

bool scenario_told_result(struct scenario_told *told, const struct fota_result *result)
{
    bool attempts = result->attempts == told->attempts || (!told->attempts && told->resumed);
    bool health = result->health == FOTA_REASON_NONE || result->health == told->health;
    bool good = result->status == told->status && result->remarks == told->remarks && attempts &&
                health && told->evidence == digest_of(result->evidence, strlen(result->evidence));
    return scenario_told_end(told, result->outcome, result->reason) &&
           hold(told, SCENARIO_TOLD_UNTOLD_RESULT, good);
}

void scenario_told_make_comparable(struct scenario_told *told, const struct fota *client)
{
    const struct fota_statistics *counts = &client->stat_counts;
    told->entered_at_us -= client->state_since_at_us;
    told->state_times -= times_of(counts);
    told->sent_bytes -= counts->sent_bytes;
    told->received_bytes -= counts->received_bytes;
    told->package_bytes -= counts->package_bytes;
    told->commands -= counts->exchanges;
    told->timeouts -= client->at.stat_timeouts;
    told->strays -= client->at.stat_stray_results;
    told->lines = told->lines != client->at.stat_lines; /* one has come that is not told */
    told->command_bytes_max = (uint16_t)(told->command_bytes_max - counts->command_bytes_max);
    told->command = (uint8_t)(told->command - client->command_number);
}
