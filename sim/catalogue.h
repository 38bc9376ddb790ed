/*
 * catalogue.h - what the emulator knows of a SIM7000, to be read by others: the bench asks here
 * instead of holding module literals of its own.
 */
#ifndef FOTARIG_SIM_CATALOGUE_H
#define FOTARIG_SIM_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sim_fact {
    const char *group;   /* "command", "urc", "status", "boot", "result", "http", "variant",
                            "revision", "setting" */
    const char *name;    /* "+CFOTA" (what stands after AT), "RDY", "6", "answer-delay" */
    const char *meaning; /* one sentence */
    char tag;            /* 'D' documented, 'O' observed, 'S' sibling, 'I' inferred */
    const char *source;  /* where in facts/: "AT106 2.2.19", "T08", "Q5" */
    const char *setting; /* the setting that changes it, NULL = none */
};

/* The n-th fact, in a stable order; false when there are fewer. */
bool sim_fact(size_t index, struct sim_fact *ret_fact);

/* What the emulator does of a command of the manual: X(NAME, "as it is shown"). */
#define SIM_MANUAL_STATES(X)                                                                       \
    X(MODELLED, "modelled")                                                                        \
    X(KEPT, "kept")           /* accepted, checked and read again; nothing is behind it */         \
    X(NOT_BUILT, "not built") /* OneNet, Telecom IoT, SIM toolkit */                               \
    X(NOT_APPLICABLE, "not applicable")                                                            \
    X(UNKNOWN, "unknown") /* the table says one of the first two, and it is not there */

enum sim_manual_state {
#define X(name, text) SIM_MANUAL_##name,
    SIM_MANUAL_STATES(X)
#undef X
        SIM_MANUAL_STATE_COUNT
};

struct sim_manual_command {
    const char *section; /* "2.2.5": of the SIM7000 Series AT Command Manual V1.06 */
    const char *command; /* "ATI", "AT+CFUN", "A/" */
    uint8_t state;       /* enum sim_manual_state */
};

/* The n-th command of the manual, in its order; false when there are fewer. */
bool sim_manual_command(size_t index, struct sim_manual_command *ret_command);
/* "modelled"; NULL past the last state. */
const char *sim_manual_state_name(unsigned state);

/* The package manifest that the updater reads (synthetic; I: the real format is not known). */
extern const char sim_manifest_entry[];  /* name of the zip entry */
extern const char sim_payload_entry[];   /* name of the entry with the delta */
extern const char sim_manifest_format[]; /* value of its first key, "format" */
/*
 * Writes a manifest; returns its length, or 0 when `capacity` is too small. The keys and their
 * order are described at the definition.
 */
size_t sim_manifest_write(char *buffer, size_t capacity, const char *variant, const char *from,
                          const char *to, uint32_t payload_size_bytes, uint32_t payload_crc32);

/* CRC-32 as zip and manifest have it; start with 0, continue with the last result. */
uint32_t sim_crc32(uint32_t crc, const void *bytes, size_t size);

/* Path that the updater reads its package from, "/fota/update.zip" (FOTA101 5.2, D). */
extern const char sim_package_path[];

/* The command that sets the port's rate, "+IPR"; 0 = the module finds it out (AT106 2.2). */
extern const char sim_rate_command[];

/* The command line that restarts the module, "AT+CFUN=1,1" (AT106 3.2.19, D). */
extern const char sim_restart_command[];

/* The folders of the file system ("/fota/") by their index in CFS* commands (AT106 15.2, D): the
   n-th, or NULL. */
const char *sim_directory(size_t index);

/* Known variants ("SIM7000C"): the n-th, or NULL. */
const char *sim_variant(size_t index);

/*
 * True when a line is a final result code in ATV1 form ("OK", "ERROR", "+CME ERROR: 3", …), or one
 * that a command has for itself ("SHUT OK", "0, SEND OK").
 */
bool sim_is_final_result(const char *line, size_t length);
/* The final result of a digit (ATV0): "OK" of '0'; NULL: it has none. */
const char *sim_result_of_digit(char digit);

/* True when a line is one that a boot prints ("RDY", "+CFUN: 1", "SMS Ready", …). */
bool sim_is_boot_line(const char *line, size_t length);

/*
 * How the unsolicited lines begin that belong to an update: the n-th, or NULL. Those of the updater
 * are told apart; lines that only other commands bring are not among them.
 */
