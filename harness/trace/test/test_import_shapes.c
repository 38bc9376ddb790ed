/* test_import_shapes.c - one dialogue as many programs would log it: times, marks, encodings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/trace/import.h"

static const struct said {
    bool to_module;
    const char *line; /* as it is shown */
    const char *exact;
} dialogue[] = {
    {true, "AT", "AT\r"},
    {false, "OK", "\r\nOK\r\n"},
    {true, "AT+CGMM", "AT+CGMM\r"},
    {false, "SIMCOM_SIM7000C", "\r\nSIMCOM_SIM7000C\r\n"},
    {false, "OK", "\r\nOK\r\n"},
    {true, "AT+CREG?", "AT+CREG?\r"},
    {false, "+CREG: 0,1", "\r\n+CREG: 0,1\r\n"},
    {false, "OK", "\r\nOK\r\n"},
    {false, "SMS Ready", "\r\nSMS Ready\r\n"},
};
enum { SAID = sizeof dialogue / sizeof dialogue[0], TEXT_BYTES = 4096 };

/* Times before a line, with the number of the line in it. */
static const char *const stamps[] = {
    "",
    "2024-03-05T10:11:1%u.500 ",
    "2024-03-05T10:11:1%u.500123Z ",
    "2024-03-05T10:11:1%u.500+01:00 ",
    "2024-03-05 10:11:1%u,500 ",
    "[10:11:1%u.500] ",
    "[2024-03-05 10:11:1%u] ",
    "10:11:1%u.500 ",
    "170963347%u.500000 ",
    "170963347%u500 ",
    "[    1%u.300000] ",
    "(1%u300) ",
    "03/05/2024 10:11:1%u PM ",
    "Mar  5 10:11:1%u board app[123]: ",
    "[05.03.2024 10:11:1%u] ",
};

static const struct marks {
    const char *to_module, *to_host, *behind;
    enum { SHOWN, ESCAPED, NAMED, HEXADECIMAL } form;
} marks[] = {
    {">> ", "<< ", "", SHOWN},
    {"TX: ", "RX: ", "", SHOWN},
    {"[TX] ", "[RX] ", "", SHOWN},
    {"Send: ", "Recv: ", "", SHOWN},
    {"--> ", "<-- ", "", SHOWN},
    {"-> ", "<- ", "", SHOWN},
    {"host: ", "module: ", "", SHOWN},
    {"RX: ", "TX: ", "", SHOWN},
    {"DEBUG modem TX: ", "DEBUG modem RX: ", "", SHOWN},
    {"TX: \"", "RX: \"", "\"", ESCAPED},
    {">> ", "<< ", "", NAMED},
    {"TX: ", "RX: ", "", HEXADECIMAL},
    {"OUT ", "IN ", "", HEXADECIMAL},
};

struct text {
    char bytes[TEXT_BYTES];
    size_t length;
};

static void put(struct text *text, const char *what)
{
    size_t size = strlen(what);
    assert_true(text->length + size < TEXT_BYTES);
    memcpy(text->bytes + text->length, what, size);
    text->length += size;
}

static void put_byte(struct text *text, char byte, unsigned form)
{
    char one[8];
    if (form == HEXADECIMAL)
        snprintf(one, sizeof one, "%02X ", (unsigned)(unsigned char)byte);
    else if (byte == '\r')
        snprintf(one, sizeof one, "%s", form == NAMED ? "<CR>" : "\\r");
    else if (byte == '\n')
        snprintf(one, sizeof one, "%s", form == NAMED ? "<LF>" : "\\n");
    else
        snprintf(one, sizeof one, "%c", byte);
    put(text, one);
}

static void put_stamp(struct text *text, const char *stamp, unsigned number)
{
    for (const char *at = stamp; *at; at++) {
        char one[2] = {*at, '\0'};
        if (*at == '%')
            one[0] = (char)('0' + number);
        at += *at == '%';
        put(text, one);
    }
}

static void write_log(struct text *text, const char *stamp, const struct marks *mark)
{
    text->length = 0;
    for (unsigned i = 0; i < SAID; i++) {
        put_stamp(text, stamp, i);
        if (mark)
            put(text, dialogue[i].to_module ? mark->to_module : mark->to_host);
        if (!mark || mark->form == SHOWN)
            put(text, dialogue[i].line);
        for (const char *at = dialogue[i].exact; mark && mark->form != SHOWN && *at; at++)
            put_byte(text, *at, mark->form);
        put(text, mark ? mark->behind : "");
        put(text, "\n");
    }
}

static bool holds(const uint8_t *bytes, size_t length, const char *line)
{
    size_t size = strlen(line);
    for (size_t i = 0; i + size <= length; i++)
        if (memcmp(bytes + i, line, size) == 0)
            return true;
    return false;
}

