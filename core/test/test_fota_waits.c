/*
 * test_fota_waits.c - how long the client waits, for whom and what it does then: the whole dialogue
 * of silent modules, slow networks and hosts that don't answer, with its times.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/test/support_log.h"

#define OK         "\r\nOK\r\n"
#define ERROR      "\r\nERROR\r\n"
#define INFO(text) "\r\n" text "\r\n\r\nOK\r\n"
#define NO_BEARER  INFO("+CNACT: 0,\"0.0.0.0\"")
#define ROWS_MAX   10
#define TEXT_BYTES 8192
#define BLOCK_MAX  9

struct story {
    const char *name;
    void (*prepare)(struct rig *rig);
    struct module_row rows[ROWS_MAX];
    uint32_t mute_ms;     /* from then on nothing is heard of the module; 1: from the start */
    const char *from;     /* the dialogue is compared from its first line that begins so */
    const char *to;       /* to the line before the next one that begins so; NULL: to its end */
    const char *expected; /* lines up to a quote, each with the ms to the next; what comes again is
                             counted */
};

#define SAYS(line, reply)                                                                          \
    {                                                                                              \
        .command = (line), .answer = (reply)                                                       \
    }
#define FIRST(count, line, reply)                                                                  \
    {                                                                                              \
        .command = (line), .answer = (reply), .times = (count)                                     \
    }
#define TAKES(line) SAYS(line, OK)
#define LATER(line, ...)                                                                           \
    {                                                                                              \
        .command = (line), .answer = OK, .later = { __VA_ARGS__ }                                  \
    }

#include "core/test/support_waits.h"

static struct rig rig;
static struct log timed;

/* ---- the dialogue as text ------------------------------------------------------------------ */

static bool is_search(const char *text)
{
    return strcmp(text, "AT") == 0 || strcmp(text, "ATE0V1Q0") == 0;
}

static bool same_line(size_t a, size_t b)
{
    const char *one = timed.lines[a].text, *other = timed.lines[b].text;
    return strcmp(one, other) == 0 || (is_search(one) && is_search(other));
}

static uint32_t gap_ms(size_t line)
{
    return line + 1 < timed.count ? timed.lines[line + 1].at_ms - timed.lines[line].at_ms : 0;
}

static bool same_block(size_t a, size_t b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (b + i >= timed.count || !same_line(a + i, b + i) || gap_ms(a + i) != gap_ms(b + i))
            return false;
    return true;
}

/* How often a block of lines comes in a row, each line as far from the next. */
static size_t times_of(size_t from, size_t length)
{
    size_t times = 1;
    while (same_block(from, from + times * length, length))
        times++;
    return times;
}

__attribute__((format(printf, 2, 3))) static void append(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list values;
    va_start(values, format);
    int length = vsnprintf(text + used, TEXT_BYTES - used, format, values);
    va_end(values);
    assert_true(length >= 0 && used + (size_t)length < TEXT_BYTES);
}

/* A line up to its first quote, and the time to the next. */
static void write_line(char *text, size_t line)
{
    const char *name = is_search(timed.lines[line].text) ? "AT" : timed.lines[line].text;
    append(text, "%.*s +%u", (int)strcspn(name, "\""), name, (unsigned)gap_ms(line));
}

static void write_block(char *text, size_t from, size_t length, size_t times)
{
    if (times > 1)
        append(text, "%u x (", (unsigned)times);
    for (size_t i = from; i < from + length; i++) {
        write_line(text, i);
        append(text, i + 1 < from + length ? ", " : times > 1 ? ")\n" : "\n");
    }
}

/* Repetitions of few lines are counted. */
static void write_text(char *text, size_t from, size_t end)
{
    text[0] = '\0';
    for (size_t i = from; i < end;) {
        size_t length = 1;
        while (length < BLOCK_MAX && times_of(i, length) < 2)
            length++;
        size_t times = times_of(i, length);
        if (times < 2)
            length = 1;
        write_block(text, i, length, times);
        i += length * times;
    }
}

/* ---- the tests ----------------------------------------------------------------------------- */

static void play(const struct story *story)
{
    rig_begin(&rig, story->rows);
    if (story->prepare != NULL)
        story->prepare(&rig);
    log_begin(&timed, &rig);
    rig.module.mute = story->mute_ms == 1;
    rig.stop_at_us = story->mute_ms > 1 ? story->mute_ms * UINT64_C(1000) : 0;
    fota_start(&rig.fota, &rig.host, NULL, 0);
    if (rig_run(&rig) != NULL)
        return;
    rig.stop_at_us = 0;
    rig.module.pending_count = 0;
    rig.module.mute = true;
    rig_run(&rig);
}

static void takes_its_time(void **state)
{
    static char text[TEXT_BYTES];
    const struct story *story = *state;
    play(story);
    size_t from = log_find(&timed, 0, story->from);
    write_text(text, from, story->to != NULL ? log_find(&timed, from, story->to) : timed.count);
    if (strcmp(text, story->expected) == 0)
        return;
    fprintf(stderr, "%s\nwant\n%s\ngot\n%s\n", story->name, story->expected, text);
    fail();
}

#define COUNT (sizeof stories / sizeof stories[0])

int main(void)
{
    static struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){test_name(stories[i].name, ""), takes_its_time, NULL, NULL,
                                       (void *)(uintptr_t)&stories[i]};
    return cmocka_run_group_tests_name("fota_waits", tests, NULL, NULL);
}
