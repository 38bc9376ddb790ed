/* test_hook.c - hooks as programs of a lab are: in time, late, busy, loud, gone, with children. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/rack/hook.h"

struct fixture {
    struct rack_slot slot;
    struct rack_call call;
    struct rack_hook_run run;
    const char *words[4];
};

/* A hook that is a script of the shell, which the words name. */
static void make(struct fixture *fixture, const char *script, uint64_t limit_us)
{
    *fixture = (struct fixture){.words = {"/bin/sh", "-c", script}};
    fixture->slot.name = "a1";
    fixture->slot.hooks[RACK_HOOK_OFF] =
        (struct rack_hook){.words = fixture->words, .word_count = 3, .limit_us = limit_us};
    fixture->call = (struct rack_call){.slot = &fixture->slot, .kind = RACK_HOOK_OFF};
}

static enum rack_hook_state play(struct fixture *fixture, const char *script)
{
    make(fixture, script, 60000000);
    rack_hook_start(&fixture->run, &fixture->call);
    return rack_hook_wait(&fixture->run, NULL);
}

static void want_failed(const struct fixture *fixture, const char *text)
{
    assert_int_equal(fixture->run.state, RACK_HOOK_FAILED);
    if (!strstr(fixture->run.text, text))
        fail_msg("want %s\n got %s", text, fixture->run.text);
}

static void status_0_is_done_and_its_output_kept(void **state)
{
    struct fixture fixture;
    (void)state;
    assert_int_equal(play(&fixture, "echo out; echo err >&2"), RACK_HOOK_DONE);
    assert_string_equal(fixture.run.output, "out\nerr\n");
    assert_int_equal(fixture.run.calls, 1);
}

static void it_is_told_the_action_and_the_slot(void **state)
{
    struct fixture fixture;
    (void)state;
    make(&fixture, "echo \"$0 $1 $2\"", 60000000);
    fixture.call.argument = "3.8V";
    rack_hook_start(&fixture.run, &fixture.call);
    rack_hook_wait(&fixture.run, NULL);
    assert_string_equal(fixture.run.output, "off a1 3.8V\n");
}

static void its_environment_is_a_list(void **state)
{
    struct fixture fixture;
    (void)state;
    setenv("SECRET", "x", 1);
    setenv("LANG", "C", 1);
    setenv("HOME", "/h", 1);
    unsetenv("TZ");
    make(&fixture, "env | grep -v '^PATH=\\|^PWD=\\|^_=\\|^SHLVL=' | sort | tr '\\n' ' '",
         60000000);
    fixture.call.port = "pty:x";
    fixture.call.seed = "7";
    rack_hook_start(&fixture.run, &fixture.call);
    rack_hook_wait(&fixture.run, NULL);
    assert_string_equal(fixture.run.output,
                        "FOTA_PORT=pty:x FOTA_SEED=7 FOTA_SLOT=a1 HOME=/h LANG=C ");
}

static void its_input_is_empty(void **state)
{
    struct fixture fixture;
    (void)state;
    assert_int_equal(play(&fixture, "cat; echo end"), RACK_HOOK_DONE);
    assert_string_equal(fixture.run.output, "end\n");
}

static void another_status_is_the_labs_error(void **state)
{
    struct fixture fixture;
    (void)state;
    play(&fixture, "exit 3");
    want_failed(&fixture, "hook 'off' of slot a1 (/bin/sh): exit status 3");
}

static void a_signal_is_the_labs_error(void **state)
{
    struct fixture fixture;
    (void)state;
    play(&fixture, "kill -SEGV $$");
    want_failed(&fixture, "was ended by signal 11");
}

static void a_program_that_is_not_there_is_told(void **state)
{
    struct fixture fixture;
    (void)state;
    make(&fixture, "", 60000000);
    fixture.words[0] = "/nowhere/relay";
    rack_hook_start(&fixture.run, &fixture.call);
    rack_hook_wait(&fixture.run, NULL);
    want_failed(&fixture, "exit status 127");
    assert_non_null(strstr(fixture.run.output, "No such file"));
}

