/* The wire: when bytes arrive, one by one and in bursts, and what faults make of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/wire.h"

#define BYTE_US(n) (((n)*10000000u + 115199u) / 115200u)

static void send(struct bench_lane *lane, const char *text, uint64_t now_us)
{
    bench_lane_send(lane, (const uint8_t *)text, strlen(text), 115200, '\n', true, now_us);
}

/* Takes all that has arrived by then. */
static const char *arrived(struct bench_lane *lane, uint64_t now_us)
{
    static char text[BENCH_WIRE_BYTES + 1];
    uint8_t buffer[BENCH_WIRE_BYTES];
    size_t length = 0;
    uint32_t baud_bps;
    bool any = true;
    while (any) {
        size_t size = bench_lane_take(lane, buffer, &baud_bps, &any, now_us);
        memcpy(text + length, buffer, size);
        length += size;
    }
    text[length] = '\0';
    return text;
}

static void a_burst_takes_ten_bit_times_a_byte(void **state)
{
    struct bench_lane lane = {0};
    (void)state;
    send(&lane, "0123456789", 1000);
    assert_true(bench_lane_next(&lane) == 1000 + BYTE_US(10));
    assert_string_equal(arrived(&lane, 999 + BYTE_US(10)), "");
    assert_string_equal(arrived(&lane, 1000 + BYTE_US(10)), "0123456789");
}

static void bursts_queue_behind_each_other(void **state)
{
    struct bench_lane lane = {0};
    (void)state;
    send(&lane, "0123456789", 0);
    send(&lane, "abc", 5);
    assert_true(lane.busy_until_at_us == BYTE_US(10) + BYTE_US(3));
    assert_string_equal(arrived(&lane, BYTE_US(10)), "0123456789");
    assert_string_equal(arrived(&lane, BYTE_US(10) + BYTE_US(3)), "abc");
}

static void an_unpaced_burst_takes_no_time(void **state)
{
    struct bench_lane lane = {0};
    (void)state;
    bench_lane_send(&lane, (const uint8_t *)"OK", 2, 115200, '\n', false, 7);
    assert_string_equal(arrived(&lane, 7), "OK");
}

static void a_cut_keeps_the_bytes_that_had_arrived(void **state)
{
    (void)state;
    for (unsigned k = 0; k <= 10; k++) {
        struct bench_lane lane = {0};
        send(&lane, "0123456789", 0);
        send(&lane, "lost", 0);
        bench_lane_cut(&lane, BYTE_US(k));
        const char *text = arrived(&lane, BYTE_US(k));
        assert_true(strlen(text) == k);
        assert_memory_equal(text, "0123456789", k);
        assert_true(bench_lane_next(&lane) == WIRE_NEVER);
    }
}

static void what_begins_while_the_line_is_dead_is_lost(void **state)
{
    (void)state;
    for (unsigned k = 0; k <= 10; k++) { /* so many bytes have begun when it comes back */
        struct bench_lane lane = {.lose_until_at_us = k ? BYTE_US(k - 1) + 1 : 0};
        send(&lane, "0123456789", 0);
        assert_string_equal(arrived(&lane, BYTE_US(10)), &"0123456789"[k]);
        assert_int_equal(lane.stat_lost_bytes, k);
        assert_true(lane.busy_until_at_us == BYTE_US(10));
    }
}

static void a_second_reader_gets_every_other_piece(void **state)
{
    struct bench_lane lane = {.share_until_at_us = BYTE_US(40)};
    (void)state;
    send(&lane, "0123456789abcdefGHIJKLMNOPQRSTUVwxyz!", 0);
    assert_string_equal(arrived(&lane, BYTE_US(37)), "0123456789abcdefwxyz!");
    assert_int_equal(lane.stat_lost_bytes, 16);
    send(&lane, "OK", BYTE_US(38)); /* a pause ends a piece */
    send(&lane, "RDY", BYTE_US(40));
    assert_string_equal(arrived(&lane, UINT64_MAX), "RDY");
    assert_int_equal(lane.stat_lost_bytes, 18);
}

static void inserted_bytes_queue_behind_what_is_under_way(void **state)
{
    struct bench_lane lane = {0};
    (void)state;
    send(&lane, "0123456789", 0);
    lane.lose_line = 1;
    bench_lane_insert(&lane, (const uint8_t *)"RDY\r\n", 5, 115200, true, 3);
    send(&lane, "AT\n", 4);
    assert_true(lane.busy_until_at_us == BYTE_US(10) + BYTE_US(5) + BYTE_US(3));
    assert_int_equal(lane.byte_count, 13);
    assert_string_equal(arrived(&lane, BYTE_US(10) + BYTE_US(5)), "0123456789RDY\r\n");
    assert_string_equal(arrived(&lane, 5000), "");
}

