/*
 * talk.h - one dialogue of scenarios/conform with a module, whatever carries it: what is said, and
 * the lines that come back, each with its time.
 */
#ifndef FOTARIG_HARNESS_CONFORM_TALK_H
#define FOTARIG_HARNESS_CONFORM_TALK_H

#include "harness/scenario/probes.h"

enum { CONFORM_LINE_MAX = 240, CONFORM_LINES_MAX = 200 };

struct conform_line {
    uint64_t at_us; /* when its end came */
    uint8_t step;   /* after which step of the dialogue, from 1 */
    char text[CONFORM_LINE_MAX];
};

/* What was heard. Blank lines and echoes of what was said are left out. */
struct conform_heard {
    size_t count;
    uint64_t sent_us[SCENARIO_STEPS_MAX + 1]; /* when a step's line had been said, from 1 */
    uint64_t lost_lines;                      /* there was no room for */
    struct conform_line lines[CONFORM_LINES_MAX];
};

struct conform_talk;

/* The other side. Times are the module's, in microseconds. */
struct conform_mouth {
    void *context;
    void (*say)(void *context, const void *bytes, size_t size);
    /* Lets time pass until something has come, or up to `until_us`; what comes goes to
       conform_talk_take(). False: the other side is gone. */
    bool (*wait)(void *context, struct conform_talk *talk, uint64_t until_us);
    uint64_t (*now)(void *context);
    const char *url; /* what {url} in a line stands for; NULL = none has it */
};

struct conform_talk {
    struct conform_mouth mouth;
    struct conform_heard *heard;      /* NULL = nobody wants to know */
    const struct scenario_step *said; /* that is answered now */
    char text[CONFORM_LINE_MAX];      /* the line itself, as it was said */
    uint8_t step;
    size_t length; /* of a line that has not ended */
    char line[CONFORM_LINE_MAX];
    uint64_t last_us;            /* when something came last */
    bool is_final;               /* a final result has come */
    bool is_until;               /* and the line that was waited for */
    char tail[CONFORM_LINE_MAX]; /* the last line that is no result: an answer to a question */
};

void conform_talk_take(struct conform_talk *talk, const void *bytes, size_t size, uint64_t at_us);

/*
 * Says the steps, one after the other, and hears what comes. False: the other side is gone.
 * `heard` NULL: what comes is dropped.
 */
bool conform_talk(const struct conform_mouth *mouth, const struct scenario_step *steps,
                  size_t count, struct conform_heard *heard);

/* Asks for the revision; false: no answer. */
bool conform_ask_revision(const struct conform_mouth *mouth, char *revision, size_t capacity);

#endif
