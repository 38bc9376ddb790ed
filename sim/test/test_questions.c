/* test_questions.c - questions that a bench asks by the port alone: commands, answers, and a
 * module. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/catalogue.h"

static void a_question_is_written_as_the_manual_has_it(void **state)
{
    static const struct {
        enum sim_question question;
        const char *argument, *steps[SIM_QUESTION_STEPS];
    } rows[] = {
        {SIM_QUESTION_MODEL, NULL, {"AT+CGMM", "", ""}},
        {SIM_QUESTION_SUPPLY, NULL, {"AT+CBC", "", ""}},
        {SIM_QUESTION_FILE,
         "/fota/update.zip",
         {"AT+CFSINIT", "AT+CFSGFIS=1,\"update.zip\"", "AT+CFSTERM"}},
        {SIM_QUESTION_FILE, "/customer/a", {"AT+CFSINIT", "AT+CFSGFIS=3,\"a\"", "AT+CFSTERM"}},
        {SIM_QUESTION_FILE, "/elsewhere/a", {"AT+CFSINIT", "", "AT+CFSTERM"}},
        {SIM_QUESTION_PARAMETER, "+IPR", {"AT+IPR?", "", ""}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned step = 0; step < SIM_QUESTION_STEPS; step++) {
            char got[SIM_QUESTION_COMMAND_MAX] = "";
            size_t length =
                sim_question_command(rows[i].question, step, rows[i].argument, got, sizeof got);
            if (length != strlen(rows[i].steps[step]) ||
                (length && strcmp(got, rows[i].steps[step]) != 0))
                fail_msg("row %zu step %u: want '%s', got '%s'", i, step, rows[i].steps[step], got);
        }
}

/* Lines as captures and the manual show them. */
static void an_answer_is_told_apart_from_other_lines(void **state)
{
    static const struct {
        enum sim_question question;
        const char *argument, *line, *value; /* value NULL: it is no answer */
    } rows[] = {
        {SIM_QUESTION_MODEL, NULL, "SIMCOM_SIM7000E", "SIMCOM_SIM7000E"},
        {SIM_QUESTION_MODEL, NULL, "OK", NULL},
        {SIM_QUESTION_MODEL, NULL, "SMS Ready", NULL},
        {SIM_QUESTION_MODEL, NULL, "+CPIN: READY", NULL},
        {SIM_QUESTION_MODEL, NULL, "*PSUTTZ: 1", NULL},
        {SIM_QUESTION_MODEL, NULL, "", NULL},
        {SIM_QUESTION_REVISION, NULL, "1351B03SIM7000C", "1351B03SIM7000C"},
        {SIM_QUESTION_REVISION, NULL, "Revision:1351B03SIM7000C", "1351B03SIM7000C"},
        {SIM_QUESTION_IMEI, NULL, "867723030999999", "867723030999999"},
        {SIM_QUESTION_SUPPLY, NULL, "+CBC: 0,67,3875", "3875"},
        {SIM_QUESTION_SUPPLY, NULL, "+CBC: 0,67", NULL},
        {SIM_QUESTION_SUPPLY, NULL, "+CBCX: 0,67,3875", NULL},
        {SIM_QUESTION_STATUS, NULL, "+CFOTA: 6", "6"},
        {SIM_QUESTION_STATUS, NULL, "+CFOTA: \"Updating\",6", NULL},
        {SIM_QUESTION_BEARER, NULL, "+CNACT: 1,\"10.94.36.44\"", "1"},
        {SIM_QUESTION_CLOCK, NULL, "+CCLK: \"80/01/06,01:00:12+00\"", "3612"},
        {SIM_QUESTION_CLOCK, NULL, "+CCLK: \"18/12/05,23:59:59-12\"", "86399"},
        {SIM_QUESTION_CLOCK, NULL, "+CCLK: \"18/12/05\"", NULL},
        {SIM_QUESTION_FILE, "/fota/update.zip", "+CFSGFIS: 1322", "1322"},
        {SIM_QUESTION_PARAMETER, "+IPR", "+IPR: 115200", "115200"},
        {SIM_QUESTION_PARAMETER, "+IPR", "+CMEE: 2", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char got[40] = "";
        bool is_answer = sim_question_answer(rows[i].question, rows[i].argument, rows[i].line,
                                             strlen(rows[i].line), got, sizeof got);
        if (is_answer != (rows[i].value != NULL) || (is_answer && strcmp(got, rows[i].value) != 0))
            fail_msg("row %zu, '%s': want %s, got %s", i, rows[i].line,
                     rows[i].value ? rows[i].value : "no answer", is_answer ? got : "no answer");
    }
}

static void a_value_is_cut_to_its_room(void **state)
{
    char got[5];
    (void)state;
    assert_true(sim_question_answer(SIM_QUESTION_MODEL, NULL, "SIM7000", 7, got, sizeof got));
    assert_string_equal(got, "SIM7");
    assert_int_equal(
        sim_question_command(SIM_QUESTION_FILE, 1, "/fota/update.zip", got, sizeof got), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_written_as_the_manual_has_it),
        cmocka_unit_test(an_answer_is_told_apart_from_other_lines),
        cmocka_unit_test(a_value_is_cut_to_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
