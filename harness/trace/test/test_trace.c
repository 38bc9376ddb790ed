/* test_trace.c - the format: what is written is read again, what is broken is named with its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/trace/trace.h"

#define HEADER "{\"fotarig-trace\":1,\"rate\":115200}\n"

/* ---- lines ----------------------------------------------------------------------------------- */

/* What a file gives: an event written again as it was read, or the place and text of the error. */
struct line_row {
    const char *what;
    const char *line;
    const char *want; /* NULL: the same line */
};

static const struct line_row line_rows[] = {
    {"bytes both ways are text", "{\"us\":1,\"kind\":\"to-module\",\"text\":\"AT\\r\"}", NULL},
    {"a byte beyond ascii is an escape",
     "{\"us\":1,\"kind\":\"to-host\",\"text\":\"\\u0000\\u007f\\u00ff\\\\\\\"\\t\"}", NULL},
    {"a byte may be written as the character it is",
     "{\"us\":1,\"kind\":\"to-host\",\"text\":\"\u00e9\u00ff\\/\\b\"}",
     "{\"us\":1,\"kind\":\"to-host\",\"text\":\"\\u00e9\\u00ff/\\u0008\"}"},
    {"all keys have their place",
     "{\"us\":7,\"kind\":\"port\",\"end\":\"module\",\"channel\":2,\"event\":\"lost\","
     "\"number\":4294967295,\"detail\":\"caf\u00e9\",\"text\":\"x\",\"marks\":[\"inferred\","
     "\"open\"]}",
     NULL},
    {"keys may stand in any order with blanks",
     " {\t\"kind\" : \"to-host\" , \"us\" : 3 , \"marks\" : [ ] } \r",
     "{\"us\":3,\"kind\":\"to-host\"}"},
    {"another rate than that of the header is told",
     "{\"us\":1,\"kind\":\"to-host\",\"text\":\"A\",\"rate\":9600}", NULL},
    {"a rate that is not known is told",
     "{\"us\":1,\"kind\":\"to-host\",\"text\":\"A\",\"rate\":0}", NULL},
    {"the rate of the header is left out",
     "{\"us\":1,\"kind\":\"to-host\",\"text\":\"A\",\"rate\":115200}",
     "{\"us\":1,\"kind\":\"to-host\",\"text\":\"A\"}"},
    {"the largest time", "{\"us\":9223372036854775807,\"kind\":\"note\"}", NULL},
    {"a surrogate pair is one character",
     "{\"us\":1,\"kind\":\"note\",\"detail\":\"\\ud83d\\ude00\"}",
     "{\"us\":1,\"kind\":\"note\",\"detail\":\"\U0001f600\"}"},

    {"bytes that are no text are hex digits",
     "{\"us\":1,\"kind\":\"to-module\",\"hex\":\"00112233445566778899aabbccddeeff\"}", NULL},
    {"a few bytes are text always", "{\"us\":1,\"kind\":\"to-module\",\"hex\":\"001F\"}",
     "{\"us\":1,\"kind\":\"to-module\",\"text\":\"\\u0000\\u001f\"}"},
    {"no byte at all", "{\"us\":1,\"kind\":\"to-module\",\"hex\":\"\"}",
     "{\"us\":1,\"kind\":\"to-module\"}"},

    {"half a byte", "{\"us\":1,\"kind\":\"to-module\",\"hex\":\"001\"}",
     "2:37: expected two hex digits for a byte"},
    {"a letter that is no hex digit", "{\"us\":1,\"kind\":\"to-module\",\"hex\":\"0g\"}",
     "2:35: expected two hex digits for a byte"},
    {"hex digits that do not end", "{\"us\":1,\"kind\":\"to-module\",\"hex\":\"00",
     "2:37: the line ends here; expected '\"' behind hex digits, two a byte"},
    {"text and hex", "{\"us\":1,\"kind\":\"to-module\",\"hex\":\"00\",\"text\":\"a\"}",
     "2:1: \"text\" and \"hex\" are the same; give one"},
    {"a larger time", "{\"us\":9223372036854775808,\"kind\":\"note\"}",
     "2:7: the number is too large; at most 9223372036854775807"},
    {"a number with places", "{\"us\":1.5,\"kind\":\"note\"}",
     "2:8: expected a whole number, without places and exponent"},
    {"a negative time", "{\"us\":-1,\"kind\":\"note\"}",
     "2:7: expected a number that is not negative"},
    {"no time", "{\"kind\":\"note\"}", "2:1: the event has no time; expected \"us\""},
    {"no kind", "{\"us\":1}", "2:1: the event has no \"kind\""},
    {"a mistyped key", "{\"us\":1,\"kidn\":\"note\"}",
     "2:9: unknown key \"kidn\"; did you mean \"kind\"?"},
    {"a key that nothing is like", "{\"us\":1,\"colour\":3}",
     "2:9: unknown key \"colour\"; trace.schema.json has all"},
    {"a mistyped kind", "{\"us\":1,\"kind\":\"to-hots\"}",
     "2:16: unknown kind \"to-hots\"; did you mean \"to-host\"?"},
    {"a mistyped mark", "{\"us\":1,\"kind\":\"note\",\"marks\":[\"open\",\"infered\"]}",
     "2:39: unknown mark \"infered\"; did you mean \"inferred\"?"},
    {"a key twice", "{\"us\":1,\"kind\":\"note\",\"us\":2}", "2:23: \"us\" is given twice"},
    {"a character that is no byte", "{\"us\":1,\"kind\":\"to-host\",\"text\":\"a\u20ac\"}",
     "2:35: U+20AC is no byte; \"text\" holds U+0000 to U+00FF only"},
    {"an escape that json does not know", "{\"us\":1,\"kind\":\"to-host\",\"text\":\"\\x41\"}",
     "2:34: JSON knows no such escape; write \\\\ for a backslash"},
    {"too few hex digits", "{\"us\":1,\"kind\":\"to-host\",\"text\":\"\\u00\"}",
     "2:34: \\u is not followed by four hex digits"},
    {"half of a pair", "{\"us\":1,\"kind\":\"note\",\"detail\":\"\\ud83d\"}",
     "2:33: half of a surrogate pair; expected a whole character"},
    {"a nul in a word", "{\"us\":1,\"kind\":\"note\",\"detail\":\"\\u0000\"}",
     "2:33: \\u0000 in a word; only \"text\" may hold it"},
    {"bytes that are no utf-8", "{\"us\":1,\"kind\":\"to-host\",\"text\":\"\xff\"}",
     "2:34: this is not UTF-8; write a byte as \\u00XX"},
    {"a too long form of utf-8", "{\"us\":1,\"kind\":\"to-host\",\"text\":\"\xc0\x80\"}",
     "2:34: this is not UTF-8; write a byte as \\u00XX"},
    {"a control character", "{\"us\":1,\"kind\":\"to-host\",\"text\":\"\t\"}",
     "2:34: a control character in a string; write \\u0009"},
    {"an event over two lines", "{\"us\":1,",
     "2:9: the line ends here; expected '\"' here: a string"},
    {"two events in a line", "{\"us\":1,\"kind\":\"note\"}{}",
     "2:23: something stands behind the object; an event is one line"},
    {"a string that does not end", "{\"us\":1,\"kind\":\"note",
     "2:21: the line ends within a string"},
    {"a list", "[]", "2:1: expected '{' at the beginning of the line"},
    {"a time before the last", "{\"us\":5,\"kind\":\"note\"}\n{\"us\":4,\"kind\":\"note\"}",
     "{\"us\":5,\"kind\":\"note\"}|3:1: \"us\" goes back from 5 to 4; events stand in the order of "
     "their times"},
    {"a line that is broken ends nothing", "x\n\n{\"us\":4,\"kind\":\"note\"}",
     "2:1: expected '{' at the beginning of the line|{\"us\":4,\"kind\":\"note\"}"},
    {"the header of a joined part counts from there",
     "{\"fotarig-trace\":1,\"rate\":9600}\n{\"us\":1,\"kind\":\"to-host\",\"rate\":9600}",
     "{\"us\":1,\"kind\":\"to-host\",\"rate\":9600}"},
    {"a newer version in the middle", "{\"fotarig-trace\":2}",
     "2:1: version 2 of the format; this fotarig reads version 1"},
};

