/*
 * at.h - an AT command engine for modems: one command at a time, answers told apart from
 * unsolicited lines. Usable alone.
 *
 * The engine is a value owned by the caller: flat, no pointers, no allocation, no clock. It does
 * four things:
 *
 *     at_send() / at_synchronise()   begin a command, or look for the module
 *     at_transmit()                  what to write to the port
 *     at_receive()                   what was read from the port  -> at most one event per call
 *     at_advance()                   time has passed              -> at most one event per call
 *
 * There are no callbacks; an event is returned, and its text is valid until the next call.
 *
 * What it does with bytes:
 *  - A line ends at CR or LF; empty lines are skipped. A line longer than AT_LINE_BYTES is dropped
 *    as a whole and counted in stat_dropped_lines.
 *  - The echo of the command in flight is removed, also when it lands inside a line ("+HTTPTOFS:"
 *    echo CR " 200,34335": both parts are joined) and when a line splits the echo. Any other line
 *    that begins with "AT" is the echo of an older command and is dropped: no module answer begins
 *    like that.
 *  - Raw bytes are passed on as they come, in the caller's own buffer; URCs among them can't be
 * told apart, so a checksum must follow.
 *  - A final result ends a command; the table is AT_RESULTS. It is matched at the end of the line,
 *    "OKAY" is not OK.
 *  - An information line of the running command is one that the command asked for (enum at_info);
 *    every other line is unsolicited (URC), also between information and final result.
 *
 * Times are absolute microseconds of any clock that only rises.
 */
