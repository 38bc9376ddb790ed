/* test_rack_file.c - rack files: what they say, and how wrong ones are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/rack/rack.h"

static const char good[] = "rack: cellar\n"
                           "hooks:\n"
                           "  off: [./relay, --board, '3']\n"
                           "limits: {off: 5s}\n"
                           "slots:\n"
                           "  - slot: a1\n"
                           "    transport: 'rfc2217://127.0.0.1:17001'\n"
                           "    imei: '869951030000012'\n"
                           "    variant: SIM7000C\n"
                           "    packages:\n"
                           "      - {from: A, to: B, url: 'http://f.example/a-b.zip'}\n"
                           "      - {from: B, to: A, url: 'http://f.example/b-a.zip'}\n"
                           "    updates-most: 40\n"
                           "  - slot: a2\n"
                           "    transport: 'tty:/dev/ttyUSB2'\n"
                           "    far-end: emulator\n"
                           "    speed: 20\n"
                           "    hooks: {'on': [./relay-on]}\n"
                           "    limits: {'on': 2s}\n"
                           "    out-of-service: its antenna is broken\n";

static struct rack *read_good(void)
{
    struct scenario_errors errors;
    struct rack *rack;
    if (!rack_read("rack.yaml", good, strlen(good), &rack, &errors))
        fail_msg("want no error\n got %s", errors.text);
    scenario_errors_done(&errors);
    return rack;
}

static void a_file_gives_its_slots(void **state)
{
    struct rack *rack = read_good();
    const struct rack_slot *a1 = rack_find(rack, "a1"), *a2 = rack_find(rack, "a2");
    (void)state;
    assert_string_equal(rack->name, "cellar");
    assert_int_equal(rack->slot_count, 2);
    assert_string_equal(a1->imei, "869951030000012");
    assert_int_equal(a1->updates_most, 40);
    assert_int_equal(a1->speed, 1);
    assert_int_equal(a2->far_end, RACK_FAR_END_EMULATOR);
    assert_string_equal(a2->out_of_service, "its antenna is broken");
    assert_null(rack_find(rack, "a3"));
    rack_free(rack);
}

static void a_slot_has_the_hooks_of_the_rack_and_its_own(void **state)
{
    struct rack *rack = read_good();
    const struct rack_hook *one = rack_find(rack, "a1")->hooks;
    const struct rack_hook *other = rack_find(rack, "a2")->hooks;
    (void)state;
    assert_int_equal(one[RACK_HOOK_OFF].word_count, 3);
    assert_string_equal(one[RACK_HOOK_OFF].words[2], "3");
    assert_null(one[RACK_HOOK_OFF].words[3]);
    assert_int_equal(one[RACK_HOOK_OFF].limit_us, 5000000);
    assert_null(one[RACK_HOOK_ON].words);
    assert_string_equal(other[RACK_HOOK_OFF].words[0], "./relay");
    assert_string_equal(other[RACK_HOOK_ON].words[0], "./relay-on");
    assert_int_equal(other[RACK_HOOK_ON].limit_us, 2000000);
    assert_int_equal(other[RACK_HOOK_CYCLE].limit_us, 60000000);
    rack_free(rack);
}

static void a_package_is_found_by_where_it_leads(void **state)
{
    struct rack *rack = read_good();
    const struct rack_slot *slot = rack_find(rack, "a1");
    (void)state;
    assert_string_equal(rack_package(slot, "A", NULL)->to, "B");
    assert_string_equal(rack_package(slot, "B", "A")->url, "http://f.example/b-a.zip");
    assert_null(rack_package(slot, "A", "C"));
    assert_null(rack_package(slot, "C", NULL));
    rack_free(rack);
}

/* ---- wrong files ------------------------------------------------------------------------------
 */