/* Bytes as a source that gives one at a time. */
struct drip {
    const char *at;
    size_t left;
};

static long read_drip(void *context, void *buffer, size_t size)
{
    struct drip *drip = context;
    if (drip->left == 0 || size == 0)
        return 0;
    *(char *)buffer = *drip->at++;
    drip->left--;
    return 1;
}

/* All that a reader tells, results apart by '|'. */
static void read_all(struct trace_reader *reader, char *text, size_t capacity)
{
    struct trace_event event;
    char line[TRACE_EVENT_LINE_MAX + 1];
    enum trace_result result;
    size_t used = 0;
    *text = '\0';
    while ((result = trace_next(reader, &event)) == TRACE_EVENT || result == TRACE_BAD) {
        if (result == TRACE_EVENT)
            line[trace_format_event(&event, 115200, line) - 1] = '\0';
        else
            snprintf(line, sizeof line, "%u:%u: %s", (unsigned)reader->error.line,
                     (unsigned)reader->error.column, reader->error.text);
        used += (size_t)snprintf(text + used, capacity - used, "%s%s", used ? "|" : "", line);
    }
    assert_int_equal(result, TRACE_END);
}

static void check_line(const struct line_row *row)
{
    char file[1024], whole[2048], bytewise[2048];
    struct trace_reader reader;
    int size = snprintf(file, sizeof file, "%s%s\n", HEADER, row->line);
    struct drip drip = {.at = file, .left = (size_t)size};
    assert_true(trace_open_memory(&reader, file, (size_t)size));
    read_all(&reader, whole, sizeof whole);
    trace_close(&reader);
    assert_true(trace_open_source(&reader, read_drip, &drip));
    read_all(&reader, bytewise, sizeof bytewise);
    trace_close(&reader);
    assert_string_equal(whole, row->want ? row->want : row->line);
    assert_string_equal(bytewise, whole);
}

