/* support_watch.c - what must hold whatever a module says. */
#include <string.h>

#include "core/fota_command.h"
#include "core/test/support_watch.h"

void watch_begin(struct watch *watch, unsigned attempts)
{
    *watch = (struct watch){.attempts = attempts, .status = UINT8_MAX};
}

static void check(struct watch *watch, bool holds, const char *rule)
{
    if (!holds && watch->broken == NULL)
        watch->broken = rule;
}

static bool is(const struct fota_event *event, const char *text)
{
    return event->length == strlen(text) && memcmp(event->text, text, event->length) == 0;
}

static void watch_command(struct watch *watch, const struct fota_event *event)
{
    text_copy(watch->command, sizeof watch->command, event->text, event->length);
    watch->commands++;
    if (is(event, "AT+CFOTA=1"))
        check(watch, ++watch->starts <= watch->attempts, "AT+CFOTA=1 is sent once in an attempt");
    if (is(event, "AT+CFOTA=0"))
        check(watch, watch->status >= 6 && watch->status <= 8,
              "AT+CFOTA=0 is sent on status 6, 7 or 8 only");
    check(watch,
          event->length >= 2 && event->length <= AT_COMMAND_BYTES &&
              memcmp(event->text, "AT", 2) == 0,
          "a command begins with AT and fits");
}

void watch_event(struct watch *watch, const struct fota_event *event)
{
    check(watch, watch->outcomes == 0, "nothing follows the outcome");
    switch (event->kind) {
    case FOTA_EVENT_STATE:
        check(watch, event->a != event->b && event->b < FOTA_STATE_COUNT, "a state is another one");
        break;
    case FOTA_EVENT_COMMAND:
        watch_command(watch, event);
        break;
    case FOTA_EVENT_STATUS:
        watch->status = event->a;
        break;
    case FOTA_EVENT_ATTEMPT:
        watch->attempts++;
        break;
    case FOTA_EVENT_OUTCOME:
        watch->outcomes++;
        check(watch, event->a > FOTA_OUTCOME_NONE && event->a < FOTA_OUTCOME_COUNT,
              "an outcome is one of the table");
        check(watch, event->b < FOTA_REASON_COUNT, "a reason is one of the table");
        break;
    default:
        break;
    }
}

uint64_t watch_advance(struct watch *watch, struct fota *fota, const struct fota_host *host,
                       uint64_t now_us)
{
    uint64_t next = fota_advance(fota, host, now_us);
    bool over = fota_result(fota) != NULL;
    check(watch, over == (next == FOTA_NEVER), "a state that is not the last has a deadline");
    check(watch, over || next > now_us, "time goes on");
    bool put_off = fota->request != FOTA_REQUEST_NONE; /* fota_later() */
    check(watch, over || put_off || fota->timers_at_us[FOTA_TIMER_STATE] != FOTA_NEVER,
          "the state's own deadline is set");
    check(watch, fota->step < STEP_COUNT && fota_steps[fota->step].state == fota->state,
          "the step is one of the state");
    check(watch, !over || watch->outcomes == 1, "there is one outcome");
    return next;
}

const char *watch_expected_information(const struct watch *watch)
{
    static const struct {
        const char *command, *line;
    } rows[] = {
        {"AT+CGMM", "SIMCOM_SIM7000C"},
        {"AT+GMR", "Revision:1351B03SIM7000C"},
        {"AT+CFOTA?", "+CFOTA: 8"},
        {"AT+CBC", "+CBC: 0,67,3875"},
        {"AT+CFUN?", "+CFUN: 1"},
        {"AT+CPIN?", "+CPIN: READY"},
        {"AT+CEREG?", "+CEREG: 0,1"},
        {"AT+CREG?", "+CREG: 0,1"},
        {"AT+CNACT?", "+CNACT: 1,\"10.94.36.44\""},
        {"AT+CFSGFIS", "+CFSGFIS: 109285"},
        {"AT+CFSGFRS?", "+CFSGFRS: 22151168"},
        {"AT+HTTPTOFSRL?", "+HTTPTOFSRL: 1,50000,109285"},
        {"AT+GSN", "861234567890123"},
        {"AT+CFSWFILE", "DOWNLOAD"},
        {"AT+FTPEXTGET=2", "+FTPEXTGETFILE: 1,0"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strncmp(watch->command, rows[i].command, strlen(rows[i].command)) == 0)
            return rows[i].line;
    return "";
}

unsigned watch_serve(struct fota *fota, const struct fota_host *host, bool done, uint64_t now_us,
                     uint8_t *checkpoint)
{
    uint8_t bytes[FOTA_PIECE_BYTES];
    struct fota_request request;
    if (!fota_request(fota, &request))
        return FOTA_REQUEST_NONE;
    if (request.kind == FOTA_REQUEST_GIVE_BYTES) {
        memset(bytes, 'P', sizeof bytes);
        fota_give(fota, host, bytes, done ? sizeof bytes : 0, now_us); /* too many are left */
        return request.kind;
    }
    if (done && request.kind == FOTA_REQUEST_SAVE_CHECKPOINT && checkpoint != NULL)
        memcpy(checkpoint, request.checkpoint, sizeof request.checkpoint);
    fota_answer(fota, host, done, now_us);
    return request.kind;
}
