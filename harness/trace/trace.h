/*
 * trace.h - a trace: what went over a line and what is known about it, as a file of lines.
 *
 * JSON Lines. The first line is the header, every other line one event, in the order of their
 * times:
 *
 *     {"fotarig-trace":1,"made-by":"fotarig 0.1.0 run","revision":"1351B03SIM7000C",...}
 *     {"us":802000,"kind":"to-module","text":"AT\r"}
 *     {"us":822350,"kind":"to-host","text":"\r\nOK\r\n"}
 *     {"us":9000000,"kind":"module","event":"phase","number":2,"detail":"restore-modem"}
 *
 * It is the journal, written out: `run --trace`, `sim --trace`, `record` and `import` write the
 * same, and what reads traces reads all of them. In "text" a character is a byte: U+0000 to U+00FF
 * are 00 to FF, so the bytes are exact and the text can be read. What is no text (a package on its
 * way) stands in "hex" instead. Keys that are not there are 0 or empty. Keys, kinds and marks are
 * the tables below; the parser, the writer and trace.schema.json are made of them, and a name that
 * they don't have is an error.
 *
 * Reading keeps a line in memory, never the file. A last line that was cut (the writer was killed)
 * ends the trace and is no error. All input is hostile.
 */
#ifndef FOTARIG_HARNESS_TRACE_TRACE_H
#define FOTARIG_HARNESS_TRACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TRACE_VERSION = 1,
    TRACE_LINE_MAX = 1024 * 1024, /* a longer line is an error */
    TRACE_PIECE_MAX = 2048,       /* the writer makes several events of more bytes */
    TRACE_WORD_MAX = 512          /* of "event" and "detail"; the writer cuts */
};

/* X(NAME, "name", "what it is") */
#define TRACE_KINDS(X)                                                                             \
    X(TO_MODULE, "to-module", "bytes that the module got")                                         \
    X(TO_HOST, "to-host", "bytes that the host got")                                               \
    X(CORE, "core", "what the core tells of itself: state, outcome, request")                      \
    X(MODULE, "module", "what the emulator tells of itself: reset, phase, percent")                \
    X(FAULT, "fault", "an event of the scenario was done: number of the event, then its action")   \
    X(REQUEST, "request", "what the core asked of its surroundings, and the answer")               \
    X(HOST, "host", "the host went down, or started")                                              \
    X(BENCH, "bench", "what the bench itself has to say")                                          \
    X(FIGURES, "figures", "what the core counted")                                                 \
    X(PORT, "port", "what happened to a port: its rate, its loss, its return")                     \
    X(FOREIGN, "foreign", "a line of a log that is no traffic")                                    \
    X(GAP, "gap", "here something is missing; number: bytes, if that is known")                    \
    X(NOTE, "note", "what a person or a tool says about this place")

enum trace_kind {
#define X(name, text, what) TRACE_##name,
    TRACE_KINDS(X)
#undef X
        TRACE_KIND_COUNT
};

/* X(NAME, "name", "what it says of the event") */
#define TRACE_MARKS(X)                                                                             \
    X(INFERRED, "inferred", "no log holds these bytes: they follow from what stands around them")  \
    X(DAMAGED, "damaged", "bytes are lost or wrong here")                                          \
    X(GUESSED_END, "guessed-end", "the log does not say who sent it; its grammar does")            \
    X(GUESSED_TIME, "guessed-time", "the log has no time for it, or not this one")                 \
    X(OPEN, "open", "{...} in the text stands for a value that is not known")

enum trace_mark_number {
#define X(name, text, what) TRACE_NUMBER_##name,
    TRACE_MARKS(X)
#undef X
        TRACE_MARK_COUNT
};
enum trace_mark {
#define X(name, text, what) TRACE_##name = 1 << TRACE_NUMBER_##name,
    TRACE_MARKS(X)
#undef X
};

/* X(NAME, "name"): at which of the ends it happened. */
#define TRACE_ENDS(X)                                                                              \
    X(NONE, "")                                                                                    \
    X(HOST, "host")                                                                                \
    X(MODULE, "module")

enum trace_end {
#define X(name, text) TRACE_END_##name,
    TRACE_ENDS(X)
#undef X
        TRACE_END_COUNT
};

/* Types: WHOLE a whole number; KIND, END, MARKS names of the tables; WORD text; BYTES, HEX bytes.
 */
