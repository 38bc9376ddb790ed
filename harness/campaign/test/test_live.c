/* test_live.c - a table on a terminal stays within the screen, whatever stands in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/campaign/live.h"

struct row {
    const char *title, *lines;
    size_t columns, rows, capacity;
    const char *wanted;
};

static const struct row table[] = {
    {"what fits stays as it is", "a1\na2\n", 79, 23, 100, "a1\na2\n"},
    {"a line is cut at the screen's edge", "a1 0123456789\na2\n", 5, 23, 100, "a1 01\na2\n"},
    {"no character is cut in half", "a\xC3\xA4\n", 2, 23, 100, "a\n"},
    {"what a terminal would obey is made visible", "a\033[2J\177\n", 79, 23, 100, "a?[2J?\n"},
    {"of too many lines the last says how many there are", "1\n2\n3\n4\n", 79, 3, 100,
     "1\n2\n  and 2 more\n"},
    {"of as many as there are rows none is left out", "1\n2\n3\n", 79, 3, 100, "1\n2\n3\n"},
    {"a line for which there is no room is left out", "123\n456\n", 79, 9, 6, "123\n"},
    {"nothing is nothing", "", 79, 9, 100, ""},
};

static void each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct row *row = &table[i];
        char screen[100];
        campaign_cut_lines(row->lines, row->columns, row->rows, screen, row->capacity);
        if (strcmp(screen, row->wanted) != 0)
            fail_msg("%s: want '%s', got '%s'", row->title, row->wanted, screen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
