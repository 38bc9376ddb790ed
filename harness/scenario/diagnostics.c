/*
 * diagnostics.c - all errors of a file, in the form that editors and compilers agreed on:
 *
 *     power.yaml:17:5: error: unknown key 'replay'; did you mean 'reply'?
 *        17 |     replay: ['OK']
 *           |     ^~~~~~  allowed: reply, swallow
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/internal.h"
#include "harness/text/escape.h"
#include "reports/report.h"

enum {
    EXCERPT_COLUMNS = 100, /* of a source line that are shown */
    EXCERPT_BEFORE = 40,   /* of them, before an error that stands farther right */
    ARENA_BYTES_MAX = 1024 * 1024
};

struct scenario_diagnostic {
    struct scenario_span where;
    uint32_t pass;
    uint32_t number; /* among all errors, as they were found */
    const char *text;
    const char *hint; /* NULL = none */
};

void scenario_diagnostics_init(struct scenario_diagnostics *diagnostics, const char *path,
                               const char *source, size_t source_size)
{
    /* libyaml counts a byte order mark as a column, and finds the next line out of place */
    if (source_size >= 3 && memcmp(source, "\xef\xbb\xbf", 3) == 0) {
        source += 3;
        source_size -= 3;
    }
    *diagnostics =
        (struct scenario_diagnostics){.path = path, .source = source, .source_size = source_size};
    scenario_arena_init(&diagnostics->arena, ARENA_BYTES_MAX);
}

/*
 * A place that was complained about in the pass of an earlier case says nothing new; nor does the
 * same message.
 */
static bool is_known(const struct scenario_diagnostics *diagnostics, struct scenario_place place,
                     const char *text)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct scenario_diagnostic *known = diagnostics->list[i];
        if (known->where.place.line == place.line && known->where.place.column == place.column &&
            (known->pass != diagnostics->pass || strcmp(known->text, text) == 0))
            return true;
    }
    return false;
}