static const struct bad {
    const char *name, *text, *want;
} bad_files[] = {
    {"an empty file is told", "", "1:1: error: the file is empty"},
    {"a file without slots is told", "rack: x\n", "1:1: error: missing key 'slots' (its modules)"},
    {"an empty list of slots is told", "rack: x\nslots: []\n",
     "2:8: error: 'slots' is an empty list; leave the key out"},
    {"a misspelt key is told with the nearest",
     "rack: x\nslots:\n  - slot: a\n    transprt: 'pty:x'\n",
     "4:5: error: unknown key 'transprt' in 'slots'; did you mean 'transport'?"},
    {"a slot that nothing leads to is told", "rack: x\nslots:\n  - slot: a\n",
     "3:5: error: no way to the module: the slot needs 'transport' or a 'place' hook"},
    {"two slots of one name are told",
     "rack: x\nslots:\n  - {slot: a, transport: 'pty:x'}\n  - {slot: a, transport: 'pty:y'}\n",
     "4:5: error: slot 'a' stands twice"},
    {"an imei of 14 digits is told",
     "rack: x\nslots:\n  - {slot: a, transport: 'pty:x', imei: '86995103000001'}\n",
     "3:41: error: 14 bytes are too few for 'imei'"},
    {"an imei with letters is told",
     "rack: x\nslots:\n  - {slot: a, transport: 'pty:x', imei: '86995103000001x'}\n",
     "digits only"},
    {"speed without an emulator is told",
     "rack: x\nslots:\n  - {slot: a, transport: 'pty:x', speed: 20}\n",
     "'speed' is for emulated modules; add 'far-end: emulator'"},
    {"an unknown far end is told",
     "rack: x\nslots:\n  - {slot: a, transport: 'pty:x', far-end: board}\n",
     "3:44: error: 'board' is not a value of 'far-end'"},
    {"a hook that is one text is told for no shell reads it",
     "rack: x\nhooks: {off: ./relay 3}\nslots:\n  - {slot: a, transport: 'pty:x'}\n",
     "2:14: error: 'off' takes a list; write it in [brackets]"},
    {"an unknown hook is told",
     "rack: x\nhooks: {power: [a]}\nslots:\n  - {slot: a, transport: 'pty:x'}\n",
     "2:9: error: unknown key 'power' in 'hooks'"},
    {"a limit without a unit is told",
     "rack: x\nlimits: {off: 5}\nslots:\n  - {slot: a, transport: 'pty:x'}\n",
     "2:15: error: '5' has no unit for a duration"},
    {"a package that leads nowhere is told",
     "rack: x\nslots:\n  - slot: a\n    transport: 'pty:x'\n    packages:\n"
     "      - {from: A, to: A, url: 'http://x/y'}\n",
     "the package from A leads to the same revision"},
    {"a package without an address is told",
     "rack: x\nslots:\n  - slot: a\n    transport: 'pty:x'\n    packages: [{from: A, to: B}]\n",
     "a package has a 'url' where the module finds it, or a 'file' that this machine serves"},
    {"a package at two places is told",
     "rack: x\nslots:\n  - slot: a\n    transport: 'pty:x'\n    http: '127.0.0.1:80'\n    "
     "packages:\n"
     "      - {from: A, to: B, url: 'http://x/y', file: z}\n",
     "a package has a 'url' where the module finds it, or a 'file' that this machine serves"},
    {"a file that nothing serves is told",
     "rack: x\nslots:\n  - slot: a\n    transport: 'pty:x'\n    packages: [{from: A, to: B, file: "
     "z}]\n",
     "nothing serves 'z': the slot needs 'http', as in http: '10.0.0.1:8080'"},
    {"an anchor is told", "rack: &x x\nslots:\n  - {slot: a, transport: 'pty:x'}\n",
     "1:7: error: "},
};

static void a_wrong_file_is_told(void **state)
{
    const struct bad *row = *state;
    struct scenario_errors errors;
    struct rack *rack;
    assert_false(rack_read("rack.yaml", row->text, strlen(row->text), &rack, &errors));
    assert_null(rack);
    if (!strstr(errors.text, row->want))
        fail_msg("want %s\n got %s", row->want, errors.text);
    scenario_errors_done(&errors);
}

int main(void)
{
    enum { BAD_COUNT = sizeof bad_files / sizeof bad_files[0] };
    struct CMUnitTest tests[3 + BAD_COUNT] = {
        cmocka_unit_test(a_file_gives_its_slots),
        cmocka_unit_test(a_slot_has_the_hooks_of_the_rack_and_its_own),
        cmocka_unit_test(a_package_is_found_by_where_it_leads),
    };
    for (size_t i = 0; i < BAD_COUNT; i++)
        tests[3 + i] = (struct CMUnitTest){.name = bad_files[i].name,
                                           .test_func = a_wrong_file_is_told,
                                           .initial_state = (void *)(uintptr_t)&bad_files[i]};
    return _cmocka_run_group_tests("rack files", tests, sizeof tests / sizeof tests[0], NULL, NULL);
}