/* All bytes of a direction are there, whatever stands between. */
static void check(const char *what, const struct text *text)
{
    struct trace_log log = {0};
    struct trace_import_report report;
    const struct trace_source source = {.name = what, .text = text->bytes, .length = text->length};
    size_t piece = 0;
    if (!trace_import(&log, &source, 1, NULL, &report))
        fail_msg("%s: %s:\n%.*s", what, report.error, (int)text->length, text->bytes);
    for (unsigned i = 0; i < SAID; i++) {
        unsigned kind = dialogue[i].to_module ? TRACE_TO_MODULE : TRACE_TO_HOST;
        size_t size = strlen(dialogue[i].exact);
        bool found = false;
        for (; piece < log.count && !found; piece++) {
            const uint8_t *bytes = trace_log_bytes(&log, &log.pieces[piece]);
            size_t length = log.pieces[piece].length;
            /* A terminal's line ends may lie in the piece before. */
            const char *line = dialogue[i].line;
            found = log.pieces[piece].kind == kind &&
                    length >= size - 2 * (kind == TRACE_TO_HOST) && holds(bytes, length, line);
        }
        if (!found)
            fail_msg("%s: '%s' is not there (read as %s):\n%.*s", what, dialogue[i].line,
                     report.format, (int)text->length, text->bytes);
        /* One piece may hold several lines. */
        piece -= piece > 0;
    }
    trace_log_done(&log);
}

static void each_time_goes_with_each_mark(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof stamps / sizeof stamps[0]; s++)
        for (size_t m = 0; m < sizeof marks / sizeof marks[0]; m++) {
            static struct text text;
            char what[128];
            /* Words before a mark need a time, or they may be anything. */
            if (s == 0 && strlen(marks[m].to_module) > 9)
                continue;
            snprintf(what, sizeof what, "'%s' '%s' form %u", stamps[s], marks[m].to_module,
                     (unsigned)marks[m].form);
            write_log(&text, stamps[s], &marks[m]);
            check(what, &text);
        }
}

static void lines_without_marks_are_a_terminals(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof stamps / sizeof stamps[0]; s++) {
        static struct text text;
        write_log(&text, stamps[s], NULL);
        check(stamps[s], &text);
    }
}

static void wide(const struct text *from, bool low_first, bool mark, struct text *to)
{
    to->length = 0;
    if (mark) {
        to->bytes[to->length++] = low_first ? '\xff' : '\xfe';
        to->bytes[to->length++] = low_first ? '\xfe' : '\xff';
    }
    for (size_t i = 0; i < from->length; i++) {
        assert_true(to->length + 2 <= TEXT_BYTES);
        to->bytes[to->length++] = low_first ? from->bytes[i] : '\0';
        to->bytes[to->length++] = low_first ? '\0' : from->bytes[i];
    }
}

static void replaced(const struct text *from, const char *end, const char *begin, struct text *to)
{
    to->length = 0;
    put(to, begin);
    for (size_t i = 0; i < from->length; i++) {
        char one[2] = {from->bytes[i], '\0'};
        put(to, one[0] == '\n' ? end : one);
    }
}

static void the_same_text_in_other_encodings(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        static struct text text, other;
        write_log(&text, i % 2 ? stamps[5] : "", i / 2 ? &marks[0] : NULL);
        wide(&text, true, true, &other);
        check("UTF-16 with its mark, low byte first", &other);
        wide(&text, false, true, &other);
        check("UTF-16 with its mark, high byte first", &other);
        wide(&text, true, false, &other);
        check("UTF-16 without a mark", &other);
        replaced(&text, "\n", "\xef\xbb\xbf", &other);
        check("UTF-8 with a mark", &other);
        replaced(&text, "\r\n", "", &other);
        check("CR LF", &other);
        replaced(&text, "\r", "", &other);
        check("CR", &other);
        replaced(&text, "\x1b[0m\n\x1b[32m", "\x1b[1;31m", &other);
        check("colours", &other);
    }
}

