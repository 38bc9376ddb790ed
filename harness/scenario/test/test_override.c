/* test_override.c - a case for another package than its file names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/scenario/override.h"

static const char text[] =
    "scenario: an update\nwhy: It is overridden.\nupdate:\n  from: 1351B03SIM7000C\n"
    "  to: 1351B04SIM7000C\n  package: {url: 'http://fota.example/a.zip', size: 109285B}\n"
    "  delivery: http\nexpect:\n  outcome: updated\n  revision: 1351B04SIM7000C\n"
    "  sent: ['AT+HTTPTOFS=\"http://fota.example/a.zip\",\"/fota/update.zip\"']\n"
    "  urcs: ['+HTTPTOFS: 200,109285']\n";

static struct scenario_overridden made;

/* True and the case in `made`, or false and the message in `error`. */
static bool make(const struct scenario_override *override, char error[256])
{
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse("o.yaml", text, strlen(text), &errors);
    static struct scenario *kept; /* texts of the case that was made last lie in it */
    if (!scenario)
        fail_msg("%s", errors.text);
    scenario_free(kept);
    kept = scenario;
    return scenario_override_case(override, &scenario->cases[0], &made, error, 256);
}

static const char *expected(unsigned kind)
{
    for (unsigned i = 0; i < made.one.expectation_count; i++)
        if (made.one.expectations[i].kind == kind)
            return made.one.expectations[i].text;
    return "(none)";
}

static void nothing_said_changes_nothing(void **state)
{
    const struct scenario_override none = {.delivery = FOTA_DELIVERY_COUNT};
    char error[256] = "";
    (void)state;
    assert_true(make(&none, error));
    assert_string_equal(made.one.job.url, "http://fota.example/a.zip");
    assert_int_equal(made.one.job.package_size_bytes, 109285);
    assert_string_equal(expected(SCENARIO_EXPECT_REVISION), "1351B04SIM7000C");
    assert_string_equal(expected(SCENARIO_EXPECT_URC), "+HTTPTOFS: 200,109285");
    assert_int_equal(made.used, 0);
}

static void expectations_name_what_is_there(void **state)
{
    const struct scenario_override other = {.url = "https://rack/b.zip",
                                            .from_revision = "1351B04SIM7000C",
                                            .to_revision = "1351B03SIM7000C",
                                            .size_bytes = 4711,
                                            .crc32 = 99,
                                            .delivery = FOTA_DELIVERY_COUNT};
    char error[256] = "";
    (void)state;
    assert_true(make(&other, error));
    assert_string_equal(made.one.job.from_revision, "1351B04SIM7000C");
    assert_string_equal(made.one.module.revision, "1351B04SIM7000C");
    assert_string_equal(expected(SCENARIO_EXPECT_REVISION), "1351B03SIM7000C");
    assert_string_equal(expected(SCENARIO_EXPECT_SENT),
                        "AT+HTTPTOFS=\"https://rack/b.zip\",\"/fota/update.zip\"");
    assert_string_equal(expected(SCENARIO_EXPECT_URC), "+HTTPTOFS: 200,4711");
    assert_int_equal(made.one.job.package_crc32, 99);
}

static void a_length_that_is_not_known_is_not_expected(void **state)
{
    const struct scenario_override other = {.url = "http://rack/b.zip",
                                            .delivery = FOTA_DELIVERY_COUNT};
    char error[256] = "";
    (void)state;
    assert_true(make(&other, error));
    assert_int_equal(made.one.job.package_size_bytes, 0);
    assert_string_equal(expected(SCENARIO_EXPECT_URC), "+HTTPTOFS: 200,");
}

static void an_ftp_url_becomes_the_jobs_server(void **state)
{
    const struct scenario_override ftp = {.url = "ftp://me:secret@rack:2121/a/b/c.zip",
                                          .delivery = FOTA_DELIVERY_COUNT};
    char error[256] = "";
    (void)state;
    assert_true(make(&ftp, error));
    assert_int_equal(made.one.job.delivery, FOTA_DELIVERY_FTP);
    assert_string_equal(made.one.job.ftp_server, "rack");
    assert_int_equal(made.one.job.ftp_port, 2121);
    assert_string_equal(made.one.job.ftp_user, "me");
    assert_string_equal(made.one.job.ftp_password, "secret");
    assert_string_equal(made.one.job.ftp_path, "/a/b/");
    assert_string_equal(made.one.job.ftp_name, "c.zip");
}

static void a_url_that_is_none_is_refused(void **state)
{
    static const char *const urls[] = {"rack/b.zip", "file:///b.zip", "ftp://rack",
                                       "ftp://rack/a/"};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        const struct scenario_override other = {.url = urls[i], .delivery = FOTA_DELIVERY_COUNT};
        char error[256] = "";
        if (make(&other, error) || !strstr(error, urls[i]))
            fail_msg("'%s': want a refusal that names it, got '%s'", urls[i], error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_said_changes_nothing),
        cmocka_unit_test(expectations_name_what_is_there),
        cmocka_unit_test(a_length_that_is_not_known_is_not_expected),
        cmocka_unit_test(an_ftp_url_becomes_the_jobs_server),
        cmocka_unit_test(a_url_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
