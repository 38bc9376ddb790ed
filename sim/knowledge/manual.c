/* manual.c - what the emulator does of each command of the manual, for `fotarig facts --manual`. */
#include "sim/knowledge/manual.h"

#include <string.h>

#include "sim/frame.h"

static const struct sim_manual_command commands[] = {
#define X(section, command, state) {section, command, SIM_MANUAL_##state},
    SIM_MANUAL(X)
#undef X
};

const char *sim_manual_state_name(unsigned state)
{
    static const char *const names[] = {
#define X(name, text) text,
        SIM_MANUAL_STATES(X)
#undef X
    };
    return state < SIM_MANUAL_STATE_COUNT ? names[state] : NULL;
}

/* A/ and +++ are no rows of a table: the receiver has them (sim/port). */
static bool is_there(const char *command)
{
    if (strcmp(command, "A/") == 0 || strcmp(command, "+++") == 0)
        return true;
    return strncmp(command, "AT", 2) == 0 && sim_names_find(command + 2, strlen(command + 2));
}

bool sim_manual_command(size_t index, struct sim_manual_command *ret_command)
{
    if (index >= sizeof commands / sizeof commands[0])
        return false;
    *ret_command = commands[index];
    bool claimed =
        ret_command->state == SIM_MANUAL_MODELLED || ret_command->state == SIM_MANUAL_KEPT;
    if (claimed && !is_there(ret_command->command))
        ret_command->state = SIM_MANUAL_UNKNOWN;
    return true;
}
