/* expect.c - expectations: what was seen, how long it took, what the module is like at the end. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/compile.h"
#include "sim/look.h"

enum { SHOWN = 64 }; /* of a key in a message, in bytes */

/* Room for one more expectation of the case, or NULL with a complaint at `node`. */
static struct scenario_expectation *add(struct scenario_compiler *compiler,
                                        const struct scenario_node *node, unsigned kind,
                                        struct scenario_place place)
{
    struct scenario_case *now = &compiler->draft->now;
    if (now->expectation_count == SCENARIO_EXPECTATIONS_MAX) {
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "too many expectations; a scenario has at most %d",
                          SCENARIO_EXPECTATIONS_MAX);
        return NULL;
    }
    struct scenario_expectation *added = &now->expectations[now->expectation_count++];
    added->place = place;
    added->kind = (uint8_t)kind;
    return added;
}

/* One value, or each of a list, is an expectation of its own. */
static void add_values(struct scenario_compiler *compiler, const struct scenario_key *key,
                       const struct scenario_node *value, unsigned kind, unsigned detail)
{
    bool many = key->flags & SCENARIO_LIST;
    const struct scenario_node *item = many ? scenario_items(compiler, key, value) : value;
    for (; item; item = many ? item->next : NULL) {
        const struct scenario_node *resolved = many ? scenario_resolve(compiler, item) : item;
        struct scenario_place place = many ? item->at.place : compiler->here;
        if (!resolved)
            continue;
        struct scenario_expectation *added = add(compiler, resolved, kind, place);
        if (!added)
            return;
        added->detail = (uint8_t)detail;
        (void)scenario_store(compiler, key, resolved, added);
    }
}

void scenario_compile_expectation(struct scenario_compiler *compiler,
                                  const struct scenario_key *key, const struct scenario_node *value,
                                  void *target)
{
    (void)target;
    add_values(compiler, key, value, key->kind, 0);
}

void scenario_compile_limit(struct scenario_compiler *compiler, const struct scenario_key *key,
                            const struct scenario_node *value, void *target)
{
    (void)target;
    add_values(compiler, key, value, SCENARIO_EXPECT_LIMIT, key->kind);
}

static void refuse_range(struct scenario_compiler *compiler, const struct scenario_key *key,
                         const struct scenario_node *value)
{
    scenario_diagnose(compiler->diagnostics, value->at, NULL,
                      "'%s' takes a figure, or the least and the most of it in [brackets]",
                      key->name);
}

void scenario_compile_cost(struct scenario_compiler *compiler, const struct scenario_key *key,
                           const struct scenario_node *value, void *target)
{
    const struct scenario_node *least = value, *most = value;
    struct scenario_expectation *added;
    (void)target;
    if (value->kind == SCENARIO_NODE_SEQUENCE) {
        least = value->first;
        most = least ? least->next : NULL;
        if (!most || most->next) {
            refuse_range(compiler, key, value);
            return;
        }
    }
    least = scenario_resolve(compiler, least);
    most = scenario_resolve(compiler, most);
    added = least && most ? add(compiler, value, SCENARIO_EXPECT_COST, compiler->here) : NULL;
    if (!added || !scenario_store(compiler, key, least, added))
        return;
    added->detail = key->kind;
    added->least_us = added->time_us;
    if (scenario_store(compiler, key, most, added) && added->least_us > added->time_us)
        refuse_range(compiler, key, value);
}

/* No two seeds of the module's jitter take the same time: a thousandth, and a tenth of a second. */
static void spare_time(struct scenario_expectation *cost)
{
    uint64_t spare_us = cost->time_us / 1000 + 100000;
    cost->least_us -= cost->least_us < spare_us ? cost->least_us : spare_us;
    cost->time_us += spare_us;
}

