/* survey.c - asks the module, one question after the other. */
#include "harness/bench/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/run.h"

enum {
    TRIES = 30, /* AT, one a second: a boot takes some ten (SIM7000 Hardware Design) */
    TRY_MS = 1000,
    ANSWER_MS = 10000,
    CLOCK_PAUSE_MS = 20, /* between two looks at the clock */
    GOES_DOWN_MS = 3000, /* behind the answer to a restart: a module that still answers did not */
    CLOCK_GIVE_UP = 20,  /* times the seconds that are wanted */
    DAY_S = 86400
};

void bench_survey_add(struct bench_survey *survey, enum sim_question kind, const char *argument)
{
    if (survey->question_count < BENCH_SURVEY_MAX)
        survey->questions[survey->question_count++] = (struct bench_question){
            .kind = (uint8_t)kind, .argument = argument, .known = SCENARIO_UNKNOWN};
}

const struct bench_question *bench_survey_find(const struct bench_survey *survey,
                                               enum sim_question kind, const char *argument)
{
    for (unsigned i = 0; i < survey->question_count; i++) {
        const struct bench_question *question = &survey->questions[i];
        bool same = !argument || (question->argument && !strcmp(argument, question->argument));
        if (question->kind == kind && same)
            return question;
    }
    return NULL;
}

static struct bench_survey *survey_of(const struct bench_run *run)
{
    return run->host_context;
}

/* ---- the clock ----------------------------------------------------------------------------- */

static void saw_clock(struct bench_survey *survey, const char *text, uint64_t now_us)
{
    uint32_t now_s = (uint32_t)strtoul(text, NULL, 10);
    uint32_t passed_s = (now_s + DAY_S - survey->clock_last_s) % DAY_S;
    bool first = survey->clock_last_s == UINT32_MAX;
    survey->clock_last_s = now_s;
    if (first || passed_s == 0)
        return;
    /* The first tick, or the network has set the clock: it is watched from now on. */
    if (survey->clock_from_us == 0 || passed_s > survey->clock_s) {
        survey->clock_from_us = now_us;
        survey->clock_seen_s = 0;
        return;
    }
    survey->clock_seen_s += passed_s;
    if (survey->clock_seen_s >= survey->clock_s)
        survey->clock_passed_us =
            (now_us - survey->clock_from_us) * survey->clock_s / survey->clock_seen_s;
}

/* Sends one more question of the time; false when it is known, or will not be. */
static bool ask_clock(struct bench_survey *survey, uint64_t now_us)
{
    char command[SIM_QUESTION_COMMAND_MAX];
    uint64_t limit_us = (uint64_t)survey->clock_s * CLOCK_GIVE_UP * 1000000u;
    bool tired = survey->clock_from_us && now_us - survey->clock_from_us > limit_us;
    if (!survey->clock_s || survey->clock_passed_us || tired)
        return false;
    size_t length = sim_question_command(SIM_QUESTION_CLOCK, 0, NULL, command, sizeof command);
    return at_send(&survey->at, command, length, AT_INFO_NAME, ANSWER_MS, now_us);
}

/* ---- questions ----------------------------------------------------------------------------- */

static enum at_info info_of(unsigned kind)
{
    bool nameless =
        kind == SIM_QUESTION_MODEL || kind == SIM_QUESTION_REVISION || kind == SIM_QUESTION_IMEI;
    return nameless ? AT_INFO_ANY : AT_INFO_NAME;
}

/* Sends the next step of the next question; false when there is none. */
static bool ask_next(struct bench_survey *survey, uint64_t now_us)
{
    char command[SIM_QUESTION_COMMAND_MAX];
    while (survey->question < survey->question_count) {
        const struct bench_question *question = &survey->questions[survey->question];
        while (survey->step < SIM_QUESTION_STEPS) {
            size_t length = sim_question_command((enum sim_question)question->kind, survey->step++,
                                                 question->argument, command, sizeof command);
            if (length)
                return at_send(&survey->at, command, length, info_of(question->kind), ANSWER_MS,
                               now_us);
        }
        survey->question++;
        survey->step = 0;
    }
    return false;
}

/* Sends what restarts the module; false when nobody wants that, or it went already. */
static bool restart(struct bench_survey *survey, uint64_t now_us)
{
    if (!survey->restarts || survey->restarted)
        return false;
    survey->restarted = true;
    return at_send(&survey->at, sim_restart_command, strlen(sim_restart_command), AT_INFO_NONE,
                   ANSWER_MS, now_us);
}

static void go_on(struct bench_survey *survey, uint64_t now_us)
{
    survey->next_at_us = BENCH_NEVER;
    if (at_owed(&survey->at)) {
        survey->looking = true;
        at_synchronise(&survey->at, TRIES, TRY_MS, now_us);
    } else if (!ask_next(survey, now_us) && !restart(survey, now_us) &&
               !ask_clock(survey, now_us)) {
        survey->over = true;
    }
}

