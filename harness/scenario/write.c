/* write.c - triggers and actions as a file writes them, from the same rows that read them. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/schema.h"
#include "harness/text/escape.h"
#include "harness/text/setting.h"

struct output {
    char *buffer;
    size_t capacity, used; /* used: of all of it, also of what did not fit */
};

static void add(struct output *out, const char *text, size_t length)
{
    if (out->used + length < out->capacity) {
        memcpy(out->buffer + out->used, text, length);
        out->buffer[out->used + length] = '\0';
    }
    out->used += length;
}

static void add_text(struct output *out, const char *text)
{
    add(out, text, strlen(text));
}

/* In double quotes. */
static void add_bytes(struct output *out, const char *bytes, size_t size)
{
    add_text(out, "\"");
    for (size_t i = 0; i < size; i++) {
        char one[TEXT_ESCAPED_MAX];
        if (bytes[i] == '"')
            add_text(out, "\\");
        add(out, one, text_escape_byte((uint8_t)bytes[i], one));
    }
    add_text(out, "\"");
}

/* In single quotes; what cannot stand there would not have been read. */
static void add_quoted(struct output *out, const char *text, size_t length)
{
    add_text(out, "'");
    for (size_t i = 0; i < length; i++)
        add(out, text[i] == '\'' ? "''" : text + i, text[i] == '\'' ? 2 : 1);
    add_text(out, "'");
}

/* Commands are kept without their AT. */
static void add_command(struct output *out, const char *text)
{
    char command[SCENARIO_TEXT_MAX + 3];
    snprintf(command, sizeof command, "AT%s", text);
    add_quoted(out, command, strlen(command));
}

static uint64_t number_of(const struct scenario_key *key, const void *target)
{
    const char *member = (const char *)target + key->offset;
    uint64_t u64 = 0;
    uint32_t u32 = 0;
    uint16_t u16 = 0;
    if (key->size == sizeof u64)
        memcpy(&u64, member, sizeof u64);
    if (key->size == sizeof u32)
        memcpy(&u32, member, sizeof u32);
    if (key->size == sizeof u16)
        memcpy(&u16, member, sizeof u16);
    return u64 + u32 + u16 + (key->size == 1 ? (uint8_t)*member : 0);
}

static const char *text_of(const struct scenario_key *key, const void *target)
{
    const char *text = NULL;
    if (key->size == sizeof text)
        memcpy(&text, (const char *)target + key->offset, sizeof text);
    return text;
}

static void add_number(struct output *out, enum text_quantity quantity, int64_t value)
{
    char text[40];
    if (value == 0 && quantity != TEXT_COUNT)
        snprintf(text, sizeof text, "0%s", text_quantity_unit(quantity, 1));
    else
        text_number_write(text, sizeof text, quantity, value);
    add_text(out, text);
}

static void add_member(struct output *out, const struct scenario_key *key, const void *target)
{
    int64_t number = (int64_t)number_of(key, target) * (key->divisor > 0 ? key->divisor : 1);
    const char *text = NULL;
    switch (key->type) {
    case SCENARIO_TYPE_WORD:
        add_text(out, scenario_word(key->words, (size_t)number));
        break;
    case SCENARIO_TYPE_YES:
        add_text(out, "yes");
        break;
    case SCENARIO_TYPE_DURATION:
        add_number(out, TEXT_DURATION, number);
        break;
    case SCENARIO_TYPE_SIZE:
        add_number(out, TEXT_SIZE, number);
        break;
    case SCENARIO_TYPE_PERCENT:
        add_number(out, TEXT_PERCENT, number);
        break;
    case SCENARIO_TYPE_NUMBER:
        add_number(out, TEXT_COUNT, number);
        break;
    default:
        text = text_of(key, target);
        text = text ? text : ""; /* an event of a sweep names a place by its number alone */
        if (key->modifier == SCENARIO_TAKES_ANSWERS)
            add_command(out, text);
        else
            add_quoted(out, text, strlen(text));
        break;
    }
}

/* Which key says what it is, and which stand beside it. */
static const struct scenario_key *key_of(const struct scenario_map *map, unsigned kind)
{
    for (size_t i = 0; i < map->count; i++)
        if (!map->keys[i].modifier && map->keys[i].kind == kind)
            return &map->keys[i];
    return NULL;
}