static void test_line(void **state)
{
    check_line(*state);
}

/* ---- files ----------------------------------------------------------------------------------- */

struct file_row {
    const char *what;
    const char *file;
    const char *want;
};

static const struct file_row file_rows[] = {
    {"an empty file", "", "1:1: the file is empty; a trace begins with its header"},
    {"blank lines only", "\n \n", "3:1: the file is empty; a trace begins with its header"},
    {"a log", "AT\r\nOK\r\n",
     "1:1: no trace: the first line is not {\"fotarig-trace\":1,...}; a log of another program "
     "becomes one with `fotarig import`"},
    {"an event first", "{\"us\":1,\"kind\":\"note\"}\n",
     "1:1: no trace: the first line is not {\"fotarig-trace\":1,...}; a log of another program "
     "becomes one with `fotarig import`"},
    {"a newer version", "{\"fotarig-trace\":2,\"rate\":1}\n",
     "1:1: version 2 of the format; this fotarig reads version 1"},
    {"a header that was cut", "{\"fotarig-trace\":1,\"ra", "1:23: the line ends within a string"},
    {"a mistyped key of the header", "{\"fotarig-trace\":1,\"revison\":\"B\"}\n",
     "1:20: unknown key \"revison\"; did you mean \"revision\"?"},
    {"a speed with seven places", "{\"fotarig-trace\":1,\"host-speed\":0.0000001}\n",
     "1:41: more than six places"},
    {"a mark of utf-8 and a header without newline", "\xef\xbb\xbf{\"fotarig-trace\":1}", "good"},
};

