/* test_limits.c - too much of anything, damaged files, no memory: an error, never a crash. */
#include "harness/scenario/test/support_loader.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "harness/scenario/internal.h"

static const char good_path[] = "harness/scenario/test/good/all_keys.yaml";

/* A text of `count` times the same piece between two others; the caller frees it. */
static char *repeated(const char *before, const char *piece, size_t count, const char *after)
{
    size_t length = strlen(piece), at = strlen(before);
    char *text = malloc(at + count * length + strlen(after) + 1);
    assert_non_null(text);
    memcpy(text, before, at);
    for (size_t i = 0; i < count; i++, at += length)
        memcpy(text + at, piece, length);
    memcpy(text + at, after, strlen(after) + 1);
    return text;
}

static char *read_file(const char *path, size_t *ret_size)
{
    static char text[65536];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    *ret_size = fread(text, 1, sizeof text, file);
    fclose(file);
    assert_true(*ret_size > 0 && *ret_size < sizeof text);
    return text;
}

/* Loads whatever it is; the only demand is an answer: a scenario, or errors. */
static void must_answer(const char *text, size_t size)
{
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse("t.yaml", text, size, &errors);
    if (!scenario && (errors.count == 0 || !errors.text))
        fail_msg("neither a scenario nor an error for %zu bytes", size);
    if (scenario && errors.text)
        fail_msg("a scenario and errors for %zu bytes", size);
    scenario_free(scenario);
    scenario_errors_done(&errors);
}

static void test_a_file_of_256_kib_is_read_and_one_byte_more_is_not(void **state)
{
    (void)state;
    static const char story[] = LOADER_HEAD LOADER_UPDATE LOADER_EXPECT;
    char *text = repeated(story, "#", SCENARIO_FILE_BYTES_MAX - strlen(story), "");
    scenario_free(loader_text(text));
    free(text);

    text = repeated(story, "#", SCENARIO_FILE_BYTES_MAX - strlen(story) + 1, "");
    struct scenario_errors errors = loader_errors(text);
    assert_string_equal(errors.text,
                        "t.yaml: error: the file is too large; a scenario has at most 256 KiB\n");
    scenario_errors_done(&errors);
    free(text);
}

static void test_more_than_10000_values_are_refused(void **state)
{
    (void)state;
    char *text = repeated("tags: [", "a, ", SCENARIO_NODES_MAX, "]\n");
    struct scenario_errors errors = loader_errors(text);
    assert_int_equal(errors.count, 1);
    assert_non_null(strstr(errors.text, "too many values; a scenario has at most 10,000"));
    scenario_errors_done(&errors);
    free(text);
}

static void test_a_hundred_errors_are_shown_and_the_rest_is_counted_as_more(void **state)
{
    (void)state;
    char *text = repeated("tags: [", "'', ", 150, "]\n");
    struct scenario_errors errors = loader_errors(text);
    assert_int_equal(errors.count, SCENARIO_DIAGNOSTICS_MAX);
    assert_non_null(
        strstr(errors.text, "t.yaml: error: too many errors; the first 100 are shown\n"));
    scenario_errors_done(&errors);
    free(text);
}

static void test_brackets_without_end_are_refused_at_once(void **state)
{
    (void)state;
    char *text = repeated("", "[", 200000, "");
    struct scenario_errors errors = loader_errors(text);
    assert_non_null(strstr(errors.text, "nested too deep"));
    scenario_errors_done(&errors);
    free(text);
    text = repeated("", "{a: ", 50000, "");
    errors = loader_errors(text);
    assert_non_null(strstr(errors.text, "nested too deep"));
    scenario_errors_done(&errors);
    free(text);
}

static void test_each_beginning_of_a_file_gets_an_answer(void **state)
{
    size_t size;
    const char *text = read_file(good_path, &size);
    (void)state;
    for (size_t i = 0; i <= size; i++)
        must_answer(text, i);
}

static void test_each_damaged_byte_gets_an_answer(void **state)
{
    static const char damages[] = {'\0', '\n', '\t', '\'', '"', '[',
                                   '}',  ':',  '*',  '&',  '$', '\xff'};
    size_t size;
    char *text = read_file(good_path, &size);
    (void)state;
    for (size_t i = 0; i < size; i++) {
        char kept = text[i];
        text[i] = damages[i % sizeof damages];
        must_answer(text, size);
        text[i] = kept;
    }
}

static void test_an_arena_gives_no_more_than_its_limit(void **state)
{
    (void)state;
    struct scenario_arena arena;
    scenario_arena_init(&arena, 60000);
    assert_non_null(scenario_arena_take(&arena, 100));
    assert_non_null(scenario_arena_take(&arena, 20000));
    assert_null(scenario_arena_take(&arena, 40000));
    assert_null(scenario_arena_take(&arena, SIZE_MAX));
    assert_null(scenario_arena_text(&arena, "", SIZE_MAX - 1));
    assert_non_null(scenario_arena_take(&arena, 100));
    scenario_arena_done(&arena);
    assert_null(arena.chunks);
}

static void test_memory_of_an_arena_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct scenario_arena arena;
    scenario_arena_init(&arena, 1000000);
    for (size_t size = 1; size < 300; size++) {
        unsigned char *memory = scenario_arena_take(&arena, size);
        assert_non_null(memory);
        assert_true((uintptr_t)memory % _Alignof(max_align_t) == 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xa5, size);
    }
    scenario_arena_done(&arena);
}

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Processor time of the fastest of some tries, so that a busy machine is no failure. What a
   sanitizer adds to it is no property of the loader. */
static void test_a_file_loads_in_less_than_a_millisecond_a_case(void **state)
{
    (void)state;
    if (SANITIZED)
        skip();
    size_t size;
    const char *text = read_file(good_path, &size);
    double best_s = 1;
    for (int i = 0; i < 20; i++) {
        struct scenario_errors errors = {0};
        struct timespec begin, end;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
        struct scenario *scenario = scenario_parse(good_path, text, size, &errors);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        double took_s =
            (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
        best_s = took_s < best_s ? took_s : best_s;
        assert_non_null(scenario);
        scenario_free(scenario);
    }
    if (best_s > 0.006)
        fail_msg("six cases: want at most 6 ms, got %.3f ms", best_s * 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_of_256_kib_is_read_and_one_byte_more_is_not),
        cmocka_unit_test(test_more_than_10000_values_are_refused),
        cmocka_unit_test(test_a_hundred_errors_are_shown_and_the_rest_is_counted_as_more),
        cmocka_unit_test(test_brackets_without_end_are_refused_at_once),
        cmocka_unit_test(test_each_beginning_of_a_file_gets_an_answer),
        cmocka_unit_test(test_each_damaged_byte_gets_an_answer),
        cmocka_unit_test(test_an_arena_gives_no_more_than_its_limit),
        cmocka_unit_test(test_memory_of_an_arena_is_zeroed_and_aligned),
        cmocka_unit_test(test_a_file_loads_in_less_than_a_millisecond_a_case),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
