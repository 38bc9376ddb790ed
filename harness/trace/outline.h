/*
 * outline.h - what a dialogue comes to: its exchanges and unsolicited lines without what differs
 * from run to run (measured values, addresses, numbers of a card), repeats folded into one.
 */
#ifndef FOTARIG_HARNESS_TRACE_OUTLINE_H
#define FOTARIG_HARNESS_TRACE_OUTLINE_H

#include "harness/trace/dialogue.h"

enum { OUTLINE_TEXT_MAX = 320 };

struct outline_item {
    uint64_t at_us;
    uint64_t command; /* digest of an exchange's command, 0 of a line */
    uint64_t digest;  /* of what the module said */
    uint32_t step;    /* of the dialogue */
    uint32_t line;    /* of the dialogue; an exchange: UINT32_MAX */
    uint32_t repeats; /* that were folded into it, 1 = none */
    bool open;        /* a part of the command is not known */
    bool inferred;    /* the command follows from the answer alone: another may have the same */
    bool single;      /* it is not folded: in a one-way log nobody knows which command it was */
    bool after_gap;   /* something is missing before it */
};

struct outline {
    const struct dialogue *dialogue; /* not owned */
    struct outline_item *items;
    size_t count, capacity;
    bool progress;       /* a line of progress was taken since the last other one */
    bool without_asides; /* lines that came by themselves and belong to no update are left out */
};

/*
 * `one_way`: commands that got no answer are left out, since a log of what the module sent can't
 * hold them. False: no memory.
 */
bool outline_make(struct outline *outline, const struct dialogue *dialogue, bool one_way);
/* The same without what came by itself and belongs to no update (`outline_is_aside`). */
bool outline_make_of_update(struct outline *outline, const struct dialogue *dialogue, bool one_way);
/* A line that came by itself, says nothing of the module's life and belongs to no update. */
bool outline_is_aside(const struct dialogue_line *line);
void outline_done(struct outline *outline);
/*
 * How many items both begin with; `recorded` may have gaps, where what is missing is skipped in the
 * other. *ret_place (may be NULL): the item of `now` behind the last of them.
 */
size_t outline_common(const struct outline *recorded, const struct outline *now, size_t *ret_place);
/* Are they the same? An open command of `recorded` is any that fits. */
bool outline_same(const struct outline *recorded, const struct outline_item *one,
                  const struct outline *now, const struct outline_item *other);
bool outline_is_exchange(const struct outline_item *item);
/* "AT+CREG? -> +CREG: 0,1; OK", "+APP PDP: ACTIVE"; returns the buffer. */
const char *outline_text(const struct outline *outline, const struct outline_item *item,
                         char buffer[OUTLINE_TEXT_MAX]);

#endif
