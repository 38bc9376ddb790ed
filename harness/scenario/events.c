/* events.c - events with their triggers and actions. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/compile.h"

/* ---- triggers -------------------------------------------------------------------------------- */

static size_t letters_of(const char *text)
{
    size_t count = 0;
    while ((text[count] | 0x20) >= 'a' && (text[count] | 0x20) <= 'z')
        count++;
    return count;
}

/* Commands without AT and + would never be seen: only basic ones begin with a letter, and they
 * have one or two. */
const char *scenario_strip_at(struct scenario_compiler *compiler, const struct scenario_node *value,
                              const char *command)
{
    if ((command[0] | 0x20) == 'a' && (command[1] | 0x20) == 't')
        command += 2;
    if (!command[0])
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'AT' alone begins every command; name one: 'AT+CFOTA=1'");
    else if (letters_of(command) > 2)
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' is no command; write 'AT+%s'", value->text, command);
    else
        (void)scenario_check_command(compiler, value, command);
    return command;
}

void scenario_compile_trigger_command(struct scenario_compiler *compiler,
                                      const struct scenario_key *key,
                                      const struct scenario_node *value, void *target)
{
    struct scenario_trigger *trigger = target;
    if (scenario_store(compiler, key, value, target))
        trigger->text = scenario_strip_at(compiler, value, trigger->text);
}

void scenario_compile_answers(struct scenario_compiler *compiler, const struct scenario_key *key,
                              const struct scenario_node *value, void *target)
{
    struct scenario_trigger *trigger = target;
    if (scenario_store(compiler, key, value, target))
        trigger->answers = scenario_strip_at(compiler, value, trigger->answers);
}

void scenario_trigger_finish(struct scenario_compiler *compiler, const struct scenario_node *node,
                             struct scenario_trigger *when)
{
    const struct scenario_node *at = scenario_node_value(node, "at");
    if (when->number == 0 && scenario_trigger_rows[when->kind].takes & SCENARIO_TAKES_NTH)
        when->number = 1;
    if (at && when->text && when->at >= strlen(when->text))
        scenario_diagnose(compiler->diagnostics, at->at, NULL,
                          "'at' is behind the text, which has %zuB", strlen(when->text));
}

/* ---- actions --------------------------------------------------------------------------------- */

struct scenario_action *scenario_add_action(struct scenario_compiler *compiler,
                                            const struct scenario_node *node)
{
    struct scenario_case *now = &compiler->draft->now;
    if (now->action_count < SCENARIO_ACTIONS_MAX)
        return &now->actions[now->action_count++];
    scenario_diagnose(compiler->diagnostics, node->at, NULL,
                      "too many actions; a scenario has at most %d (a setting is one)",
                      SCENARIO_ACTIONS_MAX);
    return NULL;
}

void scenario_compile_reply(struct scenario_compiler *compiler, const struct scenario_key *key,
                            const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    struct scenario_action *action = target;
    char joined[SCENARIO_REPLY_MAX];
    size_t used = 0;

    for (; item; item = item->next) {
        const char *line;
        if (!scenario_store_item(compiler, key, item, &line))
            continue;
        size_t length = strlen(line);
        if (length + 1 > sizeof joined - used) {
            scenario_diagnose(compiler->diagnostics, item->at, NULL,
                              "'reply' is too long; all lines have at most %d bytes",
                              SCENARIO_REPLY_MAX);
            return;
        }
        if (used > 0)
            joined[used++] = '\n';
        memcpy(joined + used, line, length);
        used += length;
    }
    action->text = scenario_arena_text(compiler->arena, joined, used);
    action->length = (uint16_t)used;
    if (!action->text)
        scenario_out_of_memory(compiler);
}

/* "\xff" in YAML is U+00FF, two bytes of UTF-8; on the wire it is one byte. */
static bool take_bytes(const struct scenario_node *value, char *bytes, size_t *ret_size)
{
    size_t size = 0;
    for (size_t i = 0; i < value->length; i++) {
        unsigned char c = (unsigned char)value->text[i];
        if (c > 0xc3)
            return false;
        if (c >= 0xc2)
            c = (unsigned char)((c & 3) << 6 | (value->text[++i] & 0x3f));
        bytes[size++] = (char)c;
    }
    *ret_size = size;
    return true;
}

