/*
 * rows.h - the words of the scenario language, one row each, with all that is true of it. A word is
 * added here and nowhere else: loader, schema, engine, judge, coverage, plans and messages read
 * these rows. Only what nobody could do before needs code: a new way to match or to do something,
 * a new function of the judge.
 */
#ifndef FOTARIG_HARNESS_SCENARIO_ROWS_H
#define FOTARIG_HARNESS_SCENARIO_ROWS_H

#include <stdint.h>

#include "core/fota.h"
#include "sim/sim.h"

/* ---- needs ----------------------------------------------------------------------------------- */

/*
 * What a word needs of the target that a case runs on. X(NAME, "name", "what is needed, and who has
 * it"): the text goes on after "'phase' needs".
 */
#define SCENARIO_NEEDS(X)                                                                          \
    X(WIRE, "wire", "bytes that pass through the bench")                                           \
    X(COMMAND_LINE, "command-line", "commands that are read on the wire")                          \
    X(URC_LINE, "urc-line", "unsolicited lines that are told from answers on the wire")            \
    X(BOOT_LINE, "boot-line", "boots that show on the wire, which they do not at every rate")      \
    X(CLIENT_STATE, "client-state", "the client's own state, which only the core shows")           \
    X(CLIENT_CONTROL, "client-control", "a hold on the client, which only the core gives")         \
    X(CLIENT_RESTART, "client-restart", "a client that the bench can restart")                     \
    X(CLIENT_END, "client-end", "a client whose end is seen")                                      \
    X(CLAIM, "claim", "what the client says of how its job ended")                                 \
    X(CORE_MANNER, "core-manner", "the core's own way of doing it, which is not everybody's")      \
    X(MODULE_STATE, "module-state", "the module's own state, which a real module does not show")   \
    X(MODULE_CONTROL, "module-control",                                                            \
      "a hand in the module or its network, which a real module does not give")                    \
    X(MODULE_HOOK, "module-hook",                                                                  \
      "a say in how the module answers, which a real module does not give")                        \
    X(MODULE_SETUP, "module-setup",                                                                \
      "a module that is as the scenario says, and a real module is as it is")                      \
    X(SERVER, "server", "the scenario's own server, which only the emulator reaches")              \
    X(PACKAGE, "package",                                                                          \
      "a package that is made for the case, which a real module does not take")                    \
    X(POWER_HOOK, "power-hook", "a switch for the module's supply")                                \
    X(PWRKEY_HOOK, "pwrkey-hook", "a wire to the module's PWRKEY")                                 \
    X(RESET_HOOK, "reset-hook", "a wire to the module's RESET")                                    \
    X(SUPPLY_HOOK, "supply-hook", "a supply whose voltage can be set")                             \
    X(MODEM_LINES, "modem-lines", "the modem lines DTR and RTS")                                   \
    X(ASK_UPDATE, "ask-update", "a module that is asked for its revision and status at the end")   \
    X(ASK_MODULE, "ask-module",                                                                    \
      "a module that is asked for its files, parameters, number and bearer at the end")

enum scenario_need_index {
#define X(name, ...) SCENARIO_NEED_INDEX_##name,
    SCENARIO_NEEDS(X)
#undef X
        SCENARIO_NEED_COUNT
};
enum scenario_need {
    SCENARIO_NEED_NOTHING = 0,
#define X(name, ...) SCENARIO_NEED_##name = 1 << SCENARIO_NEED_INDEX_##name,
    SCENARIO_NEEDS(X)
#undef X
        SCENARIO_NEED_ALL = (1 << SCENARIO_NEED_COUNT) - 1,
    /* What the core's own manner shows on the wire. */
    SCENARIO_NEED_CORE_COMMANDS = SCENARIO_NEED_COMMAND_LINE | SCENARIO_NEED_CORE_MANNER,
    SCENARIO_NEED_CORE_URCS = SCENARIO_NEED_URC_LINE | SCENARIO_NEED_CORE_MANNER,
    SCENARIO_NEED_CORE_BOOTS = SCENARIO_NEED_BOOT_LINE | SCENARIO_NEED_CORE_MANNER
};

/* ---- what rows are made of ------------------------------------------------------------------- */

/* Where something happens: X(NAME, "name") */
#define SCENARIO_WHERES(X)                                                                         \
    X(CLOCK, "clock")                                                                              \
    X(HOST, "host")       /* the client and its board */                                           \
    X(MODULE, "module")   /* inside of it */                                                       \
    X(FIXTURE, "fixture") /* around the module: supply, pins, modem lines */                       \
    X(TO_HOST, "wire to the host")                                                                 \
    X(TO_MODULE, "wire to the module")

enum scenario_where {
#define X(name, ...) SCENARIO_##name,
    SCENARIO_WHERES(X)
#undef X
        SCENARIO_WHERE_COUNT
};

