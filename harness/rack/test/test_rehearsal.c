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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
