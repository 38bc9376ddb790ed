/*
 * now.h - what each slot of a rack does now: told by the processes of the slots, kept in the folder
 * of reports as slots.json for whoever looks (`rack serve`), read from there.
 */
#ifndef FOTARIG_HARNESS_RACK_NOW_H
#define FOTARIG_HARNESS_RACK_NOW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the process of a slot is about: X(NAME, "text for people") */
#define RACK_ACTS(X)                                                                               \
    X(REST, "rests")                                                                               \
    X(POWER_OFF, "power goes off")                                                                 \
    X(POWER_ON, "power comes on")                                                                  \
    X(WAIT, "waits for the module")                                                                \
    X(HOOK, "a hook runs")                                                                         \
    X(FLASH, "is flashed")                                                                         \
    X(CASE, "runs")

enum rack_act {
#define X(name, text) RACK_ACT_##name,
    RACK_ACTS(X)
#undef X
        RACK_ACT_COUNT
};

const char *rack_act_text(unsigned act);

enum rack_power { RACK_POWER_UNKNOWN, RACK_POWER_OFF, RACK_POWER_ON };

/* Written by the process of a slot, read by the one that reports; in memory that both have. */
struct rack_doing {
    _Atomic uint8_t act;   /* enum rack_act */
    _Atomic uint8_t power; /* enum rack_power, as a hook has last made it */
};

/* In memory that processes made later share, zeroed: one a slot. NULL with errno. */
struct rack_doing *rack_doing_new(size_t count);
void rack_doing_free(struct rack_doing *doing, size_t count);
/* Notes it; NULL is taken, too: nobody looks. */
void rack_does(struct rack_doing *doing, enum rack_act act);
void rack_power_is(struct rack_doing *doing, bool on);

/* ---- the file -------------------------------------------------------------------------------- */

enum { RACK_NOW_TEXT_MAX = 300, RACK_NOW_BYTES_MAX = 4 * 1024 * 1024 };

struct rack_now {
    char slot[64], revision[64];        /* "" = not known */
    char does[RACK_NOW_TEXT_MAX];       /* "runs" */
    char case_name[RACK_NOW_TEXT_MAX];  /* "" = none */
    char quarantine[RACK_NOW_TEXT_MAX]; /* why it gets no more cases; "" = it does */
    char power[8];                      /* "on", "off"; "" = not known */
    uint64_t since_ms;                  /* that it has the case, 1970; 0 = it has none */
    uint32_t cases, updates;
};

/* All slots at one moment; freed with rack_now_done(). Zero = none. */
struct rack_now_list {
    struct rack_now *slots;
    size_t count;
    uint64_t at_ms; /* 1970 */
};

/* Writes slots.json into a folder, whole or not at all. False with errno. */
bool rack_now_write(const char *folder, const struct rack_now_list *list);
/* Reads it; what is hostile is cut or left out. False: it is not there, or no such file. */
bool rack_now_read(const char *folder, struct rack_now_list *ret_list);
bool rack_now_parse(const char *text, size_t size, struct rack_now_list *ret_list);
void rack_now_done(struct rack_now_list *list);
const struct rack_now *rack_now_find(const struct rack_now_list *list, const char *slot);

#endif