static void test_file(void **state)
{
    const struct file_row *row = *state;
    struct trace_reader reader;
    char got[512] = "good";
    if (trace_open_memory(&reader, row->file, strlen(row->file)))
        trace_close(&reader);
    else
        snprintf(got, sizeof got, "%u:%u: %s", (unsigned)reader.error.line,
                 (unsigned)reader.error.column, reader.error.text);
    assert_string_equal(got, row->want);
}

/* ---- the writer ------------------------------------------------------------------------------ */

static const struct trace_header some_header = {.made_by = "test \"x\"",
                                                .subject = "caf\xc3\xa9 \xff",
                                                .part = 3,
                                                .model = "SIM",
                                                .rate = 921600,
                                                .framing = "8N1",
                                                .host_speed = 50000,
                                                .module_speed = 20 * TRACE_SPEED_ONE};

/* Writes a trace into an unlinked file; returns its descriptor at its beginning. */
static int write_file(const struct trace_event *events, size_t count)
{
    struct trace_writer writer;
    FILE *file = tmpfile();
    assert_non_null(file);
    int descriptor = dup(fileno(file));
    fclose(file);
    assert_true(trace_begin(&writer, descriptor, &some_header));
    for (size_t i = 0; i < count; i++)
        trace_write(&writer, &events[i]);
    assert_true(trace_finish(&writer));
    assert_int_equal(lseek(descriptor, 0, SEEK_END), writer.byte_count);
    lseek(descriptor, 0, SEEK_SET);
    return descriptor;
}

static void test_a_header_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct trace_header want = some_header;
    struct trace_reader reader;
    int descriptor = write_file(NULL, 0);
    assert_true(trace_open(&reader, descriptor));
    want.version = TRACE_VERSION;
    memset(want.subject, 0, sizeof want.subject);
    snprintf(want.subject, sizeof want.subject, "caf\xc3\xa9 \xef\xbf\xbd");
    assert_memory_equal(&reader.header, &want, sizeof want);
    trace_close(&reader);
    close(descriptor);
}

static void test_all_bytes_are_read_as_they_were_written(void **state)
{
    (void)state;
    enum { SIZE = 5 * TRACE_PIECE_MAX + 17 };
    static uint8_t bytes[SIZE];
    struct trace_event event = {.kind = TRACE_TO_HOST, .bytes = bytes, .length = SIZE}, got;
    struct trace_reader reader;
    size_t at = 0;
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    int descriptor = write_file(&event, 1);
    assert_true(trace_open(&reader, descriptor));
    while (trace_next(&reader, &got) == TRACE_EVENT) {
        assert_in_range(at + got.length, got.length, SIZE);
        assert_memory_equal(got.bytes, bytes + at, got.length);
        assert_int_equal(got.rate, 0);
        at += got.length;
    }
    assert_int_equal(at, SIZE);
    assert_false(reader.cut);
    trace_close(&reader);
    close(descriptor);
}

static void test_a_file_that_can_not_be_written_says_so(void **state)
{
    (void)state;
    struct trace_writer writer;
    struct trace_event event = {.kind = TRACE_NOTE};
    assert_true(trace_begin(&writer, -1, &some_header));
    trace_write(&writer, &event);
    assert_false(trace_finish(&writer));
    assert_int_not_equal(writer.error, 0);
}

/* ---- what was cut ---------------------------------------------------------------------------- */

