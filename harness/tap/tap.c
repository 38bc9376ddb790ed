/* tap.c - feeding, telling, names. */
#include "harness/tap/parts.h"

#include <string.h>

void tap_tell(const struct tap_reader *reader, const struct tap_text *text, enum tap_kind kind,
              uint8_t flags)
{
    const struct tap_event event = {
        .at_us = reader->now_us,
        .offset = text->offset,
        .length = text->length,
        .kind = (uint8_t)kind,
        .direction = (uint8_t)text->direction,
        .flags = (uint8_t)(flags | (text->truncated ? TAP_TRUNCATED : 0)),
        .text = text->text,
        .text_length = (uint16_t)text->text_length,
    };
    if (reader->told)
        reader->told(reader->context, &event);
}

void tap_tell_reset(const struct tap_reader *reader, const struct tap_text *text, uint8_t flags,
                    enum tap_cause cause)
{
    const struct tap_event event = {
        .at_us = reader->now_us,
        .offset = text->offset,
        .length = text->length,
        .kind = TAP_RESET,
        .direction = (uint8_t)text->direction,
        .flags = (uint8_t)(flags | (text->truncated ? TAP_TRUNCATED : 0)),
        .number = (uint8_t)cause,
        .text = text->text,
        .text_length = (uint16_t)text->text_length,
    };
    if (reader->told)
        reader->told(reader->context, &event);
}

struct tap_text tap_collected(const struct tap *tap, enum tap_direction direction, bool has_text)
{
    const struct tap_side *side = &tap->sides[direction];
    uint32_t length = (uint32_t)(side->offset - side->begin);
    return (struct tap_text){
        .direction = direction,
        .offset = side->begin,
        .length = length,
        .text = has_text ? side->text : "",
        .text_length = has_text ? side->length : 0,
        .truncated = has_text && length > TAP_LINE_BYTES,
    };
}

void tap_keep(struct tap_side *side, const char *bytes, size_t size)
{
    size_t room = TAP_LINE_BYTES - (size_t)side->length;
    size_t fits = size < room ? size : room;
    memcpy(side->text + side->length, bytes, fits);
    side->length = (uint16_t)(side->length + fits);
}

void tap_feed(struct tap *tap, enum tap_direction direction, const void *bytes, size_t size,
              uint64_t now_us, tap_told *told, void *context)
{
    const struct tap_reader reader = {tap, now_us, told, context};
    const char *at = bytes;
    if (direction == TAP_TO_HOST && size > 0)
        tap_begin_to_host(&reader);
    while (size > 0) {
        size_t taken = direction == TAP_TO_MODULE ? tap_take_to_module(&reader, at, size)
                                                  : tap_take_to_host(&reader, at, size);
        at += taken;
        size -= taken;
    }
}

/* Zero: none, or longer ago than anybody asks. */
static void make_relative(uint64_t *at_us, uint64_t window_us, uint64_t now_us)
{
    *at_us = *at_us && now_us - *at_us <= window_us ? now_us - *at_us + 1 : 0;
}

void tap_make_comparable(struct tap *tap, uint64_t now_us)
{
    bool up = tap->up_at_us != 0;
    make_relative(&tap->heard_at_us, TAP_PAUSE_US, now_us);
    make_relative(&tap->line_at_us, TAP_EARLY_US, now_us);
    make_relative(&tap->up_at_us, TAP_SLOW_US, now_us);
    tap->up_at_us = up && !tap->up_at_us ? UINT64_MAX : tap->up_at_us;
    for (unsigned i = 0; i < TAP_DIRECTIONS; i++) {
        tap->sides[i].begin = tap->sides[i].offset - tap->sides[i].begin;
        tap->sides[i].offset = 0;
    }
}

const char *tap_kind_name(unsigned kind)
{
    static const char *const names[] = {
#define X(name, text) text,
        TAP_KINDS(X)
#undef X
    };
    return kind < TAP_KIND_COUNT ? names[kind] : "?";
}

const char *tap_cause_name(unsigned cause)
{
    static const char *const names[] = {
#define X(name, text) text,
        TAP_CAUSES(X)
#undef X
    };
    return cause < TAP_CAUSE_COUNT ? names[cause] : "?";
}
