/* support_loader.c - what the tests of the scenario loader share. */
#include "harness/scenario/test/support_loader.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 80 };

static struct scenario *must_be_good(struct scenario *scenario, struct scenario_errors *errors)
{
    if (!scenario)
        fail_msg("want no error, got:\n%s", errors->text);
    return scenario;
}

struct scenario *loader_text(const char *text)
{
    struct scenario_errors errors = {0};
    return must_be_good(scenario_parse("t.yaml", text, strlen(text), &errors), &errors);
}

struct scenario *loader_good(const char *name)
{
    struct scenario_errors errors = {0};
    char path[200];
    snprintf(path, sizeof path, "harness/scenario/test/good/%s.yaml", name);
    return must_be_good(scenario_load(path, &errors), &errors);
}

struct scenario_errors loader_errors(const char *text)
{
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse("t.yaml", text, strlen(text), &errors);
    if (scenario) {
        scenario_free(scenario);
        fail_msg("want errors, got none for:\n%s", text);
    }
    assert_non_null(errors.text);
    assert_true(errors.count > 0);
    return errors;
}

void loader_check_first(const struct scenario_errors *errors, const char *path, const char *want)
{
    char start[1024];
    unsigned line, column;
    int length = 0;

    if (sscanf(want, "%u:%u: %n", &line, &column, &length) != 2 || length == 0)
        fail_msg("'%s' is no expectation; write it LINE:COLUMN: TEXT", want);
    snprintf(start, sizeof start, "%s:%u:%u: error: %s", path, line, column, want + length);
    if (strncmp(errors->text, start, strlen(start)) != 0)
        fail_msg("want  %s\ngot   %.*s", start, (int)strcspn(errors->text, "\n"), errors->text);
}

const char *loader_test_name(const char *prefix, size_t number, const char *text)
{
    char *name = malloc(NAME_MAX_BYTES);
    if (!name)
        abort();
    snprintf(name, NAME_MAX_BYTES, "%s %03zu: %s", prefix, number, text);
    for (char *at = name; *at; at++) {
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at + 32);
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_ .:-", *at))
            *at = '_';
    }
    return name;
}

int loader_run_rows(const char *group, const void *rows, size_t count, size_t size,
                    const char *(*name)(const void *row), CMUnitTestFunction test)
{
    struct CMUnitTest *tests = calloc(count, sizeof *tests);
    if (!tests)
        abort();
    for (size_t i = 0; i < count; i++) {
        const void *row = (const char *)rows + i * size;
        void *state;
        memcpy(&state, &row, sizeof state); /* cmocka's state is not const */
        tests[i] = (struct CMUnitTest){.name = loader_test_name(group, i, name(row)),
                                       .test_func = test,
                                       .initial_state = state};
    }
    int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        void *text;
        memcpy(&text, &tests[i].name, sizeof text);
        free(text);
    }
    free(tests);
    return failed;
}