#ifndef FOTARIG_CORE_AT_H
#define FOTARIG_CORE_AT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define _Static_assert static_assert
extern "C" {
#endif

/* No deadline. */
#define AT_NEVER UINT64_MAX

/* Longest line that is kept, in bytes; an unsolicited line with an echo inside must fit. */
#define AT_LINE_BYTES 415u

/* Longest command line, without CR, in bytes. */
#define AT_COMMAND_BYTES 319u

/* More bytes than that, which make no sense, are not counted. */
#define AT_UNKNOWN_MAX 3u

/* After a late answer was possible, so long must be silence before an answer is trusted. */
#define AT_QUIET_MS 400u

/* Results: X(NAME, "text", match). WHOLE: the whole line; BEGINNING: what it begins with. The
 * numeric rows are the last ones: they count only while looking for the module, which may be in
 * ATV0. */
#define AT_RESULTS(X)                                                                              \
    X(OK, "OK", WHOLE)                                                                             \
    X(ERROR, "ERROR", WHOLE)                                                                       \
    X(CME_ERROR, "+CME ERROR:", BEGINNING)                                                         \
    X(CMS_ERROR, "+CMS ERROR:", BEGINNING)                                                         \
    X(NO_CARRIER, "NO CARRIER", WHOLE)                                                             \
    X(OK_NUMERIC, "0", WHOLE)                                                                      \
    X(ERROR_NUMERIC, "4", WHOLE)

enum at_result {
    AT_RESULT_NONE,
#define X(name, text, match) AT_RESULT_##name,
    AT_RESULTS(X)
#undef X
        AT_RESULT_COUNT
};

/* Which lines are information of a command. */
enum at_info {
    AT_INFO_NONE,   /* the command prints none */
    AT_INFO_NAME,   /* lines "<name>:" with the command's own name: AT+CSQ -> "+CSQ: ..." */
    AT_INFO_ANY,    /* lines without a name (AT+GMR): not begun by '+' or '*', not a known URC */
    AT_INFO_PROMPT, /* none, but the line DOWNLOAD asks for bytes: at_give() */
    AT_INFO_DATA    /* as NAME, and raw bytes come with it: at_expect() */
};

enum at_event_kind {
    AT_EVENT_NONE,    /* nothing happened */
    AT_EVENT_INFO,    /* an information line of the running command */
    AT_EVENT_URC,     /* an unsolicited line */
    AT_EVENT_RESULT,  /* the running command ended; `result` says how */
    AT_EVENT_TIMEOUT, /* the running command was not answered in time; its answer may still come */
    AT_EVENT_STRAY,   /* a final result although no command runs: a late answer */
    AT_EVENT_PROMPT,  /* AT_INFO_PROMPT: the module waits for bytes */
    AT_EVENT_DATA     /* AT_INFO_DATA: raw bytes; `text` points to them, no NUL follows */
};

struct at_event {
    uint8_t kind;     /* enum at_event_kind */
    uint8_t result;   /* enum at_result, with AT_EVENT_RESULT and AT_EVENT_STRAY */
    bool echoed;      /* with AT_EVENT_RESULT: the module echoed the command */
    uint16_t length;  /* of text, in bytes */
    const char *text; /* the line, NUL-terminated, valid until the next call */
};

/* The engine. Members are private, apart from stat_*, which only count. */
struct at_engine {
    /* What is used most stands first: an M0 reaches 32 bytes of members with short instructions. */
    uint8_t mode;                  /* enum at_mode in at_line.h */
    uint8_t info;                  /* enum at_info */
    uint8_t try_number;            /* of at_synchronise(), from 1 on */
    uint8_t tries_max;             /* the same */
    bool echo_done;                /* the echo of the command has come whole */
    bool discarding;               /* the rest of an overlong line is skipped */
    bool owed;                     /* an older command may still be answered */
    bool data;                     /* after the prompt: `command` holds bytes for the module */
    uint8_t raw;                   /* where in an answer with raw bytes */
    uint8_t framing;               /* how this module frames raw bytes, 0 = not yet known */
    uint8_t lead;                  /* CR and LF that it sends before them */
    uint8_t skip;                  /* of them, still to come */
    char mark;                     /* the first of the raw bytes */
    uint8_t unknown_bytes;         /* since the last line that made sense, AT_UNKNOWN_MAX at most */
    uint8_t reserved[6];           /* zero */
    uint16_t out_length;           /* bytes of `command` that are to be sent */
    uint16_t line_length;          /* bytes of `line` so far */
    uint16_t joined_length;        /* length of the part of a line that stood before an echo */
    uint16_t command_length;       /* bytes of `command` */
    uint16_t sent;                 /* of them, taken by at_transmit() */
    uint16_t raw_left;             /* raw bytes that are still to come */
    uint16_t echo_matched;         /* bytes of the command whose echo was seen */
    uint16_t stat_line_high_water; /* longest line, in bytes */
    uint32_t interval_ms;          /* of the tries of at_synchronise() */
    uint64_t deadline_at_us;       /* of the command, try or silence; AT_NEVER when idle */
    uint32_t stat_lines;           /* of the module, echoes left out */
    uint32_t stat_dropped_lines;   /* longer than AT_LINE_BYTES */
    uint32_t stat_stray_results;   /* late answers */
    uint32_t stat_timeouts;        /* commands without a result in time */
    char line[AT_LINE_BYTES + 1];  /* of the module, as far as it has come */
    char command[AT_COMMAND_BYTES + 1]; /* ends with CR; after a prompt: bytes for the module */
};

_Static_assert(sizeof(struct at_engine) ==
                   20 + 8 * 2 + 4 + 8 + 4 * 4 + AT_LINE_BYTES + 1 + AT_COMMAND_BYTES + 1,
               "struct at_engine has no implicit padding");

/* Makes the engine idle and empties its buffers and statistics. */
void at_init(struct at_engine *at);

/*
 * Begins a command line of `length` bytes (2 to AT_COMMAND_BYTES, begins with "AT", no CR: the
 * engine adds it). The line may stand in at->command already, which saves a buffer.
 * It ends with AT_EVENT_RESULT, or with AT_EVENT_TIMEOUT after timeout_ms. Returns false and does
 * nothing when a command runs or the length is out of range.
 */
bool at_send(struct at_engine *at, const char *command, size_t length, enum at_info info,
             uint32_t timeout_ms, uint64_t now_us);

/*
 * Looks for the module: sends AT every interval_ms until OK comes, at most `tries` times (1 to
 * 255). Serves autobaud (the first tries are lost) and clears up after a timeout: when an older
 * answer may still be under way, OK is only reported after AT_QUIET_MS without another result.
 * From the third try on every second one sends ATE0V1Q0, since a module in ATQ1 does not answer
 * AT. Ends any running command. Ends with AT_EVENT_RESULT (AT_RESULT_OK) or AT_EVENT_TIMEOUT.
 */
void at_synchronise(struct at_engine *at, uint8_t tries, uint32_t interval_ms, uint64_t now_us);

/* Gives up the running command, if any, without an event; its answer may still come. */
void at_abort(struct at_engine *at);

/*
 * After AT_EVENT_PROMPT: hands over bytes for the module. Returns how many were taken, 0 while
 * earlier ones wait in the buffer: at_wants_bytes() tells when there is room again.
 */
size_t at_give(struct at_engine *at, const void *bytes, size_t size);

/* True after a prompt when all bytes that were given are taken by at_transmit(). */
bool at_wants_bytes(const struct at_engine *at);

/*
 * The command just begun with AT_INFO_DATA brings `size` raw bytes (1 to 65,535), with a line
 * "<name>: <count>" before them or without (FS101 shows none, a client needs it). Which of both is
 * found out with `fresh`, when the first of them is `mark`, which is no CR, LF or '+', and
 * remembered.
 */
void at_expect(struct at_engine *at, uint16_t size, bool fresh, char mark);

/* now_us and so many milliseconds, without a multiplication of 64 bits. */
uint64_t at_after_ms(uint64_t now_us, uint32_t ms);

/* True once when a deadline is over: it becomes AT_NEVER. */
bool at_is_due(uint64_t *deadline_at_us, uint64_t now_us);

/* Forgets that an older answer may come: the module restarted, or the port was reopened. */
void at_forget(struct at_engine *at);

/* True while a command or at_synchronise() runs. */
bool at_busy(const struct at_engine *at);

/* True when an older command may still be answered: call at_synchronise() before at_send(). */
bool at_owed(const struct at_engine *at);

/* Writes up to `capacity` bytes for the port into `buffer`; returns how many. */
size_t at_transmit(struct at_engine *at, void *buffer, size_t capacity);

/*
 * Takes up to `size` bytes from the port, until there is an event. Returns how many were taken;
 * call again with the rest. *ret_event is always set.
 */
size_t at_receive(struct at_engine *at, const void *bytes, size_t size, uint64_t now_us,
                  struct at_event *ret_event);

/* Lets time pass. *ret_event is always set. Returns the next deadline or AT_NEVER. */
uint64_t at_advance(struct at_engine *at, uint64_t now_us, struct at_event *ret_event);

/* Text of a result code, "?" out of range. */
const char *at_result_text(unsigned result);

#ifdef __cplusplus
}
#endif

#endif
