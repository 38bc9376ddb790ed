/*
 * sms.c - waits for a message at the module with the AT engine of the core alone.
 *
 * AT+CNMI=2,1 has the module tell of each message that it stores (+CMTI: "SM",index; AT106 4.2.8),
 * AT+CMGR reads it (4.2.5), AT+CMGD deletes it (4.2.2).
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/at.h"
#include "core/example/sms.h"

/* What has been seen while a command ran or none did. */
struct watch {
    struct at_engine at;
    struct posix_port *port;
    const char *text;
    int stored; /* index of the last +CMTI, -1 = none */
    bool found; /* a line that is the text */
    bool failed;
};

static void take(struct watch *watch, const struct at_event *event)
{
    const char *comma = strchr(event->text, ',');
    if (event->kind != AT_EVENT_INFO && event->kind != AT_EVENT_URC)
        return;
    if (strncmp(event->text, "+CMTI:", 6) == 0 && comma != NULL)
        watch->stored = (int)strtol(comma + 1, NULL, 10);
    else if (at_busy(&watch->at) && strcmp(event->text, watch->text) == 0)
        watch->found = true;
}

/* One round; returns the kind of event that ended a command, or AT_EVENT_NONE. */
static unsigned step(struct watch *watch)
{
    char bytes[256];
    struct at_event event;
    struct pollfd wanted = {watch->port->fd, POLLIN, 0};
    size_t size = at_transmit(&watch->at, bytes, sizeof bytes);
    if (size > 0 && write(watch->port->fd, bytes, size) != (ssize_t)size)
        watch->failed = true;
    ssize_t got = poll(&wanted, 1, 50) > 0 ? read(watch->port->fd, bytes, sizeof bytes) : -1;
    unsigned ended = AT_EVENT_NONE;
    watch->failed = watch->failed || got == 0;
    for (ssize_t used = 0; used < got;) {
        used += (ssize_t)at_receive(&watch->at, bytes + used, (size_t)(got - used), posix_now_us(),
                                    &event);
        take(watch, &event);
        if (event.kind == AT_EVENT_RESULT)
            ended = AT_EVENT_RESULT;
    }
    at_advance(&watch->at, posix_now_us(), &event);
    return event.kind == AT_EVENT_NONE ? ended : event.kind;
}

static bool finish(struct watch *watch)
{
    while (at_busy(&watch->at) && !watch->failed)
        if (step(watch) == AT_EVENT_RESULT)
            return true;
    return false;
}

static bool command(struct watch *watch, const char *line, int index)
{
    char text[AT_COMMAND_BYTES];
    int length = snprintf(text, sizeof text, index >= 0 ? "%s%d" : "%s", line, index);
    at_send(&watch->at, text, (size_t)length, AT_INFO_NAME, 5000, posix_now_us());
    return finish(watch);
}

/* The module may have restarted in between: it is asked to tell again when nothing came for long.
 */
static void prepare(struct watch *watch)
{
    at_synchronise(&watch->at, 20, 1000, posix_now_us());
    finish(watch);
    command(watch, "ATE0", -1);
    command(watch, "AT+CMGF=1", -1);
    command(watch, "AT+CNMI=2,1,0,0,0", -1);
}

bool sms_wait(struct posix_port *port, const char *text)
{
    struct watch watch = {.port = port, .text = text, .stored = -1};
    uint64_t prepare_at_us = 0;
    at_init(&watch.at);
    while (!watch.found && !watch.failed) {
        if (posix_now_us() >= prepare_at_us) {
            prepare(&watch);
            prepare_at_us = posix_now_us() + UINT64_C(30000000);
        }
        step(&watch);
        int index = watch.stored;
        watch.stored = -1;
        if (index >= 0 && command(&watch, "AT+CMGR=", index) && watch.found)
            command(&watch, "AT+CMGD=", index);
    }
    if (watch.failed)
        errno = EIO;
    return watch.found;
}