void scenario_compile_cost_of_each(struct scenario_compiler *compiler,
                                   const struct scenario_key *key,
                                   const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value), *own = NULL;
    size_t count = 0;
    (void)target;
    for (; item; item = item->next, count++)
        if (count == compiler->diagnostics->pass)
            own = item;
    if (count != compiler->vary.case_count && count > 0) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' has %zu figures here, and the scenario %zu cases; it takes one for "
                          "each",
                          key->name, count, compiler->vary.case_count);
        return;
    }
    own = own ? scenario_resolve(compiler, own) : NULL;
    struct scenario_expectation *added =
        own ? add(compiler, own, SCENARIO_EXPECT_COST, own->at.place) : NULL;
    if (!added || !scenario_store(compiler, key, own, added))
        return;
    added->detail = key->kind;
    added->least_us = added->time_us;
    if (key->kind == SCENARIO_COST_TIME)
        spare_time(added);
}

/* ---- the module at the end --------------------------------------------------------------------
 */

void scenario_compile_module_end(struct scenario_compiler *compiler, const struct scenario_key *key,
                                 const struct scenario_node *value, void *target)
{
    (void)target;
    add_values(compiler, key, value, SCENARIO_EXPECT_MODULE, key->kind);
}

static const char *parameter_name(const void *unused, size_t index)
{
    (void)unused;
    return sim_look_parameter_name((unsigned)index);
}

static void refuse_parameter(struct scenario_compiler *compiler, const struct scenario_node *key)
{
    char shown[SHOWN];
    size_t count = 0;
    while (sim_look_parameter_name((unsigned)count))
        count++;
    const char *nearest = text_nearest(key->text, key->length, parameter_name, NULL, count);
    scenario_printable(shown, sizeof shown, key->text, key->length);
    if (nearest && nearest[0])
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "'%s' is no command that sets a number; did you mean '%s'?", shown,
                          nearest);
    else
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "'%s' is no command that sets a number, as '+IPR' does", shown);
}

/* CNMP, '+CNMP', 'AT+CNMP': the index of the command; -1 with a complaint. */
static int find_parameter(struct scenario_compiler *compiler, const struct scenario_node *key)
{
    bool at = key->length > 2 && (key->text[0] | 0x20) == 'a' && (key->text[1] | 0x20) == 't';
    const char *command = key->text + (at ? 2 : 0);
    char extended[SHOWN];
    if (key->style == SCENARIO_PLAIN && (at || command[0] == '+')) {
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "AT text must be quoted; write '%.40s' in single quotes", key->text);
        return -1;
    }
    int found = sim_look_parameter_find(command, strlen(command));
    snprintf(extended, sizeof extended, "+%s", command);
    if (found < 0)
        found = sim_look_parameter_find(extended, strlen(extended));
    if (found < 0)
        refuse_parameter(compiler, key);
    return found;
}

static void add_parameter(struct scenario_compiler *compiler, const struct scenario_node *key)
{
    const struct scenario_node *value = scenario_resolve(compiler, key->value);
    int64_t number;
    int parameter = find_parameter(compiler, key);
    if (parameter < 0 || !value || value->kind != SCENARIO_NODE_SCALAR ||
        !scenario_take_number(compiler, key->text, value, TEXT_COUNT, 0, INT32_MAX, &number))
        return;
    struct scenario_expectation *added =
        add(compiler, key, SCENARIO_EXPECT_MODULE, key->value->at.place);
    if (!added)
        return;
    added->detail = SCENARIO_MODULE_END_PARAMETERS;
    added->text = sim_look_parameter_name((unsigned)parameter);
    added->number = (uint32_t)number;
}

/* What was set in an earlier life of the module. */
static void add_initial_value(struct scenario_compiler *compiler, const struct scenario_node *key)
{
    struct sim_config *module = &compiler->draft->now.module;
    const struct scenario_node *value = scenario_resolve(compiler, key->value);
    int64_t number;
    int parameter = find_parameter(compiler, key);
    if (parameter < 0 || !value || value->kind != SCENARIO_NODE_SCALAR ||
        !scenario_take_number(compiler, key->text, value, TEXT_COUNT, 0, INT32_MAX, &number))
        return;
    if (!sim_look_parameter_is_kept((unsigned)parameter))
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "no restart keeps what '%s' is set to; it can't be so at the start",
                          key->text);
    else if (!sim_look_parameter_takes((unsigned)parameter, (int32_t)number))
        scenario_diagnose(compiler->diagnostics, value->at, NULL, "'%s' takes %s", key->text,
                          sim_look_parameter_values((unsigned)parameter));
    else if (module->initial_value_count == SIM_INITIAL_VALUES)
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "too many values; a module has at most %d at the start",
                          SIM_INITIAL_VALUES);
    else
        module->initial_values[module->initial_value_count++] =
            (struct sim_initial_value){(uint16_t)parameter, (int32_t)number};
}

