/*
 * dialogue.h - a trace as exchanges: what the host said, what came back, what came by itself.
 *
 * Worked out of the bytes by the tap, whoever the ends were. Steps stand in the order of their
 * commands; step 0 has none and holds what came before the first. The dialogue keeps pointers into
 * the log, which must outlive it.
 */
#ifndef FOTARIG_HARNESS_TRACE_DIALOGUE_H
#define FOTARIG_HARNESS_TRACE_DIALOGUE_H

#include "harness/trace/trace_log.h"

enum { DIALOGUE_COMMAND_MAX = 192, DIALOGUE_LINE_MAX = 128 };

/* Bytes of the module, as they came. */
struct dialogue_part {
    uint64_t at_us;
    const uint8_t *bytes;
    uint32_t length;
    uint32_t step; /* to which it belongs */
    bool answer;   /* it came before the step's result */
};

/* A line that the module sent. */
struct dialogue_line {
    uint64_t at_us;
    uint32_t step;
    uint8_t kind;  /* enum tap_kind: RESULT, URC, ANSWER, PROMPT, NOISE, BOOT, RESET */
    uint8_t flags; /* of the tap */
    uint8_t cause; /* RESET: enum tap_cause */
    char text[DIALOGUE_LINE_MAX];
};

struct dialogue_step {
    uint64_t at_us;                     /* the command was complete; of step 0, 0 */
    uint64_t result_at_us;              /* TRACE_NO_TIME: no result came */
    size_t piece;                       /* of the log in which the command ended */
    char command[DIALOGUE_COMMAND_MAX]; /* the line without AT and CR, as it was sent */
    size_t first_part, part_count;
    size_t first_line, line_count;
    uint32_t data_bytes;  /* that the host sent for it behind a prompt */
    uint64_t data_end_us; /* the last of them; 0: none */
    uint32_t read_bytes;  /* that were no text, of the module */
    uint8_t marks;        /* enum trace_mark of the command */
    bool reads;           /* it changes nothing: a client may leave it out or ask it again */
    bool after_gap;       /* something is missing before it */
    bool early;           /* modules drop it: it came at once behind another (T16) */
};

struct dialogue {
    const struct trace_log *log; /* not owned */
    struct dialogue_step *steps;
    struct dialogue_part *parts;
    struct dialogue_line *lines;
    size_t step_count, part_count, line_count;
    size_t step_capacity, part_capacity, line_capacity;
    unsigned boots, resets;
    bool one_way; /* the log holds what the module sent: commands follow from that alone */
};

/* False: no memory. */
bool dialogue_make(struct dialogue *dialogue, const struct trace_log *log);
void dialogue_done(struct dialogue *dialogue);

/*
 * True when two command lines mean the same: case and blanks outside quotes, quotes, commas and
 * semicolons at the end do not count; "{...}" in `recorded` stands for anything.
 */
bool dialogue_same_command(const char *recorded, const char *said);
/* Does a command change nothing, as far as its form shows? `answered`: with lines of its own. */
bool dialogue_reads(const char *command, bool answered);
/* The step's final result; "" = none came. */
const char *dialogue_result(const struct dialogue *dialogue, const struct dialogue_step *step);
/* The step's lines of that kind (enum tap_kind) joined by "; "; returns the buffer. */
const char *dialogue_lines(const struct dialogue *dialogue, const struct dialogue_step *step,
                           unsigned kind, char *buffer, size_t capacity);

#endif