/* Keys that may stand beside a word; MUST: that have to. */
enum {
    SCENARIO_TAKES_NTH = 1,
    SCENARIO_TAKES_SINCE = 2,
    SCENARIO_TAKES_ANSWERS = 4,
    SCENARIO_TAKES_AT = 8,
    SCENARIO_TAKES_PERCENT = 16,
    SCENARIO_TAKES_FOR = 32,
    SCENARIO_TAKES_WRITE = 64,
    SCENARIO_TAKES_FROM = 128,
    SCENARIO_TAKES_RUN = 256,
    SCENARIO_TAKES_BITS = 9,
#define SCENARIO_MUST(takes) ((takes) << SCENARIO_TAKES_BITS | (takes))
    SCENARIO_TAKES_NOTHING = 0
};

/* When a trigger is met by what happens. */
enum scenario_match {
    SCENARIO_MATCH_NUMBER,  /* it is the n-th, or at that number */
    SCENARIO_MATCH_REACHED, /* the number is reached or passed */
    SCENARIO_MATCH_BODY,    /* the same, and each body begins at 0 again */
    SCENARIO_MATCH_TEXT,    /* the text begins so */
    SCENARIO_MATCH_COMMAND, /* the same, in either case */
    SCENARIO_MATCH_STATE,   /* it is that word of the list */
    SCENARIO_MATCH_ANY,     /* the same, or the last word of the list, which stands for all */
    SCENARIO_MATCH_PHASE,   /* phase and percent are these */
    SCENARIO_MATCH_TIME,    /* it is that late */
    SCENARIO_MATCH_BYTE,    /* on the wire: the n-th byte is next */
    SCENARIO_MATCH_LINE,    /* on the wire: the n-th line is next */
    SCENARIO_MATCH_BEGIN    /* on the wire: a line that begins with the text is next */
};

/* ---- triggers -------------------------------------------------------------------------------- */

/* What a server gives in place of a package: X(NAME, "word") */
#define SCENARIO_SERVINGS(X)                                                                       \
    X(PAGE, "page")           /* of a captive portal */                                            \
    X(LONG, "long")           /* bytes stand behind it */                                          \
    X(SHORT, "short")         /* half of it, and the connection ends */                            \
    X(DAMAGED, "damaged")     /* one byte in the middle is another */                              \
    X(NOT_FOUND, "not-found") /* 404 */                                                            \
    X(UNREACHABLE, "unreachable")

enum scenario_serving {
#define X(name, text) SCENARIO_SERVES_##name,
    SCENARIO_SERVINGS(X)
#undef X
};

#define SCENARIO_HOOK(name) (1u << SIM_HOOK_##name)

/*
 * X(NAME, "key", VALUE, takes, WHERE, MATCH, hooks, NEED, "what it waits for"); VALUE is a row of
 * the schema (schema_events.c), hooks are those of the module, of which one tells it.
 */