static void a_lost_line_takes_its_line_end_with_it(void **state)
{
    struct bench_lane lane = {.lose_line = 1};
    (void)state;
    send(&lane, "RDY\r\n\r\nOK\r\n", 0);
    assert_string_equal(arrived(&lane, UINT64_MAX), "\r\nOK\r\n");
    assert_int_equal(lane.stat_lost_bytes, 5);
}

static void a_lost_line_takes_the_blank_line_before_it(void **state)
{
    struct bench_lane lane = {.lose_line = 1};
    (void)state;
    send(&lane, "\r\nOK\r\n\r\nRDY\r\n", 0);
    assert_string_equal(arrived(&lane, UINT64_MAX), "\r\nRDY\r\n");
    assert_int_equal(lane.stat_lost_bytes, 6);
}

static void a_garbled_line_keeps_its_end(void **state)
{
    struct bench_lane lane = {.garble_line = 1};
    (void)state;
    send(&lane, "\r\nab\r\nOK\r\n", 0);
    assert_string_equal(arrived(&lane, UINT64_MAX), "\r\n\xc4\xc7\r\nOK\r\n");
    assert_int_equal(lane.stat_garbled_bytes, 2);
}

static void a_line_comes_twice_even_across_bursts(void **state)
{
    struct bench_lane lane = {.duplicate_line = 1};
    char text[40] = "";
    (void)state;
    send(&lane, "\r\nRD", 0);
    size_t length = (size_t)snprintf(text, sizeof text, "%s", arrived(&lane, UINT64_MAX));
    send(&lane, "Y\r\nOK\r\n", 0);
    snprintf(text + length, sizeof text - length, "%s", arrived(&lane, UINT64_MAX));
    assert_string_equal(text, "\r\nRDY\r\n\r\nRDY\r\nOK\r\n");
    assert_int_equal(lane.duplicate_line, 0);
}

static void bytes_come_twice_as_many_as_were_ordered(void **state)
{
    struct bench_lane lane = {.duplicate_bytes = 2};
    (void)state;
    send(&lane, "abc", 0);
    assert_string_equal(arrived(&lane, UINT64_MAX), "ababc");
}

static void a_line_without_end_comes_twice_in_pieces(void **state)
{
    struct bench_lane lane = {.duplicate_line = 1};
    char text[301];
    (void)state;
    memset(text, 'a', 300);
    text[300] = '\0';
    send(&lane, text, 0);
    assert_int_equal(strlen(arrived(&lane, UINT64_MAX)), 300 + BENCH_WIRE_DUPLICATE_MAX);
}

static void a_split_makes_the_rest_wait(void **state)
{
    struct bench_lane lane = {.split_at = 2, .split_ms = 50};
    (void)state;
    send(&lane, "abcd", 0);
    assert_string_equal(arrived(&lane, BYTE_US(2)), "ab");
    assert_string_equal(arrived(&lane, BYTE_US(4) + 49999), "");
    assert_string_equal(arrived(&lane, BYTE_US(4) + 50000), "cd");
    assert_int_equal(lane.split_ms, 0);
}

static void more_than_there_is_room_for_is_lost_and_counted(void **state)
{
    struct bench_lane lane = {.insert_at = 1, .insert_length = 10};
    char text[BENCH_WIRE_BYTES + 1];
    (void)state;
    memset(text, 'a', BENCH_WIRE_BYTES);
    text[BENCH_WIRE_BYTES] = '\0';
    memset(lane.insert, 'x', 10);
    send(&lane, text, 0);
    assert_int_equal(lane.byte_fill, BENCH_WIRE_BYTES);
    assert_int_equal(lane.stat_lost_bytes, 10);
    assert_int_equal(strlen(arrived(&lane, UINT64_MAX)), BENCH_WIRE_BYTES);
}

static void more_bursts_than_there_is_room_for_grow_together(void **state)
{
    struct bench_lane lane = {0};
    (void)state;
    for (int i = 0; i < BENCH_WIRE_BURSTS + 8; i++)
        send(&lane, "x", 0);
    assert_int_equal(lane.burst_fill, BENCH_WIRE_BURSTS);
    assert_int_equal(strlen(arrived(&lane, UINT64_MAX)), BENCH_WIRE_BURSTS + 8);
}

static void a_line_is_lost_across_bursts(void **state)
{
    struct bench_lane lane = {.lose_line = 1};
    (void)state;
    send(&lane, "+CFO", 0);
    send(&lane, "TA: 6\r\nOK\r\n", 0);
    assert_string_equal(arrived(&lane, UINT64_MAX), "OK\r\n");
}

static void bytes_are_garbled_or_lost_as_many_as_were_ordered(void **state)
{
    struct bench_lane lane = {.lose_bytes = 2};
    (void)state;
    send(&lane, "abcdef", 0);
    assert_string_equal(arrived(&lane, UINT64_MAX), "cdef");
    lane.garble_bytes = 1;
    send(&lane, "xyz", 0);
    const char *text = arrived(&lane, UINT64_MAX);
    assert_true((uint8_t)text[0] == ('x' ^ 0xa5));
    assert_string_equal(text + 1, "yz");
    assert_int_equal(lane.stat_garbled_bytes, 1);
}