void scenario_compile_insert(struct scenario_compiler *compiler, const struct scenario_key *key,
                             const struct scenario_node *value, void *target)
{
    struct scenario_action *action = target;
    size_t size;

    if (value->kind != SCENARIO_NODE_SCALAR || value->style != SCENARIO_DOUBLE) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' takes bytes in double quotes: \"\\r\\nRDY\\r\\n\", \"\\xff\"",
                          key->name);
        return;
    }
    char *bytes = scenario_arena_text(compiler->arena, value->text, value->length);
    if (!bytes) {
        scenario_out_of_memory(compiler);
        return;
    }
    if (!take_bytes(value, bytes, &size))
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' has a character above U+00FF; each one is a byte on the wire",
                          key->name);
    else if (size == 0 || size > SCENARIO_INSERT_MAX)
        scenario_diagnose(compiler->diagnostics, value->at, NULL, "'%s' has 1 to %d bytes",
                          key->name, SCENARIO_INSERT_MAX);
    else {
        bytes[size] = '\0';
        action->text = bytes;
        action->length = (uint16_t)size;
    }
}

/* What a single action must hold, and its members that follow from others. */
static void finish_action(struct scenario_compiler *compiler, const struct scenario_node *node,
                          struct scenario_action *action)
{
    const struct scenario_action_row *row = &scenario_action_rows[action->kind];
    bool over = row->back != SCENARIO_NO_WORD && action->detail == row->back;
    const struct scenario_node *lasting = scenario_node_value(node, "for");

    if (over && lasting)
        scenario_diagnose(compiler->diagnostics, lasting->at, NULL,
                          "'for' has nothing to end; it goes with cut, down, off and hangs");
    if (row->where >= SCENARIO_TO_HOST && action->number == UINT32_MAX) {
        action->detail = 1;
        action->number = 0;
    }
    const struct scenario_node *at = scenario_node_value(node, "at");
    if (row->doing == SCENARIO_DO_INSERT && action->number != 0 &&
        action->length > SCENARIO_INSERT_LATER)
        scenario_diagnose(compiler->diagnostics, at ? at->at : node->at, NULL,
                          "with 'at' there are at most %d bytes", SCENARIO_INSERT_LATER);
    if (action->text && action->length == 0)
        action->length = (uint16_t)strlen(action->text);
}

void scenario_compile_actions(struct scenario_compiler *compiler, const struct scenario_key *key,
                              const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    struct scenario_event *event = target;
    struct scenario_case *now = &compiler->draft->now;

    event->first_action = now->action_count;
    for (; item; item = item->next) {
        if (item->kind == SCENARIO_NODE_BROKEN)
            continue;
        struct scenario_action *action = scenario_add_action(compiler, item);
        if (!action)
            break;
        action->place = item->at.place;
        scenario_walk(compiler, &scenario_action_schema, item, action);
        if (item->kind == SCENARIO_NODE_MAPPING)
            finish_action(compiler, item, action);
        /* A mapping of settings is an action each. */
        for (struct scenario_action *more = action + 1; more < now->actions + now->action_count;
             more++) {
            more->place = action->place;
            more->for_us = action->for_us;
        }
    }
    event->action_count = (uint8_t)(now->action_count - event->first_action);
}

/* ---- events ---------------------------------------------------------------------------------- */

/* A place inside a write needs a write, at once. */
static void check_write(struct scenario_compiler *compiler, const struct scenario_node *action,
                        const struct scenario_event *event)
{
    const struct scenario_node *write = scenario_node_value(action, "write");
    bool writes = event->when.kind == SCENARIO_TRIGGER_FLASH_STEP ||
                  event->when.kind == SCENARIO_TRIGGER_NV_WRITE;
    if (write && (!writes || event->after_us > 0))
        scenario_diagnose(compiler->diagnostics, write->at, NULL,
                          "'write' needs a write that triggers it: 'flash-step' or 'nv-write', "
                          "without 'after'");
}

