/* support_case.c - the text around what a test says of a case. */
#include "harness/explore/test/support_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct scenario *case_of(const char *package, const char *rest)
{
    struct scenario_errors errors = {0};
    char text[8192];
    int length = snprintf(text, sizeof text,
                          "scenario: a case\nwhy: it is a test\n"
                          "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C,\n"
                          "         package: {url: 'http://fota.example/update.zip'%s%s\n",
                          package, rest);
    struct scenario *scenario = scenario_parse("case.yaml", text, (size_t)length, &errors);
    if (!scenario)
        fail_msg("%s", errors.text);
    scenario_errors_done(&errors);
    return scenario;
}
