/* parts.h - what the files of the tap share. */
#ifndef FOTARIG_HARNESS_TAP_PARTS_H
#define FOTARIG_HARNESS_TAP_PARTS_H

#include "harness/tap/tap.h"

#include "sim/catalogue.h"

/* What counts as long ago. */
enum {
    TAP_SLOW_US = 30000000, /* a boot may be so slow to tell itself that commands were answered
                               before (facts 5.3, T15) */
    TAP_PAUSE_US = 1000000, /* data that a restart has cut is over when so long nothing came */
    TAP_EARLY_US = 20000    /* no client waits so shortly for a result */
};

/* A call of tap_feed(). */
struct tap_reader {
    struct tap *tap;
    uint64_t now_us;
    tap_told *told;
    void *context;
};

/* What one side has collected, and what is told of it. */
struct tap_text {
    enum tap_direction direction;
    uint64_t offset;
    uint32_t length; /* in the stream */
    const char *text;
    size_t text_length;
    bool truncated;
};

void tap_tell(const struct tap_reader *reader, const struct tap_text *text, enum tap_kind kind,
              uint8_t flags);
/* The same for RESET. */
void tap_tell_reset(const struct tap_reader *reader, const struct tap_text *text, uint8_t flags,
                    enum tap_cause cause);
/* What a side has collected since `begin`, without text when it kept none. */
struct tap_text tap_collected(const struct tap *tap, enum tap_direction direction, bool has_text);
/* Keeps as much of the bytes as fits. */
void tap_keep(struct tap_side *side, const char *bytes, size_t size);

/* ---- to_module.c --------------------------------------------------------------------------- */

/* Takes at least one byte; returns how many. */
size_t tap_take_to_module(const struct tap_reader *reader, const char *bytes, size_t size);
/* The module has asked for bytes: as many, or up to their end character. */
void tap_expect_data(struct tap *tap, uint32_t bytes);
/* A data call has begun. */
void tap_expect_call(struct tap *tap);
/* A result or a restart: what the host sends are commands again. */
void tap_end_data(const struct tap_reader *reader);
/* What the host sends now is data; a call's, too. */
bool tap_is_data(const struct tap *tap);
bool tap_is_call(const struct tap *tap);
/* Finds the next command of the line that waits; *cursor begins at 0. */
bool tap_next_command(const struct tap *tap, size_t *cursor, struct sim_command_piece *ret_piece);

/* ---- to_host.c ----------------------------------------------------------------------------- */

/* Before the bytes of a call. */
void tap_begin_to_host(const struct tap_reader *reader);
size_t tap_take_to_host(const struct tap_reader *reader, const char *bytes, size_t size);

/* ---- life.c -------------------------------------------------------------------------------- */

/* An unsolicited line was told: it may show a boot, or the updater. */
void tap_saw_unsolicited(const struct tap_reader *reader, const struct tap_text *line);
/* A command line came back. */
void tap_saw_echo(struct tap *tap);
/* The module answers with that line, which is told next. */
void tap_saw_answer(const struct tap_reader *reader, const struct tap_text *line);
/* A command was given, and how it was answered. */
void tap_saw_command(struct tap *tap, const struct sim_command_piece *piece);
void tap_saw_result(struct tap *tap, bool good);

#endif