#define SCENARIO_TRIGGERS(X)                                                                       \
    X(COMMAND, "command", VALUE_COMMAND, SCENARIO_TAKES_NTH, MODULE, COMMAND,                      \
      SCENARIO_HOOK(COMMAND), COMMAND_LINE,                                                        \
      "the module is about to run a command that begins with this text")                           \
    X(PHASE, "phase", VALUE_WORD(phases, phase), SCENARIO_TAKES_PERCENT, MODULE, PHASE,            \
      SCENARIO_HOOK(PHASE) | SCENARIO_HOOK(PERCENT), MODULE_STATE,                                 \
      "the updater begins this phase, or reaches `percent` of it")                                 \
    X(FLASH_STEP, "flash-step", VALUE_NUMBER(number), SCENARIO_TAKES_NOTHING, MODULE, NUMBER,      \
      SCENARIO_HOOK(FLASH_STEP), MODULE_STATE,                                                     \
      "the updater is about to write this step, counted from 1")                                   \
    X(NV_WRITE, "nv-write", VALUE_LINE, SCENARIO_TAKES_NTH, MODULE, TEXT, SCENARIO_HOOK(NV_WRITE), \
      MODULE_STATE,                                                                                \
      "the module is about to write this to flash: '+IPR', '/fota/update.zip', 'update-status'")   \
    X(BOOT, "boot", VALUE_NUMBER(number), SCENARIO_TAKES_NOTHING, MODULE, REACHED,                 \
      SCENARIO_HOOK(BOOT), BOOT_LINE, "the n-th boot of the module's AT engine")                   \
    X(RESET, "reset", VALUE_WORD(any_resets, state), SCENARIO_TAKES_NTH, MODULE, ANY, 0,           \
      MODULE_STATE, "the module begins to restart in this way, or in any")                         \
    X(URC, "urc", VALUE_AT, SCENARIO_TAKES_NTH, MODULE, TEXT, 0, URC_LINE,                         \
      "the module sends an unsolicited line that begins with this text")                           \
    X(TIME, "time", VALUE_DURATION(time_us), SCENARIO_TAKES_SINCE, CLOCK, TIME, 0, NOTHING,        \
      "this long after the start, or `since` something was last seen")                             \
    X(CORE_STATE, "core-state", VALUE_WORD(states, state), SCENARIO_TAKES_NTH, HOST, STATE, 0,     \
      CLIENT_STATE, "the core enters this state")                                                  \
    X(DOING, "host", VALUE_WORD(doings, state), SCENARIO_TAKES_NTH, HOST, STATE, 0, COMMAND_LINE,  \
      "a command of the client shows that it does this, whoever it is")                            \
    X(REQUEST, "request", VALUE_WORD(scenario_requests, state), SCENARIO_TAKES_NTH, HOST, STATE,   \
      0, CLIENT_STATE, "the core asks this of its surroundings")                                   \
    X(HTTP_BYTE, "http-byte", VALUE_SIZE(number), SCENARIO_TAKES_NOTHING, MODULE, BODY,            \
      SCENARIO_HOOK(HTTP_BYTE), MODULE_STATE, "this much of an HTTP body has reached the module")  \
    X(TO_HOST_BYTE, "to-host-byte", VALUE_NUMBER(number), SCENARIO_TAKES_NOTHING, TO_HOST, BYTE,   \
      0, WIRE, "the n-th byte from the module is about to pass the wire")                          \
    X(TO_MODULE_BYTE, "to-module-byte", VALUE_NUMBER(number), SCENARIO_TAKES_NOTHING, TO_MODULE,   \
      BYTE, 0, WIRE, "the n-th byte from the host is about to pass the wire")                      \
    X(TO_HOST_LINE, "to-host-line", VALUE_NUMBER(number), SCENARIO_TAKES_NOTHING, TO_HOST, LINE,   \
      0, WIRE, "the n-th line from the module is about to pass the wire")                          \
    X(TO_MODULE_LINE, "to-module-line", VALUE_NUMBER(number), SCENARIO_TAKES_NOTHING, TO_MODULE,   \
      LINE, 0, WIRE, "the n-th line from the host is about to pass the wire")                      \
    X(TO_HOST_TEXT, "to-host-text", VALUE_AT,                                                      \
      SCENARIO_TAKES_NTH | SCENARIO_TAKES_AT | SCENARIO_TAKES_ANSWERS, TO_HOST, BEGIN, 0, WIRE,    \
      "a line from the module that begins with this text is about to pass the wire")               \
    X(TO_MODULE_TEXT, "to-module-text", VALUE_AT, SCENARIO_TAKES_NTH | SCENARIO_TAKES_AT,          \
      TO_MODULE, BEGIN, 0, WIRE,                                                                   \
      "a line from the host that begins with this text is about to pass the wire")

enum scenario_trigger_kind {
#define X(name, ...) SCENARIO_TRIGGER_##name,
    SCENARIO_TRIGGERS(X)
#undef X
        SCENARIO_TRIGGER_COUNT
};

struct scenario_trigger_row {
    const char *name, *help;
    uint32_t takes; /* SCENARIO_TAKES_… */
    uint8_t where;  /* enum scenario_where */
    uint8_t match;  /* enum scenario_match */
    uint32_t hooks; /* bit n: enum sim_hook_kind n tells it */
    uint32_t needs; /* enum scenario_need */
};
extern const struct scenario_trigger_row scenario_trigger_rows[SCENARIO_TRIGGER_COUNT];

/* What `time` may be counted from: the last one of these. X(NAME, "name", NEED) */
#define SCENARIO_SINCES(X)                                                                         \
    X(START, "start", NOTHING)                                                                     \
    X(RESET, "reset", MODULE_STATE)     /* of the module, in any way */                            \
    X(BOOT, "boot", BOOT_LINE)          /* the AT engine is up */                                  \
    X(COMMAND, "command", COMMAND_LINE) /* the module runs a command */                            \
    X(URC, "urc", URC_LINE)             /* the module sends an unsolicited line */                 \
    X(BYTE, "byte", WIRE)               /* on the wire, either way */

enum scenario_since {
#define X(name, ...) SCENARIO_SINCE_##name,
    SCENARIO_SINCES(X)
#undef X
        SCENARIO_SINCE_COUNT
};

/* ---- actions --------------------------------------------------------------------------------- */

