/* lift_wire.c - hypotheses of lift about bytes that the line lost, added or said twice. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "harness/trace/lift_parts.h"

enum { WHEN_MAX = LIFT_LINE_MAX };

/* How one text becomes another by one piece of it that is lost, or is new. */
struct change {
    size_t at, length;
    bool is_new;
};

static bool change_of(const char *whole, const char *heard, struct change *ret_change)
{
    size_t before = 0, behind = 0, a = strlen(whole), b = strlen(heard);
    size_t shorter = a < b ? a : b;
    while (before < shorter && whole[before] == heard[before])
        before++;
    while (behind < shorter - before && whole[a - 1 - behind] == heard[b - 1 - behind])
        behind++;
    *ret_change = (struct change){.at = before, .is_new = b > a};
    ret_change->length = a > b ? a - b : b - a;
    return a != b && before + behind == shorter;
}

/* What a line shows of the module's life is told beside the line. */
static bool is_said(const struct dialogue_line *line)
{
    return line->kind != TAP_BOOT && line->kind != TAP_RESET;
}

/* The number of lines up to a place that begin so. */
static unsigned nth_line(const struct dialogue *dialogue, size_t place, const char *text)
{
    unsigned nth = 0;
    for (size_t i = 0; i <= place; i++)
        nth += is_said(&dialogue->lines[i]) &&
               strncmp(dialogue->lines[i].text, text, strlen(text)) == 0;
    return nth > 0 ? nth : 1;
}

static unsigned nth_command(const struct dialogue *dialogue, size_t step)
{
    const char *text = dialogue->steps[step].command;
    unsigned nth = 0;
    for (size_t i = 1; i <= step; i++)
        nth += strncmp(dialogue->steps[i].command, text, strlen(text)) == 0;
    return nth;
}

static size_t put_when(char *buffer, size_t capacity, const char *key, const char *before,
                       const char *text, unsigned nth)
{
    char whole[LIFT_LINE_MAX];
    size_t used = 0;
    snprintf(whole, sizeof whole, "%s%.200s", before, text);
    PUT("%s: ", key);
    used = lift_put_quoted(buffer, capacity, used, whole);
    if (nth > 1)
        PUT(", nth: %u", nth);
    if (used >= capacity)
        used = capacity - 1;
    buffer[used] = '\0';
    return used;
}

/* A part of a line was lost, or something came between. */
static void try_change(struct lifting *lifting, const char *direction, const char *before,
                       const char *whole, const char *heard, unsigned nth)
{
    char buffer[WHEN_MAX], action[LIFT_LINE_MAX], key[24];
    enum { capacity = WHEN_MAX };
    struct change change;
    if (!change_of(whole, heard, &change))
        return;
    snprintf(key, sizeof key, "to-%s-text", direction);
    size_t used = put_when(buffer, sizeof buffer, key, before, whole, nth);
    change.at += strlen(before);
    if (change.at > 0)
        PUT(", at: %zuB", change.at);
    buffer[used < capacity ? used : capacity - 1] = '\0';
    if (!change.is_new) {
        snprintf(action, sizeof action, "lose-to-%s: %zuB", direction, change.length);
        lift_try_event(lifting, buffer, action, false);
    } else if (change.length < LIFT_NAME_MAX) {
        snprintf(action, sizeof action, "insert-to-%s: \"%.*s\"", direction, (int)change.length,
                 heard + change.at - strlen(before));
        if (!strpbrk(action + sizeof "insert-to-host: ", "\\"))
            lift_try_event(lifting, buffer, action, true);
    }
}

/* From the middle of a line of the run on bytes are lost, up to where the trace goes on in the
 * middle of a later one. */