static void take_line(struct bench_survey *survey, const struct at_event *event, uint64_t now_us)
{
    char text[BENCH_ANSWER_MAX];
    if (survey->question >= survey->question_count) {
        if (sim_question_answer(SIM_QUESTION_CLOCK, NULL, event->text, event->length, text,
                                sizeof text))
            saw_clock(survey, text, now_us);
        return;
    }
    struct bench_question *question = &survey->questions[survey->question];
    if (question->known != SCENARIO_YES &&
        sim_question_answer((enum sim_question)question->kind, question->argument, event->text,
                            event->length, question->answer, sizeof question->answer))
        question->known = SCENARIO_YES;
}

/* The step that could have brought the answer ended with an error: there is no such thing. */
static void take_result(struct bench_survey *survey, unsigned result)
{
    if (survey->question >= survey->question_count)
        return;
    struct bench_question *question = &survey->questions[survey->question];
    bool was_asked = question->kind != SIM_QUESTION_FILE || survey->step == 2;
    if (was_asked && question->known == SCENARIO_UNKNOWN && result != AT_RESULT_OK)
        question->known = SCENARIO_NO;
}

static void take_event(struct bench_survey *survey, const struct at_event *event, uint64_t now_us)
{
    switch (event->kind) {
    case AT_EVENT_INFO:
    case AT_EVENT_URC:
        take_line(survey, event, now_us);
        break;
    case AT_EVENT_RESULT:
        survey->answers = true;
        if (!survey->looking)
            take_result(survey, event->result);
        survey->looking = false;
        survey->next_at_us = now_us + (survey->restarted ? GOES_DOWN_MS : CLOCK_PAUSE_MS) * 1000u;
        break;
    case AT_EVENT_TIMEOUT:
        survey->over = survey->looking; /* it does not answer at all */
        survey->next_at_us = now_us;
        break;
    default:
        break;
    }
}

/* ---- the end ------------------------------------------------------------------------------- */

static bool start(struct bench_run *run)
{
    struct bench_survey *survey = survey_of(run);
    run->world.host_at_us = run->world.now_us;
    run->world.host = (struct bench_host){.restart_at_us = BENCH_NEVER,
                                          .request_at_us = BENCH_NEVER,
                                          .baud_bps = run->one->host.baud_bps,
                                          .up = 1};
    survey->answers = survey->over = false;
    for (size_t i = 0; i < survey->question_count; i++)
        survey->questions[i].known = SCENARIO_UNKNOWN;
    survey->clock_passed_us = survey->clock_from_us = 0;
    survey->clock_seen_s = 0;
    survey->clock_last_s = UINT32_MAX;
    survey->question = survey->step = 0;
    survey->restarted = false;
    survey->looking = true;
    survey->next_at_us = BENCH_NEVER;
    at_init(&survey->at);
    at_synchronise(&survey->at, TRIES, TRY_MS, run->world.now_us);
    return true;
}

static void receive(struct bench_run *run, const uint8_t *bytes, size_t size, uint32_t baud_bps)
{
    struct bench_survey *survey = survey_of(run);
    struct at_event event;
    (void)baud_bps;
    while (size > 0) {
        size_t taken = at_receive(&survey->at, bytes, size, run->world.now_us, &event);
        take_event(survey, &event, run->world.now_us);
        bytes += taken;
        size -= taken;
    }
}

static size_t transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                       uint32_t *ret_baud_bps)
{
    *ret_baud_bps = run->world.host.baud_bps;
    return at_transmit(&survey_of(run)->at, buffer, capacity);
}

static uint64_t advance(struct bench_run *run)
{
    struct bench_survey *survey = survey_of(run);
    struct at_event event;
    uint64_t next = at_advance(&survey->at, run->world.now_us, &event);
    take_event(survey, &event, run->world.now_us);
    if (!survey->over && survey->next_at_us <= run->world.now_us) {
        go_on(survey, run->world.now_us);
        next = at_advance(&survey->at, run->world.now_us, &event);
    }
    if (survey->over)
        return BENCH_NEVER;
    return next < survey->next_at_us ? next : survey->next_at_us;
}

static bool is_over(const struct bench_run *run)
{
    return survey_of(run)->over;
}

static void observe(const struct bench_run *run, struct scenario_observed *observed)
{
    observed->finished = is_over(run);
}

static void do_nothing(struct bench_run *run)
{
    (void)run;
}

static void describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    (void)run;
    snprintf(buffer, capacity, "survey");
}

static void reset(struct bench_run *run, uint64_t down_us, bool forgets)
{
    (void)run;
    (void)down_us;
    (void)forgets;
}

static uint64_t board_next(const struct bench_run *run)
{
    (void)run;
    return BENCH_NEVER;
}

const struct bench_end bench_host_survey = {.name = "survey",
                                            .line_end = '\r',
                                            .start = start,
                                            .receive = receive,
                                            .transmit = transmit,
                                            .advance = advance,
                                            .observe = observe,
                                            .finish = do_nothing,
                                            .describe = describe,
                                            .is_over = is_over,
                                            .reset = reset,
                                            .cancel = do_nothing,
                                            .board_next = board_next,
                                            .board_run = do_nothing};