/* How an action is done. */
enum scenario_doing {
    SCENARIO_DO_MODULE,  /* as the module's own action (enum sim_action_kind) */
    SCENARIO_DO_POWER,   /* the supply is switched, if need be inside of a write */
    SCENARIO_DO_SETTING, /* a setting of the emulator */
    SCENARIO_DO_REPLY,   /* decided where the module is about to run a command */
    SCENARIO_DO_SWALLOW,
    SCENARIO_DO_DELAY,
    SCENARIO_DO_LOSE, /* with the next bytes of a lane */
    SCENARIO_DO_GARBLE,
    SCENARIO_DO_DUPLICATE,
    SCENARIO_DO_INSERT,
    SCENARIO_DO_SPLIT,
    SCENARIO_DO_FLIP,
    SCENARIO_DO_SHARE, /* with all that begins within a time */
    SCENARIO_DO_HOST_RESET,
    SCENARIO_DO_REQUEST, /* the board does with what the client asks of it */
    SCENARIO_DO_SERVE,   /* the server with the next request */
    SCENARIO_DO_CANCEL
};

/* Kinds of faults, as coverage counts them. X(NAME, "name") */
#define SCENARIO_FAULTS(X)                                                                         \
    X(SUPPLY, "supply")                                                                            \
    X(PIN, "pin")                                                                                  \
    X(RESET, "reset")                                                                              \
    X(HANG, "hang")                                                                                \
    X(ANSWER, "answer")                                                                            \
    X(LINE, "line")                                                                                \
    X(URC, "urc")                                                                                  \
    X(NETWORK, "network")                                                                          \
    X(FLASH, "flash")                                                                              \
    X(HOST, "host")                                                                                \
    X(SETTING, "setting")

enum scenario_fault {
#define X(name, ...) SCENARIO_FAULT_##name,
    SCENARIO_FAULTS(X)
#undef X
        SCENARIO_FAULT_COUNT
};

#define SCENARIO_NO_WORD 255

/*
 * X(NAME, "key", VALUE, takes, back, WHERE, DOING, sim, FAULT, NEED, "what it does"). `back` is the
 * word that undoes it: the end of its `for`, which that word itself does not take. `sim` is the
 * module's action of DO_MODULE.
 */
