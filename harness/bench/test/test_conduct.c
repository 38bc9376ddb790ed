/*
 * test_conduct.c - each rule for any client: a story that breaks it and nothing else, and one just
 * inside of it. A story is a journal, as a run would have left it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/conduct.h"
#include "sim/catalogue.h"

enum { WHOLE = 1000, NO_RULE = BENCH_CONDUCT_COUNT, LINES = 24 };

/* A line of a story: who, when, what. NONE ends it. */
enum who { NONE, SAYS, ANSWERS, FILE_IS, PHASE_IS, STATUS_IS, BOOTS, FAULT, AGAIN };
struct line {
    enum who who;
    uint32_t at_ms;
    const char *text;
    uint32_t number; /* of file, phase, status; AGAIN: the line before, so often, every `text` ms */
};

#define START                                                                                      \
    {SAYS, 20000, "AT+CFOTA=1", 0},                                                                \
    {                                                                                              \
        STATUS_IS, 20010, "", 1                                                                    \
    }
#define UPDATES                                                                                    \
    {                                                                                              \
        PHASE_IS, 30000, "", SIM_PHASE_UPDATE                                                      \
    }
#define OVER                                                                                       \
    {PHASE_IS, 200000, "", SIM_PHASE_IDLE},                                                        \
    {                                                                                              \
        STATUS_IS, 200000, "", 6                                                                   \
    }
#define PACKAGE                                                                                    \
    {                                                                                              \
        FILE_IS, 10000, "", WHOLE                                                                  \
    }
#define READS                                                                                      \
    {SAYS, 210000, "AT+CFOTA?", 0},                                                                \
    {                                                                                              \
        ANSWERS, 210010, "+CFOTA: 6", 0                                                            \
    }
#define SEES                                                                                       \
    {SAYS, 220000, "AT+GMR", 0},                                                                   \
    {                                                                                              \
        ANSWERS, 220010, "Revision:B", 0                                                           \
    }
#define CLEARS                                                                                     \
    {SAYS, 230000, "AT+CFOTA=0", 0},                                                               \
    {                                                                                              \
        STATUS_IS, 230010, "", 8                                                                   \
    }
#define REMOVES                                                                                    \
    {                                                                                              \
        FILE_IS, 240000, "", 0                                                                     \
    }

