/*
 * command_index.c - from a command's name to its row: a small hash index, made once per module.
 */
#include <string.h>

#include "sim/at/stored.h"

const struct sim_command *const sim_chapters[SIM_CHAPTERS] = {
    sim_commands_basic,   sim_commands_parameter, sim_commands_identity, sim_commands_radio,
    sim_commands_packet,  sim_commands_files,     sim_commands_update,   sim_commands_bearer,
    sim_commands_ftp,     sim_commands_socket,    sim_commands_http,     sim_commands_sh,
    sim_commands_message, sim_commands_card,      sim_commands_gnss,     sim_commands_stored,
    sim_commands_cell,    sim_commands_device,    sim_commands_clock,    sim_commands_mqtt,
    sim_commands_secure,
};

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static unsigned slot_of(uint32_t hash)
{
    return (hash ^ hash >> 8) % SIM_NAME_SLOTS;
}

static unsigned slot_of_name(const char *name, size_t length)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < length; i++)
        hash = hash * 31 + (uint8_t)upper(name[i]);
    return slot_of(hash);
}

/* Names of rows are in upper case; a new module begins with all of them. */
static unsigned slot_of_row(const char *name)
{
    uint32_t hash = 0;
    for (; *name; name++)
        hash = hash * 31 + (uint8_t)*name;
    return slot_of(hash);
}

static bool same(const char *row_name, const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (row_name[i] != upper(name[i]))
            return false;
    return row_name[length] == '\0';
}

/* The index keeps a free slot, so every search ends: a test counts the rows. */
void sim_names_init(struct sim *sim)
{
    memset(sim->names, 0, sizeof sim->names);
    for (unsigned chapter = 0; chapter < SIM_CHAPTERS; chapter++) {
        for (unsigned row = 0; sim_chapters[chapter][row].name; row++) {
            unsigned slot = slot_of_row(sim_chapters[chapter][row].name);
            while (sim->names[slot] != 0)
                slot = (slot + 1) % SIM_NAME_SLOTS;
            sim->names[slot] = (uint16_t)(chapter << 8 | (row + 1));
        }
    }
}

const struct sim_command *sim_names_find(const struct sim *sim, const char *name, size_t length)
{
    unsigned slot = slot_of_name(name, length);
    for (; sim->names[slot] != 0; slot = (slot + 1) % SIM_NAME_SLOTS) {
        uint16_t entry = sim->names[slot];
        const struct sim_command *command = &sim_chapters[entry >> 8][(entry & 0xff) - 1];
        if (same(command->name, name, length))
            return command;
    }
    return NULL;
}