#define SCENARIO_ACTIONS(X)                                                                        \
    X(POWER, "power", VALUE_WORD(power, detail), SCENARIO_TAKES_FOR | SCENARIO_TAKES_WRITE, 1,     \
      FIXTURE, POWER, 0, SUPPLY, POWER_HOOK,                                                       \
      "cut: the supply goes (back after `for`); on: it comes back")                                \
    X(PWRKEY, "pwrkey", VALUE_MS(number), SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, FIXTURE,       \
      MODULE, SIM_ACTION_PWRKEY, PIN, PWRKEY_HOOK, "pull PWRKEY low for this long")                \
    X(REPLY, "reply", VALUE_REPLY, SCENARIO_TAKES_RUN, SCENARIO_NO_WORD, MODULE, REPLY, 0, ANSWER, \
      MODULE_HOOK, "answer the triggering command with these lines instead")                       \
    X(SWALLOW, "swallow", VALUE_YES, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, MODULE, SWALLOW, 0, \
      ANSWER, MODULE_HOOK, "the triggering command does not run and is not answered")              \
    X(DELAY, "delay", VALUE_MS(number), SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, MODULE, DELAY,   \
      0, ANSWER, MODULE_HOOK, "answer the triggering command this much later")                     \
    X(URC, "urc", VALUE_AT, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, MODULE, MODULE,              \
      SIM_ACTION_URC, URC, MODULE_CONTROL, "the module sends this unsolicited line")               \
    X(RESET, "reset", VALUE_WORD(resets, detail), SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD,        \
      MODULE, MODULE, SIM_ACTION_RESET, RESET, MODULE_CONTROL, "the module restarts in this way")  \
    X(HANG, "hang", VALUE_WORD(hangs, detail), SCENARIO_TAKES_FOR, SIM_HANG_NONE, MODULE, MODULE,  \
      SIM_ACTION_HANG, HANG, MODULE_CONTROL, "the module hangs in this way (until `for` is over)") \
    X(NETWORK, "network", VALUE_WORD(network, detail), SCENARIO_TAKES_FOR, 1, MODULE, MODULE,      \
      SIM_ACTION_NETWORK, NETWORK, MODULE_CONTROL, "coverage goes or comes: down, up")             \
    X(BEARER, "bearer", VALUE_WORD(bearer, detail), SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD,      \
      MODULE, MODULE, SIM_ACTION_BEARER_LOST, NETWORK, MODULE_CONTROL,                             \
      "lost: the app network is dropped")                                                          \
    X(HTTP_RESULT, "http-result", VALUE_HTTP_RESULT, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD,     \
      MODULE, MODULE, SIM_ACTION_HTTP_RESULT, NETWORK, MODULE_CONTROL,                             \
      "the next download ends with this code")                                                     \
    X(HTTP_SHORT, "http-short", VALUE_BYTES, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, MODULE,     \
      MODULE, SIM_ACTION_HTTP_SHORT, NETWORK, MODULE_CONTROL,                                      \
      "the next body ends after that much, with code 200")                                         \
    X(FILE_DAMAGE, "file-damage", VALUE_PATH, SCENARIO_MUST(SCENARIO_TAKES_AT), SCENARIO_NO_WORD,  \
      MODULE, MODULE, SIM_ACTION_FILE_DAMAGE, FLASH, MODULE_CONTROL,                               \
      "invert the byte at `at` of this file")                                                      \
    X(FILE_TRUNCATE, "file-truncate", VALUE_PATH, SCENARIO_MUST(SCENARIO_TAKES_AT),                \
      SCENARIO_NO_WORD, MODULE, MODULE, SIM_ACTION_FILE_TRUNCATE, FLASH, MODULE_CONTROL,           \
      "cut this file to `at`")                                                                     \
    X(FILE_DELETE, "file-delete", VALUE_PATH, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, MODULE,    \
      MODULE, SIM_ACTION_FILE_DELETE, FLASH, MODULE_CONTROL, "delete this file")                   \
    X(SMS, "sms", VALUE_SMS, SCENARIO_MUST(SCENARIO_TAKES_FROM), SCENARIO_NO_WORD, MODULE, MODULE, \
      SIM_ACTION_SMS, URC, MODULE_CONTROL, "a short message comes `from` there")                   \
    X(SET, "set", VALUE_SETTINGS, SCENARIO_TAKES_FOR, SCENARIO_NO_WORD, MODULE, SETTING, 0,        \
      SETTING, MODULE_CONTROL, "change settings of the emulator")                                  \
    X(LOSE_TO_HOST, "lose-to-host", VALUE_STREAM_OR_TIME(INT32_MAX), SCENARIO_TAKES_NOTHING,       \
      SCENARIO_NO_WORD, TO_HOST, LOSE, 0, LINE, WIRE,                                              \
      "lose bytes from the module: `line`, a number, or for a time")                               \
    X(LOSE_TO_MODULE, "lose-to-module", VALUE_STREAM_OR_TIME(INT32_MAX), SCENARIO_TAKES_NOTHING,   \
      SCENARIO_NO_WORD, TO_MODULE, LOSE, 0, LINE, WIRE,                                            \
      "lose bytes from the host: `line`, a number, or for a time")                                 \
    X(GARBLE_TO_HOST, "garble-to-host", VALUE_STREAM(INT32_MAX), SCENARIO_TAKES_NOTHING,           \
      SCENARIO_NO_WORD, TO_HOST, GARBLE, 0, LINE, WIRE,                                            \
      "garble bytes from the module: `line` or a number")                                          \
    X(GARBLE_TO_MODULE, "garble-to-module", VALUE_STREAM(INT32_MAX), SCENARIO_TAKES_NOTHING,       \
      SCENARIO_NO_WORD, TO_MODULE, GARBLE, 0, LINE, WIRE,                                          \
      "garble bytes from the host: `line` or a number")                                            \
    X(INSERT_TO_HOST, "insert-to-host", VALUE_INSERT, SCENARIO_TAKES_AT, SCENARIO_NO_WORD,         \
      TO_HOST, INSERT, 0, LINE, WIRE,                                                              \
      "insert these bytes into the stream to the host, `at` bytes later")                          \
    X(INSERT_TO_MODULE, "insert-to-module", VALUE_INSERT, SCENARIO_TAKES_AT, SCENARIO_NO_WORD,     \
      TO_MODULE, INSERT, 0, LINE, WIRE,                                                            \
      "insert these bytes into the stream to the module, `at` bytes later")                        \
    X(DUPLICATE_TO_HOST, "duplicate-to-host", VALUE_STREAM(SCENARIO_DUPLICATE_MAX),                \
      SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, TO_HOST, DUPLICATE, 0, LINE, WIRE,                 \
      "bytes from the module come twice: `line` or a number")                                      \
    X(DUPLICATE_TO_MODULE, "duplicate-to-module", VALUE_STREAM(SCENARIO_DUPLICATE_MAX),            \
      SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, TO_MODULE, DUPLICATE, 0, LINE, WIRE,               \
      "bytes from the host come twice: `line` or a number")                                        \
    X(SPLIT_TO_HOST, "split-to-host", VALUE_SPLIT, SCENARIO_TAKES_AT, SCENARIO_NO_WORD, TO_HOST,   \
      SPLIT, 0, LINE, WIRE, "the stream to the host pauses that long, `at` bytes later")           \
    X(SPLIT_TO_MODULE, "split-to-module", VALUE_SPLIT, SCENARIO_TAKES_AT, SCENARIO_NO_WORD,        \
      TO_MODULE, SPLIT, 0, LINE, WIRE,                                                             \
      "the stream to the module pauses that long, `at` bytes later")                               \
    X(SHARE_TO_HOST, "share-to-host", VALUE_TIME, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD,        \
      TO_HOST, SHARE, 0, LINE, WIRE,                                                               \
      "so long another program reads the port as well, and gets every other piece")                \
    X(FLIP_TO_HOST, "flip-to-host", VALUE_BIT, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, TO_HOST,  \
      FLIP, 0, LINE, WIRE, "that bit of the next byte from the module is the other one")           \
    X(FLIP_TO_MODULE, "flip-to-module", VALUE_BIT, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD,       \
      TO_MODULE, FLIP, 0, LINE, WIRE, "that bit of the next byte from the host is the other one")  \
    X(REQUEST, "request", VALUE_WORD(request_answers, detail), SCENARIO_TAKES_NOTHING,             \
      SCENARIO_NO_WORD, HOST, REQUEST, 0, HOST, CLIENT_CONTROL,                                    \
      "the board does what the client asks next as late as half a minute, or refuses it")          \
    X(SERVER, "server", VALUE_WORD(servings, detail), SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD,    \
      MODULE, SERVE, 0, NETWORK, SERVER,                                                           \
      "what the next request gets: a page in place of the package, that long, short or damaged")   \
    X(RATE, "rate", VALUE_RATE, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, MODULE, MODULE,          \
      SIM_ACTION_RATE, LINE, MODULE_CONTROL,                                                       \
      "the module's port is at another rate from now on, as behind a garbled IPR")                 \
    X(HOST_RESET, "host-reset", VALUE_WORD(restarts, detail), SCENARIO_TAKES_FOR,                  \
      SCENARIO_NO_WORD, HOST, HOST_RESET, 0, HOST, CLIENT_RESTART,                                 \
      "yes: the host restarts (after `for`) with its last checkpoint; forgetful: without")         \
    X(CANCEL, "cancel", VALUE_YES, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, HOST, CANCEL, 0,      \
      HOST, CLIENT_CONTROL, "the host calls the update off")                                       \
    X(RESET_PIN, "reset-pin", VALUE_MS(number), SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, FIXTURE, \
      MODULE, SIM_ACTION_RESET_PIN, PIN, RESET_HOOK, "pull RESET low for this long")               \
    X(SUPPLY, "supply", VALUE_SUPPLY, SCENARIO_TAKES_NOTHING, SCENARIO_NO_WORD, FIXTURE, MODULE,   \
      SIM_ACTION_SUPPLY, SUPPLY, SUPPLY_HOOK,                                                      \
      "the supply voltage goes in straight lines: {0s: 3.8V, 200ms: 2.8V}")                        \
    X(DTR, "dtr", VALUE_WORD(lines, detail), SCENARIO_TAKES_FOR, 1, FIXTURE, MODULE,               \
      SIM_ACTION_DTR, LINE, MODEM_LINES, "the host asserts DTR or not: on, off")                   \
    X(RTS, "rts", VALUE_WORD(lines, detail), SCENARIO_TAKES_FOR, 1, FIXTURE, MODULE,               \
      SIM_ACTION_RTS, LINE, MODEM_LINES, "the host takes bytes or not: on, off (IFC=2)")

