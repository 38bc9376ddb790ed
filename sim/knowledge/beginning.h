/* beginning.h - commands told apart by how they begin, most of them at once. */
#ifndef FOTARIG_SIM_KNOWLEDGE_BEGINNING_H
#define FOTARIG_SIM_KNOWLEDGE_BEGINNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Letters 2 and 3 of an extended command, a constant in upper case. Hardly two of those that matter
   share them. */
#define SIM_LETTERS(command) (uint16_t)((command)[2] | (command)[3] << 8)

/* The same of a command in any case; 0: it is too short to be one. (Nothing but a letter becomes
   one of upper case when that bit is taken away.) */
static inline uint16_t sim_letters_of(const char *command, size_t length)
{
    return length > 3 ? (uint16_t)(((uint8_t)command[2] | (uint8_t)command[3] << 8) & 0xdfdf) : 0;
}

/* `wanted` is in upper case. */
static inline bool sim_command_begins(const char *command, size_t length, const char *wanted)
{
    for (size_t i = 0; wanted[i]; i++) {
        char c = i < length ? command[i] : '\0';
        if (c != wanted[i] && !(c >= 'a' && c <= 'z' && c - 'a' + 'A' == wanted[i]))
            return false;
    }
    return true;
}

#endif