/* Two ports of one module: the second is another channel, and is nothing that the first said. */
static void the_ports_of_modem_manager_stay_apart(void **state)
{
    (void)state;
    static const char text[] =
        "<debug> [1700000001.000000] [ttyUSB2/at] --> 'AT<CR>'\n"
        "<debug> [1700000001.000100] [ttyUSB3/at] --> 'ATE0<CR>'\n"
        "<debug> [1700000001.010000] [ttyUSB2/at] <-- '<CR><LF>OK<CR><LF>'\n"
        "<debug> [1700000001.020000] [ttyUSB3/at] <-- '<CR><LF>ERROR<CR><LF>'\n";
    static const struct {
        uint8_t kind, channel;
        const char *bytes;
    } want[] = {{TRACE_TO_MODULE, 0, "AT\r"},
                {TRACE_TO_MODULE, 1, "ATE0\r"},
                {TRACE_TO_HOST, 0, "\r\nOK\r\n"},
                {TRACE_TO_HOST, 1, "\r\nERROR\r\n"}};
    struct trace_source source = {.name = "log", .text = text, .length = sizeof text - 1};
    struct trace_import_report report;
    struct trace_log log = {0};
    assert_true(trace_import(&log, &source, 1, NULL, &report));
    assert_string_equal(report.format, "modem-manager");
    assert_int_equal(log.count, 4);
    for (size_t i = 0; i < log.count; i++) {
        const struct trace_piece *piece = &log.pieces[i];
        assert_int_equal(piece->kind, want[i].kind);
        assert_int_equal(piece->channel, want[i].channel);
        assert_int_equal(piece->length, strlen(want[i].bytes));
        assert_memory_equal(trace_log_bytes(&log, piece), want[i].bytes, piece->length);
    }
    trace_log_done(&log);
}

/* A file of each direction: in the order of their times, or a command and its answer after the
   other; nothing is inferred that the other file has. */
static void two_files_are_one_dialogue(void **state)
{
    (void)state;
    static const struct {
        const char *to_host, *to_module, *want;
    } files[] = {
        {"[12:00:00.100] OK\n[12:00:02.100] +CFUN: 1\n[12:00:02.110] OK\n",
         "[12:00:00.000] AT\n[12:00:02.000] AT+CFUN?\n",
         "AT\r|\r\nOK\r\n|AT+CFUN?\r|\r\n+CFUN: 1\r\n|\r\nOK\r\n|"},
        {"RDY\nOK\n+CFUN: 1\nOK\n", "AT\nAT+CFUN?\n",
         "\r\nRDY\r\n|AT\r|\r\nOK\r\n|AT+CFUN?\r|\r\n+CFUN: 1\r\n|\r\nOK\r\n|"},
        {"\r\nOK\r\n\r\n+CFUN: 1\r\n\r\nOK\r\n", "AT\rAT+CFUN?\r",
         "AT\r|\r\n|OK\r\n|AT+CFUN?\r|\r\n|+CFUN: 1\r\n|\r\n|OK\r\n|"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        for (unsigned turned = 0; turned < 2; turned++) {
            struct trace_source sources[2];
            struct trace_import_report report;
            struct trace_log log = {0};
            char got[256] = "";
            sources[turned] = (struct trace_source){"host", files[i].to_host,
                                                    strlen(files[i].to_host), TRACE_IMPORT_TO_HOST};
            sources[!turned] = (struct trace_source){
                "module", files[i].to_module, strlen(files[i].to_module), TRACE_IMPORT_TO_MODULE};
            assert_true(trace_import(&log, sources, 2, NULL, &report));
            for (size_t k = 0; k < log.count; k++)
                snprintf(got + strlen(got), sizeof got - strlen(got), "%.*s|",
                         (int)log.pieces[k].length,
                         (const char *)trace_log_bytes(&log, &log.pieces[k]));
            if (strcmp(got, files[i].want) != 0)
                fail_msg("files %zu, turned %u:\nwant %s\ngot  %s", i, turned, files[i].want, got);
            trace_log_done(&log);
        }
}

/* TinyGSM tells what the module sent and nobody waited for, also where it tells nothing else. */
static void what_tinygsm_did_not_wait_for_is_the_modules(void **state)
{
    (void)state;
    static const char text[] = "[15528] ### Unhandled: f`f\n"
                               "[15843] ### Modem: SIMCOM SIM7000G\n"
                               "[29307] ### Unhandled: f`f\n";
    struct trace_source source = {.name = "log", .text = text, .length = sizeof text - 1};
    struct trace_import_report report;
    struct trace_log log = {0};
    unsigned heard = 0;
    assert_true(trace_import(&log, &source, 1, NULL, &report));
    for (size_t i = 0; i < log.count; i++)
        if (log.pieces[i].kind == TRACE_TO_HOST) {
            assert_int_equal(log.pieces[i].length, strlen("\r\nf`f\r\n"));
            assert_memory_equal(trace_log_bytes(&log, &log.pieces[i]), "\r\nf`f\r\n", 7);
            heard++;
        }
    assert_int_equal(heard, 2);
    trace_log_done(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_time_goes_with_each_mark),
        cmocka_unit_test(lines_without_marks_are_a_terminals),
        cmocka_unit_test(the_same_text_in_other_encodings),
        cmocka_unit_test(the_ports_of_modem_manager_stay_apart),
        cmocka_unit_test(two_files_are_one_dialogue),
        cmocka_unit_test(what_tinygsm_did_not_wait_for_is_the_modules),
    };
    return cmocka_run_group_tests_name("import shapes", tests, NULL, NULL);
}
