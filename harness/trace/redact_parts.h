/* redact_parts.h - what the rules share: reading, and stand-ins. */
#ifndef FOTARIG_HARNESS_TRACE_REDACT_PARTS_H
#define FOTARIG_HARNESS_TRACE_REDACT_PARTS_H

#include "harness/trace/redact.h"

struct redact_text {
    struct trace_redactor *redactor;
    uint8_t *bytes, *done;
    size_t size;
    enum trace_rule rule; /* that is being tried */
};

/* A rule: tries at `at`; returns how many bytes are done with, 0 = nothing for it here. */
typedef size_t redact_rule(struct redact_text *text, size_t at);

redact_rule redact_credentials, redact_named, redact_keys, redact_userinfo, redact_hosts,
    redact_mail, redact_cells, redact_positions, redact_card, redact_pdu, redact_iccid, redact_imei,
    redact_imsi, redact_numbers, redact_ipv4, redact_ipv6;

/* ---- reading: `at` may be the size, and then nothing is there -------------------------------- */

bool redact_is_digit(const struct redact_text *text, size_t at);
bool redact_is_hex(const struct redact_text *text, size_t at);
bool redact_is_letter(const struct redact_text *text, size_t at);
bool redact_is(const struct redact_text *text, size_t at, char wanted);
/* Length of the run of digits or hex digits that begins here; 0 when one goes on from before. */
size_t redact_digits(const struct redact_text *text, size_t at);
size_t redact_hex(const struct redact_text *text, size_t at);
/* A word begins here: no letter stands before, but that of an escape (\n, ^J). */
bool redact_at_word(const struct redact_text *text, size_t at);
/* The word stands here, in any case. */
bool redact_word(const struct redact_text *text, size_t at, const char *word);

/* ---- stand-ins ------------------------------------------------------------------------------- */

/* Numbers that follow from the key, the rule and a value. */
struct redact_dice {
    uint64_t state;
};
struct redact_dice redact_dice(const struct redact_text *text, const void *value, size_t size);
unsigned redact_throw(struct redact_dice *dice, unsigned sides);

/* Replaces a byte, if that is not done yet. */
void redact_put(struct redact_text *text, size_t at, uint8_t byte);
/* True when all of it has been replaced before. */
bool redact_is_done(const struct redact_text *text, size_t at, size_t size);
/* Letters by letters of the same case, digits by digits; what else there is stays. `hex`: letters
   by letters up to F. It never gives the same again, if it has a letter or digit. */
void redact_scramble(struct redact_text *text, size_t at, size_t size, bool hex);
/* Counts what was taken out; returns its size. */
size_t redact_taken(struct redact_text *text, size_t size);

#endif