static void a_busy_one_is_called_again(void **state)
{
    struct fixture fixture;
    char folder[] = "/tmp/fotarig-hook-XXXXXX", script[200];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(script, sizeof script, "test -e %s/x && rm -r %s && exit 0; touch %s/x; exit 75",
             folder, folder, folder);
    assert_int_equal(play(&fixture, script), RACK_HOOK_DONE);
    assert_int_equal(fixture.run.calls, 2);
}

static void one_that_stays_busy_fails_when_its_time_is_over(void **state)
{
    struct fixture fixture;
    (void)state;
    make(&fixture, "exit 75", 200000);
    rack_hook_start(&fixture.run, &fixture.call);
    rack_hook_wait(&fixture.run, NULL);
    want_failed(&fixture, "was busy (exit status 75) until its time was over");
}

static void a_late_one_is_ended(void **state)
{
    struct fixture fixture;
    (void)state;
    make(&fixture, "sleep 600", 200000);
    rack_hook_start(&fixture.run, &fixture.call);
    rack_hook_wait(&fixture.run, NULL);
    want_failed(&fixture, "took longer than its 0.2 s, and was ended");
}

/* Waits until a process is gone; true when it went. */
static bool goes(pid_t pid)
{
    for (int i = 0; i < 3000; i++) {
        if (kill(pid, 0) != 0 && errno == ESRCH)
            return true;
        poll(NULL, 0, 10);
    }
    return false;
}

static void its_children_end_with_it(void **state)
{
    struct fixture fixture;
    (void)state;
    play(&fixture, "sleep 600 >/dev/null 2>&1 & echo $!");
    pid_t child = (pid_t)strtol(fixture.run.output, NULL, 10);
    assert_int_equal(fixture.run.state, RACK_HOOK_DONE);
    assert_true(child > 1);
    assert_true(goes(child));
}

static void a_child_that_holds_its_output_does_not_hold_it_up(void **state)
{
    struct fixture fixture;
    (void)state;
    assert_int_equal(play(&fixture, "sleep 600 & echo started"), RACK_HOOK_DONE);
    assert_string_equal(fixture.run.output, "started\n");
}

static void of_a_flood_the_end_is_kept(void **state)
{
    struct fixture fixture;
    (void)state;
    assert_int_equal(play(&fixture, "head -c 3000000 /dev/zero | tr '\\0' x; echo end"),
                     RACK_HOOK_DONE);
    assert_int_equal(fixture.run.output_size, RACK_OUTPUT_MAX);
    assert_string_equal(fixture.run.output + RACK_OUTPUT_MAX - 5, "xend\n");
}

static bool now(void)
{
    return true;
}

static void one_that_is_stopped_is_ended_early(void **state)
{
    struct fixture fixture;
    (void)state;
    make(&fixture, "sleep 600", 60000000);
    rack_hook_start(&fixture.run, &fixture.call);
    rack_hook_wait(&fixture.run, now);
    want_failed(&fixture, "was ended early");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_0_is_done_and_its_output_kept),
        cmocka_unit_test(it_is_told_the_action_and_the_slot),
        cmocka_unit_test(its_environment_is_a_list),
        cmocka_unit_test(its_input_is_empty),
        cmocka_unit_test(another_status_is_the_labs_error),
        cmocka_unit_test(a_signal_is_the_labs_error),
        cmocka_unit_test(a_program_that_is_not_there_is_told),
        cmocka_unit_test(a_busy_one_is_called_again),
        cmocka_unit_test(one_that_stays_busy_fails_when_its_time_is_over),
        cmocka_unit_test(a_late_one_is_ended),
        cmocka_unit_test(its_children_end_with_it),
        cmocka_unit_test(a_child_that_holds_its_output_does_not_hold_it_up),
        cmocka_unit_test(of_a_flood_the_end_is_kept),
        cmocka_unit_test(one_that_is_stopped_is_ended_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
