/* hints.c - looks for mistakes of the first day in a journal. */
#include "harness/bench/hints.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/bench/tapped.h"
#include "harness/text/escape.h"

enum { KEPT_BYTES = 64, BYTES_ENOUGH = 16 /* without a CR: it is no accident */ };
/* So soon after the last bytes of a command the next is sent because of them. */
#define BECAUSE_US UINT64_C(500000)
/* Whoever waits so long has given the answer up. */
#define GIVEN_UP_US UINT64_C(1000000)

struct look {
    const struct bench_run *run;
    struct bench_hints *hints;
    struct bench_tapping tapping;
    uint64_t now_us;
    char first[KEPT_BYTES]; /* bytes that the client sent first */
    size_t first_count, sent_bytes;
    bool has_cr, has_command, has_ended;
    /* The command that runs in the module, "" = none. */
    char running[KEPT_BYTES];
    uint64_t since_us;
    uint64_t line_end;     /* of its line in the stream */
    uint64_t echoed_at_us; /* only an echo came since then; 0 = not */
};

static const char *const names[BENCH_HINT_COUNT] = {
#define X(name, text) text,
    BENCH_HINTS(X)
#undef X
};

const char *bench_hint_name(unsigned hint)
{
    return hint < BENCH_HINT_COUNT ? names[hint] : "?";
}

/* The first of a kind is told. */
static void say(struct look *look, enum bench_hint hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(struct look *look, enum bench_hint hint, const char *format, ...)
{
    char *text = look->hints->text[hint];
    va_list arguments;
    if (text[0])
        return;
    int length = snprintf(text, BENCH_HINT_TEXT_MAX, "hint %s: ", names[hint]);
    va_start(arguments, format);
    vsnprintf(text + length, BENCH_HINT_TEXT_MAX - (size_t)length, format, arguments);
    va_end(arguments);
}

/* ---- the URL -------------------------------------------------------------------------------- */

static void look_at_url(struct look *look, const char *text, size_t length)
{
    const char *served = look->run->shared->jobs[0].url;
    for (size_t at = 0; at + 7 < length; at++) {
        if (memcmp(text + at, "http://", 7) != 0 && memcmp(text + at, "https:/", 7) != 0)
            continue;
        size_t size = 0;
        while (at + size < length && text[at + size] != '"')
            size++;
        if (!served[0] || (strlen(served) == size && memcmp(served, text + at, size) == 0))
            return;
        say(look, BENCH_HINT_OTHER_URL,
            "the client asked for %.*s, and the server has the package at %.150s: use FOTA_URL, or "
            "give --package-url with the client's own",
            (int)(size < 150 ? size : 150), text + at, served);
        return;
    }
}

/* ---- commands ------------------------------------------------------------------------------- */

/* The next line has come while a command ran. */
static void look_at_haste(struct look *look, const struct tap_event *event)
{
    char next[4 * KEPT_BYTES];
    bool is_same_line = event->offset < look->line_end;
    bool is_again = strlen(look->running) == event->text_length &&
                    memcmp(look->running, event->text, event->text_length) == 0;
    if (!look->since_us || is_same_line || is_again || look->now_us - look->since_us >= GIVEN_UP_US)
        return;
    text_escape(next, sizeof next, event->text,
                event->text_length < KEPT_BYTES ? event->text_length : KEPT_BYTES);
    bool because = look->echoed_at_us && look->now_us - look->echoed_at_us < BECAUSE_US;
    say(look, because ? BENCH_HINT_ECHO_TAKEN : BENCH_HINT_UNANSWERED,
        "at %" PRIu64 ".%03" PRIu64 " s the client sent AT%.120s, %" PRIu64 " ms after AT%.60s, %s",
        look->now_us / 1000000, look->now_us / 1000 % 1000, next,
        (look->now_us - look->since_us) / 1000, look->running,
        because ? "when only the echo of that had come: an echo is no answer (ATE0 switches it off)"
                : "which was not answered yet: the module does not hear both");
}

static void saw_command(struct look *look, const struct tap_event *event)
{
    look_at_haste(look, event);
    look->line_end = event->offset + event->length;
    size_t length = event->text_length < KEPT_BYTES - 1 ? event->text_length : KEPT_BYTES - 1;
    look->has_command = true;
    look_at_url(look, event->text, event->text_length);
    memcpy(look->running, event->text, length);
    look->running[length] = '\0';
    look->since_us = look->now_us;
    look->echoed_at_us = 0;
}

static void on_tap(void *context, const struct tap_event *event)
{
    struct look *look = context;
    switch (event->kind) {
    case TAP_COMMAND:
        saw_command(look, event);
        break;
    case TAP_ECHO:
        look->echoed_at_us = look->now_us;
        break;
    case TAP_RESULT:
    case TAP_PROMPT:
    case TAP_BOOT:
    case TAP_RESET:
        look->since_us = look->echoed_at_us = 0;
        break;
    case TAP_ANSWER:
        look->echoed_at_us = 0;
        break;
    default:
        break;
    }
}

static void saw_sent(struct look *look, const struct bench_record *record)
{
    for (size_t i = 0; i < record->length; i++) {
        if (look->first_count < KEPT_BYTES)
            look->first[look->first_count++] = (char)record->payload[i];
        look->has_cr = look->has_cr || record->payload[i] == '\r';
    }
    look->sent_bytes += record->length;
}

void bench_hints_find(const struct bench_run *run, struct bench_hints *ret_hints)
{
    struct look look = {.run = run, .hints = ret_hints};
    struct bench_record record;
    size_t offset = bench_journal_begin(&run->journal);
    memset(ret_hints, 0, sizeof *ret_hints);
    while (bench_journal_next(&run->journal, &offset, &record)) {
        look.now_us = record.time_us;
        if (record.kind == BENCH_JOURNAL_TO_MODULE)
            saw_sent(&look, &record);
        look.has_ended = look.has_ended || (record.kind == BENCH_JOURNAL_HOST && record.a == 3);
        bench_tap_record(&look.tapping, &record, on_tap, &look);
    }
    if (look.has_ended && !look.sent_bytes)
        say(&look, BENCH_HINT_NOTHING_SENT,
            "the client has ended and sent nothing: does it start at all (run it by hand), and is "
            "its port the one that FOTA_PORT names? A port that is compiled in: --port-name");
    if (look.sent_bytes >= BYTES_ENOUGH && !look.has_cr && !look.has_command) {
        char bytes[4 * KEPT_BYTES];
        text_escape(bytes, sizeof bytes, look.first, look.first_count);
        say(&look, BENCH_HINT_NO_CR,
            "the client sent %.200s, and no command of it ended: the end of a command is CR "
            "(\\r); LF alone is none",
            bytes);
    }
}
