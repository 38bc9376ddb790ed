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
