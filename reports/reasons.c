/* reasons.c - what a person needs to understand why a case did not pass, as lines of text. */
#include "reports/internal.h"

#include <string.h>

enum { WRAPPED_COLUMNS = 75 }; /* the block is indented by four later */

const struct report_width report_wide = {.value = 160, .before = 60, .exchange = 200};
const struct report_width report_narrow = {
    .value = 58, .before = 24, .exchange = 40, .exchange_count = 8, .wraps = true};

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static size_t columns_of(const char *text)
{
    size_t columns = 0;
    for (; *text; text++)
        columns += !is_continuation(*text);
    return columns;
}

/* The place `columns` further right, or the end. */
static const char *skip_columns(const char *text, size_t columns)
{
    while (*text && (columns > 0 || is_continuation(*text)))
        columns -= !is_continuation(*text++);
    return text;
}

/* Adds at most `limit` columns of the text from column `from`, with "..." for what is left out. */
static void add_window(struct report_buffer *buffer, const char *text, size_t from, size_t limit)
{
    const char *start = skip_columns(text, from);
    const char *end = skip_columns(start, limit);
    if (start > text)
        report_buffer_add(buffer, "...", 3);
    report_buffer_add(buffer, start, (size_t)(end - start));
    if (*end)
        report_buffer_add(buffer, "...", 3);
}

/* Prose, wrapped where the width asks for it. */
static void add_prose(struct report_buffer *buffer, const char *text, size_t indent,
                      const struct report_width *width)
{
    struct report_buffer readable = {0};
    report_buffer_prose(&readable, text);
    if (width->wraps && columns_of(report_buffer_text(&readable)) + indent > WRAPPED_COLUMNS)
        report_buffer_wrap(buffer, report_buffer_text(&readable), WRAPPED_COLUMNS, indent, indent);
    else
        report_buffer_addf(buffer, "%s\n", report_buffer_text(&readable));
    buffer->failed |= readable.failed;
    report_buffer_free(&readable);
}

static void add_line(struct report_buffer *buffer, const char *label, const char *text,
                     const struct report_width *width)
{
    if (!text)
        return;
    report_buffer_addf(buffer, "%-9s: ", label);
    add_prose(buffer, text, 11, width);
}

/* Index of the first byte in which the two differ; SIZE_MAX when they are equal. */
static size_t first_difference(struct report_bytes a, struct report_bytes b)
{
    const char *left = a.data, *right = b.data;
    size_t i = 0;
    while (i < a.size && i < b.size && left[i] == right[i])
        i++;
    return i == a.size && i == b.size ? SIZE_MAX : i;
}

/* The column at which the byte at `index` is shown. */
static size_t column_of(struct report_bytes bytes, size_t index)
{
    const char *text = bytes.data;
    while (index > 0 && index < bytes.size && is_continuation(text[index]))
        index--; /* the whole character differs */
    struct report_buffer before = {0};
    report_buffer_escape(&before, (struct report_bytes){bytes.data, index}, REPORT_FORM_BYTES);
    size_t column = columns_of(report_buffer_text(&before));
    report_buffer_free(&before);
    return column;
}

static void add_value(struct report_buffer *buffer, const char *label, struct report_bytes bytes,
                      enum report_form form, size_t from, const struct report_width *width)
{
    struct report_buffer text = {0};
    report_buffer_escape(&text, bytes, form);
    report_buffer_addf(buffer, "%-9s: ", label);
    if (bytes.size == 0)
        report_buffer_addf(buffer, "(nothing)");
    else
        add_window(buffer, report_buffer_text(&text), from, width->value);
    report_buffer_addf(buffer, "\n");
    report_buffer_free(&text);
}

