/* fault.c - the faults by name, and the events that each is made of. */
#include "harness/explore/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct scenario_action actions[EXPLORE_FAULT_COUNT] = {
    [EXPLORE_FAULT_LOSE_TO_HOST] = {.kind = SCENARIO_ACTION_LOSE_TO_HOST, .detail = 1},
    [EXPLORE_FAULT_LOSE_TO_MODULE] = {.kind = SCENARIO_ACTION_LOSE_TO_MODULE, .detail = 1},
    [EXPLORE_FAULT_POWER_CUT] = {.kind = SCENARIO_ACTION_POWER, .for_us = 5000000},
    [EXPLORE_FAULT_HOST_RESET] = {.kind = SCENARIO_ACTION_HOST_RESET, .for_us = 3000000},
};

const char *explore_fault_name(unsigned fault)
{
    static const char *const names[] = {
#define X(name, text, effect) text,
        EXPLORE_FAULTS(X)
#undef X
    };
    return fault < EXPLORE_FAULT_COUNT ? names[fault] : "?";
}

_Static_assert(SCENARIO_WATCHED_MAX > SCENARIO_EVENTS_MAX, "without its marks a case has room");

void explore_fault_add(const struct scenario_case *one, enum explore_fault fault, uint32_t line,
                       struct scenario_case *ret_case)
{
    *ret_case = *one;
    ret_case->expectation_count = 0;
    ret_case->event_count = (uint8_t)scenario_event_count(one);
    ret_case->mark_count = 0;
    ret_case->events[ret_case->event_count++] =
        (struct scenario_event){.when = {.kind = SCENARIO_TRIGGER_TO_HOST_LINE, .number = line},
                                .first_action = ret_case->action_count,
                                .action_count = 1,
                                .times = 1};
    ret_case->actions[ret_case->action_count] = actions[fault];
    if (actions[fault].kind == SCENARIO_ACTION_POWER)
        ret_case->actions[ret_case->action_count].lasting = ++ret_case->lasting_count;
    ret_case->action_count++;
}

void explore_choice_format(enum explore_fault fault, uint32_t line, char *buffer, size_t capacity)
{
    snprintf(buffer, capacity, "%s@%" PRIu32, explore_fault_name(fault), line);
}

bool explore_choice_parse(const char *text, enum explore_fault *ret_fault, uint32_t *ret_line)
{
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        const char *name = explore_fault_name(fault);
        size_t length = strlen(name);
        if (strncmp(text, name, length) != 0 || text[length] != '@')
            continue;
        char *end;
        unsigned long line = strtoul(text + length + 1, &end, 10);
        if (*end || line == 0 || line > UINT32_MAX || end == text + length + 1)
            return false;
        *ret_fault = (enum explore_fault)fault;
        *ret_line = (uint32_t)line;
        return true;
    }
    return false;
}