static void try_stretch(struct lifting *lifting, const struct dialogue *now, size_t line,
                        const char *heard)
{
    enum { LINES = 16, TAIL_MIN = 3, BETWEEN = sizeof "\r\n\r\n" - 1, capacity = WHEN_MAX };
    const char *whole = now->lines[line].text;
    size_t head = 0, lost;
    char buffer[WHEN_MAX], action[LIFT_LINE_MAX];
    while (whole[head] && whole[head] == heard[head])
        head++;
    if (strlen(heard + head) < TAIL_MIN || !lift_is_text(whole))
        return;
    lost = strlen(whole) - head + BETWEEN;
    for (size_t i = line + 1; i < now->line_count && i < line + LINES; i++) {
        size_t length = strlen(now->lines[i].text), tail = strlen(heard + head);
        if (!is_said(&now->lines[i]))
            continue;
        if (length >= tail && strcmp(now->lines[i].text + length - tail, heard + head) == 0) {
            size_t used = put_when(buffer, sizeof buffer, "to-host-text", "", whole,
                                   nth_line(now, line, whole));
            if (head > 0)
                PUT(", at: %zuB", head);
            snprintf(action, sizeof action, "lose-to-host: %zuB", lost + length - tail);
            if (used < capacity)
                lift_try_event(lifting, buffer, action, false);
            return;
        }
        lost += length + BETWEEN;
    }
}

/* A line breaks off, others come in its place, and its rest does not: then the run's next one. */
static void try_torn(struct lifting *lifting, const struct dialogue *now, size_t line,
                     const struct dialogue *recorded, size_t torn)
{
    enum { LINES = 3, capacity = LIFT_LINE_MAX };
    const char *whole = now->lines[line].text, *heard = recorded->lines[torn].text;
    size_t head = strlen(heard), next = line + 1, used, i;
    char when[LIFT_LINE_MAX], buffer[LIFT_LINE_MAX], text[LIFT_LINE_MAX];
    while (next < now->line_count && !is_said(&now->lines[next]))
        next++;
    if (head == 0 || strncmp(whole, heard, head) != 0 || !whole[head] || next == now->line_count)
        return;
    size_t size = (size_t)snprintf(text, sizeof text, "\r\n");
    for (i = torn + 1; i < recorded->line_count && i <= torn + LINES; i++) {
        if (strcmp(recorded->lines[i].text, now->lines[next].text) == 0)
            break;
        if (is_said(&recorded->lines[i]) && size < sizeof text)
            size += (size_t)snprintf(text + size, sizeof text - size, "%s\r\n",
                                     recorded->lines[i].text);
    }
    used = (size_t)snprintf(buffer, capacity, "insert-to-host: ");
    if (i == torn + 1 || i > torn + LINES || size >= sizeof text ||
        !lift_put_escaped(buffer, capacity, used, (const uint8_t *)text, size, &used))
        return;
    PUT("}, {lose-to-host: line");
    if (used >= capacity)
        return;
    used = put_when(when, sizeof when, "to-host-text", "", whole, nth_line(now, line, whole));
    snprintf(when + used, sizeof when - used, ", at: %zuB", head);
    lift_try_event(lifting, when, buffer, true);
}

/* A command ended amid, and another one begins: its host restarted. */
static void try_cut(struct lifting *lifting, const struct dialogue *now, size_t step,
                    const char *heard)
{
    static const char *const actions[] = {"host-reset: yes, for: 100ms", "host-reset: yes, for: 1s",
                                          "host-reset: yes, for: 10s"};
    const char *whole = now->steps[step].command;
    char buffer[WHEN_MAX];
    enum { capacity = WHEN_MAX, PREFIX = sizeof "AT" - 1 };
    size_t same = 0;
    while (whole[same] && whole[same] == heard[same])
        same++;
    if (!whole[same] || strncmp(heard + same, "AT", PREFIX) != 0)
        return;
    size_t used =
        put_when(buffer, sizeof buffer, "to-module-text", "AT", whole, nth_command(now, step));
    PUT(", at: %zuB", same + PREFIX);
    if (used < capacity)
        for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
            lift_try_event(lifting, buffer, actions[i], false);
}