enum scenario_action_kind {
#define X(name, ...) SCENARIO_ACTION_##name,
    SCENARIO_ACTIONS(X)
#undef X
        SCENARIO_ACTION_COUNT
};

struct scenario_action_row {
    const char *name, *help;
    uint32_t takes; /* SCENARIO_TAKES_… */
    uint8_t back;   /* word that undoes it, SCENARIO_NO_WORD */
    uint8_t where;  /* enum scenario_where */
    uint8_t doing;  /* enum scenario_doing */
    uint8_t sim;    /* DO_MODULE: enum sim_action_kind */
    uint8_t fault;  /* enum scenario_fault */
    uint32_t needs; /* enum scenario_need */
};
extern const struct scenario_action_row scenario_action_rows[SCENARIO_ACTION_COUNT];

/* ---- expectations ---------------------------------------------------------------------------- */

/*
 * X(NAME, "key", VALUE, judge, NEED, "what is compared"); `judge` is the function judge_… of
 * harness/judge that compares. LIMIT and MODULE have rows of their own below, with their needs.
 */
#define SCENARIO_EXPECTATIONS(X)                                                                   \
    X(OUTCOME, "outcome", VALUE_WORD(outcomes, number), outcome, CLAIM, "the core's outcome")      \
    X(REASON, "reason", VALUE_WORD(reasons, number), reason, CLIENT_STATE, "the core's reason")    \
    X(FIRST_OUTCOME, "first-outcome", VALUE_WORD(outcomes, number), first_outcome, CLIENT_STATE,   \
      "the core's outcome of the first job, where one follows: `then`")                            \
    X(FIRST_REASON, "first-reason", VALUE_WORD(reasons, number), first_reason, CLIENT_STATE,       \
      "its reason")                                                                                \
    X(EVIDENCE, "evidence", VALUE_EVIDENCE, evidence, CLIENT_STATE,                                \
      "the line that decided, as far as the core keeps it; '' is silence")                         \
    X(HEALTH, "health", VALUE_WORD(reasons, number), health, CLIENT_STATE,                         \
      "the reason of the last check of health that failed, or none")                               \
    X(REMARKS, "remarks", VALUE_REMARKS, remarks, CLIENT_STATE,                                    \
      "what the core did besides, or left")                                                        \
    X(STATUS, "status", VALUE_STATUS, status, CLIENT_STATE,                                        \
      "the module's update status at the end")                                                     \
    X(STATUS_READ, "status-read", VALUE_STATUS, status_read, CLIENT_STATE,                         \
      "a status that the core read with AT+CFOTA? at any time")                                    \
    X(REVISION, "revision", VALUE_REVISION, revision, ASK_UPDATE,                                  \
      "the revision that the module runs at the end")                                              \
    X(RESETS, "resets", VALUE_UP_TO(UINT16_MAX), resets, CORE_BOOTS, "restarts of the module")     \
    X(ATTEMPTS, "attempts", VALUE_UP_TO(UINT8_MAX), attempts, CLIENT_STATE,                        \
      "update attempts of the core")                                                               \
    X(SENT, "sent", VALUE_COMMANDS, sent, CORE_COMMANDS,                                           \
      "commands that the host sends, in this order, others between them allowed")                  \
    X(NEVER_SENT, "never-sent", VALUE_COMMANDS, never, CORE_COMMANDS,                              \
      "commands that the host never sends")                                                        \
    X(URC, "urcs", VALUE_LINES, urc, CORE_URCS,                                                    \
      "unsolicited lines that the module sends, in this order")                                    \
    X(NEVER_URC, "never-urcs", VALUE_LINES, never, URC_LINE,                                       \
      "unsolicited lines that the module never sends")                                             \
    X(REQUESTS, "requests", VALUE_REQUESTS, requests, CLIENT_STATE,                                \
      "what the core asks of its surroundings, in this order")                                     \
    X(WITHIN, "within", VALUE_WITHIN, within, CORE_MANNER,                                         \
      "the run is over after this long at the latest")                                             \
    X(DURATION, "durations", VALUE_DURATIONS, duration, CORE_MANNER,                               \
      "how long it takes from one thing to another")                                               \
    X(LIMIT, "limits", VALUE_MAP(limit_map), limit, NOTHING,                                       \
      "the most that the core may need, since the host last started")                              \
    X(COST, "costs", VALUE_MAP(cost_map), cost, NOTHING,                                           \
      "what it costs the core in virtual time, no more and no less: a figure, or the least and "   \
      "the most of it")                                                                            \
    X(MODULE, "module", VALUE_MAP(module_end_map), module, NOTHING,                                \
      "what the module is like at the end")