static void add_modifiers(struct output *out, const struct scenario_map *map,
                          const struct scenario_key *kind, const void *target,
                          bool (*is_said)(const struct scenario_key *, const void *))
{
    for (size_t i = 0; i < map->count; i++) {
        const struct scenario_key *key = &map->keys[i];
        if (!scenario_takes(kind, key) || !is_said(key, target))
            continue;
        add_text(out, ", ");
        add_text(out, key->name);
        add_text(out, ": ");
        add_member(out, key, target);
    }
}

/* ---- triggers -------------------------------------------------------------------------------- */

static bool is_said_of_trigger(const struct scenario_key *key, const void *target)
{
    if (key->modifier == SCENARIO_TAKES_ANSWERS)
        return text_of(key, target);
    return number_of(key, target) > (key->modifier == SCENARIO_TAKES_NTH ? 1u : 0u);
}

const char *scenario_trigger_write(const struct scenario_trigger *when, char *buffer,
                                   size_t capacity)
{
    struct output out = {buffer, capacity, 0};
    const struct scenario_key *key = key_of(&scenario_trigger_schema, when->kind);
    buffer[0] = '\0';
    add_text(&out, key->name);
    add_text(&out, ": ");
    bool is_command = scenario_trigger_rows[when->kind].match == SCENARIO_MATCH_COMMAND;
    if (is_command && !when->text)
        add_text(&out, "any"); /* of a sweep, which counts them all */
    else if (is_command)
        add_command(&out, when->text);
    else
        add_member(&out, key, when);
    add_modifiers(&out, &scenario_trigger_schema, key, when, is_said_of_trigger);
    return buffer;
}

/* ---- actions --------------------------------------------------------------------------------- */

static bool is_said_of_action(const struct scenario_key *key, const void *target)
{
    if (key->modifier == SCENARIO_TAKES_FROM)
        return text_of(key, target);
    return number_of(key, target) > 0;
}

static void add_reply(struct output *out, const struct scenario_action *action)
{
    add_text(out, "[");
    for (const char *at = action->text, *end = at + action->length; at <= end;) {
        size_t length = strcspn(at, "\n");
        add_text(out, at > action->text ? ", " : "");
        add_quoted(out, at, length);
        at += length + 1;
    }
    add_text(out, "]");
}

static void add_setting(struct output *out, const struct scenario_action *action)
{
    const struct sim_setting_info *info = sim_setting_info(action->setting);
    char value[64];
    add_text(out, "{");
    add_text(out, info->name);
    add_text(out, ": ");
    add_text(out, text_setting_write(info, action->value, value, sizeof value));
    add_text(out, "}");
}

/* One point of it: a waveform is an action a point. */
static void add_point(struct output *out, const struct scenario_action *action)
{
    add_text(out, "{");
    add_number(out, TEXT_DURATION, action->number * INT64_C(1000));
    add_text(out, ": ");
    add_number(out, TEXT_VOLTAGE, action->value);
    add_text(out, "}");
}

static void add_action_value(struct output *out, const struct scenario_key *key,
                             const struct scenario_action *action)
{
    if (key->type == SCENARIO_TYPE_SETTINGS) {
        add_setting(out, action);
    } else if (key->type == SCENARIO_TYPE_WAVEFORM) {
        add_point(out, action);
    } else if (key->type == SCENARIO_TYPE_BYTES) {
        add_bytes(out, action->text, action->length);
    } else if (key->flags & SCENARIO_LIST) {
        add_reply(out, action);
    } else if (key->word && action->detail) {
        add_text(out, key->word);
    } else if (key->time_offset && action->for_us) {
        add_number(out, TEXT_DURATION, (int64_t)action->for_us);
    } else {
        add_member(out, key, action);
    }
}

const char *scenario_action_write(const struct scenario_action *action, char *buffer,
                                  size_t capacity)
{
    struct output out = {buffer, capacity, 0};
    const struct scenario_key *key = key_of(&scenario_action_schema, action->kind);
    buffer[0] = '\0';
    add_text(&out, key->name);
    add_text(&out, ": ");
    add_action_value(&out, key, action);
    add_modifiers(&out, &scenario_action_schema, key, action, is_said_of_action);
    return buffer;
}
