/*
 * command_index.c - from a command's name to its row: a small constant hash index.
 */
#include <string.h>

#include "sim/at/command_slots.h"
#include "sim/frame.h"

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
