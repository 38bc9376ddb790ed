/* schema_rows.h - what the tables of the scenario language are written with. */
#ifndef FOTARIG_HARNESS_SCENARIO_SCHEMA_ROWS_H
#define FOTARIG_HARNESS_SCENARIO_SCHEMA_ROWS_H

#include "harness/scenario/schema.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MEMBER(structure, member)                                                                  \
    .offset = (uint16_t)offsetof(structure, member), .size = sizeof(((structure *)0)->member)

#define WORDS(from, all)                                                                           \
    {                                                                                              \
        .names = (all), .first = (from), .count = COUNT(all)                                       \
    }
#define REVISION .form = SCENARIO_FORM_VISIBLE, .minimum = 1, .maximum = FOTA_REVISION_LENGTH

#endif