/* Every prefix loads: all whole lines, the piece of one told as cut. */
static void test_a_trace_that_is_cut_at_any_byte_loads_up_to_there(void **state)
{
    (void)state;
    static const char file[] =
        HEADER "{\"us\":1,\"kind\":\"to-module\",\"text\":\"AT\\r\"}\n"
               "{\"us\":2,\"kind\":\"to-host\",\"text\":\"\\u0000\xc3\xa9\"}\n"
               "{\"us\":3,\"kind\":\"note\",\"marks\":[\"open\"]}\n";
    struct trace_reader reader;
    struct trace_event event;
    for (size_t size = sizeof HEADER - 2; size < sizeof file; size++) {
        unsigned lines = 0, events = 0;
        assert_true(trace_open_memory(&reader, file, size));
        for (size_t i = sizeof HEADER - 1; i < size; i++)
            lines += file[i] == '\n' || (file[i] == '}' && i + 1 == size);
        while (trace_next(&reader, &event) == TRACE_EVENT)
            events++;
        assert_int_equal(trace_next(&reader, &event), TRACE_END);
        assert_int_equal(events, lines);
        assert_int_equal(reader.cut,
                         size >= sizeof HEADER && file[size - 1] != '\n' && file[size - 1] != '}');
        trace_close(&reader);
    }
}

static void test_a_line_without_end_is_an_error_and_no_memory(void **state)
{
    (void)state;
    enum { SIZE = 3 * TRACE_LINE_MAX };
    char *file = malloc(SIZE);
    struct trace_reader reader;
    struct trace_event event;
    assert_non_null(file);
    memset(file, 'x', SIZE);
    memcpy(file, HEADER, sizeof HEADER - 1);
    memcpy(file + SIZE - 27, "\n{\"us\":1,\"kind\":\"to-host\"}\n", 27);
    assert_true(trace_open_memory(&reader, file, SIZE));
    assert_int_equal(trace_next(&reader, &event), TRACE_BAD);
    assert_int_equal(reader.error.line, 2);
    assert_in_range(reader.capacity, 1, 4 * TRACE_LINE_MAX);
    assert_int_equal(trace_next(&reader, &event), TRACE_EVENT);
    assert_int_equal(trace_next(&reader, &event), TRACE_END);
    trace_close(&reader);
    free(file);
}

/* ---- the schema ------------------------------------------------------------------------------ */

static void test_the_published_schema_is_that_of_the_tables(void **state)
{
    (void)state;
    static char published[65536];
    FILE *file = fopen("harness/trace/trace.schema.json", "r");
    char *schema = trace_json_schema();
    assert_non_null(file);
    assert_non_null(schema);
    size_t size = fread(published, 1, sizeof published - 1, file);
    fclose(file);
    if (size > 0 && published[size - 1] == '\n')
        published[size - 1] = '\0';
    assert_string_equal(published, schema); /* `make schema` writes it */
    free(schema);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static int run_rows(const char *group, const void *rows, size_t size, size_t count,
                    CMUnitTestFunction function)
{
    struct CMUnitTest *tests = calloc(count, sizeof *tests);
    if (!tests)
        return 1;
    for (size_t i = 0; i < count; i++) {
        const char *const *row = (const void *)((const char *)rows + i * size);
        void *state;
        memcpy(&state, &row, sizeof state);
        tests[i] = (struct CMUnitTest){.name = *row, .test_func = function, .initial_state = state};
    }
    int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    free(tests);
    return failed;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_header_is_read_as_it_was_written),
        cmocka_unit_test(test_all_bytes_are_read_as_they_were_written),
        cmocka_unit_test(test_a_file_that_can_not_be_written_says_so),
        cmocka_unit_test(test_a_trace_that_is_cut_at_any_byte_loads_up_to_there),
        cmocka_unit_test(test_a_line_without_end_is_an_error_and_no_memory),
        cmocka_unit_test(test_the_published_schema_is_that_of_the_tables),
    };
    int failed = run_rows("line", line_rows, sizeof *line_rows,
                          sizeof line_rows / sizeof *line_rows, test_line);
    failed += run_rows("file", file_rows, sizeof *file_rows, sizeof file_rows / sizeof *file_rows,
                       test_file);
    return failed + cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