enum scenario_expectation_kind {
#define X(name, ...) SCENARIO_EXPECT_##name,
    SCENARIO_EXPECTATIONS(X)
#undef X
        SCENARIO_EXPECT_COUNT
};

/*
 * What the core may need at most: X(NAME, "key", TYPE, member of struct fota_statistics, NEED,
 * "help")
 */
#define SCENARIO_LIMITS(X)                                                                         \
    X(EXCHANGES, "exchanges", NUMBER, exchanges, CLIENT_STATE, "commands sent")                    \
    X(RETRIES, "retries", NUMBER, retries, CLIENT_STATE, "of them, repetitions")                   \
    X(SENT, "sent", SIZE, sent_bytes, CLIENT_STATE, "bytes to the module")                         \
    X(RECEIVED, "received", SIZE, received_bytes, CLIENT_STATE, "bytes from the module")           \
    X(PACKAGE, "package", SIZE, package_bytes, CLIENT_STATE,                                       \
      "bytes of the package given by the host, repeated ones too")

enum scenario_limit {
#define X(name, ...) SCENARIO_LIMIT_##name,
    SCENARIO_LIMITS(X)
#undef X
        SCENARIO_LIMIT_COUNT
};

/*
 * What a run costs, exactly: X(NAME, "key", TYPE, member of struct scenario_observed, "help").
 * Written by ci/costs.
 */
#define SCENARIO_COSTS(X)                                                                          \
    X(TIME, "time", DURATION, duration_us, "from the start to the end")                            \
    X(EXCHANGES, "exchanges", NUMBER, statistics.exchanges,                                        \
      "commands sent, since the host last started; as all that follow")                            \
    X(RETRIES, "retries", NUMBER, statistics.retries, "of them, repetitions")                      \
    X(SENT, "sent", SIZE, statistics.sent_bytes, "bytes to the module")                            \
    X(RECEIVED, "received", SIZE, statistics.received_bytes, "bytes from the module")              \
    X(RESETS, "resets", NUMBER, statistics.resets_seen, "restarts of the module that it noticed")  \
    X(LINE, "line", SIZE, statistics.line_bytes_max, "the longest line from the module")

