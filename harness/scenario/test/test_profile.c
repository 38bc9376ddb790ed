/* test_profile.c - module.profile: a file in profiles/ under the module's own keys. */
#include "harness/scenario/test/support_loader.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void make_folder(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/fotarig-profile-XXXXXX");
    assert_non_null(mkdtemp(folder));
    make_folder("scenarios");
    make_folder("scenarios/power");
    make_folder("scenarios/profiles");
    write_file("scenarios/profiles/old.yaml",
               "variant: SIM7000E\n"
               "revision: 1351B03SIM7000E\n"
               "files: [{path: /fota/a.zip, size: 700B}, {path: /fota/b.zip, size: 700B}]\n"
               "settings: {answer-delay: 70ms, supply: 3.5V}\n");
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Loads a scenario in scenarios/power whose module is this. */
static struct scenario *load(const char *module, struct scenario_errors *errors)
{
    char text[1000], path[200];
    snprintf(text, sizeof text, LOADER_HEAD "%s" LOADER_EXPECT, module);
    write_file("scenarios/power/story.yaml", text);
    snprintf(path, sizeof path, "%s/scenarios/power/story.yaml", folder);
    *errors = (struct scenario_errors){0};
    return scenario_load(path, errors);
}

static struct scenario *load_good(const char *module)
{
    struct scenario_errors errors;
    struct scenario *scenario = load(module, &errors);
    if (!scenario)
        fail_msg("want no error, got:\n%s", errors.text);
    return scenario;
}

/* The first error, with the folder of this test left out, begins so. */
static void check_error(const char *module, size_t count, const char *want)
{
    struct scenario_errors errors;
    struct scenario *scenario = load(module, &errors);
    if (scenario)
        fail_msg("%s: want an error, got none", module);
    const char *got =
        errors.text + (strncmp(errors.text, folder, strlen(folder)) == 0 ? strlen(folder) : 0);
    if (strncmp(got, want, strlen(want)) != 0 || errors.count != count)
        fail_msg("%s: want %zu, '%s', got %zu:\n%s", module, count, want, errors.count, got);
    scenario_errors_done(&errors);
}

#define MODULE(text) LOADER_UPDATE "module: " text "\n"

static void a_profile_gives_the_module_what_it_holds(void **state)
{
    struct scenario *scenario = load_good(MODULE("{profile: old.yaml}"));
    const struct scenario_case *one = &scenario->cases[0];
    (void)state;
    assert_string_equal(one->module.variant, "SIM7000E");
    assert_string_equal(one->module.revision, "1351B03SIM7000E");
    assert_int_equal(one->module_file_count, 2);
    assert_int_equal(one->module.settings[SIM_SETTING_ANSWER_DELAY], 70);
    assert_true(scenario_names_setting(one, SIM_SETTING_ANSWER_DELAY));
    assert_false(scenario_names_setting(one, SIM_SETTING_BOOT_TIME));
    scenario_free(scenario);
}

static void keys_of_the_scenario_override_the_profile_wherever_they_stand(void **state)
{
    static const char *const modules[] = {
        MODULE("{profile: old.yaml, variant: SIM7000A, files: [{path: /fota/c.zip, size: 700B}], "
               "settings: {supply: 4V}}"),
        MODULE("{settings: {supply: 4V}, files: [{path: /fota/c.zip, size: 700B}], "
               "variant: SIM7000A, profile: old.yaml}"),
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct scenario *scenario = load_good(modules[i]);
        const struct scenario_case *one = &scenario->cases[0];
        assert_string_equal(one->module.variant, "SIM7000A");
        assert_string_equal(one->module.revision, "1351B03SIM7000E");
        assert_int_equal(one->module_file_count, 1);
        assert_string_equal(one->module_files[0].name, "c.zip");
        assert_int_equal(one->module.settings[SIM_SETTING_SUPPLY], 4000);
        assert_int_equal(one->module.settings[SIM_SETTING_ANSWER_DELAY], 70);
        scenario_free(scenario);
    }
}

static void a_profile_may_vary(void **state)
{
    (void)state;
    write_file("scenarios/profiles/new.yaml", "variant: SIM7000G\n");
    struct scenario *scenario =
        load_good("vary: {module: [old.yaml, new.yaml]}\n" MODULE("{profile: $module}"));
    assert_int_equal(scenario->case_count, 2);
    assert_string_equal(scenario->cases[0].module.variant, "SIM7000E");
    assert_string_equal(scenario->cases[1].module.variant, "SIM7000G");
    assert_int_equal(scenario->cases[1].module_file_count, 0);
    scenario_free(scenario);
}

static void the_digest_of_a_scenario_holds_its_profile(void **state)
{
    struct scenario *before = load_good(MODULE("{profile: old.yaml}"));
    (void)state;
    write_file("scenarios/profiles/old.yaml", "variant: SIM7000E\n");
    struct scenario *after = load_good(MODULE("{profile: old.yaml}"));
    assert_true(before->digest != after->digest);
    scenario_free(before);
    scenario_free(after);
}