/* X(NAME, member, "key", TYPE, limit of a number, "what it is") */
#define TRACE_EVENT_KEYS(X)                                                                        \
    X(TIME, time_us, "us", WHOLE, INT64_MAX, "microseconds from the beginning of the trace")       \
    X(KIND, kind, "kind", KIND, 0, "what the event is")                                            \
    X(END, end, "end", END, 0, "port: at which end it happened")                                   \
    X(CHANNEL, channel, "channel", WHOLE, UINT8_MAX, "which port of the module; 0: its AT port")   \
    X(EVENT, event, "event", WORD, 0, "what happened, in a word: reset, phase, state, lost")       \
    X(NUMBER, number, "number", WHOLE, UINT32_MAX, "its number, as the event has one")             \
    X(DETAIL, detail, "detail", WORD, 0, "what else is to be said of it")                          \
    X(TEXT, bytes, "text", BYTES, 0, "its bytes; a character of U+0000 to U+00FF is a byte")       \
    X(HEX, bytes, "hex", HEX, 0, "the same as two hex digits a byte, where most are no text")      \
    X(RATE, rate, "rate", WHOLE, UINT32_MAX,                                                       \
      "bit/s of these bytes, where the header's is another")                                       \
    X(MARKS, marks, "marks", MARKS, 0, "how sure it is")

/* Of the header. SPEED: millionths of a number that may have six places. */
#define TRACE_HEADER_KEYS(X)                                                                       \
    X(VERSION, version, "fotarig-trace", WHOLE, UINT32_MAX, "version of this format: 1")           \
    X(MADE_BY, made_by, "made-by", WORD, 0, "program and command that wrote it")                   \
    X(SUBJECT, subject, "subject", WORD, 0, "the case that ran, or the file that was imported")    \
    X(PART, part, "part", WHOLE, UINT32_MAX, "of a recording in several files: which, from 1")     \
    X(MODEL, model, "model", WORD, 0, "what the module is (SIM7000C), if that is known")           \
    X(REVISION, revision, "revision", WORD, 0, "its revision at the beginning, if known")          \
    X(HOST_END, host_end, "host-end", WORD, 0, "what the host is: core, or the URL of a port")     \
    X(MODULE_END, module_end, "module-end", WORD, 0, "what the module is: emulator, or a URL")     \
    X(RATE, rate, "rate", WHOLE, UINT32_MAX, "bit/s of the line; 0: unknown, or it has none")      \
    X(FRAMING, framing, "framing", WORD, 0, "of the line: 8N1")                                    \
    X(FLOW, flow_control, "flow-control", WORD, 0, "of the line: none, rts-cts, xon-xoff")         \
    X(CLOCK, clock, "clock", WORD, 0, "what the times are of: virtual, real, log")                 \
    X(STARTED, started, "started", WORD, 0, "when 0 was (ISO 8601), if that is known")             \
    X(HOST_SPEED, host_speed, "host-speed", SPEED, 0,                                              \
      "seconds that pass for the host in one second of these times; none: 1")                      \
    X(MODULE_SPEED, module_speed, "module-speed", SPEED, 0, "the same of the module")              \
    X(REPEAT, repeat, "repeat", WORD, 0, "the command that repeats the run")

enum { TRACE_HEADER_WORD_BYTES = 512, TRACE_SPEED_ONE = 1000000 };

#define TRACE_MEMBER_WHOLE(member) uint64_t member;
#define TRACE_MEMBER_SPEED(member) uint64_t member;
#define TRACE_MEMBER_WORD(member)  char member[TRACE_HEADER_WORD_BYTES];

/* What holds for a whole trace; a value, all zero is "nothing known" but for the version. */
struct trace_header {
#define X(name, member, key, type, limit, what) TRACE_MEMBER_##type(member)
    TRACE_HEADER_KEYS(X)
#undef X
};

/* From a reader, words and bytes are valid until its next call. Words are never NULL there. */
struct trace_event {
    uint64_t time_us;
    uint8_t kind;  /* enum trace_kind */
    uint8_t end;   /* enum trace_end */
    uint8_t marks; /* enum trace_mark, or'ed */
    uint8_t channel;
    uint32_t number;
    uint32_t rate;        /* bit/s; the writer leaves out the header's, the reader fills it in */
    const char *event;    /* UTF-8; NULL is "" */
    const char *detail;   /* the same */
    const uint8_t *bytes; /* NULL when length is 0 */
    size_t length;
};