static const struct story {
    const char *name;
    unsigned breaks;  /* enum bench_conduct, NO_RULE = none */
    unsigned outcome; /* that it claims, FOTA_OUTCOME_COUNT = nothing */
    uint8_t delivery;
    struct line lines[LINES];
} stories[] = {
    {"a good job breaks no rule",
     NO_RULE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE, START, UPDATES, OVER, READS, SEES, CLEARS, REMOVES}},
    {"a start with a byte missing",
     BENCH_CONDUCT_PACKAGE_COMPLETE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {{FILE_IS, 10000, "", WHOLE - 1}, START, UPDATES, OVER, READS, SEES, CLEARS, REMOVES}},
    {"a start with a package that the day has just spoilt",
     NO_RULE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      {FAULT, 19000, "", 0},
      {FILE_IS, 19000, "", WHOLE - 1},
      START,
      UPDATES,
      OVER,
      READS,
      SEES,
      CLEARS,
      REMOVES}},
    {"a start with a spoilt package that nobody has looked at since",
     NO_RULE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      {FAULT, 11000, "", 0},
      {FILE_IS, 11000, "", WHOLE - 1},
      START,
      UPDATES,
      OVER,
      READS,
      SEES,
      CLEARS,
      REMOVES}},
    {"a start with a spoilt package in spite of a look at it",
     BENCH_CONDUCT_PACKAGE_COMPLETE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      {FAULT, 11000, "", 0},
      {FILE_IS, 11000, "", WHOLE - 1},
      {SAYS, 12000, "AT+CFSGFIS=1,\"update.zip\"", 0},
      START,
      UPDATES,
      OVER,
      READS,
      SEES,
      CLEARS,
      REMOVES}},
    {"a second start without a look between",
     BENCH_CONDUCT_ONE_START,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE, START, {SAYS, 25000, "AT+CFOTA=1", 0}, UPDATES, OVER, READS, SEES, CLEARS, REMOVES}},
    {"a second start while one goes on",
     BENCH_CONDUCT_ONE_START,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      START,
      {SAYS, 22000, "AT+CFOTA?", 0},
      {ANSWERS, 22010, "+CFOTA: 1", 0},
      {SAYS, 25000, "AT+CFOTA=1", 0},
      UPDATES,
      OVER,
      READS,
      SEES,
      CLEARS,
      REMOVES}},
    {"a second start after the status was looked at",
     NO_RULE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      START,
      {STATUS_IS, 21000, "", 0},
      {SAYS, 22000, "AT+CFOTA?", 0},
      {ANSWERS, 22010, "+CFOTA: 0", 0},
      {SAYS, 25000, "AT+CFOTA=1", 0},
      UPDATES,
      OVER,
      READS,
      SEES,
      CLEARS,
      REMOVES}},
    {"a second start after a look in spite of a status that nobody asked for",
     NO_RULE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      START,
      {STATUS_IS, 21000, "", 0},
      {SAYS, 22000, "AT+CFOTA?", 0},
      {ANSWERS, 22010, "+CFOTA: 0", 0},
      {SAYS, 23000, "AT+GMR", 0},
      {ANSWERS, 23010, "+CFOTA:1", 0},
      {SAYS, 25000, "AT+CFOTA=1", 0},
      UPDATES,
      OVER,
      READS,
      SEES,
      CLEARS,
      REMOVES}},
    {"a second start after a status that nobody has documented",
     NO_RULE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      START,
      {STATUS_IS, 21000, "", 0},
      {SAYS, 22000, "AT+CFOTA?", 0},
      {ANSWERS, 22010, "+CFOTA: 255", 0},
      {SAYS, 25000, "AT+CFOTA=1", 0},
      UPDATES,
      OVER,
      READS,
      SEES,
      CLEARS,
      REMOVES}},
    {"a restart in the middle",
     BENCH_CONDUCT_NO_RESTART,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      START,
      UPDATES,
      {SAYS, 90000, "AT+CFUN=1,1", 0},
      OVER,
      READS,
      SEES,
      CLEARS,
      REMOVES}},
    {"a restart when it is over",
     NO_RULE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      START,
      UPDATES,
      OVER,
      {SAYS, 205000, "AT+CFUN=1,1", 0},
      READS,
      SEES,
      CLEARS,
      REMOVES}},
    {"an end without a look at the status",
     BENCH_CONDUCT_STATUS_READ,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE, START, UPDATES, OVER, SEES, CLEARS, REMOVES}},
    {"an end with the result left behind",
     BENCH_CONDUCT_FLAG_CLEARED,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE, START, UPDATES, OVER, READS, SEES, REMOVES}},
    {"a result that will not be cleared",
     NO_RULE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE, START, UPDATES, OVER, READS, SEES, {SAYS, 230000, "AT+CFOTA=0", 0}, REMOVES}},
    {"a claim without a look at the revision",
     BENCH_CONDUCT_REVISION_READ,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE, START, UPDATES, OVER, READS, CLEARS, REMOVES}},
    {"no claim and no look at the revision",
     NO_RULE,
     FOTA_OUTCOME_COUNT,
     FOTA_DELIVERY_HTTP,
     {PACKAGE, START, UPDATES, OVER, READS, CLEARS, REMOVES}},
    {"a piece that was appended twice",
     BENCH_CONDUCT_APPEND_ONCE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_PUSH,
     {{FILE_IS, 9000, "", WHOLE + 1}, PACKAGE, START, UPDATES, OVER, READS, SEES, CLEARS, REMOVES}},
    {"a longer file that is not pushed",
     NO_RULE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {{FILE_IS, 9000, "", WHOLE + 1}, PACKAGE, START, UPDATES, OVER, READS, SEES, CLEARS, REMOVES}},
    {"the same command 21 times in ten seconds",
     BENCH_CONDUCT_PAUSES,
     FOTA_OUTCOME_REFUSED,
     FOTA_DELIVERY_HTTP,
     {{SAYS, 1000, "AT", 0}, {AGAIN, 0, "499", 20}}},
    {"the same command once in half a second",
     NO_RULE,
     FOTA_OUTCOME_REFUSED,
     FOTA_DELIVERY_HTTP,
     {{SAYS, 1000, "AT", 0}, {AGAIN, 0, "500", 100}}},
    {"20001 commands",
     BENCH_CONDUCT_BOUNDED,
     FOTA_OUTCOME_REFUSED,
     FOTA_DELIVERY_HTTP,
     {{SAYS, 1000, "AT", 0}, {AGAIN, 0, "600", 20000}}},
    {"20000 commands",
     NO_RULE,
     FOTA_OUTCOME_REFUSED,
     FOTA_DELIVERY_HTTP,
     {{SAYS, 1000, "AT", 0}, {AGAIN, 0, "600", 19999}}},
    {"a module that is back and is spoken to at the last moment",
     NO_RULE,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      START,
      UPDATES,
      {PHASE_IS, 100000, "", SIM_PHASE_IDLE},
      {STATUS_IS, 100000, "", 6},
      {BOOTS, 110000, "", 2},
      {SAYS, 1010000, "AT+CFOTA?", 0},
      {ANSWERS, 1010010, "+CFOTA: 6", 0},
      {SAYS, 1010200, "AT+GMR", 0},
      {ANSWERS, 1010300, "Revision:B", 0},
      {SAYS, 1010400, "AT+CFOTA=0", 0},
      {STATUS_IS, 1010500, "", 8},
      {FILE_IS, 1010600, "", 0}}},
    {"a module that is back and hears nothing for long",
     BENCH_CONDUCT_NOTICES,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE,
      START,
      UPDATES,
      {PHASE_IS, 100000, "", SIM_PHASE_IDLE},
      {STATUS_IS, 100000, "", 6},
      {BOOTS, 110000, "", 2},
      {SAYS, 1010001, "AT+CFOTA?", 0},
      {ANSWERS, 1010010, "+CFOTA: 6", 0},
      {SAYS, 1010200, "AT+GMR", 0},
      {ANSWERS, 1010300, "Revision:B", 0},
      {SAYS, 1010400, "AT+CFOTA=0", 0},
      {STATUS_IS, 1010500, "", 8},
      {FILE_IS, 1010600, "", 0}}},
    {"an end with the package left behind",
     BENCH_CONDUCT_PACKAGE_REMOVED,
     FOTA_OUTCOME_UPDATED,
     FOTA_DELIVERY_HTTP,
     {PACKAGE, START, UPDATES, OVER, READS, SEES, CLEARS}},
    {"a package that is left where somebody has to look",
     NO_RULE,
     FOTA_OUTCOME_NEEDS_SERVICE,
     FOTA_DELIVERY_HTTP,
     {PACKAGE, START, UPDATES, OVER, READS, SEES, CLEARS}},
};