enum scenario_cost {
#define X(name, ...) SCENARIO_COST_##name,
    SCENARIO_COSTS(X)
#undef X
        SCENARIO_COST_COUNT
};

/* The module at the end: X(NAME, "key", VALUE, judge, NEED, "help") */
#define SCENARIO_MODULE_ENDS(X)                                                                    \
    X(FILES, "files", VALUE_FILES, file, ASK_MODULE, "files that are there")                       \
    X(NO_FILES, "no-files", VALUE_FILES, no_file, ASK_MODULE, "files that are not there")          \
    X(PARAMETERS, "parameters", VALUE_PARAMETERS, parameter, ASK_MODULE,                           \
      "values of commands that set one number: {'+IPR': 115200}")                                  \
    X(IMEI, "imei", VALUE_EITHER(imei), imei, ASK_MODULE, "whether it still has its number")       \
    X(BEARER, "bearer", VALUE_EITHER(network), bearer, ASK_MODULE, "whether the app network is up")

enum scenario_module_end {
#define X(name, ...) SCENARIO_MODULE_END_##name,
    SCENARIO_MODULE_ENDS(X)
#undef X
        SCENARIO_MODULE_END_COUNT
};

/* An expectation, a limit or one of the module at the end. */
struct scenario_expectation_row {
    const char *name, *help;
    uint32_t needs; /* enum scenario_need */
};
extern const struct scenario_expectation_row scenario_expectation_rows[SCENARIO_EXPECT_COUNT];
extern const struct scenario_expectation_row scenario_limit_rows[SCENARIO_LIMIT_COUNT];
extern const struct scenario_expectation_row scenario_module_end_rows[SCENARIO_MODULE_END_COUNT];

/* ---- rules: what no client may ever do --------------------------------------------------------
 */

/*
 * X(NAME, "name", rule, needs, "what it demands"); `rule` is the function rule_… of harness/judge
 * that holds at the end, `seen` for those that are broken while the client runs.
 */
#define SCENARIO_RULES(X)                                                                          \
    X(START_ONCE, "start-once", seen, SCENARIO_NEED_COMMAND_LINE | SCENARIO_NEED_CLIENT_STATE,     \
      "the update is started at most once in an attempt")                                          \
    X(NO_CLEAR, "no-clear-while-updating", seen,                                                   \
      SCENARIO_NEED_COMMAND_LINE | SCENARIO_NEED_MODULE_STATE,                                     \
      "the flag is not cleared on a status of 1 to 5 before"                                       \
      " the module's worst time is over")                                                          \
    X(NO_DISTURBANCE, "no-disturbance", seen,                                                      \
      SCENARIO_NEED_COMMAND_LINE | SCENARIO_NEED_CLIENT_STATE | SCENARIO_NEED_MODULE_STATE,        \
      "the module is not restarted while it updates, before its"                                   \
      " worst time is over")                                                                       \
    X(HONEST_UPDATED, "honest-updated", honest_updated,                                            \
      SCENARIO_NEED_CLAIM | SCENARIO_NEED_ASK_UPDATE,                                              \
      "updated or already-current is only said when the module"                                    \
      " runs the target")                                                                          \
    X(HONEST_FAILED, "honest-failed", honest_failed,                                               \
      SCENARIO_NEED_CLAIM | SCENARIO_NEED_ASK_UPDATE,                                              \
      "update-failed is only said when the module runs the base")                                  \
    X(HONEST_REFUSED, "honest-refused", honest_refused,                                            \
      SCENARIO_NEED_CLAIM | SCENARIO_NEED_ASK_UPDATE,                                              \
      "after refused, download-failed and cancelled the module"                                    \
      " runs what it ran and no update goes on")                                                   \
    X(TOLD, "told-truly", told, SCENARIO_NEED_CLIENT_STATE,                                        \
      "what the client tells of itself is what it sent, heard, asked and was answered, and its"    \
      " result and counts say the same")                                                           \
    X(ENDS, "ends", ends, SCENARIO_NEED_CLIENT_END,                                                \
      "the client comes to an end before its own deadline")

enum scenario_rule {
#define X(name, ...) SCENARIO_RULE_##name,
    SCENARIO_RULES(X)
#undef X
        SCENARIO_RULE_COUNT
};

struct scenario_rule_row {
    const char *name, *demand;
    uint32_t needs; /* enum scenario_need */
};
extern const struct scenario_rule_row scenario_rule_rows[SCENARIO_RULE_COUNT];

#endif
