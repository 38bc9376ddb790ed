/*
 * command_index.c - from a command's name to its row: a small constant hash index.
 */
#include <string.h>

#include "sim/at/command_slots.h"
#include "sim/at/stored.h"

const struct sim_command *const sim_chapters[SIM_CHAPTERS] = {
    sim_commands_basic,      sim_commands_parameter, sim_commands_identity, sim_commands_radio,
    sim_commands_packet,     sim_commands_files,     sim_commands_update,   sim_commands_bearer,
    sim_commands_ftp,        sim_commands_socket,    sim_commands_http,     sim_commands_sh,
    sim_commands_message,    sim_commands_card,      sim_commands_gnss,     sim_commands_stored,
    sim_commands_cell,       sim_commands_device,    sim_commands_clock,    sim_commands_mqtt,
    sim_commands_secure,     sim_commands_pins,      sim_commands_ip,       sim_commands_operator,
    sim_commands_ftp_remote, sim_commands_tls,       sim_commands_signal,
};

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static unsigned slot_of_name(const char *name, size_t length)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < length; i++)
        hash = hash * 31 + (uint8_t)upper(name[i]);
    return (hash ^ hash >> 8) % SIM_NAME_SLOTS;
}

static bool same(const char *row_name, const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (row_name[i] != upper(name[i]))
            return false;
    return row_name[length] == '\0';
}

/* chapter << 8 | row + 1; 0 = free. */
static const uint16_t slots[SIM_NAME_SLOTS] = {
#define X(slot, chapter, row) [slot] = (chapter) << 8 | ((row) + 1),
    SIM_COMMAND_SLOTS(X)
#undef X
};

/* A free slot ends every search: a test counts the rows. */
const struct sim_command *sim_names_find(const char *name, size_t length)
{
    unsigned slot = slot_of_name(name, length);
    for (; slots[slot] != 0; slot = (slot + 1) % SIM_NAME_SLOTS) {
        uint16_t entry = slots[slot];
        const struct sim_command *command = &sim_chapters[entry >> 8][(entry & 0xff) - 1];
        if (same(command->name, name, length))
            return command;
    }
    return NULL;
}

void sim_names_order(uint16_t ret_slots[SIM_NAME_SLOTS])
{
    memset(ret_slots, 0, SIM_NAME_SLOTS * sizeof *ret_slots);
    for (unsigned chapter = 0; chapter < SIM_CHAPTERS; chapter++) {
        for (unsigned row = 0; sim_chapters[chapter][row].name; row++) {
            const char *name = sim_chapters[chapter][row].name;
            unsigned slot = slot_of_name(name, strlen(name));
            while (ret_slots[slot] != 0)
                slot = (slot + 1) % SIM_NAME_SLOTS;
            ret_slots[slot] = (uint16_t)(chapter << 8 | (row + 1));
        }
    }
}

bool sim_names_in_order(void)
{
    uint16_t wanted[SIM_NAME_SLOTS];
    sim_names_order(wanted);
    return memcmp(slots, wanted, sizeof slots) == 0;
}
