/* bundled.h - where the scenarios are that came with this program. */
#ifndef FOTARIG_HARNESS_CAMPAIGN_BUNDLED_H
#define FOTARIG_HARNESS_CAMPAIGN_BUNDLED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes the path that "@library" (all bundled scenarios), "@power" (a folder of them) or
 * "@power/pwrkey-cycles" (one, without its .yaml) stands for. Their folder is `scenarios` in
 * $FOTARIG_DATA, or else in ../share/fotarig of the folder of the program, or else, of a program
 * that was not installed, in a folder above. False with a text: there is none, or no such scenario.
 */
bool campaign_library_find(const char *name, char *path, size_t capacity, char *reterr_text,
                           size_t reterr_capacity);

/* True when an operand means the library. */
bool campaign_library_is_meant(const char *operand);

#endif
