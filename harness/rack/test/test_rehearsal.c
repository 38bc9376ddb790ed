/* test_rehearsal.c - a case is played in virtual time with a slot's package first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/rack/rehearsal.h"

#define HEAD     "scenario: t\nwhy: t\n"
#define JOB(url) "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, package: {url: '" url "'}}\n"

static const struct scenario_override on = {.url = "http://10.0.0.1:80/forth.zip",
                                            .from_revision = "1351B03SIM7000C",
                                            .to_revision = "1351B04SIM7000C",
                                            .allow_downgrade = true,
                                            .checksum_if_wanted = true,
                                            .size_bytes = 20000,
                                            .delivery = FOTA_DELIVERY_COUNT};
static const struct scenario_override back = {.url = "http://10.0.0.1:80/back.zip",
                                              .from_revision = "1351B04SIM7000C",
                                              .to_revision = "1351B03SIM7000C",
                                              .allow_downgrade = true,
                                              .checksum_if_wanted = true,
                                              .delivery = FOTA_DELIVERY_COUNT};

struct row {
    const char *title, *source;
    bool fits;
    const char *text;                        /* in the reason */
    const struct scenario_override *package; /* NULL = on */
};

static const struct row rows[] = {
    {"a case that is about a URL needs its own",
     HEAD JOB("http://a b/") "expect: {outcome: refused}\n", false, "it needs its own package",
     NULL},
    {"the reason says what would come of it",
     HEAD JOB("http://a b/") "expect: {outcome: refused}\n", false, "expect.outcome: updated",
     NULL},
    {"a case that comes out the same may run",
     HEAD JOB("http://a/b") "expect: {outcome: updated, revision: 1351B04SIM7000C}\n", true, NULL,
     NULL},
    {"a package that leads back is as good",
     HEAD JOB("http://a/b") "expect: {outcome: updated, revision: 1351B04SIM7000C}\n", true, NULL,
     &back},
    {"a body that ends early ends early in a package of another length",
     HEAD "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, download-tries: 1,\n"
          "         package: {url: 'http://a/b', size: 100000B, sent: 60000B}}\n"
          "expect: {outcome: download-failed}\n",
     true, NULL, NULL},
    {"a case that waits for a length needs its own where that of the slot is not known",
     HEAD JOB(
         "http://a/b") "events: [{when: {urc: '+HTTPTOFS: 200,109285'}, do: [{cancel: yes}]}]\n"
                       "expect: {outcome: cancelled}\n",
     false, "it needs its own package", &back},
    {"a case that leaves the module at another rate is none for a slot",
     HEAD "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, package: {url: 'http://a/b'},\n"
          "         restore: {baud: 9600}}\n"
          "expect: {outcome: updated}\n",
     false, "it would leave the module at 9600 bit/s", NULL},
    {"a case that fails with its own package too shall do so on the slot",
     HEAD JOB("http://a/b") "expect: {outcome: refused}\n", true, NULL, NULL},
};

static void rehearse(const struct row *row)
{
    struct scenario_errors errors;
    struct rack_rehearsals rehearsals = {0};
    char text[BENCH_TEXT_MAX];
    struct scenario *scenario = scenario_parse("t.yaml", row->source, strlen(row->source), &errors);
    if (!scenario)
        fail_msg("%s: %s", row->title, errors.text);
    for (unsigned i = 0; i < 2; i++) { /* the second time it is known */
        text[0] = '\0';
        bool fits = rack_rehearse(&rehearsals, &scenario->cases[0],
                                  row->package ? row->package : &on, 1, text);
        if (fits != row->fits || (row->text && !strstr(text, row->text)))
            fail_msg("%s, look %u: want %d '%s', got %d '%s'", row->title, i, row->fits,
                     row->text ? row->text : "", fits, text);
    }
    rack_rehearsals_done(&rehearsals);
    scenario_free(scenario);
    scenario_errors_done(&errors);
}

static void each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        rehearse(&rows[i]);
}

/* ---- a hook that takes its time -------------------------------------------------------------- */

struct late_row {
    const char *title;
    struct rack_lateness lateness;
    bool otherwise;
};

static const struct late_row late_rows[] = {
    {"a cut in time says what it says", {.cut_us = 1000}, false},
    {"a cut that is late says the same where the case does not hinge on it",
     {.cut_us = 8000000},
     false},
    {"a cut so late that the updater has begun is another case", {.cut_us = 32000000}, true},
    {"a hook that may have acted then or before is no better", {.cut_us = 60000000}, true},
};

static const char late_source[] =
    HEAD "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, package: {size: 109285B},\n"
         "         delivery: push, baud: 115200, checksum: yes, download-tries: 2}\n"
         "events: [{when: {to-module-byte: 100}, do: [{power: cut, for: 3s}]}]\n"
         "expect: {outcome: updated, revision: 1351B04SIM7000C}\n";

static void what_a_late_cut_makes_is_known(void **state)
{
    static const struct scenario_override none = {.delivery = FOTA_DELIVERY_COUNT};
    struct scenario_errors errors;
    struct rack_rehearsals rehearsals = {0};
    struct scenario *scenario = scenario_parse("t.yaml", late_source, strlen(late_source), &errors);
    (void)state;
    if (!scenario)
        fail_msg("%s", errors.text);
    for (size_t i = 0; i < sizeof late_rows / sizeof late_rows[0]; i++) {
        const struct late_row *row = &late_rows[i];
        char text[BENCH_TEXT_MAX] = "";
        bool otherwise =
            rack_hinges_on_time(&rehearsals, &scenario->cases[0], &none, 1, &row->lateness, text);
        if (otherwise != row->otherwise || (otherwise && !strstr(text, "update-failed")))
            fail_msg("%s: want %d, got %d '%s'", row->title, row->otherwise, otherwise, text);
    }
    rack_rehearsals_done(&rehearsals);
    scenario_free(scenario);
    scenario_errors_done(&errors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row),
                                       cmocka_unit_test(what_a_late_cut_makes_is_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