static void add_comparison(struct report_buffer *buffer, const struct report_case *c,
                           const struct report_width *width)
{
    struct report_bytes expected = c->expected, received = c->received;
    if (!expected.data && !received.data)
        return;
    bool both = c->are_bytes && expected.data && received.data && expected.size && received.size;
    enum report_form form = c->are_bytes ? REPORT_FORM_BYTES : REPORT_FORM_TEXT;
    size_t index = both ? first_difference(expected, received) : SIZE_MAX;
    size_t column = index == SIZE_MAX ? 0 : column_of(expected, index);
    size_t from = column > width->value - width->before ? column - width->before : 0;
    add_value(buffer, "expected", expected, form, from, width);
    add_value(buffer, "received", received, form, from, width);
    if (index == SIZE_MAX)
        return;
    size_t indent = column - from + (from > 0 ? 3 : 0);
    report_buffer_addf(buffer, "%-9s  %*s^ ", "", (int)indent, "");
    if (index == received.size)
        report_buffer_addf(buffer, "byte %zu is missing, nothing follows\n", index);
    else if (index == expected.size)
        report_buffer_addf(buffer, "byte %zu is one too many\n", index);
    else
        report_buffer_addf(buffer, "byte %zu differs: 0x%02X expected, 0x%02X received\n", index,
                           ((const unsigned char *)expected.data)[index],
                           ((const unsigned char *)received.data)[index]);
}

static void add_exchange(struct report_buffer *buffer, const struct report_exchange *exchange,
                         const struct report_width *width)
{
    static const char *const marks[] = {
#define X(name, text, mark) mark,
        REPORT_DIRECTIONS(X)
#undef X
    };
    struct report_buffer text = {0};
    struct report_buffer time = {0};
    report_buffer_escape(&text, exchange->bytes,
                         exchange->direction == REPORT_NOTE ? REPORT_FORM_TEXT : REPORT_FORM_BYTES);
    report_buffer_seconds(&time, exchange->t_us / 1000);
    report_buffer_addf(buffer, "%12s  %s ", report_buffer_text(&time), marks[exchange->direction]);
    add_window(buffer, report_buffer_text(&text), 0, width->exchange);
    if (columns_of(report_buffer_text(&text)) > width->exchange)
        report_buffer_addf(buffer, " (%zu bytes)", exchange->bytes.size);
    report_buffer_addf(buffer, "\n");
    report_buffer_free(&time);
    report_buffer_free(&text);
}

static const struct {
    const char *type, *meaning;
} kinds[REPORT_KIND_COUNT] = {
#define X(name, type, meaning) {type, meaning},
    REPORT_KINDS(X)
#undef X
};

static void add_kind(struct report_buffer *buffer, const struct report_case *c,
                     const struct report_width *width)
{
    char words[160];
    if (!c->kind)
        return;
    snprintf(words, sizeof words, "%s: %s", kinds[c->kind].type, kinds[c->kind].meaning);
    add_line(buffer, "kind", words, width);
}

static void add_exchanges(struct report_buffer *buffer, const struct report_case *c,
                          const struct report_width *width)
{
    size_t count = c->exchange_count;
    if (width->exchange_count && count > width->exchange_count)
        count = width->exchange_count;
    if (count)
        report_buffer_addf(buffer, "-- last %zu exchanges, seconds since the start --\n", count);
    for (size_t i = c->exchange_count - count; i < c->exchange_count; i++)
        add_exchange(buffer, &c->exchanges[i], width);
}

/* The step of the client at that time; NULL: nobody knows. */
static const char *step_at(const struct report_case *c, uint64_t t_us)
{
    const char *step = NULL;
    for (size_t i = 0; i < c->event_count && c->events[i].t_us <= t_us; i++)
        if (c->events[i].kind == REPORT_EVENT_STATE && c->events[i].lane == REPORT_LANE_HOST)
            step = c->events[i].text;
    return step && step[0] ? step : NULL;
}

static void add_quoted(struct report_buffer *buffer, const char *exchange)
{
    if (exchange)
        report_buffer_addf(buffer, "'%s'", exchange);
    else
        report_buffer_addf(buffer, "nothing");
}

void report_add_parting(struct report_buffer *buffer, const struct report_case *c)
{
    size_t part = 0;
    while (part < c->beside_count && c->besides[part].same)
        part++;
    if (part == c->beside_count)
        return;
    const char *now = NULL, *former = NULL; /* each run's next exchange, in whichever row */
    uint64_t t_us = part ? c->besides[part - 1].now_us : 0;
    for (size_t i = part; i < c->beside_count && (!now || !former); i++) {
        if (!now && c->besides[i].now) {
            now = c->besides[i].now;
            t_us = c->besides[i].now_us;
        }
        former = former ? former : c->besides[i].former;
    }
    const char *step = step_at(c, t_us);
    report_buffer_addf(buffer, "at ");
    report_buffer_seconds(buffer, t_us / 1000);
    report_buffer_addf(buffer, " s");
    if (step)
        report_buffer_addf(buffer, ", in step %s", step);
    if (part)
        report_buffer_addf(buffer, ", after '%s'", c->besides[part - 1].now);
    report_buffer_addf(buffer, ": when it passed ");
    add_quoted(buffer, former);
    report_buffer_addf(buffer, " followed, now ");
    add_quoted(buffer, now);
}