const char *sim_update_urc(size_t index);
/* The one that a line is, with or without a blank behind its colon; -1: none. */
int sim_update_urc_find(const char *line, size_t length);
/* False: it tells of a message, which may ask for an update and says nothing of one. */
bool sim_update_urc_is_own(size_t index);

/* ---- for readers of the wire ----------------------------------------------------------------
 *
 * Nothing here keeps a state or knows one: what was on the line before is the reader's business.
 */

/* How a command asks, as bits: "AT+X=?", "AT+X?", "AT+X=1", "AT+X". */
enum sim_asks { SIM_ASKS_TEST = 1, SIM_ASKS_READ = 2, SIM_ASKS_WRITE = 4, SIM_ASKS_EXECUTE = 8 };

/* One command of a line; the texts lie in the line. */
struct sim_command_piece {
    const char *text;   /* "+CFUN=1,1" */
    size_t length;      /* of text, in bytes */
    size_t name_length; /* at its beginning; 0: a line of AT alone */
    uint8_t asks;       /* enum sim_asks */
    size_t next;        /* where the search for the next one begins */
};
/* Finds the command at `cursor` (0 at first) of what stands behind AT; false: there is no more. */
bool sim_command_next(const char *line, size_t length, size_t cursor,
                      struct sim_command_piece *ret_piece);

/* True when an unsolicited line of the catalogue begins so ("+CPIN: READY"). */
bool sim_is_urc(const char *line, size_t length);

/* True when it is a progress line of the updater: most lines of an update are. */
bool sim_is_progress(const char *line, size_t length);
/* The length of the progress line that the bytes begin with, up to the CR or LF behind it; 0: it is
   another line, or not seen to its end yet. */
size_t sim_progress_length(const char *bytes, size_t size);

/* What an unsolicited line says of the module's life. */
enum sim_sign {
    SIM_SIGN_NONE,
    SIM_SIGN_BOOT,    /* only a boot prints it ("RDY") */
    SIM_SIGN_BOOTED,  /* a boot prints it, and not only that ("+CPIN: READY") */
    SIM_SIGN_UPDATER, /* it has restarted into its updater ("+CFOTA: \"Start to update\"") */
    SIM_SIGN_UPDATED  /* it is about to restart out of it ("+CFOTA: \"Update failed, …") */
};
/*
 * *ret_order: of SIM_SIGN_BOOT and BOOTED, its place among the lines of a boot, from 0: they come
 * in that order.
 */
enum sim_sign sim_sign_of(const char *line, size_t length, unsigned *ret_order);

/* What a command, once answered with OK, changes for a reader. */
enum sim_effect {
    SIM_EFFECT_NONE,
    SIM_EFFECT_ECHO_OFF,
    SIM_EFFECT_ECHO_ON,
    SIM_EFFECT_DIGITS, /* results are digits: ATV0 */
    SIM_EFFECT_WORDS,
    SIM_EFFECT_AS_SAVED, /* echo and results are what was saved: ATZ, AT&F */
    SIM_EFFECT_CARD      /* the card may tell its state again: CFUN, CPIN */
};
enum sim_effect sim_effect_of(const char *command, size_t length);

/* How many bytes a prompt wants. */
#define SIM_BYTES_TO_END UINT32_MAX /* up to CTRL-Z or ESC */
/*
 * When `text` is what the module prints to ask for the bytes of that command: how many it wants,
 * else 0. A prompt that is no line of its own ("> ") is told without the CR LF before it.
 */
uint32_t sim_prompt_bytes(const char *command, size_t command_length, const char *text,
                          size_t length);
/* True when the command may ask for bytes at all. */
bool sim_may_prompt(const char *command, size_t length);
/* The length of a prompt that is no line of its own and with which the text begins; 0: none. */
size_t sim_prompt_head(const char *text, size_t length);
/* How many bytes of the module's own follow behind a line that it has printed; 0: none. */
uint32_t sim_bytes_behind(const char *line, size_t length);
/*
 * The same of a line that goes on with its bytes ("+IPD,5:"): *ret_head is the length up to where
 * they begin, 0 while that has not come. `command`: the one that runs, length 0: none.
 */
uint32_t sim_bytes_within(const char *command, size_t command_length, const char *line,
                          size_t length, size_t *ret_head);
