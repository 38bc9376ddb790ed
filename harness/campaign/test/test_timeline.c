/* test_timeline.c - what is left of a timeline that was cut, and what its reasons cite then. */
#include "harness/campaign/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A letter each: w wire, n note, s state, f fault. */
static void make(struct timeline *timeline, const char *kinds)
{
    static const char names[] = "wnsf";
    static const enum report_event_kind kind[] = {REPORT_EVENT_SENT, REPORT_EVENT_MARK,
                                                  REPORT_EVENT_STATE, REPORT_EVENT_FAULT};
    *timeline = (struct timeline){.count = strlen(kinds)};
    timeline->events = calloc(timeline->count, sizeof *timeline->events);
    timeline->records = calloc(timeline->count, sizeof *timeline->records);
    assert_true(timeline->events && timeline->records);
    for (size_t i = 0; i < timeline->count; i++) {
        timeline->events[i].kind = kind[strchr(names, kinds[i]) - names];
        timeline->events[i].t_us = i + 1;
        if (kinds[i] == 'w')
            timeline->events[i].bytes = report_bytes_of("AT\r");
    }
}

static void expect_left(const struct timeline *timeline, const char *numbers)
{
    char got[64] = "";
    for (size_t i = 0; i < timeline->count; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%d ", (int)timeline->events[i].t_us);
    assert_string_equal(got, numbers);
}

static void the_last_of_each_kind_stay(void **state)
{
    struct timeline timeline;
    (void)state;
    make(&timeline, "wnswnsfwww");
    timeline_cut(&timeline, 2, 1, NULL, 0);
    expect_left(&timeline, "5 6 7 9 10 ");
    assert_int_equal(5, timeline.left_out);
    timeline_done(&timeline);
}

static void what_a_reason_cites_stays_and_is_cited_where_it_stands(void **state)
{
    struct timeline timeline;
    struct report_reason reasons[] = {{.event = 8}, {.event = 1}, {.event = 0}, {.event = 8}};
    (void)state;
    make(&timeline, "wnswnsfwww");
    timeline_cut(&timeline, 1, 0, reasons, 4);
    expect_left(&timeline, "1 8 10 ");
    assert_int_equal(2, reasons[0].event);
    assert_int_equal(1, reasons[1].event);
    assert_int_equal(0, reasons[2].event);
    assert_int_equal(2, reasons[3].event);
    timeline_done(&timeline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_of_each_kind_stay),
        cmocka_unit_test(what_a_reason_cites_stays_and_is_cited_where_it_stands),
    };
    return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
