/* test_text.c - reading and writing numbers and pieces of lines, at the limits of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"

static const struct number_row {
    const char *text;
    bool good;
    uint32_t number;
    const char *rest;
} number_rows[] = {
    {"0", true, 0, ""},
    {"9", true, 9, ""},
    {"  42,7", true, 42, ",7"},
    {"4294967295", true, UINT32_MAX, ""},
    {"4294967296", false, 0, NULL},
    {"4294967300", false, 0, NULL},
    {"42949672950", false, 0, NULL},
    {"429496730", true, 429496730, ""},
    {"4294967290x", true, 4294967290u, "x"},
    {"", false, 0, ""},
    {"x1", false, 0, "x1"},
    {":1", false, 0, ":1"},
    {"/1", false, 0, "/1"},
    {"-1", false, 0, "-1"},
};

static void numbers_are_read_up_to_what_32_bits_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof number_rows / sizeof number_rows[0]; i++) {
        const struct number_row *row = &number_rows[i];
        struct text text = {row->text, strlen(row->text)};
        uint32_t number = 77;
        assert_int_equal(text_take_number(&text, &number), row->good);
        if (row->good)
            assert_int_equal(number, row->number);
        if (row->rest != NULL) {
            assert_int_equal(text.length, strlen(row->rest));
            assert_memory_equal(text.at, row->rest, text.length);
        }
    }
}

static void a_number_ends_where_its_text_ends(void **state)
{
    struct text text = {"123", 2};
    uint32_t number = 0;
    (void)state;
    assert_true(text_take_number(&text, &number));
    assert_int_equal(number, 12);
    assert_int_equal(text.length, 0);
}

static void numbers_are_written_as_printf_writes_them(void **state)
{
    char ours[TEXT_NUMBER_BYTES], theirs[TEXT_NUMBER_BYTES];
    (void)state;
    for (uint32_t number = 0, step = 1; number < UINT32_MAX - step; number += step, step += 7919) {
        snprintf(theirs, sizeof theirs, "%u", (unsigned)number);
        assert_string_equal(text_number(ours, number), theirs);
    }
    const uint32_t edges[] = {9, 10, 11, 19, 99, 100, 999999999, 1000000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        snprintf(theirs, sizeof theirs, "%u", (unsigned)edges[i]);
        assert_string_equal(text_number(ours, edges[i]), theirs);
    }
}

static void a_number_stays_in_its_buffer(void **state)
{
    char buffer[TEXT_NUMBER_BYTES + 1];
    (void)state;
    buffer[TEXT_NUMBER_BYTES] = 'x';
    assert_string_equal(text_number(buffer, UINT32_MAX), "4294967295");
    assert_int_equal(buffer[TEXT_NUMBER_BYTES], 'x');
}

static void a_text_that_just_fits_is_appended_and_one_more_is_not(void **state)
{
    char buffer[8] = "AT";
    (void)state;
    assert_int_equal(text_append(buffer, sizeof buffer, 2, "+CSQ?!"), 8);
    assert_memory_equal(buffer, "AT+CSQ?!", 8);
    assert_int_equal(text_append(buffer, sizeof buffer, 2, "+CSQ?!!"), 0);
    assert_int_equal(text_append(buffer, sizeof buffer, 8, ""), 8);
    assert_int_equal(text_append(buffer, sizeof buffer, 0, "x"), 0);
}

static void a_copy_is_cut_to_the_buffer_and_ended(void **state)
{
    char buffer[4] = "xxx";
    (void)state;
    text_copy(buffer, sizeof buffer, "abc", 3);
    assert_string_equal(buffer, "abc");
    text_copy(buffer, sizeof buffer, "defg", 4);
    assert_string_equal(buffer, "def");
    text_copy(buffer, sizeof buffer, "gh", 1);
    assert_string_equal(buffer, "g");
    text_copy(buffer, sizeof buffer, "", 0);
    assert_string_equal(buffer, "");
}

static const struct text_row find_rows[] = {TEXT_WHOLE("OK"), TEXT_BEGINNING("+CME"),
                                            TEXT_WHOLE("0")};

static void a_row_is_found_whole_or_by_its_beginning(void **state)
{
    static const struct {
        const char *line;
        size_t found;
    } rows[] = {{"OK", 0},   {"OKAY", 3},       {"O", 3},    {"Ox", 3},   {"xK", 3},
                {"+CME", 1}, {"+CME ERROR", 1}, {"+CMx", 3}, {"+xME", 3}, {"0", 2},
                {"", 3},     {"1", 3},          {"00", 3}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(text_find(find_rows, 3, rows[i].line, strlen(rows[i].line)),
                         rows[i].found);
}

static void what_stands_behind_a_line_is_no_part_of_it(void **state)
{
    static const struct text_row begins = TEXT_BEGINNING("+CFOTA:");
    (void)state;
    assert_int_equal(text_find(&begins, 1, "+CFOTA: 7", 7), 0);
    assert_int_equal(text_find(&begins, 1, "+CFOTA: 7", 6), 1);
}

static void what_stands_behind_the_colon_is_found(void **state)
{
    (void)state;
    struct text text = text_after_colon("+CSQ:  1", 8);
    assert_int_equal(text.length, 1);
    assert_memory_equal(text.at, "1", 1);
    assert_int_equal(text_after_colon("+CSQ:", 5).length, 0);
    assert_int_equal(text_after_colon("+CSQ: ", 6).length, 0);
    assert_int_equal(text_after_colon("+CSQ", 4).length, 0);
    assert_int_equal(text_after_colon("+CSQ:1:2", 8).length, 3);
}

static void a_prefix_is_taken_only_whole(void **state)
{
    (void)state;
    struct text text = {"READY", 5};
    assert_false(text_take(&text, "READYx"));
    assert_false(text_take(&text, "REBD"));
    assert_int_equal(text.length, 5);
    assert_true(text_take(&text, "READ"));
    assert_int_equal(text.length, 1);
    assert_true(text_take(&text, "Y"));
    assert_int_equal(text.length, 0);
    assert_true(text_take(&text, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_up_to_what_32_bits_hold),
        cmocka_unit_test(a_number_ends_where_its_text_ends),
        cmocka_unit_test(numbers_are_written_as_printf_writes_them),
        cmocka_unit_test(a_number_stays_in_its_buffer),
        cmocka_unit_test(a_text_that_just_fits_is_appended_and_one_more_is_not),
        cmocka_unit_test(a_copy_is_cut_to_the_buffer_and_ended),
        cmocka_unit_test(a_row_is_found_whole_or_by_its_beginning),
        cmocka_unit_test(what_stands_behind_a_line_is_no_part_of_it),
        cmocka_unit_test(what_stands_behind_the_colon_is_found),
        cmocka_unit_test(a_prefix_is_taken_only_whole),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