/* True when a result of that command begins a data call ("CONNECT 115200"). */
bool sim_is_connect(const char *line, size_t length);

/* ---- roles ---------------------------------------------------------------------------------- */

/* What a command does to an update, for rules that watch a client. */
enum sim_role {
    SIM_ROLE_NONE,
    SIM_ROLE_START_UPDATE, /* +CFOTA=1 */
    SIM_ROLE_CLEAR_UPDATE, /* +CFOTA=0 */
    SIM_ROLE_RESTART       /* restarts or switches off the module: +CFUN=1,1, +CFUN=6, +CPOWD */
};

/* The role of a command as SIM_EVENT_COMMAND tells it, without the AT; any case. */
enum sim_role sim_command_role(const char *command, size_t length);

/*
 * What a client is about, as its commands show: X(NAME, "name"). A command of the first row that it
 * begins like counts.
 */
#define SIM_DOINGS(X)                                                                              \
    X(DOWNLOADING, "downloading") /* has the module fetch the package, or hands it over */         \
    X(STARTING, "starting")       /* starts the update */                                          \
    X(CHECKING, "checking")       /* asks for its status */                                        \
    X(CLEARING, "clearing")       /* clears its result */                                          \
    X(RESTARTING, "restarting")   /* restarts the module, or switches it off */

enum sim_doing {
#define X(name, text) SIM_DOING_##name,
    SIM_DOINGS(X)
#undef X
        SIM_DOING_COUNT
};
/* Of a command without its AT; COUNT: nothing of it. */
enum sim_doing sim_command_doing(const char *command, size_t length);

/* What a client says of the file on a server that it wants (AT106 10.2). */
enum sim_wanted_part {
    SIM_WANTED_SERVER,
    SIM_WANTED_USER,
    SIM_WANTED_PASSWORD,
    SIM_WANTED_PORT,
    SIM_WANTED_PATH,
    SIM_WANTED_NAME,
    SIM_WANTED_PARTS
};
/* Which of them a command sets ("+FTPUN=\"me\""); -1: none. */
int sim_wanted_part(const char *command, size_t length);

/*
 * Questions that tell what a module is and change nothing of it, for a bench that reaches it by its
 * port alone: X(NAME, "what is asked for").
 */
#define SIM_QUESTIONS(X)                                                                           \
    X(MODEL, "model")                                                                              \
    X(REVISION, "revision")                                                                        \
    X(IMEI, "IMEI")                                                                                \
    X(SUPPLY, "supply in millivolts")                                                              \
    X(STATUS, "update status")                                                                     \
    X(BEARER, "app network, 1 = up")                                                               \
    X(CLOCK, "clock, seconds of the day")                                                          \
    X(FILE, "length of a file in bytes")                                                           \
    X(PARAMETER, "value of a command that sets one number")

enum sim_question {
#define X(name, text) SIM_QUESTION_##name,
    SIM_QUESTIONS(X)
#undef X
        SIM_QUESTION_COUNT
};

enum { SIM_QUESTION_STEPS = 3, SIM_QUESTION_COMMAND_MAX = 128 };

/*
 * Writes the command line of a step of a question (from 0), with AT and without CR; returns its
 * length, 0 = the question has no such step, or the argument does not fit. `argument`: FILE: its
 * path ("/fota/update.zip"), PARAMETER: the command ("+IPR"), else NULL. A step may fail and the
 * others are still to be sent.
 */
size_t sim_question_command(enum sim_question question, unsigned step, const char *argument,
                            char *buffer, size_t capacity);

/*
 * True when a line of an answer holds what was asked for, which is written to `value` as text
 * (decimal where it is a number), cut to `capacity` with its NUL.
 */
bool sim_question_answer(enum sim_question question, const char *argument, const char *line,
                         size_t length, char *value, size_t capacity);

const char *sim_question_name(unsigned question);

/* What an interface of the module is for, as a USB device. */
struct sim_usb_role {
    const char *name; /* "AT commands" */
    bool takes_at;    /* an AT engine listens there */
};

/* By vendor, product and number of the interface as their descriptors have them; interface -1: not
   known. NULL: no such device is a module. */
const struct sim_usb_role *sim_usb_role(unsigned vendor, unsigned product, int interface);

#ifdef __cplusplus
}
#endif

#endif
