/* lift_repeat.c - actions of lift that only repeat what the trace says: they explain nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "harness/trace/lift_parts.h"

bool lift_is_text(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

static bool is_echo(const char *line, const struct dialogue_step *step)
{
    return strncmp(line, "AT", 2) == 0 && strcmp(line + 2, step->command) == 0;
}

static bool came_by_itself(const struct dialogue *dialogue, const struct dialogue_step *step,
                           const char *text)
{
    for (size_t i = 0; i < step->line_count; i++) {
        const struct dialogue_line *line = &dialogue->lines[step->first_line + i];
        if (line->kind == TAP_URC && strcmp(line->text, text) == 0)
            return true;
    }
    return false;
}

/* What the module said behind a command up to its result, without its echo and what came by itself,
   as lines of an action; returns what is used of the buffer, 0: it is no text. */
static size_t put_lines_of(const struct dialogue *dialogue, size_t index, char *buffer,
                           size_t capacity)
{
    const struct dialogue_step *step = &dialogue->steps[index];
    uint8_t *bytes = malloc(LIFT_HEARD_MAX + 1);
    size_t size = bytes ? lift_heard_behind(dialogue, index, bytes) : 0;
    size_t used = (size_t)snprintf(buffer, capacity, "reply: ["), first = used;
    bool good = bytes != NULL, over = false;
    if (bytes)
        bytes[size] = '\0';
    for (size_t at = 0; good && !over && at < size;) {
        char *line = (char *)bytes + at;
        size_t length = strcspn(line, "\r\n");
        at += length + 1;
        line[length] = '\0';
        if (length == 0 || is_echo(line, step) || came_by_itself(dialogue, step, line))
            continue;
        good = lift_is_text(line);
        over = strcmp(line, dialogue_result(dialogue, step)) == 0;
        if (used > first)
            PUT(", ");
        used = lift_put_quoted(buffer, capacity, used, line);
    }
    free(bytes);
    good = good && used > first;
    PUT("]");
    return good ? used : 0;
}

/* The answer to an item as it was: it explains nothing. */
static void try_reply(struct lifting *lifting, size_t at, const char *when)
{
    const struct outline *recorded = &lifting->recorded;
    char buffer[LIFT_LINE_MAX];
    enum { capacity = LIFT_LINE_MAX };
    if (at >= recorded->count)
        return;
    const struct outline_item *item = &recorded->items[at];
    if (!outline_is_exchange(item)) {
        if (!lift_is_text(recorded->dialogue->lines[item->line].text))
            return;
        size_t used = (size_t)snprintf(buffer, capacity, "urc: ");
        used = lift_put_quoted(buffer, capacity, used, recorded->dialogue->lines[item->line].text);
        buffer[used < capacity ? used : capacity - 1] = '\0';
        lift_try_event(lifting, when, buffer, true);
        return;
    }
    size_t used = put_lines_of(recorded->dialogue, item->step, buffer, capacity);
    if (used == 0 || used + sizeof ", run: yes" > capacity)
        return;
    buffer[used] = '\0';
    lift_try_event(lifting, when, buffer, true);
    PUT(", run: yes");
    buffer[used] = '\0';
    lift_try_event(lifting, when, buffer, true);
}

/* Bytes as an action at their time; nothing where they are no text. */
static void try_bytes(struct lifting *lifting, uint64_t at_us, const char *key, const void *bytes,
                      size_t size)
{
    char buffer[LIFT_LINE_MAX];
    size_t used = (size_t)snprintf(buffer, sizeof buffer, "%s: ", key);
    if (size > 0 && lift_put_escaped(buffer, sizeof buffer, used, bytes, size, &used))
        lift_try_in_silence(lifting, at_us, buffer);
}

/* A line, and all that came at once with it. */
static void try_line_in_silence(struct lifting *lifting, const struct outline_item *item)
{
    enum { AT_ONCE_US = 30000, BURST_MAX = 100 };
    const struct trace_log *log = lifting->recorded.dialogue->log;
    const char *said = lifting->recorded.dialogue->lines[item->line].text;
    char text[DIALOGUE_LINE_MAX + sizeof "\r\n\r\n"];
    uint8_t burst[BURST_MAX];
    size_t first = 0, used = 0;
    snprintf(text, sizeof text, "\r\n%s\r\n", said);
    try_bytes(lifting, item->at_us, "insert-to-host", text, strlen(text));
    while (first < log->count && log->pieces[first].time_us + AT_ONCE_US < item->at_us)
        first++;
    for (size_t i = first; i < log->count; i++) {
        const struct trace_piece *piece = &log->pieces[i];
        if (piece->time_us > item->at_us + AT_ONCE_US || used + piece->length > sizeof burst)
            break;
        if (piece->kind != TRACE_TO_HOST)
            continue;
        memcpy(burst + used, trace_log_bytes(log, piece), piece->length);
        used += piece->length;
    }
    if (used > strlen(text))
        try_bytes(lifting, item->at_us, "insert-to-host", burst, used);
}

/* A command that the client would not say there: somebody else's. */
static void try_command_of_another(struct lifting *lifting, const struct outline_item *item)
{
    char text[DIALOGUE_COMMAND_MAX + sizeof "AT\r"];
    snprintf(text, sizeof text, "AT%s\r", lifting->recorded.dialogue->steps[item->step].command);
    try_bytes(lifting, item->at_us, "insert-to-module", text, strlen(text));
    /* It went right before the client's own. */
    char when[LIFT_LINE_MAX], action[LIFT_LINE_MAX];
    size_t used = (size_t)snprintf(action, sizeof action, "insert-to-module: ");
    snprintf(when, sizeof when, "to-module-text: ");
    if (!lifting->next_command[0] ||
        !lift_put_escaped(action, sizeof action, used, (const uint8_t *)text, strlen(text), &used))
        return;
    action[used] = '\0';
    used = lift_put_quoted(when, sizeof when - 1, strlen(when), lifting->next_command);
    when[used] = '\0';
    lift_try_event(lifting, when, action, true);
}

/* How much was read that is no text, behind the command of an item. */
static uint32_t read_bytes_of(const struct lifting *lifting, size_t index)
{
    const struct outline_item *item = &lifting->recorded.items[index];
    return outline_is_exchange(item) ? lifting->recorded.dialogue->steps[item->step].read_bytes : 0;
}

void lift_try_repeating(struct lifting *lifting)
{
    size_t at = lifting->best_fit.common;
    if (at < lifting->recorded.count && outline_is_exchange(&lifting->recorded.items[at]))
        try_command_of_another(lifting, &lifting->recorded.items[at]);
    else if (at < lifting->recorded.count)
        try_line_in_silence(lifting, &lifting->recorded.items[at]);
    for (size_t t = 0; t < lifting->near.count; t++)
        try_reply(lifting, at, lifting->near.when[t]);
    /* Bytes that were read are no lines: the same lines may have had others before the parting. */
    if (at > 0 && at <= lifting->recorded.count && read_bytes_of(lifting, at - 1) > 0)
        for (size_t t = 0; t < lifting->near.count; t++)
            try_reply(lifting, at - 1, lifting->near.when[t]);
}