void scenario_compile_initial_values(struct scenario_compiler *compiler,
                                     const struct scenario_key *key,
                                     const struct scenario_node *value, void *target)
{
    (void)target;
    compiler->draft->now.module.initial_value_count = 0; /* not those of a profile */
    if (value->kind != SCENARIO_NODE_MAPPING || !value->first) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' takes a mapping of commands to numbers: {CNMP: 38}", key->name);
        return;
    }
    for (const struct scenario_node *at = value->first; at; at = at->next)
        if (!at->skip)
            add_initial_value(compiler, at);
}

void scenario_compile_parameters(struct scenario_compiler *compiler, const struct scenario_key *key,
                                 const struct scenario_node *value, void *target)
{
    (void)target;
    if (value->kind != SCENARIO_NODE_MAPPING || !value->first) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' takes a mapping of commands to numbers: {'+IPR': 115200}",
                          key->name);
        return;
    }
    for (const struct scenario_node *at = value->first; at; at = at->next)
        if (!at->skip)
            add_parameter(compiler, at);
}

/* ---- durations --------------------------------------------------------------------------------
 */

/* One end of a duration: an event without actions, behind those of the file. Returns its mark. */
static uint8_t add_mark(struct scenario_compiler *compiler, const struct scenario_node *node,
                        const struct scenario_trigger *when, unsigned armed_by)
{
    struct scenario_case *now = &compiler->draft->now;
    struct scenario_event *event = &now->events[now->event_count++];
    *event = (struct scenario_event){.place = node->at.place,
                                     .when = *when,
                                     .mark = (uint8_t)(now->mark_count + 1),
                                     .armed_by = (uint8_t)armed_by,
                                     .may_not_fire = 1,
                                     .times = 1};
    scenario_trigger_finish(compiler, node, &event->when);
    return now->mark_count++;
}

/* A time is no thing that happens. */
static void refuse_time(struct scenario_compiler *compiler, const struct scenario_node *node)
{
    if (node && scenario_node_value(node, "time"))
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "'time' is no end of a duration; it takes what happens, as 'command'");
}

static void add_duration(struct scenario_compiler *compiler, const struct scenario_key *key,
                         const struct scenario_node *node)
{
    struct scenario_duration_draft draft = {.most_us = UINT64_MAX};
    const struct scenario_node *from = scenario_node_value(node, "from");
    const struct scenario_node *to = scenario_node_value(node, "to");
    scenario_walk(compiler, &scenario_duration_schema, node, &draft);
    if (!to)
        return;
    refuse_time(compiler, from);
    refuse_time(compiler, to);
    if (!scenario_node_value(node, "at-most") && !scenario_node_value(node, "at-least"))
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "a duration needs 'at-most' or 'at-least', or both");
    struct scenario_expectation *added = add(compiler, node, key->kind, node->at.place);
    if (!added)
        return;
    added->time_us = draft.most_us;
    added->least_us = draft.least_us;
    added->from = from ? add_mark(compiler, from, &draft.from, 0) : UINT8_MAX;
    added->to = add_mark(compiler, to, &draft.to, from ? compiler->draft->now.event_count : 0);
}

void scenario_compile_durations(struct scenario_compiler *compiler, const struct scenario_key *key,
                                const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    (void)target;
    for (size_t count = 0; item; item = item->next, count++) {
        if (count == SCENARIO_DURATIONS_MAX) {
            scenario_diagnose(compiler->diagnostics, item->at, NULL,
                              "too many durations; a scenario has at most %d",
                              SCENARIO_DURATIONS_MAX);
            return;
        }
        if (item->kind == SCENARIO_NODE_MAPPING)
            add_duration(compiler, key, item);
        else if (item->kind != SCENARIO_NODE_BROKEN)
            scenario_walk(compiler, &scenario_duration_schema, item, NULL);
    }
}
