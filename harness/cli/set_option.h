/* set_option.h - name=value on the command line as a setting of the emulator. */
#ifndef FOTARIG_HARNESS_CLI_SET_OPTION_H
#define FOTARIG_HARNESS_CLI_SET_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/settings.h"

/*
 * Reads "answer-delay=50ms" after the setting's unit and range, and stores it in
 * settings[SIM_SETTING_COUNT]. False with a message.
 */
bool cli_setting_assign(int32_t *settings, const char *assignment, char *reterr_text,
                        size_t reterr_capacity);

/* A value of a setting as it would be typed. */
void cli_setting_print(const struct sim_setting_info *info, int32_t value, char *buffer,
                       size_t capacity);

#endif
