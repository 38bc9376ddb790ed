/* test_probe_files.c - files in conform/: what is read from them, what is wrong with bad ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "harness/scenario/probes.h"

#define HEAD  "dialogue: a\nsay: ['AT', {listen: 2s}]\n"
#define PROBE "probes:\n  - probe: p\n    asks: What?\n    evidence: I Q1\n"

static void what_is_wrong_is_told_with_its_place(void **state)
{
    static const struct {
        const char *file, *message;
    } rows[] = {
        {"say: ['AT']\n", "x.yaml:1:1: error: missing key 'dialogue'"},
        {"dialogue: a\n", "x.yaml:1:1: error: missing key 'say'"},
        {HEAD "sya: 1\n", "x.yaml:3:1: error: unknown key 'sya'; did you mean 'say'?"},
        {"dialogue: a\nharm: [hurts]\nsay: ['AT']\n",
         "x.yaml:2:8: error: 'hurts' is not a value of 'harm'"},
        {"dialogue: a\nsay: [{sned: 'AT'}]\n", "x.yaml:2:8: error: unknown key 'sned'"},
        {"dialogue: a\nsay: [{type: 'AT'}]\n", "x.yaml:2:14: error: 'type' takes ASCII in double"},
        {"dialogue: a\nsay: [{listen: 2}]\n", "x.yaml:2:16: error: "},
        {"dialogue: a\nsay: [{listen: 2s, until: 'OK'}]\n",
         "x.yaml:2:20: error: 'until' does not go with 'listen'"},
        {HEAD PROBE, "x.yaml:4:5: error: no view in 'probes'"},
        {HEAD PROBE "    answer: 3\n", "x.yaml:4:5: error: there is no step 3; the dialogue has 2"},
        {HEAD PROBE "    answer: 1\n    count: 'x'\n", "error: 'count' beside 'answer'"},
        {HEAD PROBE "    value: '+CSQ: *'\n", "x.yaml:7:12: error: 'value' has no {}"},
        {HEAD PROBE "    settles: {rsi: 3}\n    answer: 1\n",
         "x.yaml:7:15: error: unknown setting"},
        {HEAD PROBE "    settles: {rssi: 24}\n    answer: 1\n",
         "x.yaml:7:21: error: '24' is the default of 'rssi'; another value is to be seen"},
        {HEAD "probes:\n  - {probe: p, asks: What?, evidence: Q 1, answer: 1}\n",
         "x.yaml:4:39: error: 'evidence' begins with a tag and a blank: D, O, S or I"},
        {HEAD PROBE "    answer: 1\n  - {probe: p, asks: A?, evidence: I Q, answer: 2}\n",
         "x.yaml:8:5: error: 'p' is the name of another probe"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scenario_errors errors;
        struct scenario_dialogue *dialogue =
            scenario_dialogue_parse("x.yaml", rows[i].file, strlen(rows[i].file), &errors);
        if (dialogue || !errors.text || !strstr(errors.text, rows[i].message))
            fail_msg("row %zu: want %s\n  got %s", i, rows[i].message,
                     errors.text ? errors.text : "no error");
        scenario_errors_done(&errors);
    }
}

static void a_file_becomes_steps_and_probes(void **state)
{
    static const char file[] =
        "dialogue: one of each\nharm: [restarts, writes]\n"
        "say:\n  - 'AT+X'\n  - {send: 'AT+Y', within: 70s, until: '+Y: *'}\n"
        "  - {type: \"ab\\x1a\"}\n  - {listen: 2s}\nundo: ['AT+X=0']\n"
        "probes:\n  - probe: p\n    asks: What?\n    evidence: I Q1\n    for: ['1351*']\n"
        "    given: {access: gsm}\n    settles: {rssi: 3, cpin-delay: 2s}\n"
        "    time-to: '+Y: *'\n    step: 2\n    since: 'OK'\n    ignore: ['+Z*']\n";
    struct scenario_errors errors;
    (void)state;
    struct scenario_dialogue *dialogue =
        scenario_dialogue_parse("x.yaml", file, sizeof file - 1, &errors);
    if (!dialogue)
        fail_msg("want no error, got:\n%s", errors.text);
    assert_int_equal(dialogue->harms, 1 << SCENARIO_HARM_RESTARTS | 1 << SCENARIO_HARM_WRITES);
    assert_int_equal(dialogue->step_count, 4);
    assert_int_equal(dialogue->undo_count, 1);
    assert_string_equal(dialogue->steps[0].text, "AT+X");
    assert_int_equal(dialogue->steps[0].time_us, 10000000);
    assert_int_equal(dialogue->steps[1].time_us, 70000000);
    assert_string_equal(dialogue->steps[1].until, "+Y: *");
    assert_int_equal(dialogue->steps[2].kind, SCENARIO_STEP_TYPE);
    assert_memory_equal(dialogue->steps[2].text, "ab\x1a", 3);
    assert_int_equal(dialogue->steps[3].kind, SCENARIO_STEP_LISTEN);
    const struct scenario_probe *probe = &dialogue->probes[0];
    assert_int_equal(probe->view, SCENARIO_VIEW_TIME);
    assert_int_equal(probe->step, 2);
    assert_int_equal(probe->setting_count, 2);
    assert_int_equal(probe->settings[1], SIM_SETTING_CPIN_DELAY);
    assert_int_equal(probe->planted[1], 2000);
    assert_int_equal(probe->given[0], SIM_SETTING_ACCESS);
    assert_string_equal(probe->revisions[0], "1351*");
    assert_string_equal(probe->ignored[0], "+Z*");
    scenario_dialogue_free(dialogue);
}

static void a_line_is_like_a_pattern(void **state)
{
    static const struct {
        const char *pattern, *line, *value; /* value NULL: it is not like it */
    } rows[] = {
        {"OK", "OK", ""},
        {"OK", "OKAY", NULL},
        {"+CSQ: {},*", "+CSQ: 24,99", "24"},
        {"+CSQ: *,{}", "+CSQ: 24,99", "99"},
        {"*", "", ""},
        {"{}", "", NULL},
        {"{}", "x", "x"},
        {"a*b{}c", "axbybzc", "ybz"},
        {"*,*,{}", "1,2,3,4", "3,4"},
        {"*PSUTTZ: *\"+{}\",*", "*PSUTTZ: 19/06/26,06:05:23\",\"+32\",0", "32"},
        {"{", "{", ""},
        {"+X: *", "+X:", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char value[40] = "";
        bool like = scenario_line_is_like(rows[i].pattern, rows[i].line, value, sizeof value);
        if (like != (rows[i].value != NULL) || (like && strcmp(value, rows[i].value) != 0))
            fail_msg("'%s' and '%s': want %s, got %s", rows[i].pattern, rows[i].line,
                     rows[i].value ? rows[i].value : "no", like ? value : "no");
    }
}

/* A file of a stranger must not take for ever. */
static void a_pattern_of_stars_costs_no_time(void **state)
{
    char pattern[200], line[400];
    (void)state;
    for (size_t i = 0; i < sizeof pattern - 1; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    memset(line, 'a', sizeof line - 1);
    pattern[sizeof pattern - 1] = line[sizeof line - 1] = '\0';
    pattern[sizeof pattern - 2] = 'b';
    clock_t begin = clock();
    assert_false(scenario_line_is_like(pattern, line, NULL, 0));
    assert_true(clock() - begin < CLOCKS_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(a_file_becomes_steps_and_probes),
        cmocka_unit_test(a_line_is_like_a_pattern),
        cmocka_unit_test(a_pattern_of_stars_costs_no_time),
    };
    return cmocka_run_group_tests_name("probe files", tests, NULL, NULL);
}