/* ---- telling it ---------------------------------------------------------------------------- */

struct told {
    struct bench_run *run;
    struct scenario_observed observed;
    uint32_t file_bytes;
};

static void note(struct told *told, enum bench_journal_kind kind, unsigned a, uint32_t number,
                 const char *text)
{
    bench_note(told->run, kind, (uint8_t)a, 0, number, text, strlen(text));
}

static void tell(struct told *told, const struct line *line)
{
    char text[64];
    told->run->world.now_us = line->at_ms * UINT64_C(1000);
    switch (line->who) {
    case SAYS:
        snprintf(text, sizeof text, "%s\r", line->text);
        note(told, BENCH_JOURNAL_TO_MODULE, 0, 115200, text);
        note(told, BENCH_JOURNAL_MODULE, SIM_EVENT_COMMAND, 0, line->text + 2);
        break;
    case ANSWERS:
        snprintf(text, sizeof text, "\r\n%s\r\n\r\nOK\r\n", line->text);
        note(told, BENCH_JOURNAL_TO_HOST, 0, 115200, text);
        break;
    case FILE_IS:
        told->file_bytes = line->number;
        note(told, BENCH_JOURNAL_MODULE, SIM_EVENT_FILE, line->number, sim_package_path);
        break;
    case PHASE_IS:
        note(told, BENCH_JOURNAL_MODULE, SIM_EVENT_PHASE, line->number, "");
        break;
    case STATUS_IS:
        told->observed.module.status = (uint8_t)line->number;
        note(told, BENCH_JOURNAL_MODULE, SIM_EVENT_STATUS, line->number, "");
        break;
    case BOOTS:
        note(told, BENCH_JOURNAL_MODULE, SIM_EVENT_BOOT, line->number, "");
        break;
    case FAULT:
        note(told, BENCH_JOURNAL_FAULT, 0, 0, "");
        break;
    default:
        break;
    }
}

