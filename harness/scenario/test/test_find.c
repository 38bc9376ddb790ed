/* test_find.c - which files a folder stands for. */
#define _XOPEN_SOURCE 700 /* nftw */

#include "harness/scenario/test/support_loader.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/fotarig-find-XXXXXX";

static const char *in_folder(const char *name)
{
    static char paths[2][200];
    static unsigned which;
    char *path = paths[which++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void make_file(const char *name)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void make_folder(const char *name)
{
    assert_int_equal(mkdir(in_folder(name), 0700), 0);
}

static void make_link(const char *target, const char *name)
{
    assert_int_equal(symlink(target, in_folder(name)), 0);
}

static int make_tree(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    make_folder("top");
    make_folder("top/b");
    make_folder("top/b/deep");
    make_folder("top/a-b");
    make_folder("top/profiles");
    make_folder("top/.git");
    make_folder("top/empty");
    make_folder("top/folder.yaml");
    make_folder("elsewhere");
    make_file("top/z.yaml");
    make_file("top/a.yaml");
    make_file("top/README.md");
    make_file("top/.hidden.yaml");
    make_file("top/.yaml");
    make_file("top/b/1.yaml");
    make_file("top/b/deep/2.yaml");
    make_file("top/a-b/3.yaml");
    make_file("top/profiles/module.yaml");
    make_file("top/.git/config.yaml");
    make_file("elsewhere/secret.yaml");
    make_link("../a.yaml", "top/b/inside.yaml");
    make_link("../elsewhere/secret.yaml", "top/outside.yaml");
    make_link("../elsewhere", "top/outside");
    make_link("..", "top/b/loop");
    make_link("nowhere", "top/dangling.yaml");
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

static int remove_tree(void **state)
{
    (void)state;
    return nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void test_a_folder_is_all_scenarios_below_it_in_order(void **state)
{
    (void)state;
    static const char *const want[] = {"top/a-b/3.yaml",    "top/a.yaml",        "top/b/1.yaml",
                                       "top/b/deep/2.yaml", "top/b/inside.yaml", "top/z.yaml"};
    struct scenario_list list = {0};
    char text[300] = "";

    assert_int_equal(scenario_find(in_folder("top"), &list, text, sizeof text), 0);
    for (size_t i = 0; i < list.count && i < sizeof want / sizeof want[0]; i++)
        assert_string_equal(list.paths[i], in_folder(want[i]));
    assert_int_equal(list.count, sizeof want / sizeof want[0]);
    scenario_list_done(&list);
    assert_null(list.paths);
}

static void test_a_slash_at_the_end_is_not_doubled(void **state)
{
    (void)state;
    struct scenario_list list = {0};
    char text[300];
    assert_int_equal(scenario_find(in_folder("top/b/deep/"), &list, text, sizeof text), 0);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.paths[0], in_folder("top/b/deep/2.yaml"));
    scenario_list_done(&list);
}

static void test_a_file_stands_for_itself_and_lists_grow(void **state)
{
    (void)state;
    struct scenario_list list = {0};
    char text[300];
    for (int i = 0; i < 9; i++)
        assert_int_equal(scenario_find(in_folder("top/README.md"), &list, text, sizeof text), 0);
    assert_int_equal(scenario_find(in_folder("top/b"), &list, text, sizeof text), 0);
    /* The link to a.yaml leaves the folder that was asked for. */
    assert_int_equal(list.count, 11);
    assert_string_equal(list.paths[8], in_folder("top/README.md"));
    assert_string_equal(list.paths[10], in_folder("top/b/deep/2.yaml"));
    scenario_list_done(&list);
}

static void test_an_empty_folder_has_none(void **state)
{
    (void)state;
    struct scenario_list list = {0};
    char text[300];
    assert_int_equal(scenario_find(in_folder("top/empty"), &list, text, sizeof text), 0);
    assert_int_equal(list.count, 0);
    scenario_list_done(&list);
}

static void test_a_missing_path_is_an_error_with_its_name(void **state)
{
    (void)state;
    struct scenario_list list = {0};
    char text[300], want[300];
    const char *path = in_folder("top/missing");
    assert_int_equal(scenario_find(path, &list, text, sizeof text), -1);
    snprintf(want, sizeof want,
             "%s: no such file or folder; give a scenario file or a folder of them", path);
    assert_string_equal(text, want);
    assert_int_equal(list.count, 0);
    scenario_list_done(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_folder_is_all_scenarios_below_it_in_order),
        cmocka_unit_test(test_a_slash_at_the_end_is_not_doubled),
        cmocka_unit_test(test_a_file_stands_for_itself_and_lists_grow),
        cmocka_unit_test(test_an_empty_folder_has_none),
        cmocka_unit_test(test_a_missing_path_is_an_error_with_its_name),
    };
    return cmocka_run_group_tests_name("find", tests, make_tree, remove_tree);
}