/* Why a line can't be read, for "FILE:LINE:COLUMN: error: TEXT". */
struct trace_error {
    uint64_t line;   /* from 1 */
    uint32_t column; /* from 1, in bytes */
    char text[240];  /* what was wrong; what was expected */
};

/* ---- reading -------------------------------------------------------------------------------- */

/* Fills `buffer` with up to `size` bytes: how many, 0 at the end, -1 with errno set. */
typedef long trace_read_function(void *context, void *buffer, size_t size);

struct trace_reader {
    struct trace_header header;
    struct trace_error error;
    uint64_t last_us;
    uint64_t event_count; /* that were read */
    bool cut;             /* at the end: the last line was cut and left out */
    /* inner */
    trace_read_function *read;
    void *context;
    const uint8_t *memory; /* trace_open_memory() */
    size_t memory_left;
    int descriptor;
    bool at_end;
    char *buffer; /* owned */
    size_t capacity, begin, end;
};

enum trace_result {
    TRACE_EVENT, /* one was read */
    TRACE_END,   /* no more; reader->cut says whether a piece of a line was left out */
    TRACE_BAD,   /* reader->error says why; the next call goes on with the next line */
    TRACE_FAILED /* the file can't be read (reader->error), or there is no memory; no call goes on
                  */
};

/*
 * Opens a trace and reads its header. `descriptor` stays the caller's, and so does `bytes`. False:
 * reader->error says why; the reader is closed.
 */
bool trace_open(struct trace_reader *reader, int descriptor);
bool trace_open_memory(struct trace_reader *reader, const void *bytes, size_t size);
bool trace_open_source(struct trace_reader *reader, trace_read_function *read, void *context);
/* Reads the next event. A header that comes again (joined parts) replaces reader->header. */
enum trace_result trace_next(struct trace_reader *reader, struct trace_event *ret_event);
void trace_close(struct trace_reader *reader);

/* True when what begins so is a trace; from 16 bytes on for sure. */
bool trace_is_trace(const void *bytes, size_t size);

/* ---- writing -------------------------------------------------------------------------------- */

struct trace_writer {
    uint64_t byte_count; /* given to the descriptor or still in the buffer */
    int error;           /* errno of the first write that failed; nothing is written from then on */
    /* inner */
    uint32_t rate;
    int descriptor;
    char *buffer; /* owned */
    size_t used;
};

/*
 * Begins a trace with its header (version 0 is TRACE_VERSION). `descriptor` stays the caller's.
 * False: no memory.
 */
bool trace_begin(struct trace_writer *writer, int descriptor, const struct trace_header *header);
/* Takes an event; it is written when the buffer is full, or with trace_flush(). */
void trace_write(struct trace_writer *writer, const struct trace_event *event);
/* Hands all that was taken to the system: from then on a kill loses nothing of it. */
bool trace_flush(struct trace_writer *writer);
/* Flushes and frees; false when anything could not be written (writer->error). */
bool trace_finish(struct trace_writer *writer);

enum { TRACE_EVENT_LINE_MAX = 6 * (TRACE_PIECE_MAX + 2 * TRACE_WORD_MAX) + 512 };
enum { TRACE_HEADER_LINE_MAX = 6 * 12 * TRACE_HEADER_WORD_BYTES + 1024 };
/*
 * One line with its newline, no NUL; returns its length. `rate`: the header's. Bytes beyond
 * TRACE_PIECE_MAX and words beyond TRACE_WORD_MAX are not written.
 */
size_t trace_format_event(const struct trace_event *event, uint32_t rate,
                          char buffer[TRACE_EVENT_LINE_MAX]);
size_t trace_format_header(const struct trace_header *header, char buffer[TRACE_HEADER_LINE_MAX]);

/* ---- tables --------------------------------------------------------------------------------- */

const char *trace_kind_name(unsigned kind); /* "?" for a value out of range, here and below */
const char *trace_end_name(unsigned end);
const char *trace_mark_name(unsigned number);

static inline bool trace_is_traffic(unsigned kind)
{
    return kind == TRACE_TO_MODULE || kind == TRACE_TO_HOST;
}

/* The schema (draft 7) of a line as text; to be freed with cJSON_free(). NULL: no memory. */
char *trace_json_schema(void);

#endif
