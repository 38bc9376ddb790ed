/*
 * survey.h - a host end that asks the module what it is, and does nothing to it: what the bench
 * looks at before a client gets a real module, and after it has ended. Commands and answers are
 * those of sim/catalogue.h.
 */
#ifndef FOTARIG_HARNESS_BENCH_SURVEY_H
#define FOTARIG_HARNESS_BENCH_SURVEY_H

#include "core/at.h"
#include "harness/bench/end.h"
#include "sim/catalogue.h"

enum { BENCH_SURVEY_MAX = 40, BENCH_ANSWER_MAX = 64 };

struct bench_question {
    uint8_t kind;                  /* enum sim_question */
    const char *argument;          /* of FILE and PARAMETER, else NULL; not owned */
    uint8_t known;                 /* enum scenario_answer: UNKNOWN until it was answered; NO: the
                                      module says that there is no such thing */
    char answer[BENCH_ANSWER_MAX]; /* YES: as text */
};

/* The list is the caller's; the rest is set by the survey. */
struct bench_survey {
    struct bench_question questions[BENCH_SURVEY_MAX];
    uint8_t question_count;
    bool restarts;    /* behind the questions the module is restarted, in some seconds */
    uint32_t clock_s; /* watch the module's clock for so many of its seconds; 0 = do not */
    /* ---- found out ---- */
    bool answers; /* the module answered at all */
    bool over;
    uint64_t clock_passed_us; /* the bench's time in which clock_s passed; 0 = not measured */
    /* ---- at work ---- */
    struct at_engine at;
    uint32_t baud_bps;
    uint8_t question, step;
    bool looking;           /* for the module */
    bool restarted;         /* the command went */
    uint32_t clock_last_s;  /* UINT32_MAX = not read yet */
    uint32_t clock_seen_s;  /* since the first tick */
    uint64_t clock_from_us; /* the first tick; 0 = none yet */
    uint64_t next_at_us;    /* when the next command goes; BENCH_NEVER = one runs */
};

/* Adds a question; `argument` must outlive the survey. What is too much is left out. */
void bench_survey_add(struct bench_survey *survey, enum sim_question kind, const char *argument);
/* The question, NULL = it was not asked. */
const struct bench_question *bench_survey_find(const struct bench_survey *survey,
                                               enum sim_question kind, const char *argument);

/* The end; run->host_context is the survey. Tries to reach the module for 30 s of its time. */
extern const struct bench_end bench_host_survey;

#endif