static void errors_in_a_profile_are_told_with_their_place_in_it(void **state)
{
    (void)state;
    write_file("scenarios/profiles/bad.yaml", "variant: SIM7000E\nsettigns: {supply: 4V}\n");
    check_error(MODULE("{profile: bad.yaml}"), 1,
                "/scenarios/profiles/bad.yaml:2:1: error: unknown key 'settigns' in 'profile'; did "
                "you mean 'settings'?");
    write_file("scenarios/profiles/bad.yaml", "settings:\n  supply: 4\n");
    check_error("vary: {size: [700B, 800B]}\n"
                "update: {from: A1, to: A2, package: {url: 'http://h/u.zip', size: $size}}\n"
                "module: {profile: bad.yaml}\n",
                1, "/scenarios/profiles/bad.yaml:2:11: error: '4' has no unit");
    write_file("scenarios/profiles/bad.yaml", "a: [\n");
    check_error(MODULE("{profile: bad.yaml}"), 1, "/scenarios/profiles/bad.yaml:");
}

static void a_profile_is_data_only_and_names_no_other(void **state)
{
    (void)state;
    write_file("scenarios/profiles/bad.yaml", "profile: old.yaml\n");
    check_error(MODULE("{profile: bad.yaml}"), 1,
                "/scenarios/profiles/bad.yaml:1:1: error: unknown key 'profile'");
    write_file("scenarios/profiles/bad.yaml", "variant: $kind\n");
    check_error("vary: {kind: [SIM7000E]}\n"
                "update: {from: A1, to: A2, package: {url: 'http://h/u.zip'}}\n"
                "module: {profile: bad.yaml, variant: $kind}\n",
                1, "/scenarios/profiles/bad.yaml:1:10: error: unknown name '$kind'");
}

static void a_profile_that_cannot_be_read_is_told_where_it_is_named(void **state)
{
    char path[200];
    (void)state;
    check_error(MODULE("{profile: none.yaml}"), 1,
                "/scenarios/power/story.yaml:4:19: error: the profile 'none.yaml' can't be read");
    snprintf(path, sizeof path, "%s/scenarios/profiles/pipe.yaml", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    check_error(MODULE("{profile: pipe.yaml}"), 1,
                "/scenarios/power/story.yaml:4:19: error: the profile 'pipe.yaml' can't be read: "
                "it is no regular file");
}

static void no_path_leads_out_of_the_folder_of_profiles(void **state)
{
    static const char *const names[] = {"../power/story.yaml", "/etc/hosts.yaml", "a/b.yaml",
                                        "old.yml"};
    char path[200], module[200];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(module, sizeof module, MODULE("{profile: '%s'}"), names[i]);
        check_error(module, 1, "/scenarios/power/story.yaml:4:19: error: '");
    }
    write_file("scenarios/power/outside.yaml", "variant: SIM7000E\n");
    snprintf(path, sizeof path, "%s/scenarios/profiles/link.yaml", folder);
    assert_int_equal(symlink("../power/outside.yaml", path), 0);
    check_error(MODULE("{profile: link.yaml}"), 1,
                "/scenarios/power/story.yaml:4:19: error: the profile 'link.yaml' can't be read: "
                "it is a link that leads out");
}

static void without_a_folder_of_profiles_there_is_none(void **state)
{
    struct scenario_errors errors =
        loader_errors(LOADER_HEAD MODULE("{profile: old.yaml}") LOADER_EXPECT);
    (void)state;
    assert_non_null(strstr(errors.text, "there is no folder 'profiles'"));
    scenario_errors_done(&errors);
}

static void profiles_are_found_and_checked_by_themselves(void **state)
{
    struct scenario_list scenarios = {0}, profiles = {0};
    struct scenario_errors errors;
    char path[200], error[200];
    (void)state;
    scenario_free(load_good(MODULE("{profile: old.yaml}")));
    write_file("scenarios/profiles/bad.yaml", "variant: SIM9000\n");
    snprintf(path, sizeof path, "%s/scenarios", folder);
    assert_int_equal(scenario_find(path, &scenarios, error, sizeof error), 0);
    assert_int_equal(scenario_find_profiles(path, &profiles, error, sizeof error), 0);
    assert_int_equal(scenarios.count, 1);
    assert_int_equal(profiles.count, 2);
    assert_false(scenario_is_profile(scenarios.paths[0]));
    assert_true(scenario_is_profile(profiles.paths[0]));
    assert_false(scenario_check_profile(profiles.paths[0], &errors));
    assert_non_null(strstr(errors.text, "bad.yaml:1:10: error: 'SIM9000'"));
    scenario_errors_done(&errors);
    assert_true(scenario_check_profile(profiles.paths[1], &errors));
    scenario_list_done(&scenarios);
    scenario_list_done(&profiles);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_profile_gives_the_module_what_it_holds),
        TEST(keys_of_the_scenario_override_the_profile_wherever_they_stand),
        TEST(a_profile_may_vary),
        TEST(the_digest_of_a_scenario_holds_its_profile),
        TEST(errors_in_a_profile_are_told_with_their_place_in_it),
        TEST(a_profile_is_data_only_and_names_no_other),
        TEST(a_profile_that_cannot_be_read_is_told_where_it_is_named),
        TEST(no_path_leads_out_of_the_folder_of_profiles),
        TEST(without_a_folder_of_profiles_there_is_none),
        TEST(profiles_are_found_and_checked_by_themselves),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
