/* A client that tells what it did is believed; each way of telling otherwise is a breach of its
 * own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/judge/told.h"

enum { NO_BREACH = SCENARIO_TOLD_COUNT, STEPS = 8 };

enum what {
    NOTHING,
    STARTS,
    RESUMES,
    TELLS,
    SENDS,
    GIVEN,
    ASKS,
    CALLED,
    RETURNS,
    MAY,
    COUNTS,
    ENDS
};

/* One thing that happens: what it tells, or `number` and `text` of what is done. */
struct step {
    enum what what;
    struct fota_event event;
    unsigned number;
    const char *text;
};

#define TOLD(which, first, second, by, line)                                                       \
    {                                                                                              \
        TELLS, {FOTA_EVENT_##which, first, second, FOTA_CAUSE_##by, sizeof line - 1, line}, 0,     \
            NULL                                                                                   \
    }
#define SENT(line)                                                                                 \
    {                                                                                              \
        .what = SENDS, .text = line                                                                \
    }
#define DONE_TO(n)                                                                                 \
    {                                                                                              \
        .what = CALLED, .number = SCENARIO_CALL_##n                                                \
    }
#define COMMAND(n, line) TOLD(COMMAND, n, 0, LINE, line)
#define RESULT           TOLD(RESULT, 0, 0, LINE, "OK")
#define SAVE             FOTA_REQUEST_SAVE_CHECKPOINT
#define OVER                                                                                       \
    TOLD(STATE, FOTA_STATE_IDLE, FOTA_STATE_DONE, LINE, ""),                                       \
        TOLD(OUTCOME, FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE, LINE, "+CFOTA: 6")

struct row {
    const char *name;
    struct step steps[STEPS];
    unsigned breach;
    struct fota_result result;
    struct fota_statistics counts;
    bool is_seen; /* its engine, with these counts, which stay as they are */
    uint32_t lines, strays, timeouts;
};

#define UPDATED .outcome = FOTA_OUTCOME_UPDATED, .evidence = "+CFOTA: 6"

static const struct row rows[] = {
    {"a command that is sent as it was told is fine",
     {COMMAND(1, "AT+GMR"), SENT("AT+G"), SENT("MR\r"), RESULT},
     .breach = NO_BREACH},
    {"another command than was told is a breach",
     {COMMAND(1, "AT+GMR"), SENT("AT+GMS\r")},
     .breach = SCENARIO_TOLD_COMMAND},
    {"a command that was not told is a breach",
     {SENT("AT\r")},
     .breach = SCENARIO_TOLD_UNTOLD_COMMAND},
    {"a command that is sent twice was told once",
     {COMMAND(1, "AT+GMR"), SENT("AT+GMR\rAT+GMR\r")},
     .breach = SCENARIO_TOLD_UNTOLD_COMMAND},
    {"a look for the module is told once and sent in two forms",
     {COMMAND(1, "AT"), SENT("AT\r"), SENT("ATE0\r"), SENT("AT\r"), RESULT},
     .breach = NO_BREACH},
    {"a look that is cut short gives way to the next",
     {COMMAND(1, "AT"), SENT("AT"), SENT("AT\r"), RESULT},
     .breach = NO_BREACH},
    {"a look asks for nothing",
     {COMMAND(1, "AT"), SENT("AT+GMR\r")},
     .breach = SCENARIO_TOLD_COMMAND},
    {"a look begins as every command",
     {COMMAND(1, "AT"), SENT("A\r")},
     .breach = SCENARIO_TOLD_COMMAND},
    {"a look is over with its result",
     {COMMAND(1, "AT"), SENT("AT\r"), RESULT, SENT("AT\r")},
     .breach = SCENARIO_TOLD_UNTOLD_COMMAND},
    {"bytes of the package need no word",
     {COMMAND(1, "AT+W"),
      SENT("AT+W\r"),
      {.what = GIVEN, .number = 4},
      SENT("\r\rPK"),
      {.what = COUNTS}},
     .breach = NO_BREACH,
     .counts = {.package_bytes = 4, .sent_bytes = 9, .exchanges = 1, .command_bytes_max = 4}},
    {"more bytes than were given are a breach",
     {{.what = GIVEN, .number = 2}, SENT("PK"), SENT("\r")},
     .breach = SCENARIO_TOLD_UNTOLD_COMMAND},
    {"no bytes that are asked for are a breach",
     {{.what = GIVEN, .number = 0}},
     .breach = SCENARIO_TOLD_FORM},
    {"a number that is left out is a breach",
     {COMMAND(2, "AT+GMR")},
     .breach = SCENARIO_TOLD_NUMBER},
    {"a command behind one without a result is a breach",
     {COMMAND(1, "AT+GMR"), SENT("AT+GMR\r"), COMMAND(2, "AT+CSQ")},
     .breach = SCENARIO_TOLD_UNANSWERED},
    {"a look behind one without a result is fine",
     {COMMAND(1, "AT+GMR"), SENT("AT+GMR\r"), COMMAND(2, "AT")},
     .breach = NO_BREACH},
    {"a command behind one of which nothing was sent is fine",
     {COMMAND(1, "AT+GMR"), COMMAND(2, "AT+CSQ")},
     .breach = NO_BREACH},
    {"a result without a line is a breach",
     {TOLD(RESULT, 0, 0, LINE, "")},
     .breach = SCENARIO_TOLD_RESULT},
    {"a line where time was over is a breach",
     {TOLD(RESULT, 0, 0, TIMEOUT, "OK")},
     .breach = SCENARIO_TOLD_RESULT},
    {"a time that was over is fine", {TOLD(RESULT, 0, 0, TIMEOUT, "")}, .breach = NO_BREACH},
    {"a line that is counted is fine",
     {COMMAND(1, "AT+GMR"), RESULT},
     .breach = NO_BREACH,
     .is_seen = true,
     .lines = 1},
    {"a line that is not counted is a breach",
     {COMMAND(1, "AT+GMR"), RESULT},
     .breach = SCENARIO_TOLD_LINE,
     .is_seen = true},
    {"a second line with the count of the first is a breach",
     {TOLD(URC, 0, 0, LINE, "RDY"), TOLD(URC, 0, 0, LINE, "RDY")},
     .breach = SCENARIO_TOLD_LINE,
     .is_seen = true,
     .lines = 1},
    {"a line without a sign is a breach",
     {TOLD(URC, 0, 0, LINE, "")},
     .breach = SCENARIO_TOLD_LINE},
    {"a result that nobody waits for is counted so",
     {RESULT},
     .breach = NO_BREACH,
     .is_seen = true,
     .lines = 1,
     .strays = 1},
    {"a result that nobody waits for and is not counted so is a breach",
     {RESULT},
     .breach = SCENARIO_TOLD_STRAY,
     .is_seen = true,
     .lines = 1},
    {"a result of a command that was given up may be counted so",
     {COMMAND(1, "AT+GMR"), RESULT},
     .breach = NO_BREACH,
     .is_seen = true,
     .lines = 1,
     .strays = 1},
    {"a line that is counted as a result is a breach",
     {TOLD(URC, 0, 0, LINE, "RDY")},
     .breach = SCENARIO_TOLD_STRAY,
     .is_seen = true,
     .lines = 1,
     .strays = 1},
    {"a time that was over and is not counted is a breach",
     {TOLD(RESULT, 0, 0, TIMEOUT, ""), {.what = COUNTS}},
     .breach = SCENARIO_TOLD_COUNTS},
    {"a time that was over and is counted is fine",
     {TOLD(RESULT, 0, 0, TIMEOUT, ""), {.what = COUNTS}},
     .breach = NO_BREACH,
     .timeouts = 1},
    {"a result with a number is a breach",
     {TOLD(RESULT, 1, 0, LINE, "OK")},
     .breach = SCENARIO_TOLD_FORM},
    {"a line with a number is a breach",
     {TOLD(URC, 0, 1, LINE, "RDY")},
     .breach = SCENARIO_TOLD_FORM},
    {"a kind that there is not is a breach",
     {{.what = TELLS, .event = {.kind = FOTA_EVENT_COUNT}}},
     .breach = SCENARIO_TOLD_FORM},
    {"a state that follows another is fine",
     {TOLD(STATE, 0, 3, LINE, ""), TOLD(STATE, 3, 2, ECHO, "")},
     .breach = NO_BREACH},
    {"a state that was not entered is a breach",
     {TOLD(STATE, 0, 3, LINE, ""), TOLD(STATE, 2, 4, LINE, "")},
     .breach = SCENARIO_TOLD_STATE},
    {"a state that is not left is a breach",
     {TOLD(STATE, 0, 0, LINE, "")},
     .breach = SCENARIO_TOLD_STATE},
    {"a start that calls itself a line is a breach",
     {{.what = STARTS}, TOLD(STATE, 0, 1, LINE, "")},
     .breach = SCENARIO_TOLD_CAUSE},
    {"a checkpoint that was not given is a breach",
     {{.what = STARTS}, TOLD(STATE, 0, 1, CHECKPOINT, "")},
     .breach = SCENARIO_TOLD_CAUSE},
    {"a checkpoint that was given is fine",
     {{.what = RESUMES}, TOLD(STATE, 0, 1, CHECKPOINT, "")},
     .breach = NO_BREACH},
    {"an answer that nobody gave is a breach",
     {TOLD(STATE, 0, 1, ANSWER, "")},
     .breach = SCENARIO_TOLD_CAUSE},
    {"a job that is called off is no line",
     {DONE_TO(CANCEL), TOLD(STATE, 0, 1, LINE, "")},
     .breach = SCENARIO_TOLD_CAUSE},
    {"a request that is told and done is fine",
     {TOLD(REQUEST, SAVE, 0, LINE, ""),
      {.what = ASKS, .number = SAVE},
      DONE_TO(DONE),
      TOLD(REQUEST, SAVE, 1, ANSWER, ""),
      {.what = RETURNS}},
     .breach = NO_BREACH},
    {"a request that was not told is a breach",
     {{.what = ASKS, .number = SAVE}},
     .breach = SCENARIO_TOLD_UNTOLD_REQUEST},
    {"a number that a request does not take is a breach",
     {TOLD(REQUEST, SAVE, 0, LINE, ""), {.what = ASKS, .event = {.a = 1}, .number = SAVE}},
     .breach = SCENARIO_TOLD_FORM},
    {"a request for nothing is a breach",
     {TOLD(REQUEST, 0, 0, LINE, "")},
     .breach = SCENARIO_TOLD_REQUEST},
    {"a refusal that is told as done is a breach",
     {TOLD(REQUEST, SAVE, 0, LINE, ""), DONE_TO(REFUSED), TOLD(REQUEST, SAVE, 1, ANSWER, "")},
     .breach = SCENARIO_TOLD_REQUEST},
    {"what is done and told as refused is a breach",
     {TOLD(REQUEST, SAVE, 0, LINE, ""), DONE_TO(DONE), TOLD(REQUEST, SAVE, 2, ANSWER, "")},
     .breach = SCENARIO_TOLD_REQUEST},
    {"an answer to another request is a breach",
     {TOLD(REQUEST, SAVE, 0, LINE, ""), DONE_TO(DONE),
      TOLD(REQUEST, FOTA_REQUEST_SET_BAUD, 1, ANSWER, "")},
     .breach = SCENARIO_TOLD_REQUEST},
    {"an answer that is not told is a breach",
     {TOLD(REQUEST, SAVE, 0, LINE, ""), DONE_TO(DONE), {.what = RETURNS}},
     .breach = SCENARIO_TOLD_UNTOLD_REQUEST},
    {"an answer to what was dropped need not be told",
     {TOLD(REQUEST, SAVE, 0, LINE, ""), DONE_TO(DONE), {.what = MAY}},
     .breach = NO_BREACH},
    {"an answer to what was dropped must not be told",
     {TOLD(REQUEST, SAVE, 0, LINE, ""), TOLD(STATE, 0, 1, LINE, ""), DONE_TO(DONE),
      TOLD(REQUEST, SAVE, 1, ANSWER, "")},
     .breach = SCENARIO_TOLD_REQUEST},
    {"a request that takes its time is told so and answered",
     {TOLD(REQUEST, SAVE, 0, LINE, ""),
      DONE_TO(LATER),
      TOLD(REQUEST, SAVE, 3, ANSWER, ""),
      {.what = RETURNS},
      DONE_TO(DONE),
      TOLD(REQUEST, SAVE, 1, ANSWER, "")},
     .breach = NO_BREACH},
    {"a request that takes its time is not refused",
     {TOLD(REQUEST, SAVE, 0, LINE, ""), DONE_TO(LATER), TOLD(REQUEST, SAVE, 2, ANSWER, "")},
     .breach = SCENARIO_TOLD_REQUEST},
    {"a request that took too long is refused",
     {TOLD(REQUEST, SAVE, 0, LINE, ""), TOLD(REQUEST, SAVE, 2, TIMEOUT, "")},
     .breach = NO_BREACH},
    {"bytes that there are not are told as refused",
     {DONE_TO(NO_BYTES), TOLD(REQUEST, FOTA_REQUEST_GIVE_BYTES, 2, ANSWER, ""), {.what = RETURNS}},
     .breach = NO_BREACH},
    {"bytes that there are not are never done",
     {DONE_TO(NO_BYTES), TOLD(REQUEST, FOTA_REQUEST_GIVE_BYTES, 1, ANSWER, "")},
     .breach = SCENARIO_TOLD_REQUEST},
    {"a status as the line has it is fine",
     {TOLD(STATUS, 6, 0, LINE, "+CFOTA: 6")},
     .breach = NO_BREACH},
    {"a status beyond a byte is told as its end",
     {TOLD(STATUS, 255, 0, LINE, "+CFOTA: 300")},
     .breach = NO_BREACH},
    {"another status than the line has is a breach",
     {TOLD(STATUS, 7, 0, LINE, "+CFOTA: 6")},
     .breach = SCENARIO_TOLD_STATUS},
    {"attempts that follow one another are fine",
     {TOLD(ATTEMPT, 1, 0, LINE, ""), TOLD(ATTEMPT, 2, 0, LINE, "")},
     .breach = NO_BREACH},
    {"a first attempt that is the second is a breach",
     {TOLD(ATTEMPT, 2, 0, LINE, "")},
     .breach = SCENARIO_TOLD_ATTEMPT},
    {"a first attempt behind a checkpoint may be the second",
     {{.what = RESUMES}, TOLD(ATTEMPT, 2, 0, CHECKPOINT, "")},
     .breach = NO_BREACH},
    {"an attempt that is left out is a breach",
     {TOLD(ATTEMPT, 1, 0, LINE, ""), TOLD(ATTEMPT, 3, 0, LINE, "")},
     .breach = SCENARIO_TOLD_ATTEMPT},
    {"a remark that is told twice is a breach",
     {TOLD(REMARK, 1, 0, LINE, ""), TOLD(REMARK, 1, 0, LINE, "")},
     .breach = SCENARIO_TOLD_REMARK},
    {"another rate that is none is a breach",
     {TOLD(REMARK, FOTA_REMARK_RATE_FOUND, 0, LINE, "")},
     .breach = SCENARIO_TOLD_REMARK},
    {"an end as it was told is fine",
     {OVER, {.what = ENDS}},
     .breach = NO_BREACH,
     .result = {UPDATED}},
    {"an outcome ahead of the end is a breach",
     {TOLD(OUTCOME, FOTA_OUTCOME_UPDATED, 0, LINE, "")},
     .breach = SCENARIO_TOLD_OUTCOME},
    {"an outcome that is told twice is a breach",
     {OVER, TOLD(OUTCOME, FOTA_OUTCOME_UPDATED, 0, LINE, "")},
     .breach = SCENARIO_TOLD_OUTCOME},
    {"a word behind the end is a breach",
     {OVER, COMMAND(1, "AT")},
     .breach = SCENARIO_TOLD_OUTCOME},
    {"an end that was not told is a breach",
     {{.what = ENDS}},
     .breach = SCENARIO_TOLD_UNTOLD_RESULT,
     .result = {UPDATED}},
    {"another outcome than was told is a breach",
     {OVER, {.what = ENDS}},
     .breach = SCENARIO_TOLD_UNTOLD_RESULT,
     .result = {.outcome = FOTA_OUTCOME_DEGRADED, .evidence = "+CFOTA: 6"}},
    {"another reason than was told is a breach",
     {OVER, {.what = ENDS}},
     .breach = SCENARIO_TOLD_UNTOLD_RESULT,
     .result = {UPDATED, .reason = FOTA_REASON_STUCK}},
    {"other evidence than was told is a breach",
     {OVER, {.what = ENDS}},
     .breach = SCENARIO_TOLD_UNTOLD_RESULT,
     .result = {.outcome = FOTA_OUTCOME_UPDATED, .evidence = "+CFOTA: 7"}},
    {"a status that was not told is a breach",
     {OVER, {.what = ENDS}},
     .breach = SCENARIO_TOLD_UNTOLD_RESULT,
     .result = {UPDATED, .status = 6}},
    {"an attempt that was not told is a breach",
     {OVER, {.what = ENDS}},
     .breach = SCENARIO_TOLD_UNTOLD_RESULT,
     .result = {UPDATED, .attempts = 1}},
    {"a remark that was not told is a breach",
     {OVER, {.what = ENDS}},
     .breach = SCENARIO_TOLD_UNTOLD_RESULT,
     .result = {UPDATED, .remarks = 1}},
    {"a failed check that was not told is a breach",
     {OVER, {.what = ENDS}},
     .breach = SCENARIO_TOLD_UNTOLD_RESULT,
     .result = {UPDATED, .health = FOTA_REASON_SIM_UNHEALTHY}},
    {"a failed check that was told is fine",
     {TOLD(HEALTH, FOTA_REASON_SIM_UNHEALTHY, 0, LINE, ""), OVER, {.what = ENDS}},
     .breach = NO_BREACH,
     .result = {UPDATED, .health = FOTA_REASON_SIM_UNHEALTHY}},
    {"counts as they were are fine",
     {COMMAND(1, "AT+GMR"), SENT("AT+GMR\r"), {.what = COUNTS}},
     .breach = NO_BREACH,
     .counts = {.sent_bytes = 7, .exchanges = 1, .command_bytes_max = 6}},
    {"bytes that were not sent are a breach",
     {{.what = COUNTS}},
     .breach = SCENARIO_TOLD_COUNTS,
     .counts = {.sent_bytes = 1}},
    {"bytes that did not come are a breach",
     {{.what = COUNTS}},
     .breach = SCENARIO_TOLD_COUNTS,
     .counts = {.received_bytes = 1}},
    {"bytes that were not given are a breach",
     {{.what = COUNTS}},
     .breach = SCENARIO_TOLD_COUNTS,
     .counts = {.package_bytes = 1}},
    {"commands that were not told are a breach",
     {{.what = COUNTS}},
     .breach = SCENARIO_TOLD_COUNTS,
     .counts = {.exchanges = 1}},
    {"a longer command than was told is a breach",
     {{.what = COUNTS}},
     .breach = SCENARIO_TOLD_COUNTS,
     .counts = {.command_bytes_max = 1}},
    {"more repetitions than commands are a breach",
     {{.what = COUNTS}},
     .breach = SCENARIO_TOLD_COUNTS,
     .counts = {.retries = 1}},
    {"a boot that is not counted is a breach",
     {TOLD(URC, 0, 0, LINE, "RDY"), {.what = COUNTS}},
     .breach = SCENARIO_TOLD_COUNTS},
    {"a boot that is counted is fine",
     {TOLD(URC, 0, 0, LINE, "RDY"), {.what = COUNTS}},
     .breach = NO_BREACH,
     .counts = {.boot_lines = 1}},
    {"a boot that was counted and not told is a breach",
     {TOLD(URC, 0, 0, LINE, "SMS Ready?"), {.what = COUNTS}},
     .breach = SCENARIO_TOLD_COUNTS,
     .counts = {.boot_lines = 1}},
    {"an answer that reads like a boot may be counted",
     {TOLD(URC, 0, 0, LINE, "+CFUN: 1"), {.what = COUNTS}},
     .breach = NO_BREACH,
     .counts = {.boot_lines = 1}},
    {"an answer that reads like a boot need not be counted",
     {TOLD(URC, 0, 0, LINE, "+CPIN: READY"), {.what = COUNTS}},
     .breach = NO_BREACH},
    {"times as they were told are fine",
     {{.what = STARTS},
      {.what = MAY},
      TOLD(STATE, 0, 3, LINE, ""),
      TOLD(STATE, 3, 2, LINE, ""),
      {.what = COUNTS}},
     .breach = NO_BREACH,
     .counts = {.state_us = {2, 0, 0, 1}}},
    {"the time of another state is a breach",
     {{.what = STARTS}, {.what = MAY}, TOLD(STATE, 0, 3, LINE, ""), {.what = COUNTS}},
     .breach = SCENARIO_TOLD_TIMES,
     .counts = {.state_us = {0, 2}}},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static void take(struct scenario_told *told, const struct row *row, const struct step *step,
                 uint64_t now_us)
{
    const struct at_engine engine = {.stat_lines = row->lines,
                                     .stat_stray_results = row->strays,
                                     .stat_timeouts = row->timeouts};
    const struct scenario_told_view view = {115200, 115200, row->is_seen ? &engine : NULL};
    switch (step->what) {
    case STARTS:
    case RESUMES:
        scenario_told_start(told, step->what == RESUMES, now_us);
        break;
    case TELLS:
        scenario_told_event(told, &step->event, &view, now_us);
        break;
    case SENDS:
        scenario_told_sends(told, step->text, strlen(step->text));
        break;
    case GIVEN:
        scenario_told_given(told, step->number);
        break;
    case ASKS:
        scenario_told_asks(told, step->number, step->event.a);
        break;
    case CALLED:
        scenario_told_call(told, (enum scenario_told_call)step->number);
        break;
    case RETURNS:
    case MAY:
        scenario_told_return(told, step->what == RETURNS);
        break;
    case COUNTS:
        scenario_told_counts(told, &row->counts, &engine);
        break;
    case ENDS:
        scenario_told_result(told, &row->result);
        break;
    case NOTHING:
        break;
    }
}

static void the_row_holds(void **state)
{
    const struct row *row = *state;
    struct scenario_told told = {0}, wanted = {0};
    for (unsigned i = 0; i < STEPS; i++)
        take(&told, row, &row->steps[i], i);
    wanted.broken = (uint8_t)(row->breach == NO_BREACH ? 0 : row->breach + 1);
    const char *want = scenario_told_breach(&wanted), *got = scenario_told_breach(&told);
    assert_string_equal(got ? got : "no breach", want ? want : "no breach");
}

static void each_breach_has_a_row(void **state)
{
    (void)state;
    for (unsigned breach = 0; breach < SCENARIO_TOLD_COUNT; breach++) {
        unsigned count = 0;
        for (size_t i = 0; i < ROW_COUNT; i++)
            count += rows[i].breach == breach;
        assert_true(count > 0);
    }
}

static void a_breach_outlasts_a_start(void **state)
{
    (void)state;
    struct scenario_told told = {0};
    assert_false(scenario_told_asks(&told, SAVE, 0));
    assert_false(scenario_told_start(&told, false, 1));
    assert_non_null(scenario_told_breach(&told));
}

/* How much there was up to now says nothing of what comes; that a client counts otherwise does. */
static void only_what_the_client_does_not_count_is_compared(void **state)
{
    (void)state;
    struct scenario_told told = {0}, nothing = {0};
    struct fota client = {.state_since_at_us = 5, .command_number = 1};
    const struct step step = COMMAND(1, "AT+GMR");
    client.stat_counts = (struct fota_statistics){
        .sent_bytes = 7, .exchanges = 1, .command_bytes_max = 6, .state_us = {0, 4}};
    told.entered_at_us = 5;
    told.state_times = 8;
    take(&told, rows, &step, 6);
    scenario_told_sends(&told, "AT+GMR\r", 7);
    told.unanswered = told.waits = false;
    struct scenario_told other = told;
    scenario_told_make_comparable(&told, &client);
    assert_memory_equal(&told, &nothing, sizeof told);
    client.stat_counts.sent_bytes++;
    scenario_told_make_comparable(&other, &client);
    assert_memory_not_equal(&other, &nothing, sizeof other);
}

int main(void)
{
    struct CMUnitTest tests[ROW_COUNT + 3];
    for (size_t i = 0; i < ROW_COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = the_row_holds,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    tests[ROW_COUNT] = (struct CMUnitTest)cmocka_unit_test(each_breach_has_a_row);
    tests[ROW_COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(a_breach_outlasts_a_start);
    tests[ROW_COUNT + 2] =
        (struct CMUnitTest)cmocka_unit_test(only_what_the_client_does_not_count_is_compared);
    return _cmocka_run_group_tests("told", tests, ROW_COUNT + 3, NULL, NULL);
}
