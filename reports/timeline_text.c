/* timeline_text.c - a case and its timeline as text for a terminal, at most 79 columns wide. */
#include "reports/internal.h"

#include <string.h>

enum { COLUMNS = 79, WORDS_COLUMN = 31, GAP_US = 1000000 };

static size_t columns_of(const char *text, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

/* Of a word that is longer than a line, what fits there. */
static size_t fitting(const char *word, size_t length, size_t columns)
{
    while (length > 0 &&
           (columns_of(word, length) > columns || ((unsigned char)word[length] & 0xC0) == 0x80))
        length--;
    return length;
}

void report_buffer_wrap(struct report_buffer *text, const char *words, size_t columns,
                        size_t column, size_t indent)
{
    bool first = true;
    for (;;) {
        words += strspn(words, " \n");
        size_t length = strcspn(words, " \n"), width = columns_of(words, length);
        if (length == 0)
            break;
        if (!first && column + 1 + width > columns) {
            report_buffer_addf(text, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            report_buffer_add(text, " ", 1);
            column++;
        }
        if (column + width > columns && column < columns) {
            length = fitting(words, length, columns - column);
            width = columns; /* the rest goes to the next line */
        }
        report_buffer_add(text, words, length);
        column += width;
        words += length;
        first = false;
    }
    report_buffer_add(text, "\n", 1);
}

static void add_wrapped(struct report_buffer *text, const char *label, const char *prose)
{
    struct report_buffer readable = {0};
    if (!prose)
        return;
    report_buffer_prose(&readable, prose);
    report_buffer_addf(text, "%-9s: ", label);
    report_buffer_wrap(text, report_buffer_text(&readable), COLUMNS, 11, 11);
    text->failed |= readable.failed;
    report_buffer_free(&readable);
}

static const char *who(const struct report_event *event)
{
    static const char *const lanes[REPORT_LANE_COUNT] = {"host", "module", "power", "network"};
    switch (event->kind) {
    case REPORT_EVENT_FAULT:
        return "FAULT";
    case REPORT_EVENT_RESET:
        return "RESET";
    case REPORT_EVENT_STATE:
    case REPORT_EVENT_MARK:
        return lanes[event->lane];
    default:
        return event->lane == REPORT_LANE_HOST   ? ">>"
               : event->kind == REPORT_EVENT_URC ? "<< urc"
                                                 : "<<";
    }
}

/* Bytes that fit in what is left of the line, with how many there are. */
static void add_bytes(struct report_buffer *text, const struct report_event *event)
{
    struct report_buffer printable = {0};
    size_t size = event->size ? event->size : event->bytes.size;
    const size_t room = COLUMNS - WORDS_COLUMN;
    report_buffer_escape(&printable, event->bytes, REPORT_FORM_BYTES);
    const char *shown = report_buffer_text(&printable);
    if (columns_of(shown, printable.size) <= room && size == event->bytes.size) {
        report_buffer_addf(text, "%s\n", shown);
    } else {
        char count[40];
        size_t length = 0;
        size_t tail = (size_t)snprintf(count, sizeof count, "... (%zu bytes)", size);
        while (shown[length] && columns_of(shown, length + 1) <= room - tail)
            length++;
        while (length > 0 && ((unsigned char)shown[length] & 0xC0) == 0x80)
            length--;
        report_buffer_addf(text, "%.*s%s\n", (int)length, shown, count);
    }
    text->failed |= printable.failed;
    report_buffer_free(&printable);
}

static void add_event(struct report_buffer *text, const struct report_event *event,
                      uint64_t before_us)
{
    struct report_buffer time = {0}, since = {0}, words = {0};
    uint64_t since_us = event->t_us > before_us ? event->t_us - before_us : 0;
    bool is_state = event->kind == REPORT_EVENT_STATE;
    report_buffer_seconds(&time, event->t_us / 1000);
    if (since_us >= GAP_US)
        report_buffer_addf(&since, "+");
    if (since_us >= GAP_US)
        report_buffer_seconds(&since, since_us / 1000);
    report_buffer_addf(text, "%10s %9s  %-7s ", report_buffer_text(&time),
                       report_buffer_text(&since), who(event));
    if (event->bytes.data) {
        add_bytes(text, event);
    } else {
        if (is_state)
            report_buffer_addf(&words, "== ");
        report_buffer_prose(&words, event->text && event->text[0] ? event->text : "over");
        if (event->line)
            report_buffer_addf(&words, " (line %u)", (unsigned)event->line);
        report_buffer_wrap(text, report_buffer_text(&words), COLUMNS, WORDS_COLUMN, WORDS_COLUMN);
    }
    text->failed |= time.failed || since.failed || words.failed;
    report_buffer_free(&time);
    report_buffer_free(&since);
    report_buffer_free(&words);
}

static void add_reasons(struct report_buffer *text, const struct report_case *c)
{
    for (size_t i = 0; i < c->reason_count; i++) {
        struct report_buffer words = {0};
        report_buffer_prose(&words, c->reasons[i].text);
        if (c->reasons[i].line)
            report_buffer_addf(&words, " (line %u)", (unsigned)c->reasons[i].line);
        report_buffer_addf(text, "%-9s: ", i ? "" : "because");
        report_buffer_wrap(text, report_buffer_text(&words), COLUMNS, 11, 13);
        text->failed |= words.failed;
        report_buffer_free(&words);
    }
}

void report_explain(FILE *out, const struct report_case *c)
{
    struct report_buffer text = {0};
    uint64_t before_us = 0;
    add_wrapped(&text, "case", c->title ? c->title : c->name);
    add_wrapped(&text, "why", c->why);
    if (c->verdict != REPORT_NOT_RUN)
        add_wrapped(&text, "verdict", report_verdict_name(c->verdict));
    add_wrapped(&text, "what", c->sentence ? c->sentence : c->message);
    add_wrapped(&text, "place", c->place);
    add_reasons(&text, c);
    add_wrapped(&text, "repeat", c->repeat);
    if (c->event_count)
        report_buffer_addf(&text, "\n   seconds     since  who     what\n");
    for (size_t i = 0; i < c->event_count; i++) {
        add_event(&text, &c->events[i], before_us);
        before_us = c->events[i].t_us;
    }
    fwrite(report_buffer_text(&text), 1, text.size, out);
    if (text.failed)
        fputs("(memory ran out: this is not complete)\n", out);
    report_buffer_free(&text);
}
