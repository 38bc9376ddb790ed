/*
 * tap.h - one reader of both directions' bytes: commands, results, URCs, prompts, data, boots and
 * resets as the wire shows them, whoever the ends are.
 *
 * A view: it writes no records. Words come from sim's catalogue. Its state is a value without
 * pointers, part of the bench's world. All bytes are hostile: a line that is longer than
 * TAP_LINE_BYTES is cut and told as such, nothing is kept beyond. Whole or byte by byte, the same
 * bytes give the same events.
 *
 * Every byte but CR and LF belongs to exactly one event with a span (tap_event.offset, .length);
 * BOOT and RESET have the span of the line that shows them.
 */
#ifndef FOTARIG_HARNESS_TAP_TAP_H
#define FOTARIG_HARNESS_TAP_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAP_LINE_BYTES = 128 };

enum tap_direction { TAP_TO_MODULE, TAP_TO_HOST, TAP_DIRECTIONS };

/* X(NAME, "name"): what the text is. */
#define TAP_KINDS(X)                                                                               \
    X(COMMAND, "command") /* one command of a line, without AT; "" = AT alone */                   \
    X(RESULT, "result")   /* a final result code in words; of ATV0 the word of the digit */        \
    X(URC, "urc")         /* an unsolicited line */                                                \
    X(ANSWER, "answer")   /* a line of the answer to the command that runs */                      \
    X(ECHO, "echo")       /* what the module sends back of a command, or a part of it */           \
    X(PROMPT, "prompt")   /* the module wants bytes: "DOWNLOAD", "> " */                           \
    X(DATA, "data")       /* bytes that are no text: of a file, a message, a call; no text */      \
    X(NOISE, "noise")     /* bytes that are no line of either side */                              \
    X(BOOT, "boot")       /* the AT engine is up; text: the line that shows it */                  \
    X(RESET, "reset")     /* the module has restarted; number: enum tap_cause; text: the same */

enum tap_kind {
#define X(name, text) TAP_##name,
    TAP_KINDS(X)
#undef X
        TAP_KIND_COUNT
};

/* What is known of a reset: X(NAME, "name") */
#define TAP_CAUSES(X)                                                                              \
    X(UNKNOWN, "unknown") /* supply, crash, PWRKEY, RESET: the wire shows none of them */          \
    X(COMMAND, "command") /* a command that restarts or switches off stood before */               \
    X(UPDATE, "update")   /* into the updater, or out of it */

enum tap_cause {
#define X(name, text) TAP_CAUSE_##name,
    TAP_CAUSES(X)
#undef X
        TAP_CAUSE_COUNT
};

/* tap_event.flags */
enum {
    TAP_INFERRED =
        1, /* no line says so by itself: the card or messaging told again, echo is back */
    TAP_TRUNCATED = 2, /* the text is cut; the span is not */
    TAP_UNASKED = 4,   /* RESULT: no command is known to wait for it */
    TAP_UNKNOWN = 8,   /* URC: the catalogue has none that begins so */
    TAP_EARLY = 16     /* COMMAND: at once behind a line without a result; modules drop it (T16) */
};

struct tap_event {
    uint64_t at_us;  /* of the call that completed it */
    uint64_t offset; /* of its first byte in its direction's stream, from 0 */
    uint32_t length; /* bytes of the stream; of a COMMAND those of its whole line, AT included */
    uint8_t kind;    /* enum tap_kind */
    uint8_t direction;
    uint8_t flags;
    uint8_t number; /* RESET: enum tap_cause */
    uint16_t text_length;
    const char *text; /* valid during the call only; not NUL-terminated */
};

/* One direction. */
struct tap_side {
    uint64_t offset; /* bytes that came */
    uint64_t begin;  /* offset at which what is being collected begins */
    uint32_t left; /* of data; SIM_BYTES_TO_END = up to its end character; of noise: to_module.c */
    uint16_t length; /* of text */
    uint8_t state;   /* to_module.c, to_host.c */
    uint8_t last;    /* the byte before what is being collected */
    char text[TAP_LINE_BYTES];
};

struct tap {
    uint64_t heard_at_us; /* bytes to the host came last */
    uint64_t line_at_us;  /* the last command line came; 0 = none */
    uint64_t up_at_us;    /* a command was answered first, with no boot before; 0 = not yet */
    struct tap_side sides[TAP_DIRECTIONS];
    uint16_t echoed;     /* bytes of the last command line that came back, AT included */
    uint16_t boots;      /* that were told */
    uint16_t resets;     /* the same */
    uint8_t waits;       /* 1: a command has no result yet */
    uint8_t is_cut;      /* 1: the command line is longer than its text */
    uint8_t may_prompt;  /* 1: a command of the line may ask for bytes */
    uint8_t effects;     /* bit n: one has enum sim_effect n once it is answered */
    uint8_t may_restart; /* 1: one is the cause that is expected */
    uint8_t digits;      /* 1: results are digits (ATV0) */
    uint8_t no_echo;     /* life.c: 1: the host has switched the echo off */
    uint8_t card;        /* 1: a command may have made the card tell its state */
    uint8_t cause;       /* enum tap_cause of the restart that is expected */
    uint8_t life;        /* life.c: how far the last boot has told itself */
    uint8_t rdy_alone;   /* 1: the last boot has said RDY and nothing else yet */
    uint8_t name_length; /* of the only command of the line that waits; 0: it has none, several, or
                            is being replaced */
    uint8_t asks;        /* of that command: bits of the catalogue's SIM_ASKS_... */
    uint8_t reserved[5];
};
_Static_assert(sizeof(struct tap) == 48 + TAP_DIRECTIONS * (24 + TAP_LINE_BYTES),
               "padding in struct tap");

typedef void tap_told(void *context, const struct tap_event *event);

/*
 * Takes bytes of one direction, in the order in which the ends got them, and tells what they
 * complete. All zero is the beginning. `told` must not feed; NULL = nobody listens.
 */
void tap_feed(struct tap *tap, enum tap_direction direction, const void *bytes, size_t size,
              uint64_t now_us, tap_told *told, void *context);

/*
 * The form in which equal taps are equal bytes, whenever they are: times as distances from now,
 * what is so long ago that only that counts as zero, where the stream stands left out. It can't be
 * fed any more.
 */
void tap_make_comparable(struct tap *tap, uint64_t now_us);

/* Names of the tables above; "?" for a value out of range. */
const char *tap_kind_name(unsigned kind);
const char *tap_cause_name(unsigned cause);

#endif
