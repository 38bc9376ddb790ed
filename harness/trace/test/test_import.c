/* test_import.c - logs that real tools wrote are what went over the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/trace/import.h"

#define CORPUS "harness/trace/test/corpus/"

enum { FILE_MAX = 1 << 20 };

/* How much a format can hold. */
enum holds { BOTH, TO_HOST, PRINTABLE, LINES };

static const struct row {
    const char *name, *format;
    enum holds holds;
} rows[] = {
    {"socat-x", "socat-x", BOTH},
    {"socat-xv", "socat-x", BOTH},
    {"socat-xv-turned", "socat-x", BOTH},
    {"socat-v", "socat-v", PRINTABLE}, /* the others are dots */
    {"jpnevulator", "jpnevulator", BOTH},
    {"umockdev", "umockdev", BOTH},
    {"tio", "terminal", TO_HOST},
    {"tio-t", "stamped", TO_HOST},
    {"tio-iso", "stamped", TO_HOST},
    {"tio-delta", "stamped", TO_HOST},
    {"tio-strip", "lines", LINES},
    {"picocom", "terminal", TO_HOST},
    {"microcom", "terminal", TO_HOST},
    {"minicom", "lines", LINES},
    {"screen", "screen", TO_HOST},
    {"script", "terminal", TO_HOST},
    {"ts", "stamped", TO_HOST},
    {"ts-epoch", "stamped", TO_HOST},
};

struct text {
    char *bytes;
    size_t length;
};

static struct text read_file(const char *name, const char *ending)
{
    char path[200];
    struct text text = {malloc(FILE_MAX), 0};
    snprintf(path, sizeof path, CORPUS "%s%s", name, ending);
    FILE *file = fopen(path, "rb");
    if (!file || !text.bytes)
        fail_msg("%s can't be read", path);
    text.length = fread(text.bytes, 1, FILE_MAX, file);
    fclose(file);
    return text;
}

/* ---- what went over the line: the emulator's own log, read by other code than the importer's ----
 */

static size_t unescape(const char *text, size_t length, char *to)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned value;
        if (text[i] != '\\') {
            to[used++] = text[i];
        } else if (text[++i] == 'x' && sscanf(text + i + 1, "%2x", &value) == 1) {
            to[used++] = (char)value;
            i += 2;
        } else {
            to[used++] = text[i] == 'r'   ? '\r'
                         : text[i] == 'n' ? '\n'
                         : text[i] == 't' ? '\t'
                                          : '\\';
        }
    }
    return used;
}

static struct text truth(const char *name, char direction)
{
    struct text log = read_file(name, ".sim"), text = {malloc(FILE_MAX), 0};
    for (char *line = log.bytes; line < log.bytes + log.length;) {
        char *end = memchr(line, '\n', (size_t)(log.bytes + log.length - line));
        char *mark = line + strspn(line, " 0123456789.");
        if (*mark == direction)
            text.length += unescape(mark + 3, (size_t)(end - mark - 3), text.bytes + text.length);
        line = end + 1;
    }
    free(log.bytes);
    return text;
}

static struct text imported(const struct trace_log *log, unsigned kind)
{
    struct text text = {malloc(FILE_MAX), 0};
    for (size_t i = 0; i < log->count; i++) {
        if (log->pieces[i].kind != kind)
            continue;
        memcpy(text.bytes + text.length, trace_log_bytes(log, &log->pieces[i]),
               log->pieces[i].length);
        text.length += log->pieces[i].length;
    }
    return text;
}

/* Lines with something in them, without what is not printable. */
static void keep_lines(struct text *text, bool sequences)
{
    size_t used = 0;
    for (size_t i = 0; i < text->length; i++) {
        char c = text->bytes[i];
        bool end = c == '\r' || c == '\n';
        if (end && used && text->bytes[used - 1] != '\n')
            text->bytes[used++] = '\n';
        else if (c == '\x1b' && !sequences) /* its sequence is gone with it */
            i += strcspn(text->bytes + i, "m");
        else if (!end && c >= ' ' && c <= '~' && c != '.' && c != '\\')
            text->bytes[used++] = c;
    }
    text->length = used;
}

static void compare(const struct row *row, const struct trace_log *log, unsigned kind, char mark)
{
    struct text want = truth(row->name, mark), got = imported(log, kind);
    if (row->holds >= PRINTABLE) {
        keep_lines(&want, row->holds == PRINTABLE);
        keep_lines(&got, row->holds == PRINTABLE);
    }
    size_t same = 0;
    while (same < want.length && same < got.length && want.bytes[same] == got.bytes[same])
        same++;
    if (same != want.length || same != got.length)
        fail_msg("%s, %s: byte %zu: want %zu bytes, got %zu\nwant: %.60s\ngot:  %.60s", row->name,
                 trace_kind_name(kind), same, want.length, got.length, want.bytes + same,
                 got.bytes + same);
    free(want.bytes);
    free(got.bytes);
}

static void a_tools_log_is_what_went_over_the_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text text = read_file(rows[i].name, ".log");
        struct trace_source source = {.name = rows[i].name, .text = text.bytes, text.length, 0};
        struct trace_import_report report;
        struct trace_log log = {0};
        if (!trace_import(&log, &source, 1, NULL, &report))
            fail_msg("%s: %s", rows[i].name, report.error);
        if (strcmp(report.format, rows[i].format) != 0)
            fail_msg("%s: want format %s, got %s (%s)", rows[i].name, rows[i].format, report.format,
                     report.evidence);
        compare(&rows[i], &log, TRACE_TO_HOST, '<');
        if (rows[i].holds == BOTH)
            compare(&rows[i], &log, TRACE_TO_MODULE, '>');
        trace_log_done(&log);
        free(text.bytes);
    }
}

/* After ATE0 a terminal's log has no commands; they follow from the answers. */
static void commands_without_an_echo_are_inferred(void **state)
{
    (void)state;
    static const char want[] = "AT+GMR\r";
    struct text text = read_file("picocom", ".log");
    struct trace_source source = {.name = "picocom", .text = text.bytes, text.length, 0};
    struct trace_import_report report;
    struct trace_log log = {0};
    assert_true(trace_import(&log, &source, 1, NULL, &report));
    unsigned found = 0;
    for (size_t i = 0; i < log.count; i++) {
        const struct trace_piece *piece = &log.pieces[i];
        bool inferred = piece->kind == TRACE_TO_MODULE && piece->marks & TRACE_INFERRED;
        found += inferred && piece->length == sizeof want - 1 &&
                 memcmp(trace_log_bytes(&log, piece), want, piece->length) == 0;
    }
    assert_int_equal(found, 1);
    assert_int_equal(report.exchanges_inferred, 3);
    trace_log_done(&log);
    free(text.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tools_log_is_what_went_over_the_line),
        cmocka_unit_test(commands_without_an_echo_are_inferred),
    };
    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
