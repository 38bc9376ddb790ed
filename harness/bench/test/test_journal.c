/* The journal: what is written is read again, and spoiled bytes are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/bench/journal.h"

static void append(struct bench_journal *journal, uint64_t time_us, const char *text)
{
    struct bench_record record = {.time_us = time_us,
                                  .kind = BENCH_JOURNAL_TO_HOST,
                                  .a = 1,
                                  .b = 0x0203,
                                  .number = 0x04050607,
                                  .length = (uint16_t)strlen(text),
                                  .payload = (const uint8_t *)text};
    bench_journal_append(journal, &record);
}

static void a_record_is_read_as_it_was_written(void **state)
{
    struct bench_journal journal;
    struct bench_record record;
    (void)state;
    assert_true(bench_journal_open(&journal, BENCH_SINK_MEMORY, 0, -1));
    append(&journal, UINT64_C(0x0102030405060708), "OK");
    size_t offset = bench_journal_begin(&journal);
    assert_true(bench_journal_next(&journal, &offset, &record));
    assert_true(record.time_us == UINT64_C(0x0102030405060708));
    assert_int_equal(record.kind, BENCH_JOURNAL_TO_HOST);
    assert_int_equal(record.a, 1);
    assert_int_equal(record.b, 0x0203);
    assert_int_equal(record.number, 0x04050607);
    assert_int_equal(record.length, 2);
    assert_memory_equal(record.payload, "OK", 2);
    assert_false(bench_journal_next(&journal, &offset, &record));
    bench_journal_close(&journal);
}

static void records_are_little_endian_bytes(void **state)
{
    static const uint8_t wanted[] = {8, 7, 6, 5, 4, 3, 2,   1,  BENCH_JOURNAL_TO_HOST, 1, 3, 2,
                                     7, 6, 5, 4, 2, 0, 'O', 'K'};
    struct bench_journal journal;
    (void)state;
    assert_true(bench_journal_open(&journal, BENCH_SINK_MEMORY, 0, -1));
    append(&journal, UINT64_C(0x0102030405060708), "OK");
    assert_int_equal(journal.used, sizeof wanted);
    assert_memory_equal(journal.bytes, wanted, sizeof wanted);
    bench_journal_close(&journal);
}

static void memory_grows_and_keeps_everything(void **state)
{
    struct bench_journal journal;
    struct bench_record record;
    uint64_t count = 0;
    (void)state;
    assert_true(bench_journal_open(&journal, BENCH_SINK_MEMORY, 0, -1));
    for (uint64_t i = 0; i < 20000; i++)
        append(&journal, i, "+CFOTA: \"Updating\",50");
    size_t offset = bench_journal_begin(&journal);
    while (bench_journal_next(&journal, &offset, &record))
        assert_true(record.time_us == count++);
    assert_int_equal(count, 20000);
    bench_journal_close(&journal);
}

static void a_ring_keeps_the_last_records_whole_and_in_order(void **state)
{
    struct bench_journal journal;
    struct bench_record record;
    (void)state;
    assert_true(bench_journal_open(&journal, BENCH_SINK_RING, 0, -1));
    for (uint64_t i = 0; i < 50000; i++) {
        append(&journal, i, i % 3 ? "short" : "a line that is somewhat longer than the others");
        if (i % 997 && i < 49000)
            continue;
        uint64_t wanted = UINT64_MAX, count = 0;
        size_t offset = bench_journal_begin(&journal);
        while (bench_journal_next(&journal, &offset, &record)) {
            if (wanted != UINT64_MAX)
                assert_true(record.time_us == wanted);
            wanted = record.time_us + 1;
            count++;
        }
        assert_true(wanted == i + 1);
        assert_true(i < 3000 || count > 1000);
    }
    assert_int_equal(journal.record_count, 50000);
    bench_journal_close(&journal);
}

enum { SHARERS = 3 };

/* Reads on; every record must be the one that was appended at its number. */
static uint64_t read_along(const struct bench_journal *ring, struct bench_journal_cursor *cursor,
                           uint64_t *ret_lost)
{
    struct bench_record record;
    uint64_t count = 0, lost;
    while (bench_journal_follow(ring, cursor, &record, &lost)) {
        uint64_t appended = cursor->number - 2; /* from 0 */
        *ret_lost += lost;
        assert_int_equal(record.time_us, appended);
        assert_int_equal(record.bench, appended % SHARERS);
        assert_int_equal(record.length, appended % 97);
        count++;
    }
    return count;
}

static void append_as(struct bench_journal *journals, uint64_t number)
{
    static const uint8_t payload[97];
    const struct bench_record record = {
        .time_us = number, .length = (uint16_t)(number % 97), .payload = payload};
    bench_journal_append(&journals[number % SHARERS], &record);
}