/* The action that decides what becomes of the triggering command, at once; NULL = another one. */
static const struct scenario_action_row *find_answer(const struct scenario_node *action)
{
    for (unsigned i = 0; i < SCENARIO_ACTION_COUNT; i++) {
        const struct scenario_action_row *row = &scenario_action_rows[i];
        bool answers = row->doing == SCENARIO_DO_REPLY || row->doing == SCENARIO_DO_SWALLOW ||
                       row->doing == SCENARIO_DO_DELAY;
        if (answers && scenario_node_value(action, row->name))
            return row;
    }
    return NULL;
}

static void check_answer(struct scenario_compiler *compiler, const struct scenario_node *action,
                         const struct scenario_event *event, bool *answered)
{
    const struct scenario_action_row *row = find_answer(action);
    if (!row)
        return;
    if (event->when.kind != SCENARIO_TRIGGER_COMMAND)
        scenario_diagnose(compiler->diagnostics, action->at, NULL,
                          "'%s' needs a command to answer; use it with 'command'", row->name);
    else if (event->after_us > 0)
        scenario_diagnose(compiler->diagnostics, action->at, NULL,
                          "'%s' can't come later; leave 'after' out", row->name);
    if (row->doing == SCENARIO_DO_DELAY)
        return;
    if (*answered)
        scenario_diagnose(compiler->diagnostics, action->at, NULL,
                          "the command is answered by another action already");
    *answered = true;
}

static void check_event(struct scenario_compiler *compiler, const struct scenario_node *node,
                        const struct scenario_event *event)
{
    const struct scenario_node *actions = scenario_node_value(node, "do");
    bool answered = false;

    if (!actions || actions->kind != SCENARIO_NODE_SEQUENCE)
        return;
    for (const struct scenario_node *item = actions->first; item; item = item->next) {
        check_write(compiler, item, event);
        check_answer(compiler, item, event, &answered);
    }
}

/* The bench keeps a time for each action that it ends. */
static void number_lasting(struct scenario_compiler *compiler, const struct scenario_node *node,
                           const struct scenario_event *event)
{
    struct scenario_case *now = &compiler->draft->now;
    for (unsigned i = event->first_action; i < now->action_count; i++) {
        struct scenario_action *action = &now->actions[i];
        if (!action->for_us || !(scenario_action_rows[action->kind].takes & SCENARIO_TAKES_FOR) ||
            scenario_action_rows[action->kind].where == SCENARIO_HOST)
            continue;
        if (now->lasting_count == SCENARIO_LASTING_MAX) {
            scenario_diagnose(compiler->diagnostics, node->at, NULL,
                              "too many actions with 'for'; a scenario has at most %d (a setting "
                              "is one)",
                              SCENARIO_LASTING_MAX);
            return;
        }
        action->lasting = ++now->lasting_count;
    }
}

static void add_event(struct scenario_compiler *compiler, const struct scenario_node *node)
{
    struct scenario_case *now = &compiler->draft->now;
    struct scenario_event *event = &now->events[now->event_count++];
    struct scenario_trigger *when = &event->when;

    event->place = node->at.place;
    event->times = 1;
    scenario_walk(compiler, &scenario_event_schema, node, event);
    scenario_trigger_finish(compiler, scenario_node_value(node, "when"), when);
    number_lasting(compiler, node, event);
    check_event(compiler, node, event);
}

void scenario_compile_events(struct scenario_compiler *compiler, const struct scenario_key *key,
                             const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    (void)target;
    for (; item; item = item->next) {
        if (item->kind == SCENARIO_NODE_BROKEN)
            continue;
        if (compiler->draft->now.event_count >= SCENARIO_EVENTS_MAX) {
            scenario_diagnose(compiler->diagnostics, item->at, NULL,
                              "too many events; a scenario has at most %d", SCENARIO_EVENTS_MAX);
            return;
        }
        add_event(compiler, item);
    }
}