/* A whole line did not arrive, came twice or as garbage. */
static void try_line(struct lifting *lifting, const struct dialogue *dialogue, size_t line)
{
    static const char *const actions[] = {"lose-to-host: line", "duplicate-to-host: line",
                                          "garble-to-host: line", "lose-to-host: 5s",
                                          "split-to-host: 300ms"};
    char when[WHEN_MAX], buffer[WHEN_MAX];
    enum { capacity = WHEN_MAX };
    const struct dialogue_line *one = &dialogue->lines[line];
    const char *command = dialogue->steps[one->step].command;
    bool answers = one->step > 0 && one->kind != TAP_URC && command[0];
    size_t used = put_when(buffer, sizeof buffer, "to-host-text", "", one->text,
                           answers ? 1 : nth_line(dialogue, line, one->text));
    if (answers) {
        PUT(", ");
        used += put_when(buffer + used, sizeof buffer - used, "answers", "AT", command,
                         nth_command(dialogue, one->step));
    }
    snprintf(when, sizeof when, "%.*s", (int)used, buffer);
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        lift_try_event(lifting, when, actions[i], false);
}

size_t lift_heard_behind(const struct dialogue *dialogue, size_t step,
                         uint8_t bytes[LIFT_HEARD_MAX])
{
    const struct trace_log *log = dialogue->log;
    size_t used = 0;
    for (size_t i = dialogue->steps[step].piece + 1; i < log->count; i++) {
        const struct trace_piece *piece = &log->pieces[i];
        if (piece->kind == TRACE_TO_MODULE || used + piece->length > LIFT_HEARD_MAX)
            break;
        if (piece->kind != TRACE_TO_HOST)
            continue;
        memcpy(bytes + used, trace_log_bytes(log, piece), piece->length);
        used += piece->length;
    }
    return used;
}

/* Something came between the bytes behind a command, whatever they are. */
static void try_inserted(struct lifting *lifting, const struct dialogue *now, size_t now_step,
                         size_t step, uint8_t *whole, uint8_t *heard)
{
    enum { INSERTED_MAX = 100 };
    const struct dialogue *recorded = lifting->recorded.dialogue;
    size_t a = lift_heard_behind(now, now_step, whole);
    size_t b = lift_heard_behind(recorded, step, heard);
    size_t before = 0, behind = 0, capacity = LIFT_LINE_MAX, used;
    char when[LIFT_LINE_MAX], buffer[LIFT_LINE_MAX];
    while (before < a && before < b && whole[before] == heard[before])
        before++;
    while (behind < a - before && behind < b && whole[a - 1 - behind] == heard[b - 1 - behind])
        behind++;
    if (b <= a || before + behind < a || b - a > INSERTED_MAX)
        return;
    put_when(when, sizeof when, "command", "AT", now->steps[now_step].command,
             nth_command(now, now_step));
    used = (size_t)snprintf(buffer, capacity, "insert-to-host: ");
    if (!lift_put_escaped(buffer, capacity, used, heard + before, b - a, &used))
        return;
    if (before)
        PUT(", at: %zuB", before);
    if (used < capacity)
        lift_try_event(lifting, when, buffer, true);
}

/* Bytes to the module up to the middle of what a step's host sends behind the prompt; 0: nothing.
 */
static uint64_t amid_data(const struct dialogue *dialogue, size_t step)
{
    const struct trace_log *log = dialogue->log;
    uint64_t bytes = dialogue->steps[step].data_bytes / 2;
    for (size_t i = 0; bytes && i <= dialogue->steps[step].piece && i < log->count; i++)
        if (log->pieces[i].kind == TRACE_TO_MODULE)
            bytes += log->pieces[i].length;
    return bytes;
}

/* Of what is sent behind a prompt, a byte or more did not arrive, or not in time. */
static void try_lost_data(struct lifting *lifting, uint64_t byte)
{
    static const char *const actions[] = {"lose-to-module: 1B", "lose-to-module: 20B",
                                          "split-to-module: 5s", "split-to-module: 20s"};
    char when[WHEN_MAX];
    snprintf(when, sizeof when, "to-module-byte: %" PRIu64, byte);
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        lift_try_event(lifting, when, actions[i], false);
}

/* The step that an item belongs to; 0: none. */
static size_t step_at(const struct outline *outline, size_t index)
{
    return index < outline->count ? outline->items[index].step : 0;
}