static void bytes_are_inserted_at_their_place(void **state)
{
    struct bench_lane lane = {.byte_count = 100, .insert_at = 103, .insert_length = 3};
    (void)state;
    memcpy(lane.insert, "xyz", 3);
    send(&lane, "abcdef", 0);
    assert_string_equal(arrived(&lane, UINT64_MAX), "abcxyzdef");
}

static void lines_are_counted_where_they_begin(void **state)
{
    struct bench_lane lane = {0};
    (void)state;
    send(&lane, "\r\nRDY\r\n\r\n+CF", 0);
    assert_int_equal(lane.line_count, 2);
    send(&lane, "UN: 1\r\n", 0);
    assert_int_equal(lane.line_count, 2);
    assert_int_equal(bench_lane_lines_in(&lane, (const uint8_t *)"\r\nOK\r\n\r\n", 8, '\n'), 1);
}

static void lines_are_not_counted_for_nobody(void **state)
{
    struct bench_lane lane = {0};
    (void)state;
    bench_lane_send(&lane, (const uint8_t *)"\r\nRDY", 5, 115200, 0, true, 0);
    assert_int_equal(lane.line_count, 0);
    assert_int_equal(lane.in_line, 0);
    assert_string_equal(arrived(&lane, UINT64_MAX), "\r\nRDY");
}

/* As long as a division says that it takes, also at the rate that has one of its own. */
static void a_burst_takes_its_time_at_each_rate(void **state)
{
    static const uint32_t rates[] = {9600, 115199, 115200, 115201, 921600};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        for (size_t size = 1; size <= BENCH_WIRE_BYTES; size++) {
            static const uint8_t bytes[BENCH_WIRE_BYTES];
            struct bench_lane lane = {0};
            bench_lane_send(&lane, bytes, size, rates[i], '\n', true, 7);
            assert_int_equal(bench_lane_next(&lane),
                             7 + (size * UINT64_C(10000000) + rates[i] - 1) / rates[i]);
        }
}

static void the_ring_of_bytes_wraps(void **state)
{
    struct bench_lane lane = {0};
    char text[301];
    (void)state;
    memset(text, 'a', 300);
    text[300] = '\0';
    for (int i = 0; i < 50; i++) {
        text[0] = (char)('A' + i % 26);
        send(&lane, text, 0);
        assert_string_equal(arrived(&lane, UINT64_MAX), text);
    }
}

static void a_full_lane_has_no_room(void **state)
{
    struct bench_lane lane = {0};
    (void)state;
    for (int i = 0; i < BENCH_WIRE_BURSTS; i++) {
        assert_true(bench_lane_room(&lane) > 0);
        send(&lane, "x", 0);
    }
    assert_int_equal(bench_lane_room(&lane), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_takes_ten_bit_times_a_byte),
        cmocka_unit_test(bursts_queue_behind_each_other),
        cmocka_unit_test(an_unpaced_burst_takes_no_time),
        cmocka_unit_test(a_cut_keeps_the_bytes_that_had_arrived),
        cmocka_unit_test(what_begins_while_the_line_is_dead_is_lost),
        cmocka_unit_test(a_second_reader_gets_every_other_piece),
        cmocka_unit_test(inserted_bytes_queue_behind_what_is_under_way),
        cmocka_unit_test(a_lost_line_takes_its_line_end_with_it),
        cmocka_unit_test(a_lost_line_takes_the_blank_line_before_it),
        cmocka_unit_test(a_garbled_line_keeps_its_end),
        cmocka_unit_test(a_line_comes_twice_even_across_bursts),
        cmocka_unit_test(bytes_come_twice_as_many_as_were_ordered),
        cmocka_unit_test(a_line_without_end_comes_twice_in_pieces),
        cmocka_unit_test(a_split_makes_the_rest_wait),
        cmocka_unit_test(more_than_there_is_room_for_is_lost_and_counted),
        cmocka_unit_test(more_bursts_than_there_is_room_for_grow_together),
        cmocka_unit_test(a_line_is_lost_across_bursts),
        cmocka_unit_test(bytes_are_garbled_or_lost_as_many_as_were_ordered),
        cmocka_unit_test(bytes_are_inserted_at_their_place),
        cmocka_unit_test(lines_are_counted_where_they_begin),
        cmocka_unit_test(lines_are_not_counted_for_nobody),
        cmocka_unit_test(a_burst_takes_its_time_at_each_rate),
        cmocka_unit_test(the_ring_of_bytes_wraps),
        cmocka_unit_test(a_full_lane_has_no_room),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
