/*
 * fuzz_tap.c - the tap under libFuzzer: any bytes in both directions, whole and byte by byte.
 *
 * A piece of the input is a byte for direction and pause, a byte for its length, and its bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct tap tap;
    uint64_t digest;
    uint64_t fed[TAP_DIRECTIONS], covered[TAP_DIRECTIONS], line;
};

static void add(struct reading *reading, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        reading->digest = (reading->digest ^ at[i]) * 0x100000001b3u;
}

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Spans lie within what was fed, in order and apart, but for the commands of one line. */
static void check_span(struct reading *reading, const struct tap_event *event)
{
    uint64_t *covered = &reading->covered[event->direction];
    bool same_line = event->kind == TAP_COMMAND && event->offset == reading->line;
    demand(event->offset + event->length <= reading->fed[event->direction]);
    if (event->kind == TAP_BOOT || event->kind == TAP_RESET)
        return;
    demand(event->length > 0 && (same_line || event->offset >= *covered));
    *covered = event->offset + event->length;
    if (event->kind == TAP_COMMAND)
        reading->line = event->offset;
}

static void on_event(void *context, const struct tap_event *event)
{
    struct reading *reading = context;
    demand(event->kind < TAP_KIND_COUNT && event->direction < TAP_DIRECTIONS);
    demand(event->text && event->text_length <= TAP_LINE_BYTES);
    check_span(reading, event);
    add(reading, &event->at_us, sizeof event->at_us);
    add(reading, &event->offset, sizeof event->offset);
    add(reading, &event->length, sizeof event->length);
    add(reading, &event->kind, 1);
    add(reading, &event->flags, 1);
    add(reading, &event->number, 1);
    add(reading, event->text, event->text_length);
}

static void feed(struct reading *reading, enum tap_direction direction, const uint8_t *bytes,
                 size_t size, uint64_t now_us)
{
    reading->fed[direction] += size;
    tap_feed(&reading->tap, direction, bytes, size, now_us, on_event, reading);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t pauses_us[] = {0, 1000, 700000, 90000000};
    struct reading whole = {.line = UINT64_MAX}, bytewise = whole;
    uint64_t now_us = 0;
    while (size >= 2) {
        enum tap_direction direction = data[0] & 1 ? TAP_TO_HOST : TAP_TO_MODULE;
        size_t length = data[1];
        now_us += pauses_us[data[0] >> 1 & 3];
        data += 2;
        size -= 2;
        if (length > size)
            length = size;
        feed(&whole, direction, data, length, now_us);
        for (size_t i = 0; i < length; i++)
            feed(&bytewise, direction, data + i, 1, now_us);
        data += length;
        size -= length;
    }
    demand(whole.digest == bytewise.digest);
    demand(memcmp(&whole.tap, &bytewise.tap, sizeof whole.tap) == 0);
    return 0;
}
