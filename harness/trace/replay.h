/*
 * replay.h - a recorded module as an end of the bench: it answers what it was recorded to answer.
 *
 * Commands are matched by meaning, in the order in which they change something; reads between may
 * be left out, asked again, or asked in another order. Answers come as late after their command as
 * recorded, what comes by itself at its time, in the bench's (virtual) time. At the first command
 * that the recorded module was not asked there, the replay comes apart: it says what it expected,
 * and stops, or goes on as the emulator would that was told the same from the beginning.
 */
#ifndef FOTARIG_HARNESS_TRACE_REPLAY_H
#define FOTARIG_HARNESS_TRACE_REPLAY_H

#include "harness/bench/run.h"
#include "harness/trace/dialogue.h"

enum { REPLAY_PENDING = 64, REPLAY_TEXT_MAX = 224 };

/* An answer that is under way. */
struct replay_answer {
    uint32_t step, part;
    uint64_t begin_us;    /* when its command came, or its data ended */
    uint64_t recorded_us; /* the same in the trace */
    uint32_t data_left;   /* bytes that must come first */
};

struct replay {
    const struct dialogue *dialogue; /* not owned */
    const char *name;                /* of the trace, for messages */
    bool go_on;                      /* by the emulator, where it comes apart */
    /* inner */
    struct bench_run *run;
    int64_t offset_us;       /* bench's time less the recorded one */
    size_t unasked;          /* next part that comes by itself */
    size_t act;              /* next piece that may tell what was done to the host */
    char known_revision[40]; /* of the module, as its answers have shown */
    uint8_t known_status;
    size_t next;     /* first step that changes something and was not given yet */
    size_t last;     /* the step that was matched last */
    uint64_t *asked; /* a bit a step: it was matched; owned */
    struct replay_answer pending[REPLAY_PENDING];
    size_t pending_count;
    const uint8_t *rest; /* of a part that did not fit */
    size_t rest_length;
    struct tap tap; /* of what the host says here */
    char line[DIALOGUE_COMMAND_MAX];
    uint64_t line_offset;
    char recent[1024];
    uint32_t baud_bps;
    bool apart;
    uint64_t apart_at_us;
    char want[REPLAY_TEXT_MAX], got[REPLAY_TEXT_MAX]; /* where it came apart */
    char state[2 * REPLAY_TEXT_MAX];                  /* of both sides then */
    size_t apart_step;
    void (*on_event)(void *context, uint64_t now_us, const struct sim_event *event);
};

/* False: no memory. The dialogue must outlive it; must not move while a run uses it. */
bool replay_init(struct replay *replay, const struct dialogue *dialogue, const char *name);
void replay_done(struct replay *replay);

/* The end; bench_run.module_context is the struct replay. */
extern const struct bench_end replay_module;

#endif
