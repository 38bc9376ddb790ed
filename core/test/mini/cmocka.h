/*
 * cmocka.h - as much of cmocka as the tests of the core use, for targets that have no cmocka
 * (ci/check-cross puts this folder before the system's). Names and output are cmocka's; the first
 * failure ends the program.
 */
#ifndef FOTARIG_CORE_TEST_MINI_CMOCKA_H
#define FOTARIG_CORE_TEST_MINI_CMOCKA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*test_func)(void **state);
    int (*setup_func)(void **state);
    int (*teardown_func)(void **state);
    void *initial_state;
};

#define cmocka_unit_test(function)                                                                 \
    {                                                                                              \
#function, function, NULL, NULL, NULL                                                      \
    }
#define cmocka_unit_test_prestate(function, state)                                                 \
    {                                                                                              \
#function, function, NULL, NULL, state                                                     \
    }

__attribute__((format(printf, 3, 4), noreturn)) static inline void
mini_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n%s:%d: error: Failure!\n", file, line);
    fflush(stdout);
    exit(1);
}

static inline void mini_equal(const char *file, int line, const char *text, uintmax_t got,
                              uintmax_t want, int equal)
{
    if ((got == want) != equal)
        mini_fail(file, line, "%s: %#jx, %#jx", text, got, want);
}

static inline void mini_text_equal(const char *file, int line, const char *got, const char *want,
                                   int equal)
{
    if ((strcmp(got, want) == 0) != equal)
        mini_fail(file, line, "\"%s\" %s \"%s\"", got, equal ? "!=" : "==", want);
}

static inline void mini_memory_equal(const char *file, int line, const void *got, const void *want,
                                     size_t size, int equal)
{
    if ((memcmp(got, want, size) == 0) != equal)
        mini_fail(file, line, "%zu bytes are %s", size, equal ? "not the same" : "the same");
}

#define fail_msg(...) mini_fail(__FILE__, __LINE__, __VA_ARGS__)
#define fail()        mini_fail(__FILE__, __LINE__, "fail()")
#define assert_true(truth)                                                                         \
    ((truth) ? (void)0 : mini_fail(__FILE__, __LINE__, "not true: %s", #truth))
#define assert_false(truth)                                                                        \
    ((truth) ? mini_fail(__FILE__, __LINE__, "not false: %s", #truth) : (void)0)
#define assert_null(pointer)     assert_true((pointer) == NULL)
#define assert_non_null(pointer) assert_true((pointer) != NULL)
#define assert_int_equal(a, b)                                                                     \
    mini_equal(__FILE__, __LINE__, #a " != " #b, (uintmax_t)(a), (uintmax_t)(b), 1)
#define assert_int_not_equal(a, b)                                                                 \
    mini_equal(__FILE__, __LINE__, #a " == " #b, (uintmax_t)(a), (uintmax_t)(b), 0)
#define assert_ptr_equal(a, b)                                                                     \
    mini_equal(__FILE__, __LINE__, #a " != " #b, (uintptr_t)(a), (uintptr_t)(b), 1)
#define assert_in_range(value, low, high)   assert_true((value) >= (low) && (value) <= (high))
#define assert_string_equal(a, b)           mini_text_equal(__FILE__, __LINE__, a, b, 1)
#define assert_string_not_equal(a, b)       mini_text_equal(__FILE__, __LINE__, a, b, 0)
#define assert_memory_equal(a, b, size)     mini_memory_equal(__FILE__, __LINE__, a, b, size, 1)
#define assert_memory_not_equal(a, b, size) mini_memory_equal(__FILE__, __LINE__, a, b, size, 0)

static inline int mini_run(const struct CMUnitTest *tests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *state = tests[i].initial_state;
        printf("[ RUN      ] %s\n", tests[i].name);
        fflush(stdout);
        if (tests[i].setup_func != NULL && tests[i].setup_func(&state) != 0)
            mini_fail(tests[i].name, 0, "set-up failed");
        tests[i].test_func(&state);
        if (tests[i].teardown_func != NULL && tests[i].teardown_func(&state) != 0)
            mini_fail(tests[i].name, 0, "teardown failed");
        printf("[       OK ] %s\n", tests[i].name);
    }
    printf("[==========] %zu test(s) run.\n", count);
    return 0;
}

#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                  \
    mini_run(tests, sizeof(tests) / sizeof((tests)[0]))
#define _cmocka_run_group_tests(name, tests, count, setup, teardown) mini_run(tests, count)
#define cmocka_run_group_tests(tests, setup, teardown)                                             \
    mini_run(tests, sizeof(tests) / sizeof((tests)[0]))

#endif
