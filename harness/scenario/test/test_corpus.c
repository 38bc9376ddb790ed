/* test_corpus.c - each file of test/good loads, each of test/bad has its first line's error. */
#include "harness/scenario/test/support_loader.h"

#include <stdio.h>
#include <string.h>

static const char *path_of(const void *row)
{
    const char *path = *(char *const *)row;
    return strrchr(path, '/') + 1;
}

static void test_good(void **state)
{
    const char *path = *(char **)*state;
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_load(path, &errors);
    if (!scenario)
        fail_msg("want no error, got:\n%s", errors.text);
    assert_true(scenario->case_count > 0);
    assert_null(errors.text);
    scenario_free(scenario);
}

static void read_expected(const char *path, char *text, size_t capacity)
{
    static const char mark[] = "# expect: ";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *line = fgets(text, (int)capacity, file);
    fclose(file);
    if (!line || strncmp(text, mark, strlen(mark)) != 0)
        fail_msg("%s:1: want '%sLINE:COLUMN: TEXT'", path, mark);
    text[strcspn(text, "\n")] = '\0';
    memmove(text, text + strlen(mark), strlen(text + strlen(mark)) + 1);
}

static void test_bad(void **state)
{
    const char *path = *(char **)*state;
    struct scenario_errors errors = {0};
    char expected[500];

    read_expected(path, expected, sizeof expected);
    struct scenario *scenario = scenario_load(path, &errors);
    if (scenario)
        fail_msg("%s: want an error, got none", path);
    loader_check_first(&errors, path, expected);
    scenario_errors_done(&errors);
}

static int run_folder(const char *folder, CMUnitTestFunction test)
{
    struct scenario_list list = {0};
    char path[100], error[200];
    snprintf(path, sizeof path, "harness/scenario/test/%s", folder);
    if (scenario_find(path, &list, error, sizeof error) < 0 || list.count == 0) {
        fprintf(stderr, "%s (tests run from the project's root)\n", list.count ? error : path);
        return 1;
    }
    int failed =
        loader_run_rows(folder, list.paths, list.count, sizeof list.paths[0], path_of, test);
    scenario_list_done(&list);
    return failed;
}

int main(void)
{
    return run_folder("good", test_good) + run_folder("bad", test_bad);
}
