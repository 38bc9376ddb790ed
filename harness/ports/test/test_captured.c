/* test_captured.c - what a program writes is kept as far as there is room, and counted beyond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "harness/ports/captured.h"
#include "harness/ports/loop.h"

struct bed {
    struct bench_loop loop;
    struct bench_captured captured;
    int program; /* its end of the pipe */
};

static int set_up(void **state)
{
    static struct bed bed;
    bed = (struct bed){.captured.source.fd = -1};
    if (bench_loop_open(&bed.loop))
        return -1;
    bed.program = bench_captured_open(&bed.captured, &bed.loop);
    *state = &bed;
    return bed.program < 0;
}

static int tear_down(void **state)
{
    struct bed *bed = *state;
    if (bed->program >= 0)
        close(bed->program);
    bench_captured_free(&bed->captured);
    bench_loop_close(&bed->loop);
    return 0;
}

static void write_all(struct bed *bed, const void *bytes, size_t size)
{
    assert_int_equal(write(bed->program, bytes, size), size);
}

static void what_is_written_is_kept(void **state)
{
    struct bed *bed = *state;
    write_all(bed, "one\ntwo", 7);
    assert_int_equal(bench_loop_wait(&bed->loop, BENCH_NEVER), 1);
    assert_int_equal(bed->captured.size, 7);
    assert_memory_equal(bed->captured.text, "one\ntwo", 7);
    write_all(bed, "!", 1);
    bench_captured_read(&bed->captured);
    assert_memory_equal(bed->captured.text, "one\ntwo!", 8);
}

static void a_program_that_says_nothing_has_no_text(void **state)
{
    struct bed *bed = *state;
    bench_captured_read(&bed->captured);
    assert_null(bed->captured.text);
    assert_int_equal(bed->captured.size, 0);
    assert_true(bed->captured.source.fd >= 0);
}

static void the_end_of_the_output_closes_it(void **state)
{
    struct bed *bed = *state;
    write_all(bed, "last words", 10);
    close(bed->program);
    bed->program = -1;
    bench_captured_read(&bed->captured);
    assert_int_equal(bed->captured.source.fd, -1);
    assert_int_equal(bed->captured.size, 10);
}

static void closing_reads_the_rest_and_keeps_it(void **state)
{
    struct bed *bed = *state;
    write_all(bed, "rest", 4);
    bench_captured_close(&bed->captured);
    assert_int_equal(bed->captured.source.fd, -1);
    assert_memory_equal(bed->captured.text, "rest", 4);
}

/* Half of the room more than there is, a piece at a time. */
static void what_has_no_room_is_counted(void **state)
{
    enum { PIECE = 4096, PIECES = BENCH_CAPTURED_BYTES * 3 / 2 / PIECE };
    struct bed *bed = *state;
    static char piece[PIECE];
    for (int i = 0; i < PIECES; i++) {
        memset(piece, 'a' + i % 26, sizeof piece);
        write_all(bed, piece, sizeof piece);
        bench_captured_read(&bed->captured);
    }
    assert_int_equal(bed->captured.size, BENCH_CAPTURED_BYTES);
    assert_int_equal(bed->captured.total_bytes, PIECES * PIECE);
    assert_int_equal(bed->captured.text[0], 'a');
    assert_int_equal(bed->captured.text[BENCH_CAPTURED_BYTES - 1],
                     'a' + (BENCH_CAPTURED_BYTES / PIECE - 1) % 26);
}

static void opened_again_it_is_empty(void **state)
{
    struct bed *bed = *state;
    write_all(bed, "former", 6);
    bench_captured_read(&bed->captured);
    close(bed->program);
    bed->program = bench_captured_open(&bed->captured, &bed->loop);
    assert_true(bed->program >= 0);
    assert_int_equal(bed->captured.size, 0);
    assert_int_equal(bed->captured.total_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_program_that_says_nothing_has_no_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_of_the_output_closes_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing_reads_the_rest_and_keeps_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_has_no_room_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(opened_again_it_is_empty, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("captured", tests, NULL, NULL);
}