static void tell_all(struct told *told, const struct story *story)
{
    for (size_t i = 0; i < LINES && story->lines[i].who; i++) {
        const struct line *line = &story->lines[i];
        if (line->who != AGAIN) {
            tell(told, line);
            continue;
        }
        struct line again = line[-1];
        for (uint32_t n = 0; n < line->number; n++) {
            struct line answer = {ANSWERS, again.at_ms + 10, "", 0};
            tell(told, &answer);
            again.at_ms += (uint32_t)strtoul(line->text, NULL, 10);
            tell(told, &again);
        }
    }
}

static enum scenario_answer file(const void *context, const char *path, uint32_t *ret_size_bytes)
{
    const struct told *told = context;
    (void)path;
    *ret_size_bytes = told->file_bytes;
    return told->file_bytes ? SCENARIO_YES : SCENARIO_NO;
}

static void a_story_breaks_what_it_says(void **state)
{
    static const struct scenario_asking asking = {.file = file};
    const struct story *story = *state;
    struct scenario_case *one = calloc(1, sizeof *one);
    struct bench_case *shared = calloc(1, sizeof *shared);
    struct scenario_finding findings[4];
    struct told told = {.run = bench_run_new(BENCH_SINK_MEMORY)};
    assert_true(one && shared && told.run);
    one->job = (struct fota_job){.from_revision = "A",
                                 .to_revision = "B",
                                 .delivery = story->delivery,
                                 .package_size_bytes = WHOLE};
    shared->one = one;
    shared->jobs[0].job = one->job;
    const struct bench_options options = {.sink = BENCH_SINK_MEMORY};
    bench_run_prepare(told.run, shared, &options);
    tell_all(&told, story);
    told.observed.finished = true;
    told.observed.module.answering = true;
    told.observed.duration_us = told.run->world.now_us + 1000000;
    told.observed.asking = &asking;
    told.observed.asked = &told;
    told.observed.result.outcome = (uint8_t)story->outcome;
    if (story->outcome == FOTA_OUTCOME_COUNT)
        told.observed.lacking = SCENARIO_NEED_CLAIM;
    size_t count = bench_conduct_judge(told.run, &told.observed, 0, findings, 4);
    if (story->breaks == NO_RULE && count)
        fail_msg("%s: want no finding, got %s: %s", story->name, findings[0].what, findings[0].got);
    if (story->breaks != NO_RULE) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "rule %s", bench_conduct_name(story->breaks));
        if (count != 1 || strcmp(findings[0].what, wanted) != 0)
            fail_msg("%s: want %s alone, got %zu findings, the first %s: %s", story->name, wanted,
                     count, count ? findings[0].what : "-", count ? findings[0].got : "-");
        uint32_t left_out = 1u << story->breaks;
        assert_int_equal(bench_conduct_judge(told.run, &told.observed, left_out, findings, 4), 0);
    }
    bench_run_free(told.run);
    free(shared);
    free(one);
}

static void every_rule_has_a_story(void **state)
{
    (void)state;
    for (unsigned rule = 0; rule < BENCH_CONDUCT_COUNT; rule++) {
        bool told = false;
        for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++)
            told = told || stories[i].breaks == rule;
        if (!told)
            fail_msg("no story breaks %s", bench_conduct_name(rule));
    }
}

int main(void)
{
    enum { COUNT = sizeof stories / sizeof stories[0] };
    struct CMUnitTest tests[COUNT + 1];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = stories[i].name,
                                       .test_func = a_story_breaks_what_it_says,
                                       .initial_state = (void *)(uintptr_t)&stories[i]};
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(every_rule_has_a_story);
    return _cmocka_run_group_tests("conduct", tests, COUNT + 1, NULL, NULL);
}
