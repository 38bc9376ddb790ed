/*
 * test_hints.c - each hint is given for the mistake that it names, and not for what looks like it.
 * A story is a journal, as a run would have left it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/hints.h"

enum { LINES = 8, NO_HINT = BENCH_HINT_COUNT };
#define ENDED  "" /* the client has ended */
#define SERVED "http://fota.example/update.zip"

static const struct story {
    const char *name;
    unsigned hint;    /* enum bench_hint, NO_HINT = none */
    const char *says; /* that stands in it */
    struct {
        const char *text; /* NULL ends it */
        uint32_t at_ms;
        bool to_host;
    } lines[LINES];
} stories[] = {
    {"a client that waits for its answers",
     NO_HINT,
     NULL,
     {{"AT\r", 10, false},
      {"\r\nOK\r\n", 20, true},
      {"AT+GMR\r", 30, false},
      {"\r\nRevision:A\r\n\r\nOK\r\n", 40, true},
      {"AT+CSQ\r", 50, false}}},
    {"a client that ends without a word",
     BENCH_HINT_NOTHING_SENT,
     "has ended and sent nothing",
     {{ENDED, 10, false}}},
    {"a client that ends after a word",
     NO_HINT,
     NULL,
     {{"AT\r", 10, false}, {"\r\nOK\r\n", 20, true}, {ENDED, 30, false}}},
    {"commands that a line feed ends",
     BENCH_HINT_NO_CR,
     "sent AT\\nAT+CFOTA?\\nAT+GMR\\n, and no command",
     {{"AT\nAT+CFOTA?\n", 10, false}, {"AT+GMR\n", 1000, false}}},
    {"a few bytes that nothing ends are an accident", NO_HINT, NULL, {{"AT\nAT+GMR\n", 10, false}}},
    {"commands that both end",
     NO_HINT,
     NULL,
     {{"AT+CFOTA?\r\n", 10, false}, {"\r\nOK\r\n", 20, true}, {"AT+GMR\r\n", 30, false}}},
    {"another address than the server has",
     BENCH_HINT_OTHER_URL,
     "asked for http://my.example/u.zip, and the server has the package at " SERVED,
     {{"AT+HTTPTOFS=\"http://my.example/u.zip\",\"/fota/update.zip\"\r", 10, false}}},
    {"the address that the server has",
     NO_HINT,
     NULL,
     {{"AT+HTTPTOFS=\"" SERVED "\",\"/fota/update.zip\"\r", 10, false}}},
    {"an address that only begins so",
     BENCH_HINT_OTHER_URL,
     "asked for " SERVED ".old",
     {{"AT+HTTPTOFS=\"" SERVED ".old\",\"/fota/update.zip\"\r", 10, false}}},
    {"a command behind one that runs",
     BENCH_HINT_UNANSWERED,
     "at 0.110 s the client sent AT+GMR, 100 ms after AT+CSQ, which was not answered yet",
     {{"AT+CSQ\r", 10, false}, {"AT+GMR\r", 110, false}}},
    {"a command when the answer was given up",
     NO_HINT,
     NULL,
     {{"AT+CSQ\r", 10, false}, {"AT+GMR\r", 1010, false}}},
    {"the same command once more", NO_HINT, NULL, {{"AT\r", 10, false}, {"AT\r", 300, false}}},
    {"a command when the module has booted",
     NO_HINT,
     NULL,
     {{"AT+CFUN=1,1\r", 10, false}, {"\r\nRDY\r\n", 200, true}, {"AT+GMR\r", 300, false}}},
    {"a command because of an echo",
     BENCH_HINT_ECHO_TAKEN,
     "sent AT+GMR, 60 ms after AT+COPS=?, when only the echo",
     {{"AT+COPS=?\r", 10, false}, {"AT+COPS=?\r", 20, true}, {"AT+GMR\r", 70, false}}},
};

static void a_story_gets_its_hint(void **state)
{
    const struct story *story = *state;
    struct scenario_case *one = calloc(1, sizeof *one);
    struct bench_case *shared = calloc(1, sizeof *shared);
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    const struct bench_options options = {.sink = BENCH_SINK_MEMORY};
    static struct bench_hints hints;
    assert_true(one && shared && run);
    shared->one = one;
    snprintf(shared->jobs[0].url, sizeof shared->jobs[0].url, "%s", SERVED);
    bench_run_prepare(run, shared, &options);
    for (size_t i = 0; i < LINES && story->lines[i].text; i++) {
        run->world.now_us = story->lines[i].at_ms * UINT64_C(1000);
        if (!story->lines[i].text[0]) {
            bench_note(run, BENCH_JOURNAL_HOST, 3, 0, 0, "", 0);
            continue;
        }
        bench_note(run, story->lines[i].to_host ? BENCH_JOURNAL_TO_HOST : BENCH_JOURNAL_TO_MODULE,
                   0, 0, 115200, story->lines[i].text, strlen(story->lines[i].text));
    }
    bench_hints_find(run, &hints);
    for (unsigned hint = 0; hint < BENCH_HINT_COUNT; hint++) {
        if (hint != story->hint && hints.text[hint][0])
            fail_msg("%s: want no hint %s, got '%s'", story->name, bench_hint_name(hint),
                     hints.text[hint]);
        if (hint == story->hint && !strstr(hints.text[hint], story->says))
            fail_msg("%s: want a hint with '%s', got '%s'", story->name, story->says,
                     hints.text[hint]);
    }
    bench_run_free(run);
    free(shared);
    free(one);
}

static void every_hint_has_a_story(void **state)
{
    (void)state;
    for (unsigned hint = 0; hint < BENCH_HINT_COUNT; hint++) {
        bool told = false;
        for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++)
            told = told || stories[i].hint == hint;
        if (!told)
            fail_msg("no story gets %s", bench_hint_name(hint));
    }
}

int main(void)
{
    enum { COUNT = sizeof stories / sizeof stories[0] };
    struct CMUnitTest tests[COUNT + 1];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = stories[i].name,
                                       .test_func = a_story_gets_its_hint,
                                       .initial_state = (void *)(uintptr_t)&stories[i]};
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(every_hint_has_a_story);
    return _cmocka_run_group_tests("hints", tests, COUNT + 1, NULL, NULL);
}