static void who_reads_a_shared_ring_along_gets_all_of_it_and_whose_it_is(void **state)
{
    struct bench_journal ring, journals[SHARERS];
    struct bench_journal_cursor cursor = {0};
    uint64_t read = 0, lost = 0;
    (void)state;
    assert_true(bench_journal_open(&ring, BENCH_SINK_RING, 0, -1));
    for (uint32_t i = 0; i < SHARERS; i++)
        bench_journal_share(&journals[i], &ring, i);
    for (uint64_t i = 0; i < 60000; i++) {
        append_as(journals, i);
        if (i % 7 == 0 || i % 61 == 0)
            read += read_along(&ring, &cursor, &lost);
    }
    read += read_along(&ring, &cursor, &lost);
    assert_int_equal(read, 60000);
    assert_int_equal(lost, 0);
    assert_int_equal(journals[0].record_count, 20000);
    bench_journal_close(&ring);
}

static void who_reads_a_ring_too_late_is_told_how_much_is_lost(void **state)
{
    struct bench_journal ring, journals[SHARERS];
    uint64_t random = 1;
    (void)state;
    assert_true(bench_journal_open(&ring, BENCH_SINK_RING, 0, -1));
    for (uint32_t i = 0; i < SHARERS; i++)
        bench_journal_share(&journals[i], &ring, i);
    struct bench_journal_cursor cursor = bench_journal_end(&ring);
    uint64_t read = 0, lost = 0, number = 0;
    for (unsigned turn = 0; turn < 200; turn++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        for (uint64_t more = (random >> 33) % 4000; more > 0; more--)
            append_as(journals, number++);
        read += read_along(&ring, &cursor, &lost);
        assert_int_equal(read + lost, number);
    }
    assert_true(lost > 0 && read > 0);
    bench_journal_close(&ring);
}

static void a_file_gets_every_byte(void **state)
{
    struct bench_journal memory, file;
    FILE *stream = tmpfile();
    (void)state;
    assert_non_null(stream);
    assert_true(bench_journal_open(&memory, BENCH_SINK_MEMORY, 0, -1));
    assert_true(bench_journal_open(&file, BENCH_SINK_FILE, 0, fileno(stream)));
    for (uint64_t i = 0; i < 9000; i++) {
        append(&memory, i, "AT+CFOTA?");
        append(&file, i, "AT+CFOTA?");
    }
    bench_journal_close(&file);
    uint8_t *bytes = malloc(memory.used + 1);
    assert_non_null(bytes);
    rewind(stream);
    assert_int_equal(fread(bytes, 1, memory.used + 1, stream), memory.used);
    assert_memory_equal(bytes, memory.bytes, memory.used);
    free(bytes);
    fclose(stream);
    bench_journal_close(&memory);
}

static void a_file_that_cannot_be_written_is_noticed(void **state)
{
    struct bench_journal journal;
    (void)state;
    assert_true(bench_journal_open(&journal, BENCH_SINK_FILE, 0, -1));
    append(&journal, 0, "RDY");
    bench_journal_clear(&journal); /* flushes, then forgets */
    append(&journal, 0, "RDY");
    for (int i = 0; i < 5000; i++)
        append(&journal, 0, "RDY");
    assert_true(journal.failed);
    bench_journal_close(&journal);
}

static void a_rewound_journal_has_the_digest_of_its_mark(void **state)
{
    struct bench_journal journal;
    (void)state;
    assert_true(bench_journal_open(&journal, BENCH_SINK_MEMORY, 0, -1));
    append(&journal, 1, "one");
    uint64_t digest = bench_journal_digest(&journal, 0);
    size_t mark = bench_journal_mark(&journal);
    append(&journal, 2, "two");
    assert_true(bench_journal_digest(&journal, 0) != digest);
    bench_journal_rewind(&journal, mark);
    assert_true(bench_journal_digest(&journal, 0) == digest);
    bench_journal_close(&journal);
}

static void text_shows_control_bytes_and_is_cut_to_the_buffer(void **state)
{
    static const uint8_t bytes[] = {'\r', '\n', 'O', 'K', 0, 0x1b, '\\', 0xff};
    struct bench_record record = {.time_us = 1234567,
                                  .kind = BENCH_JOURNAL_TO_HOST,
                                  .length = sizeof bytes,
                                  .payload = bytes};
    char text[128], shorter[12];
    (void)state;
    size_t length = bench_record_format(&record, text, sizeof text);
    assert_string_equal(text, "     1.234567  to-host    \\r\\nOK\\x00\\x1B\\\\\\xFF");
    assert_int_equal(length, strlen(text));
    bench_record_format(&record, shorter, sizeof shorter);
    assert_int_equal(strlen(shorter), sizeof shorter - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_read_as_it_was_written),
        cmocka_unit_test(records_are_little_endian_bytes),
        cmocka_unit_test(memory_grows_and_keeps_everything),
        cmocka_unit_test(a_ring_keeps_the_last_records_whole_and_in_order),
        cmocka_unit_test(who_reads_a_shared_ring_along_gets_all_of_it_and_whose_it_is),
        cmocka_unit_test(who_reads_a_ring_too_late_is_told_how_much_is_lost),
        cmocka_unit_test(a_file_gets_every_byte),
        cmocka_unit_test(a_file_that_cannot_be_written_is_noticed),
        cmocka_unit_test(a_rewound_journal_has_the_digest_of_its_mark),
        cmocka_unit_test(text_shows_control_bytes_and_is_cut_to_the_buffer),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
