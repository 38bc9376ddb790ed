/* look.c - what displays and control show of a module. */
#include "sim/look.h"

#include <string.h>

#include "sim/frame.h"

unsigned sim_look_files(void)
{
    return SIM_FILES;
}

bool sim_look_file(const struct sim *sim, unsigned index, struct sim_file_view *ret_view)
{
    if (index >= SIM_FILES || !sim->files.entries[index].name[0])
        return false;
    const struct sim_file_entry *entry = &sim->files.entries[index];
    const char *directory = sim_directory(entry->directory);
    if (!directory)
        return false;
    size_t prefix = strlen(directory), length = strlen(entry->name);
    if (prefix + length >= sizeof ret_view->path)
        return false;
    memcpy(ret_view->path, directory, prefix);
    memcpy(ret_view->path + prefix, entry->name, length + 1);
    ret_view->size_bytes = entry->size_bytes;
    ret_view->digest = entry->digest;
    return true;
}

void sim_look_network(const struct sim *sim, struct sim_network_view *ret_view)
{
    *ret_view = (struct sim_network_view){
        .registration = sim->radio.registration,
        .bearer = sim->packet.bearer == 1,
        .hang = sim->power.hang,
        .rate_bps = sim->port.rate_found ? sim->port.rate_bps : 0,
        .imei = sim->imei,
    };
}

static const struct {
    const char *name, *allowed;
    bool kept;
} parameters[] = {
#define X(NAME, name, kind, saving, tag, maximum_ms, source, meaning, initial, setting, allowed,   \
          test, run, since)                                                                        \
    {name, allowed, SIM_##saving != SIM_NO_SAVE},
    SIM_PARAMETERS(X)
#undef X
};

/* Several numbers in one value. */
static bool is_packed(unsigned parameter)
{
    return strchr(parameters[parameter].allowed, ')') != NULL;
}

int sim_look_parameter_find(const char *command, size_t length)
{
    for (unsigned i = 0; i < SIM_PARAMETER_COUNT; i++)
        if (!is_packed(i) && strlen(parameters[i].name) == length &&
            memcmp(parameters[i].name, command, length) == 0)
            return (int)i;
    return -1;
}

const char *sim_look_parameter_name(unsigned parameter)
{
    if (parameter >= SIM_PARAMETER_COUNT)
        return NULL;
    return is_packed(parameter) ? "" : parameters[parameter].name;
}

bool sim_look_parameter_is_kept(unsigned parameter)
{
    return parameter < SIM_PARAMETER_COUNT && parameters[parameter].kept;
}

const char *sim_look_parameter_values(unsigned parameter)
{
    return parameter < SIM_PARAMETER_COUNT ? parameters[parameter].allowed : "";
}

bool sim_look_parameter_takes(unsigned parameter, int32_t value)
{
    return parameter < SIM_PARAMETER_COUNT &&
           sim_parameter_allows((enum sim_parameter)parameter, 0, value);
}

int32_t sim_look_parameter(const struct sim *sim, unsigned parameter)
{
    if (parameter >= SIM_PARAMETER_COUNT)
        return 0;
    return parameter == SIM_PARAMETER_CPSMS ? sim->live[parameter] >> 16 : sim->live[parameter];
}