/* The step of the run where they part; of repeats that are folded, the first that the trace has
 * not.
 */
static size_t parting_step(const struct outline *now, size_t place, const struct outline *recorded,
                           size_t at)
{
    if (place > 0 && at > 0 && place <= now->count && at <= recorded->count &&
        now->items[place - 1].repeats > recorded->items[at - 1].repeats)
        return now->items[place - 1].step + recorded->items[at - 1].repeats;
    return step_at(now, place);
}

static void try_inserted_near(struct lifting *lifting, const struct outline *now, size_t place,
                              size_t at)
{
    size_t step = step_at(&lifting->recorded, at);
    uint8_t *bytes = step ? malloc(2 * (size_t)LIFT_HEARD_MAX) : NULL;
    for (size_t back = 0; bytes && back < 2 && back <= place; back++) {
        size_t other = step_at(now, place - back);
        if (other && dialogue_same_command(now->dialogue->steps[other].command,
                                           lifting->recorded.dialogue->steps[step].command))
            try_inserted(lifting, now->dialogue, other, step, bytes, bytes + LIFT_HEARD_MAX);
    }
    free(bytes);
}

/* The lines of the module that belong to an item. */
static size_t lines_of(const struct outline *outline, size_t index, size_t *ret_first)
{
    if (index >= outline->count)
        return 0;
    const struct outline_item *item = &outline->items[index];
    const struct dialogue_step *step = &outline->dialogue->steps[item->step];
    *ret_first = outline_is_exchange(item) ? step->first_line : item->line;
    return outline_is_exchange(item) ? step->line_count : 1;
}

static void try_wire(struct lifting *lifting, size_t index)
{
    /* The best run's dialogue goes with the first plan that is tried. */
    struct outline now = lifting->now;
    struct dialogue dialogue = lifting->now_dialogue;
    struct trace_log log = lifting->now_log;
    const struct outline *recorded = &lifting->recorded;
    size_t at = lifting->best_fit.common, place = lifting->best_fit.place, first_a = 0, first_b = 0;
    (void)index;
    lifting->now = (struct outline){0};
    lifting->now_dialogue = (struct dialogue){0};
    lifting->now_log = (struct trace_log){0};
    now.dialogue = &dialogue;
    dialogue.log = &log;
    size_t a = lines_of(&now, place, &first_a), b = lines_of(recorded, at, &first_b);
    for (size_t i = 0; i < a; i++) {
        const char *whole = dialogue.lines[first_a + i].text;
        try_line(lifting, &dialogue, first_a + i);
        for (size_t k = 0; k < b; k++)
            try_torn(lifting, &dialogue, first_a + i, recorded->dialogue, first_b + k);
        if (i == 0 && b > 0)
            try_stretch(lifting, &dialogue, first_a, recorded->dialogue->lines[first_b].text);
        for (size_t k = 0; k < b; k++)
            try_change(lifting, "host", "", whole, recorded->dialogue->lines[first_b + k].text,
                       nth_line(&dialogue, first_a + i, whole));
    }
    size_t parting = parting_step(&now, place, recorded, at);
    uint64_t amid =
        parting > 0 && parting < dialogue.step_count ? amid_data(&dialogue, parting) : 0;
    if (amid > 0)
        try_lost_data(lifting, amid);
    try_inserted_near(lifting, &now, place, at);
    if (place < now.count && at < recorded->count && outline_is_exchange(&now.items[place]) &&
        outline_is_exchange(&recorded->items[at])) {
        size_t step = now.items[place].step;
        const char *heard = recorded->dialogue->steps[recorded->items[at].step].command;
        try_change(lifting, "module", "AT", dialogue.steps[step].command, heard,
                   nth_command(&dialogue, step));
        try_cut(lifting, &dialogue, step, heard);
    }
    outline_done(&now);
    dialogue_done(&dialogue);
    trace_log_done(&log);
}

static size_t count_wire(const struct lifting *lifting)
{
    (void)lifting;
    return 1;
}

const struct lift_kind lift_wire = {count_wire, try_wire};