void scenario_diagnose(struct scenario_diagnostics *diagnostics, struct scenario_span where,
                       const char *hint, const char *format, ...)
{
    char text[SCENARIO_MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (is_known(diagnostics, where.place, text))
        return;
    if (diagnostics->count == SCENARIO_DIAGNOSTICS_MAX) {
        diagnostics->overflow = true;
        return;
    }
    struct scenario_diagnostic *added = scenario_arena_take(&diagnostics->arena, sizeof *added);
    if (!added) {
        diagnostics->overflow = true;
        return;
    }
    added->where = where;
    added->pass = diagnostics->pass;
    added->number = (uint32_t)diagnostics->count;
    added->text = scenario_arena_text(&diagnostics->arena, text, strlen(text));
    added->hint = hint ? scenario_arena_text(&diagnostics->arena, hint, strlen(hint)) : NULL;
    if (!added->text)
        added->text = "out of memory";
    diagnostics->list[diagnostics->count++] = added;
}

/* ---- showing bytes --------------------------------------------------------------------------- */

/*
 * Bytes of the character at `text`: 1 to 4, and whether a terminal may get it as it is. A byte that
 * is no UTF-8 counts as one character.
 */
static size_t character_size(const unsigned char *text, size_t left, bool *ret_shown)
{
    size_t size = text[0] < 0x80   ? 1
                  : text[0] < 0xc2 ? 0
                  : text[0] < 0xe0 ? 2
                  : text[0] < 0xf0 ? 3
                  : text[0] < 0xf5 ? 4
                                   : 0;
    *ret_shown = false;
    if (size == 0 || size > left)
        return 1;
    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 1;
    /* U+0080 to U+009F are control characters; U+200E, U+200F, U+2028 to U+202E and U+2066 to
       U+2069 break lines and turn them around. */
    bool control = text[0] < 0x20 || text[0] == 0x7f || (text[0] == 0xc2 && text[1] < 0xa0) ||
                   (text[0] == 0xe2 && text[1] == 0x80 &&
                    ((text[2] >= 0xa8 && text[2] <= 0xae) || text[2] == 0x8e || text[2] == 0x8f)) ||
                   (text[0] == 0xe2 && text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9);
    *ret_shown = !control;
    return size;
}

/*
 * Writes one character, its bytes escaped if need be; returns how much was written, or 0 when there
 * is no room, and its width.
 */
static size_t show_character(char *buffer, size_t capacity, const unsigned char *text, size_t size,
                             bool shown, size_t *ret_width)
{
    char escaped[4 * TEXT_ESCAPED_MAX];
    size_t length = 0;
    for (size_t i = 0; i < size && !shown; i++)
        length += text_escape_byte(text[i], escaped + length);
    *ret_width = shown ? 1 : length;
    length = shown ? size : length;
    if (length > capacity)
        return 0;
    memcpy(buffer, shown ? (const char *)text : escaped, length);
    return length;
}

const char *scenario_printable(char *buffer, size_t capacity, const char *text, size_t length)
{
    const size_t room = capacity - sizeof "…";
    size_t used = 0;

    for (size_t at = 0; at < length;) {
        const unsigned char *here = (const unsigned char *)text + at;
        bool shown;
        size_t width = 0, size = character_size(here, length - at, &shown);
        size_t written = show_character(buffer + used, room - used, here, size, shown, &width);
        if (written == 0) {
            memcpy(buffer + used, "…", sizeof "…");
            return buffer;
        }
        used += written;
        at += size;
    }
    buffer[used] = '\0';
    return buffer;
}

/* ---- the excerpt ----------------------------------------------------------------------------- */

/* Bytes of the line break at `text`, 0 = none: the ones by which libyaml counts lines. */
static size_t line_break(const unsigned char *text, size_t left)
{
    if (text[0] == '\n')
        return 1;
    if (text[0] == '\r')
        return left > 1 && text[1] == '\n' ? 2 : 1;
    if (left > 1 && text[0] == 0xc2 && text[1] == 0x85)
        return 2;
    if (left > 2 && text[0] == 0xe2 && text[1] == 0x80 && (text[2] == 0xa8 || text[2] == 0xa9))
        return 3;
    return 0;
}

/* The n-th line of the source without its break; NULL when there are fewer. */
static const unsigned char *find_line(const struct scenario_diagnostics *diagnostics, uint32_t line,
                                      size_t *ret_length)
{
    const unsigned char *source = (const unsigned char *)diagnostics->source;
    size_t size = diagnostics->source_size, begin = 0;
    uint32_t now = 1;

    for (size_t at = 0; at < size;) {
        size_t broken = line_break(source + at, size - at);
        if (broken > 0 && now == line) {
            *ret_length = at - begin;
            return source + begin;
        }
        now += broken > 0;
        at += broken > 0 ? broken : 1;
        if (broken > 0)
            begin = at;
    }
    *ret_length = size - begin;
    return now == line ? source + begin : NULL;
}

static void repeat(FILE *out, char c, size_t times)
{
    while (times-- > 0)
        fputc(c, out);
}

/* The line with the error under it, and the hint. */
static void write_excerpt(FILE *out, const struct scenario_diagnostics *diagnostics,
                          const struct scenario_diagnostic *entry)
{
    const size_t column = entry->where.place.column - 1;
    const size_t first = column > EXCERPT_COLUMNS - 20 ? column - EXCERPT_BEFORE : 0;
    const size_t end = column + (entry->where.width > 0 ? entry->where.width : 1);
    char buffer[16];
    size_t length, at = 0, pad = 0, mark = 0, count = 0;
    const unsigned char *line = find_line(diagnostics, entry->where.place.line, &length);

    if (!line)
        length = 0;
    fprintf(out, "%5u | %s", entry->where.place.line, first > 0 ? "…" : "");
    for (; at < length && count < first + EXCERPT_COLUMNS; count++) {
        bool shown;
        size_t width = 0, size = character_size(line + at, length - at, &shown);
        if (count >= first) {
            size_t bytes = show_character(buffer, sizeof buffer, line + at, size, shown, &width);
            fwrite(buffer, 1, bytes, out);
            pad += count < column ? width : 0;
            mark += count >= column && count < end ? width : 0;
        }
        at += size;
    }
    pad += count < column ? 1 : 0; /* behind the end of the line */
    if (at < length)
        fputs("…", out);
    fprintf(out, "\n      | %s", first > 0 ? " " : "");
    repeat(out, ' ', pad);
    fputc('^', out);
    repeat(out, '~', mark > 1 ? mark - 1 : 0);
    fprintf(out, "%s%s\n", entry->hint ? "  " : "", entry->hint ? entry->hint : "");
}

/* ---- the text -------------------------------------------------------------------------------- */

static int compare_entries(const void *left, const void *right)
{
    const struct scenario_diagnostic *const *a = left, *const *b = right;
    const struct scenario_place *x = &(*a)->where.place, *y = &(*b)->where.place;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return (*a)->number < (*b)->number ? -1 : 1;
}

static void write_entry(FILE *out, const struct scenario_diagnostics *diagnostics,
                        const struct scenario_diagnostic *entry)
{
    const struct scenario_place *place = &entry->where.place;
    char path[1024]; /* a file's name is as strange as what it holds */
    report_escape(path, sizeof path, diagnostics->path, strlen(diagnostics->path),
                  REPORT_FORM_TEXT);
    if (place->line == 0) {
        fprintf(out, "%s: error: %s\n", path, entry->text);
        return;
    }
    fprintf(out, "%s:%u:%u: error: %s\n", path, place->line, place->column, entry->text);
    write_excerpt(out, diagnostics, entry);
}

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

/* The same for programs: only what there is memory for. */
static void list_entries(const struct scenario_diagnostics *diagnostics,
                         struct scenario_errors *errors)
{
    errors->list = calloc(diagnostics->count ? diagnostics->count : 1, sizeof *errors->list);
    for (size_t i = 0; errors->list && i < diagnostics->count; i++) {
        const struct scenario_diagnostic *entry = diagnostics->list[i];
        struct scenario_error *error = &errors->list[errors->listed];
        *error = (struct scenario_error){.path = copy(diagnostics->path),
                                         .line = entry->where.place.line,
                                         .column = entry->where.place.column,
                                         .length = entry->where.width > 0 ? entry->where.width : 1,
                                         .message = copy(entry->text),
                                         .hint = copy(entry->hint)};
        errors->listed++;
        if (!error->path || !error->message || (entry->hint && !error->hint)) {
            scenario_error_done(&errors->list[--errors->listed]);
            return;
        }
    }
}

void scenario_error_done(struct scenario_error *error)
{
    free(error->path);
    free(error->message);
    free(error->hint);
}

bool scenario_diagnostics_done(struct scenario_diagnostics *diagnostics,
                               struct scenario_errors *reterr_errors)
{
    bool good = diagnostics->count == 0 && !diagnostics->overflow;
    size_t size;
    FILE *out;

    if (!good) {
        *reterr_errors =
            (struct scenario_errors){.count = diagnostics->count > 0 ? diagnostics->count : 1};
        qsort(diagnostics->list, diagnostics->count, sizeof diagnostics->list[0], compare_entries);
        out = open_memstream(&reterr_errors->text, &size);
        for (size_t i = 0; out && i < diagnostics->count; i++)
            write_entry(out, diagnostics, diagnostics->list[i]);
        if (out && diagnostics->overflow)
            fprintf(out, "%s: error: too many errors; the first %zu are shown\n", diagnostics->path,
                    diagnostics->count);
        if (out)
            fclose(out);
        list_entries(diagnostics, reterr_errors);
    }
    scenario_arena_done(&diagnostics->arena);
    return good;
}
