/* test_escape.c - any bytes made printable. */
#include "reports/test/support.h"

#include <string.h>

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct row {
    const char *name;
    const char *bytes;
    size_t size;
    const char *as_bytes;
    const char *as_text;
} rows[] = {
    {"printable ascii stays", TEXT("AT+CFOTA=1 \"<&>'"), "AT+CFOTA=1 \"<&>'", "AT+CFOTA=1 \"<&>'"},
    {"cr lf and tab get letters", TEXT("\r\nOK\t"), "\\r\\nOK\\t", "\\r\\nOK\\t"},
    {"a backslash is doubled in bytes only", TEXT("a\\rb"), "a\\\\rb", "a\\rb"},
    {"nul and escape are hexadecimal", TEXT("\0\x1B[2J"), "\\x00\\x1B[2J", "\\x00\\x1B[2J"},
    {"vertical tab and form feed are hexadecimal", TEXT("\v\f"), "\\x0B\\x0C", "\\x0B\\x0C"},
    {"valid utf-8 stays", TEXT("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
     "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
    {"the last code point stays", TEXT("\xF4\x8F\xBF\xBD"), "\xF4\x8F\xBF\xBD", "\xF4\x8F\xBF\xBD"},
    {"a blank that does not break stays", TEXT("\xC2\xA0"), "\xC2\xA0", "\xC2\xA0"},
    {"c1 controls are hexadecimal", TEXT("\xC2\x80\xC2\x9F"), "\\xC2\\x80\\xC2\\x9F",
     "\\xC2\\x80\\xC2\\x9F"},
    {"a lone continuation", TEXT("\x80z"), "\\x80z", "\\x80z"},
    {"overlong slash", TEXT("\xC0\xAF"), "\\xC0\\xAF", "\\xC0\\xAF"},
    {"overlong of three", TEXT("\xE0\x9F\xBF"), "\\xE0\\x9F\\xBF", "\\xE0\\x9F\\xBF"},
    {"overlong of four", TEXT("\xF0\x8F\xBF\xBF"), "\\xF0\\x8F\\xBF\\xBF", "\\xF0\\x8F\\xBF\\xBF"},
    {"a surrogate", TEXT("\xED\xA0\x80"), "\\xED\\xA0\\x80", "\\xED\\xA0\\x80"},
    {"the last before the surrogates", TEXT("\xED\x9F\xBF"), "\xED\x9F\xBF", "\xED\x9F\xBF"},
    {"above the last code point", TEXT("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80",
     "\\xF4\\x90\\x80\\x80"},
    {"what unicode calls no character", TEXT("\xEF\xBF\xBE\xEF\xBF\xBF"),
     "\\xEF\\xBF\\xBE\\xEF\\xBF\\xBF", "\\xEF\\xBF\\xBE\\xEF\\xBF\\xBF"},
    {"the replacement character stays", TEXT("\xEF\xBF\xBD"), "\xEF\xBF\xBD", "\xEF\xBF\xBD"},
    {"cut after one of two", TEXT("\xC3"), "\\xC3", "\\xC3"},
    {"cut after two of three", TEXT("\xE2\x82"), "\\xE2\\x82", "\\xE2\\x82"},
    {"broken inside goes on with the next", TEXT("\xE2\x82z\xC3\xA9"), "\\xE2\\x82z\xC3\xA9",
     "\\xE2\\x82z\xC3\xA9"},
    {"nothing", TEXT(""), "", ""},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static void row_is_escaped(void **state)
{
    const struct row *row = *state;
    char got[256];
    size_t length = report_escape(got, sizeof got, row->bytes, row->size, REPORT_FORM_BYTES);
    assert_string_equal(row->as_bytes, got);
    assert_int_equal(strlen(row->as_bytes), length);
    report_escape(got, sizeof got, row->bytes, row->size, REPORT_FORM_TEXT);
    assert_string_equal(row->as_text, got);
}

/* What a byte alone becomes, said in another way than the code under test. */
static void expect_alone(int byte, char *want, size_t capacity)
{
    static const char *const named[] = {[9] = "\\t", [10] = "\\n", [13] = "\\r", [92] = "\\\\"};
    if (byte <= 92 && named[byte])
        snprintf(want, capacity, "%s", named[byte]);
    else if (byte >= 32 && byte <= 126)
        snprintf(want, capacity, "%c", byte);
    else
        snprintf(want, capacity, "\\x%02X", (unsigned)byte);
}

static void every_byte_value_alone(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        const unsigned char one = (unsigned char)byte;
        char want[8], got[8];
        expect_alone(byte, want, sizeof want);
        assert_int_equal(strlen(want), report_escape(got, sizeof got, &one, 1, REPORT_FORM_BYTES));
        assert_string_equal(want, got);
    }
}

/* Reads an escaped text back; returns how many bytes it stands for. */
static size_t unescape(unsigned char *to, const char *from)
{
    size_t size = 0;
    while (*from) {
        unsigned value = (unsigned char)*from++;
        if (value == '\\' && *from == 'x') {
            sscanf(from + 1, "%2X", &value);
            from += 3;
        } else if (value == '\\') {
            value = *from == 'r' ? '\r' : *from == 'n' ? '\n' : *from == 't' ? '\t' : '\\';
            from++;
        }
        to[size++] = (unsigned char)value;
    }
    return size;
}

static void any_two_bytes_can_be_read_back(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 65536; pair++) {
        const unsigned char bytes[] = {(unsigned char)(pair >> 8), (unsigned char)pair};
        char escaped[16];
        unsigned char back[16];
        report_escape(escaped, sizeof escaped, bytes, 2, REPORT_FORM_BYTES);
        assert_int_equal(2, unescape(back, escaped));
        assert_memory_equal(bytes, back, 2);
    }
}

static void a_small_buffer_never_holds_half_an_escape(void **state)
{
    (void)state;
    const char bytes[] = "a\x01\xC3\xA9\r";
    /* By capacity: the NUL needs one, then come a, \x01, two bytes of one character, \r. */
    static const char *const wants[] = {[1] = "",
                                        [2] = "a",
                                        [3] = "a",
                                        [4] = "a",
                                        [5] = "a",
                                        [6] = "a\\x01",
                                        [7] = "a\\x01",
                                        [8] = "a\\x01\xC3\xA9",
                                        [9] = "a\\x01\xC3\xA9",
                                        [10] = "a\\x01\xC3\xA9\\r"};
    for (size_t capacity = 1; capacity <= 10; capacity++) {
        char got[16];
        memset(got, '?', sizeof got);
        assert_int_equal(9, report_escape(got, capacity, TEXT(bytes), REPORT_FORM_BYTES));
        assert_string_equal(wants[capacity], got);
        assert_int_equal('?', got[capacity]);
    }
}

static void without_a_buffer_the_length_is_told(void **state)
{
    (void)state;
    assert_int_equal(4, report_escape(NULL, 0, "\x07", 1, REPORT_FORM_TEXT));
    assert_int_equal(0, report_escape(NULL, 0, NULL, 0, REPORT_FORM_TEXT));
}

int main(void)
{
    struct CMUnitTest tests[ROW_COUNT + 4] = {
        cmocka_unit_test(every_byte_value_alone),
        cmocka_unit_test(any_two_bytes_can_be_read_back),
        cmocka_unit_test(a_small_buffer_never_holds_half_an_escape),
        cmocka_unit_test(without_a_buffer_the_length_is_told),
    };
    for (size_t i = 0; i < ROW_COUNT; i++)
        tests[4 + i] = (struct CMUnitTest){.name = rows[i].name,
                                           .test_func = row_is_escaped,
                                           .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