static void add_parting(struct report_buffer *buffer, const struct report_case *c,
                        const struct report_width *width)
{
    struct report_buffer words = {0};
    report_add_parting(&words, c);
    if (words.size)
        add_line(buffer, "parts", report_buffer_text(&words), width);
    buffer->failed |= words.failed;
    report_buffer_free(&words);
}

void report_add_explanation_in(struct report_buffer *buffer, const struct report_case *c,
                               const struct report_width *width)
{
    if (c->place)
        add_prose(buffer, c->place, 0, width);
    add_kind(buffer, c, width);
    add_line(buffer, "why", c->why, width);
    add_comparison(buffer, c, width);
    for (size_t i = 0; i < c->detail_count; i++)
        add_prose(buffer, c->details[i], 2, width);
    if (c->reason_count)
        add_line(buffer, "because", c->reasons[c->reason_count - 1].text, width);
    add_parting(buffer, c, width);
    add_exchanges(buffer, c, width);
    if (c->verdict == REPORT_ERROR)
        add_prose(buffer,
                  "This is a fault of the bench or its surroundings: the device under test "
                  "was not judged.",
                  0, width);
    /* A command is never divided: it is copied. */
    add_line(buffer, "repeat", c->repeat, &report_wide);
}

void report_add_explanation(struct report_buffer *buffer, const struct report_case *c)
{
    report_add_explanation_in(buffer, c, &report_wide);
}

/* The words behind "not run: ". */
static const char *reason_not_run(const struct report_run *run, const struct report_case *c)
{
    if (c->message)
        return c->message;
    return run && run->stopped_because ? run->stopped_because : "the run ended before it";
}

/* Adds the text with ' for " and \xNN for what XML would write as an entity. */
static void add_without_entities(struct report_buffer *buffer, const char *text)
{
    for (; *text; text++) {
        if (*text == '"')
            report_buffer_add(buffer, "'", 1);
        else if (strchr("<>&", *text))
            report_buffer_addf(buffer, "\\x%02X", (unsigned char)*text);
        else
            report_buffer_add(buffer, text, 1);
    }
}

void report_add_message(struct report_buffer *buffer, const struct report_run *run,
                        const struct report_case *c)
{
    static const char *const meanings[] = {
#define X(name, text, status, meaning) meaning,
        REPORT_VERDICTS(X)
#undef X
    };
    struct report_buffer raw = {0}, plain = {0};
    if (c->verdict == REPORT_NOT_RUN)
        report_buffer_addf(&raw, "not run: %s", reason_not_run(run, c));
    else
        report_buffer_addf(&raw, "%s",
                           c->message && c->message[0] ? c->message : meanings[c->verdict]);
    struct report_buffer readable = {0};
    report_buffer_prose(&readable, report_buffer_text(&raw));
    add_without_entities(&plain, report_buffer_text(&readable));
    const char *text = report_buffer_text(&plain);
    size_t size = plain.size;
    if (size > REPORT_MESSAGE_MAX) {
        size = REPORT_MESSAGE_MAX - 3;
        while (size > 0 && is_continuation(text[size]))
            size--;
    }
    report_buffer_add(buffer, text, size);
    if (size < plain.size)
        report_buffer_add(buffer, "...", 3);
    buffer->failed |= raw.failed || readable.failed || plain.failed;
    report_buffer_free(&readable);
    report_buffer_free(&plain);
    report_buffer_free(&raw);
}

const char *report_type(const struct report_case *c)
{
    static const char *const types[] = {"NotRun", "Passed", "Failed", "BenchError", "Skipped"};
    return c->kind ? kinds[c->kind].type : types[c->verdict];
}
