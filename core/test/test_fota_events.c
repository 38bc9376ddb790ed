/*
 * test_fota_events.c - what a client tells of a job, event by event with numbers and cause as
 * core/fota.h defines them, its figures, and the checkpoint that a host keeps, byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/test/support.h"

#define OK         "\r\nOK\r\n"
#define ERROR      "\r\nERROR\r\n"
#define INFO(text) "\r\n" text "\r\n\r\nOK\r\n"
#define TEXT_BYTES 16384

static struct {
    char text[TEXT_BYTES];
    size_t length;
} told;
static struct rig rig;

static void on_event(void *context, uint64_t now_us, const struct fota_event *event)
{
    struct rig *client = context;
    client->outcomes += event->kind == FOTA_EVENT_OUTCOME;
    int length = snprintf(told.text + told.length, TEXT_BYTES - told.length,
                          "%u.%02u %s %u %u %s: %.*s\n", (unsigned)(now_us / 1000000),
                          (unsigned)(now_us / 10000 % 100), fota_event_name(event->kind), event->a,
                          event->b, fota_cause_name(event->cause), event->length, event->text);
    told.length += (size_t)length;
    assert_true(told.length < TEXT_BYTES);
}

#include "core/test/support_events.h"

static void begin(const struct telling *telling)
{
    told.length = 0;
    told.text[0] = '\0';
    rig_begin(&rig, telling->rows);
    if (telling->prepare != NULL)
        telling->prepare(&rig);
    rig.host.on_event = on_event;
    fota_start(&rig.fota, &rig.host, NULL, 0);
}

static void tells_what_happens(void **state)
{
    const struct telling *telling = *state;
    begin(telling);
    if (telling->drive != NULL)
        telling->drive(&rig);
    rig_run(&rig);
    if (strcmp(told.text, telling->expected) == 0)
        return;
    fprintf(stderr, "%s\nwant\n%s\ngot\n%s\n", telling->name, telling->expected, told.text);
    fail();
}

#define COUNT (sizeof tellings / sizeof tellings[0])

int main(void)
{
    static struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){test_name(tellings[i].name, ""), tells_what_happens, NULL,
                                       NULL, (void *)(uintptr_t)&tellings[i]};
    return cmocka_run_group_tests_name("fota_events", tests, NULL, NULL);
}
